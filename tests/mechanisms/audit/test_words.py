"""Sentences of verdicts, what is refused, and plain data for answers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf
from random import Random

import pytest

from mdl.diagnostics import Failure
from mdl.mechanisms.audit.audit import PROPERTIES, audit, audit_many
from tests.mechanisms.audit.oracle import Mechanism, random_mechanism, table

ZERO = Fraction(0)


def quiet() -> Mechanism:
    """Two agents of two types, everything worth 0 and nothing paid; every property holds."""
    m = random_mechanism(Random(0), (2, 2), 0.0)
    for a in m.agents:
        m.value[a] = dict.fromkeys(m.value[a], ZERO)
        m.outside[a] = dict.fromkeys(m.outside[a], ZERO)
        m.pay[a] = dict.fromkeys(m.pay[a], ZERO)
        m.allowed[a] = {(t, r) for t in range(2) for r in range(2)}
    m.income = dict.fromkeys(m.income, ZERO)
    m.optimum = dict.fromkeys(m.optimum, ZERO)
    m.envied = {pair: dict.fromkeys(held, ZERO) for pair, held in m.envied.items()}
    m.weight = dict.fromkeys(m.weight, Fraction(1, 4))
    return m


def test_what_holds() -> None:
    assert [v.summary() for v in audit_many(table(quiet()), list(PROPERTIES))] == [
        "dominant_ic holds (exact): 8 deviations, the tightest gains 0",
        "bayesian_ic holds (exact): 4 deviations, the tightest gains 0",
        "ex_post_ir holds (exact): 8 types and scenarios, the tightest gains 0 by taking part",
        "interim_ir holds (exact): 4 types, the tightest gains 0 by taking part",
        "ex_ante_ir holds (exact): 2 agents, the tightest gains 0 by taking part",
        "strong_budget_balance holds (exact): 4 report profiles, the largest imbalance is 0",
        "weak_budget_balance holds (exact): 4 report profiles, the smallest budget is 0",
        "ex_ante_budget_balance holds (exact): 1 expectation, the expected budget is 0",
        "efficient holds (exact): 4 report profiles, the largest loss is 0",
        "no_subsidy holds (exact): 8 payments, the smallest is 0",
        "envy_free holds (exact): 8 comparisons, the greatest envy is 0",
    ]


def test_what_fails() -> None:
    """Agent a gets 1 more where it reports 1 and b is 0."""
    m = quiet()
    m.pay[0][1, 0] = Fraction(-1)
    said = {v.property: v.text for v in audit_many(table(m), list(PROPERTIES)) if v.verdict == "fails"}
    assert said == {
        "dominant_ic": "a with cost 0 gains 1 by reporting 1 when b=0",
        "bayesian_ic": "a with cost 0 gains 0.5 on average by reporting 1",
        "strong_budget_balance": "the budget is 1 short when a=1, b=0",
        "weak_budget_balance": "the budget is 1 short when a=1, b=0",
        "ex_ante_budget_balance": "the expected budget is 0.25 short",
        "no_subsidy": "a receives 1 when a=1, b=0",
        "envy_free": "b envies a by 1 when a=1, b=0",
    }
    m.pay[0][1, 0] = Fraction(1)
    said = {v.property: v.text for v in audit_many(table(m), list(PROPERTIES)) if v.verdict == "fails"}
    assert said == {
        "dominant_ic": "a with cost 1 gains 1 by reporting 0 when b=0",
        "bayesian_ic": "a with cost 1 gains 0.5 on average by reporting 0",
        "ex_post_ir": "a with cost 1 loses 1 by taking part when b=0",
        "interim_ir": "a with cost 1 loses 0.5 on average by taking part",
        "ex_ante_ir": "a loses 0.25 on average by taking part",
        "strong_budget_balance": "1 is left over when a=1, b=0",
        "envy_free": "a envies b by 1 when a=1, b=0",
    }
    m.optimum[0, 1] = Fraction(1, 3)
    assert audit(table(m), "efficient").text == "the outcome is worth 1/3 less than the best when a=0, b=1"


def test_a_truth_that_cannot_be_kept() -> None:
    """The outcome of type 0's truth breaks its own bounds when b=1; that of its lie does not."""
    m = quiet()
    m.broken[0] = {(0, (0, 1))}
    found = {v.property: v for v in audit_many(table(m), list(PROPERTIES)) if v.verdict == "fails"}
    assert {name: v.text for name, v in found.items()} == {
        "dominant_ic": "a with cost 0 cannot have the outcome of the truth when b=1 (it breaks the type's own bounds), "
        "but can have that of reporting 1",
        "bayesian_ic": "a with cost 0 cannot have the outcome of the truth (it breaks the type's own bounds), "
        "but never breaks them by reporting 1",
        "ex_post_ir": "a with cost 0 cannot have the outcome of the truth when b=1 (it breaks the type's own bounds)",
        "interim_ir": "a with cost 0 cannot have the outcome of the truth at every report of the others "
        "(it breaks the type's own bounds)",
        "ex_ante_ir": "a cannot have the outcome of the truth at every report of the others "
        "(it breaks the type's own bounds)",
    }
    assert {v.violation for v in found.values()} == {inf}
    assert found["dominant_ic"].as_check()["violation"] is None


