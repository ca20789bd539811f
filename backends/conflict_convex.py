"""Smallest conflicts that need a nonlinear row, of convex programs; IPOPT says what can hold together.

The multipliers of the nearest point to feasible name few candidates (all others are zero, and by
convexity those named prove the conflict); a search among them leaves a smallest set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.backends import ipopt
from mdl.backends.conflict import Conflict, Member, Side, all_sides, cannot_do_without, smallest
from mdl.backends.highs_session import Clock
from mdl.diagnostics import Failure
from mdl.program.elastic import elastic
from mdl.program.graph import Affine, Power
from mdl.program.program import Bound, Columns, Program, Rows
from mdl.program.residual import column_sides, row_sides
from mdl.program.restrict import restrict
from mdl.program.solution import SolverOptions, Status
from mdl.program.sparse import SparseRows

NEGLIGIBLE = 1e-6
"""A multiplier below this, where the largest is 1, has no part in the conflict."""

MOST = 200
"""Candidates that are searched; each takes a few runs of IPOPT."""


def find_convex_conflict(program: Program, options: SolverOptions, clock: Clock) -> Conflict | None:
    """A conflict among all rows and bounds of a convex program; None where IPOPT finds none in time."""

    nearest = _nearest(program, options, clock)
    if nearest is None:
        return None
    near, members = nearest

    def cannot_hold(members: Sequence[Member]) -> bool | None:
        if clock.left == 0.0:
            return None
        try:
            found = ipopt.solve(only(program, members, near), replace(options, time_limit=clock.left))
        except Failure:  # undefined at the start, once a bound is gone
            return None
        if found.status is Status.INFEASIBLE:
            return True
        return False if found.status in (Status.OPTIMAL, Status.LOCAL) else None

    if not 0 < len(members) <= MOST or not cannot_hold(members):
        return None
    members = smallest(members, cannot_hold)
    return Conflict(members, cannot_do_without(members, cannot_hold))


def only(program: Program, members: Sequence[Member], near: FloatArray) -> Program:
    """The program with these sides alone; what is left free stays near a point (columns,), or it would drift away."""
    kept = np.zeros(program.height, dtype=np.bool_)
    kept[[m.place for m in members if m.row]] = True
    part = restrict(with_sides(program, set(members)), kept)
    width, last = program.width, len(part.nodes)
    every = np.arange(width, dtype=np.int32)
    same = SparseRows(np.arange(width + 1), every, Numbers.constant(1, width), width)
    total = SparseRows(np.array([0, width]), every, Numbers.constant(1, width), width)
    apart = Affine(width, Numbers.inexact(-near), same, ())
    squares = Power(width, last, Numbers.constant(2, width))
    distance = replace(part.objective, name="distance", nonlinear=((total, last + 1),))
    return replace(part, objective=distance, nodes=(*part.nodes, apart, squares))


def with_sides(program: Program, held: set[Member]) -> Program:
    """The same rows and columns, bounded on these sides alone."""

    def bound(block: Rows | Columns, side: Side) -> Bound | None:
        given = block.lower if side is Side.LOWER else block.upper
        if given is None:
            return None
        places = range(block.start, block.start + len(block.labels))
        kept = np.array([Member(isinstance(block, Rows), place, side) in held for place in places], dtype=np.bool_)
        finite = kept if given.finite is None else kept & given.finite
        return replace(given, finite=finite) if finite.any() else None

    return replace(
        program,
        columns=tuple(replace(b, lower=bound(b, Side.LOWER), upper=bound(b, Side.UPPER)) for b in program.columns),
        rows=tuple(replace(b, lower=bound(b, Side.LOWER), upper=bound(b, Side.UPPER)) for b in program.rows),
    )


def _nearest(program: Program, options: SolverOptions, clock: Clock) -> tuple[FloatArray, tuple[Member, ...]] | None:
    """The point where rows fail least, and the sides with a multiplier there; rows first."""
    try:
        nearest = ipopt.solve(elastic(program), replace(options, time_limit=clock.left))
    except Failure:
        return None
    if nearest.values is None or nearest.row_duals is None or nearest.column_duals is None:
        return None
    # a minimisation: a multiplier > 0 is of a lower side
    rows, columns = nearest.row_duals[: program.height], nearest.column_duals[: program.width]
    scale = max(np.abs(rows).max(initial=0.0), NEGLIGIBLE)
    members = tuple(
        m
        for m in all_sides(row_sides(program), column_sides(program))
        if (rows if m.row else columns)[m.place] * (1 if m.side is Side.LOWER else -1) > NEGLIGIBLE * scale
    )
    return nearest.values[: program.width], members
