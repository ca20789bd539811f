"""solve_batch: every case of a batch, exactly where the rule is linear with rational data."""

from __future__ import annotations

from mdl.mechanisms.rules.batch import Batch, BatchSolution
from mdl.program.solution import SolverOptions


def solve_batch(batch: Batch, options: SolverOptions | None = None) -> BatchSolution:
    """Each case to its optimum, ties broken as in batch.py; equal cases are solved once.

    Linear rules with rational data: exact.  Integer rules: exact by enumeration where the points of a case are
    few, or where the relaxation has an integral optimum.  Other rules: by the solvers, with a tolerance.
    Raises Failure where a solver is missing or refuses the class (MDL5xx).
    """
    raise NotImplementedError
