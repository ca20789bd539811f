"""Mixed-integer linear programs on HiGHS: solved to a gap of 1e-9, integers exact in the answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays
from mdl.backends.evidence import TOLERANCE, violation
from mdl.backends.highs_linear import STOPPED, decide_unbounded, failed, solve_linear, stopped
from mdl.backends.highs_session import Clock, Run, run
from mdl.program.solution import Solution, SolverOptions, Status

GAP = 1e-9
"""HiGHS's own, 1e-4, would call an optimum what is only near one."""


def solve_integer(arrays: Arrays, options: SolverOptions, clock: Clock) -> Solution:
    """Optimal, infeasible, unbounded, or at a limit the best point known and the bound; no duals.

    Integer variables are exactly integers in `values`: HiGHS's are within 1e-6 of one, which a large
    coefficient makes into something else, so the point is rounded and checked again.
    """
    first = run(arrays, None, options, clock, mip_rel_gap=GAP, mip_abs_gap=GAP)
    if first.status in ("kUnbounded", "kUnboundedOrInfeasible"):
        decided = decide_unbounded(arrays, None, options, clock)
        if decided is not None:
            return decided
    found = _read(arrays, first, options)
    if found is not None:
        return found
    second = run(arrays, None, options, clock, presolve="off", mip_rel_gap=GAP, mip_abs_gap=GAP)
    found = _read(arrays, second, options)
    if found is not None:
        return found
    if first.status == "kModelError":
        return failed("HiGHS does not take the program")
    said = f"`{first.status[1:]}`, and without presolve `{second.status[1:]}`"
    return failed(f"HiGHS says {said}, and its answer does not stand up to a check")


def _read(arrays: Arrays, found: Run, options: SolverOptions) -> Solution | None:
    if found.status == "kInfeasible":
        return Solution(Status.INFEASIBLE, "HiGHS")
    if found.status != "kOptimal" and found.status not in STOPPED:
        return None
    if found.highs is None:
        return stopped(found)
    info = found.highs.getInfo()
    bound = float(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else None
    point = None
    if info.primal_solution_status == 2:
        point = whole_point(arrays, np.array(found.highs.getSolution().col_value), options)
    objective = None if point is None else float(arrays.cost @ point) + arrays.offset
    if found.status in STOPPED:
        return stopped(found, values=point, objective=objective, bound=bound)
    if point is None or objective is None or bound is None or abs(bound - objective) > TOLERANCE * (1 + abs(objective)):
        return None
    nodes = max(0, int(info.mip_node_count))
    return Solution(Status.OPTIMAL, "HiGHS", values=point, objective=objective, bound=bound, iterations=nodes)


def whole_point(arrays: Arrays, point: FloatArray, options: SolverOptions) -> FloatArray | None:
    """A feasible point with exact integers next to this one, or None."""
    assert arrays.integer is not None
    rounded = np.where(arrays.integer, np.round(point), point)
    if violation(arrays, rounded) <= TOLERANCE:
        return rounded
    fixed = replace(
        arrays,
        lower=np.where(arrays.integer, rounded, arrays.lower),
        upper=np.where(arrays.integer, rounded, arrays.upper),
        integer=None,
    )
    settled = solve_linear(fixed, options, Clock(None))
    return None if settled.values is None else np.where(arrays.integer, rounded, settled.values)
