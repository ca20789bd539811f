"""From codes to positions in a set: by arithmetic, by table, or by search in sorted keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mdl.algebra.universe import Codes

Positions = npt.NDArray[Any]

KEYS = 2**62
"""Combined keys stay below this."""


class Finder(Protocol):
    def find(self, codes: Sequence[Codes]) -> Positions:
        """Position of each row of codes, -1 where there is none."""


class Consecutive:
    """Codes `low, low + 1, ...`."""

    __slots__ = ("low", "size")

    def __init__(self, low: int, size: int) -> None:
        self.low = low
        self.size = size

    def find(self, codes: Sequence[Codes]) -> Positions:
        column = codes[0]
        if not len(column):
            return np.zeros(0, dtype=np.int32)
        least, most = int(column.min()), int(column.max())
        if least >= self.low and most < self.low + self.size:
            return column if self.low == 0 else column - column.dtype.type(self.low)
        places = column.astype(np.int64) - self.low
        places[(places < 0) | (places >= self.size)] = -1
        return places


class Table:
    """Keys close together: a table from key to position."""

    __slots__ = ("low", "table")

    def __init__(self, keys: Positions, low: int, high: int) -> None:
        self.low = low
        self.table = np.full(high - low + 1, -1, dtype=np.int32)
        self.table[keys - low] = np.arange(len(keys), dtype=np.int32)

    def find(self, codes: Sequence[Codes]) -> Positions:
        column = codes[0]
        if not len(column):
            return np.zeros(0, dtype=np.int32)
        if int(column.min()) >= self.low and int(column.max()) < self.low + len(self.table):
            return self.table[column - column.dtype.type(self.low)] if self.low else self.table[column]
        places = column.astype(np.int64) - self.low
        outside = (places < 0) | (places >= len(self.table))
        places[outside] = 0
        found = self.table[places]
        found[outside] = -1
        return found


class Sorted:
    """Any keys: search in their sorted order."""

    __slots__ = ("keys", "order")

    def __init__(self, keys: Positions) -> None:
        ascending = bool((keys[1:] > keys[:-1]).all())
        self.order = None if ascending else np.argsort(keys, kind="stable").astype(np.int32)
        self.keys = keys if self.order is None else keys[self.order]

    def find(self, codes: Sequence[Codes]) -> Positions:
        column = codes[0]
        if not len(self.keys):
            return np.full(len(column), -1, dtype=np.int32)
        places = np.searchsorted(self.keys, column)
        places[places == len(self.keys)] = 0
        hit = self.keys[places] == column
        if self.order is not None:
            return np.where(hit, self.order[places], np.int32(-1))
        places[~hit] = -1
        return places


class Composite:
    """Several columns: each to its distinct values, then one combined key."""

    __slots__ = ("keys", "stages")

    def __init__(self, columns: Sequence[Codes]) -> None:
        self.stages: list[tuple[Finder, int, Finder | None]] = []
        key: Positions = np.zeros(len(columns[0]), dtype=np.int64)
        span = 1
        for column in columns:
            distinct = ascending(column)
            single = keyed(distinct)
            squeeze: Finder | None = None
            if span * len(distinct) > KEYS:
                seen = ascending(key)
                squeeze = Sorted(seen)
                key, span = squeeze.find((key,)).astype(np.int64), len(seen)
            key = key * len(distinct) + single.find((column,))
            span *= len(distinct)
            self.stages.append((single, len(distinct), squeeze))
        self.keys = keyed(key)

    def find(self, codes: Sequence[Codes]) -> Positions:
        key: Positions = np.zeros(len(codes[0]), dtype=np.int64)
        missing: npt.NDArray[np.bool_] | None = None
        for column, (single, count, squeeze) in zip(codes, self.stages, strict=True):
            if squeeze is not None:
                key = squeeze.find((key,)).astype(np.int64)
                missing = _also(missing, key < 0)
            place = single.find((column,))
            missing = _also(missing, place < 0)
            key = key * count + place
        found = self.keys.find((key,))
        if missing is not None and len(found):
            found = np.where(missing, -1, found)
        return found


def _also(missing: npt.NDArray[np.bool_] | None, more: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_] | None:
    if not more.any():
        return missing
    return more if missing is None else missing | more


def keyed(keys: Positions) -> Finder:
    """The cheapest finder for one column of distinct keys."""
    size = len(keys)
    if not size:
        return Sorted(keys)
    low, high = int(keys.min()), int(keys.max())
    if high - low == size - 1 and bool((keys[1:] > keys[:-1]).all()):
        return Consecutive(low, size)
    if high - low <= 4 * size + 1024:
        return Table(keys, low, high)
    return Sorted(keys)


def finder(columns: Sequence[Codes] | None, low: int | None, size: int) -> Finder:
    """For a set given by its columns of codes, or by its first code where they are consecutive."""
    if low is not None:
        return Consecutive(low, size)
    assert columns is not None
    return keyed(columns[0]) if len(columns) == 1 else Composite(columns)


def ascending(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The distinct values in ascending order.  (np.unique would import numpy.ma, 12 ms at each start.)"""
    found = np.sort(values)
    kept = np.empty(len(found), dtype=np.bool_)
    kept[:1] = True
    np.not_equal(found[1:], found[:-1], out=kept[1:])
    return found[kept]
