"""Members of sets as small integers.

One code space serves a whole instance, so members of different sets compare by their codes.  An
integer below 2**30 in size is its own code and needs no table; names, rationals and larger integers
are numbered from 2**30 on as they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom

Codes = npt.NDArray[Any]
"""Shape (n,), int32."""

FIRST = 2**30
"""Codes from here on stand in the table; integers of smaller size are their own codes."""

MISSING = -(2**31)
"""Code of a member that no set of the instance has."""


class Universe:
    """The atoms that have been seen, by code."""

    __slots__ = ("_codes", "_table")

    def __init__(self) -> None:
        self._table: list[Atom] = []
        self._codes: dict[Atom, int] = {}

    def code(self, atom: Atom) -> int:
        """The code of an atom, which is given one if it has none."""
        if isinstance(atom, Fraction) and atom.denominator == 1:
            atom = atom.numerator
        if isinstance(atom, int) and -FIRST < atom < FIRST:
            return int(atom)
        code = self._codes.get(atom)
        if code is None:
            code = FIRST + len(self._table)
            self._codes[atom] = code
            self._table.append(atom)
        return code

    def find(self, atom: Atom) -> int:
        """The code of an atom, MISSING if it was never seen."""
        if isinstance(atom, Fraction) and atom.denominator == 1:
            atom = atom.numerator
        if isinstance(atom, int) and -FIRST < atom < FIRST:
            return int(atom)
        return self._codes.get(atom, MISSING)

    def codes(self, atoms: Iterable[Atom]) -> Codes:
        return np.fromiter((self.code(a) for a in atoms), dtype=np.int32)

    def find_all(self, atoms: Iterable[Atom]) -> Codes:
        return np.fromiter((self.find(a) for a in atoms), dtype=np.int32)

    def atom(self, code: int) -> Atom:
        return self._table[code - FIRST] if code >= FIRST else int(code)

    def atoms(self, codes: Codes) -> list[Atom]:
        table = self._table
        return [table[c - FIRST] if c >= FIRST else c for c in codes.tolist()]

    def compact(self, codes: Codes) -> tuple[Sequence[Atom], Codes]:
        """Atoms and places in them, so that `atoms[places[k]]` is the atom of `codes[k]`."""
        if not len(codes):
            return (), codes
        low, high = int(codes.min()), int(codes.max())
        if high < FIRST and high - low <= 4 * len(codes) + 64:
            return range(low, high + 1), codes - np.int32(low)
        if low >= FIRST and high - low <= 4 * len(codes) + 64:
            return tuple(self._table[low - FIRST : high + 1 - FIRST]), codes - np.int32(low)
        distinct, places = np.unique(codes, return_inverse=True)
        return tuple(self.atoms(distinct)), places.astype(np.int32)
