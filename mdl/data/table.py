"""A table as read from a file, and places in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mdl.data.columns import Column
from mdl.diagnostics import Span


@dataclass(slots=True, frozen=True)
class Place:
    """Where a value stands: in words always (`row 3 of links.csv, column mbps`), as a span where there is text."""

    words: str
    span: Span | None


@dataclass(slots=True, frozen=True, eq=False)
class Table:
    """Columns by name, all of `size` rows.  `place(row, column)` finds a cell; `header` the place of the names."""

    name: str
    columns: dict[str, Column]
    size: int
    place: Callable[[int, str | None], Place]
    header: Place
