"""A mechanism with something to find, as a DesignInput: columns for the unknown, affine forms for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from mdl.algebra.curvature import Analysis
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Quantity, Segments
from mdl.diagnostics import Failure, Span
from mdl.irrational import quantity
from mdl.lowering import terms
from mdl.lowering.back import Lowered
from mdl.lowering.builder import Builder
from mdl.lowering.columns import ColumnTable
from mdl.lowering.facts import InstanceFacts
from mdl.lowering.terms import Terms
from mdl.mechanisms import design_errors
from mdl.mechanisms.design import errors as design_size_errors
from mdl.mechanisms.design import names
from mdl.mechanisms.design.input import DesignAgent, DesignInput, Envied, Goal, Share, Wanted
from mdl.mechanisms.design.names import CaseNames
from mdl.mechanisms.design.size import LIMIT
from mdl.mechanisms.envy import exchanged
from mdl.mechanisms.known import Known
from mdl.mechanisms.orbits import orbits
from mdl.mechanisms.outcomes import Outcomes
from mdl.mechanisms.profiles import CountedProfiles
from mdl.mechanisms.reports import Reports
from mdl.mechanisms.tables import PARTICIPATION, AgentTable
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Rows
from mdl.program.sparse import SparseRows
from mdl.semantics import typed
from mdl.semantics.kinds import Numeric
from mdl.semantics.model import MechanismSymbol, RuleSymbol, Symbol, TransferSymbol, VarSymbol
from mdl.semantics.typed import Expr

Places = npt.NDArray[np.int64]

PER_UTILITY = 80
"""Bytes of a utility that is a formula of unknowns, measured where it has two of them."""


@dataclass(slots=True, eq=False)
class Unknown:
    """What a design was made from, and where each lifted unknown stands among its columns.

    `places[symbol]` (cases * entries,) is the column of each entry of a lifted variable or transfer at each case.
    """

    reports: Reports
    outcomes: Outcomes
    mechanism: MechanismSymbol
    known: Known
    input: DesignInput
    places: dict[Symbol, Places]

    def found(self, point: Numbers) -> dict[Symbol, Numbers]:
        """Entries of the lifted unknowns at a point over the columns."""
        return {symbol: point.take(at) for symbol, at in self.places.items()}


def unknown(reports: Reports, outcomes: Outcomes, mechanism: MechanismSymbol) -> Unknown:
    """The design of a mechanism.  Raises Failure as evaluation does, and MDL670 to MDL679."""
    if mechanism.outcome is None:
        utilities = reports.profiles.utilities
        if utilities * PER_UTILITY > LIMIT:
            told = (utilities, utilities * PER_UTILITY, LIMIT, mechanism.span)
            raise Failure(design_size_errors.too_many_utilities(*told))
    return _Maker(reports, outcomes, mechanism).made()


class _Maker:
    def __init__(self, reports: Reports, outcomes: Outcomes, mechanism: MechanismSymbol) -> None:
        self.reports, self.outcomes, self.mechanism = reports, outcomes, mechanism
        self.profiles = reports.profiles
        self.names = CaseNames.of(self.profiles)
        self.known = Known.of(reports, outcomes, mechanism)
        self.free = mechanism.outcome is None
        self.table = ColumnTable()
        self.columns: list[Columns] = []
        self.rows: tuple[Rows, ...] = ()
        self.places: dict[Symbol, Places] = {}
        self.notes: list[str] = []
        if self.free:
            self._environment()
        for transfer in (*mechanism.transfers, *mechanism.adjustments):
            if transfer.body is None:
                self._columns_of(transfer)
        builder = Builder(self.table, Analysis(InstanceFacts(reports.lifted), absent=True))
        self.builder = builder
        self.ev: Evaluator = outcomes.evaluator(symbolic=builder)

    # ---- columns ----

    def _environment(self) -> None:
        """Outcome variables and the file's own rows at every case."""
        from mdl.lowering.welfare import Infeasible, lower

        span = self.mechanism.span
        nothing = RuleSymbol(
            self.mechanism.name, span, (), None, "maximize", typed.Number(span, Numeric(), Fraction(0))
        )
        try:
            lowered: Lowered = lower(self.reports.lifted, nothing)
        except Infeasible as wrong:
            from mdl.mechanisms.rule_errors import named

            lifted = self.reports.instance.model.symbols
            raise Failure([named(d, self.profiles, lifted) for d in wrong.diagnostics]) from None
        program = lowered.program
        for block in program.rows:
            if block.nonlinear:
                raise Failure(design_errors.not_linear(block.name, "constraint", block.span))
        self.columns = [replace(c, labels=self._named(c.labels)) for c in program.columns]
        self.rows = tuple(replace(r, labels=self._named(r.labels)) for r in program.rows)
        self.notes.extend(lowered.notes)
        for symbol, held in sorted(lowered.variables.items(), key=lambda item: item[1].start):
            assert isinstance(symbol, VarSymbol)
            start = self.table.add_variable(symbol, held.size, held.present)
            assert start == held.start
            self.places[symbol] = np.arange(start, start + held.size)
        self.table.add(program.width - self.table.width)
        if isinstance(self.profiles, CountedProfiles):
            self._alike()

    def _alike(self) -> None:
        """One number for entries that exchanging interchangeable agents takes to each other: `same_x[2; 1 | ...]`.

        Cases are then views of one profile.  Nothing is lost: what is wanted treats agents alike and is convex, so
        that the mean over all ways of exchanging them is as good.
        """
        for symbol in self.reports.instance.model.symbols.values():
            if not isinstance(symbol, VarSymbol):
                continue
            at, first = self.places[self.reports.lift.of(symbol)], orbits(self.reports, symbol)
            other = np.flatnonzero(first != np.arange(len(first)))
            if not len(other):
                continue
            block = next(c for c in self.columns if c.start <= at[0] < c.start + len(c.labels))
            pairs = np.stack([at[first[other]], at[other]], axis=1).astype(np.int32)
            signs = Numbers.of([1, -1]).take(np.tile(np.arange(2), len(other)))
            zero = Numbers.constant(0, len(other))
            made = SparseRows(2 * np.arange(len(other) + 1), pairs.reshape(-1), signs, self.table.width)
            name = f"same_{symbol.name}"
            while any(r.name == name for r in self.rows):
                name += "_"
            labels = block.labels.take(at[other] - block.start)
            start = sum(len(r.labels) for r in self.rows)
            held = Rows(name, labels, start, "==", Bound(zero), Bound(zero), made, span=symbol.span)
            self.rows = (*self.rows, held)
            self.notes.append(
                f"{name}: with counts a profile is listed once for each type that somebody has, and its outcome is one"
            )

    def _named(self, labels: Labels) -> Labels:
        """Labels whose first component is the case's number, with its reports behind the others: `win[a; 3, 1]`."""
        numbers = np.array([int(a) for a in labels.atoms[0]], dtype=np.int64)
        case = numbers[labels.codes[0]]
        listed = self.names.listed
        inner = Labels(labels.atoms[1:], labels.codes[1:], len(labels))
        outer = Labels(listed.atoms, tuple(c[case] for c in listed.codes), len(labels), listed.form)
        return _beside(inner, outer)

    def _columns_of(self, transfer: TransferSymbol) -> None:
        """Payments: an agent after the other, each with all cases; adjustments: each with all scenarios."""
        instance, profiles = self.reports.instance, self.profiles
        table = instance.domain(transfer)
        place = {int(code): e for e, code in enumerate(table.columns[0].tolist())}
        everyone = [a for a, s in enumerate(self.reports.spaces) if s.code in place]
        own = [a for a in everyone if profiles.pays_like(a) is None]
        others = transfer.direction == "adjust"
        sizes = [profiles.scenarios(a) if others else profiles.cases for a in own]
        start = self.table.add(sum(sizes))
        first = dict(zip(own, start + np.cumsum([0, *sizes])[:-1], strict=True))
        at = np.empty((profiles.cases, len(place)), dtype=np.int64)
        for a in everyone:
            like = profiles.pays_like(a)
            who, case = (a, np.arange(profiles.cases)) if like is None else like
            inside = profiles.scenario_of(who)[case] if others else case
            at[:, place[self.reports.spaces[a].code]] = int(first[who]) + inside
        lifted = self.reports.lift.of(transfer)
        assert isinstance(lifted, VarSymbol)
        self.places[lifted] = at.reshape(-1)
        self.table.put(lifted, at.reshape(-1).astype(np.int32))
        if others:
            labels = names.on_others(profiles, own)
        else:
            labels = names.at_cases(
                names.of_agents([self.reports.spaces[a].agent for a in own]), self.names.listed, leading=False
            )
        self.columns.append(Columns(transfer.name, labels, start, None, None, span=transfer.span))

    # ---- forms ----

    def made(self) -> Unknown:
        income = self._at_cases(self.mechanism.income)
        wanted = tuple(
            Wanted(p.name, soft, p.span)
            for soft, properties in ((False, self.mechanism.require), (True, self.mechanism.soften))
            for p in properties
        )
        made = DesignInput(
            self.mechanism.name,
            tuple(self._agent(a) for a in self.profiles.audited),
            self.profiles.cases,
            self.names,
            self._shares(),
            tuple(self.columns),
            self.rows,
            income,
            self._goal(),
            wanted,
            self.reports.weights,
            self.known.optimum() if any(w.name == "efficient" for w in wanted) else None,
            self._distinct(),
            self._envied() if any(w.name == "envy_free" for w in wanted) else (),
            (),
            (*self.notes, *self._notes()),
            self.mechanism.span,
        )
        return Unknown(self.reports, self.outcomes, self.mechanism, self.known, made, self.places)

    def _agent(self, a: int) -> DesignAgent:
        space, case = self.reports.spaces[a], self.profiles.case(a)
        size, scenarios = case.shape
        weights = self.reports.weights
        held = AgentTable(
            space.agent,
            size,
            scenarios,
            None if self.free else self.known.utilities.value(a),
            None if self.free else self.known.utilities.broken(a),
            space.allowed(),
            self._outside(a),
            None,
            None if weights is None else weights.take(case.reshape(-1)),
            case,
            space.name,
            lambda s: self.profiles.scenario_name(a, s),
        )
        pay = terms.taken(self._payment(a), case.reshape(-1))
        value = None
        if self.free:
            self._refuse_bounds(a, held)
            value = self._value(a)
        count = len(self.profiles.members) if isinstance(self.profiles, CountedProfiles) else 1
        return DesignAgent(held, names.types_of(space), pay, value, None, count)

    def _outside(self, a: int) -> Quantity | None:
        """Not taking part need not be possible where nobody asks about it."""
        asked = (*self.mechanism.require, *self.mechanism.soften)
        return self.known.utilities.outside(a) if any(p.name in PARTICIPATION for p in asked) else None

    def _payment(self, a: int) -> Terms:
        """Net payment from an agent at each case."""
        total = terms.of(terms.zeros(self.profiles.cases))
        for transfer in self.mechanism.transfers:
            found = self._transfer(transfer, a)
            if found is not None:
                total = terms.added([total, terms.negated(found) if transfer.direction == "receive" else found])
        return total

    def _transfer(self, transfer: TransferSymbol, a: int) -> Terms | None:
        entry = self.reports.of_agent(a, self.reports.instance.domain(transfer))
        if entry is None:
            return None
        if transfer.body is not None:
            found = self.ev.number(*self.reports.each_case(transfer.body, (transfer.index[0].indices[0], a)))
            return self._linear(found, transfer.name, "transfer", transfer.body.span)
        at = self.places[self.reports.lift.of(transfer)].reshape(self.profiles.cases, -1)[:, entry]
        return terms.of_columns(at)

    def _value(self, a: int) -> Terms:
        """Size L*K, row t*K + c: the valuation of true type t where the outcome is that of case c."""
        valuation = self.reports.valuation(a)
        size = self.reports.spaces[a].size
        cases = np.arange(self.profiles.cases)
        if valuation is None:
            return terms.of(terms.zeros(size * len(cases)))
        lift = self.reports.lift
        t, r = lift.index(valuation.span, "truth"), lift.index(valuation.span)
        true = self.profiles.case(a)[:, self.profiles.scenario_of(a)].reshape(-1)
        code = np.full(len(true), self.reports.spaces[a].code)
        own = self.known.utilities.own_index(valuation)
        frame = self.reports.rows(len(true), {t: true, r: np.tile(cases, size), own: code})
        body = lift.utility(valuation.body, t, r)
        return self._linear(self.ev.number(body, frame), "valuation", "valuation", valuation.body.span)

    def _at_cases(self, expr: Expr | None) -> Quantity | Terms:
        if expr is None:
            return Numbers.constant(0, self.profiles.cases)
        found = self.ev.number(*self.reports.each_case(expr))
        return found if isinstance(found, Numbers) else self._linear(found, "income", "income", expr.span)

    def _linear(self, found: Quantity, name: str, what: str, span: Span) -> Terms:
        """Affine in what is to be found, or refused (MDL670)."""
        made = found if isinstance(found, Terms) else terms.of(quantity.numbers(found))
        if made.nodes or self.builder.epigraphs.made:
            raise Failure(design_errors.not_linear(name, what, span))
        return made

    def _goal(self) -> Goal:
        goal, lift = self.mechanism.goal, self.reports.lift
        span = self.mechanism.span if goal is None else goal.span
        if goal is None:
            return Goal(self.mechanism.name, self.mechanism.maximize, None, self.mechanism.shortfall, span)
        if isinstance(goal, typed.Expected):
            found = self.ev.number(lift.at(goal, lift.index(span)), self.ev.root)
        else:
            # an objective without `expected` is the sum over all report profiles
            each = terms.of(self.ev.number(*self.reports.each_case(goal)))
            found = terms.summed(terms.scaled(each, self.profiles.multiplicity()), _one(self.profiles.cases))
        made = self._linear(found, self.mechanism.name, "objective", span)
        return Goal(self.mechanism.name, self.mechanism.maximize, made, self.mechanism.shortfall, span)

    # ---- the profile as a whole ----

    def _shares(self) -> tuple[Share, ...]:
        if isinstance(self.profiles, CountedProfiles):
            return tuple(Share(0, rows, times) for rows, times in self.profiles.by_type())
        made = []
        for k, a in enumerate(self.profiles.audited):
            own, scenario = self.profiles.own(a), self.profiles.scenario_of(a)
            made.append(Share(k, own * self.profiles.scenarios(a) + scenario))
        return tuple(made)

    def _distinct(self) -> tuple[Places, Numbers | None] | None:
        return self.profiles.distinct(self.reports.weights) if isinstance(self.profiles, CountedProfiles) else None

    def _envied(self) -> tuple[Envied, ...]:
        if not self.free:
            return tuple(Envied(e.agent, e.other, e.value) for e in self.known.envies())
        audited = self.profiles.audited
        found = ((a, b, exchanged(self.reports, self.ev, a, b)) for a in audited for b in audited if a != b)
        span = self.mechanism.span
        return tuple(
            Envied(a, b, self._linear(value, "valuation", "valuation", span))
            for a, b, value in found
            if value is not None
        )

    # ---- what cannot be done ----

    def _refuse_bounds(self, a: int, held: AgentTable) -> None:
        """A lie that could lead to an outcome beyond the true type's bounds (MDL672)."""
        case = self.profiles.case(a)
        for variable, bound, entry in self.known.utilities.own_bounds(a):
            limits = self.known.utilities.limit(variable, bound, entry, case[:, 0])
            values = np.array(limits.fractions(), dtype=object)
            wider = values[None, :] > values[:, None] if bound.op in ("<=", "<") else values[None, :] < values[:, None]
            if (wider & held.allowed).any():
                raise Failure(design_errors.open_bound(variable.name, bound.span))

    def _notes(self) -> Sequence[str]:
        return self.known.notes()


def _beside(entry: Labels, case: Labels) -> Labels:
    """`win[a; 3, 1]`: row by row the label of an entry and that of a case."""
    inner, outer = entry.form or names.separated(len(entry.codes)), case.form or names.separated(len(case.codes))
    form = (*inner[:-1], f"{inner[-1]}; {outer[0]}", *outer[1:]) if entry.codes and case.codes else inner
    if not entry.codes:
        form = outer
    return Labels((*entry.atoms, *case.atoms), (*entry.codes, *case.codes), len(entry), form)


def _one(size: int) -> Segments:
    """All rows in one sum."""
    return Segments(np.zeros(size, dtype=np.int64), 1)
