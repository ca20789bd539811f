"""A leader's problem with followers by nonlinear programs: each product of a pair at most epsilon, epsilon falling.

Each solve starts where the last one ended (Scholtes 2001); at the end every pair is decided by the smaller of its
sides and the program solved once more, so that products are exactly 0.  The answer is a local one.
"""

from __future__ import annotations

from dataclasses import replace
from time import monotonic, perf_counter

import numpy as np

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.backends.modes.leader_branch import MULTIPLIER, SLACK, node
from mdl.backends.modes.pair_products import products
from mdl.program import exact
from mdl.program.evaluation import Evaluation
from mdl.program.pairs import Pairs, pairs, sides_at
from mdl.program.program import Bound, Domain, Program, ProgramClass, Rows
from mdl.program.residual import residuals
from mdl.program.solution import Solution, SolverOptions, Status
from mdl.program.sparse import SparseRows

NAME = "products to zero (IPOPT)"

SEQUENCE = (1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
FOUND = (Status.OPTIMAL, Status.LOCAL)
ENOUGH = 1e-6
"""Scaled complementarity that is accepted where the last step cannot be taken."""


def unfit(program: Program) -> str | None:
    """It takes every program without integers."""
    whole = next((c for c in program.columns if c.domain is not Domain.CONTINUOUS), None)
    return None if whole is None else f"`{whole.name}` is {whole.domain.value}"


def solve(program: Program, options: SolverOptions) -> Solution:
    """A local optimum.  Raises Failure (MDL503) where the program is undefined at the start."""
    from mdl.backends import ipopt

    began = perf_counter()
    ends = None if options.time_limit is None else monotonic() + options.time_limit
    relaxed, x, last, iterations = relaxation(program), None, None, 0
    for epsilon in SEQUENCE:
        left = None if ends is None else ends - monotonic()
        if left is not None and left <= 0:
            return Solution(Status.LIMIT, NAME, "the time limit was reached", iterations=iterations)
        found = ipopt.solve(started(relaxed, x, epsilon), replace(options, solver="ipopt", time_limit=left))
        iterations += found.iterations
        if found.status in (Status.INTERRUPTED, Status.LIMIT):
            return replace(found, solver=NAME, values=None, objective=None, row_duals=None, column_duals=None)
        if found.status in FOUND and found.values is not None:
            last, x = found, found.values
        elif last is not None or found.status is Status.UNBOUNDED:
            break
    seconds = perf_counter() - began
    if last is None or x is None:
        return replace(
            found, solver=NAME, values=None, objective=None, row_duals=None, column_duals=None, seconds=seconds
        )
    held = pairs(program)
    x = decided(program, held, x)
    slack, multiplier = sides_at(program, held, x)
    off = float((np.abs(np.minimum(slack, multiplier)) / (1 + np.abs(np.maximum(slack, multiplier)))).max(initial=0.0))
    if off > ENOUGH or residuals(node(program, np.zeros(len(held), np.int8)), _at(x)).primal.scaled > ENOUGH:
        message = f"complementarity is still off by {off:.1e}"
        return Solution(Status.FAILED, NAME, message, iterations=iterations, seconds=seconds)
    objective = Evaluation(program).objective(x)
    seconds = perf_counter() - began
    return Solution(Status.LOCAL, NAME, "", x, objective, iterations=iterations, seconds=seconds)


def _at(x: FloatArray) -> Solution:
    return Solution(Status.LOCAL, NAME, "", x)


def decided(program: Program, held: Pairs, x: FloatArray) -> FloatArray:
    """The local optimum near x with each pair decided as there, where it is as good; else x itself."""
    from mdl.backends import ipopt

    slack, multiplier = sides_at(program, held, x)
    sides = np.where(slack <= multiplier, SLACK, MULTIPLIER).astype(np.int8)
    piece = started(replace(node(program, sides), kind=ProgramClass.NLP), x, None)
    found = ipopt.solve(piece, SolverOptions(solver="ipopt"))
    if found.status not in FOUND or found.values is None or found.objective is None:
        return x
    before = Evaluation(program).objective(x)
    worse = (found.objective - before) * (-1.0 if program.objective.maximize else 1.0)
    # what the relaxation gains by products that are not 0 may be lost
    return found.values if worse <= 1e-3 * (1 + abs(before)) else x


def relaxation(program: Program) -> Program:
    """The program with rows `slack * multiplier <= 1` in place of its pairs."""
    nodes, made = products(program)
    rows, height = list(program.rows), program.height
    for pair, place in made:
        labels = program.rows[pair.rows].labels
        count, every = len(labels), np.arange(len(labels))
        one = exact.from_entries(every, every, Numbers.constant(1, count), count, count)
        nothing = SparseRows.empty(count, program.width)
        most = Bound(Numbers.constant(1, count))
        rows.append(Rows(pair.name, labels, height, "<=", None, most, nothing, ((one, place),)))
        height += count
    return replace(
        program, rows=tuple(rows), nodes=nodes, complementarities=(), followers=(), relaxed=None,
        kind=ProgramClass.NLP, why=None,
    )  # fmt: skip


def started(relaxed: Program, x: FloatArray | None, epsilon: float | None) -> Program:
    """The same with another limit on the products, and a start."""
    rows = relaxed.rows
    if epsilon is not None:
        rows = tuple(
            replace(r, upper=Bound(Numbers.inexact(np.full(len(r.labels), epsilon))))
            if r.name.startswith("complementarity[")
            else r
            for r in rows
        )
    columns = relaxed.columns
    if x is not None:
        columns = tuple(replace(c, initial=x[c.start : c.start + len(c.labels)]) for c in columns)
    return replace(relaxed, columns=columns, rows=rows)
