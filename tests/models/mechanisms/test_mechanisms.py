"""The models of direct mechanisms: expectations, and every number found another way."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.models.expects import count
from tests.models.mechanisms import classics, numeric, papers, trades
from tests.models.mechanisms.designs import payments
from tests.models.mechanisms.parts import solvable
from tests.models.reference import MODELS
from tests.models.test_models import mdl

FOLDER = MODELS / "mechanisms"
FILES = sorted(FOLDER.glob("*.mdl"))
CLAIM = re.compile(
    r'^expect (?P<claim>[^;"]+?)\s+==\s+(?P<value>-?[0-9./]+(?:e-?[0-9]+)?|[a-z_]+)'
    r'(?:\s+within\s+(?P<tolerance>[0-9.e-]+))?\s+"(?P<why>[^"]+)";$',
    re.MULTILINE,
)


def functions(module: Any) -> dict[str, Callable[[], dict[str, Any]]]:
    stems = {path.stem for path in FILES}
    return {n: f for n, f in inspect.getmembers(module, inspect.isfunction) if n in stems}


REFERENCES = {**functions(classics), **functions(trades), **functions(papers), **functions(numeric)}


def claims(text: str) -> list[tuple[str, str, Fraction | None]]:
    """Claim, value and tolerance of every expectation, in the order of the file."""
    return [
        (" ".join(m["claim"].split()), m["value"], None if m["tolerance"] is None else Fraction(m["tolerance"]))
        for m in CLAIM.finditer(text)
    ]


def tasks(name: str, *words: str) -> list[dict[str, Any]]:
    out, err, status = mdl("solve", str(FOLDER / f"{name}.mdl"), "--json", *words)
    assert status in (0, 1), out + err
    found: list[dict[str, Any]] = json.loads(out)["tasks"]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_model_says_where_it_is_from_and_holds(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# Source: ") and "# Derived here: " in text and "placeholder" not in text
    assert len(claims(text)) == count(text)
    out, err, status = mdl("test", str(path))
    assert status == 0, out + err
    out, err, status = mdl("fmt", "--check", str(path))
    assert status == 0, out + err


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_number_comes_out_another_way(path: Path) -> None:
    references = REFERENCES[path.stem]()
    for claim, value, tolerance in claims(path.read_text("utf-8")):
        found = references.get(claim)
        if isinstance(found, list):  # said again after each rule
            found = found.pop(0)
        if found is None:
            assert value in ("holds", "fails", "optimal"), f"{claim} has no reference"
        elif isinstance(found, str):
            assert value == found, claim
        elif tolerance is None:
            assert Fraction(value) == found, claim
        else:
            assert abs(float(Fraction(value)) - float(found)) <= float(tolerance) / 2, claim


def status_of(name: str, task: str, *words: str) -> str:
    return next(str(t["status"]) for t in tasks(name, *words) if t["task"] == task)


def test_the_boundary_of_the_data_market_by_doubling_and_bisection() -> None:
    def exists(alpha: float, largest: int) -> bool:
        words = ("find desirable", "--set", f"alpha={alpha}", "--set", f"D={largest}")
        return status_of("data_market_exists", "find desirable", *words) == "optimal"

    for alpha in (-0.8, -0.75):
        low = 1
        while exists(alpha, 2 * low):
            low *= 2
        high = 2 * low
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if exists(alpha, middle) else (low, middle)
        assert low == numeric.boundary(alpha)


@pytest.mark.parametrize("largest", [2, 6, 7, 8])
def test_a_fixed_market_exactly(largest: int) -> None:
    p = numeric.largest_payments(largest, 1, lambda own, other: Fraction(own, own + other))
    exists = all(p[a, b] + p[b, a] >= 0 for a, b in p)
    assert exists == (largest <= 6)
    found = status_of("data_market_fixed", "find desirable", "find desirable", "--set", f"D={largest}")
    assert (found == "optimal") == exists


@pytest.mark.parametrize("n", [2, 3, 4])
def test_the_subsidy_of_bilateral_trade(n: int) -> None:
    found = tasks("bilateral_trade_5", "find subsidised", "find balanced", "--set", f"n={n}")
    by_task = {t["task"]: t for t in found}
    assert by_task["find subsidised"]["objective"] == pytest.approx(float(trades.even(n)), abs=1e-12)
    assert (by_task["find balanced"]["status"] == "optimal") == (trades.even(n) >= 0)


@pytest.mark.parametrize(("epsilon", "status"), [("0.5", "optimal"), ("0.8571", "optimal"), ("0.8572", "infeasible")])
def test_the_range_of_epsilon(epsilon: str, status: str) -> None:
    for task in ("find dominant", "find bayesian"):
        assert status_of("fairness_dominant", task, task, "--set", f"epsilon={epsilon}") == status
    s = papers.fair_division(Fraction(epsilon))
    assert solvable(lambda: payments(s, {"dominant_ic", "ex_post_ir"})) == status


def test_bayesian_taxes_of_the_smart_grid_exist_below_a_fifth() -> None:
    assert numeric.incentive_slack(0.15) == pytest.approx(0.3030, abs=1e-4)
    assert numeric.incentive_slack(0.0) == pytest.approx(13.66, abs=5e-3)
    assert numeric.incentive_slack(0.1999) == 0


def test_the_condition_of_figure_17_is_without_the_cost_of_supply() -> None:
    assert numeric.efficiency_slack(0.025) > 0 > numeric.efficiency_slack(0.026)
