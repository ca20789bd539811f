"""Declared limits held against values: bounds, `integer`, `in S`, domains of types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.arithmetic import is_whole
from mdl.algebra.domain import Domain, Family
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.members import codes_of
from mdl.algebra.numbers import Numbers
from mdl.algebra.numerals import shown
from mdl.algebra.set_values import contains
from mdl.algebra.values import Fixed, Members, SetValue, Truths
from mdl.data import errors
from mdl.data.fill import Positions
from mdl.data.table import Place
from mdl.diagnostics import Diagnostic, Failure
from mdl.diagnostics.similar import nearest
from mdl.semantics import typed
from mdl.semantics.model import ParamSymbol, SetSymbol, TypeSymbol
from mdl.semantics.typed import Expr

EntryPlace = Callable[[int], Place]
"""The place of the value of an entry of the index table."""


def check_param(ev: Evaluator, symbol: ParamSymbol, values: Numbers | Members, place: EntryPlace) -> None:
    """Failure with one diagnostic for each limit that some value breaks."""
    problems: list[Diagnostic] = []
    frame, domain = ev.frame(symbol), ev.index(symbol)
    if isinstance(values, Numbers):
        if symbol.integer:
            row = first_false(is_whole(values))
            if row is not None:
                problems.append(errors.not_integer(symbol, domain.member(row), _shown(values, row), place(row)))
        for bound in symbol.bounds:
            limit = ev.number(bound.expr, frame)
            row = first_false(arithmetic.compare(bound.op, values, limit))
            if row is not None:
                problems.append(
                    errors.out_of_bounds(
                        symbol, domain.member(row), _shown(values, row), bound.op, _shown(limit, row), place(row)
                    )
                )
    if symbol.within is not None:
        problems.extend(_within(ev, symbol, symbol.within, values, frame, place))
    if problems:
        raise Failure(problems)


def check_type(ev: Evaluator, symbol: TypeSymbol, values: Numbers | Members, place: EntryPlace) -> None:
    """Failure where a realised value is not in the type's domain."""
    frame = ev.frame(symbol)
    if isinstance(symbol.domain, typed.Interval):
        assert isinstance(values, Numbers)
        low, high = ev.number(symbol.domain.low, frame), ev.number(symbol.domain.high, frame)
        inside = arithmetic.compare("<=", low, values) & arithmetic.compare("<=", values, high)
    else:
        domain = ev.set(symbol.domain, frame)  # first, so that its members have codes
        members = values if isinstance(values, Members) else codes_of(ev.store.universe, values)
        inside = contains(domain, members.codes)
    row = first_false(inside)
    if row is not None:
        member = ev.index(symbol).member(row)
        text = value_text(ev, values, row)
        raise Failure(errors.not_in_domain(symbol, member, text, place(row), symbol.domain.span))


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
    row = first_false(inside)
    if row is not None:
        member = [universe.atom(int(c[row])) for c in columns]
        entry = ev.index(symbol).member(int(owner[row])) if owner is not None else ()
        raise Failure(errors.not_within(symbol, entry, member, _name(symbol.within), place(row), _near(within, member)))


def _one(ev: Evaluator, expr: Expr) -> Domain:
    value = ev.set(expr, ev.root)
    return value.domain if isinstance(value, Fixed) else value.family.domain(0)


def _within(
    ev: Evaluator, symbol: ParamSymbol, within: Expr, values: Numbers | Members, frame: Frame, place: EntryPlace
) -> list[Diagnostic]:
    allowed = ev.set(within, frame)
    members = values if isinstance(values, Members) else codes_of(ev.store.universe, values)
    row = first_false(contains(allowed, members.codes))
    if row is None:
        return []
    member: list[object] = [value_text(ev, values, row)]
    entry = ev.index(symbol).member(row)
    return [errors.not_within(symbol, entry, member, _name(within), place(row), _near(allowed, member))]


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
    return shown(atom) if isinstance(atom, Fraction) else str(atom)


def _shown(values: Numbers, row: int) -> str:
    return shown(arithmetic.value_at(values, row))


def first_false(mask: Truths) -> int | None:
    if mask.all():
        return None
    return int(np.argmin(mask))


__all__ = ["EntryPlace", "Positions", "check_members", "check_param", "check_type", "first_false", "value_text"]
