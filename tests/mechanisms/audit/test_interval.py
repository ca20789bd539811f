"""Verdicts on irrational tables, against the same definitions in products of rationals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from functools import total_ordering
from math import inf, lcm, log
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.irrational import quantity as forms
from mdl.irrational.builder import Irrational
from mdl.mechanisms.audit.audit import PROPERTIES, audit_many
from tests.mechanisms.audit.oracle import DEFINITIONS, Make, Mechanism, first_largest, random_mechanism, table


@total_ordering
@dataclass(eq=False)
class Log:
    """A sum of logarithms of rationals with rational factors; its sign is that of a product of powers minus 1."""

    parts: Counter[Fraction] = field(default_factory=Counter)

    @staticmethod
    def of(x: Any) -> Log:
        if isinstance(x, Log):
            return x
        assert x == 0
        return Log()

    def __add__(self, other: Any) -> Any:
        if other in (inf, -inf):
            return other
        out = Counter(self.parts)
        for base, power in Log.of(other).parts.items():
            out[base] += power
        return Log(out)

    __radd__ = __add__

    def __neg__(self) -> Log:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, by: Any) -> Log:
        return Log(Counter({base: power * by for base, power in self.parts.items()}))

    __rmul__ = __mul__

    def __float__(self) -> float:
        return sum(float(power) * log(base) for base, power in self.parts.items())

    def sign(self) -> int:
        powers = {base: Fraction(power) for base, power in self.parts.items()}
        times = lcm(*(p.denominator for p in powers.values())) if powers else 1
        value = Fraction(1)
        for base, power in powers.items():
            value *= base ** int(power * times)
        return (value > 1) - (value < 1)

    def __eq__(self, other: object) -> bool:
        return other not in (inf, -inf) and (self - other).sign() == 0

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: Any) -> bool:
        return other == inf or (other != -inf and (self - other).sign() < 0)


def logarithms(seed: int, types: tuple[int, ...], breaks: float) -> tuple[Mechanism, Make]:
    """Amounts that are logarithms of small rationals, so that many gains are 0 without looking like it."""
    rng = Random(seed)
    m = random_mechanism(rng, types, breaks)
    bases = [Fraction(n, d) for n in (1, 2, 3, 4, 6, 8, 9, 12) for d in (1, 2, 3)]

    def fresh(held: dict[Any, Any]) -> None:
        for key in held:
            held[key] = Log(Counter({rng.choice(bases): 1}))

    for a in m.agents:
        fresh(m.value[a])
        fresh(m.outside[a])
        fresh(m.pay[a])
    fresh(m.income)
    fresh(m.optimum)
    for held in m.envied.values():
        fresh(held)
    builder = Irrational()

    def make(values: list[Any]) -> Any:
        return builder.call("log", [Numbers.of([next(iter(v.parts)) for v in values])])

    return m, make


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple),
    st.integers(0, 2**32),
    st.sampled_from([0.0, 0.1, 0.5]),
)
def test_properties_are_their_definitions(types: tuple[int, ...], seed: int, breaks: float) -> None:
    m, make = logarithms(seed, types, breaks)
    if sum(m.weight[p].numerator for p in m.profiles()) > 60:
        m.weight = {p: Fraction(1, len(m.profiles())) for p in m.profiles()}
    for verdict in audit_many(table(m, make), list(PROPERTIES)):
        best = first_largest(DEFINITIONS[verdict.property](m))
        if best is None or best[0] <= 0:
            assert verdict.verdict == "holds"
            if best is not None and best[0] != -inf:
                assert verdict.tightest == pytest.approx(float(best[0]), abs=1e-12)
                assert verdict.tightest is not None
                assert best[0] < 0 or verdict.tightest == 0
            continue
        assert verdict.verdict == "fails"
        assert verdict.violation == pytest.approx(float(best[0]), abs=1e-12)
        if best[0] != inf and verdict.level != "exact" and not isinstance(verdict.violation, Fraction):
            assert verdict.level == "interval"
            assert verdict.enclosure is not None
            low, high = verdict.enclosure
            assert 0 < low <= verdict.violation <= high
            assert low - 1e-15 <= float(best[0]) <= high + 1e-15
            assert high - low < 1e-12


def test_zero_gains_are_proved_and_not_measured() -> None:
    """log 4 - 2 log 2 is 0 whatever floats say, and log(1 + 1e-30) is not."""
    m, make = logarithms(0, (2, 1), 0.0)
    m.allowed[0] = {(t, r) for t in range(2) for r in range(2)}
    two, four = Fraction(2), Fraction(4)
    m.value[0] = {(t, p): Log(Counter({four if p[0] else two: 1})) for t, p in m.value[0]}
    m.pay[0] = {p: Log(Counter({two if p[0] else Fraction(1): 1})) for p in m.pay[0]}
    tie = audit_many(table(m, make), ["dominant_ic"])[0]
    assert (tie.verdict, tie.level, tie.tightest) == ("holds", "interval", 0)
    assert tie.text == "2 deviations, the tightest gains 0"
    m.pay[0] = {p: Log(Counter({two if p[0] else 1 + Fraction(1, 10**30): 1})) for p in m.pay[0]}
    lie = audit_many(table(m, make), ["dominant_ic"])[0]
    assert (lie.verdict, lie.level) == ("fails", "interval")
    assert lie.violation == pytest.approx(1e-30, rel=1e-6, abs=0)
    assert lie.witness is not None
    assert (lie.witness.type, lie.witness.report) == (0, 1)
    assert lie.enclosure is not None
    low, high = lie.enclosure
    assert 0 < low <= high < low * (1 + 1e-10)


def test_floats_beside_irrationals_are_numeric() -> None:
    m, make = logarithms(1, (2, 2), 0.0)
    made = table(m, make, money=lambda values: Numbers.inexact([float(v) for v in values]))
    for verdict in audit_many(made, ["dominant_ic", "ex_post_ir", "interim_ir"]):
        assert verdict.level == "numeric"
        best = first_largest(DEFINITIONS[verdict.property](m))
        assert best is not None
        assert verdict.tightest == pytest.approx(float(best[0]), abs=1e-12)


def test_a_sign_that_cannot_be_proved_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """No form of this test is known to have such a sign, so the prover is told to give up near 0."""
    m, make = logarithms(0, (2, 1), 0.0)
    m.allowed[0] = {(t, r) for t in range(2) for r in range(2)}
    m.value[0] = {(t, p): Log(Counter({Fraction(4 if p[0] else 2): 1})) for t, p in m.value[0]}
    m.pay[0] = {p: Log(Counter({Fraction(2 if p[0] else 1): 1})) for p in m.pay[0]}
    monkeypatch.setattr("mdl.irrational.quantity.signs", lambda q: np.full(len(q), 2, dtype=np.int8))
    found = audit_many(table(m, make), ["dominant_ic"])[0]
    assert (found.verdict, found.level) == ("undecided", "interval")
    assert found.text.startswith("whether a with cost 0 gains ")
    assert found.text.endswith(
        " by reporting 1 when b=0 is not decided: the true amount is too near 0 to tell its sign"
    )
    assert found.enclosure is not None and found.enclosure[0] < 0 < found.enclosure[1]


@pytest.mark.parametrize("unit", [Fraction(1, 10**250), Fraction(1, 10**12), Fraction(10**250)])
def test_the_money_unit_does_not_matter(unit: Fraction) -> None:
    m, make = logarithms(7, (3, 2), 0.0)

    def scaled(values: list[Any]) -> Any:
        return forms.scale(make(values), unit)

    names = list(PROPERTIES)
    for one, other in zip(audit_many(table(m, make), names), audit_many(table(m, scaled), names), strict=True):
        assert (one.verdict, one.comparisons) == (other.verdict, other.comparisons)
        assert float(other.violation) == pytest.approx(float(one.violation) * float(unit), rel=1e-9, abs=0)
