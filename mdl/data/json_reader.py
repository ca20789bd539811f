"""JSON, exactly: numbers as rationals, repeated keys refused, and places by path."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from json.decoder import scanstring  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from mdl.data import errors
from mdl.data.decimal_text import BadNumber, parse_decimal
from mdl.data.file_text import text_of
from mdl.data.records import Step, table_of_records
from mdl.data.table import Place, Table
from mdl.diagnostics import Failure, Source, Span


class _Repeated(Exception):  # noqa: N818
    pass


def load_json(path: Path, name: str, span: Span | None) -> tuple[Any, Source]:
    """The value in a file, and its text.  Raises Failure."""
    text = text_of(path, name, span)
    source = Source(name, text)
    try:
        value = json.loads(
            text, parse_float=parse_decimal, parse_int=_integer, parse_constant=float, object_pairs_hook=_object
        )
    except json.JSONDecodeError as e:
        at = min(e.pos, len(text))
        raise Failure(errors.malformed(name, e.msg, Span(source, at, min(at + 1, len(text))))) from None
    except _Repeated as e:
        raise Failure(errors.malformed(name, f"the key `{e}` stands twice in one object", None)) from None
    except BadNumber as e:
        at = max(text.find(e.text), 0)
        raise Failure(errors.malformed(name, f"{e.text[:40]} is {e.why}", Span(source, at, at + len(e.text)))) from None
    except RecursionError:
        raise Failure(errors.malformed(name, "it is nested too deeply", None)) from None
    return value, source


def _integer(text: str) -> int:
    return parse_decimal(text).numerator


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Repeated(key)
            seen.add(key)
    return made


def read_json(path: Path, name: str, span: Span | None) -> Table:
    """A list of objects, or an object of lists of one length."""
    value, source = load_json(path, name, span)
    return table_of_records(value, name, partial(json_place, source), span)


def json_place(source: Source, path: Sequence[Step]) -> Place:
    """The place of the value at a path of keys and positions; of its key where the last step is one."""
    words = ".".join(str(p) for p in path)
    try:
        start, end = _locate(source.text, list(path))
    except (ValueError, IndexError):
        return Place(f"{words} in {source.name}", Span(source, 0, 0))
    return Place(f"{words} in {source.name}" if words else source.name, Span(source, start, end))


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str)


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _locate(text: str, path: list[Step]) -> tuple[int, int]:
    at = _blank(text, 0)
    for step in path:
        at = _into(text, at, step)
    _, end = _DECODER.raw_decode(text, at)
    return at, end


def _into(text: str, at: int, step: Step) -> int:
    opening = text[at]
    at, number = _blank(text, at + 1), 0
    while True:
        if opening == "{":
            key, at = scanstring(text, at + 1)
            at = _blank(text, _blank(text, at) + 1)
            if key == step:
                return at
        elif number == step:
            return at
        _, at = _DECODER.raw_decode(text, at)
        at = _blank(text, at)
        if text[at] != ",":
            raise ValueError(step)
        at, number = _blank(text, at + 1), number + 1
