"""What is said where there are no payments, and certificates that the stand-alone checker takes."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.mechanisms.design.input import DesignInput
from mdl.mechanisms.payments.extreme import Contradiction
from mdl.mechanisms.payments.find import find
from mdl.mechanisms.payments.separable import Separable, applies
from mdl.mechanisms.payments.words import certificate, words
from tests.mechanisms.design.by_hand import Hand, uniform


def refuted(design: DesignInput) -> Contradiction:
    separable = applies(design)
    assert isinstance(separable, Separable)
    found = find(separable)
    assert isinstance(found, Contradiction)
    return found


def falling(transfers: dict[str, int] | None = None) -> DesignInput:
    """The item goes to the lower value."""
    types = {"a": [1, 2, 3], "b": [1, 2, 3]}
    hand = Hand(types, ["dominant_ic", "ex_post_ir"], value=_lower, transfers=transfers or {"t": 1})
    return hand.given()


def _lower(agent: int, own: int, reports: tuple[int, ...]) -> Fraction:
    mine, theirs = reports[agent], reports[1 - agent]
    return Fraction(own if mine < theirs or (mine == theirs and agent == 0) else 0)


def trade(wanted: list[str]) -> DesignInput:
    """A seller with cost 0 or 4, a buyer with value 1 or 5, trade whenever that is efficient: gains of (1 + 5 + 1) / 4
    on average do not pay for the rents of 2 (Myerson and Satterthwaite 1983)."""
    types = {"s": [0, 4], "b": [1, 5]}

    def value(agent: int, own: int, reports: tuple[int, ...]) -> Fraction:
        traded = reports[1] > reports[0]
        return Fraction((own if agent else -own) if traded else 0)

    return Hand(types, wanted, value=value, prior=uniform(types)).given()


def test_a_cycle_in_words() -> None:
    found = refuted(falling())
    assert words(found, falling()) == [
        "cyclic monotonicity is broken: a 3 -> 1 -> 3 where b=1; these add up to less than 0",
        "  ic[a: 3 -> 1 | b=1]: t[a; 3, 1] - t[a; 1, 1] <= -3",
        "  ic[a: 1 -> 3 | b=1]: t[a; 1, 1] - t[a; 3, 1] <= 1",
        "sum: 0 <= -2",
    ]


def test_what_an_agent_receives_has_the_other_sign() -> None:
    design = falling({"r": -1})
    assert "  ic[a: 1 -> 3 | b=1]: r[a; 3, 1] - r[a; 1, 1] <= 1" in words(refuted(design), design)


def test_a_budget_in_words() -> None:
    design = trade(["dominant_ic", "ex_post_ir", "weak_budget_balance"])
    assert words(refuted(design), design) == [
        "even the largest payments do not cover the budget at s=0, b=5: these add up to less than 0",
        "  ir[s: 4 | b=5]: t[s; 4, 5] <= -4",
        "  ic[s: 0 -> 4 | b=5]: t[s; 0, 5] - t[s; 4, 5] <= 0",
        "  ir[b: 1 | s=0]: t[b; 0, 1] <= 1",
        "  ic[b: 5 -> 1 | s=0]: t[b; 0, 5] - t[b; 0, 1] <= 0",
        "  budget[s=0, b=5]: -(all payments of this profile) <= 0",
        "sum: 0 <= -3",
    ]


def test_an_expected_budget_in_words() -> None:
    design = trade(["bayesian_ic", "interim_ir", "ex_ante_budget_balance"])
    lines = words(refuted(design), design)
    assert lines[0] == "even the largest payments do not cover the budget on average: these add up to less than 0"
    assert "  ir[s: 4]: expected pay[s: 4] <= -2" in lines
    assert "  0.5 times ic[b: 5 -> 1]: expected pay[b: 5] - expected pay[b: 1] <= 2.5" in lines
    assert lines[-2:] == ["  budget: -(all payments) <= 0", "sum: 0 <= -0.25"]


def test_a_lie_that_pays_whatever_is_unknown() -> None:
    assert words(refuted(adjusted()), adjusted()) == [
        "what is to be found cannot keep a from reporting 1 instead of 2 where b=1",
        "  ic[a: 2 -> 1 | b=1]: 0 <= -1",
        "sum: 0 <= -1",
    ]


def floor() -> DesignInput:
    """Taking part costs 5 at the lowest type."""
    types = {"a": [1, 2], "b": [1, 2]}
    hand = Hand(types, ["dominant_ic", "ex_post_ir", "no_subsidy"], value=lambda a, own, reports: Fraction(own))
    hand.outside = lambda a, own, reports: Fraction(6 if own == 1 and a == 0 else 0)
    return hand.given()


def adjusted() -> DesignInput:
    """Payments are known up to a number for each profile of the others, and one lie pays whatever that is."""
    types = {"a": [1, 2], "b": [1, 2]}
    hand = Hand(types, ["dominant_ic", "ex_post_ir"], value=lambda a, own, reports: Fraction(own * reports[a]))
    hand.base, hand.transfers, hand.adjust = (lambda a, reports: Fraction(3 * reports[a])), {}, ["h"]
    return hand.given()


@pytest.mark.parametrize(
    "design",
    [
        falling(),
        falling({"r": -1}),
        floor(),
        adjusted(),
        trade(["dominant_ic", "ex_post_ir", "weak_budget_balance"]),
        trade(["bayesian_ic", "interim_ir", "ex_ante_budget_balance"]),
    ],
)
def test_certificates_are_taken(design: DesignInput, tmp_path: Path) -> None:
    found = refuted(design)
    document = certificate(found, design)
    assert document is not None
    path = tmp_path / "out.json"
    path.write_text(json.dumps(document))
    checked = subprocess.run([sys.executable, "-m", "mdl.certificate", str(path)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    claim = next(iter(document["claims"].values()))
    document["claims"] = {k: str(Fraction(claim) * 2) for k in document["claims"]}
    path.write_text(json.dumps(document))
    tampered = subprocess.run([sys.executable, "-m", "mdl.certificate", str(path)], capture_output=True, text=True)
    assert tampered.returncode == 1


def test_no_certificate_where_numbers_are_not_rational() -> None:
    design = falling()
    design.agents[0].table.value = Numbers.inexact(design.agents[0].table.value.floats())
    found = refuted(design)
    assert found.level == "numeric" and certificate(found, design) is None
    assert np.isclose(float(words(found, design)[-1].split("<=")[1]), -2)
