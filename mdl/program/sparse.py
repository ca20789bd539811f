"""Sparse rows with exact coefficients: the linear part of everything in a Program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import Numbers


@dataclass(slots=True, frozen=True, eq=False)
class SparseRows:
    """Compressed rows.  Row r has entries `starts[r]:starts[r+1]` of `columns` and `coefficients`.

    Shapes: starts (rows + 1,), columns and coefficients (nonzeros,).  Canonical: columns ascend
    within a row, none twice, no stored zero.  `width` is the number of columns of the whole map.
    """

    starts: npt.NDArray[Any]
    columns: npt.NDArray[Any]
    coefficients: Numbers
    width: int

    @staticmethod
    def empty(rows: int, width: int) -> SparseRows:
        none = np.zeros(0, dtype=np.int32)
        return SparseRows(np.zeros(rows + 1, dtype=np.int64), none, Numbers.constant(1, 0), width)

    @property
    def rows(self) -> int:
        return len(self.starts) - 1

    @property
    def nonzeros(self) -> int:
        return len(self.columns)

    def row_ids(self) -> npt.NDArray[Any]:
        """The row of each entry, shape (nonzeros,)."""
        return np.repeat(np.arange(self.rows), np.diff(self.starts))
