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
    if gains.dtype == object or largest(gains) >= 2**62:
        return _table(n, gains.astype(object))
    high, low = gains >> HALF, gains & (2**HALF - 1)
    if not high.any():
        return _table(n, low)
    (a, b), (c, d) = _table(n, high), _table(n, low)
    return (
        [[(x << HALF) + y for x, y in zip(p, q, strict=True)] for p, q in zip(a, c, strict=True)],
        [(x << HALF) + y for x, y in zip(b, d, strict=True)],
    )


def _table(n: int, gains: IntArray) -> tuple[list[list[int]], list[int]]:
    """As `_sums`, for numbers whose sum over all coalitions fits their type."""
    count = sizes(n)
    order = np.argsort(count, kind="stable")
    ordered = gains[order]
    starts = np.concatenate(([0], np.cumsum([comb(n, s) for s in range(n + 1)])))[:-1]
    whole = np.add.reduceat(ordered, starts)
    mine = [[int(v) for v in np.add.reduceat(np.where((order >> k) & 1, ordered, 0), starts)] for k in range(n)]
    return mine, [int(v) for v in whole]
