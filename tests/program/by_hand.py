"""Values of a Program by plain recursion, one element at a time: shares no code with mdl.program.

Exact (Fractions) while the functions allow, so differences of polynomials are exact too.  With
`HyperDual` numbers the same recursion gives exact first and second derivatives (Fike and Alonso 2011).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mdl.program.graph import Affine, Apply, Function, Power, Product
from mdl.program.program import Program
from mdl.program.sparse import SparseRows


@dataclass(frozen=True)
class HyperDual:
    """a + b e + c f + d ef with e^2 = f^2 = 0."""

    a: float
    b: float
    c: float
    d: float

    def apply(self, value: float, slope: float, bend: float) -> HyperDual:
        return HyperDual(value, slope * self.b, slope * self.c, slope * self.d + bend * self.b * self.c)

    def __add__(self, other: Value) -> HyperDual:
        o = lift(other)
        return HyperDual(self.a + o.a, self.b + o.b, self.c + o.c, self.d + o.d)

    __radd__ = __add__

    def __mul__(self, other: Value) -> HyperDual:
        o = lift(other)
        mixed = self.a * o.d + self.b * o.c + self.c * o.b + self.d * o.a
        return HyperDual(self.a * o.a, self.a * o.b + self.b * o.a, self.a * o.c + self.c * o.a, mixed)

    __rmul__ = __mul__

    def __pow__(self, power: Fraction) -> HyperDual:
        p = float(power)
        slope = p * self.a ** (p - 1) if p else 0.0
        bend = p * (p - 1) * self.a ** (p - 2) if p not in (0, 1) else 0.0
        return self.apply(self.a**p, slope, bend)


def lift(value: Value) -> HyperDual:
    return value if isinstance(value, HyperDual) else HyperDual(float(value), 0.0, 0.0, 0.0)


Value = Fraction | float | HyperDual


def entries(rows: SparseRows, row: int) -> list[tuple[int, Fraction]]:
    first, last = int(rows.starts[row]), int(rows.starts[row + 1])
    return [(int(rows.columns[k]), rows.coefficients.fractions()[k]) for k in range(first, last)]


def node_values(program: Program, point: Sequence[Value]) -> list[list[Value]]:
    out: list[list[Value]] = []
    for node in program.nodes:
        match node:
            case Affine():
                made: list[Value] = list(node.constant.fractions())
                if node.variables is not None:
                    made = [m + _dot(node.variables, k, point) for k, m in enumerate(made)]
                for held, place in node.nodes:
                    made = [m + _dot(held, k, out[place]) for k, m in enumerate(made)]
            case Apply():
                made = [_function(node.function, v) for v in out[node.argument]]
            case Power():
                powers = node.exponent.fractions()
                made = [v**p for v, p in zip(out[node.argument], powers, strict=True)]
            case Product():
                made = [a * b for a, b in zip(out[node.left], out[node.right], strict=True)]
        out.append(made)
    return out


def objective(program: Program, point: Sequence[Value]) -> Value:
    held, values = program.objective, node_values(program, point)
    start = held.constant.fractions()[0] + _dot(held.linear, 0, point)
    return start + sum(_dot(m, 0, values[place]) for m, place in held.nonlinear)


def rows(program: Program, point: Sequence[Value]) -> list[Value]:
    values = node_values(program, point)
    return [
        _dot(block.linear, k, point) + sum(_dot(m, k, values[place]) for m, place in block.nonlinear)
        for block in program.rows
        for k in range(len(block.labels))
    ]


def _dot(held: SparseRows, row: int, values: Sequence[Value]) -> Value:
    return sum((c * values[k] for k, c in entries(held, row)), Fraction(0))


def _function(function: Function, value: Value) -> Value:
    if isinstance(value, HyperDual):
        a = value.a
        match function:
            case Function.LOG:
                return value.apply(math.log(a), 1 / a, -1 / a**2)
            case Function.EXP:
                return value.apply(math.exp(a), math.exp(a), math.exp(a))
            case Function.SQRT:
                return value.apply(a**0.5, 0.5 * a**-0.5, -0.25 * a**-1.5)
            case Function.RECIPROCAL:
                return value.apply(1 / a, -1 / a**2, 2 / a**3)
    if function is Function.RECIPROCAL:
        return 1 / value
    return {Function.LOG: math.log, Function.EXP: math.exp, Function.SQRT: math.sqrt}[function](value)
