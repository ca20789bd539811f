"""Where HiGHS's simplex method ends: bases that others start from, and rays of what has no optimum."""

from __future__ import annotations

import numpy as np

from mdl.backends.arrays import Arrays
from mdl.backends.evidence import improves_for_ever, proves_infeasible
from mdl.backends.highs import prepare
from mdl.backends.simplex_end import simplex_end
from mdl.program.program import Program
from tests.program import make


def arrays_of(program: Program) -> Arrays:
    return prepare(program)[0]


def test_an_optimal_basis_and_the_same_again() -> None:
    arrays = arrays_of(make.linear([3, 2], [[1, 1], [1, 3]], None, [4, 6], maximize=True))
    end = simplex_end(arrays)
    assert end is not None and end.status == "kOptimal"
    assert end.column_basis.tolist() == [1, 0] and end.row_basis.tolist() == [2, 1]
    again = simplex_end(arrays, start=end, fine=True)
    assert again is not None and again.row_basis.tolist() == [2, 1]
    assert end.dual_ray is None and end.primal_ray is None


def test_rays() -> None:
    impossible = arrays_of(make.linear([1, 1], [[1, 1], [1, 2]], [5, None], [None, 4]))
    end = simplex_end(impossible)
    assert end is not None and end.status == "kInfeasible" and end.dual_ray is not None
    assert any(proves_infeasible(impossible, sign * end.dual_ray) for sign in (1, -1))
    endless = arrays_of(make.linear([-1, -1], [[1, -1]], None, [2]))
    end = simplex_end(endless)
    assert end is not None and end.primal_ray is not None and improves_for_ever(endless, end.primal_ray)


def test_no_time_no_basis() -> None:
    arrays = arrays_of(make.linear([3, 2], [[1, 1], [1, 3]], None, [4, 6], maximize=True))
    assert simplex_end(arrays, 0.0) is None
    assert np.isfinite(arrays.cost).all()
