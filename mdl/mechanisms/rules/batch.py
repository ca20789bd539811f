"""What the batch solver is given and what it gives back.

A batch is ONE block-diagonal Program whose blocks are the report profiles (*cases*): no row and no node
couples columns of two cases.  `solve_batch` (solve.py) answers every case on its own.

The rule for ties, the same whatever the solver, the order of cases or the run before: among all optimal
outcomes of a case the one whose first variable is as large as possible, then the second, and so on, in the
order of the columns (variables as declared, each in the order of its index).  Where a variable has no largest
value among them it is as small as possible; where it has no smallest either, it is 0.  Columns made for a max,
min or abs come last and are settled in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import Numbers
from mdl.program.labels import Labels
from mdl.program.program import Program
from mdl.program.solution import Status

STATUSES = tuple(Status)
CODE = {status: k for k, status in enumerate(STATUSES)}

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[Any]


@dataclass(slots=True, frozen=True, eq=False)
class Batch:
    """`cases` problems in one program.

    column_case (width,) and row_case (height,): the case of each column and row, 0 .. cases - 1.
    constants (cases,): what the objective of each case has that depends on no column (the constant of the
    program's objective is not read).
    """

    program: Program
    cases: int
    column_case: Places
    row_case: Places
    constants: Numbers


@dataclass(slots=True, frozen=True, eq=False)
class BatchSolution:
    """Answers case by case; an infeasible or unbounded case is a status, never an exception.

    values  (width,)  the outcome; 0 in cases without one.  Exact Numbers where `exact`; may be (a corner found with
                      rounded costs) or be float64 where not
    optimum (cases,)  the objective of each case, its constant included; 0 in cases without an outcome
    code    (cases,)  place in STATUSES of OPTIMAL; LOCAL (not proved convex); INFEASIBLE; UNBOUNDED;
                      INFEASIBLE_OR_UNBOUNDED; LIMIT; INTERRUPTED; FAILED
    ties    (cases,)  True where another optimal outcome is known, which differs in the user's own variables
    unsure  (cases,)  True where it was not decided whether there is one (`ties` is False there)
    exact             every case with a status of OPTIMAL, INFEASIBLE or UNBOUNDED was decided in rational arithmetic,
                      and `values` and `optimum` are exact
    tolerance         0 where `exact`; otherwise what an optimum may be off by, relative to 1 + its size
    why               why the answer is not exact, a phrase for the user; empty where it is
    """

    values: Numbers
    optimum: Numbers
    code: npt.NDArray[np.int8]
    ties: Flags
    unsure: Flags
    exact: bool
    tolerance: float = 0.0
    why: str = ""

    @property
    def status(self) -> tuple[Status, ...]:
        """(cases,)"""
        return tuple(STATUSES[k] for k in self.code.tolist())

    @property
    def solved(self) -> Flags:
        """(cases,) whether there is an outcome."""
        return has_outcome(self.code)


def codes(status: Sequence[Status]) -> npt.NDArray[np.int8]:
    """Places in STATUSES."""
    return np.array([CODE[s] for s in status], dtype=np.int8)


def has_outcome(code: npt.NDArray[np.int8]) -> Flags:
    return np.asarray((code == CODE[Status.OPTIMAL]) | (code == CODE[Status.LOCAL]))


def by_first_label(program: Program, cases: Sequence[Atom], constants: Numbers) -> Batch:
    """The batch of a program in which the first index of every block of columns and rows is the case; `cases` may be
    range(n), which is quicker.

    Columns made for long sums have no index: they belong to the case of the row that says what they are.
    """
    first = cases.start if isinstance(cases, range) and cases.step == 1 else None
    place = {} if first is not None else {atom: k for k, atom in enumerate(cases)}

    def of(blocks: Sequence[Any], size: int) -> Places:
        out = np.full(size, -1, dtype=np.int64)
        for block in blocks:
            labels: Labels = block.labels
            if labels.codes:
                atoms = labels.atoms[0]
                held = np.array(atoms) - first if first is not None else np.array([place[a] for a in atoms])
                out[block.start : block.start + len(labels)] = held[labels.codes[0]]
        return out

    columns, rows = of(program.columns, program.width), of(program.rows, program.height)
    for block in program.rows:  # of two sums the second may use the first, so their order is kept
        if not block.labels.codes and len(block.labels):
            found = np.maximum.reduceat(columns[block.linear.columns], block.linear.starts[:-1])
            rows[block.start : block.start + len(block.labels)] = found
            columns[block.linear.columns] = np.repeat(found, np.diff(block.linear.starts))
    return Batch(program, len(cases), columns, rows, constants)
