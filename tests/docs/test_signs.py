"""docs/signs.md, section by section: the files' own expectations, and difference quotients beside them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.docs.pages import Block, blocks, page, run_mdl, write

TEXT = page("signs.md")
SECTIONS = re.findall(r"^## (\d+)\. (.*)$", TEXT, re.MULTILINE)


def block_of(section: int) -> Block:
    (found,) = [b for b in blocks(TEXT) if b.kind == "mdl" and b.section.startswith(f"{section}.")]
    return found


def objective(file: str, folder: Path, rule: str, **values: float) -> float:
    sets = [word for name, value in values.items() for word in ("--set", f"{name}={value!r}")]
    output, _ = run_mdl(("solve", file, rule, "--json", *sets), folder)
    (task,) = [t for t in json.loads(output)["tasks"] if t["kind"] in ("solve", "find")]
    return float(task["objective"])


def duals(file: str, folder: Path, rule: str) -> dict[str, float]:
    """Duals of unindexed rows, as the JSON answer gives them."""
    output, _ = run_mdl(("solve", file, rule, "--json"), folder)
    (task,) = [t for t in json.loads(output)["tasks"] if t["kind"] == "solve"]
    return {name: float(rows[0][-1]) for name, rows in task["duals"].items() if len(rows) == 1}


def quotient(file: str, folder: Path, rule: str, name: str, value: float) -> float:
    """Rate of change of the optimal objective in a param, from two more solves."""
    step = 1e-3
    up = objective(file, folder, rule, **{name: value + step})
    down = objective(file, folder, rule, **{name: value - step})
    return (up - down) / (2 * step)


def test_sections_are_numbered_without_gaps() -> None:
    assert [int(number) for number, _ in SECTIONS] == list(range(1, 12))


@pytest.mark.parametrize("section", range(1, 11))
def test_expectations_of_a_section_hold(section: int, tmp_path: Path) -> None:
    block = block_of(section)
    assert block.body.count("\nexpect ") >= 1
    write(block, tmp_path)
    output, status = run_mdl(("test", block.name or ""), tmp_path)
    assert status == 0, output


@pytest.mark.parametrize(
    ("section", "rule", "row", "param", "value"),
    [
        (1, "gain", "upper", "room", 4),
        (1, "gain", "lower", "quota", 1),
        (1, "gain", "equal", "total", 3),
        (2, "cost", "upper", "room", 4),
        (2, "cost", "lower", "quota", 1),
        (2, "cost", "equal", "total", 3),
        (7, "gain", "peak", "room", 6),
    ],
)
def test_a_dual_is_a_rate(section: int, rule: str, row: str, param: str, value: float, tmp_path: Path) -> None:
    block = block_of(section)
    write(block, tmp_path)
    file = block.name or ""
    assert duals(file, tmp_path, rule)[row] == pytest.approx(quotient(file, tmp_path, rule, param, value), abs=1e-5)


def test_which_side_is_the_right_hand_side(tmp_path: Path) -> None:
    """Section 3: `room` is the right-hand side of `usual` and of `around`, `more` adds to the right of `forward`."""
    block = block_of(3)
    write(block, tmp_path)
    file = block.name or ""
    found = duals(file, tmp_path, "gain")
    assert quotient(file, tmp_path, "gain", "room", 10) == pytest.approx(found["usual"] + found["around"], abs=1e-6)
    assert quotient(file, tmp_path, "gain", "more", 1) == pytest.approx(found["forward"], abs=1e-6)
    text = block.body.replace("x >= w;", "x >= w + more;").replace("z <= x + more;", "z <= x;")
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert quotient(file, tmp_path, "gain", "more", 0) == pytest.approx(found["backward"], abs=1e-6)


def test_integers_have_no_duals(tmp_path: Path) -> None:
    """Section 8: a claim about one is undecided, with the reason."""
    block = block_of(8)
    (tmp_path / "whole.mdl").write_text(block.body + 'expect limit.dual == 0 within 1e-6 "none";\n', encoding="utf-8")
    output, status = run_mdl(("test", "whole.mdl"), tmp_path)
    assert status == 1
    assert "undecided" in output
    assert "a program with integer variables has no duals" in output


def test_taxes_and_subsidies(tmp_path: Path) -> None:
    """Section 9: a subsidy breaks `no_subsidy`, and every sign is as the page says."""
    block = block_of(9)
    write(block, tmp_path)
    output, status = run_mdl(("test", block.name or ""), tmp_path)
    assert status == 0 and "7 hold, 0 fail" in output, output
    output, status = run_mdl(("solve", block.name or ""), tmp_path)
    assert status == 1
    assert "weak_budget_balance: holds (exact)" in output
    assert "no_subsidy: fails (exact), a receives 0.25 when a=1, b=2" in output


def test_losses_by_another_price(tmp_path: Path) -> None:
    """Section 10: the expected shortfall at a price is the hinge of the page, worked out here."""
    block = block_of(10)
    for price in (1, 1.5, 2, 2.5, 3.5):
        fixed = block.body.replace(
            "    pay t[BUYER];", f"    pay t[i in BUYER] = {price} + h[i] - h[i];\n    adjust h[BUYER] on others;"
        )
        (tmp_path / "fixed.mdl").write_text(fixed.partition("\nexpect ")[0], encoding="utf-8")
        loss = 0.25 * max(0, price - 1) + 0.75 * max(0, price - 3) + max(0, 2 - price)
        assert objective("fixed.mdl", tmp_path, "covered") == pytest.approx(loss, abs=1e-12)


def test_the_violation_of_an_expectation(tmp_path: Path) -> None:
    """Section 10: the distance of the two sides beyond the tolerance."""
    block = block_of(2)
    (tmp_path / "wrong.mdl").write_text(block.body + 'expect upper.dual == 1 within 0.5 "wrong";\n', encoding="utf-8")
    output, status = run_mdl(("solve", "wrong.mdl", "--json"), tmp_path)
    assert status == 1
    checks = [check for task in json.loads(output)["tasks"] for check in task.get("checks", [])]
    (failed,) = [check for check in checks if check["verdict"] == "fails"]
    assert failed["violation"] == pytest.approx(3.5, abs=1e-6)
