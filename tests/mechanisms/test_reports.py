"""The lifted model: types at each case, true types beside reports, absent agents, means over the prior."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Members
from mdl.diagnostics import Failure
from mdl.mechanisms.known import Known
from mdl.mechanisms.reports import Reports
from tests.mechanisms.making import codes, mechanism_of, outcomes_of, reports_of

HEAD = """
model m;
agents A := {a, b};
agents B := {c};
type v[A] in {1, 3};
type w[B] in {low, high};
param price[{low, high}] := {low: 2, high: 5};
prior joint := {(1, 1, low): 1/16, (1, 1, high): 1/16, (1, 3, low): 1/8, (1, 3, high): 1/4,
    (3, 1, low): 1/8, (3, 1, high): 1/8, (3, 3, low): 1/4, (3, 3, high): 0};
outcome rule { q[i in A] = v[i] / sum(j in A) v[j]; r[k in B] = price[w[k]] * sum(j in A) v[j]; }
let both = sum(i in A) v[i];
let mine[i in A] = both * q[i];
valuation[i in A] = v[i] * q[i] + mine[i];
valuation[k in B] = price[w[k]] - r[k] / 10;
"""
PROFILES = [(*p, w) for p in product((1, 3), repeat=2) for w in ("low", "high")]
WEIGHTS = [Fraction(n, 16) for n in (1, 1, 2, 4, 2, 2, 4, 0)]
PRICE = {"low": 2, "high": 5}


def known(text: str) -> tuple[Reports, Known]:
    reports = reports_of(HEAD + text)
    mechanism = mechanism_of(reports)
    return reports, Known.of(reports, outcomes_of(reports, mechanism), mechanism)


def fractions(found: object) -> list[Fraction]:
    assert isinstance(found, Numbers) and found.is_exact
    return found.fractions()


def test_types_at_every_case() -> None:
    reports = reports_of(HEAD)
    symbols, values = reports.instance.model.symbols, reports.lifted.store.values
    v = values[reports.lift.of(symbols["v"])]
    assert fractions(v) == [Fraction(x) for p in PROFILES for x in p[:2]]
    w = values[reports.lift.of(symbols["w"])]
    assert isinstance(w, Members)
    assert reports.instance.store.universe.atoms(w.codes[0]) == [p[2] for p in PROFILES]
    assert reports.weights is not None and reports.weights.fractions() == WEIGHTS


def value(true: tuple[object, ...], told: tuple[object, ...], agent: int) -> Fraction:
    """Of `HEAD`: `both` in a valuation is of true types, `q` and `r` of reported ones."""
    v, told_v = [Fraction(x) for x in true[:2]], [Fraction(x) for x in told[:2]]  # type: ignore[arg-type]
    if agent < 2:
        q = told_v[agent] / sum(told_v)
        return v[agent] * q + sum(v) * q
    r = PRICE[str(told[2])] * sum(told_v)
    return PRICE[str(true[2])] - Fraction(r) / 10


def test_true_types_and_reports() -> None:
    _, held = known("mechanism m { outcome rule; pay t[i in A] = 0; }")
    for agent in range(3):
        types = [(1,), (3,)] if agent < 2 else [("low",), ("high",)]
        found = iter(fractions(held.utilities.value(agent)))
        others = [p for p in PROFILES if p[agent] == types[0][0]]
        for true, told, rest in product(types, types, others):
            one = (*rest[:agent], true[0], *rest[agent + 1 :])
            other = (*rest[:agent], told[0], *rest[agent + 1 :])
            assert next(found) == value(one, other, agent)
        assert next(found, None) is None
        assert held.utilities.interdependent(agent) == (agent < 2)


def test_formulas_are_of_reports() -> None:
    _, held = known("mechanism m { outcome rule; pay t[i in A] = valuation[i] + both; income = r[c] - both; }")
    for agent in range(2):
        expected = [value(p, p, agent) + p[0] + p[1] for p in PROFILES]
        assert fractions(held.payment(agent)) == expected
    assert fractions(held.payment(2)) == [0] * 8
    assert fractions(held.income()) == [(PRICE[p[2]] - 1) * (p[0] + p[1]) for p in PROFILES]


def test_payments_are_net() -> None:
    text = "mechanism m { outcome rule; pay t[i in A] = 5; receive s[i in A where i == a] = 2; receive u[k in B] = 1; }"
    _, held = known(text)
    assert [fractions(held.payment(a))[0] for a in range(3)] == [3, 5, -1]


def test_somebody_absent() -> None:
    """In outcome formulas an absent agent is skipped; a valuation is still there, with true types of everybody."""
    _, held = known("mechanism m { outcome rule; pay t[i in A] = (sum(j in A) valuation[j]) without i; }")
    # without a: q[b] = 1, and b's valuation still has the sum of everybody's types
    assert fractions(held.payment(0)) == [p[1] + (p[0] + p[1]) for p in PROFILES]
    assert fractions(held.payment(1)) == [p[0] + (p[0] + p[1]) for p in PROFILES]


def mean(fn: object, given: object) -> list[Fraction]:
    out = []
    for p in PROFILES:
        fitting = [(w, q) for w, q in zip(WEIGHTS, PROFILES, strict=True) if given(q) == given(p)]  # type: ignore[operator]
        out.append(sum(w * fn(q) for w, q in fitting) / sum(w for w, _ in fitting))  # type: ignore[operator]
    return out


@pytest.mark.parametrize(
    ("formula", "fn", "given"),
    [
        ("expected(v[b])", lambda p: p[1], lambda p: None),
        ("expected(v[b] given v[a])", lambda p: p[1], lambda p: p[0]),
        ("expected(v[b] * price[w[c]] given v[a], v[b])", lambda p: p[1] * PRICE[p[2]], lambda p: p[:2]),
        ("expected(sum(j in A) v[j] given w[c])", lambda p: p[0] + p[1], lambda p: p[2]),
        (
            "expected(if v[a] == 3 then price[w[c]] else 0 given v[b])",
            lambda p: PRICE[p[2]] * (p[0] == 3),
            lambda p: p[1],
        ),
    ],
)
def test_means_over_a_joint_prior(formula: str, fn: object, given: object) -> None:
    _, held = known(f"mechanism m {{ outcome rule; pay t[i in A] = {formula}; }}")
    assert fractions(held.payment(0)) == mean(fn, given)


def test_a_mean_inside_a_mean() -> None:
    _, held = known("mechanism m { outcome rule; pay t[i in A] = expected(expected(v[b] given v[a]) given v[b]); }")
    inner = dict(zip(PROFILES, mean(lambda p: p[1], lambda p: p[0]), strict=True))
    assert fractions(held.payment(0)) == mean(lambda p: inner[p], lambda p: p[1])


def test_a_mean_for_the_agent_of_the_index() -> None:
    _, held = known("mechanism m { outcome rule; pay t[i in A] = expected(sum(j in A) v[j] given v[i]); }")
    for agent in range(2):
        assert fractions(held.payment(agent)) == mean(lambda p: p[0] + p[1], lambda p, a=agent: p[a])


@pytest.mark.parametrize(
    ("head", "formula", "code"),
    [
        ("", "expected(v[b]) without i", "MDL618"),
        ("", "1 / (v[a] - 1)", "MDL340"),
        ("(3, 3, high): 0", "expected(v[a] given v[b], w[c], v[a])", "MDL617"),
    ],
)
def test_what_cannot_be_worked_out(head: str, formula: str, code: str) -> None:
    _, held = known(f"mechanism m {{ outcome rule; pay t[i in A] = {formula}; }}")
    with pytest.raises(Failure) as told:
        held.payment(0)
    assert codes(told.value) == [code]


def test_a_family_of_lets_with_tuples_is_refused() -> None:
    text = HEAD.replace("let mine[i in A] = both * q[i];", "let mine[(i, j) in A * A] = v[i] * q[j];").replace(
        "+ mine[i]", "+ sum(e in A * A) mine[e]"
    )
    reports = reports_of(text + "mechanism m { outcome rule; pay t[i in A] = 0; }")
    mechanism = mechanism_of(reports)
    with pytest.raises(Failure) as told:
        Known.of(reports, outcomes_of(reports, mechanism), mechanism).utilities.value(0)
    assert codes(told.value) == ["MDL605"]


def test_nobody() -> None:
    with pytest.raises(Failure) as told:
        reports_of("model m; agents A := {}; outcome o { q = 1; }")
    assert codes(told.value) == ["MDL604"]


def test_the_valuation_of_each_agent() -> None:
    reports = reports_of("model m; agents A := {a}; agents B := {b}; type v[A] in {1, 2}; valuation[i in A] = v[i];")
    assert reports.valuation(0) is not None and reports.valuation(1) is None
    assert np.array_equal(reports.profiles.own(1), [0, 0])
