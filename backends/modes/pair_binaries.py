"""A binary for each pair a, b >= 0: a <= M (1 - t) and b <= N t, with the limits M and N of pair_limits.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.backends.modes.pair_limits import Limits
from mdl.program import exact
from mdl.program.labels import Labels
from mdl.program.maps import Places
from mdl.program.pairs import Pairs
from mdl.program.program import Bound, Columns, Domain, Program, ProgramClass, Rows
from mdl.program.sparse import SparseRows


def with_binaries(program: Program, pairs: Pairs, limits: Limits) -> Program:
    """A linear program with the rows of its pairs, and a binary each, 1 where the multiplier may be other than 0."""
    count, width = len(pairs), program.width + len(pairs)
    labels = Labels((range(count),), (np.arange(count),), count)
    binary = Columns("active", labels, program.width, None, None, Domain.BINARY)
    every, at = np.arange(count), np.arange(program.width, width)
    # sign * column - N t <= 0
    multiplier = exact.from_entries(
        np.concatenate((every, every)), np.concatenate((pairs.columns, at)),
        Numbers.inexact(np.concatenate((pairs.sign, -limits.multiplier))), count, width,
    )  # fmt: skip
    # direction * row + M t <= M + direction * limit
    row, column, value = _rows_of(program, pairs)
    slack = exact.from_entries(
        np.concatenate((row, every)), np.concatenate((column, at)),
        Numbers.inexact(np.concatenate((value, limits.slack))), count, width,
    )  # fmt: skip
    zero = Bound(Numbers.constant(0, count))
    most = Bound(Numbers.inexact(limits.slack + pairs.direction * pairs.limit))
    rows = [replace(b, linear=_wide(b.linear, width)) for b in program.rows]
    rows.append(Rows("off", labels, program.height, "<=", None, zero, multiplier))
    rows.append(Rows("on", labels, program.height + count, "<=", None, most, slack))
    goal = replace(program.objective, linear=_wide(program.objective.linear, width))
    return replace(
        program, columns=(*program.columns, binary), rows=tuple(rows), objective=goal, nodes=(), complementarities=(),
        kind=ProgramClass.MIP, why=None,
    )  # fmt: skip


def _wide(rows: SparseRows, width: int) -> SparseRows:
    return replace(rows, width=width)


def _rows_of(program: Program, pairs: Pairs) -> tuple[Places, Places, FloatArray]:
    """Entries of the pairs' rows times their direction, rows numbered as the pairs."""
    number = np.full(program.height, -1, dtype=np.intp)
    number[pairs.rows] = np.arange(len(pairs.rows))
    found = [
        (number[b.start + b.linear.row_ids()], b.linear.columns, b.linear.coefficients.floats()) for b in program.rows
    ]
    row, column, value = (np.concatenate(part) for part in zip(*found, strict=True))
    kept = row >= 0
    return row[kept], column[kept], value[kept] * pairs.direction[row[kept]]
