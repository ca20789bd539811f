"""Evaluation of typed expressions on frames, all rows at once.

    ev = Evaluator(model, store)                       # data only
    ev = Evaluator(model, store, symbolic=builder)     # expressions with variables become builder's quantities
    ev = Evaluator(model, store, values={x: Numbers})  # the same expressions at a point
    ev = Evaluator(model, store, irrational=builder)   # logarithms, roots and powers stay exact
    frame = ev.frame(symbol)                           # a row for each entry of the symbol's index table
    ev.number(symbol.body, frame)                      # one quantity a row

Everything raises Failure with the place of the expression and the members of the offending row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np

from mdl.algebra import arithmetic, errors, segments, set_values
from mdl.algebra.absence import Absence, Restriction, absent_rows, combined
from mdl.algebra.arithmetic import Fault
from mdl.algebra.domain import Domain
from mdl.algebra.frame import Frame
from mdl.algebra.free import DataOnly, FreeIndices
from mdl.algebra.join import conjuncts, join
from mdl.algebra.members import member, numbers_of
from mdl.algebra.numbers import Numbers
from mdl.algebra.references import References
from mdl.algebra.sets import evaluate_set
from mdl.algebra.store import Store
from mdl.algebra.truths import truth
from mdl.algebra.universe import Codes
from mdl.algebra.values import (
    Fixed,
    Members,
    Positions,
    Quantity,
    Real,
    SetValue,
    Solved,
    Symbolic,
    Truths,
    Value,
    Varying,
    Worlds,
)
from mdl.diagnostics import Failure
from mdl.semantics import typed
from mdl.semantics.kinds import Element, Kind, Truth, TupleOf
from mdl.semantics.model import LetSymbol, Model, Symbol
from mdl.semantics.typed import Binder, Expr, IndexVar

ROWS_LIMIT = 2**28
"""An index set or reduction of more rows than this is refused."""

AT_ONCE = 2**16
"""Reductions are worked out for this many rows at a time, so that what they range over need not be held for all."""


class Evaluator:
    """Evaluates expressions of one model against one store.

    `values` gives each variable at a point, in the order of its index table; `symbolic` instead makes
    quantities of variables.  `solved` answers `welfare.objective`, duals and the like.
    `absence` holds for everything evaluated (see absence.py), as for a whole program `without` an agent.
    `irrational` keeps log, exp, sqrt and powers of rationals exact; not together with `symbolic`.
    """

    def __init__(
        self,
        model: Model,
        store: Store,
        *,
        symbolic: Symbolic | None = None,
        values: Mapping[Symbol, Numbers] | None = None,
        solved: Solved | None = None,
        absence: Absence | None = None,
        irrational: Real | None = None,
    ) -> None:
        assert symbolic is None or irrational is None
        self.model = model
        self.store = store
        self.symbolic = symbolic
        self.values = values or {}
        self.solved = solved
        self.absence = absence
        self.irrational = irrational
        self.worlds: Worlds | None = None
        self.free = FreeIndices()
        self.data_only = DataOnly()
        self.root = Frame.root(store.universe, absence)
        self._everyone = Frame.root(store.universe)
        self._frames: dict[Symbol, Frame] = {}
        self._references = References(self)

    def sharing(
        self,
        *,
        symbolic: Symbolic | None = None,
        values: Mapping[Symbol, Numbers] | None = None,
        solved: Solved | None = None,
        absence: Absence | None = None,
        irrational: Real | None = None,
    ) -> Evaluator:
        """An evaluator of the same store that shares this one's frames of index tables."""
        made = Evaluator(
            self.model,
            self.store,
            symbolic=symbolic,
            values=values,
            solved=solved,
            absence=absence,
            irrational=irrational,
        )
        made.worlds = self.worlds
        made.free = self.free
        made._everyone = self._everyone
        made._frames = self._frames
        if absence is None:
            made.root = self.root if self.absence is None else self._everyone
        return made

    # ---- index tables ----

    def forget(self, symbol: Symbol) -> None:
        """Let go of a symbol's frame; it is made again when asked for."""
        self._frames.pop(symbol, None)

    def index(self, symbol: Symbol) -> Domain:
        """The index table of a symbol, with everyone present."""
        found = self.store.index.get(symbol)
        if found is None:
            found = self.store.index[symbol] = self._index(symbol)
        return found

    def _index(self, symbol: Symbol) -> Domain:
        frame = self.frame(symbol)
        if not symbol.index:
            return Domain.scalar(self.store.universe)
        direct = frame.ranges
        if symbol.where is None and sum(len(r.indices) for r in direct) == sum(len(b.indices) for b in symbol.index):
            domains = [r.source for r in direct if isinstance(r.source, Domain)]
            if len(domains) == len(direct):
                return Domain.product(self.store.universe, domains)
        indices = [v for b in symbol.index for v in b.indices]
        columns = [c for v in indices for c in frame.codes(v)]
        bases = tuple(base for v in indices for base in frame.bases(v))
        return Domain.relation(self.store.universe, columns, bases)

    def frame(self, symbol: Symbol) -> Frame:
        """A row for each entry of the symbol's index table, in its order, everyone present."""
        found = self._frames.get(symbol)
        if found is None:
            found = self._frames[symbol] = self.expand(self._everyone, symbol.index, symbol.where)
        return found

    def present(self, symbol: Symbol) -> Positions | None:
        """Entries of a symbol's index table that are left when absent agents are skipped; None: all."""
        if self.absence is None:
            return None
        frame = self.frame(symbol).with_absence(self.absence)
        gone = self._absent(frame, [v for b in symbol.index for v in b.indices])
        return None if gone is None else np.flatnonzero(~gone)

    def present_frame(self, symbol: Symbol) -> Frame:
        """The frame of a row family under this evaluator's absence: absent agents are skipped."""
        frame = self.frame(symbol)
        if self.absence is None:
            return frame
        kept = self.present(symbol)
        return frame.with_absence(self.absence) if kept is None else frame.take(kept).with_absence(self.absence)

    # ---- frames of binders ----

    def expand(self, frame: Frame, binders: Sequence[Binder], where: Expr | None) -> Frame:
        """The child frame with a row for each assignment of the binders' indices for which `where` holds."""
        child, pending, sets, conditions = frame, list[Binder](), list[SetValue](), conjuncts(where)
        for b in binders:
            if pending and self.free.of(b.domain) & {v for p in pending for v in p.indices}:
                child, pending, sets = self._expanded(child, pending, sets), [], []
            value = self.set(b.domain, child)
            if pending and (isinstance(value, Varying) or self._tied(conditions, b)):
                child, pending, sets = self._expanded(child, pending, sets), [], []
                value = self.set(b.domain, child)
            if isinstance(value, Varying):
                child = self._expanded(child, [b], [value])
            elif conditions and (chosen := join(self, child, b, value.domain, conditions)) is not None:
                child = self._skipping(chosen, [b])
            else:
                pending.append(b)
                sets.append(value)
        if pending or child is frame:
            child = self._expanded(child, pending, sets)
        for condition in conditions:
            holds = self.truth(condition, child)
            if not holds.all():
                child = child.keep(np.flatnonzero(holds))
        return child

    def _tied(self, conditions: Sequence[Expr], binder: Binder) -> bool:
        """Whether a condition may tie the binder's indices to others."""
        own = frozenset(binder.indices)
        return any(isinstance(c, typed.Compare) and own & self.free.of(c) and self.free.of(c) - own for c in conditions)

    def _expanded(self, frame: Frame, binders: Sequence[Binder], sets: Sequence[SetValue]) -> Frame:
        rows = frame.size
        for s in sets:
            rows = int(set_values.counts(s, frame.size).sum()) if isinstance(s, Varying) else rows * s.domain.size
        if rows > ROWS_LIMIT:
            raise Failure(errors.too_large(rows, binders[0].domain.span))
        return self._skipping(frame.expand(binders, sets), binders)

    def _skipping(self, child: Frame, binders: Sequence[Binder]) -> Frame:
        """The child without rows on which one of the binders' indices is an absent agent."""
        if child.absence is not None and child.absence.skips:
            gone = self._absent(child, [v for b in binders for v in b.indices])
            if gone is not None:
                return child.keep(np.flatnonzero(~gone))
        return child

    def _absent(self, frame: Frame, indices: Sequence[IndexVar]) -> Truths | None:
        """Rows on which an index is an absent agent."""
        if frame.absence is None:
            return None
        return combined([self.absent_member(frame, v.kind, frame.codes(v)) for v in indices])

    def absent_member(self, frame: Frame, kind: Kind, codes: Sequence[Codes]) -> Truths | None:
        """Rows on which a member of this kind is, or has as a component, an absent agent."""
        items = kind.items if isinstance(kind, TupleOf) else (kind,)
        agents = self.store.agent_universes
        masks = []
        for item, column in zip(items, codes, strict=True):
            if isinstance(item, Element):
                universes = agents if item.universes is None else item.universes & agents
                if item.universes is not None:
                    masks.append(absent_rows(frame, universes, column))
        return combined(masks)

    # ---- the four sorts of value ----

    def member(self, expr: Expr, frame: Frame) -> Members:
        return member(self, expr, frame)

    def truth(self, expr: Expr, frame: Frame) -> Truths:
        return truth(self, expr, frame)

    def value(self, expr: Expr, frame: Frame) -> Value:
        """Truth values, members or quantities, as the kind of the expression says."""
        if isinstance(expr.kind, Truth):
            return self.truth(expr, frame)
        return self.member(expr, frame) if isinstance(expr.kind, Element) else self.number(expr, frame)

    def set(self, expr: Expr, frame: Frame) -> SetValue:
        """A set a row; where the expression uses no index it is Fixed."""
        if not self.free.of(expr) and (frame.absence is None or frame.absence.uniform):
            return Fixed(set_values.on_one_row(evaluate_set(self, expr, self.uniform_root(frame))))
        return evaluate_set(self, expr, frame)

    def number(self, expr: Expr, frame: Frame) -> Quantity:
        """One number a row."""
        if frame.size == 0:
            return Numbers.constant(0, 0)
        if isinstance(expr, typed.Number):
            if not arithmetic.has_float(abs(expr.value.numerator), expr.value.denominator):
                raise Failure(errors.fault(Fault("overflow", 0), expr.span, ""))
            return Numbers.constant(expr.value, frame.size)
        if isinstance(expr.kind, Element | TupleOf) and not isinstance(expr, typed.Ref | typed.If):
            return self.as_numbers(self.member(expr, frame), expr, frame)
        if frame.size > 1 and not self.free.of(expr) and (frame.absence is None or frame.absence.uniform):
            return self._repeat(self._number(expr, self.uniform_root(frame)), frame.size)
        if frame.absence is None and frame.size > 1 and self.data_only.of(expr):
            smaller = frame.narrowed(self.free.of(expr))
            if smaller is not None:
                held, inner, shape = smaller
                return self._spread(self.number(expr, held), inner, shape)
        return self._number(expr, frame)

    def uniform_root(self, frame: Frame) -> Frame:
        """A frame of one row with the same agents absent."""
        if frame.absence is self.root.absence:
            return self.root
        return self._everyone if frame.absence is None else Frame.root(self.store.universe, frame.absence)

    def _repeat(self, one: Quantity, size: int) -> Quantity:
        zeros = np.broadcast_to(np.zeros(1, dtype=np.int32), (size,))
        if isinstance(one, Numbers):
            held = one.numerators if one.numerators is not None else one.floats_
            assert held is not None
            spread = np.broadcast_to(held, (size,))
            return Numbers.exact(spread, one.denominator) if one.is_exact else Numbers(None, 1, spread)
        return self.builder_take(one, zeros)

    def _spread(self, value: Quantity, inner: tuple[int, ...], shape: tuple[int, ...]) -> Quantity:
        if isinstance(value, Numbers):
            return arithmetic.spread(value, inner, shape)
        return self.builder_take(value, np.broadcast_to(np.arange(len(value)).reshape(inner), shape).reshape(-1))

    def _number(self, expr: Expr, frame: Frame) -> Quantity:
        match expr:
            case typed.Ref():
                return self._references.number(expr, frame)
            case typed.Neg(arg=arg):
                value = self.number(arg, frame)
                return arithmetic.neg(value) if isinstance(value, Numbers) else self.builder(expr).negate(value, expr)
            case typed.Add(terms=terms):
                return self._add(terms, expr, frame)
            case typed.Mul(factors=factors):
                return self._multiply([self.number(f, frame) for f in factors], expr, frame)
            case typed.Div(numerator=a, denominator=b):
                return self._divide(self.number(a, frame), self.number(b, frame), expr, frame)
            case typed.Pow(base=a, exponent=b):
                return self._power(self.number(a, frame), self.number(b, frame), expr, frame)
            case typed.Call(fn="card", args=(arg,)):
                return Numbers.exact(set_values.counts(self.set(arg, frame), frame.size))
            case typed.Call(fn=fn, args=args):
                return self._call(fn, [self.number(a, frame) for a in args], expr, frame)
            case typed.If(condition=c, then=a, otherwise=b):
                return self._if(c, a, b, expr, frame)
            case typed.Reduce():
                return self._reduce(expr, frame)
            case typed.Without(body=body) | typed.WithOnly(body=body):
                return self.number(body, self.absent_frame(expr, frame))
            case typed.Attribute(base=base, name=name):
                return self._references.attribute(expr, base, name, frame)
            case typed.Expected() if self.worlds is not None:
                return self.worlds.expected(self, expr, frame)
            case typed.Expected():
                raise Failure(errors.later("`expected`", expr.span))
            case _:
                raise Failure(errors.later("this expression", expr.span))

    def as_numbers(self, members: Members, expr: Expr, frame: Frame) -> Numbers:
        """Members used as numbers."""
        return numbers_of(self.store.universe, members, expr, frame)

    def positions(self, ref: typed.Ref, frame: Frame) -> Positions:
        """The entry of the symbol's index table that a reference means on each row."""
        return self._references.positions(ref, frame)

    def values_at(self, ref: typed.Ref, frame: Frame) -> Numbers | Members:
        """A param or type on each row."""
        return self._references.values_at(ref, frame)

    def let_at(self, ref: typed.Ref, frame: Frame) -> Value:
        """A let of any kind on each row."""
        symbol = ref.symbol
        assert isinstance(symbol, LetSymbol)
        return self._references.lets.at(symbol, self.positions(ref, frame), frame, ref)

    def table(self, symbol: LetSymbol) -> Value:
        """A let, valuation or outcome formula over its whole index table."""
        if self.absence is None:
            return self._references.lets.table(symbol)
        return self.value(self._own_reference(symbol), self.frame(symbol).with_absence(self.absence))

    def _own_reference(self, symbol: LetSymbol) -> typed.Ref:
        args = tuple(typed.Index(v.span, v.kind, v) for b in symbol.index for v in b.indices)
        return typed.Ref(symbol.span, symbol.kind, symbol, args)

    def builder_take(self, value: Quantity, positions: Positions) -> Quantity:
        builder = self.symbolic or self.irrational
        assert builder is not None
        return builder.take(value, positions)

    def builder(self, at: Expr) -> Symbolic:
        builder = self.symbolic or self.irrational
        assert builder is not None, f"a symbolic quantity without a builder at {at.span}"
        return builder

    # ---- operations ----

    @contextmanager
    def faults(self, expr: Expr, frame: Frame) -> Iterator[None]:
        """Turns an arithmetic fault into a diagnostic at this expression and row."""
        try:
            yield
        except Fault as f:
            row = min(f.position, frame.size - 1)
            raise Failure(errors.fault(f, expr.span, frame.describe(row))) from None

    def _add(self, terms: Sequence[Expr], expr: Expr, frame: Frame) -> Quantity:
        others, constant = list[Quantity](), None
        for t in terms:
            negative = isinstance(t, typed.Neg)
            value = self.number(t.arg if isinstance(t, typed.Neg) else t, frame)
            if not isinstance(value, Numbers):
                others.append(self.builder(t).negate(value, t) if negative else value)
            elif constant is None:
                constant = arithmetic.neg(value) if negative else value
            else:
                with self.faults(expr, frame):
                    constant = (arithmetic.sub if negative else arithmetic.add)(constant, value)
        if not others:
            return constant
        with self.faults(expr, frame):
            return self.builder(expr).add(others if constant is None else [*others, constant], expr)

    def _multiply(self, factors: Sequence[Quantity], expr: Expr, frame: Frame) -> Quantity:
        known = [f for f in factors if isinstance(f, Numbers)]
        others = [f for f in factors if not isinstance(f, Numbers)]
        result: Quantity = None
        with self.faults(expr, frame):
            for f in known:
                result = f if result is None else arithmetic.mul(result, f)
            for f in others:
                result = f if result is None else self.builder(expr).multiply(result, f, expr)
        return result

    def _divide(self, a: Quantity, b: Quantity, expr: Expr, frame: Frame) -> Quantity:
        with self.faults(expr, frame):
            if isinstance(a, Numbers) and isinstance(b, Numbers):
                return arithmetic.div(a, b)
            if isinstance(b, Numbers):
                zero = arithmetic.signs(b) == 0
                if zero.any():
                    raise Fault("zero", int(np.argmax(zero)))
            return self.builder(expr).divide(a, b, expr)

    def _power(self, a: Quantity, b: Quantity, expr: Expr, frame: Frame) -> Quantity:
        with self.faults(expr, frame):
            if self.irrational is None and isinstance(a, Numbers) and isinstance(b, Numbers):
                return arithmetic.power(a, b)
            return self.builder(expr).power(a, b, expr)

    def _call(self, fn: str, args: Sequence[Quantity], expr: Expr, frame: Frame) -> Quantity:
        with self.faults(expr, frame):
            if self.irrational is not None or not all(isinstance(a, Numbers) for a in args):
                return self.builder(expr).call(fn, args, expr, frame)
            if fn in ("min", "max"):
                result = args[0]
                for a in args[1:]:
                    result = arithmetic.minimum(result, a) if fn == "min" else arithmetic.maximum(result, a)
                return result
            return _FUNCTIONS[fn](args[0])

    def _if(self, condition: Expr, then: Expr, otherwise: Expr, expr: Expr, frame: Frame) -> Quantity:
        holds = self.truth(condition, frame)
        if holds.all():
            return self.number(then, frame)
        if not holds.any():
            return self.number(otherwise, frame)
        yes, no = np.flatnonzero(holds), np.flatnonzero(~holds)
        parts = [(yes, self.number(then, frame.take(yes))), (no, self.number(otherwise, frame.take(no)))]
        return self.merge(parts, frame.size, expr)

    def merge(self, parts: Sequence[tuple[Positions, Quantity]], size: int, at: Expr) -> Quantity:
        """result[positions[k]] = part[k]."""
        if all(isinstance(p, Numbers) for _, p in parts):
            return arithmetic.merge(parts, size)
        return self.builder(at).merge(parts, size, at)

    def _reduce(self, expr: typed.Reduce, frame: Frame) -> Quantity:
        if self.symbolic is not None or frame.size <= AT_ONCE:
            return self._reduced(expr, frame)
        pieces = np.array_split(np.arange(frame.size), -(-frame.size // AT_ONCE))
        parts = [(rows, self._reduced(expr, frame.take(rows))) for rows in pieces]
        return self.merge(parts, frame.size, expr)

    def _reduced(self, expr: typed.Reduce, frame: Frame) -> Quantity:
        child = self.expand(frame, expr.binders, expr.where)
        groups = child.segments(frame)
        with self.faults(expr, frame):
            segments.no_empty(expr.op, groups)
        body = self.number(expr.body, child)
        with self.faults(expr, frame):
            if not isinstance(body, Numbers):
                return self.builder(expr).reduce(expr.op, body, groups, expr, child)
            return segments.reduce(expr.op, body, groups)

    # ---- absence ----

    def absent_frame(self, expr: typed.Without | typed.WithOnly, frame: Frame) -> Frame:
        """The same rows with the agents absent that `without` or `with only` names."""
        if isinstance(expr, typed.Without):
            return self._without(expr.agent, frame)
        return self._with_only(expr.agents, frame)

    def _without(self, agent: Expr, frame: Frame) -> Frame:
        one = not self.free.of(agent)
        codes = self.member(agent, self._everyone if one else frame).codes[0]
        held = Restriction(self._universes(agent.kind), codes, None, None if one else frame)
        return frame.with_absence((frame.absence or Absence(())).adding(held))

    def _with_only(self, agents: Expr, frame: Frame) -> Frame:
        # Everybody else is absent, the members of other agents sets too: the worth of a coalition is its own.
        value = self.set(agents, frame)
        where = None if isinstance(value, Fixed) else frame
        held = Restriction(self.store.agent_universes, None, value, where)
        return frame.with_absence((frame.absence or Absence(())).adding(held))

    def _universes(self, kind: Kind) -> frozenset[str]:
        agents = self.store.agent_universes
        return agents if not isinstance(kind, Element) or kind.universes is None else kind.universes & agents


_FUNCTIONS = {"log": arithmetic.log, "exp": arithmetic.exp, "sqrt": arithmetic.sqrt, "abs": arithmetic.absolute}
