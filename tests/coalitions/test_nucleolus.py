"""Nucleolus and least core: Kohlberg's criterion by scipy, certificates by hand, textbook values."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mdl.coalitions.game import Game
from mdl.coalitions.nucleolus import NoImputation, Nucleolus, least_core, nucleolus, prenucleolus
from tests.coalitions import oracle

GAMES = [
    oracle.drawn(seed, players, kind)
    for seed in range(3)
    for players in (2, 3, 4, 5, 6)
    for kind in ("plain", "majority", "sums")
]


@pytest.mark.parametrize("g", GAMES)
def test_kohlberg(g: Game) -> None:
    found = prenucleolus(g)
    assert sum(found.payoff) == g.gain(g.everyone)
    assert oracle.satisfies_kohlberg(g, found.payoff)
    check_levels(g, found)


def test_kohlberg_refuses_another_payoff() -> None:
    g = oracle.drawn(1, 4, "plain")
    a, b, *rest = prenucleolus(g).payoff
    assert not oracle.satisfies_kohlberg(g, (a + Fraction(1, 7), b - Fraction(1, 7), *rest))


def check_levels(g: Game, found: Nucleolus) -> None:
    """Each level: weights of its coalitions sum to one, and cancel over the coalitions settled before."""
    settled = [g.everyone]
    for level in found.levels:
        assert sum(w for _, w in (*level.weights,)) == 1
        assert all(w > 0 for _, w in (*level.weights, *level.floors))
        total = [Fraction(0)] * g.size
        masks = [*level.weights, *((1 << k, w) for k, w in level.floors)]
        for mask, w in masks:
            for k in oracle.members(mask, g.size):
                total[k] += w
        assert rank(g.size, [*(vector(m, g.size) for m in settled), total]) == rank(
            g.size, [vector(m, g.size) for m in settled]
        )
        for mask, _ in level.weights:
            assert g.excess(mask, found.payoff) == level.excess
        outside = [
            m
            for m in range(1, g.everyone)
            if rank(g.size, [*(vector(s, g.size) for s in settled), vector(m, g.size)])
            > rank(g.size, [vector(s, g.size) for s in settled])
        ]
        assert max(g.excess(m, found.payoff) for m in outside) == level.excess
        settled += [m for m, _ in masks]
    assert rank(g.size, [vector(m, g.size) for m in settled]) == g.size


def vector(mask: int, players: int) -> list[Fraction]:
    return [Fraction(mask >> k & 1) for k in range(players)]


def rank(width: int, rows: list[list[Fraction]]) -> int:
    held = [list(r) for r in rows]
    done = 0
    for k in range(width):
        pivot = next((r for r in range(done, len(held)) if held[r][k]), None)
        if pivot is None:
            continue
        held[done], held[pivot] = held[pivot], held[done]
        for r in range(done + 1, len(held)):
            factor = held[r][k] / held[done][k]
            held[r] = [a - factor * b for a, b in zip(held[r], held[done], strict=True)]
        done += 1
    return done


@pytest.mark.parametrize("g", GAMES)
def test_least_core_is_that_of_a_float_solver(g: Game) -> None:
    found = least_core(g)
    assert float(found.levels[0].excess) == pytest.approx(oracle.least_excess(g), abs=1e-7)
    assert max(g.excess(m, found.payoff) for m in range(1, g.everyone)) == found.levels[0].excess


@pytest.mark.parametrize("g", [g for g in GAMES if g.size <= 5])
def test_nobody_has_less_than_alone_in_the_nucleolus(g: Game) -> None:
    alone = [g.gain(1 << k) for k in range(g.size)]
    if sum(alone) > g.gain(g.everyone):
        with pytest.raises(NoImputation):
            nucleolus(g)
        return
    found = nucleolus(g)
    assert sum(found.payoff) == g.gain(g.everyone)
    assert all(p >= a for p, a in zip(found.payoff, alone, strict=True))
    check_levels(g, found)


def test_a_nucleolus_that_differs_from_the_prenucleolus() -> None:
    # c is worth less with the others than alone: unbounded, it would pay for them
    g = oracle.game(3, lambda m: [0, 0, 0, 12, 0, 0, 0, 9][m])
    assert prenucleolus(g).payoff == (Fraction(21, 4), Fraction(21, 4), Fraction(-3, 2))
    assert nucleolus(g).payoff == (Fraction(9, 2), Fraction(9, 2), 0)


@pytest.mark.parametrize(
    ("estate", "shares"),
    [(100, (Fraction(100, 3),) * 3), (200, (50, 75, 75)), (300, (50, 100, 150))],
)
def test_talmud(estate: int, shares: tuple[Fraction, ...]) -> None:
    claims = (100, 200, 300)
    g = oracle.game(3, lambda m: max(0, estate - sum(c for k, c in enumerate(claims) if not m >> k & 1)))
    assert nucleolus(g).payoff == shares


def test_a_security_council() -> None:
    # 2 of 3 permanent members needed beside a majority of weight: found by symmetry, each kind alike
    g = oracle.game(5, lambda m: int((m & 3) == 3 and oracle.weight(m, (1,) * 5) >= 3))
    assert nucleolus(g).payoff == (Fraction(1, 2), Fraction(1, 2), 0, 0, 0)


def test_one_player_and_two() -> None:
    assert nucleolus(oracle.game(1, lambda m: 3 * m)).payoff == (3,)
    assert nucleolus(oracle.game(2, lambda m: [0, 1, 3, 10][m])).payoff == (4, 6)


def test_a_larger_game_with_many_ties() -> None:
    weights = (9, 8, 7, 5, 5, 4, 3, 2, 2, 1, 1)
    g = oracle.game(11, lambda m: int(oracle.weight(m, weights) >= 24))
    found = nucleolus(g)
    assert sum(found.payoff) == 1
    by_weight: dict[int, set[Fraction]] = {}
    for w, p in zip(weights, found.payoff, strict=True):
        by_weight.setdefault(w, set()).add(p)
    assert all(len(p) == 1 for p in by_weight.values())
    ordered = [next(iter(by_weight[w])) for w in sorted(by_weight)]
    assert ordered == sorted(ordered)
