"""Batches from small tables, and their answers by brute force in fractions: every corner, every integer point."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.mechanisms.rules.batch import Batch, by_first_label
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Domain, Objective, Program, ProgramClass, Role, Rows
from mdl.program.sparse import SparseRows

Number = Fraction | int
Side = Number | None


@dataclass(frozen=True)
class Case:
    """maximise cost x, row_low <= matrix x <= row_high, low <= x <= high; None is no bound."""

    cost: Sequence[Number]
    matrix: Sequence[Sequence[Number]]
    row_low: Sequence[Side]
    row_high: Sequence[Side]
    low: Sequence[Side]
    high: Sequence[Side]


def batch_of(
    cases: Sequence[Case],
    maximize: bool = True,
    domain: Domain = Domain.CONTINUOUS,
    helpers: int = 0,
    exact: bool = True,
) -> Batch:
    """All cases of one shape; the last `helpers` columns are as made for a max.  Not `exact`: numbers as float64."""
    count, n, m = len(cases), len(cases[0].cost), len(cases[0].matrix)
    numbers = Numbers.of if exact else lambda values: Numbers.inexact([float(v) for v in values])

    def bound(values: list[Side]) -> Bound:
        return Bound(numbers([v or 0 for v in values]), np.array([v is not None for v in values], dtype=np.bool_))

    def labels(size: int) -> Labels:
        codes = (np.repeat(np.arange(count), size), np.tile(np.arange(size), count))
        return Labels((tuple(range(count)), tuple(range(size))), codes, count * size)

    # helper columns are a block of their own, before the user's: the order of blocks is not the order of ties
    columns, number, start = [], np.zeros((count, n), dtype=np.int64), 0
    for name, places, role in (("y", range(n - helpers, n), Role.EPIGRAPH), ("x", range(n - helpers), Role.USER)):
        size = len(places)
        if size:
            low = bound([c.low[j] for c in cases for j in places])
            high = bound([c.high[j] for c in cases for j in places])
            kind = domain if role is Role.USER else Domain.CONTINUOUS
            columns.append(Columns(name, labels(size), start, low, high, kind, role))
            number[:, list(places)] = start + np.arange(count * size).reshape(count, size)
            start += count * size
    sign = 1 if maximize else -1
    costs = {int(number[k, j]): sign * v for k, c in enumerate(cases) for j, v in enumerate(c.cost) if v}
    entries = [
        sorted((int(number[k, j]), v) for j, v in enumerate(row) if v) for k, c in enumerate(cases) for row in c.matrix
    ]
    rows = ()
    if m:
        starts = np.cumsum([0, *(len(r) for r in entries)])
        places = np.array([j for r in entries for j, _ in r], dtype=np.int64)
        linear = SparseRows(starts, places, numbers([v for r in entries for _, v in r]), start)
        low, high = bound([v for c in cases for v in c.row_low]), bound([v for c in cases for v in c.row_high])
        rows = (Rows("r", labels(m), 0, "range", low, high, linear),)
    held = sorted(costs)
    goal = SparseRows(
        np.array([0, len(held)]), np.array(held, dtype=np.int64), numbers([costs[j] for j in held]), start
    )
    objective = Objective("w", maximize, Numbers.constant(0, 1), goal)
    kind = ProgramClass.LP if domain is Domain.CONTINUOUS else ProgramClass.MIP
    program = Program("p", tuple(columns), rows, objective, kind=kind)
    return by_first_label(program, range(count), Numbers.constant(0, count))


def user_values(batch: Batch, values: Numbers, case: int) -> tuple[Fraction, ...]:
    """The user's columns of one case, in order."""
    held = values.fractions()
    out = []
    for block in batch.program.columns:
        if block.role is Role.USER:
            here = range(block.start, block.start + len(block.labels))
            out += [held[j] for j in here if batch.column_case[j] == case]
    return tuple(out)


def best_of(
    points: Sequence[tuple[Fraction, ...]], case: Case, helpers: int = 0
) -> tuple[Fraction, tuple, bool] | None:
    """Objective, outcome by the rule for ties (user's columns), and whether others differ; None of no points."""
    if not points:
        return None
    values = [sum((c * x for c, x in zip(case.cost, p, strict=True)), Fraction(0)) for p in points]
    top = max(values)
    users = {p[: len(p) - helpers] for p, v in zip(points, values, strict=True) if v == top}
    return top, max(users), len(users) > 1


def corners(case: Case) -> list[tuple[Fraction, ...]]:
    """Of a case in which every column has both bounds."""
    n = len(case.cost)
    planes: list[tuple[list[Fraction], Fraction]] = []
    for j in range(n):
        unit = [Fraction(int(i == j)) for i in range(n)]
        planes += [(unit, Fraction(v)) for v in (case.low[j], case.high[j]) if v is not None]
    for row, low, high in zip(case.matrix, case.row_low, case.row_high, strict=True):
        planes += [([Fraction(v) for v in row], Fraction(v)) for v in (low, high) if v is not None]
    found = set()
    for chosen in itertools.combinations(planes, n):
        point = solved([list(a) for a, _ in chosen], [b for _, b in chosen])
        if point is not None and inside(case, point):
            found.add(point)
    return sorted(found)


def integer_points(case: Case) -> list[tuple[Fraction, ...]]:
    ranges = [range(int(a), int(b) + 1) for a, b in zip(case.low, case.high, strict=True)]
    points = (tuple(Fraction(v) for v in p) for p in itertools.product(*ranges))
    return [p for p in points if inside(case, p)]


def inside(case: Case, point: Sequence[Fraction]) -> bool:
    def within(value: Fraction, low: Side, high: Side) -> bool:
        return (low is None or value >= low) and (high is None or value <= high)

    rows = [sum((a * x for a, x in zip(row, point, strict=True)), Fraction(0)) for row in case.matrix]
    return all(map(within, point, case.low, case.high)) and all(map(within, rows, case.row_low, case.row_high))


def solved(matrix: list[list[Fraction]], right: list[Fraction]) -> tuple[Fraction, ...] | None:
    """The one solution of a square system, or None."""
    n = len(right)
    rows = [[*r, b] for r, b in zip(matrix, right, strict=True)]
    for k in range(n):
        found = next((i for i in range(k, n) if rows[i][k] != 0), None)
        if found is None:
            return None
        rows[k], rows[found] = rows[found], rows[k]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                factor = rows[i][k] / rows[k][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return tuple(rows[k][n] / rows[k][k] for k in range(n))
