"""CSV and TSV: a header row, then a row a record; cells are stripped of blanks around them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mdl.data import errors
from mdl.data.columns import Column, Texts
from mdl.data.csv_fast import fast_columns
from mdl.data.table import Place, Table
from mdl.diagnostics import Diagnostic, Failure, Source, Span

FAST_FROM = 100_000
"""Bytes from which on a file is split by numpy, if it has no quotes."""


def read_csv(path: Path, name: str, separator: str, span: Span | None) -> Table:
    """Raises Failure for text that is no UTF-8, for ragged rows and for a header with a name twice."""
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as e:
        raise Failure(errors.unreadable(name, f"byte {e.start} is not UTF-8 text", span)) from None
    source = Source(name, text)
    place = partial(_place, source, separator)
    fast = fast_columns(raw, separator) if len(raw) >= FAST_FROM else None
    if fast is not None:
        header, columns, size = fast
        _header(name, header, source)
        return Table(name, dict(zip(header, columns, strict=True)), size, place, _header_place(source))
    rows = _rows(source, separator)
    header = [cell.strip() for cell in rows[0]] if rows else []
    _header(name, header, source)
    body = rows[1:]
    _same_length(name, body, len(header), place)
    made: list[Column] = [Texts([row[c].strip() for row in body]) for c in range(len(header))]
    return Table(name, dict(zip(header, made, strict=True)), len(body), place, _header_place(source))


def _rows(source: Source, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=separator, strict=True)
    try:
        return [row for row in reader if row]
    except csv.Error as e:
        raise Failure(errors.malformed(source.name, str(e), _line(source, reader.line_num))) from None


def _line(source: Source, number: int) -> Span:
    """The whole of a 1-based line."""
    start = 0
    for _ in range(number - 1):
        start = _line_end(source.text, start)
    return Span(source, start, start + len(source.text[start : _line_end(source.text, start)].rstrip("\r\n")))


def _header_place(source: Source) -> Place:
    return Place(f"header of {source.name}", _line(source, 1))


def _header(name: str, header: list[str], source: Source) -> None:
    if not header:
        raise Failure(errors.malformed(name, "the file is empty, a header row is needed", Span(source, 0, 0)))
    twice = next((h for k, h in enumerate(header) if h in header[:k]), None)
    if twice is not None:
        raise Failure(errors.column_twice(name, twice, _line(source, 1)))


def _same_length(name: str, body: list[list[str]], wanted: int, place: Callable[[int, str | None], Place]) -> None:
    wrong = [k for k, row in enumerate(body) if len(row) != wanted]
    if wrong:
        found: list[Diagnostic] = []
        for k in wrong[:5]:
            found.append(errors.ragged(name, k + 1, len(body[k]), wanted, place(k, None).span))
        raise Failure(found)


def _place(source: Source, separator: str, row: int, column: str | None) -> Place:
    """Finds record `row` (0 is the first below the header) by reading the text again."""
    start, end = _record(source.text, row + 1, separator)
    words = f"row {row + 1} of {source.name}"
    if column is None:
        return Place(words, Span(source, start, end))
    header = [c.strip() for c in next(csv.reader(io.StringIO(source.text, newline=""), delimiter=separator), [])]
    cells = _cells(source.text, start, end, separator)
    number = header.index(column) if column in header else -1
    if not 0 <= number < len(cells):
        return Place(words, Span(source, start, end))
    return Place(f"{words}, column {column}", Span(source, *cells[number]))


def _record(text: str, wanted: int, separator: str) -> tuple[int, int]:
    """Offsets of a record that is not empty, by number."""
    at, seen = 0, -1
    while at < len(text):
        end = _record_end(text, at, separator)
        if text[at:end].strip("\r\n"):
            seen += 1
            if seen == wanted:
                return at, at + len(text[at:end].rstrip("\r\n"))
        at = end
    return len(text), len(text)


def _record_end(text: str, at: int, separator: str) -> int:
    if '"' not in text[at : _line_end(text, at)]:
        return _line_end(text, at)
    quoted, start = False, True
    while at < len(text):
        c = text[at]
        if c == '"' and (quoted or start):
            quoted = not quoted
        elif c == "\n" and not quoted:
            return at + 1
        start = c == separator or (c == '"' and not quoted)
        at += 1
    return at


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _cells(text: str, start: int, end: int, separator: str) -> list[tuple[int, int]]:
    """Offsets of the cells of a record, quotes and blanks around them left out."""
    out, at, quoted = [], start, False
    for k in range(start, end + 1):
        c = text[k] if k < end else separator
        if c == '"':
            quoted = not quoted
        if k == end or (c == separator and not quoted):
            out.append(_trimmed(text, at, k))
            at = k + 1
    return out


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in ' \t"':
        start += 1
    while end > start and text[end - 1] in ' \t"':
        end -= 1
    return start, end
