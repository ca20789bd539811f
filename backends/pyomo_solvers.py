"""Any solver that the user has in Pyomo, its answers checked and put in our terms.

A solver is probed with a problem of two variables before it gets the program: Pyomo's `cyipopt` says
that it is available and fails in `solve` where the AMPL library is missing.
"""

from __future__ import annotations

import gc
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends import errors
from mdl.backends.arrays import Arrays
from mdl.backends.highs_session import Hessian
from mdl.backends.muted import muted
from mdl.backends.pyomo_model import PyomoModel
from mdl.diagnostics import Failure
from mdl.program.program import Program, ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status

PROVED = {ProgramClass.LP, ProgramClass.QP, ProgramClass.MIP, ProgramClass.CONVEX}
"""Classes where a local answer is a global one, or the solver searches all."""

STATUS = {
    "optimal": Status.OPTIMAL,
    "globallyOptimal": Status.OPTIMAL,
    "locallyOptimal": Status.OPTIMAL,
    "feasible": Status.LIMIT,
    "infeasible": Status.INFEASIBLE,
    "unbounded": Status.UNBOUNDED,
    "infeasibleOrUnbounded": Status.INFEASIBLE_OR_UNBOUNDED,
    "maxTimeLimit": Status.LIMIT,
    "maxIterations": Status.LIMIT,
    "maxEvaluations": Status.LIMIT,
    "minFunctionValue": Status.LIMIT,
    "userInterrupt": Status.INTERRUPTED,
    "resourceInterrupt": Status.INTERRUPTED,
}
"""Pyomo's termination conditions; every other one is a failure."""

BREACH = 1e-5
"""The most by which a point may miss a bound or a side of a row, relative to their size, and be believed."""


def solve_with(name: str, held: PyomoModel, program: Program, options: SolverOptions) -> Solution:
    """Solve by Pyomo's SolverFactory.

    Duals only for linear and quadratic programs, where the KKT residual shows which sign the solver
    uses.  `options.tolerance` is not passed, as solvers have no common name for it.  Raises Failure
    (MDL583, MDL584).
    """
    from pyomo.core import Suffix, value

    probe(name)
    if program.kind in (ProgramClass.LP, ProgramClass.QP):
        held.model.add_component("dual", Suffix(direction=Suffix.IMPORT))
    try:
        results = run(name, held.model, options)
    except KeyboardInterrupt:
        return Solution(Status.INTERRUPTED, name)
    except Exception as error:
        raise Failure(errors.pyomo_solver_failed(name, reason(error))) from None
    condition = str(results.solver.termination_condition)
    status, message = verdict(condition, program.kind, name)
    values = None
    if status in (Status.OPTIMAL, Status.LOCAL, Status.LIMIT, Status.INTERRUPTED):
        values = point(held, results)
    if values is None:
        if status in (Status.OPTIMAL, Status.LOCAL):
            return Solution(Status.FAILED, name, f"{name} says `{condition}` and gives no point")
        return Solution(status, name, message)
    breach = largest_breach(held)
    if status in (Status.OPTIMAL, Status.LOCAL) and not breach <= BREACH:
        return Solution(Status.FAILED, name, f"{name} says `{condition}` of a point that breaks a row by {breach:.1e}")
    objective = next(c for c in held.model.component_data_objects(ctype=objective_type()))
    row_duals, column_duals = duals(held, program, values) if status is Status.OPTIMAL else (None, None)
    return Solution(
        status,
        name,
        message,
        values=values,
        objective=float(value(objective)),
        row_duals=row_duals,
        column_duals=column_duals,
    )


def objective_type() -> Any:
    from pyomo.core import Objective

    return Objective


def verdict(condition: str, kind: ProgramClass, name: str) -> tuple[Status, str]:
    """An optimum is global only where the class proves it, and so is infeasibility."""
    status = STATUS.get(condition, Status.FAILED)
    if status is Status.FAILED:
        return status, f"{name} says `{condition}`"
    if kind in PROVED:
        return status, ""
    if status is Status.OPTIMAL:
        return Status.LOCAL, ""
    if status in (Status.INFEASIBLE, Status.UNBOUNDED, Status.INFEASIBLE_OR_UNBOUNDED):
        return Status.FAILED, f"{name} says `{condition}`, which no solver of nonconvex programs can be trusted with"
    return status, ""


