"""What a solver says is checked here against the arrays it was given, before anybody believes it.

Every check is relative to the size of the terms that are summed, so that it means the same in any units.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays

TOLERANCE = 1e-6
"""Ten times the solvers' own tolerance."""


def row_ids(arrays: Arrays) -> npt.NDArray[Any]:
    """The row of each entry, shape (nonzeros,)."""
    return np.repeat(np.arange(arrays.height, dtype=np.int32), np.diff(arrays.starts))


def row_sums(arrays: Arrays, terms: FloatArray) -> FloatArray:
    """Sum over each row of one number an entry, shape (height,)."""
    return np.bincount(row_ids(arrays), weights=terms, minlength=arrays.height).astype(np.float64, copy=False)


def column_sums(arrays: Arrays, terms: FloatArray) -> FloatArray:
    """Sum over each column of one number an entry, shape (width,)."""
    return np.bincount(arrays.columns, weights=terms, minlength=arrays.width).astype(np.float64, copy=False)


def violation(arrays: Arrays, point: FloatArray) -> float:
    """Largest breach of a row or bound at a point (width,), relative to the size of its terms."""
    if not np.isfinite(point).all():
        return np.inf
    terms = arrays.values * point[arrays.columns]
    activity, size = row_sums(arrays, terms), 1.0 + row_sums(arrays, np.abs(terms))
    rows = _breach(activity, arrays.row_lower, arrays.row_upper) / size
    bounds = _breach(point, arrays.lower, arrays.upper) / (1.0 + np.abs(point))
    return max(_largest(rows), _largest(bounds))


def optimality_gap(arrays: Arrays, point: FloatArray, row_duals: FloatArray) -> float:
    """How far multipliers (height,), signed as in Solution, are from proving a feasible point of an LP optimal.

    The largest of: reduced costs and multipliers that no bound answers for, products of slack and
    multiplier row by row and column by column, and the gap between primal and dual objective; each
    relative to the size of its terms.
    """
    if not (np.isfinite(point).all() and np.isfinite(row_duals).all()):
        return np.inf
    sign = -1.0 if arrays.maximize else 1.0
    duals = sign * row_duals
    cost = sign * arrays.cost
    priced = arrays.values * np.repeat(duals, np.diff(arrays.starts))
    reduced = cost - column_sums(arrays, priced)
    moved = arrays.values * point[arrays.columns]
    activity = row_sums(arrays, moved)
    rows, row_gap = _paid(duals, activity, arrays.row_lower, arrays.row_upper, 1.0 + row_sums(arrays, np.abs(moved)))
    bounds, bound_gap = _paid(reduced, point, arrays.lower, arrays.upper, 1.0 + np.abs(point))
    total = 1.0 + float(np.abs(cost) @ np.abs(point)) + float(np.abs(rows).sum() + np.abs(bounds).sum())
    gap = abs(float(cost @ point) - float(rows.sum() + bounds.sum())) / total
    size = 1.0 + np.abs(cost) + column_sums(arrays, np.abs(priced))
    idle = _unpaid(row_gap, duals, 1.0 + np.abs(duals).max(initial=0.0))
    return max(gap, idle, _unpaid(bound_gap, reduced, size))


def proves_infeasible(arrays: Arrays, weights: FloatArray) -> bool:
    """Whether row multipliers (height,) prove that no point within the bounds meets the rows.

    A weight > 0 multiplies a row's lower bound, a weight < 0 its upper bound (Farkas): the weighted sum
    of the rows then asks for more than any point within the bounds of the variables can give.
    """
    if not np.isfinite(weights).all():
        return False
    scale = np.abs(weights).max(initial=0.0) or 1.0
    weights = np.where(np.abs(weights) > 1e-12 * scale, weights / scale, 0.0)
    side = np.where(weights > 0, arrays.row_lower, arrays.row_upper)
    if not np.isfinite(side[weights != 0]).all():
        return False
    asked = np.where(weights != 0, weights * np.where(weights != 0, side, 0.0), 0.0)
    terms = arrays.values * np.repeat(weights, np.diff(arrays.starts))
    sums, size = column_sums(arrays, terms), column_sums(arrays, np.abs(terms))
    sums = np.where(np.abs(sums) > 1e-9 * (1.0 + size), sums, 0.0)
    most = np.where(sums > 0, arrays.upper, arrays.lower)
    if not np.isfinite(most[sums != 0]).all():
        return False
    given = np.where(sums != 0, sums * np.where(sums != 0, most, 0.0), 0.0)
    total = 1.0 + float(np.abs(asked).sum() + np.abs(given).sum())
    return float(asked.sum() - given.sum()) > 1e-9 * total


def single_proof(arrays: Arrays) -> FloatArray | None:
    """Multipliers that prove infeasibility with one row or none: crossed bounds, or a row out of the bounds' reach."""
    if bool((arrays.lower > arrays.upper).any()):
        return np.zeros(arrays.height)
    at = arrays.columns
    low = np.where(arrays.values > 0, arrays.lower[at], arrays.upper[at]) * arrays.values
    high = np.where(arrays.values > 0, arrays.upper[at], arrays.lower[at]) * arrays.values
    for sign, broken in (
        (1.0, row_sums(arrays, high) < arrays.row_lower),
        (-1.0, row_sums(arrays, low) > arrays.row_upper),
    ):
        for row in np.flatnonzero(broken):
            weights = np.zeros(arrays.height)
            weights[row] = sign
            if proves_infeasible(arrays, weights):
                return weights
    return None


def improves_for_ever(arrays: Arrays, ray: FloatArray) -> bool:
    """Whether from any feasible point the ray (width,) stays feasible and the linear objective improves along it."""
    if not len(ray) or not np.isfinite(ray).all():
        return False
    scale = np.abs(ray).max()
    if scale == 0.0:
        return False
    ray = ray / scale
    terms = arrays.values * ray[arrays.columns]
    slope, size = row_sums(arrays, terms), 1.0 + row_sums(arrays, np.abs(terms))
    cone = _cone(arrays.row_lower, arrays.row_upper)
    inside = _largest(_breach(slope, *cone) / size) <= 1e-9
    inside = inside and _largest(_breach(ray, *_cone(arrays.lower, arrays.upper))) <= 1e-9
    gain = float(arrays.cost @ ray) * (1.0 if arrays.maximize else -1.0)
    return inside and gain > 1e-7 * (1e-3 + float(np.abs(arrays.cost).max()))


def _cone(lower: FloatArray, upper: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Bounds of the directions that no bound stops."""
    return np.where(np.isfinite(lower), 0.0, -np.inf), np.where(np.isfinite(upper), 0.0, np.inf)


def _breach(values: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    return np.maximum(np.maximum(lower - values, values - upper), 0.0)


def _paid(
    multipliers: FloatArray, values: FloatArray, lower: FloatArray, upper: FloatArray, size: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Multiplier times the bound it holds to, and the relative distance to that bound (infinite: no bound)."""
    side = np.where(multipliers > 0, lower, upper)
    held = np.isfinite(side) & (multipliers != 0)
    finite = np.where(held, side, 0.0)
    apart = np.where(held, np.abs(values - finite) / size, np.where(multipliers != 0, np.inf, 0.0))
    return np.where(held, multipliers * finite, 0.0), apart


def _unpaid(apart: FloatArray, multipliers: FloatArray, size: FloatArray | float) -> float:
    """Largest product of a multiplier and its (relative) distance to the bound, or multiplier without a bound."""
    return _largest(np.minimum(apart, 1.0) * np.abs(multipliers) / size)


def _largest(values: FloatArray) -> float:
    return float(values.max(initial=0.0))
