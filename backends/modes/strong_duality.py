"""Linear programs: primal and dual feasibility, and equal objectives, which is one linear program.

Objective = sum of sides times their multipliers at a feasible pair makes every product of a multiplier and a
slack 0, since they are all of one sign and add up to the difference.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.lowering.kkt import Kkt
from mdl.program import exact
from mdl.program.labels import Labels
from mdl.program.program import Bound, Program, ProgramClass, Rows
from mdl.program.solution import Solution, SolverOptions, Status

NAME = "strong duality (HiGHS)"


def unfit(kkt: Kkt) -> str | None:
    """Linear programs alone have a dual that is linear."""
    if kkt.primal.kind is ProgramClass.LP:
        return None
    return f"it is for linear programs, and the class is {kkt.primal.kind.value}"


def solve(kkt: Kkt, options: SolverOptions) -> Solution:
    """A point of the KKT program; INFEASIBLE where there is none."""
    from mdl.backends import highs

    began = perf_counter()
    found = highs.solve(linear_program(kkt), replace(options, solver="highs"))
    kept = found.values if found.status is Status.OPTIMAL else None
    return replace(
        found, solver=NAME, values=kept, objective=None, row_duals=None, column_duals=None,
        seconds=perf_counter() - began,
    )  # fmt: skip


def linear_program(kkt: Kkt) -> Program:
    """The KKT program with the row `equal objectives` in place of its pairs."""
    program, goal = kkt.program, kkt.primal.objective
    at: list[np.ndarray] = [goal.linear.columns]
    weights = [goal.linear.coefficients]
    for m in kkt.multipliers:
        block = program.rows[m.rows]
        bound = block.lower if block.lower is not None else block.upper
        assert bound is not None
        at.append(np.arange(m.start, m.start + len(m.places)))
        weights.append(arithmetic.neg(bound.values))
    columns = np.concatenate(at)
    linear = exact.from_entries(
        np.zeros(len(columns), dtype=np.int64), columns, arithmetic.concat(weights), 1, program.width
    )
    zero = Bound(Numbers.constant(0, 1))
    equal = Rows("equal objectives", Labels.scalar(), program.height, "==", zero, zero, linear)
    return replace(
        program, rows=(*program.rows, equal), complementarities=(), kind=ProgramClass.LP, why=None, faults=()
    )
