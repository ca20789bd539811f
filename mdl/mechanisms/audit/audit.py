"""The properties of mechanisms by name, and the audit of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mdl.diagnostics import Diagnostic, Failure, Span
from mdl.mechanisms.audit import budget, efficiency, envy, errors, incentives, participation, words
from mdl.mechanisms.audit.judge import Part, judge
from mdl.mechanisms.audit.sheets import Sheets
from mdl.mechanisms.audit.verdict import Verdict
from mdl.mechanisms.audit.words import Words
from mdl.mechanisms.tables import AgentTable, MechanismTable

Need = Callable[[MechanismTable, str, Span | None], Diagnostic | None]
"""What is missing from a table for a property, or None."""


@dataclass(slots=True, frozen=True, eq=False)
class Property:
    """`parts` compares; `averages`: types of probability zero are left out, which a note says."""

    parts: Callable[[MechanismTable, Sheets], list[Part]]
    words: Words
    needs: tuple[Need, ...]
    averages: bool = False


def audit(table: MechanismTable, name: str, span: Span | None = None, sheets: Sheets | None = None) -> Verdict:
    """Whether the mechanism has a property, with the worst violation and where it is.

    Raises Failure: MDL660 (a prior is needed), MDL661 (payments), MDL662 (an optimum), MDL663 (parts of the
    outcome), MDL664 (no such property), at `span`.
    """
    found = PROPERTIES.get(name)
    if found is None:
        raise Failure(errors.unknown_property(name, ", ".join(f"`{p}`" for p in PROPERTIES), span))
    missing = [d for need in found.needs if (d := need(table, name, span)) is not None]
    if missing:
        raise Failure(missing)
    sheets = Sheets() if sheets is None else sheets
    notes = _without_mass(table) if found.averages else ()
    return judge(name, found.words, found.parts(table, sheets), partial(_scale, table, sheets), notes)


def audit_many(table: MechanismTable, names: Sequence[str], spans: Sequence[Span | None] = ()) -> list[Verdict]:
    """Several properties; what they share is worked out once.  Raises as `audit`, with all that is missing."""
    sheets = Sheets()
    verdicts: list[Verdict] = []
    missing: list[Diagnostic] = []
    for k, name in enumerate(names):
        try:
            verdicts.append(audit(table, name, spans[k] if k < len(spans) else None, sheets))
        except Failure as failure:
            missing.extend(failure.diagnostics)
    if missing:
        raise Failure(missing)
    return verdicts


# ---- what is at stake ----


def _stake(agent: AgentTable, sheets: Sheets) -> float:
    """An agent's largest valuation; where all are 0, its largest payment."""
    return _worth(agent, sheets) or sheets.of(agent.pay).size


def _worth(agent: AgentTable, sheets: Sheets) -> float:
    """An agent's largest valuation, taking part or not."""
    inside = sheets.of(agent.value).size
    return inside if agent.outside is None else max(inside, sheets.of(agent.outside).size)


def _scale(table: MechanismTable, sheets: Sheets) -> float:
    """The largest valuation of anybody, or income; where all are 0, the largest payment."""
    parts = [sheets.of(table.values).size, sheets.of(table.income).size]
    parts += [_worth(a, sheets) for a in table.agents]
    return max(parts) or (0.0 if table.pays is None else sheets.of(table.pays).size)


def _without_mass(table: MechanismTable) -> tuple[str, ...]:
    notes = []
    for agent in table.agents:
        assert agent.weight is not None and agent.weight.numerators is not None
        held = agent.weight.numerators.reshape(agent.types, agent.scenarios)
        none = np.flatnonzero(~(held > 0).any(axis=1)).tolist()
        if none:
            named = ", ".join(agent.type_name(t) for t in none[:5]) + (
                "" if len(none) <= 5 else f" and {len(none) - 5} more"
            )
            notes.append(f"types of probability zero are left out: {agent.name} with {agent.called} {named}")
    return tuple(notes)


# ---- what is needed ----


def _prior(table: MechanismTable, name: str, span: Span | None) -> Diagnostic | None:
    known = table.weight is not None and all(a.weight is not None for a in table.agents)
    return None if known else errors.needs_prior(name, span)


