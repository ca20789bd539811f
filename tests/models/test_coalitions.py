"""The models of coalitional games: expectations, numbers found another way, and every type profile."""

from __future__ import annotations

import itertools
import json
import re
from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from tests.coalitions import oracle
from tests.models.expects import count, equalities
from tests.models.reference import MODELS
from tests.models.test_models import mdl

FILES = sorted((MODELS / "coalitions").glob("*.mdl"))
LISTED = {
    "talmud", "glove", "majority", "airport", "tennessee", "hair",
    "linear_production", "market", "procurement", "producers",
}  # fmt: skip


def tasks(name: str, *words: str) -> list[dict[str, Any]]:
    out, err, status = mdl("solve", str(MODELS / "coalitions" / f"{name}.mdl"), "--json", *words)
    assert status in (0, 1), out + err
    found: list[dict[str, Any]] = json.loads(out)["tasks"]
    return found


def test_every_model_is_there() -> None:
    assert {p.stem for p in FILES} >= LISTED


@pytest.mark.parametrize("path", [p for p in FILES if p.stem in LISTED], ids=lambda p: p.stem)
def test_a_model_says_where_it_is_from_and_holds(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# Source: ") and "# Derived here: " in text
    assert all(e.why for e in equalities(text))
    claims = [c for t in tasks(path.stem) if t["kind"] == "expect" for c in t["checks"]]
    assert len(claims) == count(text) and all(c["verdict"] == "holds" for c in claims)
    out, err, status = mdl("fmt", "--check", str(path))
    assert status == 0, out + err


def test_airport_by_orders() -> None:
    runway = (12, 18, 30, 45)
    g = oracle.game(4, lambda m: -max((c for k, c in enumerate(runway) if m >> k & 1), default=0))
    assert [-x for x in oracle.shapley(g)] == [3, 5, 11, 26]
    assert oracle.satisfies_kohlberg(g, [Fraction(-x) for x in (6, 6, 9, 24)])


def test_tennessee_by_orders() -> None:
    cost = {0: 0, 1: 163520, 2: 140826, 4: 250096, 3: 301607, 5: 378821, 6: 367370, 7: 412584}
    g = oracle.game(3, lambda m: -cost[m])
    assert [-x for x in oracle.shapley(g)] == [117829, Fraction(201513, 2), Fraction(387997, 2)]
    found = next(t for t in tasks("tennessee") if t["task"] == "find nucleolus of c")
    payoff = [-Fraction(x) for _, x in found["values"]["nucleolus"]]
    assert payoff == [-116234, -93540, -202810] and oracle.satisfies_kohlberg(g, payoff)


def test_market_by_assignments() -> None:
    worth = np.array([[5, 8, 2], [7, 9, 6], [2, 3, 0]])

    def gain(mask: int) -> int:
        owners, buyers = oracle.members(mask & 7, 3), oracle.members(mask >> 3, 3)
        part = worth[np.ix_(owners, buyers)]
        return int(part[linear_sum_assignment(-part)].sum()) if part.size else 0

    g = oracle.game(6, gain)
    found = next(t for t in tasks("market") if t["task"] == "find nucleolus of v")
    assert found["checks"][0]["level"] == "exact"
    payoff = [Fraction(x).limit_denominator(1000) for _, x in found["values"]["nucleolus"]]
    assert sum(payoff) == g.gain(g.everyone) == 16
    assert oracle.satisfies_kohlberg(g, payoff)


def surplus(inside: set[str], cost: dict[str, int]) -> int:
    """Units go the cheapest way: 2 through each of mine and smelter, 3 through the press, 3 wanted."""
    if not {"plant", "press"} <= inside:
        return 0
    left, total = 3, 0
    for first in sorted({"mine", "smelter"} & inside, key=lambda e: cost[e]):
        units = min(2, left)
        total += units * (19 - cost[first] - cost["press"])
        left -= units
    return total


@pytest.mark.parametrize("profile", list(itertools.product((2, 5), repeat=3)))
def test_procurement_at_every_type_profile(profile: tuple[int, ...], tmp_path: Path) -> None:
    cost = dict(zip(("mine", "smelter", "press"), profile, strict=True))
    names = ("plant", "mine", "smelter", "press")
    g = oracle.game(4, lambda m: surplus({p for k, p in enumerate(names) if m >> k & 1}, cost))
    text = (MODELS / "coalitions" / "procurement.mdl").read_text("utf-8")
    (tmp_path / "p.mdl").write_text(re.sub(r"expect [^;]*;", "", text), encoding="utf-8")
    (tmp_path / "types.json").write_text(json.dumps({"cost": cost}))
    out, err, status = mdl("solve", str(tmp_path / "p.mdl"), "--json", "--data", str(tmp_path / "types.json"))
    assert status == 0, out + err
    core, ranges, nucleolus = json.loads(out)["tasks"]
    assert core["checks"][0]["verdict"] == "holds" and core["checks"][0]["level"] == "exact"
    low = dict(ranges["values"]["core_min"])
    high = dict(ranges["values"]["core_max"])
    for k, name in enumerate(names):
        least, most = oracle.extreme(g, k, 1), oracle.extreme(g, k, -1)
        assert least is not None and most is not None
        assert (low[name], high[name]) == (pytest.approx(least), pytest.approx(-most))
    payoff = [Fraction(x).limit_denominator(1000) for _, x in nucleolus["values"]["nucleolus"]]
    assert oracle.satisfies_kohlberg(g, payoff)


def test_producers_in_closed_form() -> None:
    capacity, cost = (1, 2, 1), (0.25, 0.5, 0.75)

    def worth(inside: list[int]) -> float:
        best = 0.0
        total = spent = 0.0
        for k in sorted(inside, key=lambda j: cost[j]):
            wanted = (1.5 * sqrt(3) / (2 * cost[k])) ** 2  # where one more unit brings what it costs
            used = max(0.0, min(capacity[k], wanted - total))
            total, spent = total + used, spent + cost[k] * used
            best = 1.5 * sqrt(3 * total) - spent
        return best

    shapley = [0.0] * 3
    for order in itertools.permutations(range(3)):
        for at, k in enumerate(order):
            shapley[k] += (worth(list(order[: at + 1])) - worth(list(order[:at]))) / 6
    found = next(t for t in tasks("producers") if t["task"] == "find shapley of v")
    assert [x for _, x in found["values"]["shapley"]] == pytest.approx(shapley, abs=1e-5)
