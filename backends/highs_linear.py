"""Linear programs on HiGHS, and the two questions that decide an unbounded one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays
from mdl.backends.evidence import (
    TOLERANCE,
    improves_for_ever,
    optimality_gap,
    proves_infeasible,
    single_proof,
    violation,
)
from mdl.backends.highs_session import Clock, Hessian, Run, run, run_from
from mdl.backends.phase_one import elastic
from mdl.program.solution import Solution, SolverOptions, Status

PLAIN: dict[str, str | float] = {"presolve": "off", "solver": "simplex"}
"""Settings under which HiGHS gives rays, and tells infeasible from unbounded."""

STOPPED = {
    "kTimeLimit": Status.LIMIT,
    "kIterationLimit": Status.LIMIT,
    "kSolutionLimit": Status.LIMIT,
    "kMemoryLimit": Status.LIMIT,
    "kInterrupt": Status.INTERRUPTED,
    "kHighsInterrupt": Status.INTERRUPTED,
}

WHY = {
    "kTimeLimit": "time limit",
    "kIterationLimit": "iteration limit",
    "kSolutionLimit": "solution limit",
    "kMemoryLimit": "memory limit",
    "kInterrupt": "interrupted",
    "kHighsInterrupt": "interrupted",
}


def solve_linear(
    arrays: Arrays,
    options: SolverOptions,
    clock: Clock,
    start: tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]] | None = None,
) -> Solution:
    """Optimal with duals, infeasible with Farkas weights, unbounded with a ray, or what is known at a limit.

    `start` is a basis (of columns and rows) to begin at.  An answer that its own evidence does not support is asked
    for again without presolve.
    """
    if not arrays.width:
        return _nothing_to_choose(arrays)
    first = run_from(start, arrays, None, options, clock, {})
    if first.status in ("kUnbounded", "kUnboundedOrInfeasible"):
        decided = decide_unbounded(arrays, None, options, clock)
        if decided is not None:
            return decided
    found = _read(arrays, first, options)
    if found is not None:
        return found
    second = run(arrays, None, options, clock, **PLAIN)
    found = _read(arrays, second, options)
    if found is not None:
        return found
    return _by_phase_one(arrays, options, clock) or _doubtful(first, second)


def decide_unbounded(arrays: Arrays, hessian: Hessian | None, options: SolverOptions, clock: Clock) -> Solution | None:
    """Infeasible, or unbounded with a checked ray; None where neither has evidence.

    Needs no solver's word for it: the program without its objective says whether a point exists, and a
    linear program over the directions says whether one improves for ever.
    """
    if arrays.integer is None:
        point = solve_linear(without_objective(arrays), options, clock)
    else:
        from mdl.backends.highs_integer import solve_integer

        point = solve_integer(without_objective(arrays), options, clock)
    if point.status is not Status.OPTIMAL:
        return replace(point, values=None, objective=None, row_duals=None, column_duals=None, bound=None)
    ray = find_ray(arrays, hessian, options, clock)
    if ray is None:
        return None
    return Solution(Status.UNBOUNDED, "HiGHS", "the objective improves for ever along the ray", ray=ray)


def find_ray(arrays: Arrays, hessian: Hessian | None, options: SolverOptions, clock: Clock) -> FloatArray | None:
    """A direction (width,), largest entry 1, that no row or bound stops and along which the objective improves.

    With a Hessian: along which the quadratic part does not change.  Integer columns count as continuous.
    """
    directions = _directions(arrays, hessian)
    found = solve_linear(directions, options, clock)
    if found.values is None:
        return None
    scale = np.abs(found.values).max(initial=0.0)
    if scale == 0.0:
        return None
    ray = np.where(np.abs(found.values) > 1e-10 * scale, found.values / scale, 0.0)
    curved = hessian is not None and _largest_entry(times(hessian, ray)) > 1e-9 * (1.0 + np.abs(hessian.values).max())
    return ray if improves_for_ever(arrays, ray) and not curved else None


def without_objective(arrays: Arrays) -> Arrays:
    return replace(arrays, cost=np.zeros(arrays.width), offset=0.0)


def times(hessian: Hessian, point: FloatArray) -> FloatArray:
    """The whole symmetric matrix times a point (width,)."""
    width = len(point)
    columns = np.repeat(np.arange(width), np.diff(hessian.starts))
    below = np.bincount(hessian.rows, weights=hessian.values * point[columns], minlength=width)
    off = hessian.rows != columns
    above = np.bincount(columns[off], weights=(hessian.values * point[hessian.rows])[off], minlength=width)
    return np.asarray(below + above, dtype=np.float64)


def basis(highs: Any) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]] | None:
    """Columns and rows: 0 at the lower bound, 1 basic, 2 at the upper bound, 3 free at zero, 4 nonbasic."""
    held = highs.getBasis()
    if not held.valid:
        return None
    return (
        np.array([int(s) for s in held.col_status], dtype=np.int8),
        np.array([int(s) for s in held.row_status], dtype=np.int8),
    )


def iterations(highs: Any) -> int:
    info = highs.getInfo()
    counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.qp_iteration_count)
    return sum(max(0, int(count)) for count in counts)


def stopped(run_: Run, **known: Any) -> Solution:
    """The answer at a limit or after Ctrl-C, with what is known."""
    return Solution(STOPPED[run_.status], "HiGHS", WHY[run_.status], **known)


def failed(message: str) -> Solution:
    return Solution(Status.FAILED, "HiGHS", message)


def _nothing_to_choose(arrays: Arrays) -> Solution:
    """A program without variables, of which HiGHS does not check the rows."""
    if (arrays.row_lower > 0).any() or (arrays.row_upper < 0).any():
        weights = np.zeros(arrays.height)
        broken = int(np.argmax((arrays.row_lower > 0) | (arrays.row_upper < 0)))
        weights[broken] = 1.0 if arrays.row_lower[broken] > 0 else -1.0
        return Solution(Status.INFEASIBLE, "HiGHS", farkas=weights)
    none = np.zeros(0)
    return Solution(
        Status.OPTIMAL,
        "HiGHS",
        values=none,
        objective=arrays.offset,
        row_duals=np.zeros(arrays.height),
        column_duals=none,
    )


def _read(arrays: Arrays, found: Run, options: SolverOptions) -> Solution | None:
    """The solution with evidence for it, or None."""
    if found.status == "kOptimal":
        return _read_optimal(arrays, found, options)
    if found.status == "kInfeasible":
        weights = _farkas(arrays, found)
        return None if weights is None else _infeasible(weights)
    if found.status in STOPPED:
        return _read_stopped(arrays, found)
    return None


def _read_optimal(arrays: Arrays, found: Run, options: SolverOptions) -> Solution | None:
    held = found.highs.getSolution()
    point = np.array(held.col_value)
    row_duals, column_duals = np.array(held.row_dual), np.array(held.col_dual)
    if violation(arrays, point) > TOLERANCE or optimality_gap(arrays, point, row_duals) > TOLERANCE:
        return None
    bases = basis(found.highs) if options.basis else None
    return Solution(
        Status.OPTIMAL,
        "HiGHS",
        values=point,
        objective=float(arrays.cost @ point) + arrays.offset,
        row_duals=row_duals,
        column_duals=column_duals,
        column_basis=None if bases is None else bases[0],
        row_basis=None if bases is None else bases[1],
        iterations=iterations(found.highs),
    )


def _read_stopped(arrays: Arrays, found: Run) -> Solution:
    """With the point that HiGHS was at, where that is feasible."""
    if found.highs is None or found.highs.getInfo().primal_solution_status != 2:
        return stopped(found)
    point = np.array(found.highs.getSolution().col_value)
    if len(point) != arrays.width or violation(arrays, point) > TOLERANCE:
        return stopped(found)
    return stopped(found, values=point, objective=float(arrays.cost @ point) + arrays.offset)


def _by_phase_one(arrays: Arrays, options: SolverOptions, clock: Clock) -> Solution | None:
    """Infeasible with weights; or, where there is no objective, a point."""
    relaxed = elastic(arrays)
    for settings in ({}, PLAIN):
        found = run(relaxed, None, options, clock, **settings)
        if found.status in STOPPED:
            return stopped(found)
        solved = _read_optimal(relaxed, found, options) if found.status == "kOptimal" else None
        if solved is None or solved.values is None or solved.row_duals is None:
            continue
        if proves_infeasible(arrays, solved.row_duals):
            return _infeasible(solved.row_duals)
        point, none = solved.values[: arrays.width], np.zeros(arrays.height)
        if not arrays.cost.any() and violation(arrays, point) <= TOLERANCE:
            return Solution(
                Status.OPTIMAL,
                "HiGHS",
                values=point,
                objective=arrays.offset,
                row_duals=none,
                column_duals=np.zeros(arrays.width),
            )
    return None


def _farkas(arrays: Arrays, found: Run) -> FloatArray | None:
    single = single_proof(arrays)
    if single is not None:
        return single
    _, has, weights = found.highs.getDualRay()
    if not has:
        return None
    weights = np.asarray(weights, dtype=np.float64)
    return next((w for w in (weights, -weights) if proves_infeasible(arrays, w)), None)


def _infeasible(weights: FloatArray | None, message: str = "") -> Solution:
    return Solution(Status.INFEASIBLE, "HiGHS", message, farkas=weights)


def _doubtful(first: Run, second: Run) -> Solution:
    """Two runs, and no evidence for what either says."""
    if first.status == second.status == "kInfeasible":
        return _infeasible(None, "HiGHS says infeasible, twice, and gives no proof that stands up")
    if {first.status, second.status} <= {"kUnbounded", "kUnboundedOrInfeasible", "kInfeasible"}:
        return Solution(Status.INFEASIBLE_OR_UNBOUNDED, "HiGHS", "HiGHS gives no proof that stands up for either")
    if first.status == "kModelError":
        return failed("HiGHS does not take the program")
    said = f"`{first.status[1:]}`, and without presolve `{second.status[1:]}`"
    return failed(f"HiGHS says {said}, and its answer does not stand up to a check")


def _largest_entry(values: FloatArray) -> float:
    return float(np.abs(values).max(initial=0.0))


def _directions(arrays: Arrays, hessian: Hessian | None) -> Arrays:
    """Best improvement over the directions in the unit box that no row or bound stops."""
    base = replace(
        arrays,
        offset=0.0,
        lower=np.where(np.isfinite(arrays.lower), 0.0, -1.0),
        upper=np.where(np.isfinite(arrays.upper), 0.0, 1.0),
        row_lower=np.where(np.isfinite(arrays.row_lower), 0.0, -np.inf),
        row_upper=np.where(np.isfinite(arrays.row_upper), 0.0, np.inf),
        integer=None,
    )
    if hessian is None:
        return base
    columns = np.repeat(np.arange(arrays.width, dtype=np.int32), np.diff(hessian.starts))
    off = hessian.rows != columns
    left = np.concatenate((hessian.rows, columns[off]))
    right = np.concatenate((columns, hessian.rows[off]))
    values = np.concatenate((hessian.values, hessian.values[off]))
    order = np.lexsort((right, left))
    ends = np.cumsum(np.bincount(left, minlength=arrays.width)) + len(arrays.values)
    none = np.zeros(arrays.width)
    return replace(
        base,
        row_lower=np.concatenate((base.row_lower, none)),
        row_upper=np.concatenate((base.row_upper, none)),
        starts=np.concatenate((arrays.starts, ends.astype(np.int32))),
        columns=np.concatenate((arrays.columns, right[order].astype(np.int32))),
        values=np.concatenate((arrays.values, values[order])),
    )
