"""Positive rationals as products of primes."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

FULL = 100
"""Integers of at most this many bits are factored completely; of longer ones only small factors are looked for."""

SMALL = 15
"""Bits of the factors looked for in longer integers."""


@lru_cache(maxsize=2**16)
def factors(n: int) -> tuple[tuple[int, int], ...]:
    """Pairs (prime, multiplicity) of n >= 1.

    Beyond FULL bits a factor may be composite: then equal numbers written with different such factors are not
    seen to be equal, and their difference stays undecided; nothing wrong follows from it.
    """
    if n == 1:
        return ()
    from flint import fmpz

    held = fmpz(n)
    if n.bit_length() <= FULL:
        return tuple((int(p), int(k)) for p, k in held.factor())
    found = [(int(p), int(k)) for p, k in held.factor_smooth(SMALL)]
    settled = []
    for p, k in found:
        parts = factors(p) if p.bit_length() <= FULL else ((p, 1),)
        settled += [(q, k * m) for q, m in parts]
    return tuple(sorted(settled))


def factored(value: Fraction) -> dict[int, int]:
    """Prime -> exponent of a positive rational; negative exponents stand for the denominator."""
    found = dict(factors(value.numerator))
    for p, k in factors(value.denominator):
        found[p] = found.get(p, 0) - k
    return found
