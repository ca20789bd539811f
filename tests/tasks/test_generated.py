"""Games too large to list, through the command line."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from mdl.cli.main import main

MODEL = """
model gloves "Eight left gloves and nine right ones";

agents LEFT := {l1, l2, l3, l4, l5, l6, l7, l8};
agents RIGHT := {r1, r2, r3, r4, r5, r6, r7, r8, r9};
var pair[LEFT, RIGHT] >= 0;
subject to left[i in LEFT]: sum(j in RIGHT) pair[i, j] <= 1;
subject to right[j in RIGHT]: sum(i in LEFT) pair[i, j] <= 1;
maximize pairs: sum(i in LEFT, j in RIGHT) pair[i, j];
coalition v = pairs;

check core of v;
check balanced of v;
find least_core of v;
check in_core {l1: 1, l2: 1, l3: 1, l4: 1, l5: 1, l6: 1, l7: 1, l8: 1,
    r1: 0, r2: 0, r3: 0, r4: 0, r5: 0, r6: 0, r7: 0, r8: 0, r9: 0} of v;
check in_core {l1: 1/2, l2: 1, l3: 1, l4: 1, l5: 1, l6: 1, l7: 1, l8: 1,
    r1: 1/2, r2: 0, r3: 0, r4: 0, r5: 0, r6: 0, r7: 0, r8: 0, r9: 0} of v;
expect v.core == nonempty "the left gloves are scarce";
expect v.least_core == 0 within 1e-6 "a left glove with any right one is worth 1";
"""


def mdl(*words: str) -> tuple[str, str, int]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(list(words))
    return out.getvalue(), err.getvalue(), status


@pytest.fixture(name="path", scope="module")
def _path(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("gloves") / "gloves.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return str(path)


@pytest.fixture(name="tasks", scope="module")
def _tasks(path: str) -> list[dict[str, Any]]:
    out, _, status = mdl("solve", path, "--json")
    assert status == 1  # the last payoff is not in the core
    found: list[dict[str, Any]] = json.loads(out)["tasks"]
    return found


def test_the_only_payoff_of_the_core_is_found(tasks: list[dict[str, Any]]) -> None:
    """With one right glove too many, all of it goes to the left ones (Shapley and Shubik 1969)."""
    for task in tasks[:2]:
        assert task["checks"][0]["verdict"] == "holds"
        payoff = dict(task["values"]["payoff"])
        assert all(payoff[f"l{k}"] == pytest.approx(1, abs=1e-6) for k in range(1, 9))
        assert all(payoff[f"r{k}"] == pytest.approx(0, abs=1e-6) for k in range(1, 10))


def test_least_core(tasks: list[dict[str, Any]]) -> None:
    assert tasks[2]["objective"] == pytest.approx(0, abs=1e-6)


def test_a_given_payoff(tasks: list[dict[str, Any]]) -> None:
    holds, fails = tasks[3]["checks"][0], tasks[4]["checks"][0]
    assert holds["verdict"] == "holds"
    assert (fails["verdict"], fails["level"]) == ("fails", "numeric")
    assert fails["violation"] == pytest.approx(0.5, abs=1e-6)
    assert "l1" in fails["witness"]


def test_expectations(tasks: list[dict[str, Any]]) -> None:
    assert [task["checks"][0]["verdict"] for task in tasks[5:]] == ["holds", "holds"]


def test_the_text_says_what_was_generated(path: str) -> None:
    out, _, _ = mdl("solve", path)
    assert "generated of 2^17 = 1.31e+05 coalitions" in out


def test_inspect_says_that_rows_are_generated(path: str) -> None:
    _, err, status = mdl("inspect", path, "check core of v")
    assert status == 2
    assert "MDL734" in err and "2^17" in err


def test_the_greatest_gap_is_not_told_by_weights_that_were_only_found(tmp_path: Path) -> None:
    """`v.gap` is the most that balanced weights ask for; a proof that the core is empty may ask for less."""
    members = ", ".join(f"m{k}" for k in range(15))
    file = tmp_path / "m.mdl"
    file.write_text(
        f'model m "t"; agents A := {{{members}}}; var passed binary;\n'
        "subject to most: 8 * passed <= sum(i in A) 1; maximize power: passed; coalition v = power;\n"
        'expect v.core == empty "8 of 15"; expect v.gap == 7/8 "15/8 - 1";\n'
    )
    out, _, status = mdl("solve", str(file), "--json")
    checks = [task["checks"][0] for task in json.loads(out)["tasks"]]
    assert [(c["verdict"], c["level"]) for c in checks] == [("holds", "numeric"), ("undecided", "numeric")]
    assert "coalitions to list" in checks[1]["witness"]
    assert status == 1


@pytest.mark.parametrize("task", ["check core of v", "find least_core of v", "expect v.core == nonempty"])
def test_a_solver_that_ran_out_of_time_is_not_a_mistake_of_the_file(path: str, task: str) -> None:
    """Exit status 3; nothing is claimed."""
    text = Path(path).read_text(encoding="utf-8")
    head = text[: text.index("check core")]
    file = Path(path).parent / "limited.mdl"
    file.write_text(head + task + (' "why";' if "expect" in task else ";"), encoding="utf-8")
    for command in ("solve", "test"):
        out, err, status = mdl(command, str(file), "--time-limit", "1e-9")
        assert status == 3
        assert "stopped at a limit" in out + err
        assert "holds" not in out and "fails" not in out
    out, _, status = mdl("solve", str(file), "--time-limit", "1e-9", "--json")
    assert status == 3
    assert [found["status"] for found in json.loads(out)["tasks"]] == ["stopped at a limit"]


def test_a_listed_game_that_ran_out_of_time(path: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    head = text[: text.index("check core")].replace(", l4, l5, l6, l7, l8", "").replace(", r4, r5, r6, r7, r8, r9", "")
    file = Path(path).parent / "listed.mdl"
    file.write_text(head + "check core of v;", encoding="utf-8")
    assert mdl("solve", str(file))[2] == 0
    out, err, status = mdl("solve", str(file), "--time-limit", "1e-9")
    assert (out.count("\n"), status) == (1, 3)
    assert "MDL713" in err and "--time-limit" in err
    assert mdl("inspect", str(file), "core of v")[2] == 0
