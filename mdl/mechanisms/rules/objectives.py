"""The objective of each case at a point, in float64, for objectives that are not linear."""

from __future__ import annotations

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.mechanisms.rules.batch import Batch, Places
from mdl.mechanisms.rules.split import NOBODY
from mdl.program.evaluation import Evaluation


def by_case(batch: Batch, elements: list[Places], x: FloatArray, evaluation: Evaluation) -> FloatArray:
    """Shape (cases,), `constants` included; elements of nodes without a column count as constants."""
    out = batch.constants.floats().copy()
    linear = evaluation.objective_linear
    out += np.bincount(batch.column_case[linear.column], linear.value * x[linear.column], batch.cases)
    values = evaluation.nodes(x)
    for held, k in evaluation.objective_nodes:
        case = elements[k][held.column]
        mine = case != NOBODY
        out += np.bincount(case[mine], (held.value * values[k][held.column])[mine], batch.cases)
    return out
