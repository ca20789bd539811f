"""Every mode against optima known by hand or by scipy, never told to it; refusals before solving."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mdl import driver
from mdl.backends.modes import big_m, pair_limits
from mdl.backends.modes.choose import MODES, mode_named, solve
from mdl.data.bind import bind
from mdl.diagnostics import Failure, Source
from mdl.lowering.kkt import Kkt, lower_kkt, pairs_of
from mdl.program.evaluation import Evaluation
from mdl.program.residual import residuals
from mdl.program.solution import SolverOptions, Status
from mdl.semantics.model import RuleSymbol


def system(text: str) -> Kkt:
    instance = bind(driver.understand(Source("test.mdl", f"model m; {text}")), Path())
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    return lower_kkt(driver.compile_rule(instance, rule).program)


LINEAR = (
    "var x >= 0; var y >= 0, <= 3; subject to a: x + y <= 4; subject to b: x - y <= 2;"
    " subject to c: x + 3 * y >= 3; maximize g: 3 * x + 2 * y;"
)
QUADRATIC = (
    "var x >= 0, <= 9; var y >= -2, <= 9; subject to a: 1 <= x + y <= 4; subject to b: x == 3 * y;"
    " minimize g: (x - 4)^2 + (y + 1)^2;"
)
CONVEX = (
    "var x >= 0; var y >= 0; subject to a: x + y <= 4; subject to b: x^2 <= 4;"
    " maximize g: 6 * log(1 + x) + 3 * log(1 + 2 * y);"
)
WEAK = "var x >= 0; subject to a: x <= 1; minimize g: x^2;"


def scipy_linear() -> tuple[float, ...]:
    from scipy.optimize import linprog

    found = linprog([-3, -2], A_ub=[[1, 1], [1, -1], [-1, -3]], b_ub=[4, 2, -3], bounds=[(0, None), (0, 3)])
    return tuple(found.x)


# convex: at (2, 2) slopes are 6/3 = 2 = lambda + 4 mu and 6/5 = lambda, so mu = 1/5 > 0: both rows bind
# quadratic: x = 3 y, and (3 y - 4)^2 + (y + 1)^2 is least where 20 y = 22, beyond 4 y <= 4: y = 1
CASES = {
    "linear": (LINEAR, scipy_linear()),
    "quadratic": (QUADRATIC, (3.0, 1.0)),
    "convex": (CONVEX, (2.0, 2.0)),
    "weak": (WEAK, (0.0,)),
}
FITS = {
    "linear": MODES,
    "quadratic": ("fischer-burmeister", "product", "big-m"),
    "convex": ("fischer-burmeister", "product"),
    "weak": ("fischer-burmeister", "product", "big-m"),
}


@pytest.mark.parametrize(("name", "mode"), [(n, m) for n in CASES for m in FITS[n]])
def test_a_mode_finds_the_optimum_and_its_multipliers(name: str, mode: str) -> None:
    text, point = CASES[name]
    kkt = system(text)
    found = solve(kkt, SolverOptions(mode=mode))
    assert found.status is Status.OPTIMAL and found.values is not None
    answer = kkt.split(found.values)
    assert answer.values is not None
    np.testing.assert_allclose(answer.values, point, atol=1e-6)
    assert residuals(kkt.primal, answer).worst <= 1e-8


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        (CONVEX, "big-m", "not linear"),
        (CONVEX, "strong-duality", "linear programs"),
        (QUADRATIC, "strong-duality", "linear programs"),
        # nothing bounds x from above before complementarity is used
        ("var x >= 0; subject to a: x >= 1; minimize g: (x - 3)^2;", "big-m", "can be proved"),
    ],
)
def test_a_mode_that_does_not_fit_is_refused_with_the_reason(text: str, mode: str, reason: str) -> None:
    with pytest.raises(Failure) as caught:
        solve(system(text), SolverOptions(mode=mode))
    (found,) = caught.value.diagnostics
    assert found.code == "MDL560" and reason in found.message


def test_big_m_limits_hold_at_the_optimum_and_are_not_infinite() -> None:
    kkt = system(LINEAR)
    pairs = pairs_of(kkt)
    limits = pair_limits.proved(big_m.relaxation(kkt), pairs)
    assert isinstance(limits, pair_limits.Limits)
    assert np.isfinite(limits.slack).all() and np.isfinite(limits.multiplier).all()
    direct = kkt.join(driver.solve_program(kkt.primal))
    slack = pairs.direction * (Evaluation(kkt.program).rows(direct)[pairs.rows] - pairs.limit)
    assert (slack <= limits.slack + 1e-9).all()
    assert (pairs.sign * direct[pairs.columns] <= limits.multiplier + 1e-9).all()


def test_too_many_pairs_for_branch_and_bound() -> None:
    kkt = system("set K := 1..70; var x[K] >= 0, <= 1; maximize g: sum(k in K) x[k];")
    assert "too many" in str(mode_named("big-m").unfit(kkt))


def test_a_nonconvex_program_is_solved_to_a_stationary_point_and_called_local() -> None:
    kkt = system("var x >= -2, <= 2; minimize g: x^4 - 3 * x^2 + x;")
    found = solve(kkt, SolverOptions())
    assert found.status is Status.LOCAL and found.values is not None
    x = float(found.values[0])
    inside = abs(4 * x**3 - 6 * x + 1) < 1e-6
    assert inside or abs(abs(x) - 2) < 1e-6


def test_an_infeasible_system_is_not_answered_with_a_point() -> None:
    kkt = system("var x >= 0; subject to a: x <= -1 ; maximize g: -x^2;")
    assert solve(kkt, SolverOptions()).values is None
