"""Which mode solves a leader's problem with followers in it: by its class, unless the user names one.

After strong duality has taken products out of the objective where it can: big-M where all is linear and bounds are
proved, branching where the program without its pairs is convex (both give global answers), and else
a sequence of nonlinear programs, whose answer is a local one.
"""

from __future__ import annotations

from dataclasses import replace

from mdl.backends import errors
from mdl.backends.modes import leader_big_m, leader_branch, leader_duality, leader_product
from mdl.diagnostics import Failure
from mdl.program.evaluation import Evaluation
from mdl.program.program import Program, ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status

CONVEX = (ProgramClass.LP, ProgramClass.QP, ProgramClass.CONVEX, ProgramClass.MIP)


def solve(program: Program, options: SolverOptions) -> Solution:
    """The leader's optimum.  Raises Failure (MDL560) where the mode asked for does not fit."""
    short = program if program.relaxed in CONVEX else leader_duality.rewritten(program)
    if options.mode == "auto" and options.solver == "ipopt":
        options = replace(options, mode="product")
    found = (_automatic if options.mode == "auto" else _by_mode)(program, short, options)
    return _own_objective(program, found)


def _automatic(program: Program, short: Program | None, options: SolverOptions) -> Solution:
    if short is not None:
        if leader_big_m.unfit(short) is None:
            return leader_big_m.solve(short, options)
        found = leader_branch.solve(short, options)
        if found.status is not Status.LIMIT or found.values is not None or options.time_limit is not None:
            return found
    if (why := leader_product.unfit(program)) is not None:
        raise Failure(errors.mode_unfit("product", why, program.objective.span))
    return leader_product.solve(program, options)


def _by_mode(program: Program, short: Program | None, options: SolverOptions) -> Solution:
    mode, held = options.mode, short or program
    if mode == "big-m":
        why, solver = leader_big_m.unfit(held), leader_big_m.solve
    elif mode == "product":
        why, solver, held = leader_product.unfit(program), leader_product.solve, program
    elif mode == "strong-duality":
        why, solver = leader_branch.unfit(held), leader_branch.solve
    else:
        why, solver = "it finds points that satisfy conditions, and here there is an objective as well", None
    if why is not None or solver is None:
        raise Failure(errors.mode_unfit(mode, why or "", program.objective.span))
    return solver(held, options)


def _own_objective(program: Program, found: Solution) -> Solution:
    """The objective as the user wrote it; duals are those of pieces of the program, and mean nothing here."""
    objective = None if found.values is None else Evaluation(program).objective(found.values)
    return replace(found, objective=objective, row_duals=None, column_duals=None)
