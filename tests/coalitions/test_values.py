"""Values and shapes against all orders and all pairs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.coalitions.game import Game, of_numbers
from mdl.coalitions.shape import convex, superadditive
from mdl.coalitions.values import banzhaf, shapley
from tests.coalitions import oracle

GAMES = [
    oracle.drawn(seed, players, kind)
    for seed in range(3)
    for players in (1, 2, 4, 6)
    for kind in ("plain", "majority", "sums")
]


@pytest.mark.parametrize("g", GAMES)
def test_values(g: Game) -> None:
    assert list(shapley(g)) == oracle.shapley(g)
    assert list(banzhaf(g)) == oracle.banzhaf(g)


@pytest.mark.parametrize("g", GAMES)
def test_shapes(g: Game) -> None:
    broken = convex(g)
    assert (broken is None) == oracle.convex(g)
    if broken is not None:
        s, t = broken.first, broken.second
        assert g.gain(s) + g.gain(t) - g.gain(s | t) - g.gain(s & t) == broken.violation > 0
    apart = superadditive(g)
    assert (apart is None) == oracle.superadditive(g)
    if apart is not None:
        s, t = apart.first, apart.second
        assert not s & t
        assert g.gain(s) + g.gain(t) - g.gain(s | t) == apart.violation > 0


def test_superadditivity_beyond_one_block_of_players() -> None:
    # 13 players; only {p0, p12} with {p1, p11} loses
    bad = (1 | 1 << 12) | (2 | 1 << 11)

    def gain(mask: int) -> int:
        return bin(mask).count("1") - (5 if mask == bad else 0)

    broken = superadditive(oracle.game(13, gain))
    assert broken is not None and broken.violation == 5 and broken.first | broken.second == bad


def test_large_worths_are_summed_exactly() -> None:
    big = 2**61 - 1
    g = oracle.game(4, lambda m: big * (m == 15) - big * (m == 7))
    assert list(shapley(g)) == oracle.shapley(g)
    wide = Game("v", g.players, g.gains.astype(object) * 10**20, 3)
    assert list(shapley(wide)) == oracle.shapley(wide)
    assert list(banzhaf(wide)) == oracle.banzhaf(wide)


def test_worths_that_are_no_rationals_are_rounded_and_say_so() -> None:
    g = of_numbers("v", ("a", "b"), Numbers.inexact([0.0, 1 / 3, 2e-13, 1.0]))
    assert not g.exact and 0 < g.tolerance <= Fraction(1, 10**8)
    assert float(g.gain(1)) == pytest.approx(1 / 3, rel=1e-11)
    exact = of_numbers(
        "c", ("a", "b"), Numbers.of([Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(1)]), cost=True
    )
    assert exact.exact and exact.worth(1) == Fraction(1, 3) and exact.gain(1) == -Fraction(1, 3)
    tiny = of_numbers("v", ("a",), Numbers.inexact(np.array([0.0, 1e-30])))
    assert float(tiny.gain(1)) == pytest.approx(1e-30, rel=1e-11)
    huge = of_numbers("v", ("a",), Numbers.inexact(np.array([0.0, 1e30])))
    assert float(huge.gain(1)) == pytest.approx(1e30, rel=1e-11)
