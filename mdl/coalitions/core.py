"""The core: whether there is a point in it, the proof where there is none, and each player's range in it.

Bondareva (1963), Shapley (1967): the core is not empty if and only if, for every balanced collection of
coalitions (weights with which each player is in coalitions of total weight 1), the weighted worths sum to at
most the worth of everyone together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from mdl.coalitions.game import Game, fits, largest, subset_sums
from mdl.coalitions.simplex import Column, Optimum, Problem, coalition_column, maximise

Payoff = tuple[Fraction, ...]
"""What each player is given, as a gain, in the units of the file."""


@dataclass(slots=True, frozen=True, eq=False)
class Core:
    """`gap` is by how much the balanced weights ask for more than everyone's gain: the core is empty where it
    is positive.  `payoff` is in the core where it is not empty, else the cheapest that satisfies every coalition
    but the grand one."""

    gap: Fraction
    payoff: Payoff
    weights: tuple[tuple[int, Fraction], ...]

    def empty(self, tolerance: Fraction) -> bool:
        return self.gap > tolerance


def core(game: Game) -> Core:
    """Decides the core; its number is exact for the gains of the game."""
    allowed = proper(game)
    n = game.size
    start = [coalition_column(game, 1 << k, False) for k in range(n)]
    found = maximise(Problem(game, allowed, False, (1,) * n), start)
    gap = found.value / game.scale - game.gain(game.everyone)
    spare = -gap / n if gap < 0 else Fraction(0)
    payoff = tuple(p / game.scale + spare for p in found.payoff)
    return Core(gap, payoff, tuple(sorted((c.mask, w) for c, w in found.support)))


def proper(game: Game) -> npt.NDArray[np.bool_]:
    """Every coalition but nobody and everybody."""
    allowed = np.ones(len(game.gains), dtype=np.bool_)
    allowed[[0, game.everyone]] = False
    return allowed


def verify_weights(game: Game, weights: Sequence[tuple[int, Fraction]]) -> Fraction:
    """By how much balanced weights ask for more than everyone's gain; ValueError where they are not balanced."""
    for k in range(game.size):
        total = sum((w for mask, w in weights if mask >> k & 1), Fraction(0))
        if total != 1:
            raise ValueError(f"player {game.players[k]} has weight {total}")
    if any(w < 0 for _, w in weights):
        raise ValueError("a weight is negative")
    return sum((w * game.gain(mask) for mask, w in weights), Fraction(0)) - game.gain(game.everyone)


def most_unhappy(game: Game, payoff: Sequence[Fraction]) -> tuple[int, Fraction]:
    """The proper coalition of greatest excess; (0, 0) in a game of one player."""
    if game.size == 1:
        return 0, Fraction(0)
    common = int(np.lcm.reduce(np.array([p.denominator for p in payoff], dtype=object)))
    parts = [int(p * common * game.scale) for p in payoff]
    wide = game.gains.dtype == object or not fits(largest(game.gains) * common, *parts)
    excess = (game.gains.astype(object) if wide else game.gains) * common - subset_sums(parts, wide)
    mask = 1 + int(np.argmax(excess[1:-1]))
    return mask, Fraction(int(excess[mask]), common * game.scale)


def core_range(game: Game) -> list[tuple[Fraction, Fraction]]:
    """Each player's least and greatest gain in the core, which must not be empty."""
    n = game.size
    if n == 1:
        only = game.gain(1)
        return [(only, only)]
    return [(_extreme(game, k, 1), -_extreme(game, k, -1)) for k in range(n)]


def _extreme(game: Game, player: int, sign: int) -> Fraction:
    """The least value of `sign` times the player's gain, in the units of the file."""
    n, everyone = game.size, game.everyone
    own = 1 << player if sign > 0 else everyone & ~(1 << player)
    others = [k for k in range(n) if k != player][1:]
    start = [
        coalition_column(game, own, False),
        Column(everyone, Fraction(int(game.gains[everyone])), False, free=True),
        *(coalition_column(game, 1 << k, False) for k in others),
    ]
    right = tuple(sign * int(k == player) for k in range(n))
    found: Optimum = maximise(Problem(game, proper(game), False, right), start)
    return found.value / game.scale
