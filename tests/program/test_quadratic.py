from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.program.graph import Affine, Apply, Function, Power
from mdl.program.program import Objective, Program
from mdl.program.quadratic import Quadratic, quadratic_objective
from mdl.program.sparse import SparseRows
from tests.program import by_hand
from tests.program.graphs import polynomials
from tests.program.make import columns, linear, numbers, quadratic, sparse, utility


def dense(rows: SparseRows) -> list[list[Fraction]]:
    out = [[Fraction(0)] * rows.width for _ in range(rows.rows)]
    for r in range(rows.rows):
        for c, v in by_hand.entries(rows, r):
            out[r][c] = v
    return out


def value(q: Quadratic, x: list[Fraction]) -> Fraction:
    h, c = dense(q.hessian), dense(q.linear)[0]
    square = sum(x[i] * h[i][j] * x[j] for i in range(len(x)) for j in range(len(x)))
    return square / 2 + sum(a * b for a, b in zip(c, x, strict=True)) + q.constant.fractions()[0]


@given(polynomials(), st.lists(st.fractions(-3, 3, max_denominator=5), min_size=4, max_size=4))
@settings(max_examples=80, deadline=None)
def test_a_quadratic_equals_its_objective_exactly(program: Program, point: list[Fraction]) -> None:
    found = quadratic_objective(program)
    line = [_third_difference(program, point, k) for k in range(4)]
    if found is None:
        return
    x = point[: program.width]
    assert value(found, x) == by_hand.objective(program, x)
    assert dense(found.hessian) == [list(column) for column in zip(*dense(found.hessian), strict=True)]
    assert line == [0] * 4


def _third_difference(program: Program, point: list[Fraction], k: int) -> Fraction:
    """Of the objective along coordinate k: 0 for polynomials of degree 2."""
    if k >= program.width:
        return Fraction(0)
    samples = []
    for step in range(4):
        x = [Fraction(v) for v in point[: program.width]]
        x[k] += step
        samples.append(by_hand.objective(program, x))
    return Fraction(samples[3] - 3 * samples[2] + 3 * samples[1] - samples[0])


def test_written_out() -> None:
    found = quadratic_objective(quadratic([[2, 1], [1, 3]], [5, Fraction(1, 3)], constant=7))
    assert found is not None
    assert dense(found.hessian) == [[2, 1], [1, 3]]
    assert dense(found.linear) == [[5, Fraction(1, 3)]]
    assert found.constant.fractions() == [7]
    starts, held, values = found.triangle()
    assert (starts.tolist(), held.tolist(), values.tolist()) == ([0, 2, 3], [0, 1, 1], [2, 1, 3])


def test_linear_objective_has_an_empty_hessian() -> None:
    found = quadratic_objective(linear([1, 2, 3], constant=4))
    assert found is not None
    assert found.hessian.nonzeros == 0
    assert dense(found.linear) == [[1, 2, 3]]


def _one(*nodes: object, width: int = 2) -> Program:
    goal = Objective("goal", False, numbers([0]), SparseRows.empty(1, width), ((sparse([[1]]), len(nodes) - 1),))
    return Program("one", (columns(width),), (), goal, nodes)  # type: ignore[arg-type]


@pytest.mark.parametrize("exponent", [3, -1, Fraction(1, 2), Fraction(5, 2)])
def test_other_powers_are_not_quadratic(exponent: Fraction) -> None:
    inner = Affine(1, numbers([1]), sparse([[1, 1]]), ())
    assert quadratic_objective(_one(inner, Power(1, 0, numbers([exponent])))) is None


def test_functions_of_variables_are_not_quadratic_and_of_constants_are() -> None:
    moving = Affine(1, numbers([4]), sparse([[1, 0]]), ())
    still = Affine(1, numbers([4]), None, ())
    assert quadratic_objective(_one(moving, Apply(1, Function.SQRT, 0))) is None
    found = quadratic_objective(_one(still, Apply(1, Function.SQRT, 0)))
    assert found is not None
    assert found.constant.fractions() == [2]


def test_a_square_of_a_square_is_not_quadratic_and_cancelled_squares_are_linear() -> None:
    inner = Affine(1, numbers([0]), sparse([[1, 1]]), ())
    square = Power(1, 0, numbers([2]))
    assert quadratic_objective(_one(inner, square, Power(1, 1, numbers([2])))) is None
    found = quadratic_objective(
        _one(inner, square, Affine(1, numbers([0]), None, ((sparse([[1]]), 1), (sparse([[-1]]), 1))))
    )
    assert found is not None
    assert found.hessian.nonzeros == 0


def test_large_integers_do_not_wrap() -> None:
    inner = Affine(1, Numbers.constant(0, 1), sparse([[2**40, 3]]), ())
    found = quadratic_objective(_one(inner, Power(1, 0, numbers([2]))))
    assert found is not None
    assert dense(found.hessian) == [[2**81, 6 * 2**40], [6 * 2**40, 18]]


def test_log_utility_is_not_quadratic_and_its_square_variant_is() -> None:
    assert quadratic_objective(utility(20)) is None
    found = quadratic_objective(utility(20, quadratic=True))
    assert found is not None
    assert found.hessian.coefficients.fractions() == [-1] * 20
