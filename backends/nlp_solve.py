"""From a Program to a Solution by an interior-point solver, whichever way it is reached.

A route gives `run`; statuses, signs, second attempts and the check of every answer are here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic, perf_counter

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends.nlp import Problem, empty_side, prepare, refuse
from mdl.backends.nlp_callbacks import INTERRUPTED, TIME, Callbacks, interruptible
from mdl.backends.runaway import direction
from mdl.program.elastic import elastic
from mdl.program.program import Program, ProgramClass
from mdl.program.residual import Residuals, residuals
from mdl.program.solution import Solution, SolverOptions, Status

Options = dict[str, str | float | int]


@dataclass(slots=True, frozen=True, eq=False)
class Raw:
    """What IPOPT returns: its code, the point, and multipliers of rows and of lower and upper bounds, in its signs."""

    code: int
    x: FloatArray
    rows: FloatArray
    lower: FloatArray
    upper: FloatArray


ITERATIONS = 1000
"""An attempt may take this many."""

FEASIBLE = 1e-7
"""Rows that fail by no more than this in all, over 1 + the largest side, are taken to hold."""

Run = Callable[[Problem, Callbacks, Options], Raw]

SOLVED = (0, 1)
"""Solved; solved to an acceptable level."""
INFEASIBLE, DIVERGING = 2, 4
TOO_MANY_ITERATIONS = -1
TOO_FEW_FREEDOMS = -10
MEANINGS = {
    2: "the point found is a local minimum of the infeasibility",
    3: "steps became too small",
    4: "iterates diverge",
    5: "stopped",
    6: "a feasible point was found",
    -1: "too many iterations",
    -2: "the restoration phase failed",
    -3: "a step could not be computed",
    -10: "more equations than variables",
    -11: "the problem definition is not valid",
    -12: "an option is not valid",
    -13: "an invalid number was met",
    -102: "not enough memory",
}

# where bounds only just bind a point is as exact as the root of the tolerance, and the last digits are
# cheap: mostly one iteration; five more at the usual 1e-8 and the run ends there
BASE: Options = {
    "sb": "yes",
    "print_level": 0,
    "bound_relax_factor": 0.0,
    "tol": 1e-10,
    "acceptable_tol": 1e-8,
    "acceptable_iter": 5,
    "constr_viol_tol": 1e-8,
    "acceptable_constr_viol_tol": 1e-8,
    "max_iter": ITERATIONS,
    "fixed_variable_treatment": "make_parameter",
}
RELAXED: Options = {"bound_relax_factor": 1e-9, "nlp_scaling_method": "none", "mu_strategy": "adaptive"}
SECOND: tuple[Options, ...] = ({"mu_strategy": "adaptive"}, RELAXED, {**RELAXED, "perturb_always_cd": "yes"})
"""Changes for second attempts.  Where rows leave no interior (a <= 1 beside a >= 1) bounds must give way a little;
where besides equations depend on each other, their system must be regular all the same."""


def solve_by(run: Run, solver: str, program: Program, options: SolverOptions) -> Solution:
    """Status OPTIMAL only of convex classes, LOCAL otherwise; FAILED where the residuals of an answer are too large.

    INFEASIBLE is confirmed by a phase 1 of its own.  Raises Failure as `refuse` and `prepare` do,
    and what a callback raised.
    """
    began = perf_counter()
    ends = None if options.time_limit is None else monotonic() + options.time_limit
    refuse(program, solver)
    crossed = empty_side(program)
    if crossed is not None:
        return Solution(Status.INFEASIBLE, solver, f"the lower side of {crossed} is above its upper side")
    problem = prepare(program)
    if not program.width:
        return _nothing_to_choose(problem, solver)
    found = _attempts(run, problem, options, ends, solver)
    return replace(found, seconds=perf_counter() - began)


def _attempts(run: Run, problem: Problem, options: SolverOptions, ends: float | None, solver: str) -> Solution:
    """The first conclusive answer; else phase 1, which proves that there is none or gives a better start."""

    def attempt(on: Problem, changes: Options) -> Solution:
        callbacks = Callbacks(on, ends)
        with interruptible(callbacks):
            raw = run(on, callbacks, _settings(options, changes))
        if callbacks.error is not None:
            raise callbacks.error
        return _read(on, raw, callbacks, solver)

    first = attempt(problem, {})
    if not _is_open(first):
        return first
    near = _phase_one(problem, first, attempt, solver)
    if isinstance(near, Solution):
        return near
    problem = problem if near is None else prepare(problem.program, near)
    for changes in ({}, *SECOND) if near is not None else SECOND:
        found = attempt(problem, changes)
        if not _is_open(found):
            return found
    if first.status is Status.INFEASIBLE:
        return replace(first, status=Status.FAILED, message=f"{first.message}, which could not be confirmed")
    return first


def _is_open(found: Solution) -> bool:
    """Calls for another attempt: nothing was found out, and it was not the user who stopped it."""
    return found.status in (Status.FAILED, Status.INFEASIBLE) or found.iterations >= ITERATIONS


def _phase_one(
    problem: Problem, first: Solution, attempt: Callable[[Problem, Options], Solution], solver: str
) -> Solution | FloatArray | None:
    """The answer, where the rows cannot hold or the run was stopped; else a feasible point, None if none was found."""
    if not problem.program.height:
        return None
    program = elastic(problem.program)
    for changes in ({}, *SECOND):
        found = attempt(prepare(program), changes)
        if found.status in (Status.INTERRUPTED, Status.LIMIT) and not _is_open(found):
            return _nothing(found, found.status, found.message.split(";")[0])
        if found.values is not None and found.objective is not None and not _is_open(found):
            break
    else:
        return None
    if found.objective <= FEASIBLE * (1 + _largest_side(problem)):
        return found.values[: problem.program.width]
    near = "" if is_convex(program) else " near the start point; other starts may find points where they hold"
    message = f"the rows fail by at least {found.objective:.3g} in all{near}"
    return _nothing(replace(first, iterations=found.iterations), Status.INFEASIBLE, message)


def _settings(options: SolverOptions, changes: Options) -> Options:
    settings: Options = {**BASE, **changes}
    if not options.quiet:
        settings |= {"print_level": 5, "sb": "no"}
    if options.tolerance is not None:
        settings |= {"tol": options.tolerance, "acceptable_tol": options.tolerance}
    return settings


def _largest_side(problem: Problem) -> float:
    """Of the rows' finite sides, in absolute value."""
    sides = np.concatenate((problem.rows.lower, problem.rows.upper))
    return float(np.abs(sides[np.isfinite(sides)]).max(initial=0.0))


