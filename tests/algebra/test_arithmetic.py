"""Vector arithmetic against Fractions, one by one; float64 beside it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra import arithmetic, segments
from mdl.algebra.arithmetic import Fault
from mdl.algebra.numbers import LIMIT, Numbers
from mdl.algebra.values import Segments

RATIONALS = st.one_of(
    st.integers(-5, 5).map(Fraction),
    st.fractions(min_value=-100, max_value=100, max_denominator=50),
    st.sampled_from(
        [Fraction(LIMIT), Fraction(-LIMIT), Fraction(LIMIT - 1, 3), Fraction(1, LIMIT), Fraction(10**30, 7)]
    ),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=6).map(Fraction),
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[list[Fraction], list[Fraction]]:
    size = draw(st.integers(0, 6))
    lists = st.one_of(st.lists(RATIONALS, min_size=size, max_size=size), RATIONALS.map(lambda v: [v] * size))
    return draw(lists), draw(lists)


def vector(values: list[Fraction]) -> Numbers:
    """Held as a constant of stride 0 where all values are one."""
    if values and len(set(values)) == 1:
        return Numbers.constant(values[0], len(values))
    return Numbers.of(values)


BINARY: list[tuple[Callable[[Numbers, Numbers], Numbers], Callable[[Fraction, Fraction], Fraction]]] = [
    (arithmetic.add, operator.add),
    (arithmetic.sub, operator.sub),
    (arithmetic.mul, operator.mul),
    (arithmetic.minimum, min),
    (arithmetic.maximum, max),
]


@settings(max_examples=300, deadline=None)
@given(pairs(), st.sampled_from(BINARY))
def test_binary_operations_are_exact(
    operands: tuple[list[Fraction], list[Fraction]],
    operation: tuple[Callable[[Numbers, Numbers], Numbers], Callable[[Fraction, Fraction], Fraction]],
) -> None:
    a, b = operands
    ours, reference = operation
    found = ours(vector(a), vector(b))
    assert found.is_exact
    assert found.fractions() == [reference(x, y) for x, y in zip(a, b, strict=True)]


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_division_is_exact_or_names_the_zero(operands: tuple[list[Fraction], list[Fraction]]) -> None:
    a, b = operands
    if 0 in b:
        with pytest.raises(Fault) as caught:
            arithmetic.div(vector(a), vector(b))
        at = b.index(Fraction(0))
        assert (caught.value.what, caught.value.position) == ("nought" if a[at] == 0 else "zero", at)
    else:
        assert arithmetic.div(vector(a), vector(b)).fractions() == [x / y for x, y in zip(a, b, strict=True)]


@settings(max_examples=200, deadline=None)
@given(pairs(), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
def test_comparisons_are_exact(operands: tuple[list[Fraction], list[Fraction]], op: str) -> None:
    a, b = operands
    reference = {
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
        "==": operator.eq,
        "!=": operator.ne,
    }
    assert arithmetic.compare(op, vector(a), vector(b)).tolist() == [
        reference[op](x, y) for x, y in zip(a, b, strict=True)
    ]


@settings(max_examples=200, deadline=None)
@given(st.lists(RATIONALS, max_size=6), st.integers(-4, 6))
def test_integer_powers_are_exact(values: list[Fraction], exponent: int) -> None:
    power = Numbers.constant(exponent, len(values))
    if exponent < 0 and 0 in values:
        with pytest.raises(Fault) as caught:
            arithmetic.power(vector(values), power)
        assert caught.value.position == values.index(Fraction(0))
    else:
        assert arithmetic.power(vector(values), power).fractions() == [v**exponent for v in values]


@given(
    st.lists(
        st.tuples(st.fractions(max_denominator=9, min_value=0, max_value=9), st.integers(0, 3)), min_size=1, max_size=6
    )
)
def test_exponents_may_differ_by_entry(pairs: list[tuple[Fraction, int]]) -> None:
    base, exponent = vector([b for b, _ in pairs]), vector([Fraction(e) for _, e in pairs])
    assert arithmetic.power(base, exponent).fractions() == [b**e for b, e in pairs]


@settings(max_examples=150, deadline=None)
@given(st.lists(RATIONALS, max_size=6))
def test_unary_operations(values: list[Fraction]) -> None:
    held = vector(values)
    assert arithmetic.neg(held).fractions() == [-v for v in values]
    assert arithmetic.absolute(held).fractions() == [abs(v) for v in values]
    assert arithmetic.signs(held).tolist() == [(v > 0) - (v < 0) for v in values]
    assert arithmetic.is_whole(held).tolist() == [v.denominator == 1 for v in values]
    assert arithmetic.reduced(held).fractions() == values
    squares = [v * v for v in values]
    root = arithmetic.sqrt(vector(squares))
    assert root.is_exact and root.fractions() == [abs(v) for v in values]


@settings(max_examples=150, deadline=None)
@given(st.lists(RATIONALS, max_size=6))
def test_floats_are_correctly_rounded(values: list[Fraction]) -> None:
    assert vector(values).floats().tolist() == [float(v) for v in values]


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5), st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5))
def test_the_float_side_agrees_with_the_exact_side(a: list[float], b: list[float]) -> None:
    size = min(len(a), len(b))
    exact = [vector([Fraction(v) for v in x[:size]]) for x in (a, b)]
    rough = [Numbers.inexact(np.array(x[:size])) for x in (a, b)]
    for ours, _ in BINARY:
        wanted, found = ours(*exact).floats(), ours(*rough).floats()
        assert np.allclose(found, wanted, rtol=1e-12, atol=1e-12)
        assert np.array_equal(ours(exact[0], rough[1]).floats(), found)


@pytest.mark.parametrize(
    ("operation", "what"),
    [
        (lambda: arithmetic.log(Numbers.of([1, 0])), "log"),
        (lambda: arithmetic.log(Numbers.of([1, -2])), "log"),
        (lambda: arithmetic.sqrt(Numbers.of([4, -1])), "sqrt"),
        (lambda: arithmetic.exp(Numbers.of([1, 1000])), "overflow"),
        (lambda: arithmetic.power(Numbers.of([4, -8]), Numbers.constant(Fraction(1, 3), 2)), "power"),
        (lambda: arithmetic.mul(Numbers.inexact([1, 1e200]), Numbers.inexact([1, 1e200])), "overflow"),
        (lambda: arithmetic.mul(Numbers.of([1, 10**200]), Numbers.of([1, 10**200])), "overflow"),
        (lambda: arithmetic.div(Numbers.inexact([1, 1e300]), Numbers.inexact([1, 1e-300])), "overflow"),
    ],
)
def test_faults_name_the_position(operation: Callable[[], Numbers], what: str) -> None:
    with pytest.raises(Fault) as caught:
        operation()
    assert (caught.value.what, caught.value.position) == (what, 1)


def test_sqrt_leaves_the_rationals_only_where_it_must() -> None:
    assert arithmetic.sqrt(Numbers.of([Fraction(1, 4), 9])).fractions() == [Fraction(1, 2), 3]
    assert arithmetic.sqrt(Numbers.of([10**40])).fractions() == [10**20]
    assert not arithmetic.sqrt(Numbers.of([2, 4])).is_exact
    assert arithmetic.sqrt(Numbers.of([2, 4])).floats().tolist() == [math.sqrt(2), 2.0]


def test_a_denominator_that_cannot_be_held_becomes_a_float() -> None:
    size = 30_000
    primes = Numbers.exact(np.arange(1, size + 1))
    found = arithmetic.div(Numbers.constant(1, size), primes)
    assert not found.is_exact
    assert found.floats()[6] == 1 / 7


def test_constants_stay_one_number() -> None:
    held = arithmetic.mul(Numbers.constant(Fraction(1, 10), 10**6), Numbers.constant(3, 10**6))
    assert arithmetic.is_constant(held) and arithmetic.value_at(held, 9) == Fraction(3, 10) and len(held) == 10**6


SEGMENTS = st.lists(st.integers(0, 4), max_size=6)


@settings(max_examples=200, deadline=None)
@given(SEGMENTS, st.data(), st.sampled_from(["sum", "prod", "min", "max", "mean"]), st.booleans())
def test_reductions(counts: list[int], data: st.DataObject, op: str, constant: bool) -> None:
    rows = sum(counts)
    strategy = RATIONALS.map(lambda v: [v] * rows) if constant else st.lists(RATIONALS, min_size=rows, max_size=rows)
    values = data.draw(strategy)
    groups = Segments(np.repeat(np.arange(len(counts)), counts), len(counts))
    parts, at = [], 0
    for n in counts:
        parts.append(values[at : at + n])
        at += n
    if op in ("min", "max", "mean") and 0 in counts:
        with pytest.raises(Fault) as caught:
            segments.reduce(op, vector(values), groups)
        assert (caught.value.what, caught.value.position) == ("empty", counts.index(0))
        return
    reference: dict[str, Callable[[list[Fraction]], Fraction]] = {
        "sum": lambda p: sum(p, Fraction(0)),
        "prod": lambda p: math.prod(p, start=Fraction(1)),
        "min": min,
        "max": max,
        "mean": lambda p: sum(p, Fraction(0)) / len(p),
    }
    found = segments.reduce(op, vector(values), groups)
    assert found.is_exact and found.fractions() == [reference[op](p) for p in parts]


@given(st.lists(st.lists(RATIONALS, max_size=3), min_size=1, max_size=3), st.data())
def test_assembly(parts: list[list[Fraction]], data: st.DataObject) -> None:
    flat = [v for p in parts for v in p]
    assert arithmetic.concat([vector(p) for p in parts]).fractions() == flat
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(flat), max_size=len(flat))), dtype=np.bool_)
    other = Numbers.constant(7, len(flat))
    wanted = [v if m else Fraction(7) for v, m in zip(flat, mask.tolist(), strict=True)]
    assert arithmetic.select(mask, vector(flat), other).fractions() == wanted
    if flat:
        assert arithmetic.extremes(vector(flat)) == (min(flat), max(flat))
