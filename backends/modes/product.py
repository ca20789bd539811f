"""The sum of all products of multiplier and slack at most epsilon, for a falling sequence, by IPOPT.

Each solve starts where the last one ended (Scholtes 2001).  At the end the products are as small as IPOPT's
tolerance, and a few semismooth Newton steps take the point to full accuracy where they can.
"""

from __future__ import annotations

from dataclasses import replace
from time import monotonic, perf_counter

import numpy as np

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.backends.modes.pair_products import products
from mdl.lowering.kkt import Kkt
from mdl.program import exact
from mdl.program.labels import Labels
from mdl.program.program import Bound, Program, ProgramClass, Rows
from mdl.program.solution import Solution, SolverOptions, Status
from mdl.program.sparse import SparseRows

NAME = "products to zero (IPOPT)"

SEQUENCE = (1.0, 1e-2, 1e-4, 1e-6, 1e-8, 1e-9)
FOUND = (Status.OPTIMAL, Status.LOCAL)


def unfit(kkt: Kkt) -> str | None:
    """It takes every system."""
    return None


def solve(kkt: Kkt, options: SolverOptions) -> Solution:
    """A point of the KKT program.  Raises Failure (MDL503) where the program is undefined at the start."""
    from mdl.backends import ipopt
    from mdl.backends.modes import fischer_burmeister as newton

    began = perf_counter()
    ends = None if options.time_limit is None else monotonic() + options.time_limit
    system = newton.System(kkt)
    x, iterations = newton.start(kkt, system), 0
    relaxed = relaxation(kkt)
    last: Solution | None = None
    for epsilon in SEQUENCE:
        left = None if ends is None else ends - monotonic()
        if left is not None and left <= 0:
            return Solution(Status.LIMIT, NAME, "the time limit was reached", iterations=iterations)
        found = ipopt.solve(started(relaxed, x, epsilon), replace(options, solver="ipopt", time_limit=left))
        iterations += found.iterations
        if found.status not in FOUND or found.values is None:
            break
        last, x = found, found.values
    seconds = perf_counter() - began
    if last is None:
        return replace(found, solver=NAME, values=None, objective=None, row_duals=None, column_duals=None)
    again = newton.solve(kkt, options, x)
    steps = iterations + again.iterations
    if again.values is not None:
        return replace(again, solver=NAME, iterations=steps, seconds=perf_counter() - began)
    off = system.residual(x)
    if off > 1e-6:
        return Solution(Status.FAILED, NAME, f"the residual is still {off:.1e}", iterations=steps, seconds=seconds)
    convex = kkt.primal.kind in (ProgramClass.LP, ProgramClass.QP, ProgramClass.CONVEX)
    status = Status.OPTIMAL if convex else Status.LOCAL
    return Solution(status, NAME, "", x, iterations=steps, seconds=seconds)


def relaxation(kkt: Kkt) -> Program:
    """The KKT program with a row `products <= 1` in place of its pairs."""
    program = kkt.program
    nodes, made = products(program)
    parts: list[tuple[SparseRows, int]] = []
    for pair, place in made:
        every = np.arange(len(program.rows[pair.rows].labels))
        ones = Numbers.constant(1, len(every))
        parts.append((exact.from_entries(np.zeros_like(every), every, ones, 1, len(every)), place))
    one = Bound(Numbers.constant(1, 1))
    none = SparseRows.empty(1, program.width)
    rows = program.rows
    if parts:
        rows = (*rows, Rows("products", Labels.scalar(), program.height, "<=", None, one, none, tuple(parts)))
    return replace(program, rows=rows, nodes=nodes, complementarities=(), kind=ProgramClass.NLP, why=None, faults=())


def started(relaxed: Program, x: FloatArray, epsilon: float) -> Program:
    """The same with another limit and start."""
    *rows, last = relaxed.rows
    if last.name == "products":
        last = replace(last, upper=Bound(Numbers.inexact(np.array([epsilon]))))
    columns = tuple(replace(c, initial=x[c.start : c.start + len(c.labels)]) for c in relaxed.columns)
    return replace(relaxed, columns=columns, rows=(*rows, last))
