"""From a nearly optimal point of a convex quadratic program to the optimum, to the last digits.

An interior-point solver stops near the bounds that hold; where a bound only just holds it stops at the
square root of its tolerance.  Here the bounds that hold are guessed from the point and its multipliers,
the linear system of the optimum on them is solved, and the guess is corrected until it repeats: the
primal-dual active-set method (Hintermueller, Ito and Kunisch 2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays
from mdl.backends.highs_session import Hessian

ROUNDS = 20


@dataclass(slots=True, frozen=True, eq=False)
class Pair:
    """A point (width,) with its activity (height,), row multipliers and reduced costs, those of a minimisation."""

    point: FloatArray
    activity: FloatArray
    row_duals: FloatArray
    reduced: FloatArray


def polish(arrays: Arrays, hessian: Hessian, point: FloatArray, row_duals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A point and row multipliers (signed as in Solution) for the caller to check; the given ones where this fails."""
    from scipy.sparse import csc_matrix, csr_matrix

    sign = -1.0 if arrays.maximize else 1.0
    matrix = csr_matrix((arrays.values, arrays.columns, arrays.starts), shape=(arrays.height, arrays.width))
    lower = csc_matrix((sign * hessian.values, hessian.rows, hessian.starts), shape=(arrays.width, arrays.width))
    below = lower.copy()
    below.setdiag(0.0)
    square = (lower + below.T).tocsr()
    cost = sign * arrays.cost

    def complete(x: FloatArray, y: FloatArray) -> Pair:
        return Pair(x, matrix @ x, y, square @ x + cost - matrix.T @ y)

    pair, seen = complete(point, sign * row_duals), None
    for _ in range(ROUNDS):
        columns = _held(pair.point, pair.reduced, arrays.lower, arrays.upper)
        rows = _held(pair.activity, pair.row_duals, arrays.row_lower, arrays.row_upper)
        sets = columns.tobytes() + rows.tobytes()
        if sets == seen:
            return pair.point, sign * pair.row_duals
        found = _on(arrays, matrix, square, cost, columns, rows)
        if found is None:
            break
        pair, seen = complete(*found), sets
    return point, row_duals


def _held(values: FloatArray, multipliers: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """-1 where the lower bound is taken to hold, 1 the upper, 0 neither."""
    at_lower = np.isfinite(lower) & (multipliers > values - lower)
    at_upper = np.isfinite(upper) & (-multipliers > upper - values)
    fixed = lower == upper
    return np.where(at_lower | fixed, -1.0, np.where(at_upper, 1.0, 0.0))


def _on(
    arrays: Arrays, matrix: Any, square: Any, cost: FloatArray, columns: FloatArray, rows: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """The optimum with these bounds held as equations: point and row multipliers, or None where it is not one point."""
    from scipy.sparse import bmat, eye
    from scipy.sparse.linalg import splu

    free, held = np.flatnonzero(columns == 0), np.flatnonzero(rows != 0)
    point = np.where(columns < 0, arrays.lower, np.where(columns > 0, arrays.upper, 0.0))
    side = np.where(rows < 0, arrays.row_lower, arrays.row_upper)[held]
    duals = np.zeros(arrays.height)
    some = matrix[held]
    right = np.concatenate((-(cost + square @ point)[free], side - some @ point))
    if not len(right):
        return point, duals
    across = some[:, free]
    inner = square[free][:, free].tocsc()
    system = bmat([[inner, across.T], [across, None]], format="csc") if len(held) else inner
    tiny = 1e-12 * eye(system.shape[0], format="csc")
    try:
        factor = splu((system + tiny).tocsc())
    except RuntimeError:
        return None
    solved = np.zeros(len(right))
    for _ in range(4):
        solved = solved + factor.solve(right - system @ solved)
    if not np.isfinite(solved).all():
        return None
    point[free] = solved[: len(free)]
    duals[held] = -solved[len(free) :]
    return point, duals
