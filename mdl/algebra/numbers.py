"""Vectors of numbers with an exact side and a float64 side.

A vector is exact (integers over one common denominator) until an operation such as `log` leaves the
rationals; from then on it is float64 and says so.  Integers are int64 while they fit and Python
integers (object dtype) beyond, so no operation ever wraps around.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]

LIMIT = 2**62
"""Integers of at most this size are kept as int64."""


@dataclass(slots=True, frozen=True, eq=False)
class Numbers:
    """Shape (n,).  Exact: value k is `numerators[k] / denominator`.  Otherwise `floats_` holds float64."""

    numerators: IntArray | None
    denominator: int
    floats_: FloatArray | None

    # ---- making ----

    @staticmethod
    def exact(numerators: IntArray, denominator: int = 1) -> Numbers:
        """Integers over a positive denominator; int64 or object dtype."""
        return Numbers(numerators, denominator, None)

    @staticmethod
    def inexact(values: npt.ArrayLike) -> Numbers:
        return Numbers(None, 1, np.asarray(values, dtype=np.float64))

    @staticmethod
    def of(values: Iterable[Fraction | int]) -> Numbers:
        """From rationals, one by one; for small data."""
        fractions = [Fraction(v) for v in values]
        common = lcm(*(f.denominator for f in fractions)) if fractions else 1
        return Numbers.exact(narrow([f.numerator * (common // f.denominator) for f in fractions]), common)

    @staticmethod
    def constant(value: Fraction | int, size: int) -> Numbers:
        """One value `size` times, without storing it `size` times."""
        value = Fraction(value)
        return Numbers.exact(np.broadcast_to(narrow([value.numerator]), (size,)), value.denominator)

    # ---- reading ----

    @property
    def is_exact(self) -> bool:
        return self.numerators is not None

    def __len__(self) -> int:
        held = self.floats_ if self.numerators is None else self.numerators
        assert held is not None
        return len(held)

    def floats(self) -> FloatArray:
        """Nearest float64 of each value (correctly rounded also beyond 2**53)."""
        if self.numerators is None:
            assert self.floats_ is not None
            return self.floats_
        held, size = self.numerators, len(self.numerators)
        if size > 1 and held.strides == (0,):
            return np.broadcast_to(Numbers.exact(held[:1], self.denominator).floats(), (size,))
        if held.dtype == object or not _is_double(self.denominator):
            return (held.astype(object) / self.denominator).astype(np.float64)
        whole = held.astype(np.float64)
        if size and max(int(held.max()), -int(held.min())) > 2**53:
            rough = np.flatnonzero(np.abs(held) > 2**53)
            whole /= self.denominator
            whole[rough] = held[rough].astype(object) / self.denominator
            return whole
        if self.denominator != 1:
            whole /= self.denominator
        return whole

    def fractions(self) -> list[Fraction]:
        """Each value as a rational; of an inexact vector, the rational that each float64 is."""
        if self.numerators is None:
            assert self.floats_ is not None
            return [Fraction(v) for v in self.floats_.tolist()]
        return [Fraction(int(v), self.denominator) for v in self.numerators.tolist()]

    def take(self, positions: npt.NDArray[Any] | slice) -> Numbers:
        if self.numerators is None:
            assert self.floats_ is not None
            return Numbers(None, 1, self.floats_[positions])
        return Numbers(self.numerators[positions], self.denominator, None)

    def gather(self, positions: npt.NDArray[Any]) -> Numbers:
        """As `take`; where all positions are one of stride 0, so is the result."""
        if positions.strides != (0,) or not len(positions):
            return self.take(positions)
        one, size = self.take(positions[:1]), len(positions)
        if one.numerators is not None:
            return Numbers(np.broadcast_to(one.numerators, (size,)), one.denominator, None)
        assert one.floats_ is not None
        return Numbers(None, 1, np.broadcast_to(one.floats_, (size,)))


def _is_double(value: int) -> bool:
    """True where an integer is exactly a float64, so that dividing by it rounds once."""
    return value.bit_length() < 1000 and int(float(value)) == value


def narrow(values: Sequence[int]) -> IntArray:
    """int64 where every value fits, Python integers otherwise."""
    if all(-LIMIT <= v <= LIMIT for v in values):
        return np.array(values, dtype=np.int64)
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out
