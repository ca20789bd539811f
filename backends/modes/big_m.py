"""A binary for each pair: the slack is 0 or the multiplier is, by bounds that are proved (HiGHS).

A pair a, b >= 0 with a <= M (1 - t), b <= N t needs M and N that no solution exceeds.  Each is the largest
value of a, or of b, over a relaxation of the system: all conditions but complementarity, and of it
that a multiplier that is not 0 has a slack of 0.  Linear programs add that objectives are
equal.  Where such a maximum is infinite there is no proof, and the mode is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.lowering.kkt import Kkt, pairs_of
from mdl.program import exact
from mdl.program.labels import Labels
from mdl.program.maps import Places
from mdl.program.pairs import Pairs
from mdl.program.program import Bound, Columns, Domain, Objective, Program, ProgramClass, Rows
from mdl.program.solution import Solution, SolverOptions, Status
from mdl.program.sparse import SparseRows

NAME = "big-M (HiGHS)"

MOST = 60
"""Pairs that branch and bound can be expected to decide; 110 were too many in trials."""


def unfit(kkt: Kkt) -> str | None:
    """It takes linear rows, few pairs, and proved bounds."""
    if not kkt.program.linear_rows:
        row = next(r for r in kkt.program.rows if r.nonlinear)
        return f"`{row.name}` is not linear"
    count = len(pairs_of(kkt).rows)
    if count > MOST:
        return f"{count} pairs are too many for branch and bound, which takes {MOST}"
    found = proved(kkt)
    return found if isinstance(found, str) else None


@dataclass(slots=True, frozen=True, eq=False)
class Limits:
    """The most that each pair's slack and multiplier can be; None where the relaxation has no point at all."""

    slack: FloatArray
    multiplier: FloatArray


def solve(kkt: Kkt, options: SolverOptions) -> Solution:
    """A point of the KKT program; INFEASIBLE where there is none."""
    from mdl.backends import highs

    began = perf_counter()
    limits = proved(kkt)
    assert not isinstance(limits, str)
    if limits is None:
        return Solution(Status.INFEASIBLE, NAME, "even without complementarity the system has no solution")
    found = highs.solve(mixed(kkt, limits), replace(options, solver="highs"))
    kept = None
    if found.status is Status.OPTIMAL and found.values is not None:
        kept = found.values[: kkt.program.width]
        kept = polished(kkt, kept)
    return replace(found, solver=NAME, values=kept, objective=None, bound=None, seconds=perf_counter() - began)


def polished(kkt: Kkt, x: FloatArray) -> FloatArray:
    """A binary that is 1e-7 off leaves products that are: Newton steps from there take that away."""
    from mdl.backends.modes import fischer_burmeister as newton

    system = newton.System(kkt)
    better, _, size, _ = newton.newton(system, x, None)
    return better if size < system.residual(x) else x


# ---- bounds ----------------------------------------------------------------------------------------------


def proved(kkt: Kkt) -> Limits | str | None:
    """Limits, or why one of them has no proof."""
    pairs, relaxed = pairs_of(kkt), relaxation(kkt)
    count = len(pairs.rows)
    limits = Limits(np.zeros(count), np.zeros(count))
    for k in range(count):
        most = largest(relaxed, slack_goal(relaxed, pairs, k))
        if most is None:
            return None
        if not np.isfinite(most):
            return f"no bound on the slack of `{pair_name(kkt, int(pairs.columns[k]))}` can be proved"
        limits.slack[k] = most
    for k in range(count):
        most = largest_multiplier(relaxed, pairs, k)
        if not np.isfinite(most):
            return f"no bound on `{pair_name(kkt, int(pairs.columns[k]))}` can be proved"
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


def relaxation(kkt: Kkt) -> Program:
    if kkt.primal.kind is ProgramClass.LP:
        from mdl.backends.modes.strong_duality import linear_program

        return linear_program(kkt)
    return replace(kkt.program, complementarities=(), kind=ProgramClass.LP, why=None, faults=())


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


def pair_name(kkt: Kkt, column: int) -> str:
    block = next(b for b in kkt.program.columns if b.start <= column < b.start + len(b.labels))
    return block.labels.name(block.name, column - block.start)


# ---- the program -----------------------------------------------------------------------------------------


def mixed(kkt: Kkt, limits: Limits) -> Program:
    """The KKT program with a binary a pair, 1 where the multiplier may be other than 0."""
    program, pairs = kkt.program, pairs_of(kkt)
    count, width = len(pairs.rows), program.width + len(pairs.rows)
    binary = Columns("active", _numbered(count), program.width, None, None, Domain.BINARY)
    every = np.arange(count)
    at = np.arange(program.width, width)
    # sign * column - N t <= 0
    multiplier = exact.from_entries(
        np.concatenate((every, every)), np.concatenate((pairs.columns, at)),
        Numbers.inexact(np.concatenate((pairs.sign, -limits.multiplier))), count, width,
    )  # fmt: skip
    # direction * row + M t <= M + direction * limit
    rows, columns, values = _rows_of(program, pairs)
    slack = exact.from_entries(
        np.concatenate((rows, every)), np.concatenate((columns, at)),
        Numbers.inexact(np.concatenate((values, limits.slack))), count, width,
    )  # fmt: skip
    zero = Bound(Numbers.constant(0, count))
    most = Bound(Numbers.inexact(limits.slack + pairs.direction * pairs.limit))
    blocks = [replace(b, linear=replace(b.linear, width=width)) for b in program.rows]
    blocks.append(Rows("off", _numbered(count), program.height, "<=", None, zero, multiplier))
    blocks.append(Rows("on", _numbered(count), program.height + count, "<=", None, most, slack))
    goal = Objective("kkt", False, Numbers.constant(0, 1), SparseRows.empty(1, width))
    return Program(program.name, (*program.columns, binary), tuple(blocks), goal, (), (), ProgramClass.MIP)


def _numbered(count: int) -> Labels:
    return Labels((range(count),), (np.arange(count),), count)


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
