"""The exact simplex method where others cycle, flip bounds, or start badly; optima from the literature."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mdl.certify.linear import integral
from mdl.certify.pivots import Endless, Hint, Impossible, Optimal, Stopped, finish
from mdl.certify.square import Clock
from mdl.certify.verify import contradiction, endless, feasible, optimal
from mdl.certify.vertex import BASIC, Basis
from mdl.program.program import Program
from tests.program import make


def best(program: Program, most: int = 1000) -> tuple[Fraction, int]:
    """The optimum from the basis of all rows, and how many steps it took."""
    held = integral(program)
    end = finish(held, Basis.of_rows(held), Clock(), most)
    assert isinstance(end, Optimal)
    assert feasible(held, *end.point) and optimal(held, *end.point, *end.prices)
    value = sum(int(c) * int(x) for c, x in zip(held.cost, end.point[0], strict=True))
    return held.sign * Fraction(value, end.point[1] * held.unit * held.price), end.pivots


def test_programs_on_which_the_simplex_method_can_cycle() -> None:
    # Beale 1955: optimum -1/20; the largest coefficient rule with the first row goes around for ever.
    quarter, small = Fraction(1, 4), Fraction(1, 50)
    beale = make.linear(
        [-Fraction(3, 4), 150, -small, 6],
        [[quarter, -60, -Fraction(1, 25), 9], [Fraction(1, 2), -90, -small, 3], [0, 0, 1, 0]],
        None,
        [0, 0, 1],
    )
    assert best(beale)[0] == Fraction(-1, 20)
    # Chvatal 1983, page 31: optimum 1.
    chvatal = make.linear(
        [10, -57, -9, -24],
        [
            [Fraction(1, 2), -Fraction(11, 2), -Fraction(5, 2), 9],
            [Fraction(1, 2), -Fraction(3, 2), -Fraction(1, 2), 1],
            [1, 0, 0, 0],
        ],
        None,
        [0, 0, 1],
        maximize=True,
    )
    assert best(chvatal)[0] == 1


@pytest.mark.parametrize("size", [3, 6])
def test_klee_and_minty(size: int) -> None:
    # max sum 10^(n-j) x_j,  2 sum_{j<i} 10^(i-j) x_j + x_i <= 100^(i-1): optimum 100^(n-1).
    matrix = [[2 * 10 ** (i - j) if j < i else int(i == j) for j in range(size)] for i in range(size)]
    cost = [10 ** (size - 1 - j) for j in range(size)]
    program = make.linear(cost, matrix, None, [100**i for i in range(size)], maximize=True)
    value, pivots = best(program)
    assert value == 100 ** (size - 1) and pivots < 2**size


def test_bounds_are_flipped_without_a_row() -> None:
    program = make.linear([-1, -2, 3], [[1, 1, 1]], None, 100, upper=[4, 5, 6])
    assert best(program) == (-14, 2)
    assert best(make.linear([-1, 1], lower=-3, upper=7)) == (-10, 1)


def test_a_bad_start_is_stopped_or_lost_and_says_which() -> None:
    program = make.linear([-3, -2], [[1, 1], [2, 2]], None, [4, 6])
    held = integral(program)
    singular = Basis(np.array([BASIC, BASIC], np.int8), np.array([2, 2], np.int8))
    end = finish(held, singular, Clock(), 10)
    assert isinstance(end, Stopped) and end.lost
    end = finish(held, Basis.of_rows(held), Clock(), 0)
    assert isinstance(end, Stopped) and not end.lost


def test_hints_are_taken_only_where_they_fit() -> None:
    # Row 1 alone is a contradiction with the bounds; row 0 is only met late.
    program = make.linear([0, 0], [[1, 1], [1, -1]], [3, 9], None, upper=5)
    held = integral(program)
    for goal in (None, 0, 2, 3):
        end = finish(held, Basis.of_rows(held), Clock(), 50, Hint(goal=goal))
        assert isinstance(end, Impossible) and contradiction(held, end.weights) is not None
    free = integral(make.linear([-1, -1, 1], [[1, -1, 0]], None, 2))
    for entering in (None, 0, 1, 2, 3):
        end = finish(free, Basis.of_rows(free), Clock(), 50, Hint(entering=entering))
        assert isinstance(end, Endless) and endless(free, end.ray)


def test_verification_does_not_take_what_is_nearly_right() -> None:
    held = integral(make.linear([3, 2], [[1, 1], [1, 3]], None, [4, 6], maximize=True))
    point, prices = np.array([4, 0]), np.array([-3, 0])
    assert feasible(held, point, 1) and optimal(held, point, 1, prices, 1)
    assert not feasible(held, np.array([4, 1]), 1) and not feasible(held, np.array([5, -1]), 1)
    assert not optimal(held, np.array([3, 1]), 1, prices, 1), "not the best point"
    assert not optimal(held, point, 1, np.array([-2, -1]), 1), "another bound"
    assert not optimal(held, point, 1, np.array([3, 0]), 1), "a multiplier of the wrong sign"
    assert not endless(held, np.array([1, 0])) and contradiction(held, np.array([-1, 0])) is None
