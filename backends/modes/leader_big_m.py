"""A leader's problem with followers as one integer program: a binary a pair, with bounds that are proved (HiGHS).

A pair a, b >= 0 with a <= M (1 - t), b <= N t needs M and N that no feasible point exceeds: each is the largest
value of a, or b, over the program without its pairs.  Where one is infinite there is no proof, and the
mode is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.backends.modes.big_m import largest, largest_multiplier, slack_goal
from mdl.backends.modes.leader_branch import node, polished
from mdl.program import exact
from mdl.program.labels import Labels
from mdl.program.pairs import Pairs, pairs
from mdl.program.program import Bound, Columns, Domain, Program, ProgramClass, Rows
from mdl.program.solution import Solution, SolverOptions, Status
from mdl.program.sparse import SparseRows

NAME = "big-M (HiGHS)"

MOST = 20
"""Pairs: every bound may take as many linear programs as there are pairs."""


@dataclass(slots=True, frozen=True, eq=False)
class Limits:
    """The most that each pair's slack and multiplier can be."""

    slack: FloatArray
    multiplier: FloatArray


def unfit(program: Program) -> str | None:
    """It takes linear programs (integers or not) with few pairs and proved bounds."""
    if program.relaxed not in (ProgramClass.LP, ProgramClass.MIP):
        return "the objective or a row is not linear"
    count = len(pairs(program))
    if count > MOST:
        return f"{count} pairs are too many, it takes {MOST}"
    found = proved(program)
    return found if isinstance(found, str) else None


def proved(program: Program) -> Limits | str | None:
    """Limits, why one has no proof, or None where not even the program without pairs is feasible."""
    held = pairs(program)
    relaxed = replace(node(program, np.zeros(len(held), dtype=np.int8)), kind=ProgramClass.LP)
    relaxed = replace(relaxed, columns=tuple(replace(c, domain=_wider(c.domain)) for c in relaxed.columns))
    limits = Limits(np.zeros(len(held)), np.zeros(len(held)))
    for k in range(len(held)):
        most = largest(relaxed, slack_goal(relaxed, held, k))
        if most is None:
            return None
        if not np.isfinite(most):
            return f"no bound on the slack of `{pair_name(program, held, k)}` can be proved"
        limits.slack[k] = most
    for k in range(len(held)):
        most = largest_multiplier(relaxed, held, k)
        if not np.isfinite(most):
            return f"no bound on `{pair_name(program, held, k)}` can be proved"
        limits.multiplier[k] = most
    return limits


def pair_name(program: Program, held: Pairs, k: int) -> str:
    column = int(held.columns[k])
    block = next(b for b in program.columns if b.start <= column < b.start + len(b.labels))
    return block.labels.name(block.name, column - block.start)


def _wider(domain: Domain) -> Domain:
    """A binary keeps its bounds as an integer would not; relaxations may be larger."""
    return domain if domain is Domain.BINARY else Domain.CONTINUOUS


def solve(program: Program, options: SolverOptions) -> Solution:
    """The global optimum."""
    from mdl.backends import highs

    began = perf_counter()
    limits = proved(program)
    assert not isinstance(limits, str)
    if limits is None:
        return Solution(Status.INFEASIBLE, NAME, "even without complementarity no point is feasible")
    found = highs.solve(mixed(program, limits), replace(options, solver="highs"))
    values, objective = None, None
    if found.values is not None:
        from mdl.program.evaluation import Evaluation

        values = polished(program, pairs(program), found.values[: program.width])
        objective = Evaluation(program).objective(values)
    return replace(
        found, solver=NAME, values=values, objective=objective, row_duals=None, column_duals=None, ray=None,
        farkas=None, seconds=perf_counter() - began,
    )  # fmt: skip


def mixed(program: Program, limits: Limits) -> Program:
    """The program with a binary a pair, 1 where the multiplier may be other than 0, and its own objective."""
    held = pairs(program)
    count, width = len(held), program.width + len(held)
    plain = node(program, np.zeros(count, dtype=np.int8))
    labels = Labels((range(count),), (np.arange(count),), count)
    binary = Columns("active", labels, program.width, None, None, Domain.BINARY)
    every, at = np.arange(count), np.arange(program.width, width)
    multiplier = exact.from_entries(
        np.concatenate((every, every)), np.concatenate((held.columns, at)),
        Numbers.inexact(np.concatenate((held.sign, -limits.multiplier))), count, width,
    )  # fmt: skip
    row, column, value = _entries(program, held)
    slack = exact.from_entries(
        np.concatenate((row, every)), np.concatenate((column, at)),
        Numbers.inexact(np.concatenate((value, limits.slack))), count, width,
    )  # fmt: skip
    zero = Bound(Numbers.constant(0, count))
    most = Bound(Numbers.inexact(limits.slack + held.direction * held.limit))
    rows = [replace(b, linear=_wide(b.linear, width)) for b in plain.rows]
    rows.append(Rows("off", labels, program.height, "<=", None, zero, multiplier))
    rows.append(Rows("on", labels, program.height + count, "<=", None, most, slack))
    goal = replace(program.objective, linear=_wide(program.objective.linear, width))
    return replace(
        plain, columns=(*plain.columns, binary), rows=tuple(rows), objective=goal, nodes=(), kind=ProgramClass.MIP
    )


def _wide(rows: SparseRows, width: int) -> SparseRows:
    return replace(rows, width=width)


def _entries(program: Program, held: Pairs) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Entries of the pairs' rows times their direction, rows numbered as the pairs."""
    number = np.full(program.height, -1, dtype=np.intp)
    number[held.rows] = np.arange(len(held))
    found = [
        (number[b.start + b.linear.row_ids()], b.linear.columns, b.linear.coefficients.floats()) for b in program.rows
    ]
    row, column, value = (np.concatenate(part) for part in zip(*found, strict=True))
    kept = row >= 0
    return row[kept], column[kept], value[kept] * held.direction[row[kept]]
