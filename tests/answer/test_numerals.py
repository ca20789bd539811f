"""Numbers as text."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdl.answer.numerals import brief, exact, short


@given(st.fractions(max_denominator=10**39).filter(lambda v: abs(v.numerator) < 10**40))
def test_exact_text_means_the_same_number(value: Fraction) -> None:
    assert Fraction(exact(value)) == value


def test_decimals_are_written_as_decimals() -> None:
    assert [exact(v) for v in (Fraction(1, 10), Fraction(-5, 4), Fraction(1, 3), Fraction(7), Fraction(1, 2**40))] == [
        "0.1",
        "-1.25",
        "1/3",
        "7",
        "1/1099511627776",
    ]


def test_short_has_seven_digits_and_no_negative_zero() -> None:
    assert [short(v) for v in (0.1 + 0.2, -0.0, 1e-12, 123456789.0, float("inf"))] == [
        "0.3",
        "0",
        "1e-12",
        "1.234568e+08",
        "inf",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(10) ** 30, "1" + "0" * 30),
        (Fraction(1, 10**300), "1e-300"),
        (Fraction(-3, 2 * 10**600), "-1.5e-600"),
        (Fraction(10**308), "1e+308"),
        (Fraction(10**50 + 1), "1...e+50"),
        (Fraction(1, 3 * 10**50), "3.333333...e-51"),
    ],
)
def test_long_numbers(value: Fraction, text: str) -> None:
    assert exact(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(2, 3), "2/3"),
        (Fraction(4999999998, 2500000001), "4999999998/2500000001"),
        (Fraction(10**20 + 1, 10**20 + 3), "~1"),
        (Fraction(-(10**30) - 1, 3 * 10**21), "~-3.333333e+08"),
        (Fraction(10**400 + 1), "1...e+400"),
    ],
)
def test_brief_says_where_digits_are_left_out(value: Fraction, text: str) -> None:
    assert brief(value) == text
