"""Expectations: which solution they are about, exact and numeric levels, verdicts and witnesses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mdl import driver
from mdl.answer.answer import Check
from mdl.program.solution import SolverOptions
from mdl.tasks.run import run

AUCTION = """model auction "One item";
agents U := {u1, u2, u3};
param value[U] := {u1: 5, u2: 3, u3: 2};
var x[U] >= 0;
subject to one: sum(i in U) x[i] <= 1;
valuation[i in U] = value[i] * x[i];
maximize w: sum(i in U) valuation[i];
maximize second: sum(i in U) 2 * x[i] - 1;
"""


def checks(text: str, tmp_path: Path) -> Sequence[Check]:
    path = tmp_path / "model.mdl"
    path.write_text(text, encoding="utf-8")
    instance = driver.load(path)
    return [c for a in run(instance, instance.model.tasks, SolverOptions()) for c in a.checks]


def one(claim: str, tmp_path: Path, before: str = "solve w;") -> Check:
    return checks(f"{AUCTION}{before}\nexpect {claim};", tmp_path)[0]


@pytest.mark.parametrize(
    "claim",
    [
        "w.objective == 3 within 1e-9",
        "w == 5 within 1e-9",
        "(w without u2) == 5 within 1e-9",
        "(w without u1) == 3 within 1e-9",
        "(w with only {u3}) == 2 within 1e-9",
        "((w without u1) without u2) == 2 within 1e-9",
        "x[u2] == 1 within 1e-9",
        "x[u1] == 0",
        "w.status == optimal",
        "one.dual == 3 within 1e-9",
        "second.objective == 1 within 1e-9",
    ],
)
def test_claims_after_a_task_that_left_somebody_out(claim: str, tmp_path: Path) -> None:
    assert one(claim, tmp_path, "solve w with only {u2, u3};").verdict == "holds"


def test_payments_of_the_clarke_mechanism_by_rules_without_each_agent(tmp_path: Path) -> None:
    """The winner pays what the others lose by it: 3; nobody else pays."""
    claim = "sum(i in U) ((w without i) - (w - valuation[i])) == 3 within 1e-6"
    assert one(claim, tmp_path).verdict == "holds"


def test_data_are_compared_exactly(tmp_path: Path) -> None:
    assert one("0.1 + 0.2 == 0.3", tmp_path).level == "exact"
    assert one("0.1 + 0.2 == 0.3", tmp_path).verdict == "holds"
    found = one("value[u1] / 3 == 1.6666666667", tmp_path)
    assert (found.verdict, found.level) == ("fails", "exact")
    assert found.witness is not None and "5/3 against 1.6666666667" in found.witness


def test_a_failed_claim_says_both_numbers_and_by_how_much(tmp_path: Path) -> None:
    found = one("w.objective == 4 within 0.5", tmp_path)
    assert (found.verdict, found.level, found.violation) == ("fails", "numeric", 0.5)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("1 <= x[u1] + 1 <= 2 within 1e-9", "holds"),
        ("x[u1] < 0.5", "fails"),
        ("x[u1] != 1 within 1e-6", "fails"),
        ("x[u1] == 1 within 1e-9 and x[u2] == 0 within 1e-9", "holds"),
        ("not x[u1] < 0.5", "holds"),
        ("w.status == infeasible", "fails"),
        ("card(U) == 3", "holds"),
    ],
)
def test_forms_of_claims(claim: str, verdict: str, tmp_path: Path) -> None:
    if " and " in claim:
        claim = claim.replace(" within 1e-9", "") + " within 1e-9"
    assert one(claim, tmp_path).verdict == verdict


def test_rows_that_are_false_for_the_data_make_the_status_infeasible(tmp_path: Path) -> None:
    text = "model m;\nparam a := 2;\nvar x >= 0;\nsubject to c: a <= 1;\nminimize cost: x;\n"
    found = checks(text + "expect cost.status == infeasible;\nexpect cost.objective == 0;\nexpect x == 0;", tmp_path)
    assert [c.verdict for c in found] == ["holds", "undecided", "undecided"]


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("total", 15),
        ("(total with only {b1})", 1),
        ("(total with only FIRST)", 1),
        ("(total with only {b1, s2})", 9),
        ("(total without b2)", 13),
        ("v[{b1, s1}]", 5),
        ("v[{b1}]", 1),
    ],
)
def test_only_some_take_part_of_several_agent_sets(claim: str, value: int, tmp_path: Path) -> None:
    text = """model m;
    agents BUYER := {b1, b2};
    agents SELLER := {s1, s2};
    set ALL = BUYER | SELLER;
    set FIRST in BUYER := {b1};
    param w[ALL] := {b1: 1, b2: 2, s1: 4, s2: 8};
    var x[ALL] >= 0, <= 1;
    maximize total: sum(i in ALL) w[i] * x[i];
    coalition v = total;
    """
    found = checks(f"{text}expect {claim} == {value} within 1e-9;", tmp_path)
    assert [c.verdict for c in found] == ["holds"]
