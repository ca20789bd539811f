"""Irrational numbers by structure: products of powers of a few bases, one atom for all rational multiples of one.

A *base* is a positive number (a logarithm excepted, which may be negative): a prime, e, the logarithm of something,
e to the power of another atom, or a positive combination that stands under a root.  A *monomial* is a product of bases
to rational powers.  Monomials that differ by a rational factor, as 8^(1/5) and 256^(1/5), belong to one *atom*,
written as the first of them that came up, so that the coefficients of like data stay small integers.

Distinct products of roots of primes are linearly independent over the rationals (Besicovitch 1940), so are logarithms
of primes (unique factorisation) and distinct powers of e (Lindemann-Weierstrass): combinations of atoms of one such
sort are zero only where every coefficient is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Row = tuple[Fraction, tuple[tuple[int, Fraction], ...]]
"""One number: a rational and pairs (atom, coefficient), atoms ascending, no coefficient 0."""

Monomial = tuple[tuple[int, Fraction], ...]
"""Pairs (base, exponent), bases ascending, no exponent 0."""


@dataclass(slots=True, frozen=True)
class Prime:
    value: int


@dataclass(slots=True, frozen=True)
class Euler:
    """The number e."""


@dataclass(slots=True, frozen=True)
class Log:
    """The logarithm of a prime, or of a positive primitive combination."""

    of: Row


@dataclass(slots=True, frozen=True)
class Exp:
    """e to the power of an atom."""

    of: int


@dataclass(slots=True, frozen=True)
class Sum:
    """A positive primitive combination, where a power of it cannot be written without it."""

    of: Row


Base = Prime | Euler | Log | Exp | Sum


def rational(value: Fraction | int) -> Row:
    return Fraction(value), ()


class Atoms:
    """The table of bases and atoms that the forms of one computation share.  It only grows."""

    __slots__ = ("_base_ids", "_classes", "_primes", "bases", "monomials", "products")

    def __init__(self) -> None:
        self.bases: list[Base] = []
        self.monomials: list[Monomial] = []
        self.products: dict[tuple[int, int], Row] = {}
        self._base_ids: dict[Base, int] = {}
        self._classes: dict[Monomial, int] = {}
        self._primes: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self.monomials)

    def base(self, held: Base) -> int:
        found = self._base_ids.get(held)
        if found is None:
            found = self._base_ids[held] = len(self.bases)
            self.bases.append(held)
        return found

    def prime(self, value: int) -> int:
        """The base that a prime is."""
        found = self._primes.get(value)
        if found is None:
            found = self._primes[value] = self.base(Prime(value))
        return found

    def term(self, coefficient: Fraction, exponents: Mapping[int, Fraction]) -> Row:
        """coefficient * prod base^exponent, as a rational or a multiple of one atom."""
        if not coefficient:
            return rational(0)
        monomial = tuple(sorted((b, e) for b, e in exponents.items() if e))
        reduced = []
        for b, e in monomial:
            part = e % 1 if isinstance(self.bases[b], Prime) else e
            if part:
                reduced.append((b, part))
        if not reduced:
            return coefficient * self._whole(monomial), ()
        kind = tuple(reduced)
        atom = self._classes.get(kind)
        if atom is None:
            atom = self._classes[kind] = len(self.monomials)
            self.monomials.append(monomial)
            return Fraction(0), ((atom, coefficient),)
        ratio = dict(monomial)
        for b, e in self.monomials[atom]:
            ratio[b] = ratio.get(b, Fraction(0)) - e
        return Fraction(0), ((atom, coefficient * self._whole(tuple(ratio.items()))),)

    def _whole(self, monomial: Monomial) -> Fraction:
        """The value where all exponents are integers and, if not 0, of primes."""
        value = Fraction(1)
        for b, e in monomial:
            if e:
                held = self.bases[b]
                assert isinstance(held, Prime) and e.denominator == 1
                value *= Fraction(held.value) ** e.numerator
        return value

    def only_base(self, atom: int) -> Base | None:
        """The base that an atom is, where it is one to the power 1."""
        monomial = self.monomials[atom]
        return self.bases[monomial[0][0]] if len(monomial) == 1 and monomial[0][1] == 1 else None

    def surely_positive(self, base: int) -> bool:
        held = self.bases[base]
        return not isinstance(held, Log) or not held.of[1]
