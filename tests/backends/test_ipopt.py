"""IPOPT through cyipopt: conformance, refusals, starts, limits, interrupts, installation."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mdl import driver
from mdl.algebra.numbers import Numbers
from mdl.backends import ipopt, ipopt_casadi, nlp_solve
from mdl.backends.errors import ipopt_missing
from mdl.backends.nlp_callbacks import Callbacks
from mdl.data.bind import bind
from mdl.diagnostics import Failure, Source, Span
from mdl.program.functions import Functions
from mdl.program.graph import Affine, Apply, Function, Node, Power
from mdl.program.lift import lift
from mdl.program.program import Domain, Objective, Program, ProgramClass
from mdl.program.residual import residuals
from mdl.program.solution import SolverOptions, Status
from mdl.program.sparse import SparseRows
from mdl.semantics.model import RuleSymbol
from tests.backends.conformance import (
    Ability,
    Adapter,
    Case,
    cases,
    check,
    check_refusal_of_no_point,
    check_time_limit,
)
from tests.program.make import columns, identity, linear, numbers, quadratic, rows, sparse, utility

ADAPTER = Adapter("IPOPT", ipopt.solve, frozenset({Ability.LP, Ability.QP, Ability.CONVEX, Ability.NLP}))


@pytest.mark.parametrize("case", cases(ADAPTER), ids=str)
def test_conformance(case: Case) -> None:
    check(ADAPTER, case)


def test_time_limit() -> None:
    check_time_limit(ADAPTER, utility(6000, local=False), 0.02)


def test_probe() -> None:
    assert ipopt.probe().objective == pytest.approx(0, abs=1e-6)


# ---- refusals and starts -----------------------------------------------------------------------


def code(program: Program) -> str:
    with pytest.raises(Failure) as failure:
        ipopt.solve(program)
    return failure.value.diagnostics[0].code


def test_integers_are_refused() -> None:
    assert code(linear([1], domain=Domain.INTEGER)) == "MDL501"


def test_numbers_beyond_floating_point_are_refused() -> None:
    assert code(linear([10**400])) == "MDL551"
    assert code(linear([1], [[1]], 10**400, None)) == "MDL551"


def _log(lower: float | None, initial: float | None, upper: float | None = None) -> Program:
    """max log(x - 1) - x: optimum at 2."""
    text = Source("file.mdl", "maximize w: log(x - 1) - x;")
    nodes: tuple[Node, ...] = (
        Affine(1, numbers([-1]), identity(1), ()),
        Apply(1, Function.LOG, 0, Span(text, 12, 22)),
    )
    goal = Objective("w", True, numbers([0]), sparse([[-1]]), ((sparse([[1]]), 1),))
    block = columns(1, lower, upper, initial=None if initial is None else [initial])
    return Program("log", (block,), (), goal, nodes, kind=ProgramClass.CONVEX)


def test_undefined_at_the_users_start_is_told_with_its_place() -> None:
    with pytest.raises(Failure) as failure:
        ipopt.solve(_log(None, -3.0))
    told = failure.value.diagnostics[0]
    assert told.code == "MDL503"
    assert "log of -4" in told.message
    assert told.span is not None
    assert told.span.text == "log(x - 1)"
    assert any("x[1] = -3" in note for note in told.notes)


def test_undefined_everywhere_inside_the_bounds_is_told() -> None:
    assert code(_log(-5, None, 0)) == "MDL503"


def test_without_a_start_one_is_found_where_the_model_is_defined() -> None:
    found = ipopt.solve(_log(None, None))
    assert found.status is Status.OPTIMAL
    assert found.values == pytest.approx([2], abs=1e-7)


def test_a_start_on_the_edge_of_the_domain_is_moved_inside() -> None:
    assert ipopt.solve(_log(1, 1.0)).values == pytest.approx([2], abs=1e-7)


def test_a_root_with_an_infinite_slope_at_the_start_is_told() -> None:
    nodes: tuple[Node, ...] = (Affine(1, numbers([0]), identity(1), ()), Apply(1, Function.SQRT, 0))
    goal = Objective("w", True, numbers([0]), sparse([[-1]]), ((sparse([[1]]), 1),))
    program = Program("root", (columns(1, initial=[0.0]),), (), goal, nodes, kind=ProgramClass.CONVEX)
    with pytest.raises(Failure) as failure:
        ipopt.solve(program)
    assert "derivative of sqrt of 0" in failure.value.diagnostics[0].message


def test_the_users_start_chooses_the_local_optimum() -> None:
    """min x^4 - 2 x^2 has minima at -1 and 1."""
    nodes: tuple[Node, ...] = (
        Affine(2, numbers([0, 0]), sparse([[1], [1]]), ()),
        Power(2, 0, numbers([4, 2])),
    )
    goal = Objective("w", False, numbers([0]), SparseRows.empty(1, 1), ((sparse([[1, -2]]), 1),))
    for start in (-0.5, 0.5):
        program = Program("wells", (columns(1, initial=[start]),), (), goal, nodes, kind=ProgramClass.NLP)
        found = ipopt.solve(program)
        assert found.status is Status.LOCAL
        assert found.values == pytest.approx([2 * start], abs=1e-7)


def test_infeasible_of_a_program_not_proved_convex_is_called_local() -> None:
    far = rows(sparse([[1]]), 3, None)
    program = replace(quadratic([[2]], [0], upper=1, kind=ProgramClass.NLP), rows=(far,))
    found = ipopt.solve(program)
    assert found.status is Status.INFEASIBLE
    assert "near the start" in found.message
    check_refusal_of_no_point(found)


def test_answers_that_do_not_hold_are_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver that calls anything solved is caught by the residuals."""

    def lies(problem: Any, callbacks: Callbacks, options: Any) -> nlp_solve.Raw:
        width, height = len(problem.start), problem.functions.height
        zero = np.zeros(width)
        return nlp_solve.Raw(0, problem.start, np.zeros(height), zero, zero)

    found = nlp_solve.solve_by(lies, "liar", linear([3, 2], [[1, 1]], None, 4, maximize=True), SolverOptions())
    assert found.status is Status.FAILED
    assert "does not hold" in found.message
    check_refusal_of_no_point(found)


