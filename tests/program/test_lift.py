"""Lifted programs say the same: values, rows, derivatives along the way, and answers in test_ipopt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.program.evaluation import Evaluation
from mdl.program.functions import Functions
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.lift import lift
from mdl.program.program import Objective, Program, ProgramClass
from mdl.program.sparse import SparseRows
from tests.program.graphs import smooth
from tests.program.make import columns, identity, numbers, sparse, utility


@given(smooth(), st.lists(st.floats(0.25, 2.0), min_size=4, max_size=4), st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_values_agree_and_new_rows_hold(program: Program, start: list[float], wide: int) -> None:
    x, plain = np.array(start[: program.width]), Evaluation(program)
    lifted = lift(program, wide)
    longer = lifted.extend(x, plain)
    other = Functions(lifted.program)
    assert len(longer) == lifted.program.width
    assert (longer[: len(x)] == x).all()
    assert other.objective(longer) == pytest.approx(plain.objective(x), rel=1e-9, abs=1e-9)
    rows = other.rows(longer)
    np.testing.assert_allclose(rows[: program.height], plain.rows(x), rtol=1e-9, atol=1e-9)
    scale = 1 + np.abs(longer).max(initial=0)
    np.testing.assert_allclose(rows[program.height :] / scale, 0, atol=1e-9)
    _same_gradient(program, x, longer, other)


def _same_gradient(program: Program, x: np.ndarray, longer: np.ndarray, other: Functions) -> None:
    """Along the curve that keeps the new rows: eliminate the new columns from the lifted gradient."""
    width, height = program.width, program.height
    jacobian = np.zeros((other.height, other.width))
    jacobian[other.jacobian_row, other.jacobian_column] = other.jacobian(longer)
    new = jacobian[height:]
    tangent = np.vstack([np.eye(width), np.linalg.solve(new[:, width:], -new[:, :width])])
    np.testing.assert_allclose(other.gradient(longer) @ tangent, Functions(program).gradient(x), rtol=1e-8, atol=1e-8)


def test_narrow_programs_are_left_alone() -> None:
    program = utility(50)
    assert lift(program).program is program


def _sum_of_logs(width: int) -> Program:
    """log of the sum of all x, and (in the same node) log of x_0: one wide element, one narrow."""
    dense = [[1] * width, [1] + [0] * (width - 1)]
    nodes: tuple[Node, ...] = (
        Affine(2, numbers([1, 2]), sparse(dense), ()),
        Apply(2, Function.LOG, 0),
        Affine(1, numbers([0]), None, ((sparse([[1, 1]]), 1),)),
        Power(1, 2, numbers([2])),
    )
    goal = Objective("v", False, numbers([0]), SparseRows.empty(1, width), ((sparse([[1]]), 3),))
    return Program("logs", (columns(width, 0),), (), goal, nodes, kind=ProgramClass.NLP)


def test_only_wide_elements_are_lifted_and_a_lifted_argument_is_narrow_from_there_on() -> None:
    lifted = lift(_sum_of_logs(100), 10)
    assert [p.elements.tolist() for p in lifted.parts] == [[0]]
    assert len(Functions(lifted.program).hessian_row) == 3  # x_0 and the new column
    bound = lifted.program.columns[-1].lower
    assert bound is not None  # a logarithm takes no negative argument
    assert bound.values.fractions() == [0]


def test_both_factors_wide() -> None:
    width = 60
    one = sparse([[1] * width])
    nodes: tuple[Node, ...] = (
        Affine(1, numbers([1]), one, ()),
        Affine(width, Numbers.constant(0, width), identity(width), ()),
        Product(1, 0, 0),
        Affine(width, Numbers.constant(0, width), None, ((sparse([[1]] * width), 0),)),
        Product(width, 1, 3),  # x_k times the sum: an arrow of entries, not a block
    )
    goal = Objective(
        "v", False, numbers([0]), SparseRows.empty(1, width), ((sparse([[1]]), 2), (sparse([[1] * width]), 4))
    )
    program = Program("products", (columns(width),), (), goal, nodes, kind=ProgramClass.NLP)
    lifted = lift(program, 10)
    assert [(p.node, len(p.elements)) for p in lifted.parts] == [(0, 1)]
    x = np.linspace(0, 1, width)
    longer = lifted.extend(x, Evaluation(program))
    assert Functions(lifted.program).objective(longer) == pytest.approx((1 + x.sum()) ** 2 + (1 + x.sum()) * x.sum())
