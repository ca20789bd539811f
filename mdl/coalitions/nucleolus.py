"""Least core and nucleolus by Maschler's sequence of linear programs, each solved exactly.

At each level the greatest excess over the coalitions not yet settled is made as small as can be; the
coalitions that carry a positive weight in the proof of optimality have that excess in every optimum, so they
are settled, and with them all whose characteristic vectors they span.  The weights are the certificate: with
those of all levels together, the coalitions of at least any given excess are balanced, which is
Kohlberg's (1971) criterion for the nucleolus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import numpy as np
import numpy.typing as npt

from mdl.coalitions.core import Payoff
from mdl.coalitions.game import Game, IntArray, members_of, subset_sums
from mdl.coalitions.simplex import Column, Optimum, Problem, coalition_column, maximise


@dataclass(slots=True, frozen=True, eq=False)
class Level:
    """`excess` is the least possible greatest excess; `weights` of coalitions that prove it (their sum is 1);
    `floors` are players held at what they can have alone, with the weight of that."""

    excess: Fraction
    weights: tuple[tuple[int, Fraction], ...]
    floors: tuple[tuple[int, Fraction], ...] = ()


@dataclass(slots=True, frozen=True, eq=False)
class Nucleolus:
    payoff: Payoff
    levels: tuple[Level, ...]


class NoImputation(Exception):  # noqa: N818 - an outcome, not a mistake
    """Everyone together gains less than the players alone."""


def least_core(game: Game) -> Nucleolus:
    """The first level alone: `levels[0].excess` is the value of the least core, `payoff` a point of it."""
    return _levels(game, False, 1)


def prenucleolus(game: Game) -> Nucleolus:
    """Over all payoffs that share everyone's gain."""
    return _levels(game, False)


def nucleolus(game: Game) -> Nucleolus:
    """Over the imputations: nobody has less than alone.  Raises NoImputation."""
    found = prenucleolus(game)
    alone = [game.gain(1 << k) for k in range(game.size)]
    if all(p >= a for p, a in zip(found.payoff, alone, strict=True)):
        return found  # the best of more payoffs is the best of fewer where it is among them
    if sum(alone) > game.gain(game.everyone):
        raise NoImputation
    return _levels(game, True)


def _levels(game: Game, imputations: bool, most: int | None = None) -> Nucleolus:
    n, everyone = game.size, game.everyone
    span = Span(n)
    span.add(everyone)
    fixed = [Column(everyone, Fraction(int(game.gains[everyone])), False, free=True)]
    payoff = tuple(Fraction(int(game.gains[everyone]), n) for _ in range(n))
    made: list[Level] = []
    while span.rank < n and (most is None or len(made) < most):
        allowed = span.outside()
        floors = tuple(k for k in range(n) if allowed[1 << k]) if imputations else ()
        start = _start(game, fixed, allowed, payoff)
        found = maximise(Problem(game, allowed, True, (*(0,) * n, 1), floors), start)
        payoff = found.payoff
        made.append(_level(game, found))
        for column, _ in found.support:
            if span.add(column.mask):
                value = sum((p for k, p in enumerate(payoff) if column.mask >> k & 1), Fraction(0))
                fixed.append(Column(column.mask, value, False, free=True))
    return Nucleolus(tuple(p / game.scale for p in payoff), tuple(made))


def _level(game: Game, found: Optimum) -> Level:
    coalitions = tuple(sorted((c.mask, w) for c, w in found.support if c.height))
    floors = tuple(sorted((c.mask.bit_length() - 1, w) for c, w in found.support if not c.height))
    return Level(found.height / game.scale, coalitions, floors)


