"""How far an answer is from the optimality (KKT) conditions, computed from the Program alone.

With y = row_duals and z = column_duals in the signs of mdl.program.solution, and s = 1 for
minimisation, -1 for maximisation, the conditions are

    stationarity      gradient f = J'y + z
    primal            row_lower <= rows <= row_upper, lower <= x <= upper
    dual              s y > 0 only where there is a lower side, s y < 0 only where an upper; so with z
    complementarity   a multiplier times the slack of its side is 0

(Boyd and Vandenberghe, Convex Optimization, 5.5.3).  Convex programs: these imply optimality.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.program.evaluation import Evaluation
from mdl.program.program import Bound, Domain, Program
from mdl.program.solution import Solution

ACCEPTED = 1e-6
"""Scaled residuals up to this are believed; solvers stop at about 1e-8 of their own scale."""


@dataclass(slots=True, frozen=True)
class Part:
    """The worst violation of one condition: in the user's units, scaled, and where (a row or column number)."""

    size: float
    scaled: float
    place: int | None = None
    in_rows: bool = False


@dataclass(slots=True, frozen=True)
class Residuals:
    """Not a number counts as infinite.  The last three are None where the answer has no duals."""

    primal: Part
    """Of rows, bounds and integrality; scaled by 1 + the size of the row and of its bound."""
    stationarity: Part | None = None
    """Scaled by 1 + the largest of the entries of the gradient, of J'y and of z."""
    dual: Part | None = None
    """Multipliers of the wrong sign; scaled as stationarity."""
    complementarity: Part | None = None
    """Largest multiplier times slack; scaled by 1 + |objective|."""
    gap: float | None = None
    """Sum of all multipliers times slacks, over 1 + |objective|: bounds what is lost, of a convex program."""

    @property
    def worst(self) -> float:
        """The largest scaled residual."""
        parts = [p.scaled for p in (self.primal, self.stationarity, self.dual, self.complementarity) if p is not None]
        return max(parts + ([] if self.gap is None else [self.gap]))

    def accepted(self, tolerance: float = ACCEPTED) -> bool:
        return self.worst <= tolerance

    def __str__(self) -> str:
        names = ("primal", "stationarity", "dual", "complementarity")
        parts = [(n, p) for n in names if (p := getattr(self, n)) is not None]
        return ", ".join(f"{n} {p.size:.1e}" for n, p in parts)


@dataclass(slots=True, frozen=True, eq=False)
class Sides:
    """Lower and upper sides as float64, infinities where there is none."""

    lower: FloatArray
    upper: FloatArray


def row_sides(program: Program) -> Sides:
    return _sides([(b.start, len(b.labels), b.lower, b.upper) for b in program.rows], program.height)


def column_sides(program: Program) -> Sides:
    """Binary variables have at most 0 and 1."""
    out = _sides([(b.start, len(b.labels), b.lower, b.upper) for b in program.columns], program.width)
    for block in program.columns:
        if block.domain is Domain.BINARY:
            here = slice(block.start, block.start + len(block.labels))
            out.lower[here] = np.maximum(out.lower[here], 0.0)
            out.upper[here] = np.minimum(out.upper[here], 1.0)
    return out


def _sides(blocks: list[tuple[int, int, Bound | None, Bound | None]], size: int) -> Sides:
    out = Sides(np.full(size, -np.inf), np.full(size, np.inf))
    for start, length, lower, upper in blocks:
        if lower is not None:
            out.lower[start : start + length] = lower.floats(-np.inf)
        if upper is not None:
            out.upper[start : start + length] = upper.floats(np.inf)
    return out


