"""Through Pyomo's compiler a program gives the same arrays, entry for entry, as directly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.backends.arrays import to_arrays as direct
from mdl.backends.pyomo_arrays import to_arrays
from mdl.backends.pyomo_model import assemble
from mdl.diagnostics import Failure
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Domain, Objective, Program, ProgramClass
from mdl.program.quadratic import quadratic_objective
from tests.backends.test_pyomo_model import unicast
from tests.program import make


def ranges() -> Program:
    """All shapes of rows, free and boxed columns, an empty row, an unused column, thirds."""
    return make.linear(
        [1, Fraction(-1, 3), 0, 0],
        [[1, 2, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 0], [0, -1, 0, 0]],
        [1, None, -1, 2, Fraction(-1, 3)],
        [1, 4, 1, 5, None],
        [None, 0, -2, 0],
        [None, 1, 2, None],
        constant=Fraction(7, 2),
        maximize=True,
    )


def blocks() -> Program:
    """Two blocks of columns and two of rows over named members, one column a scalar."""
    columns = (
        Columns("flow", Labels.of([("a", "b"), ("b", "c")]), 0, Bound(Numbers.constant(0, 2)), None),
        Columns("total", Labels.scalar(), 2, None, Bound(Numbers.of([9])), Domain.INTEGER),
    )
    rows = (
        make.rows(make.sparse([[1, -1, 0]]), 0, 0, name="balance"),
        make.rows(make.sparse([[1, 1, -1], [0, 0, 2]]), None, 3, name="cap", start=1),
    )
    objective = Objective("cost", False, Numbers.of([0]), make.sparse([[1, 2, -1]]))
    return Program("blocks", columns, rows, objective, kind=ProgramClass.MIP)


LINEAR: list[Callable[[], Program]] = [
    ranges,
    blocks,
    lambda: make.linear(
        [2, 1], [[1, 1], [1, 3]], None, [4, Fraction(13, 2)], 0, 3, domain=Domain.INTEGER, maximize=True
    ),
    lambda: make.linear([1, 1], lower=0, upper=1, domain=Domain.BINARY),
    lambda: make.linear([0, 0], [[1, 1]], 1, 1),
    lambda: make.linear([1, 2], [[0, 0]], 1, 2),
]


@pytest.mark.parametrize("program", LINEAR)
def test_same_arrays(program: Callable[[], Program]) -> None:
    one, hessian = to_arrays(assemble(program()))
    two = direct(program())
    assert hessian is None
    for field in fields(two):
        left, right = getattr(one, field.name), getattr(two, field.name)
        if left is None or right is None:
            assert left is right, field.name
        else:
            np.testing.assert_array_equal(left, right, err_msg=field.name)


def test_same_hessian() -> None:
    program = make.quadratic([[2, 1, 0], [1, 4, -1], [0, -1, 6]], [1, 0, 2], [[1, 1, 1]], 1, 1, constant=3)
    arrays, hessian = to_arrays(assemble(program))
    held = quadratic_objective(program)
    assert held is not None and hessian is not None
    for one, two in zip((hessian.starts, hessian.rows, hessian.values), held.triangle(), strict=True):
        np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(arrays.cost, [1, 0, 2])
    assert arrays.offset == 3


def test_nonlinear_is_refused() -> None:
    with pytest.raises(Failure) as failed:
        to_arrays(assemble(unicast()))
    assert failed.value.diagnostics[0].code == "MDL581"
    assert "welfare" in failed.value.diagnostics[0].message
