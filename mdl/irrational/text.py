"""Digits of irrational numbers, each of them right."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.irrational.balls import PRECISIONS
from mdl.irrational.forms import Forms, Quantity, take

if TYPE_CHECKING:
    from flint import arb

DIGITS = 12


def shown(q: Quantity, row: int, digits: int = DIGITS) -> str:
    """`0.757858283255...`: digits cut off, not rounded, so that all of them are right, also where fewer could be found.

    Dots say that there are more.  A float64 is as Python writes it.
    """
    one = take(q, np.array([row]))
    if isinstance(one, Numbers):
        return _digits(one.fractions()[0], digits) if one.is_exact else repr(float(one.floats()[0]))
    for bits in PRECISIONS:
        low, high = _ends(one, bits)
        for count in range(digits, digits - 1 if bits != PRECISIONS[-1] else 0, -1):
            text = _digits(low, count, more=True)
            if text == _digits(high, count, more=True):
                return text
    return "0 to 600 digits"


def enclosure(q: Quantity, row: int, digits: int = DIGITS) -> tuple[Fraction, Fraction]:
    """Rationals (low, high) around an entry, 10^-digits of its size apart at most if 2048 bits allow it."""
    one = take(q, np.array([row]))
    if isinstance(one, Numbers):
        return one.fractions()[0], one.fractions()[0]
    for bits in PRECISIONS:
        low, high = _ends(one, bits)
        if high - low <= min(abs(low), abs(high)) / 10**digits:
            break
    return low, high


def _ends(one: Forms, bits: int) -> tuple[Fraction, Fraction]:
    from flint import ctx

    (row,) = one.rows()
    with ctx.workprec(bits):  # the ends are rounded outward to as many bits
        ball = one.table.balls.row(row, bits)
        return _fraction(ball.lower()), _fraction(ball.upper())


def _fraction(point: arb) -> Fraction:
    mantissa, exponent = point.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _digits(value: Fraction, digits: int, more: bool = False) -> str:
    """Significant digits, cut off; dots where there are more, or where `more` says so."""
    if not value:
        return "0..." if more else "0"
    power = _magnitude(abs(value))
    shifted = abs(value) * Fraction(10) ** (digits - 1 - power)
    whole = shifted.numerator // shifted.denominator
    dots = "..." if more or whole != shifted else ""
    sign = "-" if value < 0 else ""
    if -5 <= power < digits:
        held = str(whole).rjust(digits - min(power, 0), "0")
        point = max(power, 0) + 1
        text = f"{held[:point]}.{held[point:]}"
        return sign + (text + dots if dots else text.rstrip("0").rstrip("."))
    text = f"{str(whole)[0]}.{str(whole)[1:]}"
    return f"{sign}{text if dots else text.rstrip('0').rstrip('.')}{dots}e{power:+d}"


def _magnitude(value: Fraction) -> int:
    """The k with 10^k <= value < 10^(k+1)."""
    k = len(str(value.numerator)) - len(str(value.denominator))
    while Fraction(10) ** k > value:
        k -= 1
    while Fraction(10) ** (k + 1) <= value:
        k += 1
    return k
