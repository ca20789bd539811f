"""The peers of the benchmark of outcome rules reach one answer.  No time is asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.measure import Case, Clock
from benchmarks.rules import CASES


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_peers_reach_one_answer(case: Case, tmp_path: Path) -> None:
    case.make(tmp_path, 40)
    answers = [peer(tmp_path, Clock())() for peer in case.peers.values()]
    assert answers[0] == pytest.approx(answers[1], rel=1e-9)
    assert answers[0] == pytest.approx(answers[2], rel=1e-9)
