"""Sparse matrices of integers: products that are int64 where a bound on their size fits, Python integers beyond."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import LIMIT, FloatArray, IntArray
from mdl.algebra.vectors import largest, wide

Places = npt.NDArray[Any]
Truths = npt.NDArray[np.bool_]


@dataclass(slots=True, eq=False)
class IntRows:
    """Compressed rows as in SparseRows, with integers (int64 or object) for coefficients."""

    starts: Places
    columns: Places
    values: IntArray
    width: int
    _turned: IntRows | None = field(default=None, repr=False)
    _size: int | None = field(default=None, repr=False)

    @property
    def height(self) -> int:
        return len(self.starts) - 1

    @property
    def size(self) -> int:
        """The largest coefficient."""
        if self._size is None:
            self._size = largest(self.values)
        return self._size

    def row_ids(self) -> Places:
        return np.repeat(np.arange(self.height), np.diff(self.starts))

    def dot(self, vector: IntArray) -> IntArray:
        """matrix vector, shape (height,)."""
        return sums(self.starts, product(self.values, vector[self.columns]))

    def turned(self) -> IntRows:
        """The transpose, made once."""
        if self._turned is None:
            order = np.argsort(self.columns, kind="stable")
            starts = np.zeros(self.width + 1, dtype=np.int64)
            np.cumsum(np.bincount(self.columns, minlength=self.width), out=starts[1:])
            self._turned = IntRows(starts, self.row_ids()[order], self.values[order], self.height, self)
        return self._turned

    def combination(self, weights: IntArray) -> IntArray:
        """The sum of the rows with these weights (height,), shape (width,)."""
        used = np.flatnonzero(weights)
        if 4 * len(used) < self.height:
            part = self.take_rows(used).turned()
            return part.dot(weights[used])
        return self.turned().dot(weights)

    def take_rows(self, rows: Places) -> IntRows:
        counts = np.diff(self.starts)[rows]
        starts = np.concatenate(([0], np.cumsum(counts)))
        entries = np.arange(starts[-1]) + np.repeat(self.starts[:-1][rows] - starts[:-1], counts)
        return IntRows(starts, self.columns[entries], self.values[entries], self.width)

    def take_columns(self, columns: Places) -> IntRows:
        """These columns, numbered anew in the order given."""
        place = np.full(self.width, -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        moved = place[self.columns]
        kept = moved >= 0
        starts = np.concatenate(([0], np.cumsum(kept)))[self.starts]
        return IntRows(starts, moved[kept], self.values[kept], len(columns))

    def column(self, place: int) -> IntArray:
        """One column in full, shape (height,)."""
        held = self.turned()
        here = slice(int(held.starts[place]), int(held.starts[place + 1]))
        out = np.zeros(self.height, dtype=self.values.dtype)
        out[held.columns[here]] = held.values[here]
        return out

    def floats(self) -> FloatArray:
        return self.values.astype(np.float64)


def product(left: IntArray, right: IntArray) -> IntArray:
    """Elementwise, never wrapping around."""
    if left.dtype != object and right.dtype != object and largest(left) * largest(right) <= LIMIT:
        return left * right
    return np.asarray(wide(left) * wide(right), dtype=object)


def sums(starts: Places, terms: IntArray) -> IntArray:
    """Sum of each of the consecutive groups `starts[k]:starts[k + 1]`; 0 of an empty one."""
    counts = np.diff(starts)
    longest = int(counts.max(initial=0))
    if terms.dtype != object and largest(terms) * longest > LIMIT:
        terms = wide(terms)
    out = np.zeros(len(counts), dtype=terms.dtype)
    held = np.flatnonzero(counts)
    if len(held):
        out[held] = np.add.reduceat(terms, starts[:-1][held])
    return narrowed(out)


def plus(left: IntArray, right: IntArray) -> IntArray:
    if left.dtype != object and right.dtype != object and largest(left) + largest(right) <= LIMIT:
        return left + right
    return np.asarray(wide(left) + wide(right), dtype=object)


def minus(left: IntArray, right: IntArray) -> IntArray:
    return plus(left, -right)


def total(values: IntArray) -> int:
    return sum(values.tolist())


def inner(left: IntArray, right: IntArray) -> int:
    """The inner product, as a Python integer."""
    return total(product(left, right))


def narrowed(values: IntArray) -> IntArray:
    """int64 again where every value fits."""
    if values.dtype == object and largest(values) <= LIMIT:
        return values.astype(np.int64)
    return values


def integers(values: Sequence[int]) -> IntArray:
    """From a list, int64 where every value fits."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return narrowed(out)
