"""ConcreteModel -> Program: values against Pyomo's own evaluation, grouping, refusals."""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo
import pytest

from mdl.backends.pyomo_model import assemble
from mdl.backends.pyomo_reader import ReadModel, read
from mdl.diagnostics import Failure
from mdl.program.functions import Functions
from mdl.program.program import Domain
from tests.backends.test_pyomo_model import everything, tower
from tests.program import make


def agree(model: pyo.ConcreteModel, points: int = 4, low: float = 0.1, high: float = 2.0) -> ReadModel:
    """The program read has Pyomo's values at random points: slacks of the rows and the objective."""
    held = read(model)
    functions = Functions(held.program)
    objective = next(iter(model.component_data_objects(pyo.Objective)))
    random = np.random.default_rng(5)
    limits = [(r.lower, r.upper) for r in held.program.rows]
    for _ in range(points):
        x = random.uniform(low, high, len(held.columns))
        for variable, value in zip(held.columns, x, strict=True):
            variable.set_value(value, skip_validation=True)
        assert functions.objective(x) == pytest.approx(pyo.value(objective), rel=1e-12)
        bodies = functions.rows(x)
        at = 0
        for lower, upper in limits:
            side = lower if lower is not None else upper
            assert side is not None
            for k, constant in enumerate(side.values.floats()):
                row = held.rows[at]
                if side.finite is None or side.finite[k]:
                    given = row.lb if lower is not None else row.ub
                    assert bodies[at] - constant == pytest.approx(pyo.value(row.body) - given, rel=1e-11, abs=1e-11)
                at += 1
    return held


def test_our_own_models() -> None:
    held = agree(assemble(everything()).model)
    assert [b.name for b in held.program.columns] == ["x", "y"]
    assert [c.name for c in held.columns] == ["x[1]", "x[2]", "y"]


def test_a_model_by_hand() -> None:
    """Quotients, named expressions, mutable parameters, log10, variable exponents, constants everywhere."""
    m = pyo.ConcreteModel(name="hand")
    m.x = pyo.Var(["a", "b"], bounds=(0, 3), initialize=1)
    m.y = pyo.Var(domain=pyo.Integers)
    m.p = pyo.Param(initialize=2.5, mutable=True)
    m.e = pyo.Expression(expr=pyo.log10(1 + m.x["a"]) * m.x["b"])
    m.c = pyo.Constraint(expr=m.e / (m.y + m.p) - 3 * m.e <= m.p)
    m.d = pyo.Constraint([1, 2], rule=lambda m, k: (k, m.x["a"] ** m.x["b"] + m.x["a"] ** k - 7, 9))
    m.o = pyo.Objective(expr=-(m.p ** m.x["a"]) + pyo.sqrt(2) / m.y + (m.y - 1) ** -1.5 * 2, sense=pyo.maximize)
    held = agree(m, low=1.1, high=2)
    assert held.program.objective.maximize
    assert held.program.columns[1].domain is Domain.INTEGER
    assert [len(r.labels) for r in held.program.rows] == [1, 2]


def test_families_become_few_nodes() -> None:
    """A hundred users, rows of different lengths: one log node, not a hundred."""
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(100))
    m.c = pyo.Constraint(range(1, 50), rule=lambda m, k: pyo.log(pyo.quicksum(m.x[j] for j in range(k))) <= 1)
    m.o = pyo.Objective(expr=pyo.quicksum(pyo.log(1 + m.x[k]) for k in range(100)), sense=pyo.maximize)
    assert len(agree(m, points=1).program.nodes) == 2


def test_shared_expressions_are_walked_once() -> None:
    assert len(read(assemble(tower(40)).model).program.nodes) == 80


def test_linear_and_fixed() -> None:
    m = assemble(make.linear([1, 2], [[1, 1], [1, -1]], [1, None], [3, 2])).model
    m.x[2].fix(0.5)
    held = agree(m)
    upper = held.program.columns[0].upper
    assert upper is not None and upper.finite is not None
    assert not held.program.nodes
    assert upper.finite.tolist() == [False, True] and upper.values.floats()[1] == 0.5


@pytest.mark.parametrize("bad", ["sin", "abs", "log"])
def test_refusals(bad: str) -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var()
    m.p = pyo.Param(initialize=-1, mutable=True)
    wrong = {"sin": lambda: pyo.sin(m.x), "abs": lambda: abs(m.x), "log": lambda: m.x + 1 / (m.x * (m.p + 1) + m.p + 1)}
    m.o = pyo.Objective(expr=wrong[bad]())
    with pytest.raises(Failure) as failed:
        read(m)
    assert failed.value.diagnostics[0].code == ("MDL582" if bad == "log" else "MDL585")
