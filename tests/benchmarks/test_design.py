"""Peers of the design benchmarks state one program and find one revenue.  No time is asserted."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from benchmarks import design
from benchmarks.measure import Clock

CASES = {case.name: case for case in design.CASES}


@pytest.mark.parametrize("outcome", ["welfare", "free"])
def test_both_incentive_programs_are_one(outcome: str, tmp_path: Path) -> None:
    design.make(tmp_path, 2, 4, outcome)
    mine, theirs = (design.CASES[0].peers[peer](tmp_path, Clock())() for peer in ("mdl", "numpy"))
    assert mine == pytest.approx(theirs)
    lies, cases = 2 * 4 * 4 * 3, 16
    assert mine[0] == lies + 2 * cases + (cases if outcome == "free" else 0)


@pytest.mark.parametrize("peer", ["mdl", "mdl_full", "mechaudit"])
@pytest.mark.parametrize(("bidders", "values"), [(2, 4), (3, 3)])
def test_revenue_is_the_expected_virtual_value(peer: str, bidders: int, values: int, tmp_path: Path) -> None:
    """Uniform on 1..n: the virtual value of v is v - (n - v) = 2v - n, and Myerson sells to the largest above 0."""
    if peer == "mechaudit" and find_spec("mechaudit") is None:
        pytest.skip("mechaudit is not installed")
    design.make(tmp_path, bidders, values, "free")
    case = CASES[f"revenue_{bidders}_bidders"]
    found: Any = case.peers[peer](tmp_path, Clock())()
    profiles = list(product(range(1, values + 1), repeat=bidders))
    best = sum(max(0, 2 * max(profile) - values) for profile in profiles) / len(profiles)
    assert found[-1] == pytest.approx(best, abs=1e-9)
