"""A start for the exact simplex method where its integers are long: the basis that HiGHS ends with, made exact.

The method itself goes on from there, so nothing depends on HiGHS being right.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mdl.algebra.numbers import FloatArray, IntArray
from mdl.mechanisms.rules.batch import Flags
from mdl.mechanisms.rules.blocks import Problems
from mdl.mechanisms.rules.tables import LONG, Tables, concat, slack_tables

CELLS = 400
"""Tables of fewer entries are done before HiGHS has begun."""


def warmed(problems: Problems) -> Tables:
    """One table for each problem, at the basis of HiGHS or, where it has none, at that of the rows."""
    made = []
    for k in range(len(problems)):
        one = problems.take(np.array([k]))
        matrix = one.matrix()
        start = slack_tables(one, matrix).cast(LONG)
        statuses = _basis(one, matrix[0])
        table = None if statuses is None else _at(start, matrix[0], *statuses)
        made.append(replace(table or start, key=np.array([k])))
    return concat(made)


def _basis(problem: Problems, matrix: IntArray) -> tuple[Flags, Flags] | None:
    """(n + m,) what is basic, and what else is at its upper bound."""
    from mdl.backends.arrays import Arrays
    from mdl.backends.highs_linear import solve_linear
    from mdl.backends.highs_session import Clock
    from mdl.program.solution import SolverOptions

    n = problem.n
    row, column = np.nonzero(matrix)
    starts = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=problem.m))))
    low = np.where(problem.has_low[0], _floats(problem.low[0]), -np.inf)
    high = np.where(problem.has_high[0], _floats(problem.high[0]), np.inf)
    arrays = Arrays(
        maximize=True,
        offset=0.0,
        cost=_floats(problem.cost[0, :n]),
        lower=low[:n],
        upper=high[:n],
        row_lower=low[n:],
        row_upper=high[n:],
        starts=starts.astype(np.int32),
        columns=column.astype(np.int32),
        values=_floats(matrix[row, column]),
        integer=None,
    )
    found = solve_linear(arrays, SolverOptions(basis=True), Clock(None))
    if found.column_basis is None or found.row_basis is None:
        return None
    status = np.concatenate((found.column_basis, found.row_basis))
    return status == 1, status == 2


def _floats(values: Any) -> FloatArray:
    """Near enough for a guess."""
    return np.asarray(values, dtype=np.float64)


def _at(start: Tables, matrix: IntArray, basic: Flags, at_high: Flags) -> Tables | None:
    """The table of a basis; None where it is not one."""
    from flint import fmpz_mat

    n, m = start.n, start.m
    columns, rows = np.flatnonzero(basic[:n]), np.flatnonzero(~basic[n:])
    others, slacks = np.flatnonzero(~basic[:n]), np.flatnonzero(basic[n:])
    if len(columns) != len(rows):
        return None
    det, adjoint = 1, np.zeros((0, 0), dtype=object)
    if len(columns):
        square = fmpz_mat(matrix[np.ix_(rows, columns)].tolist())
        det = int(square.det())
        if det == 0:
            return None
        inverse: Any = square.inv()
        adjoint = _integers(inverse * det) * (1 if det > 0 else -1)
        det = abs(det)
    across = _times(adjoint, matrix[np.ix_(rows, others)])
    below = matrix[np.ix_(slacks, columns)]
    lower_left, lower_right = _times(below, adjoint), det * matrix[np.ix_(slacks, others)].astype(object)
    body = np.empty((1, m, n), dtype=object)
    split, cut = len(columns), len(rows)
    body[0, :split, :cut], body[0, :split, cut:] = adjoint, -across
    body[0, split:, :cut], body[0, split:, cut:] = lower_left, lower_right - _times(below, across)
    outside = np.concatenate((rows + n, others))[None, :]
    has_low, has_high = start.of(start.has_low, outside), start.of(start.has_high, outside)
    return replace(
        start,
        body=body,
        det=np.array([det], dtype=object),
        basis=np.concatenate((columns, slacks + n))[None, :],
        outside=outside,
        at_high=has_high & (~has_low | at_high[outside]),
    )


def _integers(matrix: Any) -> Any:
    """A rational matrix without denominators, as Python integers."""
    return np.array([[int(e.p) for e in row] for row in matrix.table()], dtype=object).reshape(
        matrix.nrows(), matrix.ncols()
    )


def _times(left: Any, right: Any) -> Any:
    """The product of two integer matrices, as Python integers."""
    from flint import fmpz_mat

    out = np.zeros((left.shape[0], right.shape[1]), dtype=object)
    if out.size and left.shape[1]:
        product = fmpz_mat(left.tolist()) * fmpz_mat(right.tolist())
        out[...] = [[int(e) for e in row] for row in product.table()]
    return out
