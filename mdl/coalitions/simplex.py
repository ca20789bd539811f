"""Linear programs with a column for every coalition, solved exactly without listing them.

    maximise    sum of weight[S] * gain[S] + sum of weight[f] * value[f]
    subject to  sum of weight[S] * e[S] + sum of weight[f] * e[f] = right-hand side,  weight[S] >= 0, weight[f] free

where e[S] is the characteristic vector of S, with one more component 1 where `height` is asked for.
The revised simplex method with n + 1 rows at most: the basis is kept as integers over its determinant
(Edmonds 1967, Bareiss 1968), all coalitions are priced at once as a vector over masks, and ties are broken
by the lexicographic rule (Dantzig, Orden, Wolfe 1955), so that it ends whatever the game is.
The prices are the payoffs x (and the height t): at the end x(S) + t >= gain[S] for every coalition allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import numpy as np
import numpy.typing as npt

from mdl.coalitions.game import Game, IntArray, fits, largest, members_of, subset_sums

POOL = 256
"""Coalitions kept from one pricing of all to the next."""


@dataclass(slots=True, frozen=True)
class Column:
    """`mask` is the coalition; `value` its coefficient in the objective, in units of 1 / game.scale."""

    mask: int
    value: Fraction
    height: bool
    free: bool = False

    def vector(self, size: int, tall: bool) -> list[int]:
        return [*members_of(self.mask, size), *([int(self.height)] if tall else [])]


@dataclass(slots=True, frozen=True, eq=False)
class Problem:
    """`allowed` (2**n,) says which coalitions are columns; `floors` are players with a column e[i] without height."""

    game: Game
    allowed: npt.NDArray[np.bool_]
    height: bool
    right: tuple[int, ...]
    floors: tuple[int, ...] = ()


@dataclass(slots=True, frozen=True, eq=False)
class Optimum:
    """In units of 1 / game.scale: `payoff` (n,) and `height`.  `weights` of the columns of the basis, by column."""

    payoff: tuple[Fraction, ...]
    height: Fraction
    weights: tuple[tuple[Column, Fraction], ...]
    pivots: int

    @property
    def support(self) -> list[tuple[Column, Fraction]]:
        """Columns with a positive weight, free ones left out."""
        return [(c, w) for c, w in self.weights if not c.free and w > 0]

    @property
    def value(self) -> Fraction:
        return sum((c.value * w for c, w in self.weights), Fraction(0))


class Unbounded(Exception):  # noqa: N818 - an outcome, not a mistake
    """No payoff satisfies every coalition allowed."""


def coalition_column(game: Game, mask: int, height: bool) -> Column:
    return Column(mask, Fraction(int(game.gains[mask])), height)


def maximise(problem: Problem, start: Sequence[Column]) -> Optimum:
    """From a basis `start` whose weights are nonnegative; raises Unbounded."""
    basis = list(start)
    size = problem.game.size
    first = np.array([c.vector(size, problem.height) for c in basis], dtype=object).T
    inverse, det = invert(first)
    right = np.array(problem.right, dtype=object)
    pricing = Pricing(problem)
    pivots = 0
    while True:
        prices, common = _prices(basis, inverse, det)
        entering = pricing.best(prices, common)
        if entering is None:
            weights = [Fraction(int(w), det) for w in inverse @ right]
            payoff = tuple(Fraction(p, common) for p in prices[:size])
            height = Fraction(prices[size], common) if problem.height else Fraction(0)
            return Optimum(payoff, height, tuple(zip(basis, weights, strict=True)), pivots)
        step = inverse @ np.array(entering.vector(size, problem.height), dtype=object)
        leaving = _leaving(basis, inverse, first, step, inverse @ right)
        inverse, det = _pivot(inverse, det, step, leaving)
        basis[leaving] = entering
        pivots += 1


def _prices(basis: Sequence[Column], inverse: IntArray, det: int) -> tuple[list[int], int]:
    """Prices as integers over a common denominator."""
    scale = lcm(*(c.value.denominator for c in basis))
    values = np.array([int(c.value * scale) for c in basis], dtype=object)
    prices = [int(p) for p in values @ inverse]
    common = det * scale
    factor = gcd(common, *prices)
    return [p // factor for p in prices], common // factor


def _leaving(basis: Sequence[Column], inverse: IntArray, first: IntArray, step: IntArray, weights: IntArray) -> int:
    """The row of least ratio, the lexicographically least among equals."""
    rows = [k for k in range(len(basis)) if step[k] > 0 and not basis[k].free]
    if not rows:
        raise Unbounded
    least = min(Fraction(int(weights[k]), int(step[k])) for k in rows)
    rows = [k for k in rows if int(weights[k]) * least.denominator == least.numerator * int(step[k])]
    if len(rows) == 1:
        return rows[0]
    return min(rows, key=lambda k: [Fraction(int(e), int(step[k])) for e in inverse[k] @ first])


def _pivot(inverse: IntArray, det: int, step: IntArray, row: int) -> tuple[IntArray, int]:
    pivot = int(step[row])
    kept = inverse[row].copy()
    out = (inverse * pivot - np.outer(step, kept)) // det
    out[row] = kept
    return out, pivot


def invert(matrix: IntArray) -> tuple[IntArray, int]:
    """Integers M and a positive d with M @ matrix = d * I; ValueError where the matrix is singular."""
    size = len(matrix)
    work = np.concatenate((matrix.astype(object), np.eye(size, dtype=object) * 1), axis=1)
    det = 1
    for k in range(size):
        found = next((r for r in range(k, size) if work[r, k] != 0), None)
        if found is None:
            raise ValueError("singular")
        if found != k:
            work[[k, found]] = work[[found, k]]
        pivot, kept = work[k, k], work[k].copy()
        work = (work * pivot - np.outer(work[:, k], kept)) // det
        work[k] = kept
        det = pivot
    inverse = work[:, size:]
    return (inverse, int(det)) if det > 0 else (-inverse, -int(det))


class Pricing:
    """Finds the coalition that gains most over the prices."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.game = problem.game
        self.forbidden = ~problem.allowed
        self.largest = largest(self.game.gains)
        self.single = self.game.gains.dtype != object
        self.floats = self.game.gains.astype(np.float64)
        self.room = np.zeros_like(self.game.gains) if self.single else np.zeros(0)
        self.sums = np.zeros_like(self.game.gains) if self.single else np.zeros(0)
        self.pool = np.zeros(0, dtype=np.int64)
        self.bits = np.zeros((0, self.game.size), dtype=np.int64)

    def best(self, prices: Sequence[int], common: int) -> Column | None:
        """The column of most positive reduced cost; None where the prices are optimal."""
        floor = self._floor(prices, common)
        if floor is not None:
            return floor
        size = self.game.size
        payoff, height = prices[:size], prices[size] if self.problem.height else 0
        if self.single and fits(self.largest * common, *payoff, height):
            found = self._pooled(payoff, height, common)
            if found is None:
                found = self._single(payoff, height, common)
        else:
            found = self._wide(payoff, height, common)
        return None if found is None else coalition_column(self.game, found, self.problem.height)

    def _floor(self, prices: Sequence[int], common: int) -> Column | None:
        for player in self.problem.floors:
            gain = int(self.game.gains[1 << player])
            if gain * common > prices[player]:
                return Column(1 << player, Fraction(gain), False)
        return None

    def _pooled(self, payoff: Sequence[int], height: int, common: int) -> int | None:
        """The best of the coalitions that gained most when all were priced last."""
        if not len(self.pool):
            return None
        gain = self.game.gains[self.pool] * common - self.bits @ np.array(payoff, dtype=np.int64)
        best = int(gain.argmax())
        return int(self.pool[best]) if int(gain[best]) > height else None

    def _single(self, payoff: Sequence[int], height: int, common: int) -> int | None:
        """All coalitions in int64; what gains is kept for the next steps."""
        gain = np.multiply(self.game.gains, common, out=self.room)
        for k, value in enumerate(payoff):
            np.add(self.sums[: 1 << k], value, out=self.sums[1 << k : 2 << k])
        gain -= self.sums
        mask = self._largest(gain, -(2**62))
        if int(gain[mask]) <= height:
            return None
        if len(gain) > POOL:
            near = np.argpartition(gain, -POOL)[-POOL:]
            self.pool = near[gain[near] > height]
            self.bits = (self.pool[:, None] >> np.arange(self.game.size)) & 1
        return mask

    def _largest(self, gain: IntArray, low: int | float) -> int:
        np.putmask(gain, self.forbidden, low)
        return int(gain.argmax())

    def _wide(self, payoff: Sequence[int], height: int, common: int) -> int | None:
        """Numbers beyond int64: floats propose, integers decide."""
        rough = self.floats.copy()
        rough -= _float_sums([float(Fraction(p, common)) for p in payoff])
        mask = self._largest(rough, -np.inf)
        exact = int(self.game.gains[mask]) * common - sum(p for k, p in enumerate(payoff) if mask >> k & 1)
        if self.problem.allowed[mask] and exact > height:
            return mask
        gain = self.game.gains.astype(object) * common - subset_sums(payoff, wide=True)
        inside = np.flatnonzero(self.problem.allowed)
        if not len(inside):
            return None
        mask = int(inside[int(np.argmax(gain[inside]))])
        return mask if int(gain[mask]) > height else None


def _float_sums(values: Sequence[float]) -> npt.NDArray[np.float64]:
    out = np.zeros(1 << len(values))
    for k, value in enumerate(values):
        np.add(out[: 1 << k], value, out=out[1 << k : 2 << k])
    return out
