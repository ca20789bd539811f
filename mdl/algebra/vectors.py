"""What vector arithmetic stands on: faults, constants of stride 0, sizes of integers, lowest terms."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import LIMIT, FloatArray, IntArray, Numbers

BITS = 2**24
"""Most bits that the numerators of one exact vector may take, beyond 64 a number."""

Truths = npt.NDArray[np.bool_]


class Fault(Exception):  # noqa: N818 - becomes a diagnostic where the place is known
    """`what` is not defined at `position`, where the operand was `value`."""

    def __init__(self, what: str, position: int, value: Fraction | float | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.position = position
        self.value = value


def has_float(numerator: int, denominator: int) -> bool:
    """Whether a rational is in the range of float64."""
    if numerator.bit_length() - denominator.bit_length() < 1023:
        return True
    try:
        return numerator / denominator < float("inf")
    except OverflowError:
        return False


def is_constant(a: Numbers) -> bool:
    """True where one value is held for all entries."""
    held = a.floats_ if a.numerators is None else a.numerators
    assert held is not None
    return len(held) == 1 or held.strides == (0,)


def compact(a: Numbers) -> Numbers:
    """A constant as a vector of length 1."""
    return a.take(slice(0, 1)) if len(a) > 1 and is_constant(a) else a


def repeated(a: Numbers, size: int) -> Numbers:
    """The reverse of `compact`."""
    if len(a) == size:
        return a
    if a.numerators is not None:
        return Numbers.exact(np.broadcast_to(a.numerators, (size,)), a.denominator)
    assert a.floats_ is not None
    return Numbers(None, 1, np.broadcast_to(a.floats_, (size,)))


def different(values: IntArray) -> IntArray:
    """The values that occur, ascending: what np.unique gives, which takes 10 ms to import numpy.ma first."""
    ordered: IntArray = np.sort(values)
    found: IntArray = ordered[np.concatenate((np.ones(len(ordered[:1]), dtype=np.bool_), ordered[1:] != ordered[:-1]))]
    return found


def largest(a: IntArray) -> int:
    """Largest absolute value, 0 of none."""
    return max(int(a.max()), -int(a.min()), 0) if len(a) else 0


def wide(a: IntArray) -> IntArray:
    return a if a.dtype == object else a.astype(object)


def scaled(a: IntArray, factor: int) -> IntArray:
    if factor == 1:
        return a
    if a.dtype != object:
        most = largest(a)
        if most == 0:
            return a
        if most * abs(factor) <= LIMIT:
            return a * np.int64(factor)
    return wide(a) * factor


def finish(numerators: IntArray, denominator: int) -> Numbers:
    """An exact result; of Python integers lowest terms, int64 again where they fit, and refused beyond float64."""
    if numerators.dtype == object:
        common = gcd(denominator, *numerators.tolist())
        if common > 1:
            numerators, denominator = numerators // common, denominator // common
        most = largest(numerators)
        if most <= LIMIT:
            return Numbers.exact(numerators.astype(np.int64), denominator)
        if not has_float(most, denominator):
            raise Fault("overflow", int(np.argmax(np.abs(numerators))))
    elif len(numerators) == 1 and denominator != 1:
        common = gcd(denominator, int(numerators[0]))
        if common == denominator:
            return Numbers.exact(np.array([int(numerators[0]) // common], dtype=np.int64))
        if common > 1:
            return Numbers.exact(numerators // common, denominator // common)
    return Numbers.exact(numerators, denominator)


def reduced(a: Numbers) -> Numbers:
    """The same values over the smallest common denominator."""
    if a.numerators is None or a.denominator == 1 or not len(a):
        return a
    if a.numerators.dtype == object or a.denominator > LIMIT:
        return finish(wide(a.numerators), a.denominator)
    held = compact(a).numerators
    assert held is not None
    common = gcd(a.denominator, int(np.gcd.reduce(held)))
    return a if common == 1 else repeated(Numbers.exact(held // common, a.denominator // common), len(a))


def inexact(values: FloatArray, what: str = "overflow") -> Numbers:
    """Floats of an operation on finite operands; not finite is a fault."""
    finite = np.isfinite(values)
    if not finite.all():
        raise Fault(what, int(np.argmin(finite)))
    return Numbers(None, 1, values)
