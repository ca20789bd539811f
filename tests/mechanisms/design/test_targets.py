"""A design in every format and through Pyomo: the same optimum, and names that say what they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from mdl import driver
from mdl.answer import inspect
from mdl.backends import file_names, json_program, lp, mps, nl, pyomo_script
from mdl.backends.pyomo_model import assemble
from mdl.backends.pyomo_solve import solve as solve_via_pyomo
from mdl.mechanisms.design.back import Design
from mdl.mechanisms.design.build import build
from mdl.program.program import Program
from mdl.program.solution import Status
from tests.backends.read_back import read_back
from tests.mechanisms.design.by_hand import Hand, uniform
from tests.mechanisms.design.test_build import as_rows, goal_of, highest_bid

TWO = {"a": (1, 2), "b": (1, 2)}


def free() -> Design:
    return build(Hand(TWO, ("bayesian_ic", "interim_ir"), prior=uniform(TWO)).given())


def soft() -> Design:
    """A second price with rebates h, of which participation and a balanced budget cannot both be had."""

    def price(a: int, reports: tuple[int, ...]) -> Fraction:
        return Fraction(reports[1 - a]) if highest_bid(a, 1, reports) else Fraction(0)

    hand = Hand(
        TWO, (), ("ex_post_ir", "strong_budget_balance"), value=highest_bid, base=price, transfers={}, adjust=("h",),
        prior=uniform(TWO), revenue=False, shortfall=True, maximize=False,
    )  # fmt: skip
    return build(hand.given())


def fixed() -> Design:
    hand = Hand(TWO, ("dominant_ic", "ex_post_ir", "weak_budget_balance"), value=highest_bid, prior=uniform(TWO))
    return build(hand.given())


DESIGNS = (free, soft, fixed)


def optimum(program: Program) -> float:
    found = driver.solve_program(program)
    assert found.status is Status.OPTIMAL and found.objective is not None
    return found.objective


@pytest.mark.parametrize("make", DESIGNS)
@pytest.mark.parametrize(("ending", "write"), [("lp", lp.write), ("mps", mps.write)])
def test_files_are_the_program(
    make: Callable[[], Design], ending: str, write: Callable[[Program], str], tmp_path: Path
) -> None:
    program = make().program
    found = read_back(write(program), ending, tmp_path)
    assert found.status == "kOptimal"
    assert abs(found.objective) == pytest.approx(abs(optimum(program)), abs=1e-9)
    assert set(found.rows) == set(file_names.file_names(program).rows)


def test_names_in_files() -> None:
    program = fixed().program
    names = file_names.file_names(program)
    assert {"ic(a,2,1,b_1)", "ir(b,1,a_2)", "budget(a_2,b_1)"} <= set(names.rows)
    assert "t(a,2,1)" in names.columns
    assert not list(names.changed())
    assert ("ic(a,1,2,b_1)", "ic[a: 1 -> 2 | b=1]") in list(names.examples())
    assert "\\   ic[a: 1 -> 2 | b=1] is ic(a,1,2,b_1), and so on." in lp.write(program).splitlines()
    table = json.loads(file_names.map_text(program))
    assert table["rows"]["ic(a,2,1,b_1)"] == "ic[a: 2 -> 1 | b=1]"
    assert "shortfall(ir(a,1,b_1))" in file_names.file_names(soft().program).columns
    assert "ic[a: 1 -> 2 | b=1]" in nl.files(program).row


@pytest.mark.parametrize("make", DESIGNS)
def test_json_and_back(make: Callable[[], Design]) -> None:
    program = make().program
    text = json_program.write(program)
    again = json_program.read(text)
    assert json_program.write(again) == text
    assert as_rows(again) == as_rows(program) and goal_of(again) == goal_of(program)


@pytest.mark.parametrize("make", DESIGNS)
def test_through_pyomo(make: Callable[[], Design]) -> None:
    program = make().program
    found = solve_via_pyomo(program)
    assert found.status is Status.OPTIMAL
    assert found.objective == pytest.approx(optimum(program), abs=1e-9)
    space: dict[str, Any] = {"__name__": "model"}
    exec(compile(pyomo_script.write(program), "model.py", "exec"), space)
    model = space["m"]
    pyo.SolverFactory("appsi_highs").solve(model)
    (goal,) = model.component_data_objects(pyo.Objective)
    assert pyo.value(goal) == pytest.approx(optimum(program), abs=1e-9)


def test_keys_in_pyomo() -> None:
    model = assemble(fixed().program).model
    row = model.ic["a", 2, 1, "b=1"]
    assert str(row.body) == "- t[a,1,1] + t[a,2,1]" and row.ub == 0
    assert model.budget[2, 1].lb == 0 and model.ir["a", 2, "b=1"].ub == 2


def test_inspect_finds_rows_by_their_names() -> None:
    program = fixed().program
    (line,) = inspect.matching(program, "ic[a: 2 -> 1 | b=2]")
    assert line == "ic[a: 2 -> 1 | b=2]  t[a; 2, 2] - t[a; 1, 2] <= 2"
    assert len(list(inspect.matching(program, "ic[a:*]"))) == 4
    assert "  rows ic: 8, 16 linear nonzeros, coefficients 1" in list(inspect.overview(program))


def test_the_smallest_shortfall_of_a_second_price() -> None:
    """Balanced rebates of the other's report: a grid search over h in steps of a quarter finds none better."""
    found = optimum(soft().program)
    steps = np.arange(-2, 2.25, 0.25)
    best = np.inf
    for h in np.stack(np.meshgrid(steps, steps, steps, steps), axis=-1).reshape(-1, 4):
        best = min(best, loss(h))
    assert found == pytest.approx(best, abs=1e-9)


def loss(h: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    total = 0.0
    for x in (1, 2):
        for y in (1, 2):
            winner = 0 if x >= y else 1
            pays = [0.0, 0.0]
            pays[winner] = y if winner == 0 else x
            pays = [pays[0] - h[y - 1], pays[1] - h[2 + x - 1]]
            gains = [x if winner == 0 else 0, y if winner == 1 else 0]
            total += abs(pays[0] + pays[1]) + sum(max(0.0, p - g) for p, g in zip(pays, gains, strict=True))
    return total / 4