def probe(name: str) -> None:
    """Minimise x + 2y, x + y >= 3, x <= 1, y <= 5 (optimum 5); Failure (MDL583) where that does not come out."""
    import pyomo.environ as pyo

    model = pyo.ConcreteModel()
    model.x, model.y = pyo.Var(bounds=(0, 1)), pyo.Var(bounds=(0, 5))
    model.row = pyo.Constraint(expr=model.x + model.y >= 3)
    model.cost = pyo.Objective(expr=model.x + 2 * model.y)
    try:
        results = run(name, model, SolverOptions())
        read = load(model, results) and abs(pyo.value(model.cost) - 5) <= 1e-4
    except Exception as error:
        raise Failure(errors.pyomo_solver_missing(name, reason(error))) from None
    if not read:
        condition = results.solver.termination_condition
        raise Failure(errors.pyomo_solver_missing(name, f"it answers a problem of two variables with `{condition}`"))


def run(name: str, model: Any, options: SolverOptions) -> Any:
    """Pyomo's results, nothing loaded into the model yet."""
    from pyomo.opt import SolverFactory

    with quiet_pyomo(), muted(options.quiet):
        solver = SolverFactory(name)
        if type(solver).__name__ == "UnknownSolver":
            raise ValueError("Pyomo knows no solver of this name")
        limit = {} if options.time_limit is None else {"timelimit": options.time_limit}
        return solver.solve(model, tee=not options.quiet, load_solutions=False, **limit)


def load(model: Any, results: Any) -> bool:
    """Whether there was a point; it is in the model's variables then."""
    if not len(results.solution):
        return False
    with quiet_pyomo():
        model.solutions.load_from(results)
    return True


def point(held: PyomoModel, results: Any) -> FloatArray | None:
    """Variables that the solver never saw (in no row, not in the objective) go to their start or nearest to 0."""
    for variable in held.columns:
        if variable.value is None:
            low = -np.inf if variable.lb is None else variable.lb
            high = np.inf if variable.ub is None else variable.ub
            variable.set_value(min(max(0.0, low), high), skip_validation=True)
    if not load(held.model, results):
        return None
    return np.array([v.value for v in held.columns], dtype=np.float64)


def largest_breach(held: PyomoModel) -> float:
    """Of bounds and rows at the point in the model, relative to the size of what is compared."""
    from pyomo.core import value

    worst = 0.0
    checks = [(v.lb, v.value, v.ub) for v in held.columns]
    checks += [(r.lb, value(r.body), r.ub) for r in held.rows if r is not None]
    for low, middle, high in checks:
        if not np.isfinite(middle):
            return np.inf
        below = 0.0 if low is None else (low - middle) / (1 + abs(low))
        above = 0.0 if high is None else (middle - high) / (1 + abs(high))
        worst = max(worst, below, above)
    return worst


def duals(held: PyomoModel, program: Program, values: FloatArray) -> tuple[FloatArray | None, FloatArray | None]:
    """Of linear and quadratic programs, where one of the two signs has a small KKT residual."""
    from mdl.backends.evidence import TOLERANCE, column_sums
    from mdl.backends.highs_linear import times
    from mdl.backends.pyomo_arrays import to_arrays

    given = held.model.component("dual")
    if given is None or not len(given):
        return None, None
    weights = np.array([0.0 if r is None else given.get(r, 0.0) for r in held.rows], dtype=np.float64)
    arrays, hessian = to_arrays(held)
    for signed in (weights, -weights):
        if gap(arrays, hessian, values, signed) <= TOLERANCE:
            gradient = arrays.cost if hessian is None else arrays.cost + times(hessian, values)
            return signed, gradient - column_sums(arrays, arrays.values * np.repeat(signed, np.diff(arrays.starts)))
    return None, None


def gap(arrays: Arrays, hessian: Hessian | None, values: FloatArray, weights: FloatArray) -> float:
    from mdl.backends.evidence import optimality_gap
    from mdl.backends.highs_quadratic import quadratic_gap

    if hessian is None:
        return optimality_gap(arrays, values, weights)
    return quadratic_gap(arrays, hessian, values, weights)


def reason(error: BaseException) -> str:
    """First line of what was said; half-made objects of the solver are let go in silence.

    Pyomo's AMPL interface, where its library is missing, raises a second time when it is deleted.
    """
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        held: BaseException | None = error
        while held is not None:
            traceback.clear_frames(held.__traceback__)
            held = held.__context__
        gc.collect()
    finally:
        sys.unraisablehook = hook
    return text


@contextmanager
def quiet_pyomo() -> Iterator[None]:
    """Pyomo logs what it also raises; the user sees our diagnostic only."""
    log = logging.getLogger("pyomo")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(level)
