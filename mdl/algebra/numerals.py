"""Numbers as short text for messages."""

from __future__ import annotations

import sys
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from fractions import Fraction

from mdl.algebra.atoms import Atom


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
        near = float(value)
    except OverflowError:
        return _scientific(value)
    return repr(near) if abs(near) >= sys.float_info.min else _scientific(value)


def text(atom: Atom) -> str:
    """A member of a set as one writes it: `u1`, `3`, `0.5`, `1/3`."""
    return shown(atom) if isinstance(atom, Fraction) else str(atom)


def _scientific(value: Fraction) -> str:
    """Sixteen digits of a number that float64 cannot hold: `1e-400`."""
    with localcontext(Context(prec=16, Emax=MAX_EMAX, Emin=MIN_EMIN)):
        near = (Decimal(value.numerator) / Decimal(value.denominator)).normalize()
    sign, digits, _ = near.as_tuple()
    whole = "".join(map(str, digits))
    return f"{'-' if sign else ''}{whole[0]}{'.' if len(whole) > 1 else ''}{whole[1:]}e{near.adjusted():+03d}"
