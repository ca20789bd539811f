"""Followers after a solve: whether they could do better, and why there may be no answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mdl import driver
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.answer.answer import Check
from mdl.answer.explain import conflict_lines
from mdl.diagnostics import Diagnostic
from mdl.lowering.back import Lowered
from mdl.lowering.follower import Lower, goal_of, lower_follower
from mdl.lowering.leader import groups_of
from mdl.program.evaluation import Evaluation
from mdl.program.maps import Places
from mdl.program.program import Bound, Columns, Domain, Follower, Objective, Program, ProgramClass, Role
from mdl.program.solution import Solution, SolverOptions, Status
from mdl.program.sparse import SparseRows
from mdl.semantics.model import FollowerSymbol

TOLERANCE = 1e-6
"""What a follower may still gain, over 1 + its objective."""

FOUND = (Status.OPTIMAL, Status.LOCAL)


def best_answers(lowered: Lowered, solution: Solution, options: SolverOptions) -> list[Check]:
    """Each follower's own problem solved again, with all other variables as they are in the answer.

    This uses none of the conditions that the answer was found by.
    """
    if solution.values is None:
        return []
    followers = [s for s in lowered.instance.model.symbols.values() if isinstance(s, FollowerSymbol)]
    values, whole = solution.values, lowered.program
    every = (lower_follower(lowered, f) for f in followers)
    return [_best_answer(held, point_of(held, whole, values), options) for held in every]


def point_of(held: Lower, whole: Program, values: FloatArray) -> FloatArray:
    """The point in the columns of the follower's own program; those made for a max are found by name."""
    out = np.zeros(held.program.width)
    named = {c.name: c for c in whole.columns if c.role is not Role.MULTIPLIER}
    for block in held.program.columns:
        start = named[block.name].start
        out[block.start : block.start + len(block.labels)] = values[start : start + len(block.labels)]
    return out


def _best_answer(held: Lower, point: FloatArray, options: SolverOptions) -> Check:
    name = f"follower `{held.symbol.name}` cannot do better"
    gain, size = 0.0, 0.0
    for group in groups_of(held) if held.goals is not None else []:
        program = own_problem(held, group, point)
        found = driver.solve_program(program, SolverOptions(options.time_limit))
        if found.status not in FOUND or found.objective is None:
            return Check(name, "undecided", "numeric", None, f"its own problem alone: {found.status.value}")
        now = Evaluation(program).objective(point)
        better = found.objective - now if program.objective.maximize else now - found.objective
        gain, size = gain + max(0.0, better), size + abs(now)
    verdict = "holds" if gain <= TOLERANCE * (1 + size) else "fails"
    return Check(name, verdict, "numeric", gain, f"its own problem solved alone gains {gain:.1e}")


def own_problem(held: Lower, group: Places, values: FloatArray) -> Program:
    """The problem of some members of a follower, with every other variable fixed."""
    own = np.isin(held.owner, group) & (held.owner >= 0)
    rows = held.program.rows
    linear = not any(r.nonlinear for r in rows)
    goal = goal_of(held, group)
    kind = ProgramClass.LP if linear and not goal.nonlinear else ProgramClass.CONVEX
    columns = tuple(_fixed(c, own[c.start : c.start + len(c.labels)], values) for c in held.program.columns)
    return replace(held.program, columns=columns, objective=goal, kind=kind)


def _fixed(block: Columns, own: npt.NDArray[np.bool_], values: FloatArray) -> Columns:
    """Columns that are not the follower's, at their values."""
    if own.all():
        return block
    now = values[block.start : block.start + len(block.labels)]
    sides = []
    for bound, none in ((block.lower, -np.inf), (block.upper, np.inf)):
        held = np.full(len(now), none) if bound is None else np.array(bound.floats(none))
        held[~own] = now[~own]
        finite = np.isfinite(held)
        sides.append(Bound(Numbers.inexact(np.where(finite, held, 0.0)), finite))
    return replace(block, lower=sides[0], upper=sides[1], domain=Domain.CONTINUOUS)


# ---- no answer -----------------------------------------------------------------------------------------


def why_infeasible(program: Program, options: SolverOptions) -> tuple[Diagnostic, ...]:
    """Followers without a feasible point, or without a best one, whatever the others do."""
    return tuple(d for f in program.followers for d in _of_one(program, f, options))


def _of_one(program: Program, follower: Follower, options: SolverOptions) -> Iterator[Diagnostic]:
    rows = part(program, [number for number, _ in follower.sides])
    if rows.linear_rows and _status(rows) is Status.INFEASIBLE:
        yield infeasible_follower(follower, _conflict(rows, options))
        return
    conditions = part(program, [number for number, _ in follower.stationarity])
    if conditions.linear_rows and _status(conditions) is Status.INFEASIBLE:
        yield unbounded_follower(follower)


def _status(program: Program) -> Status:
    return driver.solve_program(program).status


def _conflict(program: Program, options: SolverOptions) -> tuple[str, ...]:
    from mdl.backends.conflict import find_conflict

    conflict = find_conflict(program, options)
    return () if conflict is None else tuple(conflict_lines(program, conflict))


def part(program: Program, blocks: list[int]) -> Program:
    """Some blocks of rows alone, over all columns, integers as real numbers, without an objective."""
    rows, height = [], 0
    for number in blocks:
        rows.append(replace(program.rows[number], start=height))
        height += len(rows[-1].labels)
    nothing = Objective("nothing", False, Numbers.constant(0, 1), SparseRows.empty(1, program.width))
    return Program(program.name, program.columns, tuple(rows), nothing, program.nodes, kind=ProgramClass.LP)


def infeasible_follower(follower: Follower, conflict: tuple[str, ...]) -> Diagnostic:
    """MDL570: its own constraints contradict each other for every choice of the leader."""
    return Diagnostic(
        "MDL570",
        f"infeasible: follower `{follower.name}` has no feasible point, whatever the others choose",
        follower.span,
        "its constraints and bounds cannot hold together",
        "check the data behind them",
        notes=conflict,
    )


def unbounded_follower(follower: Follower) -> Diagnostic:
    """MDL571: its conditions have no solution."""
    return Diagnostic(
        "MDL571",
        f"infeasible: follower `{follower.name}` has no best answer, whatever the others choose",
        follower.span,
        "its objective improves for ever",
        "bound its variables, or add the constraint that is missing",
    )
