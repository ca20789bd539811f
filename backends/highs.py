"""HiGHS: linear, convex quadratic and mixed-integer linear programs.

What HiGHS says is believed only with evidence (backends/evidence.py): an optimum with its KKT residual
or, for integers, its bound; infeasibility of a linear program with Farkas weights; unboundedness with a
feasible point and a ray.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import CHUNK, Arrays, block_at, dense_row, name_of_column, name_of_row, single, to_arrays
from mdl.backends.errors import out_of_range, solver_missing, wrong_class
from mdl.backends.highs_integer import solve_integer
from mdl.backends.highs_linear import failed, solve_linear
from mdl.backends.highs_quadratic import solve_quadratic
from mdl.backends.highs_session import SMALL_MATRIX_VALUE, Clock, Hessian
from mdl.diagnostics import Failure
from mdl.program.program import Bound, Columns, Program, ProgramClass, Rows
from mdl.program.quadratic import quadratic_objective
from mdl.program.residual import residuals
from mdl.program.solution import Solution, SolverOptions, Status

LARGEST_COEFFICIENT = 1e15
INFINITE = 1e20
"""From here on HiGHS takes a cost or a bound for infinite."""


def solve(program: Program, options: SolverOptions | None = None) -> Solution:
    """Solves an LP, convex QP or MIP; duals signed as in Solution, none for integer programs.

    `options.basis` asks for the simplex basis of an LP.  Raises Failure where the program is of another
    class (MDL553), or holds numbers that HiGHS would drop or take for infinite (MDL551, MDL552).
    """
    started = perf_counter()
    options = options or SolverOptions()
    clock = Clock.of(options)
    arrays, hessian = prepare(program)
    found = solve_arrays(arrays, hessian, options, clock)
    if hessian is not None and found.status is Status.OPTIMAL:
        found = _confirmed(program, found)
    if program.kind is ProgramClass.MIP:
        found = replace(found, row_duals=None, column_duals=None)
    return replace(found, seconds=perf_counter() - started)


def _confirmed(program: Program, found: Solution) -> Solution:
    """The answer, if the program itself agrees: the arrays were made from it, and so was the check before."""
    off = residuals(program, found)
    if off.accepted():
        return found
    return failed(f"HiGHS's answer leaves the optimality conditions open: {off}")


def prepare(program: Program) -> tuple[Arrays, Hessian | None]:
    """What HiGHS is given; raises Failure as `solve` does."""
    _refuse_class(program)
    arrays = to_arrays(program)
    hessian = None
    if program.objective.nonlinear:
        arrays, hessian = _quadratic_part(program, arrays)
    _refuse_sizes(program, arrays)
    return arrays, hessian


def solve_arrays(arrays: Arrays, hessian: Hessian | None, options: SolverOptions, clock: Clock) -> Solution:
    if hessian is not None and len(hessian.values):
        return solve_quadratic(arrays, hessian, options, clock)
    if arrays.integer is not None and arrays.integer.any():
        return solve_integer(arrays, options, clock)
    return solve_linear(replace(arrays, integer=None), options, clock)


def probe() -> Solution:
    """Solves max x + 2y, x + y <= 3, x <= 1, y <= 2.5 (optimum 5.5); raises Failure (MDL550) where that fails."""
    try:
        import highspy  # noqa: F401 - is it there
    except ImportError:
        raise Failure(solver_missing("highs", "install `highspy[extras]`")) from None
    arrays = Arrays(
        maximize=True,
        offset=0.0,
        cost=np.array([1.0, 2.0]),
        lower=np.zeros(2),
        upper=np.array([1.0, 2.5]),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([3.0]),
        starts=np.array([0, 2], dtype=np.int32),
        columns=np.array([0, 1], dtype=np.int32),
        values=np.ones(2),
        integer=None,
    )
    found = solve_linear(arrays, SolverOptions(), Clock(None))
    if found.status is not Status.OPTIMAL or found.objective is None or abs(found.objective - 5.5) > 1e-9:
        raise Failure(solver_missing("highs", f"it answers a problem of two variables with `{found.status.value}`"))
    return found


def _refuse_class(program: Program) -> None:
    why, span = None, program.objective.span
    if program.complementarities:
        why = "it has complementarity conditions"
    elif not program.linear_rows:
        row = next(r for r in program.rows if r.nonlinear)
        why, span = f"`{row.name}` is not linear", row.span
    if why is not None:
        raise Failure(wrong_class("HiGHS", program.kind.value, why, span))


def _quadratic_part(program: Program, arrays: Arrays) -> tuple[Arrays, Hessian | None]:
    """The arrays with all that is linear or constant in the objective, and its Hessian unless that is zero."""
    held = quadratic_objective(program)
    objective = program.objective
    if held is None:
        raise Failure(wrong_class("HiGHS", program.kind.value, f"`{objective.name}` is not quadratic", objective.span))
    arrays = replace(arrays, cost=dense_row(program, held.linear), offset=single(program, held.constant))
    starts, rows, values = held.triangle()
    if not len(values):
        return arrays, None
    why = "the objective is not proved convex" if program.kind is not ProgramClass.QP else None
    if arrays.integer is not None and arrays.integer.any():
        why = "a quadratic objective and integer variables together"
    if why is not None:
        raise Failure(wrong_class("HiGHS", program.kind.value, why, objective.span))
    if _first(values, 0.0, LARGEST_COEFFICIENT) is not None:
        worst = float(np.abs(values).max())
        what = f"largest quadratic coefficient of {objective.name}"
        raise Failure(out_of_range("HiGHS", what, worst, 0.0, LARGEST_COEFFICIENT, objective.span))
    return arrays, Hessian(starts.astype(np.int32), rows.astype(np.int32), values)


def _refuse_sizes(program: Program, arrays: Arrays) -> None:
    """Finite numbers that HiGHS would drop, or take for infinite, without a word."""
    bad = _first(arrays.values, SMALL_MATRIX_VALUE, LARGEST_COEFFICIENT)
    if bad is not None:
        row = int(np.searchsorted(arrays.starts, bad, side="right")) - 1
        column = name_of_column(program, int(arrays.columns[bad]))
        what = f"coefficient of {column} in {name_of_row(program, row)}"
        span = block_at(program.rows, row).span
        value = float(arrays.values[bad])
        raise Failure(out_of_range("HiGHS", what, value, SMALL_MATRIX_VALUE, LARGEST_COEFFICIENT, span))
    for block in program.columns:
        for bound, held in ((block.lower, arrays.lower), (block.upper, arrays.upper)):
            _refuse_bound(block, bound, held)
    for row_block in program.rows:
        for bound, held in ((row_block.lower, arrays.row_lower), (row_block.upper, arrays.row_upper)):
            _refuse_bound(row_block, bound, held)
    bad = _first(arrays.cost, 0.0, INFINITE)
    if bad is not None:
        what = f"coefficient of {name_of_column(program, bad)} in {program.objective.name}"
        raise Failure(out_of_range("HiGHS", what, float(arrays.cost[bad]), 0.0, INFINITE, program.objective.span))


def _refuse_bound(block: Columns | Rows, bound: Bound | None, held: FloatArray) -> None:
    if bound is None:
        return
    values = held[block.start : block.start + len(block.labels)]
    bad = _first(values if bound.finite is None else np.where(bound.finite, values, 0.0), 0.0, INFINITE)
    if bad is not None:
        what = f"bound of {block.labels.name(block.name, bad)}"
        raise Failure(out_of_range("HiGHS", what, float(values[bad]), 0.0, INFINITE, block.span))


def _first(values: FloatArray, low: float, high: float) -> int | None:
    """The place of the first value whose size is outside low <= size < high; copies nothing where all are positive."""
    for start in range(0, len(values), CHUNK):
        part = values[start : start + CHUNK]
        least, most = float(part.min()), float(part.max())
        if -high < least and most < high and (least >= low or most <= -low or not low):
            continue
        sizes = np.abs(part)
        outside = (sizes < low) | (sizes >= high)
        if outside.any():
            return start + int(np.argmax(outside))
    return None
