"""Outcomes at every report profile: rules solved at once against one profile at a time, whoever takes part."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Failure
from mdl.mechanisms.known import Known, total_surplus
from mdl.semantics.model import RuleSymbol
from tests.mechanisms.making import codes, mechanism_of, outcomes_of, reports_of
from tests.mechanisms.test_markets import answers

HEAD = """
model m;
agents A := {a, b, c};
type v[A] in {1, 2};
"""
KNAPSACK = """
param weight[A] := {a: 1, b: 2, c: 2};
var x[A] >= 0, <= 1;
var spare >= 0;
subject to room: sum(i in A) weight[i] * x[i] + spare == 3;
valuation[i in A] = v[i] * x[i];
maximize welfare: sum(i in A) valuation[i] + spare / 4;
"""


def fill(values: dict[str, int]) -> tuple[dict[str, Fraction], Fraction]:
    """By value for weight, ties by name: the largest first variable among the best."""
    weight = {"a": 1, "b": 2, "c": 2}
    room, out, total = Fraction(3), dict.fromkeys("abc", Fraction(0)), Fraction(0)
    for name in sorted(values, key=lambda n: (-Fraction(values[n], weight[n]), n)):
        if Fraction(values[name], weight[name]) > Fraction(1, 4):
            out[name] = min(Fraction(1), room / weight[name])
            room -= weight[name] * out[name]
            total += values[name] * out[name]
    return out, total + room / 4


def fractions(found: object) -> list[Fraction]:
    assert isinstance(found, Numbers) and found.is_exact
    return found.fractions()


@pytest.mark.parametrize("gone", ["", "a", "b", "c"])
def test_a_rule_at_every_case(gone: str) -> None:
    reports = reports_of(HEAD + KNAPSACK + "mechanism m { outcome welfare; pay t[i in A] = 0; }")
    outcomes = outcomes_of(reports, mechanism_of(reports))
    rule = reports.instance.model.symbols["welfare"]
    assert isinstance(rule, RuleSymbol)
    absence = reports.without("abc".index(gone), skips=True) if gone else None
    found = outcomes.solve(rule, absence)
    assert outcomes.solve(rule, absence) is found
    x = fractions(found.values[reports.lift.of(reports.instance.model.symbols["x"])])
    for case, types in enumerate(product((1, 2), repeat=3)):
        there = {n: v for n, v in zip("abc", types, strict=True) if n != gone}
        parts, total = fill(there)
        assert x[3 * case : 3 * case + 3] == [parts[n] for n in "abc"]
        assert fractions(found.optimum)[case] == total
    assert found.exact


def test_only_some_take_part() -> None:
    text = """mechanism m { outcome welfare;
        pay t[i in A] = (welfare with only {a, b}) + (x[b] with only {b, c}) + (x[i] without i); }"""
    reports = reports_of(HEAD + KNAPSACK + text)
    mechanism = mechanism_of(reports)
    held = Known.of(reports, outcomes_of(reports, mechanism), mechanism)
    expected = []
    for a, b, c in product((1, 2), repeat=3):
        expected.append(fill({"a": a, "b": b})[1] + fill({"b": b, "c": c})[0]["b"])
    assert fractions(held.payment(1)) == expected


def test_absent_values() -> None:
    text = KNAPSACK + "absent x[i] = 1/2;\nmechanism m { outcome welfare; pay t[i in A] = (x[i] without i); }"
    reports = reports_of(HEAD + text)
    mechanism = mechanism_of(reports)
    held = Known.of(reports, outcomes_of(reports, mechanism), mechanism)
    assert fractions(held.payment(0)) == [Fraction(1, 2)] * 8


def test_the_best_total() -> None:
    """What `efficient` compares with: valuations and income over all feasible outcomes, without the rule's `spare`."""
    text = (
        KNAPSACK.replace("+ spare / 4", "- 2 * spare")
        + "mechanism m { outcome welfare; pay t[i in A] = 0; income = spare; }"
    )
    reports = reports_of(HEAD + text)
    mechanism = mechanism_of(reports)
    held = Known.of(reports, outcomes_of(reports, mechanism), mechanism)
    expected = []
    for types in product((1, 2), repeat=3):
        weight, best = (1, 2, 2), Fraction(0)
        for parts in product((0, Fraction(1, 2), 1), repeat=3):  # corners have at most one half
            used = sum(w * x for w, x in zip(weight, parts, strict=True))
            if used <= 3:
                best = max(best, sum((v * x for v, x in zip(types, parts, strict=True)), 3 - Fraction(used)))
        expected.append(best)
    assert fractions(held.optimum()) == expected
    assert total_surplus(reports, mechanism).sense == "maximize"


def test_ties_are_said_and_broken_by_the_order_of_variables() -> None:
    text = HEAD + """
var x[A] >= 0;
subject to one: sum(i in A) x[i] <= 1;
valuation[i in A] = v[i] * x[i];
maximize welfare: sum(i in A) valuation[i];
mechanism m = vcg(welfare);
check m: dominant_ic;
expect m.x[a, 1, 2, 2] == 0;
expect m.x[b, 1, 2, 2] == 1;
expect m.x[a, 2, 2, 2] == 1;
"""  # fmt: skip
    check, *claims = answers(text)
    assert any("several optimal outcomes at 5 of 8 report profiles" in n for n in check.notes)
    assert all(c.checks[0].verdict == "holds" for c in claims)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("var x[A] >= 0; maximize w: sum(i in A) v[i] * x[i];", "MDL630"),
        ("var x[i in A] >= 2, <= v[i]; maximize w: sum(i in A) x[i];", "MDL421"),
        ("var x[A] >= 0, <= 1; maximize w: sum(i in A) v[i] * x[i]^2;", "MDL631"),
        (
            "var x[A] >= 0, <= 1; var y >= 0, <= 2; follower f: minimize (y - 1)^2 over y;"
            "maximize w: sum(i in A) x[i] * y;",
            "MDL633",
        ),
    ],
)
def test_rules_without_an_outcome(rule: str, code: str) -> None:
    reports = reports_of(f"{HEAD}{rule} valuation[i in A] = x[i]; mechanism m {{ outcome w; pay t[i in A] = 0; }}")
    mechanism = mechanism_of(reports)
    with pytest.raises(Failure) as told:
        Known.of(reports, outcomes_of(reports, mechanism), mechanism).table()
    assert codes(told.value) == [code]


def test_where_it_is_infeasible_is_said_in_reports() -> None:
    reports = reports_of(
        HEAD + "var x[i in A] >= 0, <= v[i]; subject to most: sum(i in A) x[i] >= 6; valuation[i in A] = x[i];"
        "maximize w: sum(i in A) x[i]; mechanism m { outcome w; pay t[i in A] = 0; }"
    )
    mechanism = mechanism_of(reports)
    with pytest.raises(Failure) as told:
        Known.of(reports, outcomes_of(reports, mechanism), mechanism).table()
    (one,) = told.value.diagnostics
    assert "a=1, b=1, c=1 and at 6 other report profiles" in one.message
