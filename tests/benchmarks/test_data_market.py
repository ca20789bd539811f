"""The boundary of the data market against algorithm 1 of the paper, step by step in floats."""

from __future__ import annotations

from fractions import Fraction

import pytest

from benchmarks.data_market import powers, refutation, solve


def slow_boundary(alpha: float, most: int) -> int:
    """The largest D for which no profile has a negative sum: multi_party_learning.txt, appendix A.1."""

    def value(i: int, own: int, reports: tuple[int, int], truth: tuple[int, int]) -> float:
        quality = [max(sum(reports), t) for t in truth]
        total = sum(quality)
        return total**alpha * quality[i] if total else 0.0

    paid: dict[tuple[int, int], float] = {}
    for other in range(most + 1):
        for own in range(most + 1):
            truth = (own, other)
            mine = value(0, own, truth, truth)
            alone = (own + other) ** alpha * own if own + other else 0.0
            best = mine - alone
            for lie in range(own):
                best = min(best, paid[lie, other] + mine - value(0, own, (lie, other), truth))
            paid[truth] = best
    bad = [max(i, j) for i in range(most + 1) for j in range(most + 1) if paid[i, j] + paid[j, i] < 0]
    return min(bad) - 1


@pytest.mark.parametrize("alpha", ["-0.9", "-0.8", "-0.75", "-0.7"])
def test_the_boundary(alpha: str) -> None:
    wanted = slow_boundary(float(alpha), 45)
    found = solve(Fraction(alpha), 64)
    assert found is not None and found.largest == wanted
    assert max(found.profile) == wanted + 1 and found.gap < 0


def test_the_path_that_proves_it() -> None:
    """Sizes are shown step by step: each holds the next, from the smallest on."""
    paths, gap = refutation(powers(Fraction("-0.68"), 1024), (0, 216))
    assert paths == ([0], [1, 2, 4, 7, 12, 21, 38, 68, 121, 216])
    assert abs(gap + 9.7286e-05) < 1e-8


def test_nothing_is_claimed_up_to_a_limit() -> None:
    assert solve(Fraction("-0.7"), 32) is None