def _payments(table: MechanismTable, name: str, span: Span | None) -> Diagnostic | None:
    known = table.pays is not None and all(a.pay is not None for a in table.agents)
    return None if known else errors.needs_payments(name, span)


def _optimum(table: MechanismTable, name: str, span: Span | None) -> Diagnostic | None:
    return None if table.optimum is not None else errors.needs_optimum(name, span)


def _shares(table: MechanismTable, name: str, span: Span | None) -> Diagnostic | None:
    return None if table.envy is not None else errors.needs_parts(name, span)


# ---- parts ----


def _dominant_ic(table: MechanismTable, sheets: Sheets) -> list[Part]:
    return [
        Part(incentives.deviations(a, sheets), words.of_deviation(a), partial(_stake, a, sheets)) for a in table.agents
    ]


def _bayesian_ic(table: MechanismTable, sheets: Sheets) -> list[Part]:
    return [
        Part(incentives.expected_deviations(a, sheets), words.of_expected_deviation(a), partial(_stake, a, sheets))
        for a in table.agents
    ]


def _ex_post_ir(table: MechanismTable, sheets: Sheets) -> list[Part]:
    return [
        Part(participation.ex_post(a, sheets), words.of_participation(a), partial(_stake, a, sheets))
        for a in table.agents
    ]


def _interim_ir(table: MechanismTable, sheets: Sheets) -> list[Part]:
    return [
        Part(participation.expected(a, sheets, a.types), words.of_expected_participation(a), partial(_stake, a, sheets))
        for a in table.agents
    ]


def _ex_ante_ir(table: MechanismTable, sheets: Sheets) -> list[Part]:
    return [
        Part(participation.expected(a, sheets, 1), words.of_agent(a), partial(_stake, a, sheets)) for a in table.agents
    ]


def _strong(table: MechanismTable, sheets: Sheets) -> list[Part]:
    left = words.of_case(table, "{} is left over")
    return [*_weak(table, sheets), Part(budget.surplus(table, sheets), left, partial(_scale, table, sheets), True)]


def _weak(table: MechanismTable, sheets: Sheets) -> list[Part]:
    short = words.of_case(table, "the budget is {} short")
    return [Part(budget.deficit(table, sheets), short, partial(_scale, table, sheets))]


def _ex_ante(table: MechanismTable, sheets: Sheets) -> list[Part]:
    return [
        Part(budget.expected_deficit(table, sheets), words.of_expected_budget(table), partial(_scale, table, sheets))
    ]


def _efficient(table: MechanismTable, sheets: Sheets) -> list[Part]:
    short = words.of_case(table, "the outcome is worth {} less than the best")
    return [Part(efficiency.loss(table, sheets), short, partial(_scale, table, sheets))]


def _no_subsidy(table: MechanismTable, sheets: Sheets) -> list[Part]:
    return [
        Part(budget.subsidy(table, k, sheets), words.of_payment(table, k), partial(_scale, table, sheets))
        for k in range(len(table.names))
    ]


def _envy_free(table: MechanismTable, sheets: Sheets) -> list[Part]:
    assert table.envy is not None
    return [
        Part(envy.envy(table, e, sheets), words.of_envy(table, e.agent, e.other), partial(_scale, table, sheets))
        for e in table.envy()
    ]


PROPERTIES: Mapping[str, Property] = {
    "dominant_ic": Property(_dominant_ic, words.DEVIATIONS, (_payments,)),
    "bayesian_ic": Property(_bayesian_ic, words.DEVIATIONS, (_prior, _payments), True),
    "ex_post_ir": Property(_ex_post_ir, words.PLACES, (_payments,)),
    "interim_ir": Property(_interim_ir, words.TYPES, (_prior, _payments), True),
    "ex_ante_ir": Property(_ex_ante_ir, words.AGENTS, (_prior, _payments)),
    "strong_budget_balance": Property(_strong, words.BALANCES, (_payments,)),
    "weak_budget_balance": Property(_weak, words.BUDGETS, (_payments,)),
    "ex_ante_budget_balance": Property(_ex_ante, words.EXPECTED, (_prior, _payments)),
    "efficient": Property(_efficient, words.LOSSES, (_optimum,)),
    "no_subsidy": Property(_no_subsidy, words.PAYMENTS, (_payments,)),
    "envy_free": Property(_envy_free, words.ENVIES, (_payments, _shares)),
}
