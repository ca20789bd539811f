"""A mechanism whose outcomes and payments are known, as a MechanismTable."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite

import numpy as np
import numpy.typing as npt

from mdl.algebra.evaluate import Evaluator
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Quantity
from mdl.diagnostics import Failure
from mdl.irrational import quantity
from mdl.mechanisms import rule_errors
from mdl.mechanisms.envy import exchanged
from mdl.mechanisms.outcomes import Outcomes
from mdl.mechanisms.reports import Reports
from mdl.mechanisms.tables import AgentTable, Envy, MechanismTable
from mdl.mechanisms.utilities import Utilities
from mdl.semantics import typed
from mdl.semantics.kinds import Numeric
from mdl.semantics.model import LetSymbol, MechanismSymbol, RuleSymbol, TransferSymbol, VarSymbol
from mdl.semantics.typed import Expr

Places = npt.NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Known:
    """A mechanism at its outcomes; payments only where they are formulas, or were found."""

    reports: Reports
    outcomes: Outcomes
    mechanism: MechanismSymbol
    utilities: Utilities
    transferred: dict[tuple[TransferSymbol, int], Quantity | None] = field(default_factory=dict)
    """Transfers by agent, each worked out once."""

    @staticmethod
    def of(reports: Reports, outcomes: Outcomes, mechanism: MechanismSymbol) -> Known:
        ev = outcomes.evaluator(irrational=reports.irrational)
        return Known(reports, outcomes, mechanism, Utilities(reports, outcomes, ev))

    @property
    def ev(self) -> Evaluator:
        return self.utilities.ev

    # ---- the table ----

    def table(self) -> MechanismTable:
        """Raises Failure as evaluation and the outcome rules do."""
        profiles = self.reports.profiles
        net = {a: self.payment(a) for a in profiles.audited}
        agents = [self._agent(a, net[a]) for a in profiles.audited]
        everyone = range(len(self.reports.spaces))
        values = [self._at_truth(a, agents) for a in everyone]
        return MechanismTable(
            tuple(agents),
            profiles.cases,
            quantity.concat([self._like(a, net) for a in everyone]),
            quantity.concat(values),
            self.income(),
            self.reports.weights,
            None,
            profiles.case_name,
            tuple(s.agent for s in self.reports.spaces),
            self.envies,
            tuple(self.notes()),
        )

    def _agent(self, a: int, pay: Quantity) -> AgentTable:
        profiles, space = self.reports.profiles, self.reports.spaces[a]
        case = profiles.case(a)
        size, scenarios = case.shape
        weights = self.reports.weights
        return AgentTable(
            space.agent,
            size,
            scenarios,
            self.utilities.value(a),
            self.utilities.broken(a),
            space.allowed(),
            None,
            quantity.take(pay, case.reshape(-1)),
            None if weights is None else weights.take(case.reshape(-1)),
            case,
            space.name,
            lambda s, a=a: profiles.scenario_name(a, s),  # type: ignore[misc]
            space.components[0].symbol.name if len(space.components) == 1 else "type",
        )

    def _at_truth(self, a: int, agents: list[AgentTable]) -> Quantity:
        """The valuation of an agent at each case, where the report is the truth."""
        like = self.reports.profiles.pays_like(a)
        if like is not None:
            first, case = like
            return quantity.take(self._at_truth(first, agents), case)
        every = np.arange(self.reports.cases)
        if a in self.reports.profiles.audited:
            table = agents[self.reports.profiles.audited.index(a)]
            own, scenario = self.reports.profiles.own(a), self.reports.profiles.scenario_of(a)
            return quantity.take(table.value, (own * table.types + own) * table.scenarios + scenario)
        return self.utilities.at_profiles(a, every, every)

    def _like(self, a: int, net: dict[int, Quantity]) -> Quantity:
        like = self.reports.profiles.pays_like(a)
        if like is not None:
            first, case = like
            return quantity.take(net[first], case)
        if a not in net:
            net[a] = self.payment(a)
        return net[a]

    # ---- money ----

    def payment(self, a: int) -> Quantity:
        """Net payment from an agent at each case: what it pays less what it receives."""
        total: Quantity = Numbers.constant(0, self.reports.cases)
        for transfer in self.mechanism.transfers:
            found = self.transfer(transfer, a)
            if found is not None:
                total = quantity.sub(total, found) if transfer.direction == "receive" else quantity.add(total, found)
        return total

    def transfer(self, transfer: TransferSymbol, a: int) -> Quantity | None:
        """One transfer of an agent at each case, as declared; None where the agent has none."""
        if (transfer, a) not in self.transferred:
            self.transferred[transfer, a] = self._transfer(transfer, a)
        return self.transferred[transfer, a]

    def _transfer(self, transfer: TransferSymbol, a: int) -> Quantity | None:
        table = self.reports.instance.domain(transfer)
        entry = self.reports.of_agent(a, table)
        if entry is None:
            return None
        if transfer.body is not None:
            return self.ev.number(*self.reports.each_case(transfer.body, (transfer.index[0].indices[0], a)))
        given = self.outcomes.given[self.reports.lift.of(transfer)]
        return given.take(np.arange(self.reports.cases) * table.size + entry)

    def income(self) -> Quantity:
        """Money from outside at each case."""
        if self.mechanism.income is None:
            return Numbers.constant(0, self.reports.cases)
        return self.ev.number(*self.reports.each_case(self.mechanism.income))

    # ---- what is asked for by some properties only ----

    def participation(self, table: MechanismTable) -> None:
        """Adds what agents have when they do not take part, where a property is about it.

        Raises Failure where there is no outcome without one of them.
        """
        for a, agent in zip(self.reports.profiles.audited, table.agents, strict=True):
            if agent.outside is None:
                agent.outside = self.utilities.outside(a)

    def optimum(self) -> Quantity:
        """The largest sum of valuations and income over all feasible outcomes, at each case; shape (cases,).

        Raises Failure where the outcome is a formula of a file without variables (MDL636).
        """
        rule = total_surplus(self.reports, self.mechanism)
        return self.outcomes.solve(rule).optimum

    # ---- envy ----

    def envies(self) -> tuple[Envy, ...]:
        """What each agent would have with another's part: all variables with the two exchanged.

        Raises Failure where the outcome has no parts (MDL637).
        """
        audited, everyone = self.reports.profiles.audited, range(len(self.reports.spaces))
        found = ((a, b, exchanged(self.reports, self.ev, a, b)) for a in audited for b in everyone if a != b)
        return tuple(Envy(a, b, value) for a, b, value in found if value is not None)

    # ---- notes ----

    def notes(self) -> list[str]:
        notes = list(self.reports.notes)
        if any(self.utilities.interdependent(a) for a in self.reports.profiles.audited):
            notes.append(
                "valuations name true types of others: dominant_ic is checked where the others report the truth "
                "(ex post; multi_party_learning.txt, definition 3)"
            )
        chosen = self.outcomes.chosen
        if chosen is not None:
            solved = self.outcomes.solve(chosen)
            if solved.ties:
                notes.append(
                    f"{chosen.name} has several optimal outcomes at {solved.ties:,} of {self.reports.cases:,} report "
                    "profiles: of those the one with the first variable as large as possible is taken, then the second"
                )
            if solved.unsure:
                count = f"{solved.unsure:,} of {self.reports.cases:,} report profiles"
                notes.append(f"whether other outcomes of {chosen.name} are as good is not known at {count}")
            if not solved.exact:
                close = f", to {solved.tolerance:.0e}" if isfinite(solved.tolerance) else ""
                notes.append(f"outcomes of {chosen.name} are numeric{close}: {solved.why}")
        return notes


def total_surplus(reports: Reports, mechanism: MechanismSymbol) -> RuleSymbol:
    """The rule that maximises the sum of valuations and income."""
    model = reports.instance.model
    if not any(isinstance(s, VarSymbol) for s in model.symbols.values()):
        raise Failure(rule_errors.nothing_to_choose(mechanism.name, mechanism.span))
    terms: list[Expr] = []
    for symbol in model.symbols.values():
        if isinstance(symbol, LetSymbol) and symbol.role == "valuation":
            args = tuple(typed.Index(v.span, v.kind, v) for b in symbol.index for v in b.indices)
            ref = typed.Ref(symbol.span, Numeric(), symbol, args)
            terms.append(typed.Reduce(symbol.span, Numeric(), "sum", symbol.index, symbol.where, ref))
    if mechanism.income is not None:
        terms.append(mechanism.income)
    body = terms[0] if len(terms) == 1 else typed.Add(mechanism.span, Numeric(), tuple(terms))
    return RuleSymbol("total surplus", mechanism.span, (), None, "maximize", body)
