"""The complementarity pairs of a program, in floating point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.program.evaluation import Evaluation
from mdl.program.program import Bound, Complementarity, Program

Places = npt.NDArray[Any]


@dataclass(slots=True, frozen=True, eq=False)
class Pairs:
    """Pair k: slack = direction * (row - limit) and multiplier = sign * column are both at least 0, one of them 0.

    Shapes (pairs,); pairs in the order of the program's complementarities.
    """

    rows: Places
    columns: Places
    limit: FloatArray
    direction: FloatArray
    sign: FloatArray

    def __len__(self) -> int:
        return len(self.rows)


def side_of(program: Program, pair: Complementarity) -> tuple[Bound, int, int]:
    """The limit of the rows, the direction in which their slack counts, and the sign of the multiplier."""
    rows, columns = program.rows[pair.rows], program.columns[pair.columns]
    limit = rows.lower if rows.lower is not None else rows.upper
    assert limit is not None and (columns.lower is None) != (columns.upper is None)
    return limit, 1 if rows.lower is not None else -1, 1 if columns.lower is not None else -1


def pairs(program: Program) -> Pairs:
    parts: list[tuple[Places, Places, FloatArray, FloatArray, FloatArray]] = []
    for held in program.complementarities:
        rows, columns = program.rows[held.rows], program.columns[held.columns]
        limit, direction, sign = side_of(program, held)
        every = np.arange(len(rows.labels))
        ones = np.ones(len(every))
        parts.append((rows.start + every, columns.start + every, limit.values.floats(), direction * ones, sign * ones))
    if not parts:
        nothing, none = np.zeros(0, dtype=np.intp), np.zeros(0)
        return Pairs(nothing, nothing, none, none, none)
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def sides_at(program: Program, held: Pairs, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Slack and multiplier of each pair at a point."""
    rows = Evaluation(program).rows(x)
    return held.direction * (rows[held.rows] - held.limit), held.sign * x[held.columns]
