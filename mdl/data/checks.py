"""Declared limits held against values: bounds, `integer`, `in S`, domains of types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.arithmetic import is_whole
from mdl.algebra.atoms import Atom
from mdl.algebra.domain import Domain, Family
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.members import codes_of
from mdl.algebra.numbers import Numbers
from mdl.algebra.numerals import shown, text
from mdl.algebra.set_values import contains
from mdl.algebra.values import Fixed, Members, Positions, SetValue, Truths
from mdl.data import errors
from mdl.data.cells import some
from mdl.data.table import Place
from mdl.diagnostics import Diagnostic, Failure
from mdl.diagnostics.similar import nearest
from mdl.semantics import typed
from mdl.semantics.model import ParamSymbol, SetSymbol, TypeSymbol
from mdl.semantics.typed import Expr

EntryPlace = Callable[[int], Place]
"""The place of the value of an entry of the index table."""


class Held:
    """Values at some entries of a symbol's index table (None: at all), each with its place."""

    __slots__ = ("_rows", "frame", "place", "symbol", "table", "values")

    def __init__(
        self,
        ev: Evaluator,
        symbol: ParamSymbol | TypeSymbol,
        values: Numbers | Members,
        place: EntryPlace,
        rows: Positions | None,
    ) -> None:
        self.symbol, self.values, self.place, self._rows = symbol, values, place, rows
        self.table = ev.index(symbol)
        self.frame = ev.frame(symbol) if rows is None else ev.frame(symbol).take(rows)

    def entry(self, row: int) -> tuple[Atom, ...]:
        return self.table.member(row if self._rows is None else int(self._rows[row]))


def check_values(
    ev: Evaluator,
    symbol: ParamSymbol | TypeSymbol,
    values: Numbers | Members,
    place: EntryPlace,
    rows: Positions | None = None,
) -> list[Diagnostic]:
    """Values that break a limit of their param, or are not in the domain of their type.

    `rows`: the entries of the index table that the values belong to; None: all.
    """
    held = Held(ev, symbol, values, place, rows)
    return check_param(ev, symbol, held) if isinstance(symbol, ParamSymbol) else check_type(ev, symbol, held)


def check_param(ev: Evaluator, symbol: ParamSymbol, held: Held) -> list[Diagnostic]:
    problems: list[Diagnostic] = []
    values, place = held.values, held.place
    if isinstance(values, Numbers):
        if symbol.integer:
            problems += some(
                all_false(is_whole(values)),
                lambda row, more: errors.not_integer(symbol, held.entry(row), _shown(values, row), place(row), more),
            )
        for bound in symbol.bounds:
            problems += _outside(symbol, held, values, bound.op, ev.number(bound.expr, held.frame))
    if symbol.within is not None:
        problems += _within(ev, symbol, symbol.within, held)
    return problems


def _outside(symbol: ParamSymbol, held: Held, values: Numbers, op: str, limit: Numbers) -> Iterator[Diagnostic]:
    def tell(row: int, more: int) -> Diagnostic:
        value, end = _shown(values, row), _shown(limit, row)
        return errors.out_of_bounds(symbol, held.entry(row), value, op, end, held.place(row), more)

    return some(all_false(arithmetic.compare(op, values, limit)), tell)


def check_type(ev: Evaluator, symbol: TypeSymbol, held: Held) -> list[Diagnostic]:
    values, frame = held.values, held.frame
    if isinstance(symbol.domain, typed.Interval):
        assert isinstance(values, Numbers)
        low, high = ev.number(symbol.domain.low, frame), ev.number(symbol.domain.high, frame)
        inside = arithmetic.compare("<=", low, values) & arithmetic.compare("<=", values, high)
    else:
        domain = ev.set(symbol.domain, frame)  # first, so that its members have codes
        members = values if isinstance(values, Members) else codes_of(ev.store.universe, values)
        inside = contains(domain, members.codes)

    def tell(row: int, more: int) -> Diagnostic:
        text = value_text(ev, values, row)
        return errors.not_in_domain(symbol, held.entry(row), text, held.place(row), symbol.domain.span, more)

    return list(some(all_false(inside), tell))


def check_members(ev: Evaluator, symbol: SetSymbol, held: Domain | Family, place: EntryPlace) -> None:
    """Failure where a set has a member outside the set that it was declared `in`."""
    if symbol.within is None:
        return
    universe = ev.store.universe
    if isinstance(held, Domain):
        within: SetValue = Fixed(_one(ev, symbol.within))
        inside, columns, owner = contains(within, held.columns), held.columns, None
    else:
        within = ev.set(symbol.within, ev.frame(symbol))
        inside, columns, owner = contains(within, held.columns, held.owners), held.columns, held.owners
    name = _name(symbol.within)

    def tell(row: int, more: int) -> Diagnostic:
        member = [universe.atom(int(c[row])) for c in columns]
        entry = ev.index(symbol).member(int(owner[row])) if owner is not None else ()
        return errors.not_within(symbol, entry, member, name, place(row), _near(within, member), more)

    problems = list(some(all_false(inside), tell))
    if problems:
        raise Failure(problems)


def _one(ev: Evaluator, expr: Expr) -> Domain:
    value = ev.set(expr, ev.root)
    return value.domain if isinstance(value, Fixed) else value.family.domain(0)


def _within(ev: Evaluator, symbol: ParamSymbol, within: Expr, held: Held) -> Iterator[Diagnostic]:
    values, allowed = held.values, ev.set(within, held.frame)
    members = values if isinstance(values, Members) else codes_of(ev.store.universe, values)

    def tell(row: int, more: int) -> Diagnostic:
        member: list[object] = [value_text(ev, values, row)]
        near = _near(allowed, member)
        return errors.not_within(symbol, held.entry(row), member, _name(within), held.place(row), near, more)

    return some(all_false(contains(allowed, members.codes)), tell)


def _near(within: SetValue, member: Sequence[object]) -> str | None:
    if len(member) != 1 or not isinstance(within, Fixed) or within.domain.size > 10_000 or within.domain.arity != 1:
        return None
    return nearest(str(member[0]), [str(m[0]) for m in within.domain.members()])


def _name(within: Expr) -> str:
    return f"`{within.span.text}`"


def value_text(ev: Evaluator, values: Numbers | Members, row: int) -> str:
    if isinstance(values, Numbers):
        return _shown(values, row)
    atoms = [_atom_text(ev, int(c[row])) for c in values.codes]
    return atoms[0] if len(atoms) == 1 else f"({', '.join(atoms)})"


def _atom_text(ev: Evaluator, code: int) -> str:
    atom = ev.store.universe.atom(code)
    return text(atom)


def _shown(values: Numbers, row: int) -> str:
    return shown(arithmetic.value_at(values, row))


def all_false(mask: Truths) -> list[int]:
    found: list[int] = np.flatnonzero(~mask).tolist()
    return found
