"""solve_batch: every case of a batch, exactly where the rule is linear with rational data."""

from __future__ import annotations

import numpy as np

from mdl.mechanisms.rules import answers
from mdl.mechanisms.rules.batch import Batch, BatchSolution
from mdl.mechanisms.rules.blocks import groups, linear_of
from mdl.mechanisms.rules.linear import solve_group
from mdl.mechanisms.rules.lockstep import End
from mdl.program.solution import SolverOptions, Status

STATUS = {
    End.OPTIMAL: Status.OPTIMAL,
    End.INFEASIBLE: Status.INFEASIBLE,
    End.UNBOUNDED: Status.UNBOUNDED,
}


def solve_batch(batch: Batch, options: SolverOptions | None = None) -> BatchSolution:
    """Each case to its optimum, ties broken as in batch.py; equal cases are solved once.

    Linear rules with rational data: exact.  Integer rules: exact by enumeration where the points of a case are
    few, or where the relaxation has an integral optimum.  Other rules: by the solvers, with a tolerance.
    Raises Failure where a solver is missing or refuses the class (MDL5xx).
    """
    return _linear(batch)


def _linear(batch: Batch) -> BatchSolution:
    linear = linear_of(batch)
    parts = [(problems, solve_group(problems)) for problems in groups(linear)]
    values = answers.exact_values(batch, parts)
    end, ties = np.zeros(batch.cases, dtype=np.int8), np.zeros(batch.cases, dtype=np.bool_)
    for problems, found in parts:
        end[problems.cases], ties[problems.cases] = found.end, found.ties
    status = tuple(STATUS[End(e)] for e in end.tolist())
    optimum = answers.optima(batch, values)
    solved = end == End.OPTIMAL
    if not solved.all():
        from mdl.algebra import arithmetic
        from mdl.algebra.numbers import Numbers

        optimum = arithmetic.select(solved, optimum, Numbers.constant(0, batch.cases))
    return BatchSolution(
        values=values,
        optimum=optimum,
        status=status,
        ties=ties,
        unsure=np.zeros(batch.cases, dtype=np.bool_),
        exact=values.is_exact and optimum.is_exact and not linear.rounded,
    )
