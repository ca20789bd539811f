"""Which solver gets a Program: by its class, unless the user names one."""

from __future__ import annotations

from dataclasses import replace

from mdl.backends import errors
from mdl.diagnostics import Failure
from mdl.program.program import Program, ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status

HIGHS = {ProgramClass.LP, ProgramClass.QP, ProgramClass.MIP}
IPOPT = {ProgramClass.LP, ProgramClass.QP, ProgramClass.CONVEX, ProgramClass.NLP}


def solve(program: Program, options: SolverOptions | None = None, *, via_pyomo: bool = False) -> Solution:
    """Solve by the direct route, or through a Pyomo model.

    Raises Failure where the chosen solver does not take the program's class (MDL553).
    """
    options = options or SolverOptions()
    if via_pyomo:
        from mdl.backends import pyomo_solve

        return pyomo_solve.solve(program, options)
    if program.followers:
        from mdl.backends.modes import leader

        return leader.solve(program, options)
    name = choose(program, options.solver)
    if name == "ipopt":
        from mdl.backends import interior, ipopt

        solver = interior.solve if options.solver == "auto" else ipopt.solve
        return solver(program, options)
    from mdl.backends import highs

    found = highs.solve(program, options)
    if found.status is Status.FAILED and program.kind is ProgramClass.QP and options.solver == "auto":
        from mdl.backends import ipopt

        again = ipopt.solve(program, options)
        return replace(again, message=f"HiGHS: {found.message}; answered by IPOPT. {again.message}".strip())
    return found


def choose(program: Program, asked: str) -> str:
    """`highs` or `ipopt`; Failure (MDL553) where the one asked for cannot take the program."""
    if asked == "auto":
        return "highs" if program.kind in HIGHS else "ipopt"
    if program.kind in (HIGHS if asked == "highs" else IPOPT):
        return asked
    other = "ipopt" if asked == "highs" else "highs"
    raise Failure(errors.wrong_class(asked, program.kind.value, f"that is for {other}", program.objective.span))
