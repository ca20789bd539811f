"""Every model of models/ through the command line: expectations, values against the references, both routes."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from mdl.cli.main import main
from mdl.semantics.resolve import resolve
from mdl.syntax.parse import parse, read_source
from tests.models import reference, reference_linear
from tests.models.expects import count, equalities, texts
from tests.models.reference import MODELS

TEXTS = texts()
REFERENCES = {**reference.NONLINEAR, **reference_linear.LINEAR}
CLASSES = {
    "unicast": "convex NLP",
    "multicast": "convex NLP",
    "multicast_network": "convex NLP",
    "public_good": "convex NLP",
    "local_public_goods": "convex NLP",
    "kelly": "convex NLP",
    "walrasian": "QP",
    "lindahl": "QP",
    "smart_grid": "QP",
    "cooperative_production": "convex NLP",
    "data_sharing": "LP",
    "procurement_flow": "LP",
    "assignment": "LP",
    "assignment_core": "LP",
    "transport": "LP",
    "winner_determination": "MIP",
    "facility": "LP",
}
PLAIN = re.compile(r"^(?P<name>\w+)(?:\[(?P<members>[\w, ]+)\])?(?:\.(?P<what>dual|reduced_cost|objective))?$")


def mdl(*words: str) -> tuple[str, str, int]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(list(words))
    return out.getvalue(), err.getvalue(), status


def solved(name: str, *words: str) -> list[dict[str, Any]]:
    out, err, status = mdl("solve", str(MODELS / f"{name}.mdl"), "--json", *words)
    assert status == 0, out + err
    tasks: list[dict[str, Any]] = json.loads(out)["tasks"]
    return tasks


def look_up(task: dict[str, Any], claim: str) -> float | None:
    """The number that a plain claim names in the JSON answer; None for composed claims and reduced costs."""
    match = PLAIN.match(claim)
    if match is None or match["what"] == "reduced_cost":
        return None
    if match["what"] == "objective":
        return float(task["objective"])
    table = task["duals" if match["what"] == "dual" else "values"].get(match["name"])
    if table is None:
        return None
    wanted = [m.strip() for m in match["members"].split(",")] if match["members"] else []
    found = [row[-1] for row in table if [str(part) for part in row[:-1]] == wanted]
    return float(found[0]) if found else None


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_model_has_no_static_mistake(name: str) -> None:
    file, mistakes = parse(read_source(MODELS / f"{name}.mdl"))
    assert not mistakes
    model, diagnostics = resolve(file)
    assert not diagnostics
    assert model.name == name
    assert model.title


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_expectation_holds(name: str) -> None:
    checks = [check for task in solved(name) for check in task.get("checks", [])]
    assert len(checks) == count(TEXTS[name])
    assert all(check["verdict"] == "holds" for check in checks)


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_answers_are_the_reference_numbers(name: str) -> None:
    """The values in the JSON answer itself, beside the verdicts that mdl gives."""
    solves = [task for task in solved(name) if task["kind"] in ("solve", "formula")]
    numbers = REFERENCES[name]()
    seen = 0
    for expect in equalities(TEXTS[name]):
        before = re.findall(r"^solve \w+;", TEXTS[name][: expect.place], re.MULTILINE)
        value = look_up(solves[len(before) - 1], expect.claim)
        if value is not None:
            seen += 1
            assert value == pytest.approx(float(numbers[expect.claim]), abs=float(expect.tolerance)), expect.claim
    assert seen >= min(3, len(numbers))


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_classes(name: str) -> None:
    kinds = {task["program"]["class"] for task in solved(name) if task["kind"] == "solve"}
    assert kinds == {CLASSES[name]}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_both_routes_agree(name: str) -> None:
    """Objectives and plain values by arrays and by way of Pyomo."""
    direct = [task for task in solved(name) if task["kind"] == "solve"]
    pyomo = [task for task in solved(name, "--via", "pyomo") if task["kind"] == "solve"]
    for one, other in zip(direct, pyomo, strict=True):
        assert one["objective"] == pytest.approx(other["objective"], rel=1e-7, abs=1e-7)


def test_the_test_command_runs_the_folder() -> None:
    out, err, status = mdl("test", str(MODELS))
    assert status == 0, out + err


def test_the_test_command_sees_a_wrong_number(tmp_path: Path) -> None:
    text = TEXTS["kelly"].replace("x[long] == 1/3", "x[long] == 1/4")
    (tmp_path / "kelly.mdl").write_text(text, encoding="utf-8")
    out, err, status = mdl("test", str(tmp_path))
    assert status == 1
    assert "x[long]" in out + err


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_files_are_formatted(name: str) -> None:
    out, err, status = mdl("fmt", "--check", str(MODELS / f"{name}.mdl"))
    assert status == 0, out + err
