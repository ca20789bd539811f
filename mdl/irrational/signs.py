"""Enclosures and signs of whole vectors: floats with an error bound first, balls for the few rows that need them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.irrational.balls import interval
from mdl.irrational.form import Forms, Quantity, enclosed
from mdl.irrational.forms import take


def bounds(q: Quantity, bits: int = 53) -> tuple[FloatArray, FloatArray]:
    """Float64 numbers (low, high) around each entry, rounded outward; of float64 Numbers the numbers themselves.

    `bits` over 53 asks for balls of that precision (one by one, for the few rows where it matters).
    """
    if isinstance(q, Numbers):
        return _rational_bounds(q)
    if bits > 53:
        ends = [interval(q.table.balls.row(row, bits)) for row in q.rows()]
        return np.array([low for low, _ in ends]), np.array([high for _, high in ends])
    value, error = enclosed(q)
    with np.errstate(all="ignore"):
        low, high = np.nextafter(value - error, -np.inf), np.nextafter(value + error, np.inf)
    low[np.isinf(error)], high[np.isinf(error)] = -np.inf, np.inf
    rational = np.flatnonzero(np.diff(q.entries.full_starts()) == 0)
    low[rational], high[rational] = _rational_bounds(q.constant.take(rational))
    return low, high


def _rational_bounds(q: Numbers) -> tuple[FloatArray, FloatArray]:
    floats = q.floats()
    if not q.is_exact:
        return floats, floats
    fits = _doubles(q)
    return np.where(fits, floats, np.nextafter(floats, -np.inf)), np.where(fits, floats, np.nextafter(floats, np.inf))


def _doubles(q: Numbers) -> npt.NDArray[np.bool_]:
    """Where a rational is surely a float64: a short integer over a power of 2."""
    assert q.numerators is not None
    if q.numerators.dtype == object or q.denominator > 2**53:
        return np.equal(q.numerators, 0)
    shared = np.gcd(q.numerators, np.int64(q.denominator))
    below = q.denominator // np.maximum(shared, 1)
    return np.asarray((np.abs(q.numerators // np.maximum(shared, 1)) <= 2**53) & (below & (below - 1) == 0))


def signs(q: Quantity) -> npt.NDArray[np.int8]:
    """-1, 0 or 1 of each entry, or 2 where it could not be found; of float64 Numbers the signs of the floats.

    Rigorous: 0 only where all coefficients cancel, -1 and 1 only where an enclosure excludes 0.
    """
    if isinstance(q, Numbers):
        found: npt.NDArray[np.int8] = arithmetic.signs(q)
        return found
    low, high = bounds(q)
    result = np.full(len(q), 2, dtype=np.int8)
    result[low > 0] = 1
    result[high < 0] = -1
    open_ = np.flatnonzero(result == 2)
    if len(open_):
        result[open_] = _close(take(q, open_))
    return result


def _close(q: Quantity) -> npt.NDArray[np.int8]:
    """Signs of rows that floats do not tell from 0."""
    if isinstance(q, Numbers):
        return signs(q)
    held = q.merged()
    result: npt.NDArray[np.int8] = np.array(arithmetic.signs(q.constant), dtype=np.int8)
    irrational = np.flatnonzero(np.diff(held.starts))
    if len(irrational):
        left = take(q, irrational)
        assert isinstance(left, Forms)
        result[irrational] = [q.table.sign(row) for row in left.rows()]
    return result
