"""Data for one symbol from nested values, as JSON and TOML hold them (`--data`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mdl.data import errors
from mdl.data.columns import Cells, atom_of_text
from mdl.data.entries import Entries, Listed, Sets
from mdl.data.records import Locate, Step
from mdl.data.table import Place
from mdl.diagnostics import Failure
from mdl.semantics.model import Symbol

Path = tuple[Step, ...]


@dataclass(slots=True, frozen=True, eq=False)
class Nested:
    """`value` stands at `path` of a file; `locate` finds places below it."""

    value: Any
    path: Path
    locate: Locate

    def place(self, below: Path = ()) -> Place:
        return self.locate((*self.path, *below))


def entries_of(symbol: Symbol, data: Nested, arity: int, width: int) -> Entries | Listed:
    """Values of a param or type: one value, nested objects, keys `u1,AB`, rows `[key..., value]`, or a plain list."""
    value = data.value
    if arity == 0:
        return _table(symbol, data, [((), (), value)], arity, width)
    if isinstance(value, dict):
        return _table(symbol, data, list(_flat(symbol, data, value, (), (), arity)), arity, width)
    if not isinstance(value, list):
        raise Failure(errors.wrong_shape(symbol, "one value", f"a value for each of its {arity} indices", data.place()))
    if arity == 1 and not any(isinstance(row, list | dict) for row in value):
        cells = (Cells(value),)
        return Listed(cells, len(value), lambda k: data.place((k,)), data.place())
    rows: list[tuple[Path, Path, Any]] = []
    for k, row in enumerate(value):
        if not isinstance(row, list) or len(row) != arity + width:
            found = f"a row of {len(row)}" if isinstance(row, list) else "one value"
            raise Failure(errors.wrong_shape(symbol, found, f"rows of {arity + width}", data.place((k,))))
        rows.append((tuple(row[:arity]), (k,), row[arity] if width == 1 else row[arity:]))
    return _table(symbol, data, rows, arity, width)


def _table(symbol: Symbol, data: Nested, rows: list[tuple[Path, Path, Any]], arity: int, width: int) -> Entries:
    values = [_components(symbol, value, width, data, at) for _, at, value in rows]

    def place(k: int) -> Place:
        return data.place(rows[k][1])

    return Entries(
        tuple(Cells([key[c] for key, _, _ in rows]) for c in range(arity)),
        tuple(Cells([v[c] for v in values]) for c in range(width)),
        len(rows),
        place,
        place,
        data.place(),
    )


def _components(symbol: Symbol, value: Any, width: int, data: Nested, at: Path) -> Sequence[Any]:
    if width == 1 and not isinstance(value, list | dict):
        return (value,)
    if isinstance(value, list) and len(value) == width and width > 1:
        return value
    found = (
        f"a list of {len(value)}"
        if isinstance(value, list)
        else "an object"
        if isinstance(value, dict)
        else "one value"
    )
    wanted = "one value" if width == 1 else f"a list of {width}"
    raise Failure(errors.wrong_shape(symbol, found, wanted, data.place(at)))


def _flat(
    symbol: Symbol, data: Nested, value: dict[str, Any], before: tuple[Any, ...], at: Path, arity: int
) -> Iterator[tuple[tuple[Any, ...], Path, Any]]:
    for key, inner in value.items():
        left = arity - len(before)
        parts = (key,) if left == 1 else split_key(key)
        here = (*at, key)
        if len(parts) == left:
            yield (*before, *parts), here, inner
        elif len(parts) < left and isinstance(inner, dict):
            yield from _flat(symbol, data, inner, (*before, *parts), here, arity)
        else:
            found = f"a key of {len(before) + len(parts)} parts" if len(before) + len(parts) != 1 else "a key of 1 part"
            raise Failure(errors.wrong_shape(symbol, found, f"a key of {arity} parts", data.place(here)))


def split_key(key: str) -> tuple[str, ...]:
    """`u1,AB` and `(u1, AB)`."""
    inner = key.strip()
    if inner.startswith("(") and inner.endswith(")"):
        inner = inner[1:-1]
    return tuple(part.strip() for part in inner.split(","))


def sets_of(symbol: Symbol, data: Nested, arity: int, width: int) -> Sets:
    """A list of members, or a list for each key of a family."""
    value = data.value
    if arity == 0:
        rows: list[tuple[tuple[Any, ...], Path, Any]] = [((), (), value)]
    elif isinstance(value, dict):
        rows = list(_flat(symbol, data, value, (), (), arity))
    else:
        raise Failure(errors.wrong_shape(symbol, "a list", "an object with a list for each key", data.place()))
    owners, members, places = list[int](), list[Sequence[Any]](), list[Path]()
    for k, (_, at, inner) in enumerate(rows):
        if not isinstance(inner, list):
            found = "an object" if isinstance(inner, dict) else "one value"
            raise Failure(errors.wrong_shape(symbol, found, "a list of members", data.place(at)))
        for n, member in enumerate(inner):
            owners.append(k)
            members.append(_member(symbol, member, width, data, (*at, n)))
            places.append((*at, n))
    return Sets(
        tuple(Cells([key[c] for key, _, _ in rows]) for c in range(arity)),
        np.array(owners, dtype=np.int64),
        tuple(Cells([m[c] for m in members]) for c in range(width)),
        lambda k: data.place(rows[k][1]),
        lambda k: data.place(places[k]),
        data.place(),
        True,
    )


def _member(symbol: Symbol, value: Any, width: int, data: Nested, at: Path) -> Sequence[Any]:
    if width > 1 and isinstance(value, str):
        parts = split_key(value)
        if len(parts) == width:
            return [atom_of_text(p) for p in parts]
    return _components(symbol, value, width, data, at)
