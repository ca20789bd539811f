"""The vector of irrational numbers: an exact combination of atoms a row, and its value as float64 with a bound."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.irrational.atoms import Row
from mdl.irrational.balls import PRECISIONS
from mdl.irrational.rows import Rows
from mdl.lowering.entries import Entries, assembled
from mdl.program.sparse import SparseRows

CROWDED = 4
"""Forms of more entries a row than this are merged before they grow further."""


@dataclass(slots=True, frozen=True, eq=False)
class Forms:
    """Row r is `constant[r]` plus its entries: coefficient times atom.  All exact; entries need not be merged."""

    table: Rows
    constant: Numbers
    entries: Entries

    def __len__(self) -> int:
        return len(self.constant)

    def merged(self) -> SparseRows:
        """Entries with each atom at most once a row and no coefficient 0."""
        return assembled([self.entries], len(self), len(self.table.atoms))

    def rows(self) -> list[Row]:
        """Each entry as a row; for structure, not for many."""
        held = self.merged()
        starts, columns, coefficients = held.starts.tolist(), held.columns.tolist(), held.coefficients.fractions()
        pairs = list(zip(columns, coefficients, strict=True))
        constants = self.constant.fractions()
        return [(c, tuple(pairs[starts[k] : starts[k + 1]])) for k, c in enumerate(constants)]


Quantity = Numbers | Forms


def settled(table: Rows, constant: Numbers, entries: Entries) -> Quantity:
    """A form, or Numbers where it has no entries or is not exact."""
    if not entries.nonzeros:
        return constant
    form = Forms(table, constant, entries)
    if constant.is_exact and entries.coefficients.is_exact:
        return _tidy(form)
    return arithmetic.inexact(centre(form))


def _tidy(form: Forms) -> Quantity:
    """The form with its entries merged, where it is crowded or the first row that has entries cancels."""
    if form.entries.nonzeros <= CROWDED * len(form) and not _cancels(form.entries):
        return form
    held = form.merged()
    if not held.nonzeros:
        return form.constant
    return Forms(form.table, form.constant, Entries(held.starts, held.columns, held.coefficients))


def _cancels(entries: Entries) -> bool:
    if entries.starts is None:
        return int(arithmetic.signs(entries.coefficients.take(slice(0, 1)))[0]) == 0
    row = int(np.searchsorted(entries.starts, 0, side="right"))
    left, right = int(entries.starts[row - 1]), int(entries.starts[row])
    sums: dict[int, Fraction] = {}
    coefficients = entries.coefficients.take(slice(left, right)).fractions()
    for atom, c in zip(entries.columns[left:right].tolist(), coefficients, strict=True):
        sums[atom] = sums.get(atom, Fraction(0)) + c
    return not any(sums.values())


# ---- as float64 ----

ROUNDING = 2.0**-52
"""Twice the unit roundoff of float64: room for the rounding of the bound itself."""

SMALLEST = 1e-200
"""Coefficients and atoms nearer to 0 than this may have lost digits as float64; balls decide then."""


def _sums(values: FloatArray, starts: npt.NDArray[Any]) -> FloatArray:
    """Sum of each row's entries, 0 of none."""
    out = np.zeros(len(starts) - 1)
    full = np.flatnonzero(np.diff(starts))
    if len(full):
        out[full] = np.add.reduceat(values, starts[:-1][full])
    return out


def centre(q: Forms) -> FloatArray:
    """A float64 close to each row: where rounding would leave fewer than ten digits, from a ball."""
    value, error = enclosed(q)
    rough = np.flatnonzero(~(error <= 1e-10 * np.abs(value)))
    if len(rough):
        rows = Forms(q.table, q.constant.take(rough), q.entries.take(rough)).rows()
        value[rough] = [_refined(q.table, row) for row in rows]
    return value


def _refined(table: Rows, row: Row) -> float:
    """Float64 of a row that cancels, or nearly."""
    if not row[1]:
        return float(Numbers.of([row[0]]).floats()[0])
    return float(table.balls.row(row, PRECISIONS[1]).mid())


def enclosed(q: Forms) -> tuple[FloatArray, FloatArray]:
    """(value, error): the number is within `error` of the float64 `value`.

    With n terms, each product and sum rounded, the error is at most (n + 4) u times the sum of the absolute terms,
    where 2 u of the 4 are for coefficient and atom; the atoms' own radius is at most 1e-14 of them, added apart.
    """
    middle, radius = q.table.balls.floats()
    starts, columns = q.entries.full_starts(), q.entries.columns
    coefficients = q.entries.coefficients.floats()
    constant = q.constant.floats()
    with np.errstate(all="ignore"):
        terms = coefficients * middle[columns]
        sizes = np.abs(terms)
        spread = np.abs(coefficients) * radius[columns]
        lost = (np.abs(coefficients) < SMALLEST) & (arithmetic.signs(q.entries.coefficients) != 0)
        spread[lost | ((sizes < SMALLEST) & (coefficients != 0))] = np.inf
        value = constant + _sums(terms, starts)
        size = np.abs(constant) + _sums(sizes, starts)
        error = (np.diff(starts) + 8) * ROUNDING * size + 1.001 * _sums(spread, starts)
        tiny = (np.abs(constant) < SMALLEST) & (arithmetic.signs(q.constant) != 0)
        error[tiny | ~np.isfinite(error) | ~np.isfinite(value)] = np.inf
    return value, error
