"""The exact optimum of a linear program from a solver's answer: rounded to rationals and proved, or not at all.

A solver's point and duals, rounded to fractions of small denominators, are tried in rational arithmetic: a point
within all rows and bounds is worth no more than the optimum, and duals of the right signs bound it from the other
side; where both agree that is the optimum, whatever the solver's tolerances were.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from mdl.program.program import Bound, Domain, Program, ProgramClass
from mdl.program.solution import Solution
from mdl.program.sparse import SparseRows

DENOMINATOR = 100_000
"""Optimal points and prices with larger denominators are not guessed."""

Sides = list[Fraction | None]


def exact_optimum(program: Program, solution: Solution) -> Fraction | None:
    """The proved optimum; None where the data are no rationals, the program is not linear, or no proof was found."""
    if program.kind is not ProgramClass.LP or solution.values is None or solution.row_duals is None:
        return None
    if any(c.domain is not Domain.CONTINUOUS for c in program.columns):
        return None
    costs, rows, lower, upper, low, high = _data(program)
    if costs is None:
        return None
    point = [_near(v) for v in solution.values.tolist()]
    prices = [_near(v) for v in solution.row_duals.tolist()]
    bodies = [sum((a * point[j] for j, a in row), Fraction(0)) for row in rows]
    if not (_within(point, low, high) and _within(bodies, lower, upper)):
        return None
    reduced = list(costs)
    for price, row in zip(prices, rows, strict=True):
        for j, a in row:
            reduced[j] -= price * a
    sign = 1 if program.objective.maximize else -1
    from_rows, from_columns = _bound(prices, lower, upper, sign), _bound(reduced, low, high, sign)
    value = sum((c * x for c, x in zip(costs, point, strict=True)), Fraction(0))
    if from_rows is None or from_columns is None or from_rows + from_columns != value:
        return None
    return value + program.objective.constant.fractions()[0]


def _near(value: float) -> Fraction:
    return Fraction(value).limit_denominator(DENOMINATOR)


def _data(
    program: Program,
) -> tuple[list[Fraction] | None, list[list[tuple[int, Fraction]]], Sides, Sides, Sides, Sides]:
    """Objective, rows, sides of rows, bounds of columns; the objective is None where something is no rational."""
    sides = [*((r.lower, r.upper) for r in program.rows), *((c.lower, c.upper) for c in program.columns)]
    bounds = [b for pair in sides for b in pair if b is not None]
    parts = [*(r.linear.coefficients for r in program.rows), program.objective.linear.coefficients]
    numbers = [*parts, *(b.values for b in bounds), program.objective.constant]
    rational = all(n.is_exact for n in numbers)
    costs = [Fraction(0)] * program.width
    for j, c in _entries(program.objective.linear)[0]:
        costs[j] = c
    rows = [row for block in program.rows for row in _entries(block.linear)]
    lower = [v for block in program.rows for v in _sides(block.lower, len(block.labels))]
    upper = [v for block in program.rows for v in _sides(block.upper, len(block.labels))]
    low = [v for block in program.columns for v in _sides(block.lower, len(block.labels))]
    high = [v for block in program.columns for v in _sides(block.upper, len(block.labels))]
    return costs if rational else None, rows, lower, upper, low, high


def _entries(linear: SparseRows) -> list[list[tuple[int, Fraction]]]:
    columns, values = linear.columns.tolist(), linear.coefficients.fractions()
    starts = linear.starts.tolist()
    return [list(zip(columns[a:b], values[a:b], strict=True)) for a, b in pairwise(starts)]


def _sides(bound: Bound | None, size: int) -> Sides:
    if bound is None:
        return [None] * size
    values: Sides = list(bound.values.fractions())
    if bound.finite is None:
        return values
    return [v if f else None for v, f in zip(values, bound.finite.tolist(), strict=True)]


def _within(values: Sequence[Fraction], low: Sides, high: Sides) -> bool:
    return all((a is None or a <= v) and (b is None or v <= b) for v, a, b in zip(values, low, high, strict=True))


def _bound(prices: Sequence[Fraction], low: Sides, high: Sides, sign: int) -> Fraction | None:
    """What the prices say the optimum cannot pass, from one family of sides; None where a side is missing."""
    total = Fraction(0)
    for price, a, b in zip(prices, low, high, strict=True):
        if price:
            side = b if price * sign > 0 else a
            if side is None:
                return None
            total += price * side
    return total
