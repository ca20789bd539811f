"""Values of a game: Shapley (1953) and Banzhaf (1965), exact, from sums over coalitions of each size."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np

from mdl.coalitions.core import Payoff
from mdl.coalitions.game import Game, IntArray, largest, sizes

HALF = 31


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
    if gains.dtype == object or largest(gains) >= 2**62 or n > 20:
        return _table(n, gains.astype(object), object)
    high, low = gains >> HALF, gains & (2**HALF - 1)
    found = _table(n, low.astype(np.float64), np.float64)
    if not high.any():
        return found
    (mine, whole), (upper, above) = found, _table(n, high.astype(np.float64), np.float64)
    return (
        [[(x << HALF) + y for x, y in zip(p, q, strict=True)] for p, q in zip(upper, mine, strict=True)],
        [(x << HALF) + y for x, y in zip(above, whole, strict=True)],
    )


def _table(n: int, gains: IntArray, kind: type) -> tuple[list[list[int]], list[int]]:
    """As `_sums`, for integers whose sums are exact in `kind`: 31 bits and 20 players make 51 bits.

    A coalition is a pair of its members among the first and the last players, so that the gains are a matrix;
    sums over one side by size, then over the other by size and player, are products of small matrices.
    """
    low = n // 2
    high = n - low
    matrix = gains.reshape(1 << high, 1 << low)
    lows, highs = _by_size(low, kind), _by_size(high, kind)
    over_high, over_low = highs @ matrix, matrix @ lows.T
    whole = _diagonals(over_high @ lows.T, n)
    mine = [_diagonals(over_high @ (lows * _with(low, k, kind)).T, n) for k in range(low)]
    mine += [_diagonals((highs * _with(high, k, kind)) @ over_low, n) for k in range(high)]
    return mine, whole


def _by_size(players: int, kind: type) -> IntArray:
    """Row s marks the coalitions of s players, shape (players + 1, 2**players)."""
    return (np.arange(players + 1)[:, None] == sizes(players)[None, :]).astype(kind)


def _with(players: int, player: int, kind: type) -> IntArray:
    """Marks the coalitions with a player."""
    return ((np.arange(1 << players) >> player) & 1).astype(kind)


def _diagonals(table: IntArray, n: int) -> list[int]:
    """Entries of sizes a and b summed to those of size a + b."""
    out = [0] * (n + 1)
    for a in range(table.shape[0]):
        for b in range(table.shape[1]):
            out[a + b] += int(table[a, b])
    return out
