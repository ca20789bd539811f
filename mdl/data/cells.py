"""Columns read with everything that is wrong with their cells, not the first alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.algebra.universe import MISSING, Codes, Universe
from mdl.algebra.values import Truths
from mdl.data import errors
from mdl.data.columns import BadMember, Cells, Column, Texts, rational
from mdl.data.decimal_text import BadNumber
from mdl.data.entries import Where
from mdl.diagnostics import Diagnostic
from mdl.semantics.model import Symbol

MOST = 10
"""Cells of a column that are told one by one; the last one says how many more there are."""

Bad = TypeVar("Bad")


def numbers(symbol: Symbol, column: Column, place: Where) -> tuple[Numbers, Truths, list[Diagnostic]]:
    """A column as numbers, 0 where a cell is none; which rows are right; what is wrong with the others."""
    right = np.ones(len(column), dtype=np.bool_)
    try:
        return column.numbers(), right, []
    except BadNumber as first:
        wrong = {first.row: first}
    found = [Fraction(0)] * len(column)
    for row in range(len(column)):
        try:
            found[row] = rational(_cell(column, row), row)
        except BadNumber as bad:
            wrong[row] = bad
    right[list(wrong)] = False
    told = some(
        [wrong[row] for row in sorted(wrong)],
        lambda bad, more: errors.not_a_number(symbol, bad.text, bad.why, place(bad.row), more),
    )
    return Numbers.of(found), right, list(told)


def codes(
    symbol: Symbol, column: Column, universe: Universe, place: Where, add: bool
) -> tuple[Codes, Truths, list[Diagnostic]]:
    """A column as members, MISSING where a cell is none or, without `add`, where no set has it."""
    right = np.ones(len(column), dtype=np.bool_)
    try:
        return column.codes(universe, add), right, []
    except BadMember as first:
        wrong = {first.row: first}
    held = np.full(len(column), MISSING, dtype=np.int32)
    for row in range(len(column)):
        try:
            held[row] = _one(column, row).codes(universe, add)[0]
        except BadMember as bad:
            wrong[row] = BadMember(row, bad.text, bad.why)
    right[list(wrong)] = False
    told = some(
        [wrong[row] for row in sorted(wrong)],
        lambda bad, more: errors.not_a_member(symbol, bad.text, bad.why, place(bad.row), more),
    )
    return held, right, list(told)


def named(column: Column, held: Codes, right: Truths, universe: Universe) -> Codes:
    """The same, where a member that no set has gets a code of its own, so that it has a name in messages."""
    lost = np.flatnonzero(right & (held == MISSING))
    if not len(lost):
        return held
    held = held.copy()
    for row in lost.tolist():
        held[row] = _one(column, row).codes(universe, True)[0]
    return held


def some(wrong: Sequence[Bad], tell: Callable[[Bad, int], Diagnostic]) -> Iterator[Diagnostic]:
    """A diagnostic for each of the first; the last of them counts those that are not told."""
    shown = wrong[:MOST]
    for k, bad in enumerate(shown):
        yield tell(bad, len(wrong) - len(shown) if k == len(shown) - 1 else 0)


def _one(column: Column, row: int) -> Column:
    cell = _cell(column, row)
    return Cells([cell]) if isinstance(column, Cells) else Texts([cell])


def _cell(column: Column, row: int) -> Any:
    return column.cells[row] if isinstance(column, Cells) else column.text(row)
