"""NL files read by CasADi's reader, which shares nothing with Pyomo's writer: values, bounds and names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import casadi
import numpy as np
import pytest

from mdl.backends import nl
from mdl.diagnostics import Failure
from mdl.program.functions import Functions
from mdl.program.program import Program
from tests.backends.test_pyomo_model import everything, unicast
from tests.backends.test_pyomo_solve import PROGRAMS, knapsack
from tests.program import make


def imported(text: str, folder: Path) -> casadi.NlpBuilder:
    path = folder / "program.nl"
    path.write_text(text)
    builder = casadi.NlpBuilder()
    builder.import_nl(str(path))
    return builder


@pytest.mark.parametrize("build", [everything, unicast, *PROGRAMS])
def test_values_and_bounds(build: Callable[[], Program], tmp_path: Path) -> None:
    program = build()
    files = nl.files(program)
    read = imported(files.nl, tmp_path)
    columns, rows = files.col.splitlines(), files.row.splitlines()
    users = [b.labels.name(b.name, k) for b in program.columns for k in range(len(b.labels))]
    user_rows = [b.labels.name(b.name, k) for b in program.rows for k in range(len(b.labels))]
    assert rows.pop() == program.objective.name
    place = [users.index(c) for c in columns]
    row_place = [user_rows.index(r) for r in rows]
    call = casadi.Function("f", [casadi.vertcat(*read.x)], [read.f, casadi.vertcat(*read.g)])
    functions, random = Functions(program), np.random.default_rng(2)
    sign = -1 if program.objective.maximize else 1  # CasADi turns maxima into minima
    for _ in range(3):
        x = random.uniform(0.2, 1.5, program.width)
        f, g = call(x[place])
        assert float(f) == pytest.approx(sign * functions.objective(x), rel=1e-12)
        np.testing.assert_allclose(np.array(g).ravel(), functions.rows(x)[row_place], rtol=1e-11, atol=1e-11)
    block = program.columns[0]
    lower = block.lower.floats(-np.inf) if block.lower is not None else np.full(len(block.labels), -np.inf)
    for k, name in enumerate(columns):
        if users.index(name) < len(lower):
            assert read.x_lb[k] == pytest.approx(lower[users.index(name)])


def test_integers_are_counted() -> None:
    assert nl.write(knapsack()).splitlines()[6].split("#")[0].split() == ["4", "0", "0", "0", "0"]


def test_refusals() -> None:
    with pytest.raises(Failure) as failed:
        nl.write(make.linear([]))
    assert failed.value.diagnostics[0].code == "MDL588"
    with pytest.raises(Failure) as failed:
        nl.write(make.linear([1], [[1], [0]], [0, 1], [1, 2]))
    assert failed.value.diagnostics[0].code == "MDL589"
    assert "r[2]" in failed.value.diagnostics[0].message