def _start(
    game: Game, fixed: Sequence[Column], allowed: npt.NDArray[np.bool_], payoff: Sequence[Fraction]
) -> list[Column]:
    """A first basis: a coalition of great excess and its complement, half each, and whatever completes them."""
    n, everyone = game.size, game.everyone
    scale = [float(p) for p in payoff]
    excess = game.gains.astype(np.float64) - _float_sums(scale)
    excess[~allowed] = -np.inf
    best = int(excess.argmax())
    basis = [*fixed, coalition_column(game, best, True), coalition_column(game, everyone ^ best, True)]
    space = Echelon(n + 1)
    for column in basis:
        assert space.add(column.vector(n, True))
    inside = np.flatnonzero(allowed)
    few = min(len(inside), 4 * n)
    near = inside[np.argpartition(-excess[inside], few - 1)[:few]]
    near = near[np.argsort(-excess[near], kind="stable")]
    candidates = [*near.tolist(), *(m for k in range(n) for m in (1 << k, everyone ^ (1 << k)) if allowed[m])]
    for mask in candidates:
        if space.rank == n + 1:
            break
        column = coalition_column(game, mask, True)
        if space.add(column.vector(n, True)):
            basis.append(column)
    return basis


def _float_sums(values: Sequence[float]) -> npt.NDArray[np.float64]:
    out = np.zeros(1 << len(values))
    for k, value in enumerate(values):
        np.add(out[: 1 << k], value, out=out[1 << k : 2 << k])
    return out


class Echelon:
    """Vectors brought to echelon form one by one, each a row of integers without a common factor."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.rows: dict[int, list[int]] = {}

    @property
    def rank(self) -> int:
        return len(self.rows)

    def add(self, vector: Sequence[int]) -> bool:
        """True where the vector is new to the span, to which it is added."""
        held = list(vector)
        for k in range(self.width):
            if not held[k]:
                continue
            row = self.rows.get(k)
            if row is None:
                common = gcd(*held)
                self.rows[k] = [v // common for v in held]
                return True
            shared = gcd(row[k], held[k])
            lead, factor = row[k] // shared, held[k] // shared
            held = [lead * v - factor * r for v, r in zip(held, row, strict=True)]
        return False

    def null_space(self) -> list[list[int]]:
        """Integer vectors that span everything orthogonal to the rows."""
        pivots = sorted(self.rows, reverse=True)
        free = [k for k in range(self.width) if k not in self.rows]
        out = []
        for f in free:
            vector = [0] * self.width
            vector[f] = 1
            for k in pivots:
                row = self.rows[k]
                total = sum(r * v for r, v in zip(row[k + 1 :], vector[k + 1 :], strict=True))
                shared = gcd(row[k], total)
                vector = [v * (row[k] // shared) for v in vector]
                vector[k] = -(total // shared)
            common = gcd(*vector)
            out.append([v // common for v in vector])
        return out


class Span:
    """The coalitions whose characteristic vectors depend on those added."""

    def __init__(self, players: int) -> None:
        self.players = players
        self.echelon = Echelon(players)

    @property
    def rank(self) -> int:
        return self.echelon.rank

    def add(self, mask: int) -> bool:
        return self.echelon.add(members_of(mask, self.players))

    def outside(self) -> npt.NDArray[np.bool_]:
        """True for every coalition outside the span (nobody is inside)."""
        normals = self.echelon.null_space()
        # One combination of the normals with scattered factors rules out most; what it does not is tested with each.
        mixed = [0] * self.players
        for k, normal in enumerate(normals, 1):
            factor = pow(7919, k, 1_000_003)
            mixed = [m + factor * v for m, v in zip(mixed, normal, strict=True)]
        wide = sum(map(abs, mixed)) >= 2**62
        inside = np.flatnonzero(subset_sums(mixed, wide) == 0)
        for normal in normals:
            inside = inside[_dots(inside, normal) == 0]
        out = np.ones(1 << self.players, dtype=np.bool_)
        out[inside] = False
        return out


def _dots(masks: IntArray, vector: Sequence[int]) -> IntArray:
    """Sum of the vector over each mask."""
    wide = sum(map(abs, vector)) >= 2**62
    out = np.zeros(len(masks), dtype=object if wide else np.int64)
    for k, value in enumerate(vector):
        out = out + ((masks >> k) & 1) * value
    return out
