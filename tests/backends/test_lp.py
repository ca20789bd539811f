"""LP files say the same program to HiGHS."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.backends import highs, lp
from mdl.backends.arrays import to_arrays
from mdl.diagnostics import Failure
from mdl.program.labels import Labels
from mdl.program.program import Columns, Domain, Objective, Program
from mdl.program.solution import Status
from tests.backends.read_back import read_back
from tests.backends.test_pyomo_arrays import blocks, ranges
from tests.backends.test_pyomo_model import everything, unicast
from tests.backends.test_pyomo_solve import knapsack
from tests.program import make

SOLVABLE: list[Callable[[], Program]] = [
    ranges,
    blocks,
    knapsack,
    lambda: make.linear([3, 2, 4], [[1, 1, 2], [3, 0, 1]], [4, 2], [None, 9], 0, 5, constant=-1),
    lambda: make.linear(
        [2, 1], [[1, 1], [1, 3]], None, [4, Fraction(13, 2)], -2, 3, domain=Domain.INTEGER, maximize=True
    ),
    lambda: make.linear([0, 0], [[1, 1]], 1, 1),
    lambda: make.linear(
        [1, 2, 3], [[1, 1, 0]], Fraction(1, 3), None, [Fraction(1, 7), -1, 2], [Fraction(1, 7), None, 2]
    ),
    lambda: make.linear([1, -1], lower=[None, None], upper=[4, 7], maximize=True, matrix=[[1, 1]], row_lower=0),
    lambda: make.quadratic([[2, 1, 0], [1, 4, -1], [0, -1, 6]], [1, 0, 2], [[1, 1, 1]], 1, 1, constant=3),
    lambda: make.quadratic([[-2, 0], [0, -4]], [1, 1], [[1, 1]], None, Fraction(1, 4), 0, maximize=True, constant=2),
]


@pytest.mark.parametrize("build", SOLVABLE)
def test_same_optimum(build: Callable[[], Program], tmp_path: Path) -> None:
    found, ours = read_back(lp.write(build()), "lp", tmp_path), highs.solve(build())
    assert (found.status, ours.status) == ("kOptimal", Status.OPTIMAL)
    assert found.objective == pytest.approx(ours.objective, rel=1e-9, abs=1e-9)


def test_numbers_come_back_exactly(tmp_path: Path) -> None:
    """Bounds, costs, sides and coefficients bit by bit; ranges as two rows."""
    program = ranges()
    found, arrays = read_back(lp.write(program), "lp", tmp_path), to_arrays(program)
    names = [f"x({k})" for k in range(1, 5)]
    assert [found.columns[n] for n in names] == list(zip(arrays.lower, arrays.upper, strict=True))
    assert [found.cost[n] for n in names] == arrays.cost.tolist()
    assert found.offset == arrays.offset
    assert found.rows == {
        "r(1)": (1, 1),
        "r(2)": (-np.inf, 4),
        "r(3).low": (-1, np.inf),
        "r(3).high": (-np.inf, 1),
        "r(4).low": (2, np.inf),
        "r(4).high": (-np.inf, 5),
        "r(5)": (-1 / 3, np.inf),
    }
    order = [list(found.columns).index(n) for n in names]
    np.testing.assert_array_equal(found.matrix[-1][order], [0, -1, 0, 0])


def test_a_small_file_in_full() -> None:
    program = make.linear([1, 2], [[1, Fraction(1, 10)]], None, 10, maximize=True)
    assert lp.write(program) == (
        "\\ linear: maximize cost\n"
        "\\ LP, 1 rows, 2 columns\n"
        "\\ Names: x[i,j] of the model is x(i,j) here.\n"
        "maximize\n"
        " cost: x(1) + 2 x(2)\n"
        "subject to\n"
        " r(1): x(1) + 0.1 x(2) <= 10\n"
        "bounds\n"
        "end\n"
    )


def test_infeasible_bounds_stay_infeasible(tmp_path: Path) -> None:
    assert read_back(lp.write(make.linear([1], [[1]], None, 5, 0, -1)), "lp", tmp_path).status == "kInfeasible"
    assert read_back(lp.write(make.linear([1, 2], [[0, 0]], 1, 2)), "lp", tmp_path).status == "kInfeasible"


def test_awkward_names(tmp_path: Path) -> None:
    """Every one is read, and the comments lead back."""
    members = ["a b", "a_b", 'q"', "e1", "θ", "ü", "-3", "x:y", "(", "a,b", "", "[", "ſ", "漢"]
    columns = (
        Columns("free", Labels.of([(m,) for m in members]), 0, None, None),
        Columns("e1", Labels.scalar(), len(members), None, None),
        Columns("θ", Labels.scalar(), len(members) + 1, None, None),
        Columns("theta", Labels.scalar(), len(members) + 2, None, None),
        Columns("st", Labels.of([(1, Fraction(1, 2)), (1, Fraction(1, 3))]), len(members) + 3, None, None),
    )
    width = len(members) + 5
    rows = (make.rows(make.sparse([[1] * width]), None, 1, name="max"),)
    program = Program(
        "awkward\nname", columns, rows, Objective("end", True, Numbers.of([0]), make.sparse([[1] * width]))
    )
    text = lp.write(program)
    found = read_back(text, "lp", tmp_path)
    assert len(found.columns) == width and found.objective == pytest.approx(1)
    assert {"free_(a_b)", "free_(a_b).2", "_e1", "theta", "theta.2", "st_(1,0.5)"} <= set(found.columns)
    assert "\\   free_(a_b) = free[a b]\n" in text
    assert "\\   theta = θ\n" in text and "\\   theta.2 = theta\n" in text


@pytest.mark.parametrize("build", [everything, unicast])
def test_nonlinear_is_refused(build: Callable[[], Program]) -> None:
    with pytest.raises(Failure) as failed:
        lp.write(build())
    assert {d.code for d in failed.value.diagnostics} == {"MDL581"}
    assert all("--to nl" in d.help for d in failed.value.diagnostics)


def test_no_rows_and_no_columns(tmp_path: Path) -> None:
    assert read_back(lp.write(make.linear([1, 0], lower=2)), "lp", tmp_path).objective == 2
    empty = Program("empty", (), (), Objective("o", False, Numbers.of([0]), make.sparse([[]], 0)))
    assert "minimize\n o: \nsubject to\nbounds\nend\n" in lp.write(empty)
