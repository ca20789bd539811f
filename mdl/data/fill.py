"""From keyed data to values over index tables: keys looked up, rows checked to be there once each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.domain import Domain, Family
from mdl.algebra.numbers import Numbers
from mdl.algebra.set_values import first_of_equals
from mdl.algebra.universe import MISSING, Codes, Universe
from mdl.algebra.values import Members
from mdl.data import errors
from mdl.data.columns import BadMember, Cells, Column
from mdl.data.decimal_text import BadNumber
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
    problems: list[Diagnostic] = []
    positions: Positions = np.arange(domain.size)
    if isinstance(data, Listed):
        if data.size != domain.size:
            found = f"a list of {data.size}"
            raise Failure(errors.wrong_shape(symbol, found, f"a list of {domain.size}, one a member", data.whole))
    elif domain.arity:
        positions = _collect(problems, lambda: key_positions(symbol, data.keys, domain, data.key_place, data.key_place))
    values = _collect(problems, lambda: read_values(symbol, kind, data.values, domain.universe, data.value_place))
    if problems:
        raise Failure(problems)
    assert positions is not None and values is not None
    return Filled(values, positions, data.value_place, data.whole)


def _collect(problems: list[Diagnostic], make: Callable[[], Any]) -> Any:
    try:
        return make()
    except Failure as f:
        problems.extend(f.diagnostics)
        return None


def read_values(
    symbol: Symbol, kind: Kind, columns: Sequence[Column], universe: Universe, place: Where
) -> Numbers | Members:
    """The cells of a value as numbers or members, as the declared kind asks."""
    if isinstance(kind, Numeric):
        try:
            return columns[0].numbers()
        except BadNumber as bad:
            raise Failure(errors.not_a_number(symbol, bad.text, bad.why, place(bad.row))) from None
    return Members(tuple(member_codes(symbol, c, universe, place, False) for c in columns))


def member_codes(symbol: Symbol, column: Column, universe: Universe, place: Where, add: bool) -> Codes:
    try:
        return column.codes(universe, add)
    except BadMember as bad:
        raise Failure(errors.not_a_member(symbol, bad.text, bad.why, place(bad.row))) from None


def key_positions(
    symbol: Symbol, columns: Sequence[Column], domain: Domain, place: Where, again: Where, once: bool = True
) -> Positions:
    """Entries of the index table that keys name; unknown keys, and with `once` repeated ones, are errors."""
    codes = []
    for column, base in zip(columns, domain.bases, strict=True):
        if base is None:
            codes.append(member_codes(symbol, column, domain.universe, place, False))
        else:
            codes.append(_masks(symbol, column, base, place))
    positions = domain.lookup(codes)
    lost = np.flatnonzero(positions < 0)
    if len(lost):
        row = int(lost[0])
        member = [c.text(row) for c in columns]
        known = _known(domain)
        raise Failure(errors.unknown_key(symbol, member, place(row), known, len(lost) - 1, ""))
    if once:
        _once(symbol, columns, positions, domain, place)
    return positions


def _known(domain: Domain) -> list[str]:
    return [str(m[0]) for m in domain.members()] if domain.arity == 1 and domain.size <= 10_000 else []


def _once(symbol: Symbol, columns: Sequence[Column], positions: Positions, domain: Domain, place: Where) -> None:
    seen = np.bincount(positions, minlength=domain.size)
    if len(positions) and int(seen.max()) > 1:
        again = np.flatnonzero(~first_of_equals((positions,)))
        row = int(again[0])
        first = int(np.argmax(positions == positions[row]))
        member = [c.text(row) for c in columns]
        raise Failure(errors.key_twice(symbol, member, place(row), place(first), len(again) - 1))


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
        again = np.flatnonzero(~first_of_equals(columns))
        if len(again):
            row = int(again[0])
            raise Failure(errors.member_twice(symbol, [c.text(row) for c in data.members], data.member_place(row)))
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
        again = np.flatnonzero(~first_of_equals((owners, *columns)))
        if len(again):
            row = int(again[0])
            raise Failure(errors.member_twice(symbol, [c.text(row) for c in data.members], data.member_place(row)))
    order = np.argsort(owners, kind="stable")
    starts = np.zeros(domain.size + 1, dtype=np.int64)
    np.cumsum(np.bincount(owners, minlength=domain.size), out=starts[1:])
    return Family(universe, starts, tuple(c[order] for c in columns)), order


def missing_entries(symbol: Symbol, positions: Positions, domain: Domain, whole: Place) -> None:
    """Failure where an entry of the index table has no row."""
    seen = np.zeros(domain.size, dtype=np.bool_)
    seen[positions] = True
    if not seen.all():
        lost = np.flatnonzero(~seen)
        members = [domain.member(int(k)) for k in lost[:SHOWN]]
        raise Failure(errors.missing_entries(symbol, members, len(lost), whole))
