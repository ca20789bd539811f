"""Operations on Numbers and forms alike, on random vectors, against 500 bits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.irrational import quantity as q
from mdl.irrational.builder import Irrational
from mdl.irrational.forms import Forms, Quantity
from tests.irrational import wide

R = Irrational()
SIZE = 4

rationals = st.fractions(min_value=Fraction(1, 50), max_value=50, max_denominator=60)
exponents = st.sampled_from([Fraction(e) for e in ("1/2", "-1/2", "0.8", "-0.8", "1/3", "2", "-1", "0", "5/3")])


class Pair:
    """A vector and the same to 500 bits."""

    def __init__(self, held: Quantity, values: list[Any]) -> None:
        self.held = held
        self.values = values


def leaf() -> st.SearchStrategy[Pair]:
    return st.lists(rationals, min_size=SIZE, max_size=SIZE).map(lambda v: Pair(Numbers.of(v), v))


@st.composite
def vectors(draw: st.DrawFn, depth: int = 3) -> Pair:
    """A random tree of exact operations; what is not defined on some entry is left out."""
    if depth == 0:
        return draw(leaf())
    a = draw(vectors(depth - 1))
    choice = draw(st.integers(0, 8))
    if choice <= 3:
        b = draw(vectors(depth - 1))
        return binary(choice, a, b)
    if choice == 4:
        e = draw(exponents)
        if all(1e-30 < v < 1e30 for v in a.values):
            return Pair(R.power(a.held, Numbers.constant(e, SIZE)), [wide.power(v, e) for v in a.values])
        return a
    if choice == 5 and all(wide.sign(v) > 0 for v in a.values):
        return Pair(R.call("log", [a.held]), [wide.call("log", [v]) for v in a.values])
    if choice == 6 and all(-20 < v < 20 for v in a.values):
        return Pair(R.call("exp", [a.held]), [wide.call("exp", [v]) for v in a.values])
    places = draw(st.lists(st.integers(0, SIZE - 1), min_size=SIZE, max_size=SIZE))
    return Pair(q.take(a.held, np.array(places)), [a.values[p] for p in places])


def binary(choice: int, a: Pair, b: Pair) -> Pair:
    pairs = list(zip(a.values, b.values, strict=True))
    if choice == 0:
        return Pair(q.add(a.held, b.held), [x + y for x, y in pairs])
    if choice == 1:
        return Pair(q.sub(a.held, b.held), [x - y for x, y in pairs])
    if choice == 2 or any(wide.sign(y) == 0 for y in b.values):
        return Pair(q.mul(a.held, b.held), [x * y for x, y in pairs])
    return Pair(R.divide(a.held, b.held), [x / y for x, y in pairs])


def check(held: Quantity, values: list[Any]) -> None:
    assert q.size(held) == len(values)
    assert q.level(held) in ("exact", "interval")
    low, high = q.bounds(held)
    fine_low, fine_high = q.bounds(held, 300)
    floats, signs = q.floats(held), q.signs(held)
    for k, value in enumerate(values):
        for down, up in ((low, high), (fine_low, fine_high)):
            assert down[k] == -np.inf or not wide.ball(Fraction(down[k])) > wide.ball(value)
            assert up[k] == np.inf or not wide.ball(Fraction(up[k])) < wide.ball(value)
        assert signs[k] == 2 or signs[k] == wide.sign(value)
        assert floats[k] == pytest.approx(float(value), rel=1e-9, abs=1e-90)


@settings(max_examples=150, deadline=None)
@given(vectors())
def test_random_trees_have_the_values_of_500_bits(made: Pair) -> None:
    check(made.held, made.values)


@settings(max_examples=80, deadline=None)
@given(vectors(), vectors(2), st.lists(st.fractions(-9, 9), min_size=SIZE, max_size=SIZE), st.data())
def test_assembly_and_sums(a: Pair, b: Pair, factors: list[Fraction], data: st.DataObject) -> None:
    check(q.concat([a.held, b.held, a.held]), [*a.values, *b.values, *a.values])
    check(q.scale(a.held, Numbers.of(factors)), [v * f for v, f in zip(a.values, factors, strict=True)])
    check(q.scale(a.held, factors[0]), [v * factors[0] for v in a.values])
    check(q.neg(a.held), [-v for v in a.values])
    order = np.array(data.draw(st.permutations(range(2 * SIZE))))
    merged = q.merge([(order[:SIZE], a.held), (order[SIZE:], b.held)], 2 * SIZE)
    placed = dict(zip(order.tolist(), [*a.values, *b.values], strict=True))
    check(merged, [placed[k] for k in range(2 * SIZE)])
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=SIZE, max_size=SIZE)))
    check(q.select(mask, a.held, b.held), [x if m else y for m, x, y in zip(mask, a.values, b.values, strict=True)])
    parents = np.sort(np.array(data.draw(st.lists(st.integers(0, 3), min_size=SIZE, max_size=SIZE))))
    sums = [sum((v for v, p in zip(a.values, parents, strict=True) if p == k), Fraction(0)) for k in range(4)]
    check(q.total(a.held, Segments(parents, 4)), sums)
    check(q.sum_of([a.held, b.held, a.held]), [2 * x + y for x, y in zip(a.values, b.values, strict=True)])


@settings(max_examples=80, deadline=None)
@given(vectors())
def test_a_number_less_itself_is_0_whichever_way_it_is_put(made: Pair) -> None:
    twice = q.scale(made.held, 2)
    zero = q.sub(q.sub(twice, made.held), made.held)
    assert q.signs(zero).tolist() == [0] * SIZE
    assert q.floats(zero).tolist() == [0.0] * SIZE


def _root(values: list[Fraction | int]) -> Quantity:
    return R.call("sqrt", [Numbers.of(values)])


def test_levels() -> None:
    exact, form, rounded = Numbers.of([1]), _root([2]), Numbers.inexact([0.1])
    assert [q.level(exact), q.level(form), q.level(rounded)] == ["exact", "interval", "numeric"]
    assert q.level(exact, form) == "interval" and q.level(form, rounded, exact) == "numeric"
    assert q.is_exact_rational(exact) and not q.is_exact_rational(form) and not q.is_exact_rational(rounded)


@pytest.mark.parametrize("combine", [q.add, q.sub, q.mul, lambda a, b: q.concat([a, b])])
def test_a_float_makes_the_result_float(combine: Callable[[Quantity, Quantity], Quantity]) -> None:
    made = combine(_root([2, 4]), Numbers.inexact([0.5, 1.5]))
    assert q.level(made) == "numeric"
    expected = combine(Numbers.inexact([2**0.5, 2.0]), Numbers.inexact([0.5, 1.5]))
    assert q.floats(made) == pytest.approx(q.floats(expected))


def test_rows_without_atoms_stay_beside_others() -> None:
    made = _root([4, 2, 9, 8])
    assert isinstance(made, Forms)
    assert q.signs(q.sub(made, Numbers.of([2, 1, 3, 3]))).tolist() == [0, 1, 0, -1]
    rational = q.take(made, np.array([0, 2]))
    assert isinstance(rational, Numbers) and rational.fractions() == [2, 3]


def test_numbers_beyond_float64_are_decided_by_balls() -> None:
    tiny = R.power(Numbers.of([Fraction(1, 10**300)]), Numbers.of([Fraction(7, 5)]))
    assert q.signs(tiny).tolist() == [1]
    low, high = q.bounds(tiny)
    assert low[0] <= 0 <= high[0]
    large = q.mul(R.call("exp", [Numbers.of([700])]), R.call("exp", [Numbers.of([700])]))
    assert q.signs(q.neg(large)).tolist() == [-1]


def test_rationals_among_forms_have_bounds_without_width() -> None:
    made = q.concat([Numbers.of([0, Fraction(3, 8), Fraction(1, 3)]), _root([2])])
    low, high = q.bounds(made)
    assert low[:2].tolist() == high[:2].tolist() == [0, 0.375]
    assert low[2] < Fraction(1, 3) < high[2]
    assert q.signs(made).tolist() == [0, 1, 1, 1]


def test_a_rational_that_is_0_as_float64_is_not_0() -> None:
    made = q.concat([Numbers.of([0, Fraction(-1, 10**400)]), q.scale(_root([2, 3]), Fraction(1, 10**400))])
    low, high = q.bounds(made)
    assert low[0] == high[0] == 0
    assert (low <= 0).all() and (high >= 0).all()
    assert q.signs(made).tolist() == [0, -1, 1, 1]


def test_vectors_without_entries() -> None:
    none = np.zeros(0, dtype=np.int64)
    for empty in (Numbers.constant(2, 0), q.take(_root([2, 3]), none)):
        assert q.size(empty) == 0
        for made in (R.call("log", [empty]), R.power(empty, empty), q.mul(empty, empty), q.sub(empty, empty)):
            assert q.size(made) == 0
        assert len(q.signs(empty)) == len(q.floats(empty)) == len(q.bounds(empty)[0]) == 0
    assert q.signs(q.total(q.take(_root([2, 3]), none), Segments(none, 3))).tolist() == [0, 0, 0]
    assert q.floats(q.concat([q.take(_root([2]), none), _root([9]), _root([2])])) == pytest.approx([3, 2**0.5])


def test_a_million_rows_are_screened_at_once() -> None:
    sizes = np.arange(1, 10**6 + 1) % 97 + 1
    made = q.scale(R.power(Numbers.exact(sizes), Numbers.constant(Fraction(-4, 5), 10**6)), Numbers.exact(sizes))
    gains = q.sub(made, q.take(made, np.roll(np.arange(10**6), 97 * 5)))
    # s^0.2 repeats every 97 rows, so that all gains but those at the seam are 0
    assert np.count_nonzero(q.signs(gains)) <= 97 * 5
