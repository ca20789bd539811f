"""Numbers as text: short for people, round-trip for programs."""

from __future__ import annotations

from fractions import Fraction

LONGEST = 10**40
"""Numerators and denominators from here on are not written out."""

WIDE = 30
"""Characters that a number may have in a table for people."""

BIG = 10**300


def short(value: float) -> str:
    """Seven significant digits; a solver's last bits are noise to a reader."""
    if value != value:
        return "nan"
    text = f"{value:.7g}"
    return "0" if text == "-0" else text


def exact(value: Fraction | int) -> str:
    """`3`, `0.1` where the decimal is exact and short, `1/3` otherwise; of what is too long its first digits."""
    value = Fraction(value)
    if max(abs(value.numerator), value.denominator) >= LONGEST:
        return _about(value)
    if value.denominator == 1:
        return str(value.numerator)
    decimal = _decimal(value)
    return decimal if decimal is not None and len(decimal) <= 12 else f"{value.numerator}/{value.denominator}"


def brief(value: Fraction | int) -> str:
    """As `exact`; what is wider than a table has room for is `~` its first digits."""
    text = exact(value)
    return text if len(text) <= WIDE or abs(Fraction(value)) >= BIG else f"~{short(float(value))}"


def _about(value: Fraction) -> str:
    """Seven digits of a number of any size; `...` says that there are more."""
    from decimal import Context

    context = Context(prec=30, Emin=-(10**9), Emax=10**9)
    wide = context.divide(context.create_decimal(value.numerator), context.create_decimal(value.denominator))
    near = Context(prec=7, Emin=-(10**9), Emax=10**9).plus(wide).normalize()
    text = f"{near:e}" if near else "0"
    head, _, power = text.partition("e")
    return f"{head}{'' if Fraction(near) == value else '...'}e{power}"


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
