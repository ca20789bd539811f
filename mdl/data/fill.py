"""From keyed data to values over index tables: keys looked up, rows checked to be there once each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.domain import Domain, Family
from mdl.algebra.numbers import Numbers
from mdl.algebra.set_values import first_of_equals
from mdl.algebra.universe import MISSING, Codes, Universe
from mdl.algebra.values import Members, Truths
from mdl.data import cells, errors
from mdl.data.columns import Cells, Column
from mdl.data.entries import Entries, Listed, Sets, Where
from mdl.data.table import Place
from mdl.diagnostics import Diagnostic, Failure
from mdl.semantics.kinds import Kind, Numeric
from mdl.semantics.model import Symbol

SHOWN = 5
"""Missing entries named in one message."""

Positions = npt.NDArray[Any]


@dataclass(slots=True, frozen=True, eq=False)
class Filled:
    """Given values and where they belong: value k is that of entry `positions[k]` of the index table."""

    values: Numbers | Members
    positions: Positions
    place: Where
    whole: Place


def fill(symbol: Symbol, kind: Kind, data: Entries | Listed, domain: Domain) -> Filled:
    """Values of a param or type.  Raises Failure with everything wrong with keys, rows and cells."""
    filled, problems = fill_what_is_right(symbol, kind, data, domain)
    if problems:
        raise Failure(problems)
    return filled


def fill_what_is_right(
    symbol: Symbol, kind: Kind, data: Entries | Listed, domain: Domain
) -> tuple[Filled, list[Diagnostic]]:
    """The values whose keys and cells are right, and what is wrong with the others."""
    problems: list[Diagnostic] = []
    positions: Positions = np.arange(domain.size)
    if isinstance(data, Listed):
        if data.size != domain.size:
            found = f"a list of {data.size}"
            raise Failure(errors.wrong_shape(symbol, found, f"a list of {domain.size}, one a member", data.whole))
    elif domain.arity:
        positions, problems = _positions(symbol, data.keys, domain, data.key_place, True)
    values, right, wrong = _read_values(symbol, kind, data.values, domain.universe, data.value_place)
    problems += wrong
    if not problems:
        return Filled(values, positions, data.value_place, data.whole), []
    kept = np.flatnonzero(right & (positions >= 0))
    held = values.take(kept) if isinstance(values, Numbers) else Members(tuple(c[kept] for c in values.codes))
    return Filled(held, positions[kept], lambda k: data.value_place(int(kept[k])), data.whole), problems


def _read_values(
    symbol: Symbol, kind: Kind, columns: Sequence[Column], universe: Universe, place: Where
) -> tuple[Numbers | Members, Truths, list[Diagnostic]]:
    """The cells of a value as numbers or members, as the declared kind asks; the rows that are right; the others."""
    if isinstance(kind, Numeric):
        return cells.numbers(symbol, columns[0], place)
    read = [cells.codes(symbol, c, universe, place, False) for c in columns]
    right = np.logical_and.reduce([ok for _, ok, _ in read])
    held = tuple(cells.named(c, codes, ok, universe) for c, (codes, ok, _) in zip(columns, read, strict=True))
    return Members(held), right, [d for _, _, wrong in read for d in wrong]


def member_codes(symbol: Symbol, column: Column, universe: Universe, place: Where, add: bool) -> Codes:
    codes, _, wrong = cells.codes(symbol, column, universe, place, add)
    if wrong:
        raise Failure(wrong)
    return codes


def key_positions(
    symbol: Symbol, columns: Sequence[Column], domain: Domain, place: Where, again: Where, once: bool = True
) -> Positions:
    """Entries of the index table that keys name; unknown keys, and with `once` repeated ones, are errors."""
    positions, problems = _positions(symbol, columns, domain, place, once)
    if problems:
        raise Failure(problems)
    return positions


def _positions(
    symbol: Symbol, columns: Sequence[Column], domain: Domain, place: Where, once: bool
) -> tuple[Positions, list[Diagnostic]]:
    """Entries that keys name, -1 where a key is wrong, and what is wrong."""
    codes, problems = [], list[Diagnostic]()
    readable = np.ones(len(columns[0]), dtype=np.bool_)
    for column, base in zip(columns, domain.bases, strict=True):
        if base is None:
            held, right, wrong = cells.codes(symbol, column, domain.universe, place, False)
            readable &= right
            problems += wrong
            codes.append(held)
        else:
            codes.append(_masks(symbol, column, base, place))
    positions = domain.lookup(codes)
    lost = np.flatnonzero((positions < 0) & readable).tolist()
    known = _known(domain) if lost else []
    problems += cells.some(
        lost,
        lambda row, more: errors.unknown_key(symbol, [c.text(row) for c in columns], place(row), known, more, ""),
    )
    if once:
        positions, again = _once(symbol, columns, positions, place)
        problems += again
    return positions, problems


def _known(domain: Domain) -> list[str]:
    return [str(m[0]) for m in domain.members()] if domain.arity == 1 and domain.size <= 10_000 else []


def _once(
    symbol: Symbol, columns: Sequence[Column], positions: Positions, place: Where
) -> tuple[Positions, list[Diagnostic]]:
    """The positions, -1 where an entry is named again."""
    if not len(positions) or int(np.bincount(positions[positions >= 0], minlength=1).max()) < 2:
        return positions, []
    again = np.flatnonzero(~first_of_equals((positions,)) & (positions >= 0))

    def tell(row: int, more: int) -> Diagnostic:
        first = int(np.argmax(positions == positions[row]))
        return errors.key_twice(symbol, [c.text(row) for c in columns], place(row), place(first), more)

    told = list(cells.some(again.tolist(), tell))
    once = positions.copy()
    once[again] = -1
    return once, told


def _masks(symbol: Symbol, column: Column, base: Domain, place: Where) -> Codes:
    """Keys that are subsets: `{a, b}` in the model, the text `{a,b}` in files."""
    out = np.empty(len(column), dtype=np.int32)
    for row in range(len(column)):
        cell = column.cells[row] if isinstance(column, Cells) else column.text(row)
        if isinstance(cell, str):
            cell = [part.strip() for part in cell.strip().strip("{}").split(",") if part.strip()]
        if not isinstance(cell, frozenset | list):
            raise Failure(errors.not_a_member(symbol, str(cell), "no set", place(row)))
        places = base.lookup((Cells(list(cell)).codes(base.universe, False),)) if base.arity == 1 else np.array([-1])
        out[row] = MISSING if (places < 0).any() else int(sum(1 << int(p) for p in set(places.tolist())))
    return out


# ---- sets ----------------------------------------------------------------------------------------


def one_set(symbol: Symbol, data: Sets, universe: Universe) -> Domain:
    """A set without index; a member that stands twice is an error."""
    columns = [member_codes(symbol, c, universe, data.member_place, True) for c in data.members]
    if len(columns[0]):
        _no_member_twice(symbol, data, columns)
    return Domain.relation(universe, columns)


def family(symbol: Symbol, data: Sets, domain: Domain) -> tuple[Family, Positions]:
    """A set for each entry of the index table, and the row of `data.members` that each member came from."""
    universe = domain.universe
    positions = key_positions(symbol, data.keys, domain, data.key_place, data.key_place, data.complete)
    if data.complete:
        missing_entries(symbol, positions, domain, data.whole)
    owners = positions[data.owners] if len(data.owners) else np.zeros(0, dtype=np.int64)
    columns = [member_codes(symbol, c, universe, data.member_place, True) for c in data.members]
    if len(owners):
        _no_member_twice(symbol, data, (owners, *columns))
    order = np.argsort(owners, kind="stable")
    starts = np.zeros(domain.size + 1, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=domain.size), out=starts[1:])
    return Family(universe, starts, tuple(c[order] for c in columns)), order


def _no_member_twice(symbol: Symbol, data: Sets, columns: Sequence[Positions]) -> None:
    def tell(row: int, more: int) -> Diagnostic:
        return errors.member_twice(symbol, [c.text(row) for c in data.members], data.member_place(row), more)

    problems = list(cells.some(np.flatnonzero(~first_of_equals(columns)).tolist(), tell))
    if problems:
        raise Failure(problems)


def missing_entries(symbol: Symbol, positions: Positions, domain: Domain, whole: Place) -> None:
    """Failure where an entry of the index table has no row."""
    seen = np.zeros(domain.size, dtype=np.bool_)
    seen[positions] = True
    if not seen.all():
        lost = np.flatnonzero(~seen)
        members = [domain.member(int(k)) for k in lost[:SHOWN]]
        raise Failure(errors.missing_entries(symbol, members, len(lost), whole))
