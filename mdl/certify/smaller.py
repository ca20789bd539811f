"""Which rows may do for a short proof of infeasibility: those of the Farkas weights of least sum, as a rule few.

The weights of least sum w >= 0 with w'A = 0 and w'b >= 1 are the multipliers of its dual, which is the program itself
with one more column: largest t with A x - b t >= -1.  That is solved in floats, and the proof then made exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.algebra.vectors import largest
from mdl.certify.integers import Places, Truths
from mdl.certify.linear import Integral, Sides
from mdl.certify.pivots import norms
from mdl.certify.square import FLOAT_BITS, Clock

if TYPE_CHECKING:
    from mdl.backends.arrays import Arrays

BOUND = 0.125
"""What a unit of weight on the bound of a column costs, where one on a row of length 1 costs 1: bounds read easily."""

RANGE = 1e12
"""Sides of sizes further apart than this are not given to a float solver."""


def likely_rows(held: Integral, clock: Clock) -> Truths | None:
    """Rows (rows,) that may do for a proof; None where floats do not find any."""
    from mdl.backends.highs_linear import solve_linear
    from mdl.backends.highs_session import Clock as Seconds
    from mdl.program.solution import SolverOptions

    made = _dual(held)
    if made is None:
        return None
    arrays, rows = made
    options = SolverOptions(time_limit=clock.left)
    found = solve_linear(arrays, options, Seconds.of(options))
    if found.row_duals is None or not found.row_duals.any():
        return None
    used = np.abs(found.row_duals) > 1e-9 * np.abs(found.row_duals).max()
    out = np.zeros(held.height, dtype=np.bool_)
    out[rows[used[: len(rows)]]] = True
    return out


def _dual(held: Integral) -> tuple[Arrays, Places] | None:
    """Largest t; the rows of the program come first, and the second result says which they are."""
    from mdl.backends.arrays import Arrays

    sides = (held.low_rows, held.high_rows, held.low, held.high)
    if max(held.rows.size, *(largest(s.values) for s in sides)).bit_length() > FLOAT_BITS:
        return None
    lengths, ones = norms(held.rows), np.ones(held.width)
    parts = [
        _part(held.low_rows, lengths, 1.0, held.rows.starts, held.rows.columns, held.rows.floats(), held.width),
        _part(held.high_rows, lengths, -1.0, held.rows.starts, held.rows.columns, held.rows.floats(), held.width),
        _part(held.low, ones, 1.0, np.arange(held.width + 1), np.arange(held.width), ones, held.width),
        _part(held.high, ones, -1.0, np.arange(held.width + 1), np.arange(held.width), ones, held.width),
    ]
    starts, columns, values = (np.concatenate([p[k] for p in parts]) for k in range(3))
    sizes = np.abs(values[(columns == held.width) & (values != 0)])
    if not len(sizes) or sizes.max() > RANGE * sizes.min():
        return None
    values = np.where(columns == held.width, values / sizes.max(), values)
    kept = values != 0
    counts = np.add.reduceat(kept, np.concatenate(([0], np.cumsum(starts)[:-1]))) if len(starts) else starts
    chosen = np.concatenate([np.flatnonzero(s.finite) for s in sides[:2]])
    cost = np.concatenate((np.ones(len(chosen)), np.full(len(counts) - len(chosen), BOUND)))
    free = np.full(held.width + 1, np.inf)
    arrays = Arrays(
        maximize=True,
        offset=0.0,
        cost=np.append(np.zeros(held.width), 1.0),
        lower=-free,
        upper=free,
        row_lower=-cost,
        row_upper=np.full(len(cost), np.inf),
        starts=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        columns=columns[kept].astype(np.int32),
        values=values[kept],
        integer=None,
    )
    return arrays, chosen


def _part(
    sides: Sides, lengths: FloatArray, sign: float, starts: Places, columns: Places, values: FloatArray, width: int
) -> tuple[Places, Places, FloatArray]:
    """One side of rows, with t as its last entry: how many entries, at which columns, and what."""
    chosen = np.flatnonzero(sides.finite)
    counts = np.diff(starts)[chosen]
    ends = np.cumsum(counts)
    entries: Any = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts[:-1][chosen] - (ends - counts), counts)
    scale = sign / lengths[chosen]
    right = -sides.values[chosen].astype(np.float64) * scale
    held = values[entries] * np.repeat(scale, counts)
    return counts + 1, np.insert(columns[entries], ends, width), np.insert(held, ends, right)
