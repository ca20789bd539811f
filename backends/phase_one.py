"""Can the rows and bounds of a linear program hold?  Asked so that a solver has an easy answer.

Every row may give way at a price of 1 a unit: that program is feasible and bounded, its optimum 0 is a
feasible point of the first, and else its row multipliers are Farkas weights.  HiGHS stops at `unknown`
on some infeasible programs of free variables, and finds no ray; it solves these.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

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
