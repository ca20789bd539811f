"""Tables held in nested data (JSON, TOML): a list of objects, or an object of lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mdl.data import errors
from mdl.data.columns import Cells, Column
from mdl.data.table import Place, Table
from mdl.diagnostics import Failure, Span

Step = str | int
Locate = Callable[[Sequence[Step]], Place]


def table_of_records(value: Any, name: str, locate: Locate, span: Span | None) -> Table:
    """Raises Failure where the data has neither form."""
    at: tuple[Step, ...] = ()
    if isinstance(value, dict) and len(value) == 1:
        (key, inner), *_ = value.items()
        if isinstance(inner, list) and inner and all(isinstance(row, dict) for row in inner):
            at, value = (key,), inner
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return _of_rows(value, name, locate, at)
    if isinstance(value, dict) and value and all(isinstance(v, list) for v in value.values()):
        return _of_columns(value, name, locate)
    why = "a table is a list of objects, or an object of lists of one length"
    raise Failure(errors.malformed(name, why, locate(()).span or span))


def _of_rows(rows: list[dict[str, Any]], name: str, locate: Locate, at: tuple[Step, ...]) -> Table:
    names = list(dict.fromkeys(key for row in rows for key in row))
    for number, row in enumerate(rows):
        if len(row) != len(names):
            lost = next(n for n in names if n not in row)
            raise Failure(errors.malformed(name, f"row {number + 1} has no `{lost}`", locate((*at, number)).span))
    columns: dict[str, Column] = {n: Cells([row[n] for row in rows]) for n in names}

    def place(row: int, column: str | None) -> Place:
        found = locate((*at, row) if column is None else (*at, row, column))
        return Place(_words(name, row, column), found.span)

    return Table(name, columns, len(rows), place, locate(()))


def _of_columns(value: dict[str, list[Any]], name: str, locate: Locate) -> Table:
    lengths = {key: len(cells) for key, cells in value.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"`{k}` {n}" for k, n in list(lengths.items())[:6])
        raise Failure(errors.malformed(name, f"the columns differ in length: {listed}", locate(()).span))
    columns: dict[str, Column] = {key: Cells(cells) for key, cells in value.items()}

    def place(row: int, column: str | None) -> Place:
        return Place(_words(name, row, column), locate(() if column is None else (column, row)).span)

    return Table(name, columns, next(iter(lengths.values())), place, locate(()))


def _words(name: str, row: int, column: str | None) -> str:
    return f"row {row + 1} of {name}" + ("" if column is None else f", column {column}")
