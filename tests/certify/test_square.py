"""Exact square systems against Gaussian elimination in fractions, and the matrices of integers under them."""

from __future__ import annotations

from fractions import Fraction
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import IntArray
from mdl.certify import square
from mdl.certify.integers import IntRows, integers, narrowed
from mdl.certify.rational import common_fractions
from mdl.certify.square import DENSE, Clock, Late, Square


def rows_of(dense: list[list[int]], width: int) -> IntRows:
    starts = np.cumsum([0] + [sum(v != 0 for v in row) for row in dense])
    columns = np.array([c for row in dense for c, v in enumerate(row) if v], dtype=np.int32)
    return IntRows(starts, columns, integers([v for row in dense for v in row if v]), width)


def reference(dense: list[list[int]], right: list[int]) -> list[Fraction] | None:
    """Gauss and Jordan; None where the matrix is singular."""
    rows = [[Fraction(v) for v in (*row, b)] for row, b in zip(dense, right, strict=True)]
    for k in range(len(rows)):
        found = next((r for r in range(k, len(rows)) if rows[r][k]), None)
        if found is None:
            return None
        rows[k], rows[found] = rows[found], rows[k]
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for r in range(len(rows)):
            if r != k and rows[r][k]:
                rows[r] = [a - rows[r][k] * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [row[-1] for row in rows]


def fractions(found: tuple[IntArray, int] | None) -> list[Fraction] | None:
    return None if found is None else [Fraction(int(v), found[1]) for v in found[0].tolist()]


ENTRY = st.one_of(st.just(0), st.integers(-3, 3), st.integers(-(10**12), 10**12), st.integers(-(10**30), 10**30))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_systems_of_any_condition(data: st.DataObject) -> None:
    """By FLINT as small ones are, and by digits with FLINT after them where floats are not enough."""
    size = data.draw(st.integers(1, 6))
    dense = data.draw(st.lists(st.lists(ENTRY, min_size=size, max_size=size), min_size=size, max_size=size))
    right = data.draw(st.lists(ENTRY, min_size=size, max_size=size))
    with patch.object(square, "SMALL", data.draw(st.sampled_from([0, 48]))):
        held = Square(rows_of(dense, size), Clock())
    expected = reference(dense, right)
    turned = reference([list(column) for column in zip(*dense, strict=True)], right)
    if expected is None:
        assert not any(right) or held.solve(integers(right)) is None
        return
    assert fractions(held.solve(integers(right))) == expected
    assert fractions(held.solve_turned(integers(right))) == turned


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_digits_alone(data: st.DataObject) -> None:
    """Without FLINT to fall back on, where the diagonal keeps the condition small."""
    size = data.draw(st.integers(1, 6))
    few = st.integers(-3, 3)
    dense = data.draw(st.lists(st.lists(few, min_size=size, max_size=size), min_size=size, max_size=size))
    for k in range(size):
        dense[k][k] += data.draw(st.sampled_from([-30, 30, 10**9]))
    right = data.draw(st.lists(ENTRY, min_size=size, max_size=size))
    with patch.object(square, "SMALL", 0), patch.object(square, "DENSE", 0):
        held = Square(rows_of(dense, size), Clock())
        assert fractions(held.solve(integers(right))) == reference(dense, right)
        turned = [list(column) for column in zip(*dense, strict=True)]
        assert fractions(held.solve_turned(integers(right))) == reference(turned, right)


def test_a_hilbert_matrix_is_beyond_floats_but_not_beyond_flint() -> None:
    size = 20
    common = int(np.lcm.reduce(np.arange(1, 2 * size).astype(object)))
    dense = [[common // (i + j + 1) for j in range(size)] for i in range(size)]
    right = list(range(1, size + 1))
    assert fractions(Square(rows_of(dense, size), Clock()).solve(integers(right))) == reference(dense, right)


def test_digits_alone_solve_what_is_too_large_for_flint() -> None:
    size = DENSE + 100
    random = np.random.default_rng(3)
    dense = np.diag(random.integers(5, 9, size)) + np.diag(random.integers(1, 5, size - 1), 1)
    dense[-1, 0] = 3
    right = random.integers(-9, 9, size)
    found = Square(rows_of(dense.tolist(), size), Clock()).solve(right)
    assert found is not None
    assert (dense.astype(object) @ found[0].astype(object) == right.astype(object) * found[1]).all()
    assert found[1].bit_length() > 500


def test_late() -> None:
    with patch.object(square, "SMALL", 0):
        held = Square(rows_of([[3, 1], [1, 2]], 2), Clock(0.0))
    with pytest.raises(Late):
        held.solve(integers([1, 1]))


@given(st.lists(st.builds(Fraction, st.integers(-(10**9), 10**9), st.integers(1, 10**6)), max_size=5))
def test_fractions_are_read_off_their_digits(values: list[Fraction]) -> None:
    bits = 400
    digits = [round(v * 2**bits) for v in values]
    found = common_fractions(digits, bits, bits - 1)
    assert found is not None
    assert [Fraction(n, found[1]) for n in found[0]] == values


def test_noise_is_no_fraction() -> None:
    random = np.random.default_rng(1)
    noise = [int(v) for v in random.integers(2**60, 2**61, 5)]
    assert common_fractions(noise, 61, 60) is None
    assert common_fractions([5], 3, 0) is None


BIG = st.one_of(st.integers(-5, 5), st.integers(-(2**62), 2**62), st.integers(-(10**40), 10**40))


@settings(deadline=None)
@given(st.data())
def test_products_never_wrap_around(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(0, 5)), data.draw(st.integers(1, 5))
    dense = data.draw(st.lists(st.lists(BIG, min_size=width, max_size=width), min_size=height, max_size=height))
    vector = data.draw(st.lists(BIG, min_size=width, max_size=width))
    weights = data.draw(st.lists(BIG, min_size=height, max_size=height))
    held = rows_of(dense, width)
    assert held.dot(integers(vector)).tolist() == [sum(a * b for a, b in zip(r, vector, strict=True)) for r in dense]
    combined = [sum(w * r[j] for w, r in zip(weights, dense, strict=True)) for j in range(width)]
    assert held.combination(integers(weights)).tolist() == combined
    columns = data.draw(st.permutations(range(width)))[: data.draw(st.integers(0, width))]
    part = held.take_columns(np.array(columns, dtype=np.int64))
    assert [part.dot(narrowed(unit)).tolist() for unit in np.eye(len(columns), dtype=np.int64)] == [
        [r[c] for r in dense] for c in columns
    ]
    assert [held.column(j).tolist() for j in range(width)] == [[r[j] for r in dense] for j in range(width)]
