"""Verdicts on rational tables, against loops over the definitions in fractions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.mechanisms.audit import gaps
from mdl.mechanisms.audit.audit import PROPERTIES, audit, audit_many
from mdl.mechanisms.audit.verdict import Verdict
from tests.mechanisms.audit.oracle import DEFINITIONS, Mechanism, first_largest, random_mechanism, table

SIZES = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple)
SEEDS = st.integers(0, 2**32)


def where(m: Mechanism, verdict: Verdict) -> tuple[object, ...]:
    """The witness as the oracle names places."""
    w = verdict.witness
    assert w is not None
    if verdict.property in ("dominant_ic", "ex_post_ir"):
        assert w.scenario is not None
        a = "abc".index(str(w.agent))
        return w.agent, w.type, w.report, m.others(a)[w.scenario]
    if verdict.property in ("bayesian_ic", "interim_ir", "ex_ante_ir"):
        return w.agent, w.type, w.report, None
    if verdict.property == "envy_free":
        return w.agent, w.other, w.case
    return (w.agent, w.case) if verdict.property == "no_subsidy" else (w.case,)


def agrees(m: Mechanism, verdict: Verdict) -> None:
    found = list(DEFINITIONS[verdict.property](m))
    best = first_largest(iter(found))
    assert verdict.level == "exact"
    times = 2 if verdict.property == "strong_budget_balance" else 1
    assert verdict.comparisons * times == len(found)
    if best is None or best[0] <= 0:
        assert verdict.verdict == "holds"
        assert verdict.violation == 0
        assert verdict.tightest == (None if best is None or best[0] == -inf else best[0])
        return
    assert verdict.verdict == "fails"
    assert verdict.violation == verdict.tightest == best[0]
    assert isinstance(verdict.violation, Fraction) or best[0] == inf
    assert where(m, verdict) == best[1]


@settings(max_examples=60, deadline=None)
@given(SIZES, SEEDS, st.sampled_from([0.0, 0.1, 0.5]))
def test_properties_are_their_definitions(types: tuple[int, ...], seed: int, breaks: float) -> None:
    m = random_mechanism(Random(seed), types, breaks)
    for verdict in audit_many(table(m), list(PROPERTIES)):
        agrees(m, verdict)


@settings(max_examples=20, deadline=None)
@given(SIZES, SEEDS, st.sampled_from([10**9, 10**18, 10**30]))
def test_no_size_of_number_is_too_large(types: tuple[int, ...], seed: int, large: int) -> None:
    """Next to int64's end and beyond it, and with denominators as large."""
    m = random_mechanism(Random(seed), types, 0.1, -large, large)
    m.pay = [{p: v / (large + 7) for p, v in held.items()} for held in m.pay]
    for verdict in audit_many(table(m), list(PROPERTIES)):
        agrees(m, verdict)


def test_every_property_is_defined() -> None:
    assert list(PROPERTIES) == list(DEFINITIONS)


