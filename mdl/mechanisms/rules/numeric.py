"""Cases that no exact method answers: by the solvers, many in one program, each judged on its own.

A program of many cases that has no answer is cut in halves until the case is found that has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.backends import dispatch
from mdl.mechanisms.rules.batch import Batch, Places
from mdl.mechanisms.rules.objectives import by_case
from mdl.mechanisms.rules.split import Split, element_cases
from mdl.mechanisms.rules.twins import equal_cases
from mdl.program.evaluation import Evaluation
from mdl.program.maps import spread
from mdl.program.program import ProgramClass
from mdl.program.residual import column_sides, row_sides
from mdl.program.solution import Solution, SolverOptions, Status

COLUMNS = {ProgramClass.QP: 900, ProgramClass.MIP: 1}
"""Columns of one program of many cases; integers one case at a time."""
MOST = 20_000

GOOD = (Status.OPTIMAL, Status.LOCAL)
STOP = (Status.INTERRUPTED,)


@dataclass(slots=True, frozen=True, eq=False)
class Answers:
    """values (width,) of the whole batch, 0 where nothing was asked; status and error (asked,), in the order asked.

    error: what the objective may be off by, relative to 1 + its size; infinite where there is no bound.
    """

    values: FloatArray
    status: list[Status]
    error: FloatArray


def solve_cases(batch: Batch, cases: Places, options: SolverOptions | None = None) -> Answers:
    """These cases (ascending); equal ones are solved once.  Raises Failure as the backends do."""
    split = Split(batch)
    first, kind = equal_cases(batch, split.elements)
    asked = np.unique(first[kind[cases]])
    out = Answers(np.zeros(batch.program.width), [Status.FAILED] * len(asked), np.full(len(asked), np.inf))
    for part in _parts(batch, asked):
        _solve(split, asked, part, options or SolverOptions(), out)
    where = np.searchsorted(asked, first[kind[cases]])
    _copy(batch, cases, asked[where], out.values)
    return Answers(out.values, [out.status[k] for k in where.tolist()], out.error[where])


def _parts(batch: Batch, cases: Places) -> Iterator[Places]:
    """Places in `cases`, as many together as one program takes."""
    most = COLUMNS.get(batch.program.kind, MOST)
    widths = np.bincount(batch.column_case, minlength=batch.cases)[cases]
    begun, held = 0, 0
    for k, width in enumerate(widths.tolist()):
        if k > begun and held + width > most:
            yield np.arange(begun, k)
            begun, held = k, 0
        held += width
    if len(cases) > begun:
        yield np.arange(begun, len(cases))


def _solve(split: Split, cases: Places, part: Places, options: SolverOptions, out: Answers) -> None:
    smaller, columns = split.chosen(cases[part])
    found = dispatch.solve(smaller.program, options)
    if found.status in GOOD and found.values is not None:
        out.values[columns] = found.values
        out.error[part] = errors(smaller, found)
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


def errors(batch: Batch, found: Solution) -> FloatArray:
    """What each case may lose, over 1 + the size of its objective: its multipliers times slacks, and what its gradient
    leaves over times how far its columns can be moved; of a convex program."""
    program, x = batch.program, found.values
    assert x is not None
    evaluation = Evaluation(program)
    nodes = evaluation.nodes(x)
    size = 1.0 + np.abs(by_case(batch, element_cases(batch), x, evaluation))
    if found.row_duals is None or found.column_duals is None:
        return np.full(batch.cases, np.inf)
    sign = -1.0 if program.objective.maximize else 1.0
    y, z = sign * found.row_duals, sign * found.column_duals
    rows, sides, bounds = evaluation.rows(x, nodes), row_sides(program), column_sides(program)
    left = evaluation.gradient(nodes, 1.0) - evaluation.gradient(nodes, 0.0, found.row_duals) - found.column_duals
    room = np.where(np.isfinite(bounds.upper - bounds.lower), bounds.upper - bounds.lower, 1.0 + 2 * np.abs(x))
    lost = np.bincount(batch.row_case, _products(y, rows, sides.lower, sides.upper), batch.cases)
    by_column = _products(z, x, bounds.lower, bounds.upper) + np.abs(left) * room
    lost = lost + np.bincount(batch.column_case, by_column, batch.cases)
    return np.where(np.isfinite(lost), lost / size, np.inf)


def _products(multiplier: FloatArray, value: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Multiplier (of a minimisation) times slack, where the row is kept and where it is broken alike."""
    slack = np.where(multiplier > 0, value - lower, upper - value)
    return np.where(multiplier == 0, 0.0, np.abs(multiplier) * np.abs(slack))
