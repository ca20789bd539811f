"""Sparse rows while they are being built: entries in row order, columns in any order, nothing merged yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic, segments
from mdl.algebra.domain import entries_of
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Positions, Segments
from mdl.program.sparse import SparseRows

Places = npt.NDArray[Any]


@dataclass(slots=True, frozen=True, eq=False)
class Entries:
    """Row r has entries `starts[r]:starts[r+1]` of `columns` and `coefficients`; `starts` None: one each.

    Columns may be in any order and stand twice, coefficients may be 0.
    """

    starts: npt.NDArray[Any] | None
    columns: Places
    coefficients: Numbers

    @property
    def nonzeros(self) -> int:
        return len(self.columns)

    def counts(self, rows: int) -> Places:
        return np.ones(rows, dtype=np.int64) if self.starts is None else np.diff(self.starts)

    def full_starts(self) -> Places:
        return np.arange(len(self.columns) + 1) if self.starts is None else self.starts

    def scaled(self, factors: Numbers) -> Entries:
        """Row r times factor r."""
        if self.starts is None or arithmetic.is_constant(factors):
            held = _resized(factors, len(self.columns)) if self.starts is not None else factors
        else:
            held = factors.take(np.repeat(np.arange(len(factors)), np.diff(self.starts)))
        return Entries(self.starts, self.columns, arithmetic.mul(self.coefficients, held))

    def negated(self) -> Entries:
        return Entries(self.starts, self.columns, arithmetic.neg(self.coefficients))

    def take(self, rows: Positions) -> Entries:
        if self.starts is None:
            return Entries(None, self.columns[rows], _gathered(self.coefficients, rows))
        places, starts = entries_of(self.starts, rows)
        return Entries(starts, self.columns[places], _gathered(self.coefficients, places))

    def summed(self, groups: Segments) -> Entries:
        """One row a segment; the entries are the same ones in the same order."""
        starts = groups.starts if self.starts is None else self.starts[groups.starts]
        return Entries(starts, self.columns, self.coefficients)

    def placed(self, positions: Positions, rows: int) -> Entries:
        """Row k of these at row `positions[k]` of `rows`, which has nothing elsewhere."""
        held = self
        if len(positions) > 1 and not (positions[1:] > positions[:-1]).all():
            order = np.argsort(positions, kind="stable")
            held, positions = self.take(order), positions[order]
        counts = np.zeros(rows + 1, dtype=np.int64)
        counts[positions + 1] = held.counts(len(positions))
        return Entries(np.cumsum(counts), held.columns, held.coefficients)


def _resized(constant: Numbers, size: int) -> Numbers:
    """A vector of one value at another length."""
    if not size or not len(constant):
        return Numbers.constant(1, size)
    one = constant.take(slice(0, 1))
    if one.numerators is not None:
        return Numbers.exact(np.broadcast_to(one.numerators, (size,)), one.denominator)
    return Numbers(None, 1, np.broadcast_to(one.floats(), (size,)))


def _gathered(held: Numbers, places: Places) -> Numbers:
    return _resized(held, len(places)) if len(held) and arithmetic.is_constant(held) else held.take(places)


def identity(columns: Places) -> Entries:
    """Row k is column `columns[k]`."""
    return Entries(None, columns, Numbers.constant(1, len(columns)))


def joined(parts: Sequence[Entries], rows: int) -> Entries:
    """The sum of several, row by row, each row's entries in the order of the parts."""
    if len(parts) == 1:
        return parts[0]
    counts = [p.counts(rows) for p in parts]
    starts = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.sum(counts, axis=0), out=starts[1:])
    columns = np.empty(int(starts[-1]), dtype=np.result_type(*(p.columns.dtype for p in parts)))
    base, placed = starts[:-1].copy(), []
    for part, count in zip(parts, counts, strict=True):
        target = np.arange(part.nonzeros) + np.repeat(base - part.full_starts()[:-1], count)
        columns[target] = part.columns
        placed.append((target, part.coefficients))
        base += count
    return Entries(starts, columns, arithmetic.merge(placed, len(columns)))


def merged_entries(parts: Sequence[Entries], rows: int) -> Entries:
    """The sum of several, row by row, with ascending columns and each at most once a row."""
    whole = joined(parts, rows)
    starts, columns = whole.full_starts(), whole.columns
    if _ascending(starts, columns):
        return whole
    width = int(columns.max(initial=0)) + 1
    return Entries(*_sorted(starts, columns, whole.coefficients, rows, width))


def assembled(parts: Sequence[Entries], rows: int, width: int) -> SparseRows:
    """Canonical rows: columns ascend, equal ones are added, zeros dropped."""
    parts = [p for p in parts if p.nonzeros]
    if not parts:
        return SparseRows.empty(rows, width)
    whole = joined(parts, rows)
    starts, columns, value = whole.full_starts(), whole.columns, whole.coefficients
    if not _ascending(starts, columns):
        starts, columns, value = _sorted(starts, columns, value, rows, width)
    if _may_have_zeros(value):
        kept = arithmetic.signs(value) != 0
        if not kept.all():
            before = np.concatenate(([0], np.cumsum(kept)))
            starts, columns, value = before[starts], columns[kept], value.take(np.flatnonzero(kept))
    return SparseRows(starts, columns, value, width)


def _may_have_zeros(value: Numbers) -> bool:
    return not arithmetic.is_constant(value) or bool(arithmetic.signs(value.take(slice(0, 1)))[0] == 0)


def _ascending(starts: Places, columns: Places) -> bool:
    if len(columns) < 2:
        return True
    rising = columns[1:] > columns[:-1]
    inner = starts[1:-1]
    rising[inner[(inner > 0) & (inner < len(columns))] - 1] = True
    return bool(rising.all())


def _sorted(starts: Places, columns: Places, value: Numbers, rows: int, width: int) -> tuple[Places, Places, Numbers]:
    """Each row sorted by column, equal columns added."""
    row = np.repeat(np.arange(rows), np.diff(starts))
    if rows * max(width, 1) < 2**62:
        key = row * np.int64(max(width, 1)) + columns
        order = np.argsort(key, kind="stable")
        key = key[order]
        first = np.concatenate(([True], key[1:] != key[:-1]))
    else:
        order = np.lexsort((columns, row))
        sorted_rows, sorted_columns = row[order], columns[order]
        same = (sorted_rows[1:] == sorted_rows[:-1]) & (sorted_columns[1:] == sorted_columns[:-1])
        first = np.concatenate(([True], ~same))
    columns, value = columns[order], _gathered(value, order)
    if not first.all():
        value = segments.total(value, Segments(np.cumsum(first) - 1, int(first.sum())))
        before = np.concatenate(([0], np.cumsum(first)))
        columns, starts = columns[first], before[starts]
    return starts, columns, value
