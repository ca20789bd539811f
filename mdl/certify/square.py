"""Square systems of integers solved exactly.

A float64 factor (SuperLU) proposes digits; the residual is updated in integers, so that every step gives more of
the digits (Wan 2006, "numeric-symbolic refinement"); rationals are read off and the system is checked in integers.
Small systems, and those of some hundreds that are too ill-conditioned for that, go to FLINT.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import frexp, gcd, log2
from time import monotonic
from typing import Any

import numpy as np

from mdl.algebra.numbers import FloatArray, IntArray
from mdl.algebra.vectors import largest, scaled
from mdl.certify.integers import IntRows, integers, minus, narrowed, plus
from mdl.certify.rational import common_fractions

SMALL = 48
"""Rows of the largest system that goes to FLINT at once: it is quicker there, and starts without SciPy."""

DENSE = 300
"""Rows of the largest system given to FLINT."""

MOST_BITS = 1 << 15
"""Digits after which a solution is given up."""

DIGITS = 44
"""Most bits taken from one float64 solution."""

FLOAT_BITS = 1000
"""Integers of more bits are beyond float64."""

Solved = tuple[IntArray, int]
"""Numerators (size,) and their positive denominator."""

Solver = Callable[[FloatArray], FloatArray]


class Late(Exception):  # noqa: N818 - an outcome, not a mistake
    """The time is over."""


@dataclass(slots=True, frozen=True)
class Clock:
    """When to stop, in seconds of `monotonic`; None: never."""

    ends: float | None = None

    @staticmethod
    def of(seconds: float | None) -> Clock:
        return Clock(None if seconds is None else monotonic() + seconds)

    @property
    def left(self) -> float | None:
        return None if self.ends is None else max(0.0, self.ends - monotonic())

    def check(self) -> None:
        """Raises Late."""
        if self.ends is not None and monotonic() >= self.ends:
            raise Late


class Square:
    """A square matrix, factored once, for right-hand sides on both sides of it."""

    def __init__(self, matrix: IntRows, clock: Clock) -> None:
        self.matrix = matrix
        self.clock = clock
        self.factor = _factor(matrix) if matrix.height > SMALL else None
        self.dense: Any = None

    def solve(self, right: IntArray) -> Solved | None:
        """x with matrix x = right; None where the matrix is singular, or too hard."""
        return self._solve(right, False)

    def solve_turned(self, right: IntArray) -> Solved | None:
        """y with matrix' y = right."""
        return self._solve(right, True)

    def _solve(self, right: IntArray, turned: bool) -> Solved | None:
        size = self.matrix.height
        if not size or not right.any():
            return np.zeros(size, dtype=np.int64), 1
        matrix = self.matrix.turned() if turned else self.matrix
        if self.factor is not None:
            found = _refine(matrix, self.factor.turned if turned else self.factor.plain, right, self.clock)
            if found is not None:
                return found
        return self._flint(right, turned) if size <= DENSE else None

    def _flint(self, right: IntArray, turned: bool) -> Solved | None:
        from flint import fmpz_mat

        size = self.matrix.height
        if self.dense is None:
            full = np.zeros((size, size), dtype=object)
            full[self.matrix.row_ids(), self.matrix.columns] = self.matrix.values
            self.dense = fmpz_mat(size, size, [int(v) for v in full.ravel().tolist()])
        held = self.dense.transpose() if turned else self.dense
        try:
            found = held.solve(fmpz_mat(size, 1, [int(v) for v in right.tolist()]))
        except ZeroDivisionError:
            return None
        tops, common = found.numer_denom()
        return integers([int(v) for v in tops.entries()]), int(common)


@dataclass(slots=True, frozen=True)
class Factor:
    plain: Solver
    turned: Solver


