"""Sparse maps in float64, made for being applied many times."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.program.sparse import SparseRows

Places = npt.NDArray[np.intp]


class FloatMap:
    """A sparse matrix (rows, width) as entries: `row`, `column`, `value`, each (nonzeros,), rows ascending.

    Plain numpy, so that nothing heavy is imported; gathers and identities, the common maps, cost
    one pass or none.  Results may share memory with arguments: do not write into them.
    """

    __slots__ = ("_columns_distinct", "_gather", "_identity", "column", "row", "rows", "value", "width")

    def __init__(self, row: Places, column: Places, value: FloatArray, rows: int, width: int) -> None:
        self.row, self.column, self.value = row, column, value
        self.rows, self.width = rows, width
        self._gather = len(row) == rows and bool((row == np.arange(rows)).all())
        same = self._gather and rows == width and bool((column == row).all())
        self._identity = same and bool((value == 1.0).all())
        self._columns_distinct = len(column) < 2 or bool((column[1:] > column[:-1]).all())

    @staticmethod
    def of(rows: SparseRows) -> FloatMap:
        row, column = rows.row_ids().astype(np.intp), rows.columns.astype(np.intp)
        return FloatMap(row, column, rows.coefficients.floats(), rows.rows, rows.width)

    def times(self, vector: FloatArray) -> FloatArray:
        """map vector, shape (rows,)."""
        if self._identity:
            return vector
        terms: FloatArray = self.value * vector[self.column]
        if self._gather:
            return terms
        if self.rows == 1:
            return np.array([terms.sum()])
        return np.bincount(self.row, terms, self.rows).astype(np.float64, copy=False)

    def transposed(self, vector: FloatArray) -> FloatArray:
        """map' vector, shape (width,)."""
        if self._identity:
            return vector
        terms: FloatArray = self.value * (vector if self._gather else vector[self.row])
        if not self._columns_distinct:
            return np.bincount(self.column, terms, self.width).astype(np.float64, copy=False)
        if len(terms) == self.width:
            return terms
        out = np.zeros(self.width)
        out[self.column] = terms
        return out


def spread(starts: npt.NDArray[Any], counts: npt.NDArray[Any]) -> Places:
    """starts[0], starts[0]+1, ... (counts[0] of them), starts[1], ... one after the other."""
    before = np.cumsum(counts) - counts
    return (np.repeat(starts - before, counts) + np.arange(int(counts.sum()))).astype(np.intp)
