"""Cases that no exact method answers: by the solvers, many in one program, each judged on its own.

A program of many cases that has no answer is cut in halves until the case is found that has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends import dispatch
from mdl.diagnostics import Failure
from mdl.mechanisms.rules.batch import Batch, Flags, Places
from mdl.mechanisms.rules.face import face
from mdl.mechanisms.rules.objectives import by_case
from mdl.mechanisms.rules.sharpen import ROUNDING, Sharpener, broken
from mdl.mechanisms.rules.split import Split, element_cases
from mdl.mechanisms.rules.twins import equal_cases
from mdl.mechanisms.rules.unique import unique
from mdl.program.evaluation import Evaluation
from mdl.program.maps import spread
from mdl.program.program import Domain, ProgramClass
from mdl.program.residual import column_sides, row_sides
from mdl.program.solution import Solution, SolverOptions, Status

MOST = 20_000
"""Columns of one program of many cases; integers one case at a time."""
WIDE = 1000
"""Quadratic programs with more columns fall apart faster for the solvers of convex ones."""

GOOD = (Status.OPTIMAL, Status.LOCAL)
HOLDS = 1e-9
"""Relative violation of a row up to which it holds where there is nothing to choose."""
WORSE = 1e-8
"""Relative loss that the first of the optimal outcomes may have, found with the room that float64 needs."""
STOP = (Status.INTERRUPTED,)


@dataclass(slots=True, frozen=True, eq=False)
class Answers:
    """values (width,) of the whole batch, 0 where nothing was asked; the others (asked,), in the order asked.

    error: what the objective may be off by, relative to 1 + its size; infinite where there is no bound.
    alone: there is no other optimal outcome; tied: there is one, and the rule for ties has chosen.
    """

    values: FloatArray
    status: list[Status]
    error: FloatArray
    alone: Flags
    tied: Flags


def solve_cases(batch: Batch, cases: Places, options: SolverOptions | None = None) -> Answers:
    """These cases (ascending); equal ones are solved once.  Raises Failure as the backends do."""
    split = Split(batch)
    first, kind = equal_cases(batch, split.elements)
    asked = np.unique(first[kind[cases]])
    out = Answers(
        values=np.zeros(batch.program.width),
        status=[Status.FAILED] * len(asked),
        error=np.full(len(asked), np.inf),
        alone=np.zeros(len(asked), dtype=np.bool_),
        tied=np.zeros(len(asked), dtype=np.bool_),
    )
    still = _settled(batch, asked, out)
    for part in _parts(batch, asked, np.flatnonzero(~still)):
        _solve(split, asked, part, options or SolverOptions(), out)
    where = np.searchsorted(asked, first[kind[cases]])
    _copy(batch, cases, asked[where], out.values)
    status = [out.status[k] for k in where.tolist()]
    return Answers(out.values, status, out.error[where], out.alone[where], out.tied[where])


def _settled(batch: Batch, cases: Places, out: Answers) -> Flags:
    """Answers the cases in which every column is fixed, where a solver may miss a slope; which they are, (cases,)."""
    sides = column_sides(batch.program)
    loose = np.bincount(batch.column_case, sides.lower != sides.upper, batch.cases) > 0
    still = ~loose[cases]
    if not still.any():
        return np.asarray(still)
    x = np.where(loose[batch.column_case], 0.0, sides.lower)
    evaluation = Evaluation(batch.program)
    off = broken(evaluation.rows(x), row_sides(batch.program))
    objective = by_case(batch, element_cases(batch), x, evaluation)
    wrong = np.zeros(batch.cases)
    np.maximum.at(wrong, batch.row_case, np.where(np.isfinite(off), off, np.inf))
    good = (wrong <= HOLDS) & np.isfinite(objective)
    for k in np.flatnonzero(still).tolist():
        case = cases[k]
        out.status[k] = Status.OPTIMAL if good[case] else Status.INFEASIBLE
        out.error[k], out.alone[k] = max(ROUNDING, float(wrong[case])), True
    mine = np.isin(batch.column_case, cases[still & good[cases]])
    out.values[mine] = x[mine]
    return np.asarray(still)


def _parts(batch: Batch, cases: Places, left: Places) -> Iterator[Places]:
    """Places in `cases`, as many together as one program takes."""
    most = 1 if batch.program.kind is ProgramClass.MIP else MOST
    widths = np.bincount(batch.column_case, minlength=batch.cases)[cases[left]]
    begun, held = 0, 0
    for k, width in enumerate(widths.tolist()):
        if k > begun and held + width > most:
            yield left[begun:k]
            begun, held = k, 0
        held += width
    if len(left) > begun:
        yield left[begun:]


def _solve(split: Split, cases: Places, part: Places, options: SolverOptions, out: Answers) -> None:
    smaller, columns = split.chosen(cases[part])
    program = smaller.program
    if program.kind is ProgramClass.QP and program.width > WIDE and options.solver == "auto":
        program = replace(program, kind=ProgramClass.CONVEX)
    try:
        found = dispatch.solve(program, options)
    except Failure:
        if len(part) == 1:
            raise
        found = Solution(Status.FAILED, "")
    if found.status in GOOD and found.values is not None:
        judged = _judged(smaller, found)
        out.values[columns], out.error[part] = judged.values, judged.error
        out.alone[part], out.tied[part] = judged.alone, judged.tied
        for k in part.tolist():
            out.status[k] = found.status
    elif len(part) == 1 or found.status in STOP:
        for k in part.tolist():
            out.status[k] = found.status
    else:
        middle = len(part) // 2
        _solve(split, cases, part[:middle], options, out)
        _solve(split, cases, part[middle:], options, out)


def _copy(batch: Batch, cases: Places, twins: Places, values: FloatArray) -> None:
    """The outcome of each twin for its case."""
    order = np.argsort(batch.column_case, kind="stable")
    counts = np.bincount(batch.column_case, minlength=batch.cases)
    starts = np.cumsum(counts) - counts
    other = np.flatnonzero(cases != twins)
    to, of = (order[spread(starts[k[other]], counts[k[other]])] for k in (cases, twins))
    values[to] = values[of]


def _judged(batch: Batch, found: Solution) -> Answers:
    """The outcomes of all cases, sharpened where there are multipliers to go by, ties broken where that can be done."""
    assert found.values is not None
    none, status = np.zeros(batch.cases, dtype=np.bool_), [found.status] * batch.cases
    if found.row_duals is None:
        gap = np.inf
        if found.bound is not None and found.objective is not None:
            gap = abs(found.bound - found.objective) / (1 + abs(found.objective)) + ROUNDING
        whole = np.concatenate(
            [np.full(len(b.labels), b.domain is not Domain.CONTINUOUS) for b in batch.program.columns]
        )
        values = np.where(whole, np.rint(found.values), found.values)
        return Answers(values, status, np.full(batch.cases, gap), none, none)
    work = Sharpener(batch)
    x, y, error = work.best(found.values, work.sign * found.row_duals)
    if found.status is not Status.OPTIMAL:
        return Answers(x, status, error, none, none)
    alone = unique(work, x, y)
    tied = none.copy()
    if not alone.all():
        _first_of_ties(batch, x, y, error, alone, tied)
    return Answers(x, status, error, alone, tied)


def _first_of_ties(batch: Batch, x: FloatArray, y: FloatArray, error: FloatArray, alone: Flags, tied: Flags) -> None:
    """Where an outcome is not known to be alone: the first of the optimal ones, into x; changes what it is given."""
    asked = np.flatnonzero(~alone)
    some, columns = Split(batch).chosen(asked)
    found = face(some, x[columns])
    if found is None:
        return
    work = Sharpener(some)
    start = np.where(found.other[some.column_case], found.first, x[columns])
    rows = np.isin(batch.row_case, asked)
    near, _, off = work.best(start, y[rows])
    good = found.found & (off <= np.maximum(error[asked], WORSE))
    x[columns] = np.where(good[some.column_case], near, x[columns])
    error[asked] = np.where(good, off, error[asked])
    tied[asked], alone[asked] = found.other & good, ~found.other & good
