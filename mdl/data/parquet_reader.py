"""Parquet: integers and decimals exactly, a float as the shortest decimal that reads as it (0.1 is 1/10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mdl.algebra.numbers import LIMIT, Numbers
from mdl.data import errors
from mdl.data.columns import Cells, Column, Figures, Texts
from mdl.data.decimal_text import parse_decimals
from mdl.data.table import Place, Table
from mdl.diagnostics import Failure, Span


def read_parquet(path: Path, name: str, span: Span | None) -> Table:
    """Raises Failure where the package pyarrow is missing or the file is no Parquet."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise Failure(errors.needs_package(name, "pyarrow", span)) from None
    try:
        held = pyarrow.parquet.read_table(path)
        names = [str(n) for n in held.column_names]
        columns = {n: _column(held.column(k)) for k, n in enumerate(names)}
        size = int(held.num_rows)
    except Exception as e:  # the package raises many kinds
        raise Failure(errors.unreadable(name, str(e).split("\n")[0][:200], span)) from None
    if len(columns) != len(names):
        twice = next(n for k, n in enumerate(names) if n in names[:k])
        raise Failure(errors.column_twice(name, twice, span))

    def place(row: int, column: str | None) -> Place:
        return Place(f"row {row + 1} of {name}" + ("" if column is None else f", column {column}"), span)

    return Table(name, columns, size, place, Place(name, span))


def _column(held: Any) -> Column:
    import pyarrow

    kind = held.type
    if held.null_count == 0:
        if pyarrow.types.is_integer(kind) and not pyarrow.types.is_uint64(kind):
            values = held.to_numpy().astype(np.int64)
            if not len(values) or max(int(values.max()), -int(values.min())) <= LIMIT:
                return Figures(Numbers.exact(values))
        if pyarrow.types.is_floating(kind):
            values = held.to_numpy()
            if np.isfinite(values).all():
                return Figures(
                    parse_decimals(
                        [str(v) for v in values.tolist()] if values.dtype == np.float64 else [str(v) for v in values]
                    )
                )
        if pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind) or pyarrow.types.is_dictionary(kind):
            cells = held.to_pylist()
            if all(isinstance(c, str) for c in cells):
                return Texts(cells)
    return Cells(held.to_pylist())
