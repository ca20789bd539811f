"""Single rows of a program in full, in the user's names: `link[AB]  x[u1] + 2*x[u2] <= 10`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from mdl.algebra.numbers import Numbers
from mdl.answer.numerals import exact, short
from mdl.program.graph import Affine, Apply, Function, Power, Product
from mdl.program.program import Bound, Program, Role, Rows
from mdl.program.sparse import SparseRows

Term = tuple[Numbers, int, str]
"""Coefficient vector, place in it, and the text that it multiplies."""

GAINS_FIRST = (Role.INCENTIVE, Role.PARTICIPATION)
"""Rows of these are comparisons: what is added stands before what is taken away."""


@dataclass(slots=True)
class RowPrinter:
    """Prints rows of one program; made once, since finding a column's name needs the blocks in order."""

    program: Program

    def column_name(self, column: int) -> str:
        blocks = self.program.columns
        block = blocks[bisect_right([b.start for b in blocks], column) - 1]
        return block.labels.name(block.name, column - block.start)

    def row(self, block: Rows, position: int) -> str:
        """Body, relation and bounds of one row."""
        body = self.body(block.linear, block.nonlinear, position, None, block.role in GAINS_FIRST)
        return relation_text(body, side(block.lower, position), side(block.upper, position))

    def objective(self) -> str:
        objective = self.program.objective
        sense = "maximize" if objective.maximize else "minimize"
        return f"{sense} {self.body(objective.linear, objective.nonlinear, 0, objective.constant)}"

    def body(
        self,
        linear: SparseRows | None,
        nonlinear: Iterable[tuple[SparseRows, int]],
        position: int,
        constant: Numbers | None,
        gains_first: bool = False,
    ) -> str:
        terms: list[Term] = []
        for node_map, node in nonlinear:
            terms += [(n, k, self.node(node, column)) for n, k, column in entries(node_map, position)]
        if linear is not None:
            terms += [(n, k, self.column_name(column)) for n, k, column in entries(linear, position)]
        if gains_first:
            terms.sort(key=lambda term: value_at(term[0], term[1]) < 0)
        return sum_text(terms, constant, position)

    def node(self, place: int, component: int, *, factor: bool = True) -> str:
        """One component of a graph node; in brackets where it stands as a factor and is a sum."""
        node = self.program.nodes[place]
        match node:
            case Affine():
                text = self.body(node.variables, node.nodes, component, node.constant)
                return f"({text})" if factor and needs_brackets(text) else text
            case Apply(function=Function.RECIPROCAL):
                return f"1/{self.node(node.argument, component)}"
            case Apply():
                return f"{node.function.value}({self.node(node.argument, component, factor=False)})"
            case Power():
                exponent = number_text(node.exponent, component)
                return f"{self.node(node.argument, component)}^{bracketed(exponent)}"
            case Product():
                return f"{self.node(node.left, component)}*{self.node(node.right, component)}"


def entries(rows: SparseRows, position: int) -> Iterator[tuple[Numbers, int, int]]:
    for k in range(int(rows.starts[position]), int(rows.starts[position + 1])):
        yield rows.coefficients, k, int(rows.columns[k])


def value_at(numbers: Numbers, k: int) -> Fraction | float:
    if numbers.numerators is not None:
        return Fraction(int(numbers.numerators[k]), numbers.denominator)
    return float(numbers.floats()[k])


def text_of(value: Fraction | float) -> str:
    return exact(value) if isinstance(value, Fraction) else short(value)


def number_text(numbers: Numbers, k: int) -> str:
    return text_of(value_at(numbers, k))


def bracketed(text: str) -> str:
    return f"({text})" if any(c in text for c in "-/+") else text


def needs_brackets(text: str) -> bool:
    """A sum or a signed term; brackets inside do not count."""
    depth = 0
    for k, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        depth += (c == "[") - (c == "]")
        if depth == 0 and c in "+-/*^ " and (c != "-" or k == 0 or text[k - 1] == " "):
            return True
    return False


def sum_text(terms: Iterable[Term], constant: Numbers | None, position: int) -> str:
    parts: list[str] = []
    for numbers, k, text in terms:
        add_term(parts, value_at(numbers, k), text)
    if constant is not None:
        value = value_at(constant, position)
        if value != 0:
            add_term(parts, value, "")
    return " ".join(parts) or "0"


def add_term(parts: list[str], coefficient: Fraction | float, text: str) -> None:
    size: Fraction | float = -coefficient if coefficient < 0 else coefficient
    if not text:
        body = text_of(size)
    elif size == 1:
        body = text
    elif text.startswith("1/") and "/" not in text_of(size):
        body = f"{text_of(size)}{text[1:]}"
    else:
        body = f"{text_of(size)}*{text}"
    negative = coefficient < 0
    if parts:
        parts.append("-" if negative else "+")
        parts.append(body)
    else:
        parts.append(f"-{body}" if negative else body)


def side(bound: Bound | None, position: int) -> Fraction | float | None:
    """The bound of one row, or None where it has none."""
    if bound is None or (bound.finite is not None and not bound.finite[position]):
        return None
    return value_at(bound.values, position)


def relation_text(body: str, low: Fraction | float | None, high: Fraction | float | None) -> str:
    below = None if low is None else text_of(low)
    above = None if high is None else text_of(high)
    if below is not None and above is not None:
        return f"{body} == {below}" if low == high else f"{below} <= {body} <= {above}"
    if below is not None:
        return f"{body} >= {below}"
    return f"{body} <= {above}" if above is not None else f"{body} is free"