def test_blocks_do_not_change_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row by row, in small tiles and in one piece."""
    for seed in range(20):
        rng = Random(seed)
        m = random_mechanism(rng, (4, 3, 2), rng.choice([0.0, 0.2]))
        made = table(m)
        whole = audit_many(made, ["dominant_ic", "bayesian_ic"])
        for chunk in (1, 5, 13, 24, 50):
            monkeypatch.setattr("mdl.mechanisms.audit.incentives.CHUNK", chunk)
            assert audit_many(made, ["dominant_ic", "bayesian_ic"]) == whole
        monkeypatch.setattr("mdl.mechanisms.audit.incentives.CHUNK", gaps.CHUNK)


def test_holding_mechanisms_hold() -> None:
    """Random tables nearly always fail; these are made to hold, with ties."""
    for seed in range(30):
        m = random_mechanism(Random(seed), (3, 2), 0.0)
        for a in m.agents:
            m.pay[a] = dict.fromkeys(m.pay[a], Fraction(1, 3))
            for (t, p), v in m.value[a].items():
                m.value[a][t, p] = Fraction(2) if p[a] == t else min(v, Fraction(2))
            m.outside[a] = dict.fromkeys(m.outside[a], Fraction(5, 3))
        m.income = dict.fromkeys(m.income, Fraction(-2, 3))
        m.optimum = dict.fromkeys(m.optimum, Fraction(10, 3))
        verdicts = audit_many(table(m), [p for p in PROPERTIES if p != "envy_free"])
        assert {v.verdict for v in verdicts} == {"holds"}
        for verdict in verdicts:
            agrees(m, verdict)


def test_money_scale_of_a_billionth() -> None:
    """Values 1e-9 and 2e-9, a price equal to the report: the high type gains the whole low value by a lie."""
    nano = Fraction(1, 10**9)
    m = random_mechanism(Random(0), (2, 1), 0.0)
    m.allowed[0] = {(t, r) for t in range(2) for r in range(2)}
    m.value[0] = {(t, p): nano * (t + 1) for t, p in m.value[0]}
    m.pay[0] = {p: nano * (p[0] + 1) for p in m.pay[0]}
    verdict = audit(table(m), "dominant_ic")
    assert (verdict.verdict, verdict.level, verdict.violation) == ("fails", "exact", nano)
    assert verdict.text == "a with cost 1 gains 0.000000001 by reporting 0 when b=0"


def test_probability_zero_is_left_out_and_said() -> None:
    m = random_mechanism(Random(1), (3, 2), 0.0)
    m.weight = {p: Fraction(1, 4) if p[0] != 1 else Fraction(0) for p in m.profiles()}
    verdict = audit(table(m), "interim_ir")
    assert verdict.notes == ("types of probability zero are left out: a with cost 1",)
    assert verdict.comparisons == 4
    agrees(m, verdict)


def test_denominators_that_no_integer_type_holds() -> None:
    """Payments in thirds to the power of 100, and a prior of long fractions."""
    m = random_mechanism(Random(2), (3, 3), 0.1)
    m.pay = [{p: v / 3**100 for p, v in held.items()} for held in m.pay]
    tiny = Fraction(1, 7**80)
    first, second = m.profiles()[:2]
    m.weight = dict.fromkeys(m.profiles(), Fraction(1, 9))
    m.weight[first] += tiny
    m.weight[second] -= tiny
    for verdict in audit_many(table(m), list(PROPERTIES)):
        agrees(m, verdict)


def test_constants_are_taken_as_they_are() -> None:
    """Vectors of stride 0 give what written-out vectors give."""
    made = table(random_mechanism(Random(3), (3, 2), 0.0))
    size = len(made.agents[0].value)
    flat = Numbers.of([Fraction(5, 2)] * size)
    one = replace(made.agents[0], value=flat, outside=Numbers.of([1] * 6), pay=Numbers.of([Fraction(1, 3)] * 6))
    two = replace(
        one,
        value=Numbers.constant(Fraction(5, 2), size),
        outside=Numbers.constant(1, 6),
        pay=Numbers.constant(Fraction(1, 3), 6),
    )
    names = ["dominant_ic", "bayesian_ic", "ex_post_ir", "interim_ir", "ex_ante_ir"]
    a, b = (audit_many(replace(made, agents=(x,)), names) for x in (one, two))
    assert a == b
    assert np.ndim(two.value.numerators) == 1


@settings(max_examples=20, deadline=None)
@given(SIZES, SEEDS)
def test_probabilities_take_room_beside_values(types: tuple[int, ...], seed: int) -> None:
    """Values that fit alone, with weights that fit alone, and sums of weights that do not."""
    rng = Random(seed)
    m = random_mechanism(rng, types, 0.1, -(10**17), 10**17)
    for held in (*m.value, *m.pay, *m.outside, m.income):
        held.update({key: Fraction(int(v)) for key, v in held.items()})
    names = ["bayesian_ic", "interim_ir", "ex_ante_ir", "ex_ante_budget_balance"]
    for most in (10**4, 2**61):
        masses = {p: rng.randint(most // 2, most) for p in m.profiles()}
        m.weight = {p: Fraction(k, sum(masses.values())) for p, k in masses.items()}
        for verdict in audit_many(table(m), names):
            agrees(m, verdict)
