"""Smallest conflicts that need a nonlinear row, of convex programs; IPOPT says what can hold together.

The multipliers of the nearest point to feasible name few candidates (all others are zero, and by
convexity those named prove the conflict); a search among them leaves a smallest set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.backends import ipopt
from mdl.backends.conflict import Conflict, Member, Side, all_sides, cannot_do_without, smallest
from mdl.backends.highs_session import Clock
from mdl.diagnostics import Failure
from mdl.program.elastic import elastic
from mdl.program.program import Bound, Columns, Objective, Program, Rows
from mdl.program.residual import column_sides, row_sides
from mdl.program.solution import SolverOptions, Status
from mdl.program.sparse import SparseRows

NEGLIGIBLE = 1e-6
"""A multiplier below this, where the largest is 1, has no part in the conflict."""

MOST = 200
"""Candidates that are searched; each takes a few runs of IPOPT."""


def find_convex_conflict(program: Program, options: SolverOptions, clock: Clock) -> Conflict | None:
    """A conflict among all rows and bounds of a convex program; None where IPOPT finds none in time."""

    def cannot_hold(members: Sequence[Member]) -> bool | None:
        if clock.left == 0.0:
            return None
        try:
            found = ipopt.solve(only(program, members), replace(options, time_limit=clock.left))
        except Failure:  # undefined at the start, once a bound is gone
            return None
        if found.status is Status.INFEASIBLE:
            return True
        return False if found.status in (Status.OPTIMAL, Status.LOCAL) else None

    members = _candidates(program, options, clock)
    if not members or len(members) > MOST or not cannot_hold(members):
        return None
    members = smallest(members, cannot_hold)
    return Conflict(members, cannot_do_without(members, cannot_hold))


def only(program: Program, members: Sequence[Member]) -> Program:
    """The program with these sides alone, and nothing to optimise."""
    held = set(members)
    nothing = Objective("nothing", False, Numbers.constant(0, 1), SparseRows.empty(1, program.width))

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
        objective=nothing,
    )


def _candidates(program: Program, options: SolverOptions, clock: Clock) -> tuple[Member, ...]:
    """Sides with a multiplier at the point where rows fail least; rows first."""
    try:
        nearest = ipopt.solve(elastic(program), replace(options, time_limit=clock.left))
    except Failure:
        return ()
    if nearest.row_duals is None or nearest.column_duals is None:
        return ()
    # a minimisation: a multiplier > 0 is of a lower side
    rows, columns = nearest.row_duals[: program.height], nearest.column_duals[: program.width]
    scale = max(np.abs(rows).max(initial=0.0), NEGLIGIBLE)
    sides = all_sides(row_sides(program), column_sides(program))
    return tuple(
        m
        for m in sides
        if (rows if m.row else columns)[m.place] * (1 if m.side is Side.LOWER else -1) > NEGLIGIBLE * scale
    )
