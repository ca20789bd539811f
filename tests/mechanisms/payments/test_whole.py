"""Whole numbers around valuations: exact rationals as they are, roots between two, floats with their tolerance."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.irrational import quantity
from mdl.irrational.builder import Irrational
from mdl.irrational.quantity import Quantity
from mdl.mechanisms.payments.whole import whole


def roots(values: list[Fraction], factors: list[Fraction]) -> Quantity:
    return quantity.scale(Irrational().call("sqrt", [Numbers.of(values)]), Numbers.of(factors))


def test_rationals_of_two_vectors_have_one_denominator() -> None:
    held = whole([Numbers.of([Fraction(1, 6), Fraction(1, 3)]), Numbers.of([Fraction(5, 4)])])
    assert held.level == "exact" and held.denominator == 12
    assert [low.tolist() for low, _ in held.parts] == [[2, 4], [15]]
    assert all(low is high for low, high in held.parts)


@pytest.mark.parametrize("size", [Fraction(1, 10**9), Fraction(1), Fraction(10**30)])
def test_roots_lie_between(size: Fraction) -> None:
    squares = [Fraction(2), Fraction(3), Fraction(7)]
    held = whole([roots(squares, [size, -size, 3 * size])])
    assert held.level == "interval"
    low, high = held.parts[0]
    for a, b, square, factor in zip(low, high, squares, [size, -size, 3 * size], strict=True):
        ends = sorted((Fraction(int(a), held.denominator) / factor, Fraction(int(b), held.denominator) / factor))
        assert ends[0] ** 2 <= square <= ends[1] ** 2
        assert ends[1] - ends[0] < Fraction(1, 10**11)


def test_what_cancels_is_zero() -> None:
    one = roots([Fraction(2), Fraction(3)], [Fraction(1), Fraction(1)])
    held = whole([quantity.sub(one, quantity.take(one, np.array([0, 0])))])
    low, high = held.parts[0]
    assert low[0] == high[0] == 0 and low[1] > 0


def test_a_row_that_float64_knows_nothing_of() -> None:
    held = whole([roots([Fraction(2), Fraction(2)], [Fraction(1, 10**250), Fraction(1)])])
    low, high = held.parts[0]
    assert low[0] == 0 and high[0] == 1 and 0 < low[1] <= high[1]


def test_floats_have_a_tolerance_of_their_size() -> None:
    held = whole([Numbers.inexact([0.5, -4.0])])
    assert held.level == "numeric" and held.tolerance == 4e-9
    low, high = (side / held.denominator for side in held.parts[0])
    assert low.tolist() == [0.5, -4.0] and np.allclose(high - low, 4e-9, rtol=1e-3, atol=0)