def _tail(function: Function, sign: int) -> Program:
    """min or max of one function of x >= 0, minimised as sign * function."""
    nodes: tuple[Node, ...] = (Affine(1, numbers([1]), identity(1), ()), Apply(1, function, 0))
    goal = Objective("w", False, numbers([0]), SparseRows.empty(1, 1), ((sparse([[sign]]), 1),))
    return Program("tail", (columns(1, 0),), (), goal, nodes, kind=ProgramClass.CONVEX)


DEPENDENT = """
model m;
var x[1..4] >= 0;
subject to first: x[1] <= 0; subject to second: x[2] <= 1; subject to third: x[3] <= 0; subject to fourth: x[4] <= 2;
subject to again: x[4] >= 0; subject to both: x[2] + x[4] / 8 <= 4;
subject to equal: x[1] / 8 + x[2] / 8 + 2 * x[3] + 4 * x[4] == 4;
subject to same: x[1] / 8 + x[2] / 8 + 2 * x[3] + 4 * x[4] == 4;
minimize goal: sum(j in 1..4) (j / 2 * (x[j] - 1)^2 - log(1 + x[j]));
"""


def test_no_interior_and_equations_that_depend_on_each_other() -> None:
    """x1 = x3 = 0 leave x4 = 1 - x2 / 32; the slope along x2 is below 0 up to 1, where x2 ends."""
    model = driver.understand(Source("m.mdl", DEPENDENT))
    rule = model.symbols["goal"]
    assert isinstance(rule, RuleSymbol)
    found = ipopt.solve(driver.compile_rule(bind(model, Path()), rule).program, SolverOptions())
    assert found.status is Status.OPTIMAL
    assert found.values == pytest.approx([0, 1, 0, 31 / 32], abs=1e-7)


@pytest.mark.parametrize("function", [Function.LOG, Function.SQRT])
def test_slow_growth_is_unbounded(function: Function) -> None:
    found = ipopt.solve(_tail(function, -1))
    assert found.status is Status.UNBOUNDED
    assert found.ray is not None
    assert found.ray.tolist() == [1]
    check_refusal_of_no_point(found)


def test_slow_growth_along_two_variables_at_once() -> None:
    """max log(x) with x - y == 3: both run away; with x + y <= 10^9 nothing does."""
    nodes: tuple[Node, ...] = (Affine(1, numbers([1]), sparse([[1, 0]]), ()), Apply(1, Function.LOG, 0))
    goal = Objective("w", True, numbers([0]), SparseRows.empty(1, 2), ((sparse([[1]]), 1),))
    together = rows(sparse([[1, -1]]), 3, 3)
    program = Program("two", (columns(2, 0),), (together,), goal, nodes, kind=ProgramClass.CONVEX)
    found = ipopt.solve(program)
    assert found.status is Status.UNBOUNDED
    assert found.ray == pytest.approx([1, 1], abs=1e-6)
    capped = replace(program, rows=(rows(sparse([[1, 1]]), None, 10**9),))
    found = ipopt.solve(capped)
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(np.log1p(1e9), rel=1e-9)


def test_an_optimum_far_out_is_one() -> None:
    """max log(1 + x) - x / 10^8."""
    nodes: tuple[Node, ...] = (Affine(1, numbers([1]), identity(1), ()), Apply(1, Function.LOG, 0))
    goal = Objective("w", True, numbers([0]), sparse([[Fraction(-1, 10**8)]]), ((sparse([[1]]), 1),))
    found = ipopt.solve(Program("far", (columns(1, 0),), (), goal, nodes, kind=ProgramClass.CONVEX))
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(np.log(1e8) - 1 + 1e-8, rel=1e-6)  # flat: slopes are 1e-8


