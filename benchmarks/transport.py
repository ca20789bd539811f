"""A transport problem, from its data to an LP that HiGHS holds; nothing is solved.

Plants and markets with a place each in a CSV file; the cost of a route is the square of its length.  A size
is the number of nonzeros: two for each route.  All peers read the same two files and compute the costs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import Case, Clock

SHAPES = {10_000: (50, 100), 100_000: (100, 500), 1_000_000: (500, 1000)}

MODEL = """
model transport "Routes of least cost";

set PLANT;
set MARKET;
param px[PLANT];
param py[PLANT];
param supply[PLANT] >= 0;
param mx[MARKET];
param my[MARKET];
param demand[MARKET] >= 0;
data "plants.csv" : PLANT = [name], px[name] = x, py[name] = y, supply[name] = amount;
data "markets.csv" : MARKET = [name], mx[name] = x, my[name] = y, demand[name] = amount;

var ship[PLANT, MARKET] >= 0;
subject to out[p in PLANT]: sum(m in MARKET) ship[p, m] <= supply[p];
subject to into[m in MARKET]: sum(p in PLANT) ship[p, m] >= demand[m];
minimize cost: sum(p in PLANT, m in MARKET) ((px[p] - mx[m])^2 + (py[p] - my[m])^2) * ship[p, m];
solve cost;
"""


def make(folder: Path, size: int) -> None:
    import random

    plants, markets = SHAPES[size]
    source = random.Random(size)
    amounts = [source.randint(1, 20) for _ in range(markets)]
    each = sum(amounts) * 5 // (4 * plants) + 1
    for name, prefix, held in (("plants", "p", [each] * plants), ("markets", "m", amounts)):
        lines = ["name,x,y,amount"]
        for k, amount in enumerate(held):
            lines.append(f"{prefix}{k},{source.randint(0, 999) / 100},{source.randint(0, 999) / 100},{amount}")
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    (folder / "transport.mdl").write_text(MODEL)


def read(path: Path) -> tuple[list[str], list[float], list[float], list[float]]:
    import csv

    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    x, y, amount = ([float(row[c]) for row in rows] for c in ("x", "y", "amount"))
    return [row["name"] for row in rows], x, y, amount


def facts(highs: Any) -> Callable[[], Any]:
    """What the solver holds: rows, columns, nonzeros, and its optimum where that is quick to find."""

    def ask() -> Any:
        size = [highs.getNumRow(), highs.getNumCol(), highs.getNumNz()]
        if size[2] > 10_000:
            return size
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("solver", "simplex")
        highs.run()
        return [*size, round(highs.getObjectiveValue(), 6)]

    return ask


def mdl(folder: Path, clock: Clock) -> Callable[[], Any]:
    with clock("import"):
        import highspy  # noqa: F401

        from mdl.backends.highs import prepare
        from mdl.backends.highs_session import open_highs
        from mdl.data.bind import Overrides, bind
        from mdl.lowering.welfare import lower
        from mdl.program.solution import SolverOptions
        from mdl.semantics.resolve import resolve
        from mdl.syntax.parse import parse, read_source
    with clock("parse"):
        tree, _ = parse(read_source(folder / "transport.mdl"))
    with clock("resolve"):
        model, _ = resolve(tree)
    with clock("bind"):
        instance = bind(model, folder, Overrides())
    with clock("lower"):
        program = lower(instance, model.symbols["cost"]).program
    with clock("arrays"):
        arrays, _ = prepare(program)
    with clock("hand over"):
        highs = open_highs(arrays, None, SolverOptions())
    return facts(highs)


def numpy_highspy(folder: Path, clock: Clock) -> Callable[[], Any]:
    """The floor: arrays by hand, one call."""
    with clock("import"):
        import highspy
        import numpy as np
    with clock("read"):
        _, px, py, supply = read(folder / "plants.csv")
        _, mx, my, demand = read(folder / "markets.csv")
    with clock("build"):
        plants, markets = len(px), len(mx)
        cost = (np.subtract.outer(px, mx) ** 2 + np.subtract.outer(py, my) ** 2).ravel()
        routes = np.arange(plants * markets, dtype=np.int32)
        index = np.concatenate((routes, routes.reshape(plants, markets).T.ravel()))
        lengths = np.repeat([markets, plants], [plants, markets])
        starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        values = np.ones(2 * plants * markets)
        none = highspy.kHighsInf
        row_lower = np.concatenate((np.full(plants, -none), demand))
        row_upper = np.concatenate((supply, np.full(markets, none)))
        lower, upper = np.zeros(len(routes)), np.full(len(routes), none)
    with clock("hand over"):
        highs = highspy.Highs()
        highs.silent()
        index0, value0 = np.zeros(1, dtype=np.int32), np.zeros(1)
        integer = np.zeros(len(routes), dtype=np.int32)
        highs.passModel(
            len(routes), len(lengths), len(values), 0, int(highspy.MatrixFormat.kRowwise), 1,
            int(highspy.ObjSense.kMinimize), 0.0, cost, lower, upper, row_lower, row_upper, starts[:-1].copy(), index,
            values, index0, index0, value0, integer,
        )  # fmt: skip
    return facts(highs)


def pyomo_appsi(folder: Path, clock: Clock) -> Callable[[], Any]:
    with clock("import"):
        import pyomo.environ as pyo
        from pyomo.contrib.appsi.solvers import Highs

        Highs().available()
    with clock("read"):
        plants, px, py, supply = read(folder / "plants.csv")
        markets, mx, my, demand = read(folder / "markets.csv")
        at = {p: (x, y) for p, x, y in zip(plants, px, py, strict=True)}
        to = {m: (x, y) for m, x, y in zip(markets, mx, my, strict=True)}
        have, want = dict(zip(plants, supply, strict=True)), dict(zip(markets, demand, strict=True))
    with clock("build"):
        model = pyo.ConcreteModel()
        model.ship = pyo.Var(plants, markets, domain=pyo.NonNegativeReals)
        ship = model.ship
        model.out = pyo.Constraint(plants, rule=lambda _, p: pyo.quicksum(ship[p, m] for m in markets) <= have[p])
        model.into = pyo.Constraint(markets, rule=lambda _, m: pyo.quicksum(ship[p, m] for p in plants) >= want[m])
        model.cost = pyo.Objective(
            expr=pyo.quicksum(
                ((at[p][0] - to[m][0]) ** 2 + (at[p][1] - to[m][1]) ** 2) * ship[p, m] for p in plants for m in markets
            )
        )
    with clock("hand over"):
        solver = Highs()
        solver.set_instance(model)
    return facts(solver._solver_model)


def linopy(folder: Path, clock: Clock) -> Callable[[], Any]:
    with clock("import"):
        import warnings

        import highspy  # noqa: F401
        import linopy
        import pandas as pd

        warnings.simplefilter("ignore")
    with clock("read"):
        plants = pd.read_csv(folder / "plants.csv", index_col="name").rename_axis("plant").to_xarray()
        markets = pd.read_csv(folder / "markets.csv", index_col="name").rename_axis("market").to_xarray()
    with clock("build"):
        model = linopy.Model()
        ship = model.add_variables(lower=0, coords=[plants.indexes["plant"], markets.indexes["market"]], name="ship")
        model.add_constraints(ship.sum("market") <= plants["amount"], name="out")
        model.add_constraints(ship.sum("plant") >= markets["amount"], name="into")
        price = (plants["x"] - markets["x"]) ** 2 + (plants["y"] - markets["y"]) ** 2
        model.add_objective((price * ship).sum())
    with clock("hand over"):
        highs = model.to_highspy()
    return facts(highs)


CASE = Case(
    name="transport",
    title="From data to an LP in HiGHS's hands (transport, by nonzeros)",
    sizes=tuple(SHAPES),
    make=make,
    peers={"mdl": mdl, "numpy": numpy_highspy, "linopy": linopy, "pyomo_appsi": pyomo_appsi},
    against="numpy",
)
