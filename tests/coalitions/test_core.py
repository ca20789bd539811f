"""The core against linear programs by scipy, certificates by hand, and games whose core is known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from mdl.coalitions.core import core, core_range, most_unhappy, verify_weights
from mdl.coalitions.game import Game
from mdl.coalitions.vertices import core_vertices
from tests.coalitions import oracle

GAMES = [
    oracle.drawn(seed, players, kind)
    for seed in range(3)
    for players in (2, 3, 4, 6)
    for kind in ("plain", "majority", "sums")
]


@pytest.mark.parametrize("g", GAMES)
def test_the_gap_is_that_of_a_float_solver_and_is_proved(g: Game) -> None:
    found = core(g)
    assert float(found.gap) == pytest.approx(oracle.least_total(g) - float(g.gain(g.everyone)), abs=1e-7)
    assert verify_weights(g, found.weights) == found.gap
    if found.gap <= 0:
        assert sum(found.payoff) == g.gain(g.everyone)
        assert all(g.excess(m, found.payoff) <= 0 for m in range(1, g.everyone))


@pytest.mark.parametrize("g", GAMES)
def test_ranges_are_those_of_a_float_solver(g: Game) -> None:
    if core(g).gap > 0:
        return
    for player, (low, high) in enumerate(core_range(g)):
        least, most = oracle.extreme(g, player, 1), oracle.extreme(g, player, -1)
        assert least is not None and most is not None
        assert float(low) == pytest.approx(least, abs=1e-7)
        assert float(high) == pytest.approx(-most, abs=1e-7)


@pytest.mark.parametrize("g", [g for g in GAMES if g.size <= 4])
def test_corners_are_those_of_all_intersections(g: Game) -> None:
    found = core_vertices(g)
    assert len(set(found)) == len(found)
    assert set(found) == oracle.vertices(g)
    assert bool(found) == (core(g).gap <= 0)


@pytest.mark.parametrize("seed", range(2))
def test_corners_of_a_convex_game_are_its_marginal_payoffs(seed: int) -> None:
    import itertools

    g = oracle.drawn(seed, 5, "sums")
    marginals = set()
    for order in itertools.permutations(range(5)):
        mask, payoff = 0, [Fraction(0)] * 5
        for k in order:
            payoff[k] = g.gain(mask | 1 << k) - g.gain(mask)
            mask |= 1 << k
        marginals.add(tuple(payoff))
    assert set(core_vertices(g)) == marginals  # Shapley 1971: sums of unanimity games are convex


def test_numbers_beyond_int64_are_exact() -> None:
    big = 10**30
    g = Game("v", ("a", "b", "c"), np.array([0, 0, 0, 2 * big, 0, 2 * big, 2 * big, 3 * big - 1], dtype=object), 1)
    assert core(g).gap == 1
    assert core(replace(g, scale=7)).gap == Fraction(1, 7)


def test_int64_products_do_not_wrap() -> None:
    big = 2**61
    g = oracle.game(3, lambda m: [0, 0, 0, 2, 0, 2, 2, 3][m] * (big // 4) - (m == 7))
    assert core(g).gap == 1


def test_one_player() -> None:
    g = oracle.game(1, lambda m: 5 * m)
    assert core(g).gap == 0 and core(g).payoff == (5,)
    assert core_range(g) == [(5, 5)]


def test_the_most_unhappy_coalition() -> None:
    g = oracle.game(3, lambda m: [0, 0, 0, 4, 0, 6, 5, 9][m])
    payoff = (Fraction(1), Fraction(3), Fraction(5))
    assert most_unhappy(g, payoff) == (3, 0)
    assert most_unhappy(g, (Fraction(1, 3), Fraction(8, 3), Fraction(6))) == (3, 1)


def test_weights_that_are_not_balanced_are_refused() -> None:
    g = oracle.game(2, lambda m: m)
    with pytest.raises(ValueError, match="p1 has weight 0"):
        verify_weights(g, [(1, Fraction(1))])
    with pytest.raises(ValueError, match="negative"):
        verify_weights(g, [(1, Fraction(2)), (2, Fraction(1)), (1, Fraction(-1))])
