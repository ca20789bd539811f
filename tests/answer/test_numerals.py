"""Numbers as text."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from mdl.answer.numerals import exact, short


@given(st.fractions())
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
