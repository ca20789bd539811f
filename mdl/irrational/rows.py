"""Exact functions of single numbers (rows): product, quotient, power, logarithm, exponential.

Where an operand is not in the domain a `Fault` is raised at position 0, also ("undecided") where its sign, which the
domain needs, could not be found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm

from mdl.algebra.vectors import Fault
from mdl.irrational.atoms import Atoms, Base, Euler, Exp, Log, Prime, Row, Sum, rational
from mdl.irrational.balls import PRECISIONS, UNKNOWN, Balls
from mdl.irrational.factor import factored

EXPANDED = 8
"""Combinations to the power of a positive integer up to this are multiplied out."""

LONGEST = 2**20
"""Bits of the largest rational that a power may become."""


class Rows:
    """Arithmetic of rows over one table of atoms."""

    __slots__ = ("_logs", "atoms", "balls")

    def __init__(self) -> None:
        self.atoms = Atoms()
        self.balls = Balls(self.atoms)
        self._logs: dict[int, int] = {}

    # ---- signs ----

    def sign(self, a: Row) -> int:
        """-1, 0 or 1, or UNKNOWN where nothing could be proved: 0 by cancelling, the others by an enclosure."""
        if not a[1]:
            return (a[0] > 0) - (a[0] < 0)
        found = self.balls.sign(a, PRECISIONS[:1])
        if found == UNKNOWN and self.cleared(a) == rational(0):
            return 0
        return self.balls.sign(a, PRECISIONS[1:]) if found == UNKNOWN else found

    def cleared(self, a: Row) -> Row:
        """`a` times powers of the sums in it, which are positive, so that none is left in a denominator."""
        for _ in range(EXPANDED):
            least = self._least(a)
            if not least:
                break
            factor = {b: -e for b, e in least.items()}
            a = combined([(a[0], self._term(Fraction(1), factor)), *((c, self._lifted(i, factor)) for i, c in a[1])])
        return a

    def _least(self, a: Row) -> dict[int, Fraction]:
        """The smallest exponent of each sum in a row, where it is negative or leaves room for a common factor."""
        held = [dict(self.atoms.monomials[i]) for i, _ in a[1]]
        if a[0]:
            held.append({})
        sums = {b for m in held for b in m if isinstance(self.atoms.bases[b], Sum)}
        least = {b: min(m.get(b, Fraction(0)) for m in held) for b in sums}
        return {b: e for b, e in least.items() if e}

    def _lifted(self, atom: int, factor: Mapping[int, Fraction]) -> Row:
        exponents = dict(self.atoms.monomials[atom])
        for b, e in factor.items():
            exponents[b] = exponents.get(b, Fraction(0)) + e
        return self._term(Fraction(1), exponents)

    # ---- field operations ----

    def multiply(self, a: Row, b: Row) -> Row:
        if not a[1] or not b[1]:
            number, row = (a[0], b) if not a[1] else (b[0], a)
            return scaled(row, number)
        parts = [(a[0], b), *((c, self._times(atom, b)) for atom, c in a[1])]
        return combined(parts)

    def _times(self, atom: int, row: Row) -> Row:
        parts = [(row[0], (Fraction(0), ((atom, Fraction(1)),)))]
        return combined([*parts, *((c, self.product(atom, other)) for other, c in row[1])])

    def product(self, a: int, b: int) -> Row:
        """Of two atoms."""
        key = (a, b) if a <= b else (b, a)
        found = self.atoms.products.get(key)
        if found is None:
            found = self.atoms.products[key] = self._lifted(a, dict(self.atoms.monomials[b]))
        return found

    def _term(self, coefficient: Fraction, exponents: Mapping[int, Fraction]) -> Row:
        """A product of powers of bases; sums to whole powers are multiplied out."""
        held, factors = dict(exponents), list[Row]()
        for b, e in exponents.items():
            base = self.atoms.bases[b]
            if isinstance(base, Sum) and 1 <= e < EXPANDED + 1:
                whole = e.numerator // e.denominator
                held[b] = e - whole
                factors += [base.of] * whole
        result = self.atoms.term(coefficient, held)
        for f in factors:
            result = self.multiply(result, f)
        return result

    def divide(self, a: Row, b: Row) -> Row:
        """Faults: "zero" ("nought" where both are)."""
        if not self._sign_decided(b):
            raise Fault("nought" if not self._sign_decided(a) else "zero", 0)
        if not b[1]:
            return scaled(a, 1 / b[0])
        ratio = proportion(a, b)
        return rational(ratio) if ratio is not None else self.multiply(a, self.power(b, Fraction(-1)))

    # ---- powers ----

    def power(self, a: Row, exponent: Fraction) -> Row:
        """Faults: "zero" of 0 to a negative, "power" of a negative to a fraction, "overflow" of too long a result."""
        if not exponent:
            return rational(1)
        if not a[1]:
            return self._rational_power(a[0], exponent)
        if exponent.denominator == 1 and 0 < exponent <= EXPANDED and not single(a):
            result = a
            for _ in range(int(exponent) - 1):
                result = self.multiply(result, a)
            return result
        if single(a) and (exponent.denominator == 1 or self._surely_positive(a)):
            if exponent < 0 and not self._sign_decided(a):
                raise Fault("zero", 0)
            ((atom, coefficient),) = a[1]
            exponents = {b: e * exponent for b, e in self.atoms.monomials[atom]}
            return self._scaled_term(coefficient, exponent, exponents)
        sign, content, unit = self._parts(a)
        if not sign:
            return self._rational_power(Fraction(0), exponent)
        return self._scaled_term(sign * content, exponent, {self.atoms.base(Sum(unit)): exponent})

    def _rational_power(self, value: Fraction, exponent: Fraction) -> Row:
        if not value:
            if exponent < 0:
                raise Fault("zero", 0)
            return rational(0)
        return self._scaled_term(value, exponent, {})

    def _scaled_term(self, content: Fraction, exponent: Fraction, exponents: Mapping[int, Fraction]) -> Row:
        """content^exponent * prod base^e; the bases do not change the sign."""
        if content < 0 and exponent.denominator != 1:
            raise Fault("power", 0, content if not exponents else None)
        bits = max(content.numerator.bit_length(), content.denominator.bit_length())
        if bits > 1 and bits * abs(exponent) > LONGEST:
            raise Fault("overflow", 0)
        sign = -1 if content < 0 and exponent.numerator % 2 else 1
        held = dict(exponents)
        for prime, k in factored(abs(content)).items():
            b = self.atoms.prime(prime)
            held[b] = held[b] + k * exponent if b in held else k * exponent
        return self._term(Fraction(sign), held)

    def _parts(self, a: Row) -> tuple[int, Fraction, Row]:
        """(sign, content, unit) with a = sign * content * unit, the content and the primitive unit positive."""
        unit, content = primitive(a)
        sign = self._sign_decided(unit)
        return sign, content, unit if sign >= 0 else scaled(unit, Fraction(-1))

    def _sign_decided(self, a: Row) -> int:
        """Fault "undecided" where the sign is not known."""
        if single(a) and self._surely_positive(a):
            return 1
        sign = self.sign(a)
        if sign == UNKNOWN:
            raise Fault("undecided", 0)
        return sign

    def _surely_positive(self, a: Row) -> bool:
        """Whether the multiple of one atom is a product of positive numbers."""
        ((atom, coefficient),) = a[1]
        return coefficient > 0 and all(self.atoms.surely_positive(b) for b, _ in self.atoms.monomials[atom])

    # ---- logarithm and exponential ----

    def log(self, a: Row) -> Row:
        """Fault "log" of what is not positive."""
        if not a[1]:
            if a[0] <= 0:
                raise Fault("log", 0, a[0])
            return self._log_of_rational(a[0])
        if single(a) and self._surely_positive(a):
            ((atom, coefficient),) = a[1]
            parts = [(Fraction(1), self._log_of_rational(coefficient))]
            parts += [(e, self._log_of_base(self.atoms.bases[b])) for b, e in self.atoms.monomials[atom]]
            return combined(parts)
        sign, content, unit = self._parts(a)
        if sign <= 0:
            raise Fault("log", 0)
        return combined([(Fraction(1), self._log_of_rational(content)), (Fraction(1), self._as_row(Log(unit)))])

    def _log_of_rational(self, value: Fraction) -> Row:
        return Fraction(0), tuple(sorted((self._log_of_prime(p), Fraction(k)) for p, k in factored(value).items() if k))

    def _log_of_prime(self, prime: int) -> int:
        """The atom."""
        found = self._logs.get(prime)
        if found is None:
            ((found, _),) = self._as_row(Log(rational(prime)))[1]
            self._logs[prime] = found
        return found

    def _log_of_base(self, base: Base) -> Row:
        match base:
            case Prime(value):
                return Fraction(0), ((self._log_of_prime(value), Fraction(1)),)
            case Euler():
                return rational(1)
            case Exp(of):
                return Fraction(0), ((of, Fraction(1)),)
            case Sum(of):
                return self._as_row(Log(of))
            case Log():
                return self._as_row(Log(self._as_row(base)))

    def _as_row(self, base: Base) -> Row:
        return self.atoms.term(Fraction(1), {self.atoms.base(base): Fraction(1)})

    def exp(self, a: Row) -> Row:
        """Fault "exp" of what is too large for a float64."""
        if not self.balls.row(a, PRECISIONS[0]) < 710:
            raise Fault("exp", 0)
        result = self.atoms.term(Fraction(1), {self.atoms.base(Euler()): a[0]})
        for atom, coefficient in a[1]:
            base = self.atoms.only_base(atom)
            if isinstance(base, Log):
                part = self.power(base.of, coefficient)
            else:
                part = self._term(Fraction(1), {self.atoms.base(Exp(atom)): coefficient})
            result = self.multiply(result, part)
        return result


# ---- rows as vectors over the rationals ----


def single(a: Row) -> bool:
    """Whether the row is a multiple of one atom."""
    return not a[0] and len(a[1]) == 1


def scaled(a: Row, factor: Fraction) -> Row:
    if factor == 1:
        return a
    return (a[0] * factor, tuple((i, c * factor) for i, c in a[1])) if factor else rational(0)


def combined(parts: Iterable[tuple[Fraction, Row]]) -> Row:
    """Sum of factor * row."""
    constant, found = Fraction(0), dict[int, Fraction]()
    for factor, row in parts:
        constant += factor * row[0]
        for atom, c in row[1]:
            found[atom] = found.get(atom, Fraction(0)) + factor * c
    return constant, tuple(sorted((i, c) for i, c in found.items() if c))


def proportion(a: Row, b: Row) -> Fraction | None:
    """The rational q with a = q * b, b not 0; None where there is none or it is not seen."""
    if [i for i, _ in a[1]] != [i for i, _ in b[1]]:
        return Fraction(0) if a == rational(0) else None
    ratio = a[1][0][1] / b[1][0][1]
    return ratio if a == scaled(b, ratio) else None


def primitive(a: Row) -> tuple[Row, Fraction]:
    """`a` as content * row with coprime integers in the row, the content positive."""
    values = [a[0], *(c for _, c in a[1])]
    content = Fraction(gcd(*(v.numerator for v in values)), lcm(*(v.denominator for v in values)))
    return scaled(a, 1 / content), content
