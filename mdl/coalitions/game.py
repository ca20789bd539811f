"""A coalitional game as data: players and one integer a coalition, over a common scale.

A coalition is a bit mask over the players in their order: bit i is player i.  Everything here is about
gains; a cost game is the game of the negative costs, and `sign` turns answers back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import LIMIT, Numbers

IntArray = npt.NDArray[Any]

BITS = 40
"""Worths that are no rationals are rounded to this many bits of the largest one: relative precision 1e-12."""


@dataclass(slots=True, frozen=True, eq=False)
class Game:
    """`gains[S] / scale` is what coalition S gains, shape (2**n,), int64 or Python integers; gains[0] is 0.

    `exact` is false where the worths came from a solver or a function such as `log`: then `tolerance` (in the
    units of the file) is how far apart two worths must be to count as different.
    """

    name: str
    players: tuple[Atom, ...]
    gains: IntArray
    scale: int
    sign: int = 1
    exact: bool = True
    tolerance: Fraction = Fraction(0)

    @property
    def size(self) -> int:
        return len(self.players)

    @property
    def everyone(self) -> int:
        return (1 << len(self.players)) - 1

    def worth(self, mask: int) -> Fraction:
        """The worth (or cost) of a coalition in the units of the file."""
        return self.sign * self.gain(mask)

    def gain(self, mask: int) -> Fraction:
        return Fraction(int(self.gains[mask]), self.scale)

    def coalition(self, mask: int) -> str:
        """`{a, b}`."""
        return "{" + ", ".join(str(p) for k, p in enumerate(self.players) if mask >> k & 1) + "}"

    def excess(self, mask: int, payoff: Sequence[Fraction]) -> Fraction:
        """How much a coalition could gain over what it is given: its gain less its payoff."""
        return self.gain(mask) - sum((p for k, p in enumerate(payoff) if mask >> k & 1), Fraction(0))


def of_numbers(name: str, players: Sequence[Atom], worth: Numbers, cost: bool = False) -> Game:
    """The game of a vector over the masks; worths that are not exact are rounded and say so."""
    sign = -1 if cost else 1
    if worth.numerators is not None:
        gains = np.ascontiguousarray(worth.numerators)
        return Game(name, tuple(players), gains * sign, worth.denominator, sign)
    floats = worth.floats()
    largest = float(np.abs(floats).max(initial=0.0)) or 1.0
    scale = Fraction(2) ** (BITS - int(np.frexp(largest)[1]))
    gains = np.rint(floats * float(scale)).astype(np.int64) * sign
    if scale.denominator != 1:
        gains, scale = gains.astype(object) * scale.denominator, Fraction(1)
    return Game(name, tuple(players), gains, int(scale), sign, False, Fraction(largest) / 10**8)


def subset_sums(values: Sequence[int], wide: bool = False) -> IntArray:
    """sum of `values` over each mask, shape (2**n,); Python integers where `wide`."""
    out = np.zeros(1 << len(values), dtype=object if wide else np.int64)
    for k, value in enumerate(values):
        np.add(out[: 1 << k], value, out=out[1 << k : 2 << k])
    return out


def fits(*sizes: int) -> bool:
    """Whether a sum of integers of these sizes stays in int64."""
    return sum(abs(s) for s in sizes) < LIMIT


def largest(values: IntArray) -> int:
    """The largest size of an entry."""
    return max(int(values.max()), -int(values.min())) if len(values) else 0


def members_of(mask: int, size: int) -> tuple[int, ...]:
    """The characteristic vector of a coalition."""
    return tuple(mask >> k & 1 for k in range(size))


def sizes(players: int) -> IntArray:
    """Number of members of each coalition, shape (2**n,), int8."""
    out = np.zeros(1 << players, dtype=np.int8)
    for k in range(players):
        np.add(out[: 1 << k], 1, out=out[1 << k : 2 << k])
    return out
