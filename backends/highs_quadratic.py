"""Convex quadratic programs on HiGHS: two solvers, and neither is believed on its word.

HiGHS 1.15's default QP solver, an active-set method, calls a strictly convex program of 10,000 variables
unbounded; its interior-point solver HiPO takes more time where programs are small.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays
from mdl.backends.evidence import TOLERANCE, column_sums, optimality_gap, violation
from mdl.backends.highs_linear import STOPPED, decide_unbounded, failed, iterations, stopped, times
from mdl.backends.highs_session import Clock, Hessian, Run, run
from mdl.backends.polish import polish
from mdl.diagnostics import Failure
from mdl.program.solution import Solution, SolverOptions, Status

LARGE = 1000
"""Columns from which the interior-point solver goes first."""

SHARP = 1e-13
"""Relative KKT residual that is as good as rounding lets it be."""

WORTH_POLISHING = 1e-2

Settings = dict[str, str | float]

ACTIVE_SET: Settings = {"solver": "qpasm", "qp_regularization_value": 0.0}
"""Without HiGHS's own regularisation, which moves the optimum of a small problem by 1e-5."""

REGULARISED: Settings = {"solver": "qpasm"}
INTERIOR: Settings = {"solver": "hipo", "kkt_tolerance": 1e-10}
LOOSE: Settings = {"solver": "hipo"}


def solve_quadratic(arrays: Arrays, hessian: Hessian, options: SolverOptions, clock: Clock) -> Solution:
    """Optimal with duals, infeasible, unbounded with a ray along which nothing curves, or at a limit.

    An optimum is believed when its KKT residual is below `TOLERANCE`; otherwise the other solver is
    asked.  FAILED where neither has an answer that stands up: another solver may.
    """
    said = []
    small = (ACTIVE_SET, REGULARISED, INTERIOR, LOOSE)
    order = (INTERIOR, LOOSE, ACTIVE_SET) if arrays.width >= LARGE else small
    decided = False
    for settings in order:
        try:
            found = run(arrays, hessian, options, clock, **settings)
        except Failure:
            said.append(f"{settings['solver']} is not installed")
            continue
        if found.status == "kOptimal":
            solution = _read_optimal(arrays, hessian, found)
            if solution is not None:
                return solution
        elif found.status in STOPPED:
            return stopped(found)
        elif not decided and found.status in ("kInfeasible", "kUnbounded", "kUnboundedOrInfeasible"):
            decided = True
            proved = decide_unbounded(arrays, hessian, options, clock)
            if proved is not None:
                return proved
        said.append(f"{settings['solver']} says `{found.status[1:]}`")
    return failed("HiGHS has no answer to this quadratic program that stands up to a check: " + ", ".join(said))


def quadratic_gap(arrays: Arrays, hessian: Hessian, point: FloatArray, row_duals: FloatArray) -> float:
    """Largest relative KKT residual: an optimum of a convex program solves its own linearisation."""
    if not np.isfinite(point).all():
        return np.inf
    gradient = arrays.cost + times(hessian, point)
    linearised = optimality_gap(replace(arrays, cost=gradient), point, row_duals)
    return max(violation(arrays, point), linearised)


def _read_optimal(arrays: Arrays, hessian: Hessian, found: Run) -> Solution | None:
    held = found.highs.getSolution()
    point, row_duals = np.array(held.col_value), np.array(held.row_dual)
    if len(point) != arrays.width:
        return None
    gap = quadratic_gap(arrays, hessian, point, row_duals)
    if SHARP < gap < WORTH_POLISHING:
        sharper = polish(arrays, hessian, point, row_duals)
        sharper_gap = quadratic_gap(arrays, hessian, *sharper)
        if sharper_gap < gap:
            gap, (point, row_duals) = sharper_gap, sharper
    if not gap <= TOLERANCE:
        return None
    gradient = times(hessian, point)
    priced = arrays.values * np.repeat(row_duals, np.diff(arrays.starts))
    return Solution(
        Status.OPTIMAL,
        "HiGHS",
        values=point,
        objective=float((arrays.cost + gradient / 2) @ point) + arrays.offset,
        row_duals=row_duals,
        column_duals=arrays.cost + gradient - column_sums(arrays, priced),
        iterations=iterations(found.highs),
    )