def residuals(program: Program, solution: Solution, evaluation: Evaluation | None = None) -> Residuals:
    """The residuals of an answer with a point; of its duals where it has them.

    `evaluation` saves making one.  Needs numpy alone.
    """
    assert solution.values is not None
    x, held = solution.values, Evaluation(program) if evaluation is None else evaluation
    nodes = held.nodes(x)
    rows, objective = held.rows(x, nodes), held.objective(x, nodes)
    at_rows, at_columns = row_sides(program), column_sides(program)
    primal = _worse(_outside(rows, at_rows, True), _outside(x, at_columns, False), _fractional(program, x))
    if solution.row_duals is None or solution.column_duals is None:
        return Residuals(primal)
    y, z = solution.row_duals, solution.column_duals
    gradient, pull = held.gradient(nodes, 1.0), held.gradient(nodes, 0.0, y)
    scale = 1.0 + max(_largest(gradient), _largest(pull), _largest(z))
    off = np.abs(gradient - pull - z)
    sign = -1.0 if program.objective.maximize else 1.0
    dual = _worse(_wrong_sign(sign * y, at_rows, scale, True), _wrong_sign(sign * z, at_columns, scale, False))
    amount = 1.0 + abs(objective)
    products = (_products(sign * y, rows, at_rows), _products(sign * z, x, at_columns))
    return Residuals(
        primal=primal,
        stationarity=_part(off, np.full(len(off), scale), False),
        dual=dual,
        complementarity=_worse(
            *(_part(p, np.full(len(p), amount), k == 0) for k, p in enumerate(products)),
        ),
        gap=_or_infinite(float(sum(p.sum() for p in products)) / amount),
    )


def _outside(values: FloatArray, sides: Sides, in_rows: bool) -> Part:
    below, above = np.maximum(sides.lower - values, 0.0), np.maximum(values - sides.upper, 0.0)
    bound = np.where(below > 0, sides.lower, sides.upper)
    scale = 1.0 + np.where((below > 0) | (above > 0), np.abs(bound), 0.0)
    # an infinite value violates even where no side does
    off = np.where(np.isfinite(values), np.maximum(below, above), np.inf)
    return _part(off, scale, in_rows)


def _fractional(program: Program, x: FloatArray) -> Part:
    off = np.zeros(len(x))
    for block in program.columns:
        if block.domain is not Domain.CONTINUOUS:
            here = slice(block.start, block.start + len(block.labels))
            off[here] = np.abs(x[here] - np.round(x[here]))
    return _part(off, np.ones(len(x)), False)


def _wrong_sign(multipliers: FloatArray, sides: Sides, scale: float, in_rows: bool) -> Part:
    """Multipliers in the sense of minimisation, on a side that is not there."""
    up = np.where(np.isfinite(sides.lower), 0.0, np.maximum(multipliers, 0.0))
    down = np.where(np.isfinite(sides.upper), 0.0, np.maximum(-multipliers, 0.0))
    off = np.where(np.isfinite(multipliers), np.maximum(up, down), np.inf)
    return _part(off, np.full(len(off), scale), in_rows)


def _products(multipliers: FloatArray, values: FloatArray, sides: Sides) -> FloatArray:
    up: FloatArray = np.maximum(multipliers, 0.0)
    down: FloatArray = np.maximum(-multipliers, 0.0)
    low: FloatArray = np.where(np.isfinite(sides.lower), np.abs(values - sides.lower), 0.0)
    high: FloatArray = np.where(np.isfinite(sides.upper), np.abs(sides.upper - values), 0.0)
    total: FloatArray = up * low + down * high
    return total


def _part(off: FloatArray, scale: FloatArray, in_rows: bool) -> Part:
    if not len(off):
        return Part(0.0, 0.0)
    off = np.where(np.isnan(off), np.inf, off)
    scaled = np.where(np.isinf(off), np.inf, off / np.where(np.isfinite(scale), scale, 1.0))
    place = int(np.argmax(scaled))
    return Part(float(off.max()), float(scaled[place]), place, in_rows)


def _worse(*parts: Part) -> Part:
    worst = max(parts, key=lambda p: p.scaled)
    return Part(max(p.size for p in parts), worst.scaled, worst.place, worst.in_rows)


def _largest(values: npt.NDArray[np.float64]) -> float:
    """Of finite entries: those that are not are found elsewhere."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if len(finite) else 0.0


def _or_infinite(value: float) -> float:
    return value if value == value else float("inf")
