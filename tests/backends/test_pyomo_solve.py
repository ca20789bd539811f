"""Both routes give the same answer, on every class of program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from mdl.backends import dispatch
from mdl.backends.pyomo_solve import solve
from mdl.diagnostics import Failure
from mdl.program.program import Domain, Program, ProgramClass
from mdl.program.solution import SolverOptions, Status
from tests.backends.test_pyomo_arrays import blocks
from tests.backends.test_pyomo_model import everything, unicast
from tests.program import make


def convex() -> Program:
    return replace(unicast(), kind=ProgramClass.CONVEX)


def knapsack() -> Program:
    weights = [[5, 4, 3, 7], [2, 3, 1, 4]]
    return make.linear([10, 7, 5, 12], weights, None, [12, 7], 0, 1, maximize=True, domain=Domain.BINARY)


PROGRAMS: list[Callable[[], Program]] = [
    lambda: make.linear([3, 2, 4], [[1, 1, 2], [3, 0, 1]], [4, 2], [None, 9], 0, 5, constant=1),
    lambda: make.linear([1, Fraction(1, 3)], [[1, 1], [1, -1]], [None, -1], [4, 1], maximize=True, lower=None),
    blocks,
    knapsack,
    lambda: make.quadratic([[2, 1, 0], [1, 4, -1], [0, -1, 6]], [1, 0, 2], [[1, 1, 1]], 1, 1, constant=3),
    lambda: make.quadratic([[-2, 0], [0, -4]], [1, 1], [[1, 1]], None, Fraction(1, 4), 0, maximize=True),
    convex,
    lambda: make.utility(40),
    everything,
]


@pytest.mark.parametrize("build", PROGRAMS)
def test_both_routes_agree(build: Callable[[], Program]) -> None:
    direct, via = dispatch.solve(build()), solve(build())
    assert direct.status is via.status
    assert direct.status in (Status.OPTIMAL, Status.LOCAL)
    assert via.objective == pytest.approx(direct.objective, rel=1e-7, abs=1e-7)
    np.testing.assert_allclose(via.values, direct.values, rtol=1e-5, atol=1e-5)
    if direct.row_duals is not None:
        np.testing.assert_allclose(via.row_duals, direct.row_duals, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(via.column_duals, direct.column_duals, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("build", [PROGRAMS[0], PROGRAMS[4]])
def test_ipopt_when_asked(build: Callable[[], Program]) -> None:
    found = solve(build(), SolverOptions(solver="ipopt"))
    assert found.solver == "IPOPT"
    assert found.objective == pytest.approx(solve(build()).objective, rel=1e-6)


def test_order_of_blocks_and_free_rows_come_back() -> None:
    """The objective sees the second block first in order of columns; a row without bounds has price 0."""
    program = convex()
    free = replace(program.rows[0], name="free", start=2, upper=None)
    found = solve(replace(program, rows=(free, program.rows[0])))
    expected = dispatch.solve(program)
    assert found.row_duals is not None and expected.row_duals is not None
    np.testing.assert_allclose(found.row_duals, [*expected.row_duals, 0, 0], atol=1e-6)


def test_infeasible() -> None:
    assert solve(make.linear([1], [[1]], 3, 3, 0, 1)).status is Status.INFEASIBLE
    assert solve(make.linear([1, 2], [[0, 0]], 1, 2)).status is Status.INFEASIBLE


def test_unbounded() -> None:
    assert solve(make.linear([-1], lower=0)).status is Status.UNBOUNDED


def test_wrong_class() -> None:
    with pytest.raises(Failure) as failed:
        solve(convex(), SolverOptions(solver="highs"))
    assert failed.value.diagnostics[0].code == "MDL553"
