"""Models with followers: their expectations, and their numbers by search over the leader's choice alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.models.expects import count, equalities
from tests.models.reference import MODELS
from tests.models.test_models import mdl

FOLDER = MODELS / "followers"
NAMES = sorted(path.stem for path in FOLDER.glob("*.mdl"))
STATUS = {"stackelberg": "locally optimal", "linear_bilevel": "optimal", "peak_load_pricing": "optimal"}


def best(value: Callable[[float], float], low: float, high: float) -> float:
    """Where a function is greatest, by grids ten times finer each: no derivative and no convexity is used."""
    for _ in range(8):
        grid = np.linspace(low, high, 401)
        k = int(np.argmax([value(float(x)) for x in grid]))
        low, high = float(grid[max(k - 2, 0)]), float(grid[min(k + 2, 400)])
    return (low + high) / 2


def stackelberg() -> dict[str, float]:
    def rival(q1: float) -> float:
        return best(lambda q2: (120 - q1 - q2 - 20) * q2, 0, 100)

    # the rival's answer is a straight line; two of its points give it
    at, to = rival(0.0), rival(60.0)

    def profit(q1: float) -> float:
        return (120 - q1 - max(0.0, at + (to - at) / 60 * q1) - 10) * q1

    q1 = best(profit, 0, 90)
    q2 = rival(q1)
    return {"q1": q1, "q2": q2, "price": 120 - q1 - q2, "profit.objective": profit(q1), "room.dual": 0.0}


def linear_bilevel() -> dict[str, float]:
    def least(x: float) -> float:
        """The least y with x + y >= 3, y <= 2 x, 2 x + y <= 12, 3 x - 2 y <= 4, y >= 0; inf where none."""
        y = max(3 - x, (3 * x - 4) / 2, 0.0)
        return y if y <= min(2 * x, 12 - 2 * x) + 1e-12 else np.inf

    grid = np.linspace(0, 6, 6001)
    x = min(grid, key=lambda v: v - 4 * least(float(v)) if np.isfinite(least(float(v))) else np.inf)
    y = least(float(x))
    # y by the right-hand side 4 of `steep`, which is y >= (3 x - 4) / 2
    slope = ((3 * x - 4.001) / 2 - (3 * x - 4) / 2) / 0.001
    return {"x": float(x), "y": y, "upper.objective": x - 4 * y, "steep.dual": slope, "least.dual": 0.0}


def peak_load_pricing() -> dict[str, float]:
    """Demand user by user, the expectation over the binomial number of high users term by term."""
    from math import comb

    weight = [comb(100, m) * 0.1**m * 0.9 ** (100 - m) for m in range(101)]

    def load(theta: float, price: float) -> float:
        return min(max(0.0, 2 * (theta - price)), 2 * theta)

    def profit(price: float) -> float:
        high, low = load(15, price), load(5, price)
        total = np.array([m * high + (100 - m) * low for m in range(101)])
        return float(np.array(weight) @ (price * total - 0.3 * total**2))

    price = best(profit, 0, 20)
    return {
        "price": price,
        "x[high]": load(15, price),
        "x[low]": load(5, price),
        "tax[high]": price * load(15, price),
        "profit.objective": profit(price),
        "flat[high].dual": 0.0,
        "x[low].reduced_cost": 5 - price,
    }


REFERENCES = {"stackelberg": stackelberg, "linear_bilevel": linear_bilevel, "peak_load_pricing": peak_load_pricing}


def test_every_model_is_known() -> None:
    assert set(NAMES) == set(STATUS) == set(REFERENCES)


@pytest.mark.parametrize("name", NAMES)
def test_literals_are_the_reference_numbers(name: str) -> None:
    text = (FOLDER / f"{name}.mdl").read_text(encoding="utf-8")
    assert text.startswith("# Source: ") and "# Derived here: " in text
    expects = equalities(text)
    assert len(expects) == count(text)
    numbers = REFERENCES[name]()
    assert {e.claim for e in expects} == set(numbers)
    for e in expects:
        assert float(e.value) == pytest.approx(numbers[e.claim], abs=2e-5), e.claim


@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_solved_and_every_expectation_holds(name: str) -> None:
    out, err, status = mdl("solve", str(FOLDER / f"{name}.mdl"), "--json")
    assert status == 0, out + err
    tasks: list[dict[str, Any]] = json.loads(out)["tasks"]
    assert all(c["verdict"] == "holds" for t in tasks for c in t["checks"])
    assert tasks[0]["status"] == STATUS[name]
    assert any("cannot do better" in c["property"] for c in tasks[0]["checks"])
    assert tasks[0]["program"]["class"] == "complementarity"
    text, _, _ = mdl("solve", str(FOLDER / f"{name}.mdl"))
    assert "optimistic" in text


def test_another_local_optimum_is_not_taken() -> None:
    """At x = 1 the linear problem has a local optimum of -7, where the sequence of nonlinear programs stops."""
    path = str(FOLDER / "linear_bilevel.mdl")
    found = {}
    for mode in ("auto", "product"):
        out, err, _ = mdl("solve", path, "upper", "--json", "--mode", mode)
        found[mode] = json.loads(out)["tasks"][0]
        assert not err
    assert found["auto"]["objective"] == pytest.approx(-12, abs=1e-6)
    assert found["product"]["status"] == "locally optimal"
    assert found["product"]["objective"] >= -12 - 1e-6


@pytest.mark.parametrize("name", NAMES)
def test_files_are_formatted(name: str) -> None:
    out, err, status = mdl("fmt", "--check", str(FOLDER / f"{name}.mdl"))
    assert status == 0, out + err


def test_latex_shows_the_followers_problem() -> None:
    out, err, status = mdl("compile", str(FOLDER / "peak_load_pricing.mdl"), "profit", "--to", "latex")
    assert status == 0 and not err
    assert r"x_{i} \in \arg\max \quad" in out and r"(\text{user})" in out and r"(\text{flat})" in out


def test_files_of_linear_solvers_are_refused() -> None:
    for target in ("lp", "mps", "nl"):
        _, err, status = mdl("compile", str(FOLDER / "linear_bilevel.mdl"), "upper", "--to", target)
        assert status == 2 and "MDL580" in err
