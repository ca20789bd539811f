"""Properties of a game's shape, with the coalitions that break them most."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np

from mdl.coalitions.game import Game, IntArray

BLOCK = 11
"""Pairs of disjoint coalitions are made for this many players at once: 3**11 = 177,147 of them."""


@dataclass(slots=True, frozen=True, eq=False)
class Break:
    """Coalitions whose union gains too little: by `violation`, positive, in the units of the file."""

    first: int
    second: int
    violation: Fraction


def convex(game: Game) -> Break | None:
    """gain(S + i + j) + gain(S) >= gain(S + i) + gain(S + j) for all; the worst where it fails (Shapley 1971)."""
    worst, at = 0, (0, 0)
    gains = _wide(game.gains, 4)
    n = game.size
    for i, j in combinations(range(n), 2):
        cube = gains.reshape(1 << (n - 1 - j), 2, 1 << (j - 1 - i), 2, 1 << i)
        slack = cube[:, 1, :, 1] + cube[:, 0, :, 0] - cube[:, 1, :, 0] - cube[:, 0, :, 1]
        k = int(slack.argmin())
        least = int(slack.reshape(-1)[k])
        if least < worst:
            a, b, c = np.unravel_index(k, slack.shape)
            base = (int(a) << (j + 1)) | (int(b) << (i + 1)) | int(c)
            worst, at = least, (base | 1 << i, base | 1 << j)
    return Break(*at, Fraction(-worst, game.scale)) if worst else None


def superadditive(game: Game) -> Break | None:
    """gain(S | T) >= gain(S) + gain(T) for disjoint S, T; the worst pair where it fails."""
    if convex(game) is None:
        return None
    gains = _wide(game.gains, 3)
    low = min(game.size, BLOCK)
    first, second = _disjoint(low)
    both = first | second
    worst, at = 0, (0, 0)
    for above, beside in _pairs(game.size - low):
        s, t = above << low, beside << low
        slack = gains[(s | t) + both] - gains[s + first] - gains[t + second]
        k = int(slack.argmin())
        if int(slack[k]) < worst:
            worst, at = int(slack[k]), (s + int(first[k]), t + int(second[k]))
    return Break(*at, Fraction(-worst, game.scale)) if worst else None


def _wide(gains: IntArray, terms: int) -> IntArray:
    """Integers of which this many can be added."""
    if gains.dtype == object or max(int(gains.max()), -int(gains.min())) * terms < 2**62:
        return gains
    return gains.astype(object)


def _disjoint(players: int) -> tuple[IntArray, IntArray]:
    """All pairs of disjoint coalitions, shape (3**players,)."""
    first, second = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    for k in range(players):
        bit = 1 << k
        first, second = np.concatenate((first, first | bit, first)), np.concatenate((second, second, second | bit))
    return first, second


def _pairs(players: int) -> list[tuple[int, int]]:
    first, second = _disjoint(players)
    return list(zip(first.tolist(), second.tolist(), strict=True))