def test_an_optimum_at_infinity_is_not_called_unbounded() -> None:
    """min 1 / (1 + x): the infimum 0 is not attained, and a point within tolerance of it is an answer."""
    found = ipopt.solve(_tail(Function.RECIPROCAL, 1))
    assert found.status is not Status.UNBOUNDED
    if found.status is Status.OPTIMAL:
        assert found.objective == pytest.approx(0, abs=1e-4)


# ---- wide arguments ----------------------------------------------------------------------------


def test_a_wide_argument_costs_no_dense_block_and_changes_no_answer() -> None:
    """max n log(1 + sum x) - sum (k - 1/2) x_k / n, x <= 1: all full but the last, of cost (n - 1/2) / n."""
    width = 2000
    cost = [Fraction(-1 - 2 * k, 2 * width) for k in range(width)]
    one = SparseRows(np.array([0, width]), np.arange(width), Numbers.constant(1, width), width)
    nodes: tuple[Node, ...] = (Affine(1, numbers([1]), one, ()), Apply(1, Function.LOG, 0))
    goal = Objective("v", True, numbers([0]), sparse([cost]), ((sparse([[width]]), 1),))
    program = Program("wide", (columns(width, 0, 1),), (), goal, nodes, kind=ProgramClass.CONVEX)
    entries = len(Functions(lift(program).program).hessian_row)
    assert entries < 10 * width  # a dense Hessian has two million
    found = ipopt.solve(program)
    assert found.status is Status.OPTIMAL
    assert found.values is not None
    assert found.values.shape == (width,)
    wanted = np.ones(width)
    wanted[-1] = width**2 / (width - 0.5) - width  # n / (1 + sum x) equals its cost
    assert found.values == pytest.approx(wanted, abs=2e-5)
    assert residuals(program, found).accepted()


# ---- stopping ----------------------------------------------------------------------------------


class Interrupting(Functions):
    """Raises KeyboardInterrupt at the third gradient."""

    calls = 0

    def gradient(self, x: Any) -> Any:
        Interrupting.calls += 1
        if Interrupting.calls == 3:
            raise KeyboardInterrupt
        return super().gradient(x)


def test_an_interrupt_in_a_callback_ends_with_the_last_point(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mdl.backends.nlp.Functions", Interrupting)
    Interrupting.calls = 0
    program = utility(100)
    found = ipopt.solve(program)
    assert found.status is Status.INTERRUPTED
    assert found.values is not None
    assert found.row_duals is None
    assert "feasible" in found.message


class Pressing(Functions):
    """Ctrl-C at the third gradient: the signal itself."""

    calls = 0

    def gradient(self, x: Any) -> Any:
        Pressing.calls += 1
        if Pressing.calls == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return super().gradient(x)


def test_ctrl_c_while_the_solver_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mdl.backends.nlp.Functions", Pressing)
    Pressing.calls = 0
    before = signal.getsignal(signal.SIGINT)
    found = ipopt.solve(utility(100))
    assert found.status is Status.INTERRUPTED
    assert found.values is not None
    assert 1 <= found.iterations <= 3
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_in_a_callback_is_raised_and_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Functions, x: Any) -> Any:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Functions, "gradient", broken)
    with pytest.raises(ZeroDivisionError, match="ours"):
        ipopt.solve(utility(5))


# ---- installation ------------------------------------------------------------------------------


def test_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cyipopt", None)
    monkeypatch.setattr(ipopt_casadi, "library", _no_library)
    with pytest.raises(Failure) as failure:
        ipopt.solve(utility(5))
    told = failure.value.diagnostics[0]
    assert told.code == "MDL500"
    assert "cyipopt" in told.message


def _no_library() -> None:
    raise Failure(ipopt_missing("casadi", "it is not installed", "install it"))


def test_casadi_stands_in_for_a_missing_cyipopt(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("casadi")
    monkeypatch.setitem(sys.modules, "cyipopt", None)
    found = ipopt.solve(utility(5))
    assert found.status is Status.OPTIMAL
    assert found.solver == ipopt_casadi.NAME


def test_two_distributions_at_once_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: "1.0")
    monkeypatch.setitem(sys.modules, "cyipopt", None)
    with pytest.raises(Failure) as failure:
        ipopt.problem_type()
    assert "uninstall" in failure.value.diagnostics[0].help


def test_scipy_is_not_imported_and_cyipopt_is_left_whole() -> None:
    """The short way in leaves a complete `cyipopt` for whoever imports it later."""
    script = (
        "import sys; from mdl.backends import ipopt; ipopt.probe(); "
        "assert 'scipy' not in sys.modules, 'scipy'; import cyipopt; "
        "assert cyipopt.minimize_ipopt; assert cyipopt.Problem; ipopt.probe()"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_ordinary_import_works_too() -> None:
    """As with the distribution `cyipopt`, whose compiled module has another name."""
    script = (
        "import cyipopt; from mdl.backends import ipopt; assert ipopt.problem_type() is cyipopt.Problem; ipopt.probe()"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
