"""The corners of the core, by double description (Motzkin et al. 1953) in rationals.

It starts from the imputations, whose corners give the whole surplus to one player, and cuts with one
coalition after the other: corners on the wrong side go, and each edge that is cut leaves a new one.
"""

from __future__ import annotations

import numpy as np

from mdl.coalitions.core import Payoff
from mdl.coalitions.game import Game

MOST_PLAYERS = 7
"""A convex game of n players may have n! corners."""


def core_vertices(game: Game) -> list[Payoff]:
    """All corners, in lexicographic order of gains; empty where the core is."""
    n = game.size
    alone = [game.gain(1 << k) for k in range(n)]
    surplus = game.gain(game.everyone) - sum(alone)
    if surplus < 0:
        return []
    if surplus == 0:
        corners = {tuple(alone): 0}
    else:
        corners = {tuple(a + surplus * (j == k) for j, a in enumerate(alone)): 0 for k in range(n)}
    points = list(corners)
    masks = [m for m in range(1, game.everyone) if m & (m - 1)]
    masks.sort(key=lambda m: -game.excess(m, [sum(c) / len(points) for c in zip(*points, strict=True)]))
    cuts = [1 << k for k in range(n)]
    for mask in masks:
        points = _cut(game, points, cuts, mask)
        cuts.append(mask)
        if not points:
            return []
    return sorted(points)


def _cut(game: Game, points: list[Payoff], cuts: list[int], mask: int) -> list[Payoff]:
    excess = [game.excess(mask, p) for p in points]
    if all(e <= 0 for e in excess):
        return points
    kept = [p for p, e in zip(points, excess, strict=True) if e <= 0]
    inside = [k for k, e in enumerate(excess) if e < 0]
    outside = [k for k, e in enumerate(excess) if e > 0]
    tight = np.array([[game.excess(m, p) == 0 for m in cuts] for p in points])
    made = set(kept)
    for a in inside:
        shared = tight[a] & tight[outside]
        for b, common in zip(outside, shared, strict=True):
            if common.sum() >= game.size - 2 and int(tight[:, common].all(axis=1).sum()) == 2:
                share = excess[b] / (excess[b] - excess[a])
                made.add(tuple(y + share * (x - y) for x, y in zip(points[a], points[b], strict=True)))
    return list(made)
