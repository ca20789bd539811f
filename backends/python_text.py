"""Expressions of a Program as Python text over a Pyomo model `m`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction

from mdl.backends.expand import Algebra
from mdl.backends.file_arrays import numerals
from mdl.backends.pyomo_forms import CONSTANTS, pow_real, valued
from mdl.program.graph import Function

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly a text binds."""

WIDTH = 90
"""Characters at which a sum goes on in the next line."""

LONG = 40
"""Terms from which a sum is a list: Python's own sums nest one level a term."""

A_LINE = 5
"""Terms a line of such a list."""

DEEP = 30
"""Nesting from which a part gets a line of its own; Python reads at most 200 levels."""


@dataclass(slots=True, frozen=True)
class Text:
    """`value` where there is no variable in it; `depth` counts nested brackets."""

    text: str
    binds: int = ATOM
    depth: int = 0
    value: float | None = None

    def within(self, least: int) -> str:
        return self.text if self.binds >= least else f"({self.text})"

    def statement(self) -> str:
        """As a whole right-hand side: in brackets where it goes over several lines."""
        return f"({self.text})" if self.binds == SUM and "\n" in self.text else self.text


def number(value: float) -> Text:
    return Text(numerals([value])[0], ATOM if value >= 0 else SUM, 0, value)


def key_text(key: object, *, inside: bool = False) -> str:
    """A member or a tuple of members as Python; a tuple has no brackets `inside` square ones."""
    if isinstance(key, tuple):
        text = ", ".join(key_text(k) for k in key)
        return text if inside else f"({text})"
    if isinstance(key, Fraction):
        return f"Fraction({key.numerator}, {key.denominator})"
    return json.dumps(key, ensure_ascii=False) if isinstance(key, str) else repr(key)


def sum_text(parts: list[tuple[float, str]], constant: float) -> str:
    """`parts` are coefficient and factor, the factor ready to stand in a product.  A positive constant comes first."""
    sizes = numerals([abs(c) for c, _ in parts])
    words = [f if size == "1" else f"{size}*{f}" for size, (_, f) in zip(sizes, parts, strict=True)]
    signs = [c < 0 for c, _ in parts]
    if constant:
        place = 0 if constant > 0 else len(words)
        words.insert(place, numerals([abs(constant)])[0])
        signs.insert(place, constant < 0)
    if len(words) > LONG:
        terms = [f"-{w}" if s else w for s, w in zip(signs, words, strict=True)]
        rows = [", ".join(terms[k : k + A_LINE]) for k in range(0, len(terms), A_LINE)]
        return "pyo.quicksum([\n    " + ",\n    ".join(rows) + "\n])"
    first = f"-{words[0]}" if signs[0] else words[0]
    rest = [f"{'-' if s else '+'} {w}" for s, w in zip(signs[1:], words[1:], strict=True)]
    return filled([first, *rest])


def filled(terms: list[str]) -> str:
    """Over as many lines as it takes; one term may be longer than a line."""
    lines, length = [terms[0]], len(terms[0])
    for term in terms[1:]:
        length += len(term) + 1
        if length > WIDTH:
            lines.append(term)
            length = len(term)
        else:
            lines[-1] += f" {term}"
    return "\n    ".join(lines)


class ScriptAlgebra(Algebra[Text]):
    """`columns` are the variables' texts; `parts` collects the lines for what is used more than once, or too deep."""

    def __init__(self, columns: list[str], taken: set[str]) -> None:
        self.columns, self.taken = columns, taken
        self.parts: list[str] = []

    def affine(self, constant: float, columns: list[tuple[float, int]], terms: list[tuple[float, Text]]) -> Text:
        fixed = constant + sum(c * t.value for c, t in terms if t.value is not None)
        moving = [(c, self.shallow(t)) for c, t in terms if t.value is None]
        parts = [(c, self.columns[k]) for c, k in columns]
        if not parts and not moving:
            return number(fixed)
        if not parts and not fixed and len(moving) == 1 and moving[0][0] == 1:
            return moving[0][1]
        alone = len(parts) + len(moving) == 1 and not fixed
        words = parts + [(c, t.within(SUM if c == 1 and not alone else POWER)) for c, t in moving]
        text = sum_text(words, fixed)
        depth = 1 + max((t.depth for _, t in moving), default=0)
        if len(words) + bool(fixed) > LONG:
            return Text(text, ATOM, depth)
        if alone and words[0][0] > 0:
            return Text(text, ATOM if words[0][0] == 1 else PRODUCT, depth)
        return Text(text, SUM, depth)

    def apply(self, function: Function, argument: Text) -> Text:
        if argument.value is not None:
            return number(valued(CONSTANTS[function.value], argument.value))
        held = self.shallow(argument)
        if function is Function.RECIPROCAL:
            return Text(f"1/{held.within(POWER)}", SUM, held.depth + 1)
        return Text(f"pyo.{function.value}({held.text})", ATOM, held.depth + 1)

    def power(self, argument: Text, exponent: float) -> Text:
        if argument.value is not None:
            return number(valued(lambda v: pow_real(v, exponent), argument.value))
        held = self.shallow(argument)
        raised = number(exponent)
        return Text(f"{held.within(ATOM)}**{raised.within(ATOM)}", POWER, held.depth + 1)

    def product(self, left: Text, right: Text) -> Text:
        if left.value is not None and right.value is not None:
            return number(left.value * right.value)
        one, two = self.shallow(left), self.shallow(right)
        return Text(f"{one.within(PRODUCT)}*{two.within(POWER)}", PRODUCT, max(one.depth, two.depth) + 1)

    def share(self, node: int, elements: list[tuple[int, Text]]) -> list[Text]:
        moving = [(k, e) for k, e in elements if e.value is None]
        if not moving:
            return [e for _, e in elements]
        name = self.name(f"part{node}")
        self.parts.append(f"m.{name} = pyo.Expression([{', '.join(str(k) for k, _ in moving)}])")
        self.parts += [f"m.{name}[{k}] = {e.statement()}" for k, e in moving]
        return [e if e.value is not None else Text(f"m.{name}[{k}]") for k, e in elements]

    def shallow(self, part: Text) -> Text:
        if part.depth < DEEP:
            return part
        name = self.name(f"deep{len(self.parts)}")
        self.parts.append(f"m.{name} = pyo.Expression(expr={part.text})")
        return Text(f"m.{name}")

    def name(self, wanted: str) -> str:
        while wanted in self.taken:
            wanted += "_"
        self.taken.add(wanted)
        return wanted
