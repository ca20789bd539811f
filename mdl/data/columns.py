"""Columns of data as read, before it is known what they stand for."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from mdl.algebra.arithmetic import has_float
from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import Numbers
from mdl.algebra.numerals import shown
from mdl.algebra.universe import MISSING, Codes, Universe
from mdl.data.decimal_text import BadNumber, parse_decimal, parse_decimals

_INTEGER = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)
_FRACTION = re.compile(r"-?\d{1,18}\.\d{1,18}", re.ASCII)


class BadMember(Exception):  # noqa: N818 - becomes a diagnostic where the place is known
    """The cell in row `row` can be no member of a set."""

    def __init__(self, row: int, text: str, why: str) -> None:
        super().__init__(why)
        self.row = row
        self.text = text
        self.why = why


class Column(Protocol):
    """One value a row."""

    def __len__(self) -> int: ...

    def codes(self, universe: Universe, add: bool) -> Codes:
        """As members.  With `add` unknown ones join the universe, else they are MISSING.  Raises BadMember."""

    def numbers(self) -> Numbers:
        """As exact numbers.  Raises BadNumber."""

    def text(self, row: int) -> str:
        """A cell for messages."""


def atom_of_text(text: str) -> Atom:
    """The member that a text stands for: `12` and `0.5` are numbers, all else is a name."""
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text):
        return Fraction(text)
    return text


class Texts:
    """Cells of a text file."""

    __slots__ = ("cells",)

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = cells

    def __len__(self) -> int:
        return len(self.cells)

    def codes(self, universe: Universe, add: bool) -> Codes:
        known: dict[str, int] = {}
        for row, text in enumerate(self.cells):
            if text not in known:
                if not text:
                    raise BadMember(row, text, "an empty cell")
                known[text] = universe.code(atom_of_text(text)) if add else _find(universe, text)
        return np.fromiter(map(known.__getitem__, self.cells), dtype=np.int32, count=len(self.cells))

    def numbers(self) -> Numbers:
        return parse_decimals(self.cells)

    def text(self, row: int) -> str:
        return self.cells[row]


def _find(universe: Universe, text: str) -> int:
    # a number may have been written in quotes where the set was given
    written = universe.find(text)
    return written if written != MISSING else universe.find(atom_of_text(text))


class Cells:
    """Cells with types of their own: text, numbers, truth values, dates, nothing."""

    __slots__ = ("cells",)

    def __init__(self, cells: Sequence[Any]) -> None:
        self.cells = cells

    def __len__(self) -> int:
        return len(self.cells)

    def codes(self, universe: Universe, add: bool) -> Codes:
        out = np.empty(len(self.cells), dtype=np.int32)
        for row, cell in enumerate(self.cells):
            if isinstance(cell, str) and cell:
                out[row] = universe.code(cell) if add else _find(universe, cell)
            else:
                atom = _atom(cell, row)
                out[row] = universe.code(atom) if add else universe.find(atom)
        return out

    def numbers(self) -> Numbers:
        return Numbers.of([rational(cell, row) for row, cell in enumerate(self.cells)])

    def text(self, row: int) -> str:
        return cell_text(self.cells[row])


def cell_text(cell: Any) -> str:
    if isinstance(cell, Fraction):
        return shown(cell)
    if isinstance(cell, list | tuple):
        return "(" + ", ".join(cell_text(c) for c in cell) + ")"
    if isinstance(cell, frozenset):  # a coalition; sorted, since sets of text have another order in every run
        return "{" + ", ".join(sorted(map(cell_text, cell))) + "}"
    return "" if cell is None else str(cell)


def _atom(cell: Any, row: int) -> Atom:
    if cell is None or cell == "":
        raise BadMember(row, "", "an empty cell")
    if isinstance(cell, bool) or not isinstance(cell, int | float | Fraction | Decimal):
        raise BadMember(row, cell_text(cell), f"a {type(cell).__name__}")
    try:
        return rational(cell, row)
    except BadNumber as bad:
        raise BadMember(row, bad.text, bad.why) from None


def rational(cell: Any, row: int) -> Fraction:
    """A cell as an exact number; a float is the shortest decimal that reads as it (0.1 is 1/10)."""
    if isinstance(cell, bool):
        raise BadNumber(row, str(cell).lower(), "a truth value")
    if isinstance(cell, int | Fraction):
        if not has_float(abs(cell.numerator), cell.denominator):
            raise BadNumber(row, f"{str(cell)[:20]}...", "too large for floating point")
        return Fraction(cell)
    if isinstance(cell, float):
        if not math.isfinite(cell):
            raise BadNumber(row, str(cell), "infinity" if math.isinf(cell) else "no number")
        return Fraction(repr(cell))
    if isinstance(cell, Decimal):
        return parse_decimal(str(cell), row)
    if isinstance(cell, str):
        return parse_decimal(cell.strip(), row)
    raise BadNumber(row, cell_text(cell), "an empty cell" if cell is None else f"a {type(cell).__name__}")


class Figures:
    """A column known to be numbers."""

    __slots__ = ("values",)

    def __init__(self, values: Numbers) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def codes(self, universe: Universe, add: bool) -> Codes:
        from mdl.algebra.members import codes_of

        if add:
            for value in set(self.values.fractions()):
                universe.code(value)
        return codes_of(universe, self.values).codes[0]

    def numbers(self) -> Numbers:
        return self.values

    def text(self, row: int) -> str:
        return shown(self.values.take(slice(row, row + 1)).fractions()[0])
