"""solve_batch: every case of a batch, exactly where the rule is linear with rational data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.mechanisms.rules import answers
from mdl.mechanisms.rules.batch import Batch, BatchSolution, Flags, Places, codes, has_outcome
from mdl.mechanisms.rules.blocks import BITS, Linear, Problems, groups, linear_of
from mdl.mechanisms.rules.linear import Found, solve_group
from mdl.mechanisms.rules.lockstep import End
from mdl.program.program import Program
from mdl.program.solution import SolverOptions, Status

STATUS = {
    End.OPEN: Status.FAILED,
    End.OPTIMAL: Status.OPTIMAL,
    End.INFEASIBLE: Status.INFEASIBLE,
    End.UNBOUNDED: Status.UNBOUNDED,
}
CODES = codes([STATUS[end] for end in sorted(STATUS)])
"""By End."""

NOT_LINEAR = "the rule is not linear, so a solver answered it"
SEARCHED = "some reports were too much for exact arithmetic, so a solver answered them"
ROUNDED = f"numbers of the rule are not rational, and were rounded to {BITS} bits"
IRRATIONAL = "the objective has numbers that are not rational"
TOO_LONG = "the outcomes of the reports have too many different denominators"


def solve_batch(batch: Batch, options: SolverOptions | None = None) -> BatchSolution:
    """Each case to its optimum, ties broken as in batch.py; equal cases are solved once.

    Linear rules with rational data, integer columns included: exact, unless the search for integers is too long.
    Other rules: by the solvers, with a tolerance; ties of convex rules with linear rows are found and broken up to
    it, those of others are `unsure`.
    Raises Failure where a solver is missing or refuses the class (MDL5xx).
    """
    assert not batch.program.complementarities
    if not batch.cases:
        none = np.zeros(0, dtype=np.bool_)
        return BatchSolution(Numbers.constant(0, 0), Numbers.constant(0, 0), codes(()), none, none, True)
    if is_linear(batch.program):
        return _linear(batch, options)
    return _numeric(batch, options)


def is_linear(program: Program) -> bool:
    """Whether the rule is a linear program, with integers or without."""
    return program.linear_rows and not program.objective.nonlinear


@dataclass(slots=True, eq=False)
class _Verdicts:
    """Case by case, as in BatchSolution; `error` relative to 1 + the optimum."""

    code: npt.NDArray[np.int8]
    ties: Flags
    unsure: Flags
    error: FloatArray


# ---- linear ----------------------------------------------------------------------------------------------


def _linear(batch: Batch, options: SolverOptions | None) -> BatchSolution:
    linear = linear_of(batch)
    parts = [(problems, solve_group(problems)) for problems in groups(linear)]
    values = answers.exact_values(batch, parts)
    verdicts, again = _verdicts(batch, linear, parts, values)
    if linear.rounded:
        # corners of other constraints than the file's, or best by other costs: rationals, and yet not called exact
        values = Numbers.inexact(values.floats())
    why = ROUNDED if linear.rounded else "" if values.is_exact else TOO_LONG
    if len(again):
        values, searched = _with_solvers(batch, again, values, verdicts, options)
        why = SEARCHED if searched else why
    optimum = answers.optima(batch, values)
    if not why and not optimum.is_exact:
        why = IRRATIONAL
    if not values.is_exact or not optimum.is_exact:
        verdicts.error += answers.cancelled(batch, values, optimum)
    return _solution(batch, values, optimum, verdicts, why)


def _verdicts(
    batch: Batch, linear: Linear, parts: list[tuple[Problems, Found]], values: Numbers
) -> tuple[_Verdicts, Places]:
    """What was decided, and the cases that are left to the solvers."""
    ends = np.zeros(batch.cases, dtype=np.int8)
    ties, unsure = np.zeros(batch.cases, dtype=np.bool_), np.zeros(batch.cases, dtype=np.bool_)
    pull = np.zeros((batch.cases, 2))
    for problems, found in parts:
        ends[problems.cases], pull[problems.cases] = found.end, found.pull
        ties[problems.cases], unsure[problems.cases] = found.ties, found.unsure
    error = _rounding(batch, linear, pull, values) if linear.rounded else np.zeros(batch.cases)
    open_ = ends == End.OPEN
    if linear.rough:
        open_ |= ends != End.OPTIMAL
    return _Verdicts(CODES[ends], ties, unsure, error), np.flatnonzero(open_)


def _rounding(batch: Batch, linear: Linear, pull: FloatArray, values: Numbers) -> FloatArray:
    """What the optimum of each case may be off by since numbers were rounded, over 1 + its size."""
    reach = np.bincount(batch.column_case, np.abs(values.floats()), batch.cases)
    scale = linear.cost_scale
    lost = np.zeros(batch.cases) if scale is None else 2 * reach / scale
    if linear.rough:
        sizes = [max(float(np.abs(s[k]).max(initial=0)) for s in (linear.low, linear.high)) for k in range(2)]
        moved = [2.0**-BITS * size / linear.unit for size in sizes]
        unit = float(batch.program.objective.linear.coefficients.denominator) if scale is None else scale
        entries = reach if linear.rough_entries else 0.0
        lost = lost + (pull[:, 0] * moved[0] + pull[:, 1] * (moved[1] + entries)) / unit
    return np.asarray(lost / (1 + np.abs(answers.optima(batch, values).floats())), dtype=np.float64)


def _with_solvers(
    batch: Batch, cases: Places, values: Numbers, verdicts: _Verdicts, options: SolverOptions | None
) -> tuple[Numbers, bool]:
    """The values with the solvers' in these cases, and whether any of them has an outcome; changes the verdicts."""
    from mdl.mechanisms.rules.numeric import solve_cases

    found = solve_cases(batch, cases, options)
    verdicts.code[cases] = codes(found.status)
    answered = has_outcome(verdicts.code[cases])
    verdicts.error[cases] = np.where(answered, found.error, 0.0)
    verdicts.ties[cases], verdicts.unsure[cases] = found.tied, answered & ~found.alone & ~found.tied
    inside = np.zeros(batch.cases, dtype=np.bool_)
    inside[cases[answered]] = True
    if not answered.any():
        return values, False
    return Numbers.inexact(np.where(inside[batch.column_case], found.values, values.floats())), True


