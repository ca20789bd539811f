"""`--via pyomo`: what is solved is the ConcreteModel, not the Program it was made from.

HiGHS gets the arrays of Pyomo's own compiler; IPOPT gets callbacks derived from Pyomo's expressions
(backends/pyomo_reader.py); any other solver is the user's, called by Pyomo (backends/pyomo_solvers.py).
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends.pyomo_arrays import to_arrays
from mdl.backends.pyomo_model import PyomoModel, assemble
from mdl.backends.pyomo_reader import read
from mdl.program.program import Program, ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status

OURS = ("auto", "highs", "ipopt")


def solve(program: Program, options: SolverOptions | None = None) -> Solution:
    """The solution in the program's order of rows and columns, signs as in Solution.

    `options.solver` is `auto`, `highs`, `ipopt`, or a name that Pyomo's SolverFactory knows.  Raises
    Failure where the solver does not work here (MDL550, MDL583), does not take the program (MDL553,
    MDL584), or the program cannot be written in Pyomo (MDL580, MDL582).
    """
    started = perf_counter()
    options = options or SolverOptions()
    held = assemble(program)
    if options.solver not in OURS:
        from mdl.backends.pyomo_solvers import solve_with

        found = solve_with(options.solver, held, program, options)
    else:
        from mdl.backends.dispatch import choose

        route = by_ipopt if choose(program, options.solver) == "ipopt" else by_highs
        found = route(held, program, options)
    return replace(found, seconds=perf_counter() - started)


def by_highs(held: PyomoModel, program: Program, options: SolverOptions) -> Solution:
    from mdl.backends import highs
    from mdl.backends.highs_session import Clock

    highs.prepare(program)  # refuses what HiGHS would drop or misread, in the user's names
    arrays, hessian = to_arrays(held)
    found = highs.solve_arrays(arrays, hessian, options, Clock.of(options))
    if found.status is Status.FAILED and program.kind is ProgramClass.QP and options.solver == "auto":
        again = by_ipopt(held, program, options)
        return replace(again, message=f"HiGHS: {found.message}; answered by IPOPT. {again.message}".strip())
    return found


def by_ipopt(held: PyomoModel, program: Program, options: SolverOptions) -> Solution:
    """The model is read back; its order of rows and columns is Pyomo's order of components."""
    from mdl.backends import ipopt

    back = read(held.model, program.kind)
    found = ipopt.solve(back.program, options)
    columns = {id(v): k for k, v in enumerate(back.columns)}
    rows = {id(r): k for k, r in enumerate(back.rows)}
    column_places = np.array([columns[id(v)] for v in held.columns], dtype=np.int64)
    row_places = np.array([-1 if r is None else rows[id(r)] for r in held.rows], dtype=np.int64)
    return replace(
        found,
        values=taken(found.values, column_places),
        column_duals=taken(found.column_duals, column_places),
        row_duals=taken(found.row_duals, row_places),
    )


def taken(values: FloatArray | None, places: np.ndarray[tuple[int], np.dtype[np.int64]]) -> FloatArray | None:
    """`values[places]`, zero where the place is -1: a row without bounds is not in the model and has no price."""
    if values is None:
        return None
    return np.concatenate((values, [0.0]))[places]