def _factor(matrix: IntRows) -> Factor | None:
    """SuperLU of the matrix, its rows and columns scaled by powers of two; None where it is singular as floats."""
    if not matrix.height or matrix.size.bit_length() > FLOAT_BITS:
        return None
    from scipy.sparse import csc_matrix
    from scipy.sparse.linalg import splu

    rows, columns, size = matrix.row_ids(), matrix.columns, matrix.height
    values = matrix.floats()
    left, right = np.ones(size), np.ones(size)
    for _ in range(3):
        left *= _even(rows, np.abs(values) * left[rows] * right[columns], size)
        right *= _even(columns, np.abs(values) * left[rows] * right[columns], size)
    scaled_values = values * left[rows] * right[columns]
    try:
        lu = splu(csc_matrix((scaled_values, (rows, columns)), shape=(size, size)))
    except RuntimeError:
        return None

    def plain(b: FloatArray) -> FloatArray:
        return np.asarray(right * lu.solve(left * b))

    def turned(b: FloatArray) -> FloatArray:
        return np.asarray(left * lu.solve(right * b, "T"))

    return Factor(plain, turned)


def _even(places: IntArray, sizes: FloatArray, count: int) -> FloatArray:
    """Powers of two that bring the largest entry of each row (or column) near 1, by half the way."""
    most = np.zeros(count)
    np.maximum.at(most, places, sizes)
    return np.asarray(np.exp2(-np.round(np.log2(np.where(most > 0, most, 1.0)) / 2)))


def _refine(matrix: IntRows, solver: Solver, right: IntArray, clock: Clock) -> Solved | None:
    """Digits by digits; rationals are tried for whenever the digits have doubled."""
    left, digits, bits = right, np.zeros(matrix.height, dtype=np.int64), 0
    attempt = 64
    while bits < MOST_BITS:
        clock.check()
        step = _digits(matrix, solver, left)
        if step is None:
            return None
        found, shift = step
        left = narrowed(minus(scaled(left, 1 << shift), matrix.dot(found)))
        digits = plus(scaled(digits, 1 << shift), found)
        bits += shift
        if not left.any():
            return _checked(matrix, (digits.tolist(), 1 << bits), right)
        if bits >= attempt:
            attempt = 2 * bits
            error = _error(solver, left)
            solved = _checked(matrix, common_fractions(digits.tolist(), bits, bits - error), right)
            if solved is not None:
                return solved
    return None


def _digits(matrix: IntRows, solver: Solver, left: IntArray) -> tuple[IntArray, int] | None:
    """Integers d and a shift s with matrix d near `left * 2**s`; s says how good the float64 solution was."""
    if largest(left).bit_length() > FLOAT_BITS:
        return None
    whole = left.astype(np.float64)
    step = solver(whole)
    if not np.isfinite(step).all():
        return None
    terms = matrix.floats() * step[matrix.columns]
    off = np.abs(whole - np.bincount(matrix.row_ids(), weights=terms, minlength=matrix.height))
    size = float(np.abs(whole).max())
    worst = float(off.max()) / size
    shift = DIGITS if worst < 2.0 ** (-DIGITS - 2) else int(-log2(worst)) - 2
    if shift < 3:
        return None
    _, exponent = frexp(float(np.abs(step).max()))
    wide = np.rint(np.ldexp(step, shift))
    if exponent + shift <= 61:
        return wide.astype(np.int64), shift
    if exponent + shift > FLOAT_BITS:
        return None
    return integers([int(v) for v in wide.tolist()]), shift


def _error(solver: Solver, left: IntArray) -> int:
    """Bits of what is missing: the digits are within 2**error of the solution, in their last place."""
    if largest(left).bit_length() > FLOAT_BITS:
        return largest(left).bit_length()
    worst = float(np.abs(solver(left.astype(np.float64))).max())
    return max(0, frexp(worst)[1] + 2) if np.isfinite(worst) else FLOAT_BITS


def _checked(matrix: IntRows, found: tuple[list[int], int] | None, right: IntArray) -> Solved | None:
    """What was read off the digits, in lowest terms, if it solves the system in integers."""
    if found is None:
        return None
    shared = gcd(found[1], *found[0])
    tops, common = integers([v // shared for v in found[0]]), found[1] // shared
    same = matrix.dot(tops) == scaled(right, common)
    return (tops, common) if bool(np.asarray(same, dtype=np.bool_).all()) else None
