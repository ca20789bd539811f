"""How large the slack and the multiplier of each pair can be, proved by linear programs (HiGHS).

Each is the greatest value over a relaxation: the program without its pairs, and of them that a multiplier that
is not 0 has a slack of 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.program import exact
from mdl.program.labels import Labels
from mdl.program.pairs import Pairs
from mdl.program.program import Bound, Objective, Program, Rows
from mdl.program.solution import SolverOptions, Status


@dataclass(slots=True, frozen=True, eq=False)
class Limits:
    """The most that each pair's slack and multiplier can be, (pairs,) each."""

    slack: FloatArray
    multiplier: FloatArray


def proved(relaxed: Program, pairs: Pairs) -> Limits | str | None:
    """Limits over a linear program; why one of them has no proof; None where it has no point at all."""
    limits = Limits(np.zeros(len(pairs)), np.zeros(len(pairs)))
    for k in range(len(pairs)):
        most = largest(relaxed, slack_goal(relaxed, pairs, k))
        if most is None:
            return None
        if not np.isfinite(most):
            return f"no bound on the slack of `{pair_name(relaxed, pairs, k)}` can be proved"
        limits.slack[k] = most
    for k in range(len(pairs)):
        most = largest_multiplier(relaxed, pairs, k)
        if not np.isfinite(most):
            return f"no bound on `{pair_name(relaxed, pairs, k)}` can be proved"
        limits.multiplier[k] = most
    return limits


def largest_multiplier(relaxed: Program, pairs: Pairs, k: int) -> float:
    """Where a multiplier is not 0 its side holds with equality; sides that then cannot have multipliers of 0.

    0 where its side can never hold with equality.
    """
    goal = multiplier_goal(relaxed, pairs, k)
    tight = with_zero(relaxed, slack_goal(relaxed, pairs, k))
    most = largest(tight, goal)
    if most is not None and not np.isfinite(most):
        for other in range(len(pairs.rows)):
            # the least slack of another side, as the greatest of its negative
            slack = slack_goal(relaxed, pairs, other)
            least = largest(tight, negative(slack), signed=True)
            if least is not None and least < -1e-6:
                tight = with_zero(tight, multiplier_goal(relaxed, pairs, other))
        most = largest(tight, goal)
    return 0.0 if most is None else most


def negative(goal: Objective) -> Objective:
    linear = replace(goal.linear, coefficients=arithmetic.neg(goal.linear.coefficients))
    return replace(goal, constant=arithmetic.neg(goal.constant), linear=linear)


def with_zero(program: Program, goal: Objective) -> Program:
    """The program with the row `goal == 0`."""
    right = Bound(arithmetic.neg(goal.constant))
    name = f"{goal.name} {len(program.rows)}"
    row = Rows(name, Labels.scalar(), program.height, "==", right, right, goal.linear)
    return replace(program, rows=(*program.rows, row))


def slack_goal(program: Program, pairs: Pairs, k: int) -> Objective:
    """Direction * (row - limit)."""
    row = int(pairs.rows[k])
    block = next(b for b in program.rows if b.start <= row < b.start + len(b.labels))
    here = slice(int(block.linear.starts[row - block.start]), int(block.linear.starts[row - block.start + 1]))
    bound = block.lower if block.lower is not None else block.upper
    assert bound is not None
    limit = bound.values.take(np.array([row - block.start]))
    places = block.linear.columns[here]
    factor = Numbers.constant(int(pairs.direction[k]), len(places))
    value = arithmetic.mul(block.linear.coefficients.take(here), factor)
    linear = exact.from_entries(np.zeros(len(places), dtype=np.int64), places, value, 1, program.width)
    constant = arithmetic.mul(limit, Numbers.constant(-int(pairs.direction[k]), 1))
    return Objective("slack", True, constant, linear)


def multiplier_goal(program: Program, pairs: Pairs, k: int) -> Objective:
    place, zero = np.array([int(pairs.columns[k])]), np.zeros(1, dtype=np.int64)
    linear = exact.from_entries(zero, place, Numbers.constant(int(pairs.sign[k]), 1), 1, program.width)
    return Objective("multiplier", True, Numbers.constant(0, 1), linear)


def largest(relaxed: Program, goal: Objective, *, signed: bool = False) -> float | None:
    """The most that a goal can be, a little more than the solver says; None where no point is feasible.

    At least 0 unless `signed`; infinite where there is no proof of a bound.
    """
    from mdl.backends import highs

    found = highs.solve(replace(relaxed, objective=goal), SolverOptions())
    if found.status is Status.INFEASIBLE:
        return None
    if found.status is not Status.OPTIMAL or found.objective is None:
        return float("inf")
    most = found.objective + 1e-6 * (1 + abs(found.objective))
    return most if signed else max(0.0, most)


def pair_name(program: Program, pairs: Pairs, k: int) -> str:
    """Of its multiplier."""
    column = int(pairs.columns[k])
    block = next(b for b in program.columns if b.start <= column < b.start + len(b.labels))
    return block.labels.name(block.name, column - block.start)
