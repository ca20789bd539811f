"""Random convex programs of many scales: the KKT system has the optimum of a solver that was given the program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mdl import driver
from mdl.backends.modes.choose import solve
from mdl.data.bind import bind
from mdl.diagnostics import Source
from mdl.lowering.kkt import lower_kkt
from mdl.program.program import Program
from mdl.program.residual import residuals
from mdl.program.solution import SolverOptions, Status
from mdl.semantics.model import RuleSymbol


def program(seed: int) -> Program:
    """A linear, quadratic or logarithmic objective over rows of all relations with small integers."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 8)), int(rng.integers(1, 6))
    unit = 10.0 ** int(rng.integers(-2, 3))
    a, b, c = rng.integers(-2, 5, (m, n)), rng.integers(0, 9, m), rng.integers(-4, 7, n)
    text = f"model m; set K := 1..{n}; var x[K] >= 0, <= {9 * unit};"
    for r in range(m):
        body = " + ".join(f"({a[r, j]}) * x[{j + 1}]" for j in range(n))
        op, right = [("<=", b[r]), (">=", -b[r]), ("<=", b[r])][int(rng.integers(0, 3))]
        text += f" subject to r{r}: {body} {op} {right * unit};"
    terms = {
        "lp": ("maximize", "({c}) * x[{k}]"),
        "qp": ("minimize", "({c} * {u} - x[{k}])^2"),
        "log": ("maximize", "{d} * log(1 + x[{k}])"),
    }
    sense, term = terms[["lp", "qp", "log"][seed % 3]]
    goal = " + ".join(term.format(c=c[j], d=abs(c[j]) + 1, k=j + 1, u=unit) for j in range(n))
    instance = bind(driver.understand(Source("random.mdl", f"{text} {sense} g: {goal};")), Path())
    rule = instance.model.symbols["g"]
    assert isinstance(rule, RuleSymbol)
    return driver.compile_rule(instance, rule).program


@pytest.mark.parametrize("seed", range(36))
def test_the_system_has_the_optimum(seed: int) -> None:
    held = program(seed)
    direct = driver.solve_program(held)
    assert direct.status is Status.OPTIMAL and direct.objective is not None  # 0 is always feasible
    kkt = lower_kkt(held)
    found = solve(kkt, SolverOptions())
    assert found.status is Status.OPTIMAL and found.values is not None
    answer = kkt.split(found.values)
    assert answer.objective == pytest.approx(direct.objective, rel=1e-5, abs=1e-5)
    assert residuals(held, answer).worst <= 1e-8
