r"""A linear program as a LaTeX document: of each family the first rows in full, and how many more there are.

For programs that no rule of the file typesets, such as those of games and of mechanisms' designs.  Names are the
program's: `ic[buyer: 1 -> 3]` stands beside its row, `price[buyer; 1, 0]` is `\mathit{price}_{\text{buyer; 1, 0}}`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import Numbers
from mdl.backends import errors, file_places
from mdl.backends import latex_names as names
from mdl.backends.latex_document import align, document
from mdl.diagnostics import Failure
from mdl.program.program import Bound, Columns, Domain, Objective, Program, Rows
from mdl.program.sparse import SparseRows

SHOWN = 6
"""Rows of a family, and variables of a list."""
TERMS = 40
"""Of a row."""
WIDTH = 76
"""Characters of a line, about; a page has no more."""

FIELDS = {Domain.INTEGER: r"\mathbb{Z}", Domain.BINARY: r"\{0, 1\}"}


def write(program: Program, heading: str) -> str:
    """A whole document.  Raises Failure (MDL580, MDL581) where the program is not linear."""
    blocks: list[Rows | Objective] = [*program.rows, program.objective]
    wrong = [errors.nonlinear_in_file("LaTeX", b.name, b.span) for b in blocks if b.nonlinear]
    if program.complementarities:
        wrong.append(errors.complementarity_in_file("LaTeX", program.objective.span))
    if wrong:
        raise Failure(wrong)
    title = (f"{names.words(line)}." for line in file_places.title(program))
    return document(heading, [*title, *align(lines(program))], ["[margin=2cm]{geometry}"])


def lines(program: Program) -> Iterator[str]:
    """The objective, a few rows of each family, and the bounds."""
    variables = Variables(program.columns)
    yield from objective(program.objective, variables)
    to = r"\text{s.t.} \quad "
    for block in program.rows:
        for line in family(block, variables):
            yield to + line
            to = ""
    for columns in program.columns:
        for line in bounds(columns, variables):
            yield to + line
            to = ""


def objective(goal: Objective, variables: Variables) -> Iterator[str]:
    to = r"\max" if goal.maximize else r"\min"
    body = variables.body(goal.linear, 0)
    constant = goal.constant.take(slice(0, 1))
    if constant.floats()[0] or not body[0]:
        body[-1] = f"{body[-1]} {signed(constant)}".strip().removeprefix("+ ")
    yield from spread(rf"{to} \quad ", body, named(goal.name))


def family(block: Rows, variables: Variables) -> Iterator[str]:
    size = len(block.labels)
    for k in range(min(size, SHOWN)):
        body = variables.body(block.linear, k)
        body[-1] = body[-1] or "0"
        low, high = value_of(block.lower, k), value_of(block.upper, k)
        yield from spread("", between(body, low, high), named(block.labels.name(block.name, k)))
    if size > SHOWN:
        yield rf"& \dots && {named(f'{size - SHOWN:,} more rows of {block.name}')}"


def bounds(block: Columns, variables: Variables) -> Iterator[str]:
    """One list where all bounds are the same, else a line a variable."""
    size = len(block.labels)
    shown = range(block.start, block.start + min(size, SHOWN))
    if not size:
        return
    if uniform(block.lower) and uniform(block.upper):
        count = f"{block.name}, {size:,} variable{'' if size == 1 else 's'}"
        yield from spread("", inside(block, 0, variables.listed(shown, size > SHOWN)), named(count))
        return
    for column in shown:
        yield from spread("", inside(block, column - block.start, [variables.name(column)]), "")
    if size > SHOWN:
        yield rf"& \dots && {named(f'{size - SHOWN:,} more variables of {block.name}')}"


def inside(block: Columns, place: int, body: list[str]) -> list[str]:
    """Variables between their bounds and in their domain."""
    low, high = value_of(block.lower, place), value_of(block.upper, place)
    if block.domain is Domain.CONTINUOUS:
        return between(body, low, high)
    if low is None and high is None:
        return [*body[:-1], rf"{body[-1]} \in {FIELDS[block.domain]}"]
    held = between(body, low, high)
    return [*held[:-1], rf"{held[-1]} \quad (\text{{{block.domain.value}}})"]


# ---- pieces ----------------------------------------------------------------------------------------


class Variables:
    """Names of columns, made for those that are written."""

    def __init__(self, blocks: Sequence[Columns]) -> None:
        self.blocks = [b for b in blocks if len(b.labels)]
        self.starts = [b.start for b in self.blocks]

    def plain(self, column: int) -> str:
        block = self.blocks[bisect_right(self.starts, column) - 1]
        return block.labels.name(block.name, column - block.start)

    def name(self, column: int) -> str:
        r"""`\mathit{price}_{\text{buyer; 1, 0}}`."""
        head, bracket, inside = self.plain(column).partition("[")
        base, below = names.name(head)
        parts = [below] if below else []
        if bracket:
            parts.append(rf"\text{{{words(inside.removesuffix(']'))}}}")
        return f"{base}_{{{', '.join(parts)}}}" if parts else base

    def listed(self, columns: range, more: bool) -> list[str]:
        """`x_a, x_b, ...` in lines of about WIDTH characters."""
        parts = [(f"{self.name(k)},", len(self.plain(k)) + 2) for k in columns]
        parts = [*parts, (r"\dots", 3)] if more else [*parts[:-1], (parts[-1][0][:-1], parts[-1][1])]
        return filled(parts)

    def body(self, linear: SparseRows, row: int) -> list[str]:
        """The terms of a row, in lines of about WIDTH characters; `[""]` where there are none."""
        first, last = int(linear.starts[row]), int(linear.starts[row + 1])
        here = slice(first, min(last, first + TERMS))
        parts = [
            (f"{factor}{self.name(column)}", len(factor) + len(self.plain(column)) + 1)
            for column, factor in self._factors(linear, here)
        ]
        if last - first > TERMS:
            parts.append((rf"+ \cdots \ (\text{{{last - first - TERMS:,} more terms}})", 20))
        out = filled(parts)
        out[0] = out[0].removeprefix("+ ")
        return out

    def _factors(self, linear: SparseRows, here: slice) -> Iterator[tuple[int, str]]:
        """Each column with its coefficient, of which a 1 is not written."""
        columns: npt.NDArray[np.int64] = np.asarray(linear.columns[here], dtype=np.int64)
        for k, column in enumerate(columns.tolist(), here.start):
            factor = signed(linear.coefficients.take(slice(k, k + 1)))
            yield column, factor[:2] if factor in ("+ 1", "- 1") else rf"{factor} \, "


def filled(parts: Sequence[tuple[str, int]]) -> list[str]:
    """Texts, each with its width on the page, in lines of about WIDTH; `[""]` where there are none."""
    rows, length = [list[str]()], 0
    for text, width in parts:
        if rows[-1] and length + width > WIDTH:
            rows.append([])
            length = 0
        rows[-1].append(text)
        length += width
    return [" ".join(line) for line in rows]


def between(body: list[str], low: str | None, high: str | None) -> list[str]:
    """The lines of a body with its sides."""
    if low is not None and low == high:
        return [*body[:-1], f"{body[-1]} = {low}"]
    if low is not None and high is not None:
        body = [rf"{low} \le {body[0]}", *body[1:]]
        return [*body[:-1], rf"{body[-1]} \le {high}"]
    if low is not None:
        return [*body[:-1], rf"{body[-1]} \ge {low}"]
    return [*body[:-1], rf"{body[-1]} \le {high}" if high is not None else rf"{body[-1]} \in \mathbb{{R}}"]


def spread(to: str, body: list[str], name: str) -> Iterator[str]:
    """Lines of an alignment: the name stands beside the first."""
    yield rf"{to}& {body[0]} && {name}".removesuffix(" && ")
    yield from (rf"& \qquad {{}} {line}" for line in body[1:])


def value_of(bound: Bound | None, place: int) -> str | None:
    """Of one row or column; None where there is no bound."""
    if bound is None or (bound.finite is not None and not bound.finite[place]):
        return None
    text = signed(bound.values.take(slice(place, place + 1)))
    return text.removeprefix("+ ").replace("- ", "-")


def uniform(bound: Bound | None) -> bool:
    if bound is None:
        return True
    held = bound.values.numerators if bound.values.numerators is not None else bound.values.floats()
    finite = bound.finite if bound.finite is not None else np.ones(len(held), dtype=np.bool_)
    return not finite.any() or (bool(finite.all()) and bool((held == held[0]).all()))


def signed(value: Numbers) -> str:
    """`+ 0.25`, `- \\frac{1}{3}`, `+ 2.5 \\cdot 10^{-9}`: exact where the number is."""
    if value.is_exact:
        (exact,) = value.fractions()
        return f"{'-' if exact < 0 else '+'} {names.number(exact)}"
    size, exponent = repr(float(abs(value.floats()[0]))), ""
    if "e" in size:
        size, power = size.split("e")
        exponent = rf" \cdot 10^{{{int(power)}}}"
    return f"{'-' if value.floats()[0] < 0 else '+'} {size.removesuffix('.0')}{exponent}"


def named(text: str) -> str:
    return rf"(\text{{{words(text)}}})"


def words(text: str) -> str:
    return names.words(text).replace(r"-\textgreater{}", r"$\to$")
