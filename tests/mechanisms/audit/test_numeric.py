"""Verdicts on float tables: the exact ones, with a tolerance that follows the size of the numbers."""

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
from mdl.mechanisms.audit.audit import PROPERTIES, audit, audit_many
from mdl.mechanisms.audit.numeric import RELATIVE
from mdl.mechanisms.tables import MechanismTable
from tests.mechanisms.audit.oracle import Mechanism, random_mechanism, table


def floats(values: list[Fraction]) -> Numbers:
    return Numbers.inexact([float(v) for v in values])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple),
    st.integers(0, 2**32),
    st.sampled_from([0.0, 0.1, 0.5]),
    st.booleans(),
)
def test_float_tables_say_what_exact_ones_say(
    types: tuple[int, ...], seed: int, breaks: float, exact_values: bool
) -> None:
    m = random_mechanism(Random(seed), types, breaks)
    exact = audit_many(table(m), list(PROPERTIES))
    mixed = table(m, Numbers.of, money=floats) if exact_values else table(m, floats)
    for e, n in zip(exact, audit_many(mixed, list(PROPERTIES)), strict=True):
        assert (n.verdict, n.comparisons) == (e.verdict, e.comparisons), e.property
        if e.tightest is None or e.violation == inf:
            assert n.violation == e.violation
            continue
        if e.property == "efficient" and exact_values:
            assert n.level == "exact"
            continue
        assert n.level == "numeric"
        assert n.tightest == pytest.approx(float(e.tightest), abs=1e-12)
        assert n.enclosure is not None
        assert n.enclosure[0] <= e.tightest <= n.enclosure[1]


def scaled(made: MechanismTable, by: float) -> MechanismTable:
    """The same mechanism in another money unit."""

    def times(q: Numbers) -> Numbers:
        return Numbers.inexact(q.floats() * by)

    agents = tuple(replace(a, value=times(a.value), outside=times(a.outside), pay=times(a.pay)) for a in made.agents)
    assert made.optimum is not None and made.pays is not None
    return replace(
        made,
        agents=agents,
        pays=times(made.pays),
        values=times(made.values),
        income=times(made.income),
        optimum=times(made.optimum),
        envy=None,
    )


@pytest.mark.parametrize("unit", [1e-9, 1e-3, 1e12])
@pytest.mark.parametrize("noise", [1e-8, 1e-4])
def test_the_money_unit_does_not_matter(unit: float, noise: float) -> None:
    names = [p for p in PROPERTIES if p != "envy_free"]
    for seed in range(10):
        made = scaled(table(truthful(seed, noise), floats), 1.0)
        first, second = audit_many(made, names), audit_many(scaled(made, unit), names)
        assert [v.verdict for v in first] == [v.verdict for v in second]
        assert {v.verdict for v in first} == ({"holds"} if noise < RELATIVE else {"holds", "fails"})


def truthful(seed: int, noise: float) -> Mechanism:
    """Everything holds with equality, but for `noise` in what the agents pay."""
    rng = Random(seed)
    m = random_mechanism(rng, (3, 2), 0.0)
    for a in m.agents:
        m.value[a] = dict.fromkeys(m.value[a], Fraction(2))
        m.pay[a] = {p: Fraction(1, 3) + Fraction(noise) * rng.randint(-3, 3) for p in m.pay[a]}
        m.outside[a] = dict.fromkeys(m.outside[a], Fraction(5, 3))
    m.income = dict.fromkeys(m.income, Fraction(-2, 3))
    m.optimum = dict.fromkeys(m.optimum, Fraction(10, 3))
    m.weight = dict.fromkeys(m.weight, Fraction(1, 6))
    return m


