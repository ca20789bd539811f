"""One outcome rule at every report profile: a small linear program whose costs and right-hand sides differ by profile.

12 variables and 8 rows.  `rules_transport`: three sources, four sinks and a total.  `rules_mixed`: a dense matrix of
0 .. 2 and bounds on every variable, so that thousands of bases are optimal somewhere.  MDL's answers are rational, with
the outcomes that its rule for ties names; the peers solve one program after the other in floats: one Highs object,
hot, told only what changes, and scipy's linprog.  Every peer has the same arrays when `solve` begins.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Case, Clock

Finish = Callable[[], Any]
COLUMNS, ROWS = 12, 8


def make_transport(folder: Path, size: int) -> None:
    rng = np.random.default_rng(size)
    matrix = np.zeros((ROWS, COLUMNS), dtype=np.int64)
    for source in range(3):
        for sink in range(4):
            matrix[[source, 3 + sink, 7], 4 * source + sink] = 1
    right = [rng.integers(low, high, (size, k)) for low, high, k in ((50, 200, 3), (30, 120, 4), (150, 400, 1))]
    high = np.full((size, COLUMNS), 1000)
    np.savez(folder / "rule.npz", a=matrix, c=rng.integers(1, 500, (size, COLUMNS)), b=np.hstack(right), u=high)


def make_mixed(folder: Path, size: int) -> None:
    rng = np.random.default_rng(size)
    matrix, cost = rng.integers(0, 3, (ROWS, COLUMNS)), rng.integers(-20, 100, (size, COLUMNS))
    right, high = rng.integers(20, 60, (size, ROWS)), rng.integers(1, 20, (size, COLUMNS))
    np.savez(folder / "rule.npz", a=matrix, c=cost, b=right, u=high)


def mdl(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        from mdl.algebra.numbers import Numbers
        from mdl.mechanisms.rules.batch import by_first_label
        from mdl.mechanisms.rules.solve import solve_batch
        from mdl.program.labels import Labels
        from mdl.program.program import Bound, Columns, Objective, Program, Rows
        from mdl.program.sparse import SparseRows
    with clock("load"):
        held = np.load(folder / "rule.npz")
        size, (row, column) = len(held["c"]), np.nonzero(held["a"])

        def labels(width: int) -> Labels:
            codes = (np.repeat(np.arange(size), width), np.tile(np.arange(width), size))
            return Labels((range(size), range(width)), codes, size * width)

        def numbers(values: Any) -> Numbers:
            return Numbers.exact(np.ascontiguousarray(values).reshape(-1))

        every = np.arange(size)[:, None]
        starts = np.concatenate(([0], np.cumsum(np.tile(np.bincount(row, minlength=ROWS), size))))
        entries = Numbers.exact(np.tile(held["a"][row, column], size))
        linear = SparseRows(starts, (every * COLUMNS + column).reshape(-1), entries, size * COLUMNS)
        zero = Bound(Numbers.constant(0, size * COLUMNS))
        blocks = (Columns("x", labels(COLUMNS), 0, zero, Bound(numbers(held["u"]))),)
        rows = (Rows("r", labels(ROWS), 0, "<=", None, Bound(numbers(held["b"])), linear),)
        wanted = np.flatnonzero(held["c"])
        goal = SparseRows(np.array([0, len(wanted)]), wanted, numbers(held["c"].reshape(-1)[wanted]), size * COLUMNS)
        program = Program("rule", blocks, rows, Objective("welfare", True, Numbers.constant(0, 1), goal))
        batch = by_first_label(program, range(size), Numbers.constant(0, size))
    with clock("solve"):
        found = solve_batch(batch)
    return lambda: [float(found.optimum.floats().sum()), float(found.optimum.floats()[-1])]


def highs(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        import highspy
    with clock("load"):
        held = np.load(folder / "rule.npz")
        cost, right, high = (held[k].astype(np.float64) for k in "cbu")
    with clock("solve"):
        model = highspy.Highs()
        model.setOptionValue("output_flag", False)
        row, column = np.nonzero(held["a"])
        starts = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=ROWS)))).astype(np.int32)
        values, none = held["a"][row, column].astype(np.float64), np.zeros(0)
        model.passModel(
            *(COLUMNS, ROWS, len(values), 0, 2, 1, -1, 0.0, cost[0], np.zeros(COLUMNS), high[0]),
            *(np.full(ROWS, -np.inf), right[0], starts, column.astype(np.int32), values),
            *(np.zeros(1, np.int32), np.zeros(1, np.int32), none, np.zeros(COLUMNS, np.int32)),
        )
        columns, rows = np.arange(COLUMNS, dtype=np.int32), np.arange(ROWS, dtype=np.int32)
        least, below, optimum = np.zeros(COLUMNS), np.full(ROWS, -np.inf), np.zeros(len(cost))
        for k in range(len(cost)):
            model.changeColsCost(COLUMNS, columns, cost[k])
            model.changeColsBounds(COLUMNS, columns, least, high[k])
            model.changeRowsBounds(ROWS, rows, below, right[k])
            model.run()
            optimum[k] = model.getObjectiveValue()
    return lambda: [float(optimum.sum()), float(optimum[-1])]


def scipy(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        from scipy.optimize import linprog
    with clock("load"):
        held = np.load(folder / "rule.npz")
        cost, right, high = (held[k].astype(np.float64) for k in "cbu")
    with clock("solve"):
        bounds = [np.stack((np.zeros(COLUMNS), u), axis=1) for u in high]
        optimum = np.array(
            [-linprog(-c, held["a"], b, bounds=u).fun for c, b, u in zip(cost, right, bounds, strict=True)]
        )
    return lambda: [float(optimum.sum()), float(optimum[-1])]


PEERS = {"mdl": mdl, "highs_hot": highs, "scipy": scipy}
TRANSPORT = Case(
    name="rules_transport",
    title="One linear rule at every profile: transport (profiles)",
    sizes=(1000, 10_000, 100_000),
    make=make_transport,
    peers=PEERS,
    against="highs_hot",
)
MIXED = Case(
    name="rules_mixed",
    title="One linear rule at every profile: dense, bounded (profiles)",
    sizes=(1000, 10_000),
    make=make_mixed,
    peers=PEERS,
    against="highs_hot",
)
CASES = (TRANSPORT, MIXED)
