"""Outcomes at every report profile, whoever takes part: what the lifted model's variables and rules are.

Each rule is solved for all cases at once, and again for each way of agents staying away that an expression asks
about; what is known is kept.  Where the outcome is free or a formula, there is nothing to solve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.absence import Absence, absence_at, signature
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Fixed, Positions, Quantity, Real, Symbolic
from mdl.diagnostics import Failure
from mdl.mechanisms import rule_errors
from mdl.mechanisms.even import even
from mdl.mechanisms.means import expected
from mdl.mechanisms.profiles import CountedProfiles
from mdl.mechanisms.reports import Reports
from mdl.mechanisms.rules.batch import BatchSolution, by_first_label
from mdl.mechanisms.rules.solve import solve_batch
from mdl.program.solution import SolverOptions, Status
from mdl.semantics import typed
from mdl.semantics.kinds import Numeric
from mdl.semantics.model import FollowerSymbol, RuleSymbol, Symbol, VarSymbol
from mdl.semantics.typed import Expected, Expr

Key = tuple[RuleSymbol, tuple[object, ...]]


@dataclass(slots=True, eq=False)
class Solved:
    """One rule at every case: entries of each lifted variable, and the optimal value."""

    values: dict[Symbol, Numbers]
    optimum: Numbers
    ties: int
    unsure: int
    exact: bool
    tolerance: float
    why: str


@dataclass(slots=True, eq=False)
class Outcomes:
    """`chosen` is the mechanism's outcome rule, None where the outcome is a formula or free.

    `given` are entries of lifted variables that are known from elsewhere (a design that was found).
    Implements `Worlds` and `Solved` of mdl.algebra.values.
    """

    reports: Reports
    chosen: RuleSymbol | None
    options: SolverOptions = field(default_factory=SolverOptions)
    given: Mapping[Symbol, Numbers] = field(default_factory=dict)
    known: dict[Key, Solved] = field(default_factory=dict)

    def evaluator(self, *, symbolic: Symbolic | None = None, irrational: Real | None = None) -> Evaluator:
        """An evaluator of the lifted model that asks here for variables, rules and means."""
        made = self.reports.lifted.data.sharing(symbolic=symbolic, solved=self, irrational=irrational)
        made.worlds = self
        return made

    # ---- rules ----

    def solve(self, rule: RuleSymbol, absence: Absence | None = None) -> Solved:
        """A rule as written (not lifted) at every case.

        Raises Failure: a case without an outcome (MDL630 to 632), followers (MDL633), and as lowering does.
        """
        key = (rule, signature(absence))
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._solve(rule, absence)
        return found

    def _solve(self, rule: RuleSymbol, absence: Absence | None) -> Solved:
        from mdl.lowering.welfare import Infeasible, lower

        reports = self.reports
        follower = next((s for s in reports.instance.model.symbols.values() if isinstance(s, FollowerSymbol)), None)
        if follower is not None:
            raise Failure(rule_errors.followers(follower.name, follower.span))
        lifted = reports.lift.of(rule)
        assert isinstance(lifted, RuleSymbol)
        whole = typed.Reduce(rule.span, Numeric(), "sum", lifted.index, None, lifted.body)
        summed = RuleSymbol(rule.name, rule.span, (), None, rule.sense, whole)
        try:
            lowered = lower(reports.lifted, summed, absence)
        except Infeasible as wrong:
            raise Failure([rule_errors.named(d, reports.profiles) for d in wrong.diagnostics]) from None
        batch = by_first_label(lowered.program, range(reports.cases), Numbers.constant(0, reports.cases))
        solution = solve_batch(batch, self.options)
        self._refuse(rule, absence, solution)
        values: dict[Symbol, Numbers] = {}
        for symbol, held in lowered.variables.items():
            found = solution.values.take(slice(held.start, held.start + held.count))
            if held.present is not None:
                gone = np.setdiff1d(np.arange(held.size), held.present)
                found = arithmetic.merge([(held.present, found), (gone, Numbers.constant(0, len(gone)))], held.size)
            values[symbol] = found
        if isinstance(reports.profiles, CountedProfiles) and absence is None:
            even(reports, rule, values)
        return Solved(
            values,
            self._optimum(lifted, values, absence),
            int(solution.ties.sum()),
            int(solution.unsure.sum()),
            solution.exact,
            solution.tolerance,
            solution.why,
        )

    def _optimum(self, lifted: RuleSymbol, values: Mapping[Symbol, Numbers], absence: Absence | None) -> Numbers:
        """The rule's own value at the outcomes."""
        ev = self.reports.lifted.data.sharing(values=values, absence=absence)
        found = ev.number(lifted.body, ev.frame(lifted).with_absence(absence))
        assert isinstance(found, Numbers)
        return found

    def _refuse(self, rule: RuleSymbol, absence: Absence | None, solution: BatchSolution) -> None:
        wrong = [k for k, status in enumerate(solution.status) if status not in (Status.OPTIMAL, Status.LOCAL)]
        if wrong:
            status = solution.status[wrong[0]]
            where = self.reports.profiles.case_name(wrong[0])
            raise Failure(
                rule_errors.no_outcome(rule.name, rule.span, status, where, len(wrong), self._absent(absence))
            )
        local = [k for k, status in enumerate(solution.status) if status is Status.LOCAL]
        if local:
            raise Failure(rule_errors.not_convex(rule.name, rule.span))

    def _absent(self, absence: Absence | None) -> str:
        """` without a`, for messages."""
        universe = self.reports.instance.store.universe
        parts = []
        for r in absence.restrictions if absence is not None else ():
            if r.agent is not None:
                parts.append(f" without {universe.atom(int(r.agent[0]))}")
            elif isinstance(r.only, Fixed):
                inside = ", ".join(str(a) for a in universe.atoms(r.only.domain.columns[0]))
                parts.append(f" with only {{{inside}}}")
        return "".join(parts)

    # ---- mdl.algebra.values.Worlds ----

    def variable(self, symbol: VarSymbol, positions: Positions, frame: Frame) -> Numbers | None:
        if symbol in self.given and (frame.absence is None or not frame.absence.restrictions):
            return self.given[symbol].gather(positions)
        if symbol not in self.reports.lifted.model.symbols.values():
            return None
        if self.chosen is None:
            if frame.absence is not None and frame.absence.restrictions:
                raise Failure(rule_errors.free_without(symbol.name, symbol.span))
            return None
        parts: list[tuple[Positions, Numbers]] = []
        for absence, rows in ways(frame):
            held = self.solve(self.chosen, absence).values[symbol]
            if rows is None:
                return held.gather(positions)
            parts.append((rows, held.take(positions[rows])))
        return arithmetic.merge(parts, frame.size)

    def expected(self, ev: Evaluator, expr: Expected, frame: Frame) -> Quantity:
        return expected(self.reports, ev, expr, frame)

    # ---- mdl.algebra.values.Solved ----

    def _values_of(self, rule: RuleSymbol, cases: Positions, frame: Frame) -> Numbers:
        parts: list[tuple[Positions, Numbers]] = []
        for absence, rows in ways(frame):
            held = self.solve(rule, absence).optimum
            if rows is None:
                return held.gather(cases)
            parts.append((rows, held.take(cases[rows])))
        return arithmetic.merge(parts, frame.size)

    def attribute(self, symbol: Symbol, name: str, positions: Positions, at: Expr) -> Numbers:
        raise Failure(rule_errors.no_attribute(name, at.span))

    def answer(self, expr: typed.Attribute, frame: Frame, ev: Evaluator) -> Numbers:
        raise Failure(rule_errors.no_attribute(expr.name, expr.span))

    def rule_of(self, lifted: Symbol) -> RuleSymbol:
        """The rule as written."""
        symbols = self.reports.instance.model.symbols.values()
        return next(s for s in symbols if isinstance(s, RuleSymbol) and self.reports.lift.of(s) is lifted)

    def rule(self, symbol: Symbol, frame: Frame, at: Expr) -> Numbers:
        assert isinstance(at, typed.Ref) and isinstance(at.args[0], typed.Index)
        return self._values_of(self.rule_of(symbol), frame.codes(at.args[0].index)[0], frame)


