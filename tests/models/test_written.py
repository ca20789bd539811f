"""The models' programs as files of other tools: LP and MPS read back by HiGHS, Pyomo scripts run by themselves."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import highspy
import pytest

from mdl.cli.main import main
from tests.models import reference, reference_linear
from tests.models.expects import texts
from tests.models.reference import MODELS

TEXTS = texts()
CURVED = {
    "unicast",
    "multicast",
    "multicast_network",
    "public_good",
    "local_public_goods",
    "kelly",
    "cooperative_production",
}
RULES = [
    (name, rule)
    for name, text in TEXTS.items()
    for rule in re.findall(r"^(?:maximize|minimize) (\w+):", text, re.MULTILINE)
]


def optimum(name: str, rule: str) -> float:
    if name == "facility":
        numbers = {k: v for part in reference_linear.facility() for k, v in part.items()}
    else:
        numbers = {**reference.NONLINEAR, **reference_linear.LINEAR}[name]()
    return float(numbers[f"{rule}.objective"])


@pytest.mark.parametrize(("name", "rule"), [pair for pair in RULES if pair[0] not in CURVED])
@pytest.mark.parametrize("form", ["lp", "mps"])
def test_highs_reads_the_same_optimum(name: str, rule: str, form: str, tmp_path: Path) -> None:
    target = tmp_path / f"{name}.{form}"
    assert main(["compile", str(MODELS / f"{name}.mdl"), rule, "--to", form, "-o", str(target)]) == 0
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(str(target)) == highspy.HighsStatus.kOk
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert highs.getInfo().objective_function_value == pytest.approx(optimum(name, rule), abs=1e-5)


@pytest.mark.parametrize(("name", "rule"), [pair for pair in RULES if pair[0] in CURVED])
@pytest.mark.parametrize("form", ["lp", "mps"])
def test_a_nonlinear_program_is_refused(
    name: str, rule: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / f"{name}.{form}"
    assert main(["compile", str(MODELS / f"{name}.mdl"), rule, "--to", form, "-o", str(target)]) == 2
    assert "error[MDL581]" in capsys.readouterr().err
    assert not target.exists()


@pytest.mark.parametrize(("name", "rule"), RULES)
@pytest.mark.parametrize("form", ["pyomo", "nl", "latex", "json"])
def test_the_other_forms_are_written(name: str, rule: str, form: str, tmp_path: Path) -> None:
    target = tmp_path / f"{name}.{form}"
    assert main(["compile", str(MODELS / f"{name}.mdl"), rule, "--to", form, "-o", str(target)]) == 0
    assert target.stat().st_size > 100


@pytest.mark.parametrize(("name", "rule"), [("transport", "cost"), ("lindahl", "welfare")])
def test_a_pyomo_script_runs_by_itself(name: str, rule: str, tmp_path: Path) -> None:
    target = tmp_path / f"{name}.py"
    assert main(["compile", str(MODELS / f"{name}.mdl"), rule, "--to", "pyomo", "-o", str(target)]) == 0
    done = subprocess.run([sys.executable, target.name], cwd=tmp_path, capture_output=True, text=True, check=True)
    (line,) = re.findall(rf"^{rule} = (.*)$", done.stdout, re.MULTILINE)
    assert float(line) == pytest.approx(optimum(name, rule), abs=1e-5)
