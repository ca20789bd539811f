"""The benchmarks do the work they say: all peers that are installed reach one answer.  No time is asserted."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from benchmarks import num, startup, transport
from benchmarks.measure import Case, Clock, work
from benchmarks.table import table

NEEDS = {"linopy": ("linopy",), "cvxpy_clarabel": ("cvxpy", "clarabel"), "casadi_ipopt": ("casadi",)}
NEEDS["pyomo_appsi"] = ("pyomo",)
SMALL = [(case, peer) for case in (transport.CASE, num.CASE) for peer in case.peers]


def answer(case: Case, peer: str, folder: Path) -> list[float]:
    clock = Clock()
    case.make(folder, case.sizes[0])
    found: Any = case.peers[peer](folder, clock)()
    assert clock.wall.keys() == clock.cpu.keys()
    assert work({"wall": clock.wall, "cpu": clock.cpu}) > 0
    return [v for v in found if isinstance(v, int | float)]


@pytest.mark.parametrize(("case", "peer"), SMALL, ids=[f"{c.name}-{p}" for c, p in SMALL])
def test_peers_reach_one_answer(case: Case, peer: str, tmp_path: Path) -> None:
    missing = [name for name in NEEDS.get(peer, ()) if find_spec(name) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")
    expected = {"transport": [150, 5000, 10_000, 1392.3566], "num": [47.50432]}
    assert answer(case, peer, tmp_path) == pytest.approx(expected[case.name], rel=1e-5)


def test_the_whole_process_runs(tmp_path: Path) -> None:
    for name, peer in startup.CASE.peers.items():
        assert peer(tmp_path, Clock())() == 0, name


def test_tables_give_ratios_and_tell_disagreement() -> None:
    def sample(seconds: float, answer: float) -> dict[str, Any]:
        spent = {"import": 9.0, "build": seconds}
        return {"wall": spent, "cpu": spent, "peak": 2**20, "grown": 2**20, "process": 1.0, "answer": ["ok", answer]}

    samples = {"mdl": [sample(3.0, 7.0)], "numpy": [sample(2.0, 7.0)], "linopy": [{"skip": "not there"}]}
    text = table(transport.CASE, 10_000, samples)
    assert "| mdl | 1 | 3.0000 | 1.50 |" in text
    assert "| linopy | 0 | not there |" in text
    assert "Answers agree: [7.0]" in text
    samples["mdl"] = [sample(3.0, 7.1)]
    assert "Answers differ" in table(transport.CASE, 10_000, samples)
