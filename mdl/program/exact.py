"""Exact algebra of sparse rows: sums, products with maps, products row by row.

Everything is vectorised over entries and keeps the exact side of the coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.program.maps import spread
from mdl.program.sparse import SparseRows

Places = npt.NDArray[Any]


def from_entries(row: Places, column: Places, value: Numbers, rows: int, width: int) -> SparseRows:
    """Canonical rows from entries in any order; entries at the same place are added, zeros dropped.

    Raises arithmetic.Fault where a sum leaves the range of float64.
    """
    if len(row) > 1 and not _ascending(row, column):
        order = np.lexsort((column, row))
        row, column, value = row[order], column[order], value.take(order)
        first = np.concatenate(([True], (row[1:] != row[:-1]) | (column[1:] != column[:-1])))
        if not first.all():
            value = segments.total(value, Segments(np.cumsum(first) - 1, int(first.sum())))
            row, column = row[first], column[first]
    kept = arithmetic.signs(value) != 0
    if not kept.all():
        row, column, value = row[kept], column[kept], value.take(np.flatnonzero(kept))
    starts = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=rows), out=starts[1:])
    return SparseRows(starts, column, value, width)


def _ascending(row: Places, column: Places) -> bool:
    return bool(((row[1:] > row[:-1]) | ((row[1:] == row[:-1]) & (column[1:] > column[:-1]))).all())


def add(parts: Sequence[SparseRows]) -> SparseRows:
    """The sum of one or more sparse matrices of one shape."""
    if len(parts) == 1:
        return parts[0]
    row = np.concatenate([p.row_ids() for p in parts])
    column = np.concatenate([p.columns for p in parts])
    value = arithmetic.concat([p.coefficients for p in parts])
    return from_entries(row, column, value, parts[0].rows, parts[0].width)


def compose(outer: SparseRows, inner: SparseRows) -> SparseRows:
    """The matrix product outer inner."""
    counts = np.diff(inner.starts)[outer.columns]
    entry = spread(inner.starts[:-1][outer.columns], counts)
    held = np.repeat(np.arange(outer.nonzeros), counts)
    value = arithmetic.mul(outer.coefficients.take(held), inner.coefficients.take(entry))
    return from_entries(outer.row_ids()[held], inner.columns[entry], value, outer.rows, inner.width)


def apply(matrix: SparseRows, vector: Numbers) -> Numbers:
    """matrix vector, shape (rows,)."""
    terms = arithmetic.mul(matrix.coefficients, vector.take(matrix.columns))
    return segments.total(terms, Segments(matrix.row_ids(), matrix.rows))


def scale(matrix: SparseRows, factors: Numbers) -> SparseRows:
    """diag(factors) matrix."""
    row = matrix.row_ids()
    value = arithmetic.mul(matrix.coefficients, factors.take(row))
    return from_entries(row, matrix.columns, value, matrix.rows, matrix.width)


def keep_rows(matrix: SparseRows, kept: npt.NDArray[np.bool_]) -> SparseRows:
    """The same shape, with nothing in the rows that are not kept."""
    if kept.all():
        return matrix
    row = matrix.row_ids()
    held = np.flatnonzero(kept[row])
    return from_entries(row[held], matrix.columns[held], matrix.coefficients.take(held), matrix.rows, matrix.width)


def pairs(left: SparseRows, right: SparseRows) -> SparseRows:
    """Row by row, the product of two linear forms: row r has left_i right_j at column `min(i,j) * width + max(i,j)`."""
    counts = np.diff(right.starts)[left.row_ids()]
    second = spread(right.starts[:-1][left.row_ids()], counts)
    first = np.repeat(np.arange(left.nonzeros), counts)
    value = arithmetic.mul(left.coefficients.take(first), right.coefficients.take(second))
    i, j = left.columns[first].astype(np.int64), right.columns[second].astype(np.int64)
    column = np.minimum(i, j) * left.width + np.maximum(i, j)
    return from_entries(left.row_ids()[first], column, value, left.rows, left.width**2)
