"""Digits are right and never more than are known."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.irrational import forms
from mdl.irrational.builder import Irrational
from mdl.irrational.text import enclosure, shown

R = Irrational()


def root(value: Fraction | int, exponent: str = "1/2") -> forms.Quantity:
    return R.power(Numbers.of([value]), Numbers.of([Fraction(exponent)]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # digits from published tables of sqrt 2, log 2 and e
        (root(2), "1.41421356237..."),
        (R.negate(root(2)), "-1.41421356237..."),
        (R.call("log", [Numbers.of([2])]), "0.693147180559..."),
        (R.call("exp", [Numbers.of([1])]), "2.71828182845..."),
        (root(2 * 10**8), "14142.1356237..."),
        (root(2 * 10**40), "1.41421356237...e+20"),
        (root(Fraction(2, 10**20)), "1.41421356237...e-10"),
        (Numbers.of([Fraction(1, 8)]), "0.125"),
        (Numbers.of([Fraction(1, 3)]), "0.333333333333..."),
        (Numbers.of([-1200]), "-1200"),
        (Numbers.of([0]), "0"),
        (Numbers.of([10**30]), "1e+30"),
        (Numbers.inexact([0.1]), "0.1"),
        # (10^80 + 1)^(1/2) - 10^40 = 1 / (2 10^40) - 1 / (8 10^120) + ... is a little below 5e-41
        (R.add([root(10**80 + 1), Numbers.of([-(10**40)])]), "4.99999999999...e-41"),
    ],
)
def test_digits_are_cut_off(value: forms.Quantity, text: str) -> None:
    assert shown(value, 0) == text


def test_what_may_be_0_has_no_digits() -> None:
    nested = R.call("sqrt", [R.add([Numbers.of([3]), R.multiply(Numbers.of([2]), root(2))])])
    assert shown(R.add([nested, Numbers.of([-1]), R.negate(root(2))]), 0) == "0 to 600 digits"


@given(st.fractions(min_value="1e-9", max_value=10**9), st.integers(1, 40))
def test_an_enclosure_is_narrow_and_contains_the_root(value: Fraction, digits: int) -> None:
    low, high = enclosure(root(value), 0, digits)
    assert low**2 <= value <= high**2
    assert (high - low) * 10**digits <= low
