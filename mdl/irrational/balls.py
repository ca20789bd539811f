"""Rigorous enclosures of atoms and rows by arb balls, remembered for each precision."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import inf, nextafter
from typing import TYPE_CHECKING

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.irrational.atoms import Atoms, Base, Euler, Exp, Log, Prime, Row

if TYPE_CHECKING:
    from flint import arb, fmpq

PRECISIONS = (128, 512, 2048)
"""Bits tried one after the other before a sign is given up."""

UNKNOWN = 2
"""The sign of a number that no precision tried tells from 0."""


class Balls:
    """Enclosures of the atoms of one table."""

    __slots__ = ("_atoms", "_balls", "_bases", "_middle", "_radius")

    def __init__(self, atoms: Atoms) -> None:
        self._atoms = atoms
        self._balls: dict[tuple[int, int], arb] = {}
        self._bases: dict[tuple[int, int], arb] = {}
        self._middle: FloatArray = np.zeros(0)
        self._radius: FloatArray = np.zeros(0)

    def row(self, row: Row, bits: int) -> arb:
        """A ball that contains the row's value."""
        from flint import arb, ctx

        with ctx.workprec(bits):
            value = arb(_rational(row[0]))
            for atom, coefficient in row[1]:
                value += self.atom(atom, bits) * arb(_rational(coefficient))
            return value

    def sign(self, row: Row, precisions: Sequence[int] = PRECISIONS) -> int:
        """-1 or 1 where an enclosure excludes 0, else UNKNOWN."""
        for bits in precisions:
            ball = self.row(row, bits)
            if ball > 0:
                return 1
            if ball < 0:
                return -1
        return UNKNOWN

    def atom(self, atom: int, bits: int) -> arb:
        found = self._balls.get((atom, bits))
        if found is None:
            found = self._balls[atom, bits] = self._monomial(atom, bits)
        return found

    def _monomial(self, atom: int, bits: int) -> arb:
        from flint import arb, ctx

        with ctx.workprec(bits + 16):
            value = arb(1)
            for base, exponent in self._atoms.monomials[atom]:
                held = self._base(base, bits)
                if exponent.denominator == 1:
                    value *= held ** int(exponent.numerator)
                else:
                    value *= held ** arb(_rational(exponent))
            return value

    def _base(self, base: int, bits: int) -> arb:
        found = self._bases.get((base, bits))
        if found is None:
            from flint import ctx

            with ctx.workprec(bits + 32):
                found = self._bases[base, bits] = self._fresh(self._atoms.bases[base], bits + 32)
        return found

    def _fresh(self, base: Base, bits: int) -> arb:
        from flint import arb

        match base:
            case Prime(value):
                return arb(value)
            case Euler():
                return arb(1).exp()
            case Log(of):
                return self.row(of, bits).log()
            case Exp(of):
                return self.atom(of, bits).exp()
            case _:
                return self.row(base.of, bits)

    def floats(self) -> tuple[FloatArray, FloatArray]:
        """A float64 close to each atom, and how far the atom may be from it (infinite where nothing is known)."""
        known = len(self._middle)
        if known < len(self._atoms):
            fresh = [self._float(atom) for atom in range(known, len(self._atoms))]
            self._middle = np.concatenate((self._middle, np.array([m for m, _ in fresh])))
            self._radius = np.concatenate((self._radius, np.array([r for _, r in fresh])))
        return self._middle, self._radius

    def _float(self, atom: int) -> tuple[float, float]:
        for bits in PRECISIONS:
            low, high = interval(self.atom(atom, bits))
            middle = low / 2 + high / 2
            if abs(high - low) <= 1e-14 * abs(middle) < inf:
                return middle, nextafter(max(high - middle, middle - low), inf)
        return middle, inf


def interval(ball: arb) -> tuple[float, float]:
    """Float64 numbers around a ball, rounded outward."""
    if not ball.is_finite():
        return -inf, inf
    return nextafter(float(ball.lower()), -inf), nextafter(float(ball.upper()), inf)


def _rational(value: Fraction) -> fmpq:
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)