def lie_of(gain: float, valuation: float = 1.0, elsewhere: float = 1.0, pay: float = 0.0) -> MechanismTable:
    """One agent of two types gains `gain` by a lie; another agent has valuations of `elsewhere`."""
    m = random_mechanism(Random(0), (2, 1), 0.0)
    m.allowed[0] = {(t, r) for t in range(2) for r in range(2)}
    m.value[0] = {(t, p): Fraction(valuation) for t, p in m.value[0]}
    m.outside[0] = dict.fromkeys(m.outside[0], Fraction(0))
    m.pay[0] = {p: Fraction(pay) + (Fraction(gain) if p[0] else Fraction(0)) for p in m.pay[0]}
    m.value[1] = {k: Fraction(elsewhere) for k in m.value[1]}
    m.outside[1] = dict.fromkeys(m.outside[1], Fraction(elsewhere))
    m.pay[1] = dict.fromkeys(m.pay[1], Fraction(0))
    m.income = dict.fromkeys(m.income, Fraction(0))
    return table(m, floats)


def test_the_tolerance_is_relative_and_said() -> None:
    small = audit(lie_of(9e-7, 1.0), "dominant_ic")
    assert (small.verdict, small.tolerance, small.violation) == ("holds", 1e-6, pytest.approx(9e-7))
    assert small.text == "2 deviations, the tightest gains 9e-07 (tolerance 1e-06, 1e-06 of the largest valuation)"
    large = audit(lie_of(1.1e-6, 1.0), "dominant_ic")
    assert (large.verdict, large.level) == ("fails", "numeric")
    assert large.text == (
        "a with cost 1 gains 1.1e-06 by reporting 0 when b=0 (more than 1e-06, 1e-06 of the largest valuation)"
    )


def test_between_own_and_largest_valuation_nothing_is_decided() -> None:
    """A gain that matters to an agent of small valuations may be the noise of somebody else's large ones."""
    assert audit(lie_of(1e-9, 1e-2, 1e3), "dominant_ic").verdict == "holds"
    assert audit(lie_of(2e-3, 1e-2, 1e3), "dominant_ic").verdict == "fails"
    found = audit(lie_of(1e-4, 1e-2, 1e3), "dominant_ic")
    assert found.verdict == "undecided"
    assert found.witness is not None
    assert found.text.startswith("whether a with cost 1 gains 0.0001 by reporting 0 when b=0 is not decided: ")
    assert "1e-08" in found.text and "0.001" in found.text


def test_payments_far_above_valuations_are_lost_in_rounding_only_there() -> None:
    """At payments of 1e9 a gain of a quarter is seen; at 1e17 it is not."""
    assert audit(lie_of(0.25, 1.0, 1.0, 2.0**30), "dominant_ic").verdict == "fails"
    found = audit(lie_of(0.0, 1.0, 1.0, 2.0**60), "dominant_ic")
    assert found.verdict == "undecided"
    assert "lost in rounding" in found.text


def test_weights_are_exact_beside_floats() -> None:
    """A type of probability 1e-12 has gains of its own size, not of its probability's."""
    m = truthful(0, 0.0)
    rare = Fraction(1, 10**12)
    m.weight = {p: rare / 2 if p[0] == 2 else (1 - rare) / 4 for p in m.profiles()}
    m.allowed[0] = {(t, r) for t in range(3) for r in range(3)}
    m.value[0] = {(t, p): v + (t == 2 and p[0] == 0) for (t, p), v in m.value[0].items()}
    found = audit(table(m, floats), "bayesian_ic")
    assert found.verdict == "fails"
    assert found.violation == pytest.approx(1)
    assert found.text.startswith("a with cost 2 gains 1 on average by reporting 0")


def test_nothing_at_stake_holds() -> None:
    m = truthful(0, 0.0)
    for a in m.agents:
        m.value[a] = dict.fromkeys(m.value[a], Fraction(0))
        m.outside[a] = dict.fromkeys(m.outside[a], Fraction(0))
        m.pay[a] = dict.fromkeys(m.pay[a], Fraction(0))
    m.income = dict.fromkeys(m.income, Fraction(0))
    for name in ("dominant_ic", "ex_post_ir", "strong_budget_balance"):
        assert audit(table(m, floats), name).verdict == "holds"
    assert np.isfinite(RELATIVE)