def test_a_lie_that_cannot_be_kept_is_no_gain() -> None:
    m = quiet()
    m.value[0] = {(t, p): Fraction(5 * (t != p[0])) for t, p in m.value[0]}
    m.broken[0] = {(t, p) for t, p in m.value[0] if t != p[0]}
    found = audit_many(table(m), ["dominant_ic", "bayesian_ic"])
    assert [v.verdict for v in found] == ["holds", "holds"]


def test_a_single_type_cannot_lie() -> None:
    found = audit(table(random_mechanism(Random(5), (1, 1))), "dominant_ic")
    assert found.summary() == "dominant_ic holds (exact): 0 deviations that could break it"


def test_an_agent_alone_has_no_scenario() -> None:
    m = random_mechanism(Random(0), (2,), 0.0)
    m.allowed[0] = {(t, r) for t in range(2) for r in range(2)}
    m.value[0] = dict.fromkeys(m.value[0], ZERO)
    m.pay[0] = {(0,): Fraction(2), (1,): ZERO}
    assert audit(table(m), "dominant_ic").text == "a with cost 0 gains 2 by reporting 1"


def test_plain_data_for_answers() -> None:
    m = quiet()
    m.pay[0][1, 0] = Fraction(-1)
    assert audit(table(m), "dominant_ic").as_check() == {
        "property": "dominant_ic",
        "verdict": "fails",
        "level": "exact",
        "violation": 1.0,
        "witness": "a with cost 0 gains 1 by reporting 1 when b=0",
        "why": "a with cost 0 gains 1 by reporting 1 when b=0",
    }


def test_witness_gives_the_case_that_is_played() -> None:
    m = quiet()
    m.pay[0][1, 0] = Fraction(-1)
    witness = audit(table(m), "dominant_ic").witness
    assert witness is not None
    assert (witness.agent, witness.type, witness.report, witness.scenario) == ("a", 0, 1, 0)
    assert witness.case == m.profiles().index((1, 0))


def test_what_is_missing_is_said_all_at_once() -> None:
    made = replace(table(quiet(), prior=False), optimum=None, envy=None)
    with pytest.raises(Failure) as refused:
        audit_many(made, list(PROPERTIES))
    codes = [(d.code, d.message.split("`")[1]) for d in refused.value.diagnostics]
    assert codes == [
        ("MDL660", "bayesian_ic"),
        ("MDL660", "interim_ir"),
        ("MDL660", "ex_ante_ir"),
        ("MDL660", "ex_ante_budget_balance"),
        ("MDL662", "efficient"),
        ("MDL663", "envy_free"),
    ]
    unpaid = replace(made, agents=tuple(replace(a, pay=None) for a in made.agents), pays=None)
    with pytest.raises(Failure, match="needs payments"):
        audit(unpaid, "dominant_ic")
    with pytest.raises(Failure, match="no property `dominant`"):
        audit(made, "dominant")
