"""IPOPT through the library inside casadi: the same conformance as the default route."""

from __future__ import annotations

import pytest

from mdl.backends import ipopt, ipopt_casadi
from mdl.diagnostics import Failure
from mdl.program.solution import SolverOptions
from tests.backends.conformance import Ability, Adapter, Case, cases, check, check_time_limit
from tests.program.make import utility

pytest.importorskip("casadi")

ADAPTER = Adapter(
    "IPOPT (casadi)", ipopt_casadi.solve, frozenset({Ability.LP, Ability.QP, Ability.CONVEX, Ability.NLP})
)


@pytest.mark.parametrize("case", cases(ADAPTER), ids=str)
def test_conformance(case: Case) -> None:
    check(ADAPTER, case)


def test_time_limit() -> None:
    check_time_limit(ADAPTER, utility(6000, local=False), 0.02)


def test_probe() -> None:
    assert ipopt_casadi.probe().objective == pytest.approx(0, abs=1e-6)


def test_both_routes_give_the_same_answer() -> None:
    program = utility(200, seed=9)
    one, other = ipopt.solve(program), ipopt_casadi.solve(program, SolverOptions())
    assert one.objective == pytest.approx(other.objective, rel=1e-9)
    assert one.row_duals is not None
    assert one.row_duals == pytest.approx(other.row_duals, abs=1e-6)


def test_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Failure) as failure:
        ipopt_casadi.probe()
    assert failure.value.diagnostics[0].code == "MDL500"
    assert "pip install" in failure.value.diagnostics[0].help
