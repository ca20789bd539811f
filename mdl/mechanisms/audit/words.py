"""Witnesses in the words of the file, and how each property sums up its comparisons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from mdl.mechanisms.audit.verdict import Gain, Witness, money
from mdl.mechanisms.tables import AgentTable, MechanismTable

MakeWitness = Callable[[int, Gain], Witness]
"""From a position among the comparisons and the gain there."""


@dataclass(slots=True, frozen=True)
class Words:
    """What is compared, and what the tightest comparison says: of a gap above 0, at 0, and below (its size)."""

    one: str
    many: str
    above: str
    zero: str
    below: str

    def counted(self, comparisons: int) -> str:
        return f"{comparisons:,} {self.one if comparisons == 1 else self.many}"

    def tightest(self, gap: Gain) -> str:
        if gap == 0:
            return self.zero
        return self.above.format(money(gap)) if gap > 0 else self.below.format(money(-gap))


def _taking_part_in(one: str, many: str) -> Words:
    by = "by taking part"
    return Words(
        one, many, f"the tightest loses {{}} {by}", f"the tightest gains 0 {by}", f"the tightest gains {{}} {by}"
    )


def _budgets(one: str, many: str, what: str) -> Words:
    return Words(one, many, f"{what} is -{{}}", f"{what} is 0", f"{what} is {{}}")


def _sizes(one: str, many: str, what: str) -> Words:
    return Words(one, many, f"{what} is {{}}", f"{what} is 0", f"{what} is -{{}}")


DEVIATIONS = Words("deviation", "deviations", "the tightest gains {}", "the tightest gains 0", "the tightest loses {}")
PLACES = _taking_part_in("type and scenario", "types and scenarios")
TYPES = _taking_part_in("type", "types")
AGENTS = _taking_part_in("agent", "agents")
BUDGETS = _budgets("report profile", "report profiles", "the smallest budget")
EXPECTED = _budgets("expectation", "expectations", "the expected budget")
PAYMENTS = _budgets("payment", "payments", "the smallest")
BALANCES = _sizes("report profile", "report profiles", "the largest imbalance")
LOSSES = _sizes("report profile", "report profiles", "the largest loss")
ENVIES = Words(
    "comparison", "comparisons", "the greatest envy is {}", "the greatest envy is 0", "everybody is {} from envy"
)

BREAKS = "it breaks the type's own bounds"


def _typed(agent: AgentTable, type_: int) -> str:
    return f"{agent.name} with {agent.called} {agent.type_name(type_)}"


def _when(scenario: str) -> str:
    return f" when {scenario}" if scenario else ""


def of_deviation(agent: AgentTable) -> MakeWitness:
    """Positions of shape (L, L, S)."""

    def make(place: int, gain: Gain) -> Witness:
        pair, s = divmod(place, agent.scenarios)
        t, r = divmod(pair, agent.types)
        true, lie, others = agent.type_name(t), agent.type_name(r), agent.scenario_name(s)
        case = int(agent.case.reshape(-1)[r * agent.scenarios + s])
        text = _lie(agent, t, lie, gain, _when(others), "")
        return Witness(gain, agent.name, None, t, r, s, case, true, lie, others, "", text)

    return make


def of_expected_deviation(agent: AgentTable) -> MakeWitness:
    """Positions of shape (L, L)."""

    def make(place: int, gain: Gain) -> Witness:
        t, r = divmod(place, agent.types)
        true, lie = agent.type_name(t), agent.type_name(r)
        text = _lie(agent, t, lie, gain, "", " on average")
        return Witness(gain, agent.name, type=t, report=r, type_text=true, report_text=lie, text=text)

    return make


def _lie(agent: AgentTable, type_: int, lie: str, gain: Gain, when: str, average: str) -> str:
    who = _typed(agent, type_)
    if gain == inf:
        can = "can have that of" if when or not average else "never breaks them by"
        return f"{who} cannot have the outcome of the truth{when} ({BREAKS}), but {can} reporting {lie}"
    return f"{who} gains {money(gain)}{average} by reporting {lie}{when}"


def of_participation(agent: AgentTable) -> MakeWitness:
    """Positions of shape (L, S)."""

    def make(place: int, gain: Gain) -> Witness:
        t, s = divmod(place, agent.scenarios)
        true, others = agent.type_name(t), agent.scenario_name(s)
        case = int(agent.case.reshape(-1)[place])
        text = _taking_part(_typed(agent, t), gain, "", _when(others))
        return Witness(gain, agent.name, None, t, t, s, case, true, true, others, "", text)

    return make


def of_expected_participation(agent: AgentTable) -> MakeWitness:
    """Positions are types."""

    def make(place: int, gain: Gain) -> Witness:
        true = agent.type_name(place)
        text = _taking_part(_typed(agent, place), gain, " on average", "")
        return Witness(gain, agent.name, type=place, type_text=true, text=text)

    return make


def of_agent(agent: AgentTable) -> MakeWitness:
    """One position: all types of an agent together."""

    def make(place: int, gain: Gain) -> Witness:
        return Witness(gain, agent.name, text=_taking_part(str(agent.name), gain, " on average", ""))

    return make


def _taking_part(who: str, gain: Gain, average: str, when: str) -> str:
    if gain == inf:
        return f"{who} cannot have the outcome of the truth{when or ' at every report of the others'} ({BREAKS})"
    return f"{who} loses {money(gain)}{average} by taking part{when}"


def of_case(table: MechanismTable, sentence: str) -> MakeWitness:
    """Positions are cases; `sentence` has a place for the amount."""

    def make(place: int, gain: Gain) -> Witness:
        name = table.case_name(place)
        return Witness(gain, case=place, case_text=name, text=sentence.format(money(gain)) + _when(name))

    return make


def of_expected_budget(table: MechanismTable) -> MakeWitness:
    """One position."""
    return lambda place, gain: Witness(gain, text=f"the expected budget is {money(gain)} short")


def of_payment(table: MechanismTable, agent: int) -> MakeWitness:
    """Positions are cases."""

    def make(place: int, gain: Gain) -> Witness:
        who, name = table.names[agent], table.case_name(place)
        text = f"{who} receives {money(gain)}{_when(name)}"
        return Witness(gain, who, case=place, case_text=name, text=text)

    return make


def of_envy(table: MechanismTable, agent: int, other: int) -> MakeWitness:
    """Positions are cases."""

    def make(place: int, gain: Gain) -> Witness:
        who, whom, name = table.names[agent], table.names[other], table.case_name(place)
        text = f"{who} envies {whom} by {money(gain)}{_when(name)}"
        return Witness(gain, who, whom, case=place, case_text=name, text=text)

    return make
