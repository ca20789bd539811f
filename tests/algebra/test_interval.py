"""Intervals contain what they must: exact arithmetic in rationals, transcendental functions in high precision."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from math import inf

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mdl.algebra import interval
from mdl.algebra.interval import BITS, EVERYTHING, Interval

PRECISE = Context(prec=60)
numbers = st.fractions(min_value=-50, max_value=50, max_denominator=97)
ends = st.one_of(numbers, st.sampled_from([Fraction(0), Fraction(1), Fraction(-1)]))


@st.composite
def held(draw: st.DrawFn, *, positive: bool = False) -> tuple[Interval, Fraction]:
    """An interval and a value in it, positive where asked (the interval may still reach below 0)."""
    low, high = sorted((draw(ends), draw(ends)))
    share = draw(st.fractions(min_value=0, max_value=1))
    value = low + share * (high - low)
    if positive and value <= 0:
        low, high, value = sorted((low, 1 - low))[0], sorted((high, 1 - low))[1], 1 - low
    kind = draw(st.sampled_from(["both", "low", "high", "none"]))
    left: Fraction | float = low if kind in ("both", "low") else -inf
    right: Fraction | float = high if kind in ("both", "high") else inf
    return Interval.of(left, right, nonzero=value != 0 and draw(st.booleans())), value


def decimal(value: Fraction) -> Decimal:
    return PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))


def inside(found: Interval, value: Decimal) -> bool:
    """Up to the last digits of the reference, far below those of a float."""
    exact = Fraction(value)
    slack = abs(exact) / 10**50
    return found.low <= exact + slack and exact - slack <= found.high


@given(held(), held(), st.integers(0, 4))
def test_arithmetic(a: tuple[Interval, Fraction], b: tuple[Interval, Fraction], count: int) -> None:
    (x, u), (y, v) = a, b
    assert interval.add([x, y]).contains(u + v)
    assert interval.neg(x).contains(-u)
    assert interval.mul(x, y).contains(u * v)
    assert interval.hull([x, y]).contains(u) and interval.hull([x, y]).contains(v)
    assert interval.maximum([x, y]).contains(max(u, v))
    assert interval.minimum([x, y]).contains(min(u, v))
    assert interval.absolute(x).contains(abs(u))
    assert interval.times(x, Interval.of(0, 4)).contains(count * u)
    if u != 0:
        assert interval.reciprocal(x).contains(1 / u)


@given(held(), st.integers(-5, 6))
def test_whole_powers(a: tuple[Interval, Fraction], k: int) -> None:
    x, u = a
    assume(u != 0 or k >= 0)
    assert interval.power(x, Fraction(k)).contains(u**k)


@given(held())
def test_exp_and_log(a: tuple[Interval, Fraction]) -> None:
    x, u = a
    assert inside(interval.exponential(x), PRECISE.exp(decimal(u)))
    assert interval.exponential(x).positive
    if u > 0:
        assert inside(interval.logarithm(x), PRECISE.ln(decimal(u)))


@given(held(positive=True), st.integers(-3, 2), st.sampled_from(["1/2", "1/3", "2/3", "1/5", "4/5"]))
def test_fractional_powers(a: tuple[Interval, Fraction], whole: int, part: str) -> None:
    x, u = a
    p = whole + Fraction(part)
    exact = PRECISE.exp(PRECISE.multiply(decimal(p), PRECISE.ln(decimal(u))))
    found = interval.power(x, p)
    assert inside(found, exact)


@given(
    held(positive=True),
    st.fractions(min_value=-2, max_value=2, max_denominator=3),
    st.fractions(min_value=0, max_value=1),
)
def test_ranges_of_exponents(a: tuple[Interval, Fraction], p: Fraction, step: Fraction) -> None:
    x, u = a
    found = interval.power_between(x, p, p + 1)
    q = p + step
    exact = PRECISE.exp(PRECISE.multiply(decimal(q), PRECISE.ln(decimal(u))))
    assert inside(found, exact)


LONG = Fraction(3) ** 3000


@pytest.mark.parametrize("end", [LONG, -LONG, 1 / LONG, -1 / LONG, 1 + 1 / LONG])
def test_long_ends_are_rounded_outward(end: Fraction) -> None:
    found = Interval.of(end, end)
    assert found.low <= end <= found.high
    for side in (found.low, found.high):
        assert isinstance(side, float) or max(side.numerator.bit_length(), side.denominator.bit_length()) <= BITS
    assert found.never_zero


def test_zero_that_is_not_a_value() -> None:
    assert interval.exponential(EVERYTHING).positive
    assert interval.reciprocal(interval.exponential(EVERYTHING)) == Interval.of(0, inf, nonzero=True)
    assert interval.add([interval.exponential(EVERYTHING), Interval.of(0, 1)]).positive
    assert not interval.add([interval.exponential(EVERYTHING), Interval.of(-1, 1)]).never_zero
    assert not interval.reciprocal(Interval.of(-1, 1)).positive


def test_intervals_that_contradict_each_other_leave_the_first() -> None:
    assert interval.intersect(Interval.of(0, 1), Interval.of(2, 3)) == Interval.of(0, 1)
    assert interval.intersect(Interval.of(0, 2), Interval.of(1, 3)) == Interval.of(1, 2)
