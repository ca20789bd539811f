"""Numbers as text: short for people, round-trip for programs."""

from __future__ import annotations

from fractions import Fraction


def short(value: float) -> str:
    """Seven significant digits; a solver's last bits are noise to a reader."""
    if value != value:
        return "nan"
    text = f"{value:.7g}"
    return "0" if text == "-0" else text


def exact(value: Fraction | int) -> str:
    """`3`, `0.1` where the decimal is exact and short, `1/3` otherwise."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    decimal = _decimal(value)
    return decimal if decimal is not None and len(decimal) <= 12 else f"{value.numerator}/{value.denominator}"


def _decimal(value: Fraction) -> str | None:
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
