"""References to symbols: from index arguments to entries of index tables, and the values there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mdl.algebra import errors
from mdl.algebra.domain import Domain, atom_of
from mdl.algebra.frame import Frame, Given, width
from mdl.algebra.lets import Lets
from mdl.algebra.members import argument_codes, shown_argument
from mdl.algebra.numbers import Numbers
from mdl.algebra.universe import Codes
from mdl.algebra.values import Members, Positions, Quantity, Truths
from mdl.diagnostics import Failure
from mdl.semantics import typed
from mdl.semantics.model import (
    GameSymbol,
    LetSymbol,
    MechanismSymbol,
    ParamSymbol,
    RuleSymbol,
    Symbol,
    TypeSymbol,
    VarSymbol,
)
from mdl.semantics.typed import Binder, Expr, IndexVar

if TYPE_CHECKING:
    from mdl.algebra.evaluate import Evaluator


class References:
    """Evaluates `typed.Ref` for one evaluator."""

    __slots__ = ("_ev", "_formulas", "lets")

    def __init__(self, ev: Evaluator) -> None:
        self._ev = ev
        self._formulas: dict[Symbol, Quantity] = {}
        self.lets = Lets(ev, self)

    # ---- entries ----

    def positions(self, ref: typed.Ref, frame: Frame) -> Positions:
        """The entry of the symbol's index table on each row; Failure where a row has none."""
        domain = self._ev.index(ref.symbol)
        if not domain.arity:
            return np.broadcast_to(np.zeros(1, dtype=np.int32), (frame.size,))
        factors = domain.factors or (domain,)
        grouped = _by_factor(ref.args, factors)
        if grouped is None:
            columns = self._columns(ref.args, domain.bases, frame)
            found = domain.lookup(columns)
        else:
            if frame.spans([_indices(args) for args in grouped], factors):
                return frame.everything
            found = self._in_factors(ref, grouped, factors, domain, frame)
        if len(found) and int(found.min()) < 0:
            self._missing(ref, domain, found, frame)
        return found

    def _in_factors(
        self,
        ref: typed.Ref,
        grouped: Sequence[Sequence[Expr]],
        factors: Sequence[Domain],
        domain: Domain,
        frame: Frame,
    ) -> Positions:
        parts = []
        for args, factor in zip(grouped, factors, strict=True):
            indices = _indices(args)
            part = frame.positions(indices, factor) if indices else None
            parts.append(part if part is not None else factor.lookup(self._columns(args, factor.bases, frame)))
        return parts[0] if len(parts) == 1 else domain.combine(parts)

    def _columns(self, args: Sequence[Expr], bases: Sequence[Domain | None], frame: Frame) -> list[Codes]:
        columns: list[Codes] = []
        for arg in args:
            at = len(columns)
            columns.extend(argument_codes(self._ev, arg, frame, tuple(bases[at : at + width(arg.kind)])))
        return columns

    def _missing(self, ref: typed.Ref, domain: Domain, found: Positions, frame: Frame) -> None:
        row = int(np.argmax(found < 0))
        columns = self._columns(ref.args, domain.bases, frame)
        member = []
        for base, column, arg in zip(domain.bases, columns, _spread_args(ref.args), strict=True):
            member.append(_shown_member(self._ev, base, int(column[row]), arg, frame, row))
        raise Failure(errors.not_in_index(ref.symbol, member, domain, ref.span, frame.describe(row)))

    # ---- values ----

    def values_at(self, ref: typed.Ref, frame: Frame) -> Numbers | Members:
        """A param or type on each row."""
        values = self._ev.store.values.get(ref.symbol)
        if values is None:
            raise Failure(errors.no_value(ref.symbol, ref.span))
        positions = self.positions(ref, frame)
        if positions is frame.everything:
            return values
        if isinstance(values, Numbers):
            return values.gather(positions)
        return Members(tuple(c[positions] for c in values.codes))

    def number(self, ref: typed.Ref, frame: Frame) -> Quantity:
        symbol = ref.symbol
        match symbol:
            case ParamSymbol() | TypeSymbol():
                value = self.values_at(ref, frame)
                if isinstance(value, Members):
                    return self._ev.as_numbers(value, ref, frame)
                return value if value.is_exact else self._by_formula(symbol, value, ref, frame)
            case VarSymbol():
                return self._variable(symbol, ref, self.positions(ref, frame), frame)
            case LetSymbol():
                let = self.lets.at(symbol, self.positions(ref, frame), frame, ref)
                return self._ev.as_numbers(let, ref, frame) if isinstance(let, Members) else let
            case RuleSymbol() if self._ev.solved is not None:
                return self._ev.solved.rule(symbol, frame, ref)
            case _:
                raise Failure(errors.not_known(symbol, ref.span))

    def _by_formula(self, symbol: ParamSymbol | TypeSymbol, value: Numbers, ref: typed.Ref, frame: Frame) -> Quantity:
        """A param that is not rational, kept exact where that is asked for; only a formula makes such a value."""
        ev = self._ev
        given = symbol.given
        if ev.irrational is None or not isinstance(symbol, ParamSymbol) or symbol.default is not None:
            return value
        if given is None or given.expr is None:
            return value
        if symbol not in self._formulas:
            self._formulas[symbol] = ev.number(given.expr, ev.frame(symbol))
        table, positions = self._formulas[symbol], self.positions(ref, frame)
        return table if positions is frame.everything else self.lets.take(table, positions)

    def attribute(self, expr: typed.Attribute, base: Expr, name: str, frame: Frame) -> Numbers:
        """`link[AB].dual`, once something has been solved."""
        if self._ev.solved is None or not isinstance(base, typed.Ref):
            raise Failure(
                errors.not_known(base.symbol, expr.span)
                if isinstance(base, typed.Ref)
                else errors.later("this attribute", expr.span)
            )
        if isinstance(base.symbol, GameSymbol | MechanismSymbol):
            return self._ev.solved.answer(expr, frame, self._ev)
        return self._ev.solved.attribute(base.symbol, name, self.positions(base, frame), expr)

    # ---- variables ----

    def _variable(self, symbol: VarSymbol, ref: typed.Ref, positions: Positions, frame: Frame) -> Quantity:
        gone = self.gone(symbol, positions, frame)
        if gone is None:
            return self._present(symbol, ref, positions, frame)
        left, lost = np.flatnonzero(~gone), np.flatnonzero(gone)
        parts: list[tuple[Positions, Quantity]] = [
            (lost, self._absent_value(symbol, positions[lost], frame.take(lost))),
        ]
        if len(left):
            parts.append((left, self._present(symbol, ref, positions[left], frame.take(left))))
        return self._ev.merge(parts, frame.size, ref)

    def _present(self, symbol: VarSymbol, ref: typed.Ref, positions: Positions, frame: Frame) -> Quantity:
        found = None if self._ev.worlds is None else self._ev.worlds.variable(symbol, positions, frame)
        if found is not None:
            return found
        values = self._ev.values.get(symbol)
        if values is not None:
            return values.gather(positions)
        if self._ev.symbolic is None:
            raise Failure(errors.not_known(symbol, ref.span))
        return self._ev.symbolic.variable(symbol, positions, ref)

    def _absent_value(self, symbol: VarSymbol, positions: Positions, frame: Frame) -> Quantity:
        if symbol.absent is None:
            return Numbers.constant(0, frame.size)
        given = self.bind(symbol, symbol.absent.indices, positions)
        return self._ev.number(symbol.absent.body, frame.call(given, frame.absence))

    def gone(self, symbol: Symbol, positions: Positions, frame: Frame) -> Truths | None:
        """Rows on which an entry of the symbol belongs to an absent agent."""
        if frame.absence is None or not symbol.index:
            return None
        mask: Truths | None = None
        for index, held in self.bind(symbol, symbol.index, positions).items():
            hit = self._ev.absent_member(frame, index.kind, held.codes)
            if hit is not None:
                mask = hit if mask is None else mask | hit
        return mask

    def bind(self, symbol: Symbol, binders: Sequence[Binder], positions: Positions) -> dict[IndexVar, Given]:
        """Indices bound to the members at entries of the symbol's index table."""
        domain, at = self._ev.index(symbol), 0
        given = {}
        for index in (v for b in binders for v in b.indices):
            count = width(index.kind)
            columns = tuple(c[positions] for c in domain.columns[at : at + count])
            given[index] = Given(columns, domain.bases[at : at + count])
            at += count
        return given


def _by_factor(args: Sequence[Expr], factors: Sequence[Domain]) -> list[list[Expr]] | None:
    """Arguments grouped by the factor that they index; None where one crosses a border."""
    grouped: list[list[Expr]] = []
    rest = list(args)
    for factor in factors:
        group, filled = list[Expr](), 0
        while filled < factor.arity:
            arg = rest.pop(0)
            group.append(arg)
            filled += width(arg.kind)
        if filled != factor.arity:
            return None
        grouped.append(group)
    return grouped


def _indices(args: Sequence[Expr]) -> tuple[IndexVar, ...]:
    """The indices that the arguments are; empty where one is another expression."""
    found = tuple(a.index for a in args if isinstance(a, typed.Index))
    return found if len(found) == len(args) else ()


def _spread_args(args: Sequence[Expr]) -> list[Expr]:
    return [a for a in args for _ in range(width(a.kind))]


def _shown_member(ev: Evaluator, base: Domain | None, code: int, arg: Expr, frame: Frame, row: int) -> str | int:
    if code >= 0 or (base is None and code > -(2**30)):
        return str(atom_of(ev.store.universe, base, code))
    return shown_argument(ev, arg, frame, row)
