"""Values of a game: Shapley (1953) and Banzhaf (1965), exact, from sums over coalitions of each size."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np

from mdl.coalitions.core import Payoff
from mdl.coalitions.game import Game, IntArray, largest, sizes

HALF = 31
"""Bits of the lower part of gains whose sums would not fit int64."""


def shapley(game: Game) -> Payoff:
    """Each player's expected marginal gain in a random order."""
    n = game.size
    with_player, all_of = _sums(game)
    out = []
    for k in range(n):
        total = Fraction(0)
        for s in range(1, n + 1):  # joins coalitions of s - 1 others; each size has weight 1 / n
            total += Fraction(with_player[k][s] - (all_of[s - 1] - with_player[k][s - 1]), n * comb(n - 1, s - 1))
        out.append(total / game.scale)
    return tuple(out)


def banzhaf(game: Game) -> Payoff:
    """Each player's mean marginal gain over all coalitions of the others."""
    with_player, all_of = _sums(game)
    whole = sum(all_of)
    return tuple(Fraction(2 * sum(mine) - whole, game.scale * 2 ** (game.size - 1)) for mine in with_player)


def _sums(game: Game) -> tuple[list[list[int]], list[int]]:
    """Gains summed over coalitions by size: over those with each player, (n, n + 1), and over all, (n + 1,)."""
    n, gains = game.size, game.gains
    if gains.dtype == object or n > HALF:
        return _table(n, gains.astype(object))
    if largest(gains) << n < 2**62:
        return _table(n, gains)
    (mine, whole), (upper, above) = _table(n, gains & (2**HALF - 1)), _table(n, gains >> HALF)
    return (
        [[(x << HALF) + y for x, y in zip(p, q, strict=True)] for p, q in zip(upper, mine, strict=True)],
        [(x << HALF) + y for x, y in zip(above, whole, strict=True)],
    )


def _table(n: int, gains: IntArray) -> tuple[list[list[int]], list[int]]:
    """As `_sums`, for integers whose sum over all coalitions fits their type.

    A coalition is a pair of its members among the first and among the last players, so that the gains are a
    matrix; it is summed over one side by size, and then over the other by size and player.
    """
    low = n // 2
    high = n - low
    matrix = gains.reshape(1 << high, 1 << low)
    over_high = _by_size(matrix, high)
    over_low = _by_size(np.ascontiguousarray(matrix.T), low)
    whole = _diagonals(_by_size(np.ascontiguousarray(over_high.T), low), n)
    mine = [_diagonals(_by_size(over_high.T * _with(low, k), low), n) for k in range(low)]
    mine += [_diagonals(_by_size(over_low.T * _with(high, k), high), n) for k in range(high)]
    return mine, whole


def _by_size(matrix: IntArray, players: int) -> IntArray:
    """Rows (coalitions of some players) summed by size, shape (players + 1, columns)."""
    order = np.argsort(sizes(players), kind="stable")
    starts = np.concatenate(([0], np.cumsum([comb(players, s) for s in range(players)]))).astype(np.int64)
    return np.add.reduceat(matrix[order], starts, axis=0)


def _with(players: int, player: int) -> IntArray:
    """Marks the coalitions with a player, as a column."""
    return ((np.arange(1 << players) >> player) & 1)[:, None]


def _diagonals(table: IntArray, n: int) -> list[int]:
    """Entries of sizes a and b summed to those of size a + b."""
    out = [0] * (n + 1)
    for a in range(table.shape[0]):
        for b in range(table.shape[1]):
            out[a + b] += int(table[a, b])
    return out
