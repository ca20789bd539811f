"""Solvers of the user's: a working one, one that only claims to work, unknown ones, and lying ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.opt import SolverFactory, SolverResults, TerminationCondition

from mdl.backends import highs
from mdl.backends.pyomo_solve import solve
from mdl.backends.pyomo_solvers import probe, verdict
from mdl.diagnostics import Failure
from mdl.program.program import Domain, Program, ProgramClass
from mdl.program.solution import SolverOptions, Status
from tests.backends.test_pyomo_arrays import blocks
from tests.backends.test_pyomo_model import unicast
from tests.program import make

APPSI = SolverOptions(solver="appsi_highs")


def diet() -> Program:
    return make.linear([3, 2, 4], [[1, 1, 2], [3, 0, 1]], [4, 2], [None, 9], 0, 5, constant=1)


@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("name", ["appsi_highs", "highs"])
def test_linear_with_duals(name: str, maximize: bool) -> None:
    program = make.linear([3, 2, 4], [[1, 1, 2], [3, 0, 1]], [4, 2], [12, 9], 0, 5, constant=1, maximize=maximize)
    ours = highs.solve(program)
    found = solve(program, SolverOptions(solver=name))
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(ours.objective, rel=1e-9)
    np.testing.assert_allclose(found.row_duals, ours.row_duals, atol=1e-8)
    np.testing.assert_allclose(found.column_duals, ours.column_duals, atol=1e-8)


def test_integer() -> None:
    found = solve(blocks(), APPSI)
    assert (found.status, found.row_duals) == (Status.OPTIMAL, None)
    assert found.objective == pytest.approx(highs.solve(blocks()).objective)


def test_infeasible_and_unbounded() -> None:
    assert solve(make.linear([1], [[1]], 3, 3, 0, 1), APPSI).status in (
        Status.INFEASIBLE,
        Status.INFEASIBLE_OR_UNBOUNDED,
    )
    assert solve(make.linear([-1], lower=0), APPSI).status in (Status.UNBOUNDED, Status.INFEASIBLE_OR_UNBOUNDED)
    assert solve(make.linear([-1], lower=0), APPSI).values is None


def test_a_variable_in_no_row() -> None:
    found = solve(make.linear([1, 0], [[1, 0]], 2, None, 0, None), APPSI)
    assert found.values is not None
    assert found.values.tolist() == [2, 0]


@pytest.mark.parametrize("name", ["cyipopt", "no_such_solver", "glpk"])
def test_missing_or_broken(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure) as failed:
        solve(diet(), SolverOptions(solver=name))
    (diagnostic,) = failed.value.diagnostics
    assert diagnostic.code == "MDL583" and name in diagnostic.message
    assert capfd.readouterr() == ("", "")


def test_a_linear_solver_refuses_logarithms() -> None:
    with pytest.raises(Failure) as failed:
        solve(unicast(), APPSI)
    assert failed.value.diagnostics[0].code == "MDL584"


class Scripted:
    """A Pyomo solver that sets what it is told: honest on the probe (it has a `cost`), scripted afterwards."""

    condition: Any = TerminationCondition.optimal
    at: float | None = None

    def solve(self, model: Any, **_: Any) -> SolverResults:
        results = SolverResults()
        probing = model.component("cost") is not None and model.component("row") is not None
        results.solver.termination_condition = TerminationCondition.optimal if probing else self.condition
        values = {"x": 1.0, "y": 2.0} if probing else {v.name: self.at for v in model.component_data_objects(pyo.Var)}
        if not any(v is None for v in values.values()):
            found = results.solution.add()
            for name, value in values.items():
                found.variable[name] = {"Value": value}
        results._smap_id = None
        return results


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> type[Scripted]:
    class Mine(Scripted):
        pass

    monkeypatch.setitem(SolverFactory._cls, "scripted", lambda **_: Mine())
    monkeypatch.setattr(
        "mdl.backends.pyomo_solvers.load",
        lambda model, results: load_by_name(model, results),
    )
    return Mine


def load_by_name(model: Any, results: Any) -> bool:
    for solution in results.solution:
        for name, entry in solution.variable.items():
            model.find_component(name).set_value(entry["Value"])
    return bool(len(results.solution))


def test_a_point_that_breaks_a_row_is_not_believed(scripted: type[Scripted]) -> None:
    scripted.at = 0.25
    found = solve(diet(), SolverOptions(solver="scripted"))
    assert found.status is Status.FAILED and found.values is None
    assert "breaks" in found.message


def test_optimal_without_a_point(scripted: type[Scripted]) -> None:
    found = solve(diet(), SolverOptions(solver="scripted"))
    assert found.status is Status.FAILED and "no point" in found.message


def test_limit_keeps_the_point(scripted: type[Scripted]) -> None:
    scripted.at, scripted.condition = 1.0, TerminationCondition.maxTimeLimit
    found = solve(diet(), SolverOptions(solver="scripted"))
    assert found.status is Status.LIMIT
    assert found.objective == 10


def test_local_where_convexity_is_not_proved(scripted: type[Scripted]) -> None:
    scripted.at = 1.0
    program = make.quadratic([[-2]], [1], lower=0, upper=1, kind=ProgramClass.NLP)
    found = solve(program, SolverOptions(solver="scripted"))
    assert found.status is Status.LOCAL


def test_every_condition_has_a_status() -> None:
    for condition in TerminationCondition:
        status, message = verdict(str(condition), ProgramClass.LP, "s")
        assert (status is Status.FAILED) == bool(message)
    assert verdict("infeasible", ProgramClass.NLP, "s")[0] is Status.FAILED
    assert verdict("infeasible", ProgramClass.CONVEX, "s")[0] is Status.INFEASIBLE


def test_probe_of_a_working_solver() -> None:
    probe("appsi_highs")


def test_domains_reach_the_solver() -> None:
    program = make.linear([3, 2], [[2, 2]], None, 3, 0, 5, maximize=True, domain=Domain.INTEGER)
    assert solve(program, APPSI).objective == pytest.approx(3)
