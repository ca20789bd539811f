"""Derivatives against hyper-dual recursion (exact, no shared code), finite differences and written formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.program.functions import Functions
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.program import Objective, Program, ProgramClass
from mdl.program.sparse import SparseRows
from tests.program import by_hand
from tests.program.by_hand import HyperDual
from tests.program.graphs import polynomials, smooth
from tests.program.make import columns, identity, linear, numbers, rows, sparse, utility

WEIGHT, MULTIPLIERS = 0.7, np.array([1.5, -2.0, 0.3])


def jacobian(functions: Functions, x: FloatArray) -> FloatArray:
    out = np.zeros((functions.height, functions.width))
    out[functions.jacobian_row, functions.jacobian_column] = functions.jacobian(x)
    return out


def hessian(functions: Functions, x: FloatArray, weight: float, multipliers: FloatArray) -> FloatArray:
    out = np.zeros((functions.width, functions.width))
    out[functions.hessian_row, functions.hessian_column] = functions.hessian(x, weight, multipliers)
    return out + np.tril(out, -1).T


def duals(x: list[float], i: int, j: int) -> list[HyperDual]:
    return [HyperDual(v, float(k == i), float(k == j), 0.0) for k, v in enumerate(x)]


def check(program: Program, x: list[float]) -> None:
    functions, point = Functions(program), np.array(x)
    width = len(x)
    j, g = jacobian(functions, point), functions.gradient(point)
    h = hessian(functions, point, WEIGHT, MULTIPLIERS)
    for i in range(width):
        for k in range(i + 1):
            at = duals(x, i, k)
            goal = by_hand.lift(by_hand.objective(program, at))
            held = [by_hand.lift(v) for v in by_hand.rows(program, at)]
            np.testing.assert_allclose(g[i], goal.b, rtol=1e-9, atol=1e-9)
            np.testing.assert_allclose(j[:, i], [v.b for v in held], rtol=1e-9, atol=1e-9)
            wanted = WEIGHT * goal.d + sum(m * v.d for m, v in zip(MULTIPLIERS, held, strict=True))
            scale = abs(WEIGHT * goal.d) + sum(abs(m * v.d) for m, v in zip(MULTIPLIERS, held, strict=True))
            assert h[i, k] == pytest.approx(wanted, rel=1e-9, abs=1e-9 * max(1.0, scale))
            if i == k == 0:
                assert functions.objective(point) == pytest.approx(goal.a, rel=1e-9, abs=1e-9)
                np.testing.assert_allclose(functions.rows(point), [v.a for v in held], rtol=1e-9, atol=1e-9)
    for row, column in (
        (functions.jacobian_row, functions.jacobian_column),
        (functions.hessian_row, functions.hessian_column),
    ):
        places = list(zip(row.tolist(), column.tolist(), strict=True))
        assert places == sorted(set(places))
    assert (functions.hessian_row >= functions.hessian_column).all()


@given(smooth(), st.lists(st.floats(0.25, 2.0), min_size=4, max_size=4))
@settings(max_examples=80, deadline=None)
def test_every_function_nested(program: Program, x: list[float]) -> None:
    check(program, x[: program.width])


@given(polynomials(), st.lists(st.sampled_from([-1.5, -1.0, 0.0, 0.5, 1.0]), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_polynomials_also_at_zero_and_below(program: Program, x: list[float]) -> None:
    check(program, x[: program.width])


def test_finite_differences() -> None:
    """log(1 + sum of sqrt(1 + x_k)) * exp(-x_0), nested three deep."""
    nodes: tuple[Node, ...] = (
        Affine(3, Numbers.constant(1, 3), identity(3), ()),
        Apply(3, Function.SQRT, 0),
        Affine(1, Numbers.constant(1, 1), None, ((sparse([[1, 2, 3]]), 1),)),
        Apply(1, Function.LOG, 2),
        Affine(1, Numbers.constant(0, 1), sparse([[-1, 0, 0]]), ()),
        Apply(1, Function.EXP, 4),
        Product(1, 3, 5),
    )
    goal = Objective("goal", False, numbers([0]), SparseRows.empty(1, 3), ((sparse([[1]]), 6),))
    program = Program("nested", (columns(3),), (), goal, nodes, kind=ProgramClass.NLP)
    functions, x, step = Functions(program), np.array([0.3, 0.6, 1.2]), 1e-5

    def value(p: FloatArray) -> float:
        return float(np.log(1 + np.sqrt(1 + p) @ [1.0, 2.0, 3.0]) * np.exp(-p[0]))

    assert functions.objective(x) == pytest.approx(value(x), rel=1e-14)
    units = np.eye(3) * step
    slopes = [(value(x + u) - value(x - u)) / (2 * step) for u in units]
    np.testing.assert_allclose(functions.gradient(x), slopes, rtol=1e-8)
    bends = [(functions.gradient(x + u) - functions.gradient(x - u)) / (2 * step) for u in units]
    np.testing.assert_allclose(hessian(functions, x, 1.0, np.zeros(0)), bends, rtol=1e-7, atol=1e-9)


def test_network_utility_formulas() -> None:
    program = utility(50)
    functions, x = Functions(program), np.linspace(0.1, 3.0, 50)
    weight = program.objective.nonlinear[0][0].coefficients.floats()
    assert functions.objective(x) == pytest.approx(float(weight @ np.log1p(x)), rel=1e-13)
    np.testing.assert_allclose(functions.gradient(x), weight / (1 + x), rtol=1e-14)
    np.testing.assert_array_equal(functions.hessian_row, functions.hessian_column)
    found = functions.hessian(x, -1.0, np.ones(5))
    np.testing.assert_allclose(found, weight / (1 + x) ** 2, rtol=1e-14)
    assert functions.jacobian(x).tolist() == [1.0] * 150


def test_a_linear_program_has_no_hessian() -> None:
    functions = Functions(linear([1, 2], [[3, 4], [0, 5]], 1, None))
    x = np.array([1.0, 1.0])
    assert jacobian(functions, x).tolist() == [[3, 4], [0, 5]]
    assert len(functions.hessian(x, 1.0, np.ones(2))) == 0
    assert functions.gradient(x).tolist() == [1, 2]


def test_no_rows_and_no_columns() -> None:
    functions = Functions(linear([], constant=3))
    x = np.zeros(0)
    assert functions.objective(x) == 3
    assert functions.rows(x).shape == functions.gradient(x).shape == functions.jacobian(x).shape == (0,)


def test_undefined_points_give_numbers_that_are_not_finite() -> None:
    functions = Functions(utility(5))
    assert np.isnan(functions.objective(np.full(5, -2.0)))
    assert np.isinf(functions.objective(np.full(5, -1.0)))


def test_elements_that_nobody_uses_may_be_undefined() -> None:
    """sqrt(x_0) and sqrt(x_1) in one node; only the first is in the objective, the second is at 0 or below."""
    nodes: tuple[Node, ...] = (
        Affine(2, Numbers.constant(0, 2), identity(2), ()),
        Apply(2, Function.SQRT, 0),
        Power(2, 1, numbers([3, 3])),
    )
    goal = Objective("goal", False, numbers([0]), SparseRows.empty(1, 2), ((sparse([[1, 0]]), 2),))
    block = rows(sparse([[0, 1]]), None, 1, nonlinear=((sparse([[1, 0]]), 1),))
    functions = Functions(Program("part", (columns(2),), (block,), goal, nodes, kind=ProgramClass.NLP))
    for second in (0.0, -1.0):
        x = np.array([4.0, second])
        assert functions.objective(x) == 8
        np.testing.assert_allclose(functions.gradient(x), [3.0, 0.0])
        np.testing.assert_allclose(jacobian(functions, x), [[0.25, 1.0]])
        # x^1.5 has second derivative 0.75 / sqrt(x), sqrt(x) has -0.25 / x^1.5
        found = hessian(functions, x, 1.0, np.array([2.0]))
        np.testing.assert_allclose(found, [[0.375 - 2 * 0.25 / 8, 0.0], [0.0, 0.0]], atol=1e-15)
