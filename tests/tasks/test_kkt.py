"""`solve kkt of` and `check kkt of` as a user meets them; exact levels against rationals by hand."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mdl import driver
from mdl.cli.main import main
from mdl.lowering.kkt_exact import solve_exactly
from mdl.semantics.model import RuleSymbol

MODELS = Path(__file__).parents[2] / "models"
BASE = """
model small;
set K := {a, b};
var x[K] >= 0;
subject to room: sum(k in K) x[k] <= 1;
maximize gain: log(1 + x[a]) + 3 * log(1 + x[b]);
"""
# at the optimum x[b] = 1: 3 / 2 = room.dual, and 1 <= 3/2 for x[a] = 0


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, *words: str) -> tuple[int, dict[str, Any]]:
    path = tmp_path / "model.mdl"
    path.write_text(text, encoding="utf-8")
    status = main(["solve", str(path), *words, "--json"])
    out: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, out


def checks(task: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {c["property"]: c for c in task["checks"]}


def test_expectations_after_it_see_its_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "solve kkt of gain; expect room.dual == 3/2 within 1e-9; expect x[a].reduced_cost == -1/2 within 1e-9;"
    status, out = run(tmp_path, capsys, BASE + more)
    assert status == 0
    kkt = out["tasks"][0]
    assert kkt["kind"] == "kkt" and kkt["status"] == "optimal"
    assert kkt["duals"]["room"][0] == [pytest.approx(1.5)]
    assert [row[0] for row in kkt["duals"]["x.lower"]] == ["a", "b"]
    assert kkt["values"]["x"][1][1] == pytest.approx(1.0)


def test_the_command_line_names_the_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = run(tmp_path, capsys, BASE, "kkt of gain")
    assert status == 0 and [t["task"] for t in out["tasks"]] == ["solve kkt of gain"]


def test_a_point_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    point = tmp_path / "point.json"
    point.write_text('{"x": {"a": 0, "b": 1}, "room": 1.5}', encoding="utf-8")
    status, out = run(tmp_path, capsys, BASE, "check kkt of gain", "--point", str(point))
    assert status == 0 and all(c["verdict"] == "holds" for c in out["tasks"][0]["checks"])
    point.write_text('{"x": [["a", 0.25], ["b", 1]], "room": 1}', encoding="utf-8")
    status, out = run(tmp_path, capsys, BASE, "check kkt of gain", "--point", str(point))
    assert status == 1
    found = checks(out["tasks"][0])
    # by hand: 3/2 - 1 for b is the worst slope, the row is broken by 1/4, and 1 * 1/4 is the product
    assert found["stationarity"]["violation"] == pytest.approx(0.5)
    assert found["primal feasibility"]["violation"] == pytest.approx(0.25)
    assert found["dual feasibility"]["verdict"] == "holds"


def test_multipliers_of_a_maximum_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (MODELS / "multicast.mdl").read_text(encoding="utf-8").split("solve welfare;")[0]
    right = "check kkt of welfare at {x: {r11: 1, r12: 1, r21: 0}, link: 2};"
    wrong = "check kkt of welfare at {x: {r11: 1, r12: 1, r21: 0}, link: 1};"
    status, _ = run(tmp_path, capsys, text + right)
    assert status == 0
    status, out = run(tmp_path, capsys, text + wrong)
    assert status == 1 and checks(out["tasks"][0])["stationarity"]["verdict"] == "fails"


def test_missing_and_extra_entries_are_told_with_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    point = tmp_path / "point.json"
    point.write_text('{"x": {"a": 0, "c": 1}, "rooms": 1}', encoding="utf-8")
    status, out = run(tmp_path, capsys, BASE, "check kkt of gain", "--point", str(point))
    assert status == 2
    task = out["tasks"][0]
    assert {d["code"] for d in [task["refused"], *task["diagnostics"]]} == {"MDL313", "MDL454", "MDL455"}


def test_an_infeasible_program_has_no_kkt_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "model m; var x >= 0; subject to r: x <= -1; minimize c: x; solve kkt of c;"
    status, out = run(tmp_path, capsys, text)
    assert status == 1 and out["tasks"][0]["status"] == "infeasible" and out["tasks"][0]["values"] == {}


def test_a_program_that_is_not_convex_is_called_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "model m; var x >= -2, <= 2; minimize c: x^4 - 3 * x^2 + x; solve kkt of c;"
    _, out = run(tmp_path, capsys, text)
    task = out["tasks"][0]
    assert task["status"] == "locally optimal"
    assert "KKT necessary, not sufficient" in checks(task)


def test_the_mode_is_chosen_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = run(tmp_path, capsys, BASE + "solve kkt of gain;", "--mode", "product")
    assert status == 0 and "IPOPT" in out["tasks"][0]["solver"]
    status, out = run(tmp_path, capsys, BASE + "solve kkt of gain;", "--mode", "big-m")
    assert status == 2 and out["tasks"][0]["refused"]["code"] == "MDL560"


def test_the_exact_solution_is_the_rational_one() -> None:
    instance = driver.load(MODELS / "kkt" / "screening.mdl")
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    kkt = driver.kkt_of(driver.compile_rule(instance, rule).program)
    point = kkt.join(driver.solve_program(kkt.primal))
    found = solve_exactly(kkt, point)
    assert found is not None and all(isinstance(v, Fraction) for v in found)
    assert found[:4] == [1, 3, 2, 8]


def test_a_wrong_active_set_has_no_exact_solution() -> None:
    instance = driver.load(MODELS / "kkt" / "ranges.mdl")
    rule = next(s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol))
    kkt = driver.kkt_of(driver.compile_rule(instance, rule).program)
    point = kkt.join(driver.solve_program(kkt.primal))
    assert solve_exactly(kkt, point) is not None
    bound = next(m for m in kkt.multipliers if m.name == "band.upper")
    point[bound.start] = 0.0  # a stops at its top: without the multiplier there, stationarity cannot hold
    point[0] = 3.0
    assert solve_exactly(kkt, point) is None


def test_conditions_without_a_solution_are_not_called_optimal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "model m; var x; subject to r: x^2 <= 0; maximize g: x; solve kkt of g;"  # 1 == 2 x dual has no solution
    status, out = run(tmp_path, capsys, text)
    task = out["tasks"][0]
    assert status == 3 and task["status"] == "failed"
    assert not [name for name in checks(task) if "unique" in name or "sufficient" in name]


def test_another_stationary_point_is_no_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """model m; var x >= -2, <= 2; var y >= -2, <= 2; subject to r: x * y >= 0.5;
    minimize g: x^3 - 3 * x + y; solve kkt of g;"""
    status, out = run(tmp_path, capsys, text)
    assert status == 0 and out["tasks"][0]["status"] == "locally optimal"


def test_points_are_compared_by_the_variables_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "model m; var x; subject to r: abs(x) <= 5; minimize g: (x - 1)^2; solve kkt of g;"
    status, out = run(tmp_path, capsys, text)
    assert status == 0 and checks(out["tasks"][0])["point as in the direct solve"]["violation"] < 1e-8
