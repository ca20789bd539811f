"""What an LP or MPS file holds of a Program: linear rows and an objective of degree at most two."""

from __future__ import annotations

from dataclasses import replace

from mdl.backends import errors
from mdl.backends.arrays import Arrays, dense_row, single, to_arrays
from mdl.backends.highs_session import Hessian
from mdl.diagnostics import Failure
from mdl.program.program import Program
from mdl.program.quadratic import quadratic_objective


def file_arrays(program: Program, target: str) -> tuple[Arrays, Hessian | None]:
    """Convex or not, with integers or not: that is for the solver that reads the file.

    Raises Failure (MDL580, MDL581) naming every family that such a file cannot say.
    """
    objective = program.objective
    wrong = [errors.nonlinear_in_file(target, r.name, r.span) for r in program.rows if r.nonlinear]
    held = quadratic_objective(program) if objective.nonlinear else None
    if objective.nonlinear and held is None:
        wrong.append(errors.nonlinear_in_file(target, objective.name, objective.span))
    if program.complementarities:
        wrong.append(errors.complementarity_in_file(target, objective.span))
    if wrong:
        raise Failure(wrong)
    arrays = to_arrays(program)
    if held is None:
        return arrays, None
    arrays = replace(arrays, cost=dense_row(program, held.linear), offset=single(program, held.constant))
    starts, rows, values = held.triangle()
    return arrays, Hessian(starts, rows, values) if len(values) else None


def numerals(values: list[float]) -> list[str]:
    """Shortest decimals that read back as the same float64, `2` for 2.0."""
    return [t[:-2] if t.endswith(".0") else t for t in map(repr, values)]
