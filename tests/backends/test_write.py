"""Every model through every writer and both routes; what must not be imported is not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyomo.environ as pyo
import pytest

import mdl.models
from mdl import driver
from mdl.backends import dispatch, json_program, pyomo_solve
from mdl.backends.file_names import file_names
from mdl.backends.write import TARGETS, beside, write
from mdl.cli.main import main
from mdl.diagnostics import Failure
from mdl.program.program import Program, ProgramClass
from mdl.program.solution import SolverOptions, Status
from mdl.semantics.model import Model, RuleSymbol
from tests.backends.read_back import read_back
from tests.program import make

MODELS = sorted(Path(next(iter(mdl.models.__path__))).glob("*.mdl"))
FLAT = (ProgramClass.LP, ProgramClass.QP, ProgramClass.MIP)


def rules(model: Model) -> list[RuleSymbol]:
    return [s for s in model.symbols.values() if isinstance(s, RuleSymbol)]


CASES = [(path.name, rule.name) for path in MODELS for rule in rules(driver.read(path))]


@pytest.fixture(scope="module", params=CASES, ids=lambda c: f"{c[0]}:{c[1]}")
def case(request: pytest.FixtureRequest) -> tuple[Model, RuleSymbol, Program]:
    file, name = request.param
    instance = driver.load(next(p for p in MODELS if p.name == file))
    rule = next(r for r in rules(instance.model) if r.name == name)
    return instance.model, rule, driver.compile_rule(instance, rule).program


Case = tuple[Model, RuleSymbol, Program]


def test_both_routes_agree(case: Case) -> None:
    program = case[2]
    direct, via = dispatch.solve(program), pyomo_solve.solve(program)
    assert direct.status is via.status
    assert direct.status in (Status.OPTIMAL, Status.LOCAL)
    assert via.objective == pytest.approx(direct.objective, rel=1e-8, abs=1e-8)
    for one, two in ((via.values, direct.values), (via.row_duals, direct.row_duals)):
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("target", ["lp", "mps"])
def test_files_have_the_same_optimum(case: Case, target: str, tmp_path: Path) -> None:
    model, rule, program = case
    if program.kind not in FLAT:
        with pytest.raises(Failure) as failed:
            write(target, program, model, rule)
        assert {d.code for d in failed.value.diagnostics} == {"MDL581"}
        return
    found = read_back(write(target, program, model, rule), target, tmp_path)
    assert found.status == "kOptimal"
    assert found.objective == pytest.approx(dispatch.solve(program).objective, rel=1e-7, abs=1e-7)
    assert set(file_names(program).columns) == set(found.values)


def test_scripts_hold_the_same_optimum(case: Case) -> None:
    """The script's model at the optimum: same objective, nothing broken."""
    model, rule, program = case
    space = {"__name__": "model"}
    exec(compile(write("pyomo", program, model, rule), "model.py", "exec"), space)
    best = dispatch.solve(program)
    assert best.values is not None
    m: pyo.ConcreteModel = space["m"]
    variables = list(m.component_data_objects(pyo.Var))
    assert len(variables) == program.width
    order = [b.start + k for b in program.columns for k in range(len(b.labels))]
    for variable, value in zip(variables, best.values[order], strict=True):
        variable.set_value(value, skip_validation=True)
    objective = next(iter(m.component_data_objects(pyo.Objective)))
    assert pyo.value(objective) == pytest.approx(best.objective, rel=1e-9, abs=1e-9)
    for row in m.component_data_objects(pyo.Constraint):
        body = pyo.value(row.body)
        assert row.lb is None or body >= row.lb - 1e-5
        assert row.ub is None or body <= row.ub + 1e-5


def test_json_and_nl(case: Case) -> None:
    model, rule, program = case
    text = write("json", program, model, rule)
    assert write("json", json_program.read(text), model, rule) == text
    assert write("nl", program, model, rule).startswith("g3 ")
    assert set(beside("nl", program)) == {".row", ".col"}


def test_a_solver_of_the_users_agrees() -> None:
    """The transport model through Pyomo's own HiGHS interface, duals too."""
    instance = driver.load(next(p for p in MODELS if p.name == "transport.mdl"))
    program = driver.compile_rule(instance, rules(instance.model)[0]).program
    ours, theirs = dispatch.solve(program), pyomo_solve.solve(program, SolverOptions(solver="appsi_highs"))
    assert theirs.objective == pytest.approx(ours.objective)
    np.testing.assert_allclose(theirs.row_duals, ours.row_duals, atol=1e-8)


def test_unknown_target_and_companions() -> None:
    model = driver.read(MODELS[0])
    with pytest.raises(Failure) as failed:
        write("gams", make.linear([1]), model, rules(model)[0])
    (diagnostic,) = failed.value.diagnostics
    assert diagnostic.code == "MDL587" and all(t in diagnostic.help for t in TARGETS)
    assert set(beside("lp", make.linear([1]))) == {".names.json"}
    assert beside("json", make.linear([1])) == {}


def test_nothing_heavy_is_imported_early() -> None:
    """Pyomo takes 0.6 s: only who uses it pays."""
    names = "pyomo_model pyomo_script pyomo_solve pyomo_solvers pyomo_reader pyomo_arrays lp mps nl latex "
    names += "latex_program write"
    code = (
        "import sys\n"
        f"for n in {names.split()}: __import__('mdl.backends.' + n)\n"
        "print([m for m in ('pyomo', 'scipy', 'highspy', 'cyipopt') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_writing_lp_imports_no_pyomo() -> None:
    code = (
        "import sys\nfrom tests.program import make\nfrom mdl.backends import lp, mps\n"
        "p = make.linear([1, 2], [[1, 1]], 1)\nlp.write(p); mps.write(p)\n"
        "print([m for m in ('pyomo', 'scipy', 'highspy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_names_are_written_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "unicast.nl"
    source = next(p for p in MODELS if p.name == "unicast.mdl")
    assert main(["compile", str(source), "welfare", "--to", "nl", "-o", str(path)]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["unicast.col", "unicast.nl", "unicast.row"]
    assert path.with_suffix(".col").read_text().split() == ["x[u1]", "x[u2]", "x[u3]", "x[u4]"]
    assert path.with_suffix(".row").read_text().split() == ["link[AB]", "link[BC]", "welfare"]
