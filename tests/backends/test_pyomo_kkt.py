"""Complementarity in Pyomo: the components hold at the solution and fail beside it, in the model and in the script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mdl import driver
from mdl.backends.pyomo_model import assemble
from mdl.backends.pyomo_script import write
from mdl.lowering.kkt import Kkt
from mdl.semantics.model import RuleSymbol

MODELS = Path(__file__).parents[2] / "models"


def system(name: str) -> Kkt:
    instance = driver.load(MODELS / f"{name}.mdl")
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    return driver.kkt_of(driver.compile_rule(instance, rule).program)


def violation(model: Any) -> float:
    """Of all constraints, and of all pairs: the smaller of two sides, which must be 0."""
    import pyomo.environ as pyo
    from pyomo.mpec import Complementarity

    worst = 0.0
    for row in model.component_data_objects(pyo.Constraint, active=True):
        body = pyo.value(row.body)
        for side, sign in ((row.lower, -1.0), (row.upper, 1.0)):
            if side is not None:
                worst = max(worst, sign * (body - pyo.value(side)))
    for component in model.component_objects(Complementarity):
        for pair in component.values():
            sides = [pyo.value(e.args[1]) - pyo.value(e.args[0]) for e in pair._args]
            worst = max(worst, abs(min(sides)))
    return worst


@pytest.mark.parametrize("name", ["unicast", "multicast", "transport", "kkt/ranges", "kkt/screening"])
def test_components_hold_at_the_solution_only(name: str) -> None:
    from pyomo.mpec import Complementarity

    kkt = system(name)
    held = assemble(kkt.program)
    pairs = sum(len(kkt.program.rows[c.rows].labels) for c in kkt.program.complementarities)
    assert sum(len(c) for c in held.model.component_objects(Complementarity)) == pairs
    point = kkt.join(driver.solve_program(kkt.primal))
    for variable, value in zip(held.columns, point.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)
    assert violation(held.model) <= 2e-5
    wrong = point.copy()
    first = next(m for m in kkt.multipliers if m.sign)
    wrong[first.start] += first.sign * 1.0
    for variable, value in zip(held.columns, wrong.tolist(), strict=True):
        variable.set_value(value, skip_validation=True)
    assert violation(held.model) >= 0.1


def test_the_script_builds_the_same_model(tmp_path: Path) -> None:
    import runpy

    kkt = system("unicast")
    path = tmp_path / "kkt.py"
    path.write_text(write(kkt.program), encoding="utf-8")
    model = runpy.run_path(str(path))["m"]
    point = kkt.join(driver.solve_program(kkt.primal))
    names = {"x": 0, "dual_link": 4, "dual_x_lower": 6}
    for name, start in names.items():
        variables = list(getattr(model, name).values())
        for variable, value in zip(variables, point[start:].tolist(), strict=False):
            variable.set_value(value, skip_validation=True)
    assert violation(model) <= 1e-6
    model.x["u1"].set_value(np.pi, skip_validation=True)
    assert violation(model) >= 0.1
