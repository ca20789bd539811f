"""Can the rows and bounds of a linear program hold?  Asked so that a solver has an easy answer.

Every row may give way at a price of 1 a unit: that program is feasible and bounded, its optimum 0 is a
feasible point of the first, and else its row multipliers are Farkas weights.  HiGHS stops at `unknown`
on some infeasible programs of free variables, and finds no ray; it solves these.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays
from mdl.backends.evidence import row_ids


def elastic(arrays: Arrays) -> Arrays:
    """The same bounds; after the columns what rows are short of, then what they exceed; least sum of all that."""
    width, height, entries = arrays.width, arrays.height, len(arrays.values)
    every = np.arange(height)
    old = np.arange(entries) + 2 * row_ids(arrays)
    short = arrays.starts[1:] + 2 * every
    columns = np.empty(entries + 2 * height, dtype=np.int32)
    values = np.empty(entries + 2 * height)
    columns[old], columns[short], columns[short + 1] = arrays.columns, width + every, width + height + every
    values[old], values[short], values[short + 1] = arrays.values, 1.0, -1.0
    return replace(
        arrays,
        maximize=False,
        offset=0.0,
        cost=np.concatenate((np.zeros(width), np.ones(2 * height))),
        lower=np.concatenate((arrays.lower, np.zeros(2 * height))),
        upper=np.concatenate((arrays.upper, np.full(2 * height, np.inf))),
        starts=(arrays.starts + 2 * np.arange(height + 1)).astype(np.int32),
        columns=columns,
        values=values,
        integer=None,
    )


def even(arrays: Arrays) -> Arrays:
    """Every side of a row gives way by the same amount, one column after the others; least of that.

    Its row multipliers, where the optimum is positive, are Farkas weights of the least sum for their
    gap: few rows, mostly (as in basis pursuit).  Rows: those with a lower side, then those with an upper one.
    """
    below, above = np.flatnonzero(np.isfinite(arrays.row_lower)), np.flatnonzero(np.isfinite(arrays.row_upper))
    rows = np.concatenate((below, above))
    counts = np.diff(arrays.starts)[rows]
    starts = np.concatenate(([0], np.cumsum(counts + 1)))
    last = starts[1:] - 1
    taken = np.repeat(arrays.starts[rows] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(
        counts.sum()
    )
    old = np.ones(int(starts[-1]), dtype=np.bool_)
    old[last] = False
    columns, values = np.full(len(old), arrays.width, dtype=np.int32), np.empty(len(old))
    columns[old], values[old] = arrays.columns[taken], arrays.values[taken]
    values[last] = np.repeat([1.0, -1.0], [len(below), len(above)])
    free = np.full(len(rows), np.inf)
    return replace(
        arrays,
        maximize=False,
        offset=0.0,
        cost=np.concatenate((np.zeros(arrays.width), [1.0])),
        lower=np.concatenate((arrays.lower, [0.0])),
        upper=np.concatenate((arrays.upper, [np.inf])),
        row_lower=np.concatenate((arrays.row_lower[below], -free[: len(above)])),
        row_upper=np.concatenate((free[: len(below)], arrays.row_upper[above])),
        starts=starts.astype(np.int32),
        columns=columns,
        values=values,
        integer=None,
    )


def folded(arrays: Arrays, even_duals: FloatArray) -> FloatArray:
    """Multipliers of the rows of `even`, as those of the rows it was made from."""
    below, above = np.flatnonzero(np.isfinite(arrays.row_lower)), np.flatnonzero(np.isfinite(arrays.row_upper))
    weights = np.zeros(arrays.height)
    weights[below] += even_duals[: len(below)]
    weights[above] += even_duals[len(below) :]
    return weights
