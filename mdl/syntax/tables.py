"""The parse tables, as `python -m mdl.syntax.make_tables` wrote them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(slots=True, eq=False)
class Tables:
    """An LALR(1) automaton.

    `rows[state][terminal]` is the next state of a shift, `-1 - rule` for a reduction, or `accept`.
    `rules` are (left side, length, name of the building function or None).  `fallback[state]` is the rule to
    reduce by on a mistake, or -1.  `soft` are keywords that are names where they cannot be keywords;
    `starters` are those that begin a statement.  `message[state]` is an index into `messages.toml`.
    """

    terminals: list[str]
    ids: dict[str, int]
    words: dict[str, int]
    signs: dict[str, int]
    soft: frozenset[int]
    reserved: frozenset[int]
    patterns: dict[str, str]
    rules: list[tuple[int, int, str | None]]
    rows: list[dict[int, int]]
    gotos: list[dict[int, int]]
    fallback: list[int]
    starts: dict[str, int]
    accept: int
    synchronising: frozenset[int]
    nesting: frozenset[int]
    starters: frozenset[int]
    message: list[int]


@cache
def tables() -> Tables:
    """The tables of the language, read once."""
    return unpack(json.loads(Path(__file__).with_name("tables.json").read_bytes()))


def unpack(raw: dict[str, Any]) -> Tables:
    """Tables from the plain data of the file."""
    terminals = raw["terminals"]
    reserved = frozenset(raw["reserved"])
    soft = frozenset(raw["words"].values()) - reserved
    distinct = [_pairs(row) for row in raw["actions"]]
    rows = [distinct[index] for index in raw["action_row"]]
    return Tables(
        terminals=terminals,
        ids={name: number for number, name in enumerate(terminals)},
        words=raw["words"],
        signs=raw["signs"],
        soft=soft,
        reserved=reserved,
        patterns=raw["patterns"],
        rules=[(left, length, action) for left, length, action in raw["rules"]],
        rows=rows,
        gotos=[_pairs(row) for row in raw["gotos"]],
        fallback=raw["fallback"],
        starts=raw["starts"],
        accept=raw["accept"],
        synchronising=frozenset(raw["synchronising"]),
        nesting=frozenset(raw["nesting"]),
        starters=frozenset(kind for state in raw["synchronising"] for kind in rows[state] if kind in soft),
        message=raw["message"],
    )


def _pairs(flat: list[int]) -> dict[int, int]:
    return dict(zip(flat[::2], flat[1::2], strict=True))
