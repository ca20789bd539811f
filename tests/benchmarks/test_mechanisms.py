"""MDL and mechaudit look at the same comparisons of the benchmark's auctions and agree.  No time is asserted."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from benchmarks import mechanisms
from benchmarks.measure import Clock

PEERS = ["mdl", "mdl_table", "mechaudit"]


def answer(peer: str, folder: Path) -> list[float]:
    if peer == "mechaudit" and find_spec("mechaudit") is None:
        pytest.skip("mechaudit is not installed")
    found: Any = mechanisms.CASES[0].peers[peer](folder, Clock())()
    return [v for v in found if isinstance(v, int | float)]


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize(("bidders", "values"), [(2, 4), (3, 3)])
def test_second_price(peer: str, bidders: int, values: int, tmp_path: Path) -> None:
    """Truth is dominant and nobody loses; every (type, lie, others) and (type, others) is looked at."""
    mechanisms.make_audit(tmp_path, bidders, values)
    others = values ** (bidders - 1)
    counts = [bidders * values * (values - 1) * others, bidders * values * others]
    assert answer(peer, tmp_path) == [0, 0, *counts]


@pytest.mark.parametrize("peer", PEERS)
def test_first_price(peer: str, tmp_path: Path) -> None:
    """The highest value, 5, wins against 1 by bidding 1 too (the first bidder wins ties) and gains 4."""
    mechanisms.make_audit(tmp_path, 2, 5, "pay_as_bid")
    assert answer(peer, tmp_path) == [4, 0, 2 * 5 * 4 * 5, 50]
