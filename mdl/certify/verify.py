"""The last word on every claim, in integers, whatever way it was found.

Vectors are in the units of `Integral`: a point is `X / common`, multipliers are of the integral rows.
"""

from __future__ import annotations

import numpy as np

from mdl.algebra.numbers import IntArray
from mdl.algebra.vectors import scaled
from mdl.certify.integers import inner, minus, product, total
from mdl.certify.linear import Integral, Sides


def feasible(held: Integral, point: IntArray, common: int) -> bool:
    """Whether point / common meets all rows and bounds."""
    return _within(held.rows.dot(point), held.low_rows, held.high_rows, common) and _within(
        point, held.low, held.high, common
    )


def optimal(held: Integral, point: IntArray, common: int, prices: IntArray, unit: int) -> bool:
    """Whether prices / unit (rows,) prove a feasible point / common optimal: signs, and one objective on both sides."""
    reduced = minus(scaled(held.cost, unit), held.rows.combination(prices))
    from_rows = least(prices, held.low_rows, held.high_rows)
    from_columns = least(reduced, held.low, held.high)
    if from_rows is None or from_columns is None:
        return False
    return (from_rows + from_columns) * common == inner(held.cost, point) * unit


def contradiction(held: Integral, weights: IntArray) -> int | None:
    """By how much the rows, weighted (a weight > 0 with the lower side), ask for more than the columns can give.

    None where a side that is used is not there, or nothing is contradicted.
    """
    asked = least(weights, held.low_rows, held.high_rows)
    given = least(-held.rows.combination(weights), held.low, held.high)
    if asked is None or given is None or asked + given <= 0:
        return None
    return asked + given


def endless(held: Integral, ray: IntArray) -> bool:
    """Whether no row or bound stops the ray, and the objective falls along it."""
    inside = _direction(held.rows.dot(ray), held.low_rows, held.high_rows) and _direction(ray, held.low, held.high)
    return inside and inner(held.cost, ray) < 0


def least(weights: IntArray, low: Sides, high: Sides) -> int | None:
    """The least of weights'v over low <= v <= high; None where there is none."""
    up, down = weights > 0, weights < 0
    if (up & ~low.finite).any() or (down & ~high.finite).any():
        return None
    return total(product(weights, np.where(up, low.values, np.where(down, high.values, 0))))


def _within(values: IntArray, low: Sides, high: Sides, common: int) -> bool:
    below = (values < scaled(low.values, common)) & low.finite
    above = (values > scaled(high.values, common)) & high.finite
    return not (below.any() or above.any())


def _direction(values: IntArray, low: Sides, high: Sides) -> bool:
    return not (((values < 0) & low.finite).any() or ((values > 0) & high.finite).any())