def ways(frame: Frame) -> Iterator[tuple[Absence | None, Positions | None]]:
    """The distinct ways in which agents stay away on the rows of a frame; rows None: all of them."""
    absence = frame.absence
    if absence is None or not absence.restrictions:
        yield None, None
        return
    if absence.uniform:
        yield absence_at(frame, 0), None
        return
    keys = np.zeros(frame.size, dtype=np.int64)
    for r in absence.restrictions:
        part = _column(frame, r)
        _, place = np.unique(part, return_inverse=True)
        keys = keys * (int(place.max()) + 1) + place
    distinct, first, place = np.unique(keys, return_index=True, return_inverse=True)
    for k in range(len(distinct)):
        yield absence_at(frame, int(first[k])), np.flatnonzero(place == k)


def _column(frame: Frame, r: object) -> Positions:
    """Equal on rows where a restriction leaves the same agents out."""
    from mdl.algebra.absence import Restriction

    assert isinstance(r, Restriction)
    rows = np.zeros(frame.size, dtype=np.int64)
    if r.frame is not None:
        held = frame.rows_of(r.frame)
        rows = np.arange(frame.size) if held is None else held
    if r.agent is not None:
        return np.asarray(r.agent[rows if r.frame is not None else np.zeros(frame.size, dtype=np.int64)])
    assert r.only is not None
    if isinstance(r.only, Fixed):
        return np.zeros(frame.size, dtype=np.int64)
    return np.asarray(rows if r.only.rows is None else r.only.rows[rows])
