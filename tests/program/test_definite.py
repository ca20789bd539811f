from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.program import definite, exact
from mdl.program.definite import Level, Semidefinite, semidefinite
from mdl.program.sparse import SparseRows
from tests.program.make import sparse

Dense = list[list[int]]


@st.composite
def symmetric(draw: st.DrawFn) -> Dense:
    size = draw(st.integers(1, 5))
    entry = st.integers(-3, 3)
    if draw(st.booleans()):  # a Gram matrix, often singular
        factor = draw(st.lists(st.lists(entry, min_size=size, max_size=size), min_size=1, max_size=size))
        return [[sum(f[i] * f[j] for f in factor) for j in range(size)] for i in range(size)]
    upper = draw(st.lists(st.lists(entry, min_size=size, max_size=size), min_size=size, max_size=size))
    return [[upper[min(i, j)][max(i, j)] + 4 * (i == j) for j in range(size)] for i in range(size)]


@given(symmetric(), st.sampled_from([1, -1]))
@settings(max_examples=200, deadline=None)
def test_agrees_with_eigenvalues(matrix: Dense, sign: int) -> None:
    least = float(np.linalg.eigvalsh(sign * np.array(matrix, dtype=float)).min())
    found = semidefinite(sparse(matrix), sign)
    assert found.level is Level.EXACT
    if abs(least) > 1e-9:
        assert found.holds == (least > 0)


@given(symmetric())
@settings(max_examples=100, deadline=None)
def test_singular_matrices_are_told_apart_exactly(matrix: Dense) -> None:
    """All principal minors of a semidefinite matrix are nonnegative, and only of those."""
    from itertools import combinations

    size = len(matrix)
    subsets = [s for k in range(1, size + 1) for s in combinations(range(size), k)]
    minors = [_determinant([[Fraction(matrix[i][j]) for j in s] for i in s]) for s in subsets]
    assert semidefinite(sparse(matrix), 1).holds == all(m >= 0 for m in minors)


def _determinant(m: list[list[Fraction]]) -> Fraction:
    if len(m) == 1:
        return m[0][0]
    return sum(
        ((-1) ** k * m[0][k] * _determinant([row[:k] + row[k + 1 :] for row in m[1:]]) for k in range(len(m))),
        Fraction(0),
    )


def test_exact_where_floats_cannot_tell() -> None:
    tiny = Fraction(1, 10**30)
    assert semidefinite(sparse([[1, 1], [1, 1 + tiny]]), 1).holds
    assert not semidefinite(sparse([[1, 1, 0], [1, 1 - tiny, 0], [0, 0, 1]]), 1).holds


def chain(size: int, diagonal: Fraction) -> SparseRows:
    """Diagonal, and -1 beside it: least eigenvalue diagonal - 2 cos(pi / (size + 1))."""
    k, beside = np.arange(size), np.arange(size - 1)
    row, column = np.concatenate((k, beside, beside + 1)), np.concatenate((k, beside + 1, beside))
    tops = np.concatenate((np.full(size, diagonal.numerator), np.full(2 * size - 2, -diagonal.denominator)))
    return exact.from_entries(row, column, Numbers.exact(tops, diagonal.denominator), size, size)


@pytest.mark.parametrize("size", [definite.DENSE, 3 * definite.DENSE])
def test_large_matrices_are_factored_numerically(size: int) -> None:
    least = 2 * np.cos(np.pi / (size + 1))
    above, below = Fraction(least), Fraction(19, 10)
    good, bad = chain(size, above + Fraction(1, size**2)), chain(size, below)
    assert semidefinite(chain(size, Fraction(2)), 1).how == "diagonally dominant"
    assert semidefinite(good, 1) == Semidefinite(True, Level.NUMERIC, "factored in floating point")
    assert not semidefinite(bad, 1).holds
    assert not semidefinite(good, -1).holds


def test_levels_are_stated() -> None:
    rng = np.random.default_rng(3)
    factor = rng.integers(-3, 4, (60, 60))
    gram = (factor.T @ factor).tolist()
    found = semidefinite(sparse(gram), 1)
    assert (found.holds, found.level) == (True, Level.NUMERIC)
    gram[0][0] -= 2000
    assert not semidefinite(sparse(gram), 1).holds
