"""Valuations as whole numbers over one denominator: exactly, or between two where they are no rationals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import frexp, lcm

import numpy as np

from mdl.algebra.numbers import FloatArray, IntArray, Numbers
from mdl.algebra.vectors import Fault, reduced, scaled
from mdl.irrational import forms, quantity
from mdl.irrational.balls import PRECISIONS
from mdl.irrational.quantity import Level, Quantity
from mdl.lowering.entries import Entries

BITS = 44
"""Numbers that are not rational are cut at this many bits below the largest: sums of a hundred still fit int64."""

TOLERANCE = 1e-9
"""Relative to the largest number: how far floats from a solver may be off."""


@dataclass(slots=True, frozen=True, eq=False)
class Whole:
    """Value k of a part lies between low[k] / denominator and high[k] / denominator.

    `level` is exact (low and high are the same arrays), interval (proved) or numeric (float64, rounded, on the low
    side; `tolerance` above it on the high side).
    """

    parts: tuple[tuple[IntArray, IntArray], ...]
    denominator: int
    level: Level
    tolerance: float


def whole(parts: Sequence[Quantity]) -> Whole:
    """Vectors over one denominator; exact where all of them are.

    Raises Fault "overflow" where an entry is beyond float64.
    """
    level = quantity.level(*parts)
    if level == "exact":
        held = [reduced(p) for p in parts if isinstance(p, Numbers)]
        common = lcm(*(p.denominator for p in held))
        out = [scaled(_numerators(p), common // p.denominator) for p in held]
        return Whole(tuple((v, v) for v in out), common, level, 0.0)
    ends = [_bounds(_settled(p)) for p in parts]
    size = max((float(np.abs(side).max()) for pair in ends for side in pair if len(side)), default=1.0)
    tolerance = TOLERANCE * size if level == "numeric" else 0.0
    shift = BITS - frexp(size or 1.0)[1]
    lower = np.floor if level == "interval" else np.rint
    cut = tuple((_cut(low, shift, lower), _cut(high + tolerance, shift, np.ceil)) for low, high in ends)
    if shift < 0:
        cut = tuple((low.astype(object) << -shift, high.astype(object) << -shift) for low, high in cut)
    return Whole(cut, 1 << max(shift, 0), level, tolerance)


def _numerators(held: Numbers) -> IntArray:
    assert held.numerators is not None
    return held.numerators


def _bounds(part: Quantity) -> tuple[FloatArray, FloatArray]:
    """Finite ones: where float64 knows nothing of a row, as many bits as are ever tried."""
    low, high = quantity.bounds(part)
    lost = np.flatnonzero(~np.isfinite(low) | ~np.isfinite(high))
    if len(lost):
        low, high = low.copy(), high.copy()
        low[lost], high[lost] = quantity.bounds(quantity.take(part, lost), PRECISIONS[-1])
        if not (np.isfinite(low) & np.isfinite(high)).all():
            raise Fault("overflow", int(lost[0]))
    return low, high


def _cut(values: FloatArray, shift: int, rounding: Callable[[FloatArray], FloatArray]) -> IntArray:
    return rounding(np.ldexp(values, shift)).astype(np.int64)


def _settled(part: Quantity) -> Quantity:
    """With what cancels taken out, so that a difference of equal forms is 0 and not nearly so."""
    if isinstance(part, Numbers):
        return part
    held = part.merged()
    return forms.settled(part.table, part.constant, Entries(held.starts, held.columns, held.coefficients))
