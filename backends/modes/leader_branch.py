"""A leader's problem with followers by branching on the pairs: slack 0, or multiplier 0 (Bard and Moore 1990).

Each node is the program without its pairs, with those decided so far as equations.  Where that is convex its
optimum bounds all that is below it, so that the answer is global, and no bounds on multipliers are needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic, perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.program.pairs import Pairs, pairs, side_of, sides_at
from mdl.program.program import Bound, Program, ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status

NAME = "branching on pairs"

NODES = 20_000
SMALL = 1e-7
"""The smaller of slack and multiplier, over 1 + the larger, that counts as 0."""
GAP = 1e-9
"""A node is dropped where its bound, over 1 + its size, is not better than the best point by more than this."""

SLACK, MULTIPLIER = 1, -1
"""What a decided pair has at 0."""

FITS = {ProgramClass.LP, ProgramClass.QP, ProgramClass.CONVEX, ProgramClass.MIP}
NO_BOUND = {Status.UNBOUNDED, Status.INFEASIBLE_OR_UNBOUNDED}

Decided = npt.NDArray[np.int8]


def unfit(program: Program) -> str | None:
    """It takes programs that are convex, or linear with integers, once the pairs are left out."""
    if program.relaxed in FITS:
        return None
    return "without complementarity the program is not proved convex, so that no bound is global"


@dataclass(slots=True, eq=False)
class Search:
    """The best point so far; `worst` is 1 for minimisation, -1 for maximisation."""

    program: Program
    held: Pairs
    sign: float
    best: float = np.inf
    point: Solution | None = None
    nodes: int = 0
    iterations: int = 0
    unbounded: Solution | None = None
    failed: Solution | None = None


def solve(program: Program, options: SolverOptions) -> Solution:
    """The global optimum; LIMIT with the best point known where nodes or time ran out."""
    from mdl.backends.dispatch import solve as solve_plain

    began = perf_counter()
    ends = None if options.time_limit is None else monotonic() + options.time_limit
    held = pairs(program)
    search = Search(program, held, -1.0 if program.objective.maximize else 1.0)
    stack: list[tuple[float, Decided]] = [(-np.inf, np.zeros(len(held), dtype=np.int8))]
    stopped = ""
    while stack:
        bound, decided = stack.pop()
        if bound >= search.best - GAP * (1 + abs(search.best)):
            continue
        left = None if ends is None else ends - monotonic()
        if search.nodes >= NODES or (left is not None and left <= 0):
            stopped = f"{NODES} nodes were not enough" if search.nodes >= NODES else "the time limit was reached"
            break
        search.nodes += 1
        found = solve_plain(node(program, decided), replace(options, solver="auto", mode="auto", time_limit=left))
        search.iterations += found.iterations
        if found.status is Status.INTERRUPTED:
            return replace(found, solver=NAME, values=None, objective=None)
        stack += children(search, decided, found)
        if search.unbounded is not None:
            break
    return answer(search, stopped, perf_counter() - began)


def children(search: Search, decided: Decided, found: Solution) -> list[tuple[float, Decided]]:
    """The two halves of a node, the likelier one last; nothing where it is decided, infeasible or too poor."""
    if found.status is Status.INFEASIBLE:
        return []
    if found.values is None or found.objective is None:
        open_pairs = np.flatnonzero(decided == 0)
        if len(open_pairs):
            return _halves(decided, int(open_pairs[0]), -np.inf, SLACK)
        if found.status in NO_BOUND:
            search.unbounded = found
        else:
            search.failed = found
        return []
    value = search.sign * found.objective
    if value >= search.best - GAP * (1 + abs(search.best)):
        return []
    slack, multiplier = sides_at(search.program, search.held, found.values)
    smaller = np.minimum(slack, multiplier) / (1 + np.maximum(slack, multiplier))
    worst = np.where(decided == 0, smaller, -np.inf)
    k = int(np.argmax(worst)) if len(worst) else -1
    if k < 0 or worst[k] <= SMALL:
        search.best, search.point = value, found
        return []
    return _halves(decided, k, value, SLACK if slack[k] <= multiplier[k] else MULTIPLIER)


def _halves(decided: Decided, k: int, bound: float, first: int) -> list[tuple[float, Decided]]:
    out = []
    for side in (-first, first):
        made = decided.copy()
        made[k] = side
        out.append((bound, made))
    return out


def answer(search: Search, stopped: str, seconds: float) -> Solution:
    count = search.nodes
    if search.unbounded is not None:
        return replace(search.unbounded, solver=NAME, seconds=seconds)
    if search.point is None or search.point.values is None:
        status = Status.LIMIT if stopped else Status.FAILED if search.failed is not None else Status.INFEASIBLE
        message = stopped or (search.failed.message if search.failed is not None else "")
        return Solution(status, NAME, message, iterations=search.iterations, seconds=seconds)
    x = polished(search.program, search.held, search.point.values)
    from mdl.program.evaluation import Evaluation

    status = Status.LIMIT if stopped or search.failed is not None else Status.OPTIMAL
    if not stopped and search.failed is not None:
        stopped = f"a node has no answer ({search.failed.message or search.failed.status.value})"
    told = f"{count} node{'' if count == 1 else 's'}"
    message = f"{stopped}; the best point known" if stopped else told
    objective = Evaluation(search.program).objective(x)
    return Solution(status, NAME, message, x, objective, iterations=search.iterations, seconds=seconds)


def polished(program: Program, held: Pairs, x: FloatArray) -> FloatArray:
    """The optimum with every pair decided as at x, where that is at least as good; then products are exactly 0."""
    from mdl.backends.dispatch import solve as solve_plain
    from mdl.program.evaluation import Evaluation

    slack, multiplier = sides_at(program, held, x)
    decided = np.where(slack <= multiplier, SLACK, MULTIPLIER).astype(np.int8)
    again = solve_plain(node(program, decided), SolverOptions())
    if again.values is None or again.objective is None or again.status not in (Status.OPTIMAL, Status.LOCAL):
        return x
    before = Evaluation(program).objective(x)
    worse = (again.objective - before) * (-1.0 if program.objective.maximize else 1.0)
    return again.values if worse <= 1e-6 * (1 + abs(before)) else x


def node(program: Program, decided: Decided) -> Program:
    """The program without pairs, decided ones as equations."""
    rows, columns = list(program.rows), list(program.columns)
    at = 0
    for pair in program.complementarities:
        block, multipliers = rows[pair.rows], columns[pair.columns]
        here = decided[at : at + len(block.labels)]
        at += len(block.labels)
        limit, direction, sign = side_of(program, pair)
        if (here == SLACK).any():
            fixed = Bound(limit.values, _mask(here == SLACK, limit.finite))
            rows[pair.rows] = replace(block, upper=fixed) if direction > 0 else replace(block, lower=fixed)
        if (here == MULTIPLIER).any():
            zero = Bound(Numbers.constant(0, len(here)), here == MULTIPLIER)
            columns[pair.columns] = replace(multipliers, upper=zero) if sign > 0 else replace(multipliers, lower=zero)
    kind = program.relaxed or ProgramClass.NLP
    return replace(
        program, rows=tuple(rows), columns=tuple(columns), complementarities=(), followers=(), relaxed=None, kind=kind,
        why=None,
    )  # fmt: skip


def _mask(chosen: npt.NDArray[np.bool_], finite: npt.NDArray[Any] | None) -> npt.NDArray[np.bool_]:
    return chosen if finite is None else chosen & finite
