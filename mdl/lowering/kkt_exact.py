"""The active set of a KKT point solved again in rationals: linear systems whose verdict is exact."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.lowering.kkt import Kkt, pairs_of
from mdl.program.evaluation import Evaluation
from mdl.program.program import Bound, Program

MOST = 400
"""Unknowns of a system that is solved exactly."""

Equation = dict[int, Fraction]
"""Coefficients by column; the right side at -1."""


def solve_exactly(kkt: Kkt, point: FloatArray) -> list[Fraction] | None:
    """An exact point of the KKT program with the active set of `point`.

    None where the program has nonlinear rows or inexact data, is large, or where the active set has no exact solution.
    """
    program = kkt.program
    if program.width > MOST or not program.linear_rows or not _is_exact(program):
        return None
    pairs = pairs_of(kkt)
    rows = _equations(program)
    slack = pairs.direction * (Evaluation(program).rows(point)[pairs.rows] - pairs.limit)
    multiplier = pairs.sign * point[pairs.columns]
    out = np.zeros(program.height, dtype=np.bool_)
    out[pairs.rows[multiplier <= slack]] = True
    chosen = [rows[k] for k in np.flatnonzero(~out).tolist()]
    chosen += [{int(c): Fraction(1), -1: Fraction(0)} for c in pairs.columns[multiplier <= slack]]
    found = _solved(chosen, point)
    return found if found is not None and _holds(kkt, rows, found) else None


def _is_exact(program: Program) -> bool:
    held = [b.linear.coefficients for b in program.rows]
    held += [s.values for b in program.rows for s in (b.lower, b.upper) if s is not None]
    return all(v.is_exact for v in held)


def _equations(program: Program) -> list[Equation]:
    """Every row with its only side as an equation."""
    out: list[Equation] = []
    for block in program.rows:
        bound = block.lower if block.lower is not None else block.upper
        assert isinstance(bound, Bound)
        columns, values = block.linear.columns.tolist(), block.linear.coefficients.fractions()
        starts, limits = block.linear.starts.tolist(), bound.values.fractions()
        for k, limit in enumerate(limits):
            here = slice(starts[k], starts[k + 1])
            out.append({**dict(zip(columns[here], values[here], strict=True)), -1: limit})
    return out


def _solved(equations: list[Equation], near: FloatArray) -> list[Fraction] | None:
    """By elimination with the sparsest pivots; unknowns that stay open take the simplest rational near their float."""
    left = [dict(e) for e in equations]
    pivots: list[tuple[int, Equation]] = []
    while left:
        left.sort(key=len, reverse=True)
        row = left.pop()
        places = [c for c in row if c >= 0 and row[c]]
        if not places:
            if row[-1]:
                return None
            continue
        column = max(places, key=lambda c: abs(near[c]))
        factor = row[column]
        row = {c: v / factor for c, v in row.items() if v or c < 0}
        for other in left:
            held = other.pop(column, None)
            if held:
                for c, v in row.items():
                    if c != column:
                        other[c] = other.get(c, Fraction(0)) - held * v
                        if c >= 0 and not other[c]:
                            del other[c]
        pivots.append((column, row))
    bound = {c for c, _ in pivots}
    out = [Fraction(0) if k in bound else Fraction(v).limit_denominator(1000) for k, v in enumerate(near.tolist())]
    for column, row in reversed(pivots):
        out[column] = row[-1] - sum((v * out[c] for c, v in row.items() if c >= 0 and c != column), Fraction(0))
    return out


def _holds(kkt: Kkt, rows: list[Equation], point: list[Fraction]) -> bool:
    """Every condition, exactly."""
    excess = [sum((v * point[c] for c, v in row.items() if c >= 0), Fraction(0)) - row[-1] for row in rows]
    pairs = pairs_of(kkt)
    free = set(range(len(rows))) - set(pairs.rows.tolist())
    if any(excess[k] for k in free):
        return False
    each = zip(pairs.rows.tolist(), pairs.columns.tolist(), pairs.direction.tolist(), pairs.sign.tolist(), strict=True)
    for row, column, direction, sign in each:
        slack, multiplier = int(direction) * excess[row], int(sign) * point[column]
        if slack < 0 or multiplier < 0 or slack * multiplier != 0:
            return False
    return True
