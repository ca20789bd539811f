"""Numbers as short text for messages."""

from __future__ import annotations

from fractions import Fraction


def shown(value: Fraction | float) -> str:
    """`0.1`, `1/3`, `2.5e+300`: a finite decimal of at most 15 digits where there is one."""
    if isinstance(value, float):
        return repr(value)
    if value.denominator == 1 and abs(value.numerator) < 10**15:
        return str(value.numerator)
    rest, places = value.denominator, 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places += max(twos, fives)
    if rest == 1 and places <= 15 and abs(value) < 10**15:
        whole = str(abs(value.numerator) * (10**places // value.denominator)).rjust(places + 1, "0")
        return ("-" if value < 0 else "") + f"{whole[:-places]}.{whole[-places:]}"
    if value.numerator.bit_length() < 50 and value.denominator.bit_length() < 50:
        return f"{value.numerator}/{value.denominator}"
    try:
        return repr(float(value))
    except OverflowError:
        return "a number beyond 1.8e308"
