"""Quantities as arrays that numpy compares fast, and several of them in one unit.

Exact quantities become integers over a common denominator: int64 where a bound proves that nothing wraps around,
Python integers beyond.  Everything else becomes float64 with a bound on how far each entry is from the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import LIMIT, Numbers
from mdl.algebra.vectors import largest
from mdl.mechanisms.audit.verdict import LEVELS, Level
from mdl.mechanisms.tables import Quantity

Array = npt.NDArray[Any]
ROUND = 2.0**-53
"""Relative error of one operation in float64."""


@dataclass(slots=True, frozen=True, eq=False)
class Sheet:
    """One quantity, flat.

    exact: `array` holds integers over `denominator`, of size at most `most`.  Otherwise float64; entries are within
    `radius` of the truth (0 of floats that are all there is to know).
    """

    quantity: Quantity
    array: Array
    denominator: int
    level: Level
    most: int
    size: float
    """Largest entry in absolute value, as a float."""
    radius: float = 0.0


@dataclass(slots=True, frozen=True, eq=False)
class Column:
    """A sheet in the unit of an `Aligned`."""

    sheet: Sheet
    array: Array
    factor: int
    wide: bool

    def read(self, view: Array) -> Array:
        """Part of `array`, any shape, in the unit; a view where nothing is to be done."""
        if self.wide:
            return view.astype(object) * self.factor
        return view if self.factor == 1 else view * self.factor


@dataclass(slots=True, frozen=True, eq=False)
class Aligned:
    """Sheets in one unit: an entry is worth `read(...) * unit`; `error` bounds what a sum of all of them, each taken
    `uses` times, may be off (0 where exact), and `most` its size in the unit.
    """

    columns: tuple[Column, ...]
    level: Level
    unit: Fraction
    most: int
    size: float
    error: float

    @property
    def dtype(self) -> Any:
        if self.level != "exact":
            return np.float64
        return object if any(c.wide for c in self.columns) else np.int64


def aligned(sheets: Sequence[Sheet], uses: int = 1, times: int = 1) -> Aligned:
    """Sheets for sums in which each occurs at most `uses` times, multiplied by integers of total size `times`."""
    level = worst(s.level for s in sheets)
    size = uses * sum(s.size for s in sheets)
    if level != "exact":
        columns = tuple(Column(s, _floats(s), 1, False) for s in sheets)
        error = uses * sum(s.radius + (s.size * ROUND if s.level == "exact" else 0.0) for s in sheets)
        return Aligned(columns, level, Fraction(1), 0, size, error + (uses * len(sheets) + 2) * ROUND * size)
    common = lcm(*(s.denominator for s in sheets))
    factors = [common // s.denominator for s in sheets]
    most = uses * times * sum(s.most * f for s, f in zip(sheets, factors, strict=True))
    wide = most > LIMIT or max(factors) > LIMIT or any(s.array.dtype == object for s in sheets)
    columns = tuple(Column(s, s.array, f, wide) for s, f in zip(sheets, factors, strict=True))
    return Aligned(columns, level, Fraction(1, common), most, size, 0.0)


def worst(levels: Any) -> Level:
    """The least sure of some levels; exact of none."""
    found: Level = max(levels, key=LEVELS.index, default="exact")
    return found


def _floats(sheet: Sheet) -> Array:
    if sheet.level != "exact":
        return sheet.array
    return Numbers.exact(sheet.array, sheet.denominator).floats()


@dataclass(slots=True, eq=False)
class Sheets:
    """Sheets made so far, so that properties audited together share them."""

    made: dict[int, Sheet] = field(default_factory=dict)

    def of(self, quantity: Quantity) -> Sheet:
        found = self.made.get(id(quantity))
        if found is None or found.quantity is not quantity:
            found = self.made[id(quantity)] = _sheet(quantity)
        return found


def _sheet(quantity: Quantity) -> Sheet:
    if not isinstance(quantity, Numbers):
        return _irrational(quantity)
    if quantity.numerators is None:
        floats = quantity.floats()
        return Sheet(quantity, floats, 1, "numeric", 0, _size(floats))
    most = largest(quantity.numerators)
    return Sheet(quantity, quantity.numerators, quantity.denominator, "exact", most, _ratio(most, quantity.denominator))


def _irrational(quantity: Quantity) -> Sheet:
    from mdl.irrational import quantity as forms

    low, high = forms.bounds(quantity)
    rough = np.flatnonzero(~(np.isfinite(low) & np.isfinite(high)))
    if len(rough):
        low, high = low.copy(), high.copy()
        low[rough], high[rough] = forms.bounds(forms.take(quantity, rough), 200)
    known = np.isfinite(low) & np.isfinite(high)
    low, high = np.where(known, low, 0.0), np.where(known, high, 0.0)
    middle = low + (high - low) / 2
    radius = float(np.max(np.maximum(high - middle, middle - low), initial=0.0)) * (1 + 4 * ROUND)
    return Sheet(quantity, middle, 1, "interval", 0, _size(middle), radius if known.all() else float("inf"))


def _size(floats: Array) -> float:
    return float(np.max(np.abs(floats), initial=0.0))


def _ratio(top: int, bottom: int) -> float:
    try:
        return top / bottom
    except OverflowError:
        return float("inf")
