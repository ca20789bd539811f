"""Scripts run by themselves, and hold the model that the Program is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from mdl.algebra.numbers import Numbers
from mdl.backends import dispatch
from mdl.backends.pyomo_script import write
from mdl.diagnostics import Failure, Source, Span
from mdl.program.functions import Functions
from mdl.program.graph import Affine, Apply, Function
from mdl.program.labels import Labels
from mdl.program.program import Columns, Objective, Program
from mdl.program.sparse import SparseRows
from tests.backends.test_pyomo_arrays import ranges
from tests.backends.test_pyomo_model import everything, tower, unicast
from tests.backends.test_pyomo_solve import PROGRAMS, convex, knapsack
from tests.program import make


def model_of(program: Program) -> Any:
    """The script imported, in a name space of its own."""
    space: dict[str, Any] = {"__name__": "model"}
    exec(compile(write(program), "model.py", "exec"), space)
    return space["m"]


@pytest.mark.parametrize("build", [unicast, everything, ranges, lambda: make.utility(60), lambda: tower(3), *PROGRAMS])
def test_values_bounds_and_starts(build: Callable[[], Program]) -> None:
    program = build()
    m, functions = model_of(program), Functions(program)
    variables = list(m.component_data_objects(pyo.Var))
    constraints = list(m.component_data_objects(pyo.Constraint))
    objective = next(iter(m.component_data_objects(pyo.Objective)))
    random = np.random.default_rng(4)
    low = np.concatenate([side(b.lower, len(b.labels), -np.inf) for b in program.columns])
    high = np.concatenate([side(b.upper, len(b.labels), np.inf) for b in program.columns])
    assert [-np.inf if v.lb is None else v.lb for v in variables] == low.tolist()
    assert [np.inf if v.ub is None else v.ub for v in variables] == high.tolist()
    row_low = np.concatenate([side(b.lower, len(b.labels), -np.inf) for b in program.rows] or [np.zeros(0)])
    row_high = np.concatenate([side(b.upper, len(b.labels), np.inf) for b in program.rows] or [np.zeros(0)])
    kept = np.isfinite(row_low) | np.isfinite(row_high)
    assert [-np.inf if c.lb is None else c.lb for c in constraints] == row_low[kept].tolist()
    assert [np.inf if c.ub is None else c.ub for c in constraints] == row_high[kept].tolist()
    for _ in range(3):
        x = random.uniform(0.1, 1.2, program.width)
        for variable, value in zip(variables, x, strict=True):
            variable.set_value(value, skip_validation=True)
        assert pyo.value(objective) == pytest.approx(functions.objective(x), rel=1e-12, abs=1e-12)
        bodies = [pyo.value(c.body) for c in constraints]
        np.testing.assert_allclose(bodies, functions.rows(x)[kept], rtol=1e-12, atol=1e-12)
    assert (objective.sense == pyo.maximize) == program.objective.maximize


def side(bound: Any, size: int, none: float) -> Any:
    return np.full(size, none) if bound is None else bound.floats(none)


def test_start_values_and_places() -> None:
    text = write(everything())
    assert "m.y.value = 0.25" in text
    source = Source("unicast.mdl", "model unicast;\nvar x[USER] >= 0;\n")
    program = unicast()
    placed = replace(program, columns=(replace(program.columns[0], name="x.max", span=Span(source, 19, 20)),))
    assert "# x_max: `x.max` of the model, unicast.mdl:2\nm.x_max = pyo.Var(" in write(placed)


def test_runs_by_itself_with_highs(tmp_path: Path) -> None:
    """A fresh interpreter that cannot see mdl."""
    path = tmp_path / "model.py"
    path.write_text(write(knapsack()), encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = dict(line.split(" = ") for line in done.stdout.splitlines() if " = " in line)
    best = dispatch.solve(knapsack()).objective
    assert best is not None
    assert float(found["cost"]) == pytest.approx(best)
    assert {"x[1]", "x[2]", "x[3]", "x[4]"} <= set(found)
    assert "mdl" not in {
        line.split()[1] for line in path.read_text().splitlines() if line.startswith(("import", "from"))
    }


def test_a_nonlinear_script_asks_for_a_solver(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text(write(convex()), encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "SOLVER" in done.stderr and "Traceback" not in done.stderr


def test_members_and_names_of_every_kind() -> None:
    members = [("it's", 1), ('q"\\', Fraction(1, 2)), ("a\nb", -3), ("θ", 4)]
    columns = (Columns("class", Labels.of(members), 0, None, None), Columns("m", Labels.scalar(), 4, None, None))
    objective = Objective("sys", False, Numbers.of([0]), make.sparse([[1, 1, 1, 1, 2]]))
    m = model_of(Program('na"me\n\\', columns, (), objective))
    assert list(m.class_1) == members
    assert pyo.value(m.sys_1, exception=False) is None


def test_long_sums_and_deep_nests_compile() -> None:
    """Three thousand terms in a row, and exp(log(exp(...))) three hundred levels deep."""
    wide = make.linear([1] * 3000, [[1] * 3000], None, 1)
    assert len(list(model_of(wide).component_data_objects(pyo.Var))) == 3000
    nodes: list[Affine | Apply] = [Affine(1, Numbers.of([0]), make.identity(1), ())]
    nodes += [Apply(1, Function.EXP if k % 2 == 0 else Function.LOG, k) for k in range(300)]
    objective = Objective("o", False, Numbers.of([0]), SparseRows.empty(1, 1), ((make.identity(1), 300),))
    m = model_of(Program("deep", (make.columns(1),), (), objective, tuple(nodes)))
    m.x[1].value = 0.7
    assert pyo.value(m.o) == pytest.approx(0.7)


def test_constant_outside_a_domain() -> None:
    nodes = (Affine(1, Numbers.of([0]), None, ()), Apply(1, Function.RECIPROCAL, 0))
    objective = Objective("o", False, Numbers.of([0]), SparseRows.empty(1, 1), ((make.identity(1), 1),))
    with pytest.raises(Failure) as failed:
        write(Program("bad", (make.columns(1),), (), objective, nodes))
    assert failed.value.diagnostics[0].code == "MDL582"
