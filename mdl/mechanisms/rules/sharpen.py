"""From nearly optimal outcomes to optimal ones, to the last digits, and what may still be lost in each case.

Interior-point solvers stop at a gap of about 1e-9 of a whole program.  Here the bounds that hold are guessed from
the point and its multipliers and Newton's method solves the optimality conditions on them, with a new guess each
time (primal-dual active sets: Hintermueller, Ito and Kunisch 2002).  Cases are independent: each keeps its best.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.mechanisms.rules.batch import Batch
from mdl.mechanisms.rules.objectives import by_case
from mdl.mechanisms.rules.split import element_cases
from mdl.program.functions import Functions
from mdl.program.residual import Sides, column_sides, row_sides

ROUNDS = 12
ROUNDING = 2.0**-50
"""Part of every error: float64 cannot tell more."""
ENOUGH = 2 * ROUNDING
SMALL = 1e-13
"""Added to the diagonal of Newton's system, relative to its largest entry; refinement takes it out again."""


class Sharpener:
    """A batch without integers, its derivatives, and points x (width,) with row multipliers y (height,).

    Multipliers have the signs of a minimisation: gradient = J'y + reduced costs.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch, program = batch, batch.program
        self.functions = Functions(program)
        self.elements = element_cases(batch)
        self.columns, self.rows = column_sides(program), row_sides(program)
        self.sign = -1.0 if program.objective.maximize else 1.0

    def best(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Point, multipliers and errors (cases,) after as many rounds as help."""
        batch = self.batch
        error = self.errors(x, y)
        best, kept = error.copy(), (x.copy(), y.copy())
        for _ in range(ROUNDS):
            if not (best > ENOUGH).any():
                break
            moved = self._newton(x, y)
            if moved is None:
                break
            x, y = moved
            error = self.errors(x, y)
            better = error < best
            if not better.any():
                break
            best = np.where(better, error, best)
            kept = (
                np.where(better[batch.column_case], x, kept[0]),
                np.where(better[batch.row_case], y, kept[1]),
            )
            x, y = kept[0].copy(), kept[1].copy()
        return *kept, best

    def errors(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """What each case may lose, over 1 + the size of its objective, or by how much it breaks a bound, relatively.

        By the Lagrangian, which is convex where the program is: no point of the box of the columns has less of it
        than its tangent at x.  A column without the bound that the tangent leads to is taken to move by 1 + 2 |x|.
        """
        batch, functions = self.batch, self.functions
        with np.errstate(all="ignore"):
            size = 1.0 + np.abs(by_case(batch, self.elements, x, functions.evaluation))
            y = _allowed(y, self.rows)
            body = functions.rows(x)
            slope = self.reduced(x, y)
            low, high = x - self.columns.lower, self.columns.upper - x
            room = np.where(slope > 0, low, high)
            room = np.where(np.isfinite(room), np.abs(room), 1.0 + 2.0 * np.abs(x))
            lost = np.bincount(batch.column_case, np.abs(slope) * room, batch.cases)
            slack = np.where(y > 0, body - self.rows.lower, self.rows.upper - body)
            products = np.where(y == 0, 0.0, np.abs(y) * np.abs(slack))
            lost = lost + np.bincount(batch.row_case, products, batch.cases)
            error = lost / size
            np.maximum.at(error, batch.row_case, broken(body, self.rows))
            np.maximum.at(error, batch.column_case, broken(x, self.columns))
        return np.where(np.isfinite(error), error + ROUNDING, np.inf)

    def reduced(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """The gradient less J'y, (width,)."""
        functions = self.functions
        pull = functions.evaluation.gradient(functions.values(x), 0.0, y)
        return np.asarray(self.sign * functions.gradient(x) - pull, dtype=np.float64)

    def _newton(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """One step on the bounds that are taken to hold; None where the system has no solution."""
        from scipy.sparse import bmat, csc_matrix, csr_matrix, diags

        functions, width, height = self.functions, self.batch.program.width, self.batch.program.height
        with np.errstate(all="ignore"):
            body, slope = functions.rows(x), self.reduced(x, y)
            bent = functions.hessian(x, self.sign, -y)
            entries = functions.jacobian(x)
        if not (np.isfinite(bent).all() and np.isfinite(entries).all() and np.isfinite(slope).all()):
            return None
        jacobian = csr_matrix((entries, (functions.jacobian_row, functions.jacobian_column)), shape=(height, width))
        lower = csc_matrix((bent, (functions.hessian_row, functions.hessian_column)), shape=(width, width))
        square = (lower + lower.T - diags(lower.diagonal())).tocsr()
        at, rows = _held(x, slope, self.columns), _held(body, y, self.rows)
        held = np.flatnonzero(rows)
        free = np.flatnonzero(at == 0)
        step = np.where(at < 0, self.columns.lower - x, np.where(at > 0, self.columns.upper - x, 0.0))
        side = np.where(rows < 0, self.rows.lower, self.rows.upper)[held]
        some = jacobian[held]
        gradient = self.sign * functions.gradient(x)
        right = np.concatenate((-(gradient + square @ step)[free], side - body[held] - some @ step))
        across = some[:, free]
        system = bmat([[square[free][:, free], -across.T], [across, None]], format="csc") if len(held) else None
        solved = _solved(square[free][:, free].tocsc() if system is None else system, right)
        if solved is None:
            return None
        step[free] = solved[: len(free)]
        multipliers = np.zeros(height)
        multipliers[held] = solved[len(free) :]
        return np.clip(x + step, self.columns.lower, self.columns.upper), multipliers


def _solved(system: Any, right: FloatArray) -> FloatArray | None:
    from scipy.sparse import eye
    from scipy.sparse.linalg import splu

    if not len(right):
        return right
    small = SMALL * max(1.0, float(np.abs(system.data).max(initial=0.0)))
    # of one sign for both parts: -A' stands beside A
    try:
        factor = splu((system + small * eye(len(right))).tocsc())
    except RuntimeError:
        return None
    solved = np.zeros(len(right))
    for _ in range(4):
        solved = solved + factor.solve(right - system @ solved)
    return solved if np.isfinite(solved).all() else None


def _held(values: FloatArray, multipliers: FloatArray, sides: Sides) -> FloatArray:
    """-1 where the lower side is taken to hold, 1 the upper, 0 neither."""
    at_lower = np.isfinite(sides.lower) & (multipliers > values - sides.lower)
    at_upper = np.isfinite(sides.upper) & (-multipliers > sides.upper - values)
    return np.where(at_lower | (sides.lower == sides.upper), -1.0, np.where(at_upper, 1.0, 0.0))


def _allowed(y: FloatArray, sides: Sides) -> FloatArray:
    """Without multipliers of sides that are not there."""
    wrong = ((y > 0) & ~np.isfinite(sides.lower)) | ((y < 0) & ~np.isfinite(sides.upper))
    return np.where(wrong, 0.0, y)


def broken(values: FloatArray, sides: Sides) -> FloatArray:
    """By how much each value is outside its sides, over 1 + their size."""
    below = np.maximum(sides.lower - values, 0.0) / (1.0 + np.abs(np.where(np.isfinite(sides.lower), sides.lower, 0)))
    above = np.maximum(values - sides.upper, 0.0) / (1.0 + np.abs(np.where(np.isfinite(sides.upper), sides.upper, 0)))
    return np.maximum(below, above)
