"""Binding: a model and its data become an Instance, or every data error at once.

Symbols are bound in the order of use.  A symbol's data is what `--set` or `--data` gives, else a
column of a `data` statement, else what stands in the model.  A symbol that uses one that failed is
passed over, so that each mistake is told once.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.domain import Domain, Family
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import width
from mdl.algebra.members import member
from mdl.algebra.numbers import Numbers
from mdl.algebra.set_values import as_family
from mdl.algebra.store import Store
from mdl.algebra.universe import MISSING, Universe
from mdl.algebra.values import Fixed, Members, Positions
from mdl.data import errors
from mdl.data.checks import EntryPlace, check_members, check_values
from mdl.data.depends import expressions_of, symbols_of
from mdl.data.entries import Entries, Listed, Sets
from mdl.data.fill import Filled, family, fill_what_is_right, missing_entries, one_set
from mdl.data.instance import Instance
from mdl.data.literals import entries_of_map, sets_of_map
from mdl.data.nested import entries_of, sets_of
from mdl.data.overrides import Given, Overrides, read_overrides
from mdl.data.sources import Sources
from mdl.data.table import Place
from mdl.diagnostics import Diagnostic, Failure
from mdl.semantics import typed
from mdl.semantics.depth import room
from mdl.semantics.kinds import Element, Kind, Numeric
from mdl.semantics.model import (
    CoalitionTable,
    LetSymbol,
    Model,
    ParamSymbol,
    RowSymbol,
    SetSymbol,
    Symbol,
    TypeSymbol,
    VarSymbol,
)
from mdl.semantics.typed import Expr

__all__ = ["Overrides", "bind"]


def bind(model: Model, base: Path, overrides: Overrides | None = None) -> Instance:
    """The instance of a model.

    `base` is the folder that paths in `data` statements start from.  Raises Failure with all diagnostics
    (MDL300-MDL399) found in the data; nothing is written and no solver is touched.
    """
    given, problems = read_overrides(model, overrides or Overrides())
    store = Store(Universe(), agent_universes=_agent_universes(model))
    binder = _Binder(model, store, Sources(model, base, given), given)
    binder.problems.extend(problems)
    with room():
        binder.run()
    if binder.problems:
        raise Failure(binder.problems)
    return Instance(model, store, binder.ev)


def _agent_universes(model: Model) -> frozenset[str]:
    agents = [s for s in model.symbols.values() if isinstance(s, SetSymbol) and s.agents]
    found = [s.item.universes or frozenset() for s in agents if isinstance(s.item, Element)]
    return frozenset[str]().union(*found)


class _Binder:
    def __init__(self, model: Model, store: Store, sources: Sources, given: dict[Symbol, Given]) -> None:
        self.model = model
        self.store = store
        self.sources = sources
        self.given = given
        self.ev = Evaluator(model, store)
        self.problems: list[Diagnostic] = []
        self.failed: set[Symbol] = set()

    def run(self) -> None:
        """Bind everything in order, then make the index tables of what a solver will decide."""
        for symbol in self.model.order:
            if isinstance(symbol, LetSymbol):
                self._attempt(symbol, lambda s: None)
            else:
                self._attempt(symbol, self._bind)
        for symbol in self.model.symbols.values():
            if isinstance(symbol, VarSymbol | LetSymbol | RowSymbol) and symbol not in self.failed:
                self._attempt(symbol, lambda s: self.ev.index(s))
        self.problems.extend(self.sources.unread())

    def _attempt(self, symbol: Symbol, action: object) -> None:
        assert callable(action)
        if any(used in self.failed for e in expressions_of(symbol) for used in symbols_of(e)):
            self.failed.add(symbol)
            return
        try:
            action(symbol)
        except Failure as f:
            self.failed.add(symbol)
            self.problems.extend(f.diagnostics)

    def _bind(self, symbol: Symbol) -> None:
        if isinstance(symbol, SetSymbol):
            self._bind_set(symbol)
        elif isinstance(symbol, ParamSymbol):
            self._bind_values(symbol, "param")
        elif isinstance(symbol, TypeSymbol):
            self._bind_values(symbol, "type")

    # ---- sets ----

    def _bind_set(self, symbol: SetSymbol) -> None:
        domain = self.ev.index(symbol)
        data = self._set_data(symbol, domain.arity, width(symbol.item))
        if data is not None:
            held, place = self._set_from(symbol, data, domain)
        elif symbol.given is not None and symbol.given.expr is not None:
            held, expr = self._computed(symbol, symbol.given.expr), symbol.given.expr
            place = _literal_place(expr)
        else:
            raise Failure(errors.no_data(symbol, "agents" if symbol.agents else "set"))
        check_members(self.ev, symbol, held, place)
        self.store.sets[symbol] = held

    def _set_data(self, symbol: SetSymbol, arity: int, members: int) -> Sets | None:
        given = self.given.get(symbol)
        if given is not None:
            return sets_of(symbol, given.data, arity, members)
        if self.sources.has(symbol):
            return self.sources.sets(symbol, arity)
        if symbol.given is not None and symbol.given.literal is not None:
            return sets_of_map(symbol, symbol.given.literal, arity, members)
        return None

    def _set_from(self, symbol: SetSymbol, data: Sets, domain: Domain) -> tuple[Domain | Family, EntryPlace]:
        if not domain.arity:
            return one_set(symbol, data, self.store.universe), data.member_place
        held, order = family(symbol, data, domain)
        return held, lambda k: data.member_place(int(order[k]))

    def _computed(self, symbol: SetSymbol, expr: Expr) -> Domain | Family:
        if isinstance(expr, typed.SetLiteral) and not symbol.index:
            self._no_repeats(symbol, expr)
        if not symbol.index:
            value = self.ev.set(expr, self.ev.root)
            return value.domain if isinstance(value, Fixed) else value.family.domain(0)
        return as_family(self.ev.set(expr, self.ev.frame(symbol)), self.ev.index(symbol).size)

    def _no_repeats(self, symbol: SetSymbol, expr: typed.SetLiteral) -> None:
        seen: set[tuple[int, ...]] = set()
        for item in expr.items:
            codes = tuple(int(c[0]) for c in member(self.ev, item, self.ev.root).codes)
            if codes in seen:
                atoms = [self.store.universe.atom(c) for c in codes]
                raise Failure(errors.member_twice(symbol, atoms, Place("", item.span)))
            seen.add(codes)

    # ---- params and types ----

    def _bind_values(self, symbol: ParamSymbol | TypeSymbol, what: str) -> None:
        domain = self.ev.index(symbol)
        kind = symbol.kind
        data = self._value_data(symbol, domain.arity, 1 if isinstance(kind, Numeric) else width(kind))
        default = symbol.default if isinstance(symbol, ParamSymbol) else None
        place: EntryPlace
        if data is not None:
            values, place = self._filled(symbol, data, domain, default)
        elif symbol.given is not None and symbol.given.expr is not None:
            expr = symbol.given.expr
            values, place = self._formula(symbol, expr, None), lambda k: Place("", expr.span)
        elif default is not None:
            values, place = self._formula(symbol, default, None), lambda k: Place("", default.span)
        elif isinstance(symbol, TypeSymbol):
            return
        else:
            raise Failure(errors.no_data(symbol, what))
        problems = check_values(self.ev, symbol, values, place)
        if problems:
            raise Failure(problems)
        self.store.values[symbol] = values
        self.ev.forget(symbol)

    def _value_data(self, symbol: ParamSymbol | TypeSymbol, arity: int, components: int) -> Filled | None:
        domain = self.ev.index(symbol)
        data: Entries | None = None
        given = self.given.get(symbol)
        if given is not None:
            return self._checked(symbol, entries_of(symbol, given.data, arity, components), domain)
        if self.sources.has(symbol):
            data = self.sources.entries(symbol)
        elif symbol.given is not None and symbol.given.literal is not None:
            data = entries_of_map(symbol, symbol.given.literal, arity, components)
        return None if data is None else self._checked(symbol, data, domain)

    def _checked(self, symbol: ParamSymbol | TypeSymbol, data: Entries | Listed, domain: Domain) -> Filled:
        """The data by place in the index table; where rows are wrong, limits are held against the others first."""
        filled, problems = fill_what_is_right(symbol, symbol.kind, data, domain)
        if problems:
            if len(filled.positions):
                problems += check_values(self.ev, symbol, filled.values, filled.place, filled.positions)
            raise Failure(problems)
        return filled

    def _filled(
        self, symbol: Symbol, data: Filled, domain: Domain, default: Expr | None
    ) -> tuple[Numbers | Members, EntryPlace]:
        """Values over the whole index table, and the place of each."""
        row_of = np.full(domain.size, -1, dtype=np.int64)
        row_of[data.positions] = np.arange(len(data.positions))
        lost = np.flatnonzero(row_of < 0)

        def place(entry: int) -> Place:
            row = int(row_of[entry])
            if row >= 0:
                return data.place(row)
            assert default is not None
            return Place("", default.span)

        if not len(lost):
            return _take(data.values, row_of), place
        if default is None and isinstance(symbol, CoalitionTable) and not lost.any():
            default = typed.Number(symbol.span, Numeric(), Fraction(0))  # the coalition of nobody
        if default is None:
            held = data.positions
            if isinstance(symbol, CoalitionTable):
                held = np.append(held, 0)  # the coalition of nobody, which nobody has to write
            missing_entries(symbol, held, domain, data.whole)
        assert default is not None
        rest = self._formula(symbol, default, lost)
        there = np.flatnonzero(row_of >= 0)
        return _merge([(there, _take(data.values, row_of[there])), (lost, rest)], domain.size), place

    def _formula(self, symbol: Symbol, expr: Expr, rows: Positions | None) -> Numbers | Members:
        frame = self.ev.frame(symbol)
        if rows is not None:
            frame = frame.take(rows)
        kind: Kind = symbol.kind if isinstance(symbol, ParamSymbol | TypeSymbol) else Numeric()
        if isinstance(kind, Numeric):
            values = self.ev.number(expr, frame)
            assert isinstance(values, Numbers)
            return values
        return self.ev.member(expr, frame)


def _literal_place(expr: Expr) -> EntryPlace:
    """The place of a member of a computed set: the item, where the set is written out."""
    if isinstance(expr, typed.SetLiteral) and expr.items:
        items = expr.items
        return lambda k: Place("", items[min(k, len(items) - 1)].span)
    return lambda k: Place("", expr.span)


def _take(values: Numbers | Members, rows: Positions) -> Numbers | Members:
    if len(rows) == len(values if isinstance(values, Numbers) else values.codes[0]):
        steps = np.diff(rows)
        if not len(rows) or (rows[0] == 0 and bool((steps == 1).all())):
            return values
    if isinstance(values, Numbers):
        return values.take(rows)
    return Members(tuple(c[rows] for c in values.codes))


def _merge(parts: list[tuple[Positions, Numbers | Members]], size: int) -> Numbers | Members:
    numbers = [(r, v) for r, v in parts if isinstance(v, Numbers)]
    if len(numbers) == len(parts):
        return arithmetic.merge(numbers, size)
    first = parts[0][1]
    assert isinstance(first, Members)
    columns = [np.full(size, MISSING, dtype=np.int32) for _ in first.codes]
    for rows, held in parts:
        assert isinstance(held, Members)
        for column, codes in zip(columns, held.codes, strict=True):
            column[rows] = codes
    return Members(tuple(columns))
