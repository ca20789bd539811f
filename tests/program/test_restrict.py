"""A Program with some of its rows: the same values, and nothing evaluated that the rows do not need."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.program.evaluation import Evaluation
from mdl.program.graph import Affine, Apply, Function
from mdl.program.program import Program
from mdl.program.residual import row_sides
from mdl.program.restrict import restrict, take_rows
from mdl.program.sparse import SparseRows
from tests.program import make
from tests.program.graphs import smooth


@given(smooth(), st.lists(st.booleans(), min_size=3, max_size=3))
def test_the_rows_that_stay_have_their_values_and_sides(program: Program, chosen: list[bool]) -> None:
    kept = np.array(chosen)
    part = restrict(program, kept)
    x = np.linspace(0.3, 1.1, program.width)
    assert Evaluation(part).rows(x) == pytest.approx(Evaluation(program).rows(x)[kept], rel=1e-12)
    whole, sides = row_sides(program), row_sides(part)
    assert sides.lower.tolist() == whole.lower[kept].tolist()
    assert sides.upper.tolist() == whole.upper[kept].tolist()


def test_what_is_left_out_is_not_evaluated() -> None:
    """log(x1) >= 0 and log(x2) >= 0: without the first, x1 may be negative."""
    nodes = (Affine(2, Numbers.constant(0, 2), make.identity(2), ()), Apply(2, Function.LOG, 0))
    logs = make.rows(SparseRows.empty(2, 2), 0, nonlinear=((make.identity(2), 1),))
    program = replace(make.linear([1, 1], lower=None), rows=(logs,), nodes=nodes)
    x = np.array([-1.0, np.e])
    with np.errstate(invalid="ignore"):
        assert np.isnan(Evaluation(program).rows(x)[0])
    with np.errstate(all="raise"):
        assert Evaluation(restrict(program, np.array([False, True]))).rows(x) == pytest.approx([1.0])
        assert not len(Evaluation(restrict(program, np.zeros(2, dtype=bool))).rows(x))


def test_rows_are_taken_in_order() -> None:
    held = make.sparse([[1, 2], [0, 0], [0, 3]])
    part = take_rows(held, np.array([1, 2]))
    assert (part.starts.tolist(), part.columns.tolist(), part.width) == ([0, 0, 1], [1], 2)
    assert part.coefficients.fractions() == [3]