# ---- not linear ------------------------------------------------------------------------------------------


def _numeric(batch: Batch, options: SolverOptions | None) -> BatchSolution:
    from mdl.mechanisms.rules.numeric import solve_cases
    from mdl.mechanisms.rules.objectives import by_case
    from mdl.mechanisms.rules.split import element_cases
    from mdl.program.evaluation import Evaluation

    found = solve_cases(batch, np.arange(batch.cases), options)
    code = codes(found.status)
    answered = has_outcome(code)
    optimum = by_case(batch, element_cases(batch), found.values, Evaluation(batch.program))
    unsure = answered & ~found.alone & ~found.tied
    verdicts = _Verdicts(code, found.tied, unsure, np.where(answered, found.error, 0.0))
    optimum = np.where(answered, optimum, 0.0)
    return _solution(batch, Numbers.inexact(found.values), Numbers.inexact(optimum), verdicts, NOT_LINEAR)


def _solution(batch: Batch, values: Numbers, optimum: Numbers, verdicts: _Verdicts, why: str) -> BatchSolution:
    solved = has_outcome(verdicts.code)
    if not solved.all():
        optimum = arithmetic.select(solved, optimum, Numbers.constant(0, batch.cases))
    exact = not why and values.is_exact and optimum.is_exact
    return BatchSolution(
        values=values,
        optimum=optimum,
        code=verdicts.code,
        ties=verdicts.ties,
        unsure=verdicts.unsure,
        exact=exact,
        tolerance=0.0 if exact else float(verdicts.error[solved].max(initial=0.0)),
        why="" if exact else why or TOO_LONG,
    )
