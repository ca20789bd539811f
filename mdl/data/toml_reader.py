"""TOML, exactly: decimals as rationals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mdl.data import errors
from mdl.data.decimal_text import BadNumber, parse_decimal
from mdl.data.file_text import text_of
from mdl.data.records import Step, table_of_records
from mdl.data.table import Place, Table
from mdl.diagnostics import Failure, Source, Span


def load_toml(path: Path, name: str, span: Span | None) -> tuple[Any, Source]:
    """The tables of a file, and its text.  Raises Failure."""
    import tomllib

    text = text_of(path, name, span)
    source = Source(name, text)
    try:
        return tomllib.loads(text, parse_float=_decimal), source
    except tomllib.TOMLDecodeError as e:
        raise Failure(errors.malformed(name, _without_place(str(e)), _span_of(source, str(e)))) from None
    except (ValueError, BadNumber) as e:
        raise Failure(errors.malformed(name, str(e)[:200], None)) from None
    except RecursionError:
        raise Failure(errors.malformed(name, "it is nested too deeply", None)) from None


def _decimal(text: str) -> Any:
    lowered = text.lower().lstrip("+-")
    return float(text) if lowered in ("nan", "inf") else parse_decimal(text.replace("_", ""))


_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


def _without_place(message: str) -> str:
    return _AT.sub("", message)


def _span_of(source: Source, message: str) -> Span:
    found = _AT.search(message)
    if found is None or found[1] is None:
        return Span(source, len(source.text), len(source.text))
    lines = source.text.split("\n")
    at = sum(len(line) + 1 for line in lines[: int(found[1]) - 1]) + int(found[2]) - 1
    return Span(source, min(at, len(source.text)), min(at + 1, len(source.text)))


def read_toml(path: Path, name: str, span: Span | None) -> Table:
    """An array of tables, or arrays of one length."""
    value, source = load_toml(path, name, span)
    return table_of_records(value, name, partial(toml_place, source), span)


def toml_place(source: Source, path: Sequence[Step]) -> Place:
    """In words; the span is the line that gives the innermost key that stands on a line of its own."""
    words = ".".join(str(p) for p in path)
    for step in reversed([p for p in path if isinstance(p, str)]):
        found = re.search(
            rf'^[ \t]*(?:\[+[^\n]*)?"?{re.escape(step)}"?\]*[ \t]*(?:=[^\n]*)?$', source.text, re.MULTILINE
        )
        if found is not None:
            return Place(f"{words} in {source.name}", Span(source, found.start(), found.end()))
    return Place(f"{words} in {source.name}" if words else source.name, None)
