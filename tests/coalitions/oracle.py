"""Answers by brute force, in rationals or by scipy: nothing of mdl.coalitions is used but the Game itself."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog

from mdl.coalitions.game import Game


def game(players: int, gain: Callable[[int], int], scale: int = 1) -> Game:
    gains = np.array([gain(mask) for mask in range(1 << players)], dtype=np.int64)
    return Game("v", tuple(f"p{k}" for k in range(players)), gains, scale)


def drawn(seed: int, players: int, kind: str) -> Game:
    """Random games: plain, sums of unanimity games with ties (`steps`), weighted majority, or cost-like."""
    chance = np.random.default_rng(seed)
    if kind == "plain":
        gains = chance.integers(-20, 100, 1 << players)
    elif kind == "majority":
        weights = chance.integers(1, 6, players)
        quota = int(weights.sum()) // 2 + 1
        gains = np.array([int(weight(m, weights) >= quota) for m in range(1 << players)])
    else:
        gains = np.zeros(1 << players, dtype=np.int64)
        for mask in chance.integers(1, 1 << players, 3 * players):
            inside = np.array([m & mask == mask for m in range(1 << players)])
            gains = gains + inside * int(chance.integers(1, 4))
    gains[0] = 0
    return Game("v", tuple(range(players)), gains.astype(np.int64), int(chance.integers(1, 4)))


def weight(mask: int, weights: Sequence[int]) -> int:
    return int(sum(w for k, w in enumerate(weights) if mask >> k & 1))


def members(mask: int, players: int) -> list[int]:
    return [k for k in range(players) if mask >> k & 1]


def shapley(g: Game) -> list[Fraction]:
    """By all orders."""
    n = g.size
    total = [Fraction(0)] * n
    for order in itertools.permutations(range(n)):
        mask = 0
        for k in order:
            total[k] += g.gain(mask | 1 << k) - g.gain(mask)
            mask |= 1 << k
    return [t / math.factorial(n) for t in total]


def banzhaf(g: Game) -> list[Fraction]:
    n = g.size
    return [
        sum((g.gain(m | 1 << k) - g.gain(m) for m in range(1 << n) if not m >> k & 1), Fraction(0)) / 2 ** (n - 1)
        for k in range(n)
    ]


def rows(g: Game) -> tuple[np.ndarray, np.ndarray]:
    """Memberships and gains of the proper coalitions."""
    n = g.size
    masks = np.arange(1, g.everyone)
    return ((masks[:, None] >> np.arange(n)) & 1).astype(float), np.array([float(g.gain(int(m))) for m in masks])


def least_total(g: Game) -> float:
    """The cheapest payoff that satisfies every proper coalition."""
    a, b = rows(g)
    found = linprog(np.ones(g.size), A_ub=-a, b_ub=-b, bounds=[(None, None)] * g.size)
    assert found.status == 0
    return float(found.fun)


def least_excess(g: Game) -> float:
    a, b = rows(g)
    n = g.size
    found = linprog(
        [0.0] * n + [1.0],
        A_ub=np.hstack((-a, -np.ones((len(a), 1)))),
        b_ub=-b,
        A_eq=[[1.0] * n + [0.0]],
        b_eq=[float(g.gain(g.everyone))],
        bounds=[(None, None)] * (n + 1),
    )
    assert found.status == 0
    return float(found.fun)


def extreme(g: Game, player: int, sign: int) -> float | None:
    """The least payoff of a player in the core (times sign); None where the core is empty."""
    a, b = rows(g)
    cost = np.zeros(g.size)
    cost[player] = sign
    found = linprog(
        cost,
        A_ub=-a,
        b_ub=-b,
        A_eq=[[1.0] * g.size],
        b_eq=[float(g.gain(g.everyone))],
        bounds=[(None, None)] * g.size,
    )
    return float(found.fun) if found.status == 0 else None


def satisfies_kohlberg(g: Game, payoff: Sequence[Fraction]) -> bool:
    """For every excess, the coalitions of at least that excess are balanced: positive weights for all of them."""
    n = g.size
    excess = {m: g.excess(m, payoff) for m in range(1, g.everyone)}
    chosen: list[int] = []
    for level in sorted(set(excess.values()), reverse=True):
        chosen += [m for m, e in excess.items() if e == level]
        a = np.array([[m >> k & 1 for m in chosen] for k in range(n)], dtype=float)
        # the largest t with weights of at least t each that sum to one (times any positive number) for every player
        found = linprog(
            [0.0] * len(chosen) + [0.0, -1.0],
            A_ub=np.hstack((-np.eye(len(chosen)), np.zeros((len(chosen), 1)), np.ones((len(chosen), 1)))),
            b_ub=np.zeros(len(chosen)),
            A_eq=np.hstack((a, -np.ones((n, 1)), np.zeros((n, 1)))),
            b_eq=np.zeros(n),
            bounds=[(0, 1)] * len(chosen) + [(0, None), (None, 1)],
        )
        assert found.status == 0
        if -found.fun < 1e-9:
            return False
        if np.linalg.matrix_rank(a) == n:
            return True
    return True


def convex(g: Game) -> bool:
    return all(
        g.gain(s | t) + g.gain(s & t) >= g.gain(s) + g.gain(t) for s in range(1 << g.size) for t in range(1 << g.size)
    )


def superadditive(g: Game) -> bool:
    return all(
        g.gain(s | t) >= g.gain(s) + g.gain(t) for s in range(1 << g.size) for t in range(1 << g.size) if not s & t
    )


def vertices(g: Game) -> set[tuple[Fraction, ...]]:
    """Every choice of n - 1 coalitions that, with everyone, fixes a payoff within the core."""
    n = g.size
    found: set[tuple[Fraction, ...]] = set()
    for chosen in itertools.combinations(range(1, g.everyone), n - 1):
        point = solve([[Fraction(m >> k & 1) for k in range(n)] + [g.gain(m)] for m in (*chosen, g.everyone)])
        if point is not None and all(g.excess(m, point) <= 0 for m in range(1, g.everyone)):
            found.add(tuple(point))
    return found


def solve(matrix: list[list[Fraction]]) -> list[Fraction] | None:
    """Gauss and Jordan; None where singular."""
    n = len(matrix)
    for k in range(n):
        pivot = next((r for r in range(k, n) if matrix[r][k]), None)
        if pivot is None:
            return None
        matrix[k], matrix[pivot] = matrix[pivot], matrix[k]
        matrix[k] = [v / matrix[k][k] for v in matrix[k]]
        for r in range(n):
            if r != k and matrix[r][k]:
                matrix[r] = [a - matrix[r][k] * b for a, b in zip(matrix[r], matrix[k], strict=True)]
    return [row[n] for row in matrix]
