"""Outcomes at every report profile, whoever takes part: what the lifted model's variables and rules are.

Each rule is solved for all cases at once, and again for each way of agents staying away that an expression asks
about; what is known is kept.  Where the outcome is free or a formula, there is nothing to solve.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.absence import Absence, Restriction, absence_at, signature
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Fixed, Positions, Quantity, Real, Symbolic
from mdl.data.instance import Instance
from mdl.diagnostics import Failure
from mdl.mechanisms import rule_errors
from mdl.mechanisms.absentees import Absent, reads_absent
from mdl.mechanisms.even import even
from mdl.mechanisms.means import expected
from mdl.mechanisms.profiles import CountedProfiles, Places
from mdl.mechanisms.reports import Reports
from mdl.mechanisms.rules.batch import CODE, STATUSES, BatchSolution, by_first_label
from mdl.mechanisms.rules.solve import solve_batch
from mdl.program.solution import SolverOptions, Status, no_answer
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
        reports = self.reports
        follower = next((s for s in reports.instance.model.symbols.values() if isinstance(s, FollowerSymbol)), None)
        if follower is not None:
            raise Failure(rule_errors.followers(follower.name, follower.span))
        some = self._representatives(rule, absence)
        if some is not None:
            with suppress(Failure):  # told at the reports of everybody
                return self._solve_at(rule, absence, reports.lifted_at(some[0]), some[1])
        return self._solve_at(rule, absence, reports.lifted, None)

    def _representatives(self, rule: RuleSymbol, absence: Absence | None) -> tuple[Places, Places] | None:
        """Where an agent is away whose types do not matter then: a case of each of the others' reports, and which of
        these each case is like."""
        profiles = self.reports.profiles
        if absence is None or len(absence.restrictions) != 1 or isinstance(profiles, CountedProfiles):
            return None
        (gone,) = absence.restrictions
        agents = [] if gone.agent is None else [a for a, s in enumerate(profiles.spaces) if s.code == gone.agent[0]]
        if len(agents) != 1 or profiles.spaces[agents[0]].size == 1:
            return None
        types = {c.symbol for c in profiles.spaces[agents[0]].components}
        if reads_absent(self.reports.instance.model, rule, Absent(types, gone.universes)):
            return None
        return profiles.case(agents[0])[0], profiles.scenario_of(agents[0])

    def _solve_at(self, rule: RuleSymbol, absence: Absence | None, over: Instance, like: Places | None) -> Solved:
        """The rule at the cases of `over`; `like` says which of these each case of the reports is (None: itself)."""
        from mdl.lowering.welfare import Infeasible, lower

        reports = self.reports
        lifted = reports.lift.of(rule)
        assert isinstance(lifted, RuleSymbol)
        cases = reports.cases if like is None else int(like.max()) + 1
        whole = typed.Reduce(rule.span, Numeric(), "sum", lifted.index, None, lifted.body)
        summed = RuleSymbol(rule.name, rule.span, (), None, rule.sense, whole)
        try:
            lowered = lower(over, summed, absence)
        except Infeasible as wrong:
            names = reports.instance.model.symbols
            raise Failure([rule_errors.named(d, reports.profiles, names) for d in wrong.diagnostics]) from None
        batch = by_first_label(lowered.program, range(cases), Numbers.constant(0, cases))
        solution = solve_batch(batch, self.options)
        self._refuse(rule, absence, solution)
        values: dict[Symbol, Numbers] = {}
        for symbol, held in lowered.variables.items():
            found = solution.values.take(slice(held.start, held.start + held.count))
            if held.present is not None:
                away = np.ones(held.size, dtype=np.bool_)
                away[held.present] = False
                gone = np.flatnonzero(away)
                found = arithmetic.merge([(held.present, found), (gone, Numbers.constant(0, len(gone)))], held.size)
            values[symbol] = found
        if isinstance(reports.profiles, CountedProfiles) and absence is None:
            even(reports, rule, values)
        optimum = _optimum(over, lifted, values, absence)
        ties, unsure = solution.ties, solution.unsure
        if like is not None:
            values = {s: _spread(v, like, cases) for s, v in values.items()}
            optimum, ties, unsure = optimum.take(like), ties[like], unsure[like]
        return Solved(
            values, optimum, int(ties.sum()), int(unsure.sum()), solution.exact, solution.tolerance, solution.why
        )

    def _refuse(self, rule: RuleSymbol, absence: Absence | None, solution: BatchSolution) -> None:
        wrong = np.flatnonzero(~solution.solved)
        if len(wrong):
            first = int(wrong[0])
            status, where = STATUSES[solution.code[first]], self.reports.profiles.case_name(first)
            found = rule_errors.no_outcome(rule.name, rule.span, status, where, len(wrong), self._absent(absence))
            raise no_answer(status, found)
        if (solution.code == CODE[Status.LOCAL]).any():
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
        return self._gathered(self.chosen, positions, frame, lambda solved: solved.values[symbol])

    def expected(self, ev: Evaluator, expr: Expected, frame: Frame) -> Quantity:
        return expected(self.reports, ev, expr, frame)

    # ---- mdl.algebra.values.Solved ----

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
        cases = frame.codes(at.args[0].index)[0]
        return self._gathered(self.rule_of(symbol), cases, frame, lambda solved: solved.optimum)

    def _gathered(
        self, rule: RuleSymbol, positions: Positions, frame: Frame, part: Callable[[Solved], Numbers]
    ) -> Numbers:
        """Entries of what a rule was solved to, where those take part who do on each row of the frame."""
        parts: list[tuple[Positions, Numbers]] = []
        for absence, rows in ways(frame):
            held = part(self.solve(rule, absence))
            if rows is None:
                return held.gather(positions)
            parts.append((rows, held.take(positions[rows])))
        return arithmetic.merge(parts, frame.size)


def _optimum(over: Instance, rule: RuleSymbol, values: Mapping[Symbol, Numbers], absence: Absence | None) -> Numbers:
    """The value of a lifted rule at the outcomes."""
    ev = over.data.sharing(values=values, absence=absence)
    found = ev.number(rule.body, ev.frame(rule).with_absence(absence))
    assert isinstance(found, Numbers)
    return found


def _spread(values: Numbers, like: Places, cases: int) -> Numbers:
    """Entries of a variable at every case, from those at the cases that they are like."""
    entries = len(values) // cases
    return values.take((like[:, None] * entries + np.arange(entries)).reshape(-1))


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


def _column(frame: Frame, r: Restriction) -> Positions:
    """Equal on rows where a restriction leaves the same agents out."""
    rows = np.zeros(frame.size, dtype=np.int64)
    if r.frame is not None:
        held = frame.rows_of(r.frame)
        rows = np.arange(frame.size) if held is None else held
    if r.agent is not None:
        return np.asarray(r.agent[rows])
    assert r.only is not None
    if isinstance(r.only, Fixed):
        return np.zeros(frame.size, dtype=np.int64)
    return np.asarray(rows if r.only.rows is None else r.only.rows[rows])
