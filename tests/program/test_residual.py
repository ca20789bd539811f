"""Residuals of answers worked out by hand, and of the same answers spoiled in one place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mdl.program.program import Domain, Program
from mdl.program.residual import ACCEPTED, Residuals, residuals
from mdl.program.solution import Solution, Status
from tests.program.make import linear, numbers, quadratic, rows, sparse, utility


def answer(x: list[float], y: list[float] | None, z: list[float] | None) -> Solution:
    held = [None if v is None else np.array(v, dtype=float) for v in (x, y, z)]
    return Solution(Status.OPTIMAL, "hand", values=held[0], row_duals=held[1], column_duals=held[2])


# max 3 a + 2 b, a + b <= 4, a <= 3: (3, 1), prices 2 of the row and 1 of the bound
TWO = linear([3, 2], [[1, 1]], None, 4, 0, [3, None], maximize=True)
TWO_ANSWER = answer([3, 1], [2], [1, 0])
# the same as a minimisation: signs turn
TWO_DOWN = linear([-3, -2], [[1, 1]], None, 4, 0, [3, None])
TWO_DOWN_ANSWER = answer([3, 1], [-2], [-1, 0])
# min x^2 + y^2, x + y >= 2: (1, 1), one more unit of the right-hand side costs 2
CIRCLE = quadratic([[2, 0], [0, 2]], [0, 0], [[1, 1]], 2, None)
CIRCLE_ANSWER = answer([1, 1], [2], [0, 0])
# min a + 2 b, a + b == 1, b >= 0, a <= 1/2: (1/2, 1/2), price 2, the bound on a earns 1
SPLIT = linear([1, 2], [[1, 1]], 1, 1, [None, 0], [0.5, None])
SPLIT_ANSWER = answer([0.5, 0.5], [2], [-1, 0])

KNOWN = [(TWO, TWO_ANSWER), (TWO_DOWN, TWO_DOWN_ANSWER), (CIRCLE, CIRCLE_ANSWER), (SPLIT, SPLIT_ANSWER)]


@pytest.mark.parametrize(("program", "known"), KNOWN)
def test_true_answers_have_none(program: Program, known: Solution) -> None:
    found = residuals(program, known)
    assert found.worst <= 1e-15
    assert found.accepted()


@pytest.mark.parametrize(("program", "known"), KNOWN)
def test_turned_duals_are_refused(program: Program, known: Solution) -> None:
    assert known.row_duals is not None
    assert known.column_duals is not None
    turned = replace(known, row_duals=-known.row_duals, column_duals=-known.column_duals)
    assert not residuals(program, turned).accepted()


def size(found: Residuals, part: str) -> float:
    return float(getattr(found, part).size)


@pytest.mark.parametrize(
    ("part", "wrong", "amount"),
    [
        ("primal", answer([3, 1.5], [2], [1, 0]), 0.5),
        ("primal", answer([3.25, 0.75], [2], [1, 0]), 0.25),
        ("stationarity", answer([3, 1], [2.5], [1, 0]), 0.5),
        ("dual", answer([3, 1], [2], [1, 0.5]), 0.5),
        ("dual", answer([3, 1], [-1], [1, 0]), 1.0),
        ("complementarity", answer([2, 1], [2], [1, 0]), 2.0),
    ],
)
def test_each_part_in_the_users_units(part: str, wrong: Solution, amount: float) -> None:
    found = residuals(TWO, wrong)
    assert size(found, part) == pytest.approx(amount, rel=1e-12)
    assert not found.accepted()


def test_places() -> None:
    found = residuals(TWO, answer([3, 1.5], [2], [1, 0.5]))
    assert (found.primal.place, found.primal.in_rows) == (0, True)
    assert found.dual is not None
    assert (found.dual.place, found.dual.in_rows) == (1, False)


def test_not_a_number_is_never_accepted() -> None:
    for wrong in (answer([np.nan, 1], [2], [1, 0]), answer([3, 1], [np.nan], [1, 0]), answer([3, 1], [2], [np.nan, 0])):
        assert residuals(TWO, wrong).worst == np.inf
    assert residuals(TWO, answer([np.inf, 1], None, None)).worst == np.inf


def test_without_duals_only_the_point_is_judged() -> None:
    found = residuals(TWO, answer([1, 1], None, None))
    assert found.accepted()
    assert found.stationarity is None


def test_integrality() -> None:
    program = linear([1, 1], [[1, 1]], None, 3, 0, 2, domain=Domain.INTEGER)
    assert residuals(program, answer([1, 2], None, None)).accepted()
    assert residuals(program, answer([1.25, 1], None, None)).primal.size == 0.25


def test_binary_variables_are_bounded() -> None:
    program = linear([1], domain=Domain.BINARY, lower=None)
    assert residuals(program, answer([2], None, None)).primal.size == 1
    assert residuals(program, answer([-1], None, None)).primal.size == 1


def test_nonlinear_answers() -> None:
    """Kelly's network: one user over two unit links, one on each; rates 1/3, 2/3, 2/3, prices 3/2."""
    base = utility(3, 3)
    shifted = base.nodes[0]
    without_one = replace(shifted, constant=numbers([0, 0, 0]))  # type: ignore[type-var]
    weight = sparse([[1, 1, 1]])
    program = replace(
        base,
        rows=(rows(sparse([[1, 1, 0], [1, 0, 1]]), None, 1),),
        nodes=(without_one, base.nodes[1]),
        objective=replace(base.objective, nonlinear=((weight, 1),)),
    )
    known = answer([1 / 3, 2 / 3, 2 / 3], [1.5, 1.5], [0, 0, 0])
    assert residuals(program, known).worst < 1e-15
    off = residuals(program, answer([1 / 3 + 1e-3, 2 / 3, 2 / 3], [1.5, 1.5], [0, 0, 0]))
    assert off.primal.size == pytest.approx(1e-3)
    assert off.stationarity is not None
    assert off.stationarity.size == pytest.approx(9e-3, rel=0.01)
    assert off.worst > ACCEPTED
