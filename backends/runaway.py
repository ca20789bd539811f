"""Objectives that improve for ever along a direction, however slowly.

A solver that stops where slopes are small calls the maximum of log(x), x >= 0, found at some x of
10^9.  So an answer far out is followed further out: where rows allow that and the objective
improves there as much again, there is no optimum.
"""

from __future__ import annotations

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends.nlp import Problem
from mdl.program.residual import Sides

FAR = 1e6
"""Points with an entry of this size are looked at."""
SHARE = 1e-3
"""Entries of at least this share of the largest belong to the direction."""
STEPS = (0, 40, 80)
"""Powers of ten further out."""
LITTLE = 1e-6
"""Rows may be off by this share of the distance; an improvement of less is none."""


def direction(problem: Problem, x: FloatArray) -> FloatArray | None:
    """Shape (columns,), largest entry 1: where the objective improves for ever, or None where it seems not to.

    `x` is a nearly feasible point of the user's columns.
    """
    size = float(np.abs(x).max(initial=0.0))
    if not size >= FAR or not np.isfinite(size):
        return None
    part = np.where(np.abs(x) >= SHARE * size, x, 0.0)
    width, height = problem.program.width, problem.program.height
    columns = Sides(problem.columns.lower[:width], problem.columns.upper[:width])
    rows = Sides(problem.rows.lower[:height], problem.rows.upper[:height])
    values = []
    with np.errstate(all="ignore"):
        for step in STEPS:
            far = x + part * (10.0**step - 1.0)
            room = LITTLE * size * 10.0**step
            nodes = problem.evaluation.nodes(far)
            if not (_within(far, columns, room) and _within(problem.evaluation.rows(far, nodes), rows, room)):
                return None
            values.append(problem.sign * problem.evaluation.objective(far, nodes))
    first, second = values[0] - values[1], values[1] - values[2]
    improves = values[2] == -np.inf or (second > LITTLE and second >= 0.5 * first)
    return part / size if improves else None


def _within(values: FloatArray, sides: Sides, room: float) -> bool:
    # an infinite value is beyond a finite side; NaN is nowhere
    return bool(((values >= sides.lower - room) & (values <= sides.upper + room)).all())
