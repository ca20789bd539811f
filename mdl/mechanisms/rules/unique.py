"""Which cases of a convex program have one optimal outcome only, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.mechanisms.rules.batch import Flags, Places
from mdl.mechanisms.rules.sharpen import Sharpener
from mdl.mechanisms.rules.twins import inside

HOLDS = 1e-7
"""A bound or row whose multiplier is larger, relative to the largest of the case, holds in every optimum."""
CURVED = 1e-9
"""Least curvature, relative to the most, that counts."""


def unique(work: Sharpener, x: FloatArray, y: FloatArray) -> Flags:
    """(cases,) True where no direction is left in which nothing bends.

    All optima of a convex program share their multipliers.  So a column with a reduced cost stays, a row with a
    multiplier stays an equation, and what is left must curve: H + A'A is positive definite on the other columns.
    """
    batch, functions = work.batch, work.functions
    slope = work.reduced(x, y)
    fixed = _strong(slope, batch.column_case, batch.cases) | (work.columns.lower == work.columns.upper)
    kept = _strong(y, batch.row_case, batch.cases) | (work.rows.lower == work.rows.upper)
    place, row_place = inside(batch.column_case), inside(batch.row_case)
    bent, slopes = functions.hessian(x, work.sign, -y), functions.jacobian(x)
    out = np.zeros(batch.cases, dtype=np.bool_)
    widths = np.bincount(batch.column_case, minlength=batch.cases)
    heights = np.bincount(batch.row_case, minlength=batch.cases)
    for width in np.unique(widths).tolist():
        cases = np.flatnonzero(widths == width)
        number = np.full(batch.cases, -1)
        number[cases] = np.arange(len(cases))
        if not width:
            out[cases] = True
            continue
        curve = np.zeros((len(cases), width, width))
        _fill(curve, number, batch.column_case, place, place, functions.hessian_row, functions.hessian_column, bent)
        curve += np.tril(curve, -1).transpose(0, 2, 1)
        across = np.zeros((len(cases), max(int(heights[cases].max()), 1), width))
        rows = functions.jacobian_row
        held = np.where(kept[rows], slopes, 0.0)
        _fill(across, number, batch.row_case, row_place, place, rows, functions.jacobian_column, held)
        own = np.zeros((len(cases), width), dtype=np.bool_)
        mine = np.flatnonzero(number[batch.column_case] >= 0)
        own[number[batch.column_case[mine]], place[mine]] = fixed[mine]
        out[cases] = _definite(curve, across, own)
    return out


def _strong(multiplier: FloatArray, case: Places, cases: int) -> Flags:
    most = np.zeros(cases)
    np.maximum.at(most, case, np.abs(multiplier))
    return np.asarray(np.abs(multiplier) > HOLDS * np.maximum(most, 1e-300)[case])


def _fill(
    out: Any, number: Places, case: Places, first: Places, second: Places, row: Places, column: Places, value: Any
) -> None:
    which = number[case[row]]
    mine = np.flatnonzero(which >= 0)
    out[which[mine], first[row[mine]], second[column[mine]]] = value[mine]


def _definite(curve: Any, across: Any, fixed: Any) -> Flags:
    """Columns scaled alike first, so that sizes do not matter."""
    size = np.sqrt(np.einsum("kij,kij->ki", curve, curve))
    scale = np.where(size > 0, 1.0 / np.sqrt(np.where(size > 0, size, 1.0)), 1.0)
    curve, across = curve * scale[:, :, None] * scale[:, None, :], across * scale[:, None, :]
    rows = np.sqrt(np.einsum("kmj,kmj->km", across, across))
    across = across / np.where(rows > 0, rows, 1.0)[:, :, None]
    whole = curve + across.transpose(0, 2, 1) @ across
    free = ~fixed
    whole = np.where(free[:, :, None] & free[:, None, :], whole, 0.0)
    k, j = np.nonzero(fixed)
    whole[k, j, j] = 1.0
    good = np.isfinite(whole).all(axis=(1, 2))
    whole[~good] = 0.0
    return np.asarray(good & (np.linalg.eigvalsh(whole)[:, 0] > CURVED))
