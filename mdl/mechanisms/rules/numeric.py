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
from mdl.mechanisms.rules.sharpen import ROUNDING, Sharpener
from mdl.mechanisms.rules.split import Split
from mdl.mechanisms.rules.twins import equal_cases
from mdl.program.maps import spread
from mdl.program.program import Domain, ProgramClass
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
        out.values[columns], out.error[part] = _judged(smaller, found)
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


def _judged(batch: Batch, found: Solution) -> tuple[FloatArray, FloatArray]:
    """The outcome, sharpened where there are multipliers to go by, and the error of each case."""
    assert found.values is not None
    if found.row_duals is None:
        gap = np.inf
        if found.bound is not None and found.objective is not None:
            gap = abs(found.bound - found.objective) / (1 + abs(found.objective)) + ROUNDING
        whole = np.concatenate(
            [np.full(len(b.labels), b.domain is not Domain.CONTINUOUS) for b in batch.program.columns]
        )
        return np.where(whole, np.rint(found.values), found.values), np.full(batch.cases, gap)
    work = Sharpener(batch)
    x, _, error = work.best(found.values, work.sign * found.row_duals)
    return x, error
