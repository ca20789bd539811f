"""A Program's linear part as flat arrays."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from mdl.algebra.numbers import Numbers
from mdl.backends.arrays import fill, name_of_column, name_of_row, to_arrays
from mdl.diagnostics import Failure
from mdl.program.program import Bound, Columns, Domain, Objective, Program, Rows
from mdl.program.sparse import SparseRows
from tests.program import make


def two_blocks() -> Program:
    """Rows and columns in two blocks each, the second of the rows first in the tuple."""
    wide = 5
    first = make.rows(make.sparse([[1, 0, 0, Fraction(1, 10), 0], [0] * 5], wide), [None, 2], [4, 3], name="a")
    second = make.rows(make.sparse([[0, 2, 0, 0, -1]], wide), 7, 7, name="b", start=2)
    return Program(
        "two",
        (
            make.columns(2, 0, [None, 5], name="x"),
            make.columns(3, -1, 2.5, name="y", start=2, domain=Domain.INTEGER),
        ),
        (second, first),
        Objective("cost", True, make.numbers([3]), make.sparse([[1, 0, 0, 2, 0]], wide)),
    )


def test_blocks_are_laid_out_by_their_starts() -> None:
    arrays = to_arrays(two_blocks())
    dense = csr_matrix((arrays.values, arrays.columns, arrays.starts), shape=(3, 5)).toarray()
    assert dense.tolist() == [[1, 0, 0, 0.1, 0], [0, 0, 0, 0, 0], [0, 2, 0, 0, -1]]
    assert arrays.row_lower.tolist() == [-np.inf, 2, 7]
    assert arrays.row_upper.tolist() == [4, 3, 7]
    assert arrays.lower.tolist() == [0, 0, -1, -1, -1]
    assert arrays.upper.tolist() == [np.inf, 5, 2, 2, 2]  # integers: 2.5 is 2
    assert arrays.cost.tolist() == [1, 0, 0, 2, 0]
    assert (arrays.offset, arrays.maximize) == (3.0, True)
    assert arrays.integer is not None and arrays.integer.tolist() == [False, False, True, True, True]
    assert arrays.starts.dtype == arrays.columns.dtype == np.int32


def test_names_of_rows_and_columns_are_the_users() -> None:
    assert name_of_row(two_blocks(), 2) == "b[1]"
    assert name_of_column(two_blocks(), 3) == "y[2]"


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (Fraction(1, 3), Fraction(7, 2), (1, 3)),
        (Fraction(-7, 2), Fraction(-1, 3), (-3, -1)),
        (2, 2, (2, 2)),
        (None, Fraction(5, 2), (-np.inf, 2)),
        (2**60 + 1, None, (2.0**60, np.inf)),
    ],
)
def test_integer_bounds_are_rounded_inwards(
    lower: Fraction | None, upper: Fraction | None, expected: tuple[float, float]
) -> None:
    arrays = to_arrays(make.linear([1], lower=lower, upper=upper, domain=Domain.INTEGER))
    assert (arrays.lower[0], arrays.upper[0]) == expected


def test_float_bounds_of_integers_forgive_rounding() -> None:
    block = Columns(
        "x", make.labels(2), 0, Bound(Numbers.inexact([0.1, 1 + 1e-12])), Bound(Numbers.inexact([3 - 1e-12, 2.9])),
        Domain.INTEGER,
    )  # fmt: skip
    objective = Objective("c", False, make.numbers([0]), SparseRows.empty(1, 2))
    arrays = to_arrays(Program("p", (block,), (), objective))
    assert (arrays.lower.tolist(), arrays.upper.tolist()) == ([1, 1], [3, 2])


def test_binary_variables_lie_between_zero_and_one() -> None:
    arrays = to_arrays(make.linear([1, 1], lower=[None, -4], upper=[None, 9], domain=Domain.BINARY))
    assert (arrays.lower.tolist(), arrays.upper.tolist()) == ([0, 0], [1, 1])


def test_bounds_that_are_not_there_are_infinite_whatever_stands_in_their_place() -> None:
    held = Bound(Numbers.inexact([np.nan, 1.0]), np.array([False, True]))
    block = Columns("x", make.labels(2), 0, held, None)
    arrays = to_arrays(Program("p", (block,), (), Objective("c", False, make.numbers([0]), SparseRows.empty(1, 2))))
    assert arrays.lower.tolist() == [-np.inf, 1.0]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused_by_name(value: float) -> None:
    matrix = SparseRows(np.array([0, 1, 3]), np.array([0, 0, 1]), Numbers.inexact([1.0, 2.0, value]), 2)
    program = make.linear([1, 1])
    bad = Program("p", program.columns, (make.rows(matrix, 0, name="link"),), program.objective)
    with pytest.raises(Failure, match=r"coefficient of x\[2\] in link\[2\]"):
        to_arrays(bad)
    bound = Rows("link", make.labels(1), 0, ">=", Bound(Numbers.inexact([value])), None, SparseRows.empty(1, 2))
    with pytest.raises(Failure, match=r"lower bound of link at link\[1\]"):
        to_arrays(Program("p", program.columns, (bound,), program.objective))
    cost = SparseRows(np.array([0, 1]), np.array([1]), Numbers.inexact([value]), 2)
    with pytest.raises(Failure, match=r"coefficient of x\[2\] in welfare"):
        to_arrays(Program("p", program.columns, (), Objective("welfare", True, make.numbers([0]), cost)))


def test_exact_numbers_beyond_floats_are_refused() -> None:
    with pytest.raises(Failure, match=r"coefficient of x\[1\] in r\[1\] is inf"):
        to_arrays(make.linear([1], [[Fraction(10**400)]], 0))


@given(st.lists(st.fractions(), max_size=6), st.booleans())
def test_fill_gives_the_nearest_float_of_each(values: list[Fraction], huge: bool) -> None:
    values = [v + 2**70 for v in values] if huge else values
    out = np.empty(len(values))
    fill(out, Numbers.of(values))
    assert out.tolist() == [float(v) for v in values]


def test_fill_spreads_a_repeated_value() -> None:
    out = np.empty(3)
    fill(out, Numbers.constant(Fraction(1, 3), 3))
    assert out.tolist() == [1 / 3] * 3
