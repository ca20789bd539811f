"""Narrow systems against dense solves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import FloatArray
from mdl.backends.banded import Factor, layout


def solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    row, column = (k.astype(np.intp) for k in np.nonzero(matrix))
    place = layout(len(matrix), row, column)
    slots = place.slots(row, column)
    held = slots >= 0
    store = np.bincount(slots[held], matrix[row, column][held], 2 * place.size)
    return Factor(place, store, len(matrix)).solve(right)


def narrow(size: int, band: int, seed: int, shuffled: bool, ring: bool) -> FloatArray:
    random = np.random.default_rng(seed)
    root = np.zeros((size, size))
    for k in range(min(band, size - 1) + 1):
        root += np.diag(random.random(size - k), k)
    if ring and size > 1:
        root[0, -1] = 0.5
    scale = 10.0 ** random.uniform(-4, 4, size)
    matrix = (root @ root.T + np.eye(size)) * scale[:, None] * scale
    order = random.permutation(size) if shuffled else np.arange(size)
    return np.ascontiguousarray(matrix[np.ix_(order, order)])


@given(st.integers(1, 120), st.integers(0, 12), st.integers(0, 10**6), st.booleans(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_agrees_with_a_dense_solve(size: int, band: int, seed: int, shuffled: bool, ring: bool) -> None:
    matrix = narrow(size, band, seed, shuffled, ring)
    wanted = np.random.default_rng(seed).standard_normal(size)
    found = solve(matrix, matrix @ wanted)
    # what a backward stable solver of the scaled matrix leaves
    scale = np.sqrt(np.diag(matrix))
    assert (found - wanted) * scale == pytest.approx(0, abs=1e-8 * float(np.abs(wanted * scale).max()))


def test_shuffled_narrow_matrices_are_found_narrow() -> None:
    matrix = narrow(600, 3, 1, shuffled=True, ring=True)
    row, column = (k.astype(np.intp) for k in np.nonzero(matrix))
    assert layout(600, row, column).block < 30


def test_parts_that_do_not_touch() -> None:
    matrix = np.kron(np.eye(40), np.array([[2.0, 1.0, 0.5], [1.0, 2.0, 1.0], [0.5, 1.0, 2.0]]))
    order = np.random.default_rng(0).permutation(120)
    matrix = np.ascontiguousarray(matrix[np.ix_(order, order)])
    assert solve(matrix, matrix @ np.arange(120.0)) == pytest.approx(np.arange(120.0), abs=1e-10)


def test_dense_and_large_blocks() -> None:
    random = np.random.default_rng(2)
    root = random.standard_normal((300, 300))
    matrix = root @ root.T + np.eye(300)
    wanted = random.standard_normal(300)
    assert solve(matrix, matrix @ wanted) == pytest.approx(wanted, abs=1e-8)


def test_nothing_to_solve() -> None:
    assert solve(np.zeros((0, 0)), np.zeros(0)).shape == (0,)


@pytest.mark.parametrize("matrix", [[[1.0, 2.0], [2.0, 1.0]], [[0.0, 0.0], [0.0, 1.0]], [[-1.0]]])
def test_indefinite_matrices_are_noticed(matrix: list[list[float]]) -> None:
    with pytest.raises(np.linalg.LinAlgError):
        solve(np.array(matrix), np.ones(len(matrix)))
