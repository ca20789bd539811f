"""Valuations, what lies outside, and broken bounds, for one agent at every true type, report and scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.free import needed_lets, walk
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Quantity
from mdl.irrational import quantity
from mdl.mechanisms.outcomes import Outcomes
from mdl.mechanisms.reports import Reports
from mdl.semantics import typed
from mdl.semantics.kinds import Element
from mdl.semantics.model import Bound, LetSymbol, TypeSymbol, VarSymbol
from mdl.semantics.typed import Expr, IndexVar

Places = npt.NDArray[np.int64]

ROUNDING = 1e-6
"""An outcome that a solver rounded breaks a bound if it is beyond it by more than this, relative to 1 + the bound."""

AT_ONCE = 2**20
"""Rows that are evaluated together."""


@dataclass(slots=True, eq=False)
class Utilities:
    """Evaluates utilities over reports; `ev` is an evaluator of the lifted model at the outcomes."""

    reports: Reports
    outcomes: Outcomes
    ev: Evaluator

    def own_index(self, valuation: LetSymbol) -> IndexVar:
        return valuation.index[0].indices[0]

    def value(self, agent: int) -> Quantity:
        """Shape (L, L, S): valuation of true type, report and scenario; 0 for an agent without a valuation."""
        case = self.reports.profiles.case(agent)
        size, scenarios = case.shape
        valuation = self.reports.valuation(agent)
        if valuation is None:
            return Numbers.constant(0, size * size * scenarios)
        true = np.broadcast_to(case[:, None, :], (size, size, scenarios)).reshape(-1)
        reported = np.broadcast_to(case[None, :, :], (size, size, scenarios)).reshape(-1)
        return self._valued(agent, valuation, true, reported)

    def at_profiles(self, agent: int, true: Places, reported: Places) -> Quantity:
        """The valuation where these are the true profile and the reported one, one a row."""
        valuation = self.reports.valuation(agent)
        if valuation is None:
            return Numbers.constant(0, len(true))
        return self._valued(agent, valuation, true, reported)

    def _valued(self, agent: int, valuation: LetSymbol, true: Places, reported: Places) -> Quantity:
        lift = self.reports.lift
        t, r = lift.index(valuation.span, "truth"), lift.index(valuation.span)
        body = lift.utility(valuation.body, t, r)
        code = self.reports.spaces[agent].code
        own = self.own_index(valuation)
        parts = []
        for low in range(0, max(len(true), 1), AT_ONCE):
            high = min(low + AT_ONCE, len(true))
            indices = {t: true[low:high], r: reported[low:high], own: np.full(high - low, code)}
            parts.append(self.ev.number(body, self.reports.rows(high - low, indices)))
        return parts[0] if len(parts) == 1 else quantity.concat(parts)

    def outside(self, agent: int) -> Quantity:
        """Shape (L, S): the valuation of an agent that does not take part, at its true type and the others'."""
        case = self.reports.profiles.case(agent).reshape(-1)
        valuation = self.reports.valuation(agent)
        if valuation is None:
            return Numbers.constant(0, len(case))
        lift = self.reports.lift
        p = lift.index(valuation.span)
        code = np.full(len(case), self.reports.spaces[agent].code)
        absence = self.reports.without(agent, skips=False)
        frame = self.reports.rows(len(case), {p: case, self.own_index(valuation): code}, absence)
        return self.ev.number(lift.at(valuation.body, p), frame)

    # ---- bounds that the true type sets ----

    def broken(self, agent: int) -> npt.NDArray[np.bool_] | None:
        """Shape (L, L, S): where the outcome breaks a bound that the agent's true type sets; None: nowhere."""
        if self.outcomes.chosen is None:
            return None
        case = self.reports.profiles.case(agent)
        size, scenarios = case.shape
        true = np.broadcast_to(case[:, None, :], (size, size, scenarios)).reshape(-1)
        reported = np.broadcast_to(case[None, :, :], (size, size, scenarios)).reshape(-1)
        found: npt.NDArray[np.bool_] | None = None
        for variable, bound, entry in self.own_bounds(agent):
            hit = self._beyond(variable, bound, entry, true, reported)
            found = hit if found is None else found | hit
        return found.reshape(size, size, scenarios) if found is not None and found.any() else None

    def own_bounds(self, agent: int) -> Iterator[tuple[VarSymbol, Bound, int]]:
        """Bounds that depend on types, at the entries of a variable that belong to the agent."""
        code = self.reports.spaces[agent].code
        for symbol in self.reports.instance.model.symbols.values():
            if isinstance(symbol, VarSymbol) and any(uses_types(b.expr) for b in symbol.bounds):
                table = self.reports.instance.domain(symbol)
                kinds = [v.kind for b in symbol.index for v in b.indices]
                columns = [c for c, kind in zip(table.columns, kinds, strict=False) if isinstance(kind, Element)]
                mine = np.zeros(table.size, dtype=np.bool_)
                for column in columns:
                    mine |= column == code
                for bound in symbol.bounds:
                    if uses_types(bound.expr):
                        yield from ((symbol, bound, int(k)) for k in np.flatnonzero(mine))

    def _beyond(
        self, variable: VarSymbol, bound: Bound, entry: int, true: Places, reported: Places
    ) -> npt.NDArray[np.bool_]:
        limit, held = self.limit(variable, bound, entry, true), self._entry(variable, entry, reported)
        over = arithmetic.sub(held, limit) if bound.op in ("<=", "<") else arithmetic.sub(limit, held)
        if held.is_exact and limit.is_exact:
            far = arithmetic.signs(over) > 0
            if bound.op == "==":
                far = arithmetic.signs(over) != 0
            return np.asarray(far)
        room = ROUNDING * (1 + np.abs(limit.floats()))
        return np.asarray((np.abs(over.floats()) if bound.op == "==" else over.floats()) > room)

    def limit(self, variable: VarSymbol, bound: Bound, entry: int, true: Places) -> Numbers:
        """A bound of one entry of a variable, where these are the true profiles."""
        lift = self.reports.lift
        p = lift.index(bound.span)
        table = self.reports.instance.domain(variable)
        own = [v for b in variable.index for v in b.indices]
        indices = {p: true, **{v: np.full(len(true), c[entry]) for v, c in zip(own, table.columns, strict=True)}}
        return quantity.numbers(self.ev.number(lift.at(bound.expr, p), self.reports.rows(len(true), indices)))

    def _entry(self, variable: VarSymbol, entry: int, reported: Places) -> Numbers:
        entries = self.reports.instance.domain(variable).size
        lifted = self.reports.lift.of(variable)
        assert isinstance(lifted, VarSymbol)
        frame = self.reports.rows(len(reported), {})
        found = self.outcomes.variable(lifted, reported * entries + entry, frame)
        assert found is not None
        return found

    # ---- what valuations read ----

    def interdependent(self, agent: int) -> bool:
        """Whether the valuation names other agents' true types."""
        valuation = self.reports.valuation(agent)
        if valuation is None:
            return False
        return _names_others(valuation.body, self.own_index(valuation), set())


def uses_types(expr: Expr) -> bool:
    """Whether an expression reads types, directly or through lets."""
    bodies = (expr, *(let.body for let in needed_lets(expr)))
    return any(isinstance(e, typed.Ref) and isinstance(e.symbol, TypeSymbol) for body in bodies for e in walk(body))


def _names_others(expr: Expr, own: IndexVar, seen: set[LetSymbol]) -> bool:
    """Whether types of agents other than `own` are read as true types: not inside outcome formulas."""
    for e in walk(expr):
        if not isinstance(e, typed.Ref):
            continue
        if isinstance(e.symbol, TypeSymbol):
            first = e.args[0]
            if not (isinstance(first, typed.Index) and first.index is own):
                return True
        if isinstance(e.symbol, LetSymbol) and e.symbol.role != "outcome" and e.symbol not in seen:
            same = len(e.args) >= 1 and isinstance(e.args[0], typed.Index) and e.args[0].index is own
            indices = [v for b in e.symbol.index for v in b.indices]
            inner = indices[0] if same and indices else IndexVar("", own.kind, e.span)
            if _names_others(e.symbol.body, inner, seen | {e.symbol}):
                return True
    return False
