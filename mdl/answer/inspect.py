"""The generated program in the user's names: blocks, sizes, ranges of coefficients, single rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from mdl.answer.numerals import short
from mdl.answer.rows import RowPrinter, side, text_of
from mdl.program.program import Bound, Columns, Domain, Program, Role, Rows
from mdl.program.sparse import SparseRows

SHOWN = 3
"""Rows of each block that are shown in full when no pattern asks for more."""

MOST_MATCHES = 1000
"""A pattern shows this many rows at most; the count of the others is said."""


def overview(program: Program) -> Iterator[str]:
    """The lines of `mdl inspect` without `--rows`."""
    printer = RowPrinter(program)
    yield f"{program.name}: {program.kind.value}, {program.width} columns, {program.height} rows"
    yield f"  {crop(printer.objective())}"
    for columns in program.columns:
        yield f"  {columns_line(columns)}"
    for rows in program.rows:
        yield f"  {rows_line(rows)}"
        for position in range(min(SHOWN, len(rows.labels))):
            yield f"    {row_line(printer, rows, position)}"
        if len(rows.labels) > SHOWN:
            yield f"    ... {len(rows.labels) - SHOWN} more: --rows '{every(rows.name)}'"


def every(block: str) -> str:
    """A pattern for the members of a block: `link[*]`, and `dual[link[*]]` of `dual[link]`."""
    return f"{block[:-1]}[*]]" if block.endswith("]") else f"{block}[*]"


def matching(program: Program, pattern: str) -> Iterator[str]:
    """Rows and columns whose name matches a pattern (`*` any text, `?` one character; brackets stand for
    themselves), in full.  A block's name alone matches the whole block."""
    printer = RowPrinter(program)
    fits = re.compile(as_regex(pattern))
    found = 0
    for text in _matches(program, printer, fits, pattern):
        found += 1
        if found <= MOST_MATCHES:
            yield text
    if found > MOST_MATCHES:
        yield f"... {found - MOST_MATCHES} more match"


def _matches(program: Program, printer: RowPrinter, fits: re.Pattern[str], pattern: str) -> Iterator[str]:
    if fits.fullmatch(program.objective.name):
        yield f"{program.objective.name}  {printer.objective()}"
    for rows in program.rows:
        for k in range(len(rows.labels)):
            if rows.name == pattern or fits.fullmatch(plain(rows.labels.name(rows.name, k))):
                yield row_line(printer, rows, k)
    for columns in program.columns:
        for k in range(len(columns.labels)):
            if columns.name == pattern or fits.fullmatch(plain(columns.labels.name(columns.name, k))):
                yield column_line(columns, k)


def as_regex(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in plain(pattern))


def plain(text: str) -> str:
    return text.replace(" ", "")


def row_line(printer: RowPrinter, rows: Rows, position: int) -> str:
    return f"{rows.labels.name(rows.name, position)}  {printer.row(rows, position)}"


def column_line(columns: Columns, position: int) -> str:
    low, high = side(columns.lower, position), side(columns.upper, position)
    left = f"{text_of(low)} <= " if low is not None else ""
    right = f" <= {text_of(high)}" if high is not None else ""
    domain = "" if columns.domain is Domain.CONTINUOUS else f"  {columns.domain.value}"
    return f"{left}{columns.labels.name(columns.name, position)}{right}{domain}"


def columns_line(columns: Columns) -> str:
    parts = [f"var {columns.name}: {len(columns.labels)}"]
    if columns.domain is not Domain.CONTINUOUS:
        parts.append(columns.domain.value)
    if columns.domain is not Domain.BINARY:
        parts.append(bounds_text(columns.lower, columns.upper))
    if columns.role is not Role.USER and columns.origin:
        parts.append(f"made for {columns.origin}")
    return ", ".join(parts) + place(columns)


def rows_line(rows: Rows) -> str:
    parts = [f"rows {rows.name}: {len(rows.labels)}", f"{rows.linear.nonzeros} linear nonzeros"]
    span = coefficient_range([rows.linear])
    if span:
        parts.append(f"coefficients {span}")
    if rows.nonlinear:
        parts.append("nonlinear")
    if rows.role is not Role.USER and rows.origin:
        parts.append(f"made for {rows.origin}")
    return ", ".join(parts) + place(rows)


def place(block: Columns | Rows) -> str:
    return f"  ({block.span.source.name}:{block.span.line})" if block.span is not None else ""


def bounds_text(lower: Bound | None, upper: Bound | None) -> str:
    low = range_text(lower.floats(-np.inf)) if lower is not None else "-inf"
    high = range_text(upper.floats(np.inf)) if upper is not None else "inf"
    return "free" if (low, high) == ("-inf", "inf") else f"from {low} to {high}"


def range_text(values: Any) -> str:
    if not len(values):
        return "none"
    low, high = float(values.min()), float(values.max())
    return short(low) if low == high else f"{short(low)}..{short(high)}"


def coefficient_range(parts: Iterable[SparseRows]) -> str:
    """`1..40` in absolute value; empty where there is no coefficient."""
    sizes = [np.abs(p.coefficients.floats()) for p in parts if p.nonzeros]
    if not sizes:
        return ""
    return range_text(np.concatenate(sizes))


def crop(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[: most - 4]} ..."