def is_convex(program: Program) -> bool:
    """Proved, so that a local answer is global."""
    return program.kind in (ProgramClass.LP, ProgramClass.QP, ProgramClass.CONVEX)


def _nothing_to_choose(problem: Problem, solver: str) -> Solution:
    """No variables: the rows hold or they do not."""
    x = np.zeros(0)
    answer = Solution(
        Status.OPTIMAL,
        solver,
        values=x,
        objective=problem.functions.objective(x),
        row_duals=np.zeros(problem.program.height),
        column_duals=x,
    )
    if residuals(problem.program, answer).accepted():
        return answer
    return Solution(Status.INFEASIBLE, solver, "a row without variables does not hold")


def _read(problem: Problem, raw: Raw, callbacks: Callbacks, solver: str) -> Solution:
    answer = replace(_point(problem, raw, solver), iterations=callbacks.iterations)
    if callbacks.stopped is not None:
        return _stopped(problem, answer, callbacks, solver)
    found = residuals(problem.program, answer, problem.evaluation)
    convex = is_convex(problem.program)
    assert answer.values is not None
    ray = direction(problem, answer.values) if found.primal.scaled <= 1e-6 else None
    if ray is not None and raw.code in (*SOLVED, DIVERGING):
        unbounded = _nothing(answer, Status.UNBOUNDED, "the objective improves for ever as variables grow")
        return replace(unbounded, ray=ray)
    if raw.code in SOLVED:
        if found.accepted():
            return replace(answer, status=Status.OPTIMAL if convex else Status.LOCAL)
        return _nothing(answer, Status.FAILED, f"the answer does not hold: {found}")
    if raw.code == INFEASIBLE:
        return _nothing(answer, Status.INFEASIBLE, MEANINGS[INFEASIBLE])
    if raw.code == DIVERGING:
        return _nothing(answer, Status.FAILED, "variables grow without end, but not the objective")
    meaning = MEANINGS.get(raw.code, f"IPOPT's status {raw.code}")
    if raw.code == TOO_MANY_ITERATIONS:
        return _known(answer, Status.LIMIT, meaning, found)
    if found.accepted():  # it gave up on a point that is good
        return replace(answer, status=Status.OPTIMAL if convex else Status.LOCAL, message=meaning)
    return _nothing(answer, Status.FAILED, meaning)


def _point(problem: Problem, raw: Raw, solver: str) -> Solution:
    """IPOPT's answer with the user's columns and rows, senses and signs."""
    program, width = problem.program, problem.program.width
    low, high = problem.columns.lower[:width], problem.columns.upper[:width]
    x = np.clip(raw.x[:width], low, high)
    row_duals = -problem.sign * raw.rows[: program.height]
    column_duals = problem.sign * (raw.lower[:width] - raw.upper[:width])
    nodes = problem.evaluation.nodes(x)
    fixed = low == high
    if fixed.any():  # IPOPT takes them out of the problem; stationarity defines their multipliers
        gradient = problem.evaluation.gradient(nodes, 1.0) - problem.evaluation.gradient(nodes, 0.0, row_duals)
        column_duals = np.where(fixed, gradient, column_duals)
    return Solution(
        Status.FAILED,
        solver,
        values=x,
        objective=problem.evaluation.objective(x, nodes),
        row_duals=row_duals,
        column_duals=column_duals,
    )


def _stopped(problem: Problem, answer: Solution, callbacks: Callbacks, solver: str) -> Solution:
    width = problem.program.width
    x = np.clip(callbacks.last[:width], problem.columns.lower[:width], problem.columns.upper[:width])
    last = replace(answer, values=x, objective=problem.evaluation.objective(x), row_duals=None, column_duals=None)
    found = residuals(problem.program, last, problem.evaluation)
    if callbacks.stopped == INTERRUPTED:
        return _known(last, Status.INTERRUPTED, "interrupted", found)
    assert callbacks.stopped == TIME
    return _known(last, Status.LIMIT, "the time limit was reached", found)


def _known(answer: Solution, status: Status, message: str, found: Residuals) -> Solution:
    """The last point, with how far it is from feasible; no point where it is not finite."""
    held = replace(answer, status=status, row_duals=None, column_duals=None)
    if not np.isfinite(found.primal.size) or answer.objective is None or not np.isfinite(answer.objective):
        return _nothing(held, status, message)
    feasible = "feasible" if found.primal.scaled <= 1e-6 else f"infeasible by {found.primal.size:.1e}"
    return replace(held, message=f"{message}; the last point is {feasible}")


def _nothing(answer: Solution, status: Status, message: str) -> Solution:
    return replace(
        answer, status=status, message=message, values=None, objective=None, row_duals=None, column_duals=None
    )
