"""Sets with data: positions, order, labels, families, against lists and dicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra import set_values
from mdl.algebra.domain import Domain, Family
from mdl.algebra.universe import FIRST, Universe
from mdl.algebra.values import Fixed, SetValue, Varying
from mdl.program.labels import Labels

ATOMS = st.one_of(st.integers(-3, 6), st.sampled_from(["a", "b", "c", "d"]), st.integers(-(2**40), 2**40))


@st.composite
def relations(draw: st.DrawFn) -> list[tuple[object, ...]]:
    arity = draw(st.integers(1, 3))
    return draw(st.lists(st.tuples(*[ATOMS] * arity), unique=True, min_size=1, max_size=12))


@settings(max_examples=200, deadline=None)
@given(relations(), st.data())
def test_positions_of_members(rows: list[tuple[object, ...]], data: st.DataObject) -> None:
    universe = Universe()
    domain = Domain.of(universe, rows)  # type: ignore[arg-type]
    assert list(domain.members()) == rows
    others = data.draw(st.lists(st.tuples(*[ATOMS] * len(rows[0])), max_size=8))
    asked = [*rows, *others]
    codes = [universe.codes(r[c] for r in asked) for c in range(len(rows[0]))]  # type: ignore[misc]
    assert domain.lookup(codes).tolist() == [rows.index(r) if r in rows else -1 for r in asked]
    labels = Labels(*domain.labels(), domain.size)
    assert [labels.key(k) for k in range(domain.size)] == rows


@settings(max_examples=100, deadline=None)
@given(st.lists(relations(), min_size=2, max_size=3))
def test_products(factors: list[list[tuple[object, ...]]]) -> None:
    universe = Universe()
    product = Domain.product(universe, [Domain.of(universe, f) for f in factors])  # type: ignore[arg-type]
    wanted = [()]
    for f in factors:
        wanted = [(*w, *m) for w in wanted for m in f]
    assert list(product.members()) == wanted
    assert product.lookup(product.columns).tolist() == list(range(len(wanted)))
    shifted = [np.roll(c, 1) for c in product.columns[:1]] + list(product.columns[1:])
    asked = list(zip(*[universe.atoms(c) for c in shifted], strict=True))
    assert product.lookup(shifted).tolist() == [wanted.index(a) if a in wanted else -1 for a in asked]


def test_ranges_need_no_table() -> None:
    universe = Universe()
    domain = Domain.range(universe, 3, 7)
    assert domain.lookup((np.array([2, 3, 7, 8, universe.code("x")], dtype=np.int32),)).tolist() == [-1, 0, 4, -1, -1]
    assert domain.labels()[0] == (range(3, 8),)
    assert domain.columns[0].dtype == np.int32


def test_wide_relations_do_not_overflow_their_keys() -> None:
    universe, rng = Universe(), np.random.default_rng(1)
    columns = [rng.permutation(100_000).astype(np.int32) for _ in range(5)]
    domain = Domain.relation(universe, columns)
    assert np.array_equal(domain.lookup(columns), np.arange(100_000))
    moved = [*columns[:4], np.roll(columns[4], 1)]
    assert (domain.lookup(moved) == -1).all()


def test_atoms_are_numbered_once() -> None:
    universe = Universe()
    assert universe.code("a") == universe.code("a") == FIRST
    assert universe.code(5) == 5
    assert universe.code("5") != 5
    assert universe.find("never") not in (universe.code("a"), 5)
    assert universe.atom(universe.code(2**40)) == 2**40


SETS = st.lists(st.lists(st.sampled_from([1, 2, 3, "a", "b"]), unique=True, max_size=4), min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(SETS, SETS, st.sampled_from(["|", "&", "\\", "*"]), st.integers(0, 3))
def test_operations_row_by_row(a: list[list[object]], b: list[list[object]], op: str, fixed: int) -> None:
    universe = Universe()
    size = min(len(a), len(b))
    a, b = (a[:1] * size if fixed & 1 else a[:size]), (b[:1] * size if fixed & 2 else b[:size])
    left, right = made(universe, a, bool(fixed & 1)), made(universe, b, bool(fixed & 2))
    found = set_values.as_family(set_values.combine(op, left, right, size), size).sets()
    assert found == [
        [m if isinstance(m, tuple) else (m,) for m in reference(op, x, y)] for x, y in zip(a, b, strict=True)
    ]


def made(universe: Universe, sets: list[list[object]], fixed: bool) -> SetValue:
    if fixed:
        return Fixed(Domain.of(universe, sets[0]))  # type: ignore[arg-type]
    return Varying(Family.of(universe, sets), None)  # type: ignore[arg-type]


def reference(op: str, a: list[object], b: list[object]) -> list[object]:
    if op == "|":
        return a + [m for m in b if m not in a]
    if op == "*":
        return [(m, n) for m in a for n in b]
    return [m for m in a if (m in b) == (op == "&")]


@given(SETS)
def test_families_and_masks(sets: list[list[object]]) -> None:
    universe = Universe()
    base = Domain.of(universe, ["a", 1, "b", 2, 3])
    value = Varying(Family.of(universe, sets), None)  # type: ignore[arg-type]
    bits = set_values.masks(value, base, len(sets))
    assert [set(s) for s in set_values.from_masks(bits, base).sets()] == [{(m,) for m in s} for s in sets]
    rows = np.array([len(sets) - 1, 0], dtype=np.int32)
    assert value.family.take(rows).sets() == [value.family.sets()[-1], value.family.sets()[0]]
    assert [[m for (m,) in value.family.domain(k).members()] for k in range(len(sets))] == sets


def test_a_set_with_a_member_outside_has_no_mask() -> None:
    universe = Universe()
    value = Varying(Family.of(universe, [["a"], ["z", "a"]]), None)
    bits = set_values.masks(value, Domain.of(universe, ["a", "b"]), 2)
    assert bits.tolist() == [1, -(2**31)]


def test_subsets_in_order_of_their_masks() -> None:
    universe = Universe()
    domain = Domain.subsets(Domain.of(universe, ["a", "b"]))
    assert list(domain.members()) == [("{}",), ("{a}",), ("{b}",), ("{a,b}",)]
    with pytest.raises(ValueError, match="scalar"):
        Domain.scalar(universe).lookup(())
