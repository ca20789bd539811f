"""Numbers as short text."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mdl.algebra.numerals import shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 3), "1/3"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(1, 10**20), "1e-20"),
        (Fraction(1, 10**400), "1e-400"),
        (Fraction(-1, 3 * 10**400), "-3.333333333333333e-401"),
        (Fraction(7, 10**310), "7e-310"),
        (Fraction(25 * 10**398), "2.5e+399"),
        (Fraction(0), "0"),
    ],
)
def test_numbers_that_float64_cannot_hold_are_not_0(value: Fraction, text: str) -> None:
    assert shown(value) == text
