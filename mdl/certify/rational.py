"""Rationals with a common denominator from binary approximations (continued fractions; Wang 1981, Steffy 2010)."""

from __future__ import annotations

from math import isqrt

GUARD = 12
"""Bits by which an approximation must be better than chance before a fraction is believed."""


def common_fractions(digits: list[int], bits: int, accuracy: int) -> tuple[list[int], int] | None:
    """Numerators and a positive denominator of fractions within `2**-accuracy` of each `digits / 2**bits`, or None.

    Components share denominators as a rule: each is tried with the denominator found so far first.
    """
    if accuracy <= GUARD:
        return None
    one, common = 1 << bits, 1
    found: list[int] = []
    commons: list[int] = []
    most = isqrt(1 << max(0, accuracy - GUARD))
    room = 1 << max(0, bits - accuracy)
    for digit in digits:
        value = digit * common
        nearest = (2 * value + one) >> (bits + 1)
        if abs(value - (nearest << bits)) > room * common:
            more = _simplest(value, one, room * common, most // common)
            if more is None:
                return None
            nearest, factor = more
            common *= factor
        found.append(nearest)
        commons.append(common)
    return [n * (common // c) for n, c in zip(found, commons, strict=True)], common


def _simplest(value: int, one: int, room: int, most: int) -> tuple[int, int] | None:
    """The first convergent p / q of value / one with |value - one p / q| <= room, if q is at most `most`."""
    a, b = value, one
    p0, q0, p1, q1 = 0, 1, 1, 0
    while b:
        whole = a // b
        a, b = b, a - whole * b
        p0, q0, p1, q1 = p1, q1, whole * p1 + p0, whole * q1 + q0
        if q1 > most:
            return None
        if abs(value * q1 - one * p1) <= room * q1:
            return p1, q1
    return None
