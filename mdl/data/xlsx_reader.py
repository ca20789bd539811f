"""XLSX: the first sheet; the first row that is not empty names the columns.  A float is its shortest decimal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mdl.data import errors
from mdl.data.columns import Cells, Column
from mdl.data.table import Place, Table
from mdl.diagnostics import Failure, Span


def read_xlsx(path: Path, name: str, span: Span | None) -> Table:
    """Raises Failure where the package openpyxl is missing or the file is no workbook."""
    try:
        import openpyxl
    except ImportError:
        raise Failure(errors.needs_package(name, "openpyxl", span)) from None
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        title = str(sheet.title)
        rows = [
            (k, row) for k, row in enumerate(sheet.iter_rows(values_only=True), 1) if any(c is not None for c in row)
        ]
        book.close()
    except Exception as e:  # the package raises whatever its zip and XML readers raise
        raise Failure(errors.unreadable(name, str(e)[:200] or type(e).__name__, span)) from None
    if not rows:
        raise Failure(errors.malformed(name, f"the sheet {title} is empty, a header row is needed", span))
    return _table(name, title, rows, span)


def _table(name: str, title: str, rows: list[tuple[int, tuple[Any, ...]]], span: Span | None) -> Table:
    head = rows[0][1]
    width = max(k for k, c in enumerate(head) if c is not None) + 1
    header = [str(c).strip() if c is not None else "" for c in head[:width]]
    body, numbers = rows[1:], [k for k, _ in rows[1:]]
    for k, row in body:
        extra = [c for c in row[width:] if c is not None]
        if extra:
            raise Failure(errors.ragged(f"{name}, sheet {title}", k, width + len(extra), width, span))
    twice = next((h for k, h in enumerate(header) if h and h in header[:k]), None)
    if twice is not None:
        raise Failure(errors.column_twice(name, twice, span))
    columns: dict[str, Column] = {}
    for c, h in enumerate(header):
        if h:
            columns[h] = Cells([_plain(row[c]) if c < len(row) else None for _, row in body])

    def place(row: int, column: str | None) -> Place:
        cell = f", column {column}" if column is not None else ""
        return Place(f"{name}, sheet {title}, row {numbers[row]}{cell}", span)

    return Table(name, columns, len(body), place, Place(f"{name}, sheet {title}", span))


def _plain(cell: Any) -> Any:
    return cell.strip() if isinstance(cell, str) else cell
