"""MDL and coopgame-py reach one answer on the games of the benchmark.  No time is asserted."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from benchmarks import coalitions
from benchmarks.measure import Case, Clock

GAMES = [case for case in coalitions.CASES if case.name != "assignment_core"]
MARKET = next(case for case in coalitions.CASES if case.name == "assignment_core")


def answer(case: Case, peer: str, folder: Path) -> list[float]:
    found: Any = case.peers[peer](folder, Clock())()
    return [v for v in found if isinstance(v, int | float)]


@pytest.mark.skipif(find_spec("coopgame") is None, reason="coopgame-py is not installed")
@pytest.mark.parametrize("case", GAMES, ids=[case.name for case in GAMES])
def test_games(case: Case, tmp_path: Path) -> None:
    case.make(tmp_path, 7)
    assert answer(case, "mdl", tmp_path) == pytest.approx(answer(case, case.against, tmp_path), abs=1e-6)


@pytest.mark.parametrize("case", GAMES, ids=[case.name for case in GAMES])
def test_the_games_have_answers(case: Case, tmp_path: Path) -> None:
    case.make(tmp_path, 6)
    found = answer(case, "mdl", tmp_path)
    if case.name == "core":
        assert found == [1.0]
    else:
        assert sum(found) == pytest.approx(1030)


def test_markets(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    MARKET.make(tmp_path, 10)
    assert answer(MARKET, "mdl", tmp_path) == pytest.approx(answer(MARKET, "scipy_assignment", tmp_path))
