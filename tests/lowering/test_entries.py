"""Building sparse rows, against dense matrices of rationals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.lowering.entries import Entries, assembled, joined
from mdl.program.sparse import SparseRows

WIDTH = 5
Row = list[tuple[int, Fraction]]
values = st.fractions(min_value=-3, max_value=3, max_denominator=6)
rows = st.lists(st.lists(st.tuples(st.integers(0, WIDTH - 1), values), max_size=4), min_size=1, max_size=5)


def entries(table: list[Row]) -> Entries:
    flat = [e for row in table for e in row]
    starts = None
    if not all(len(row) == 1 for row in table):
        starts = np.concatenate(([0], np.cumsum([len(row) for row in table])))
    return Entries(starts, np.array([c for c, _ in flat], dtype=np.int32), Numbers.of([v for _, v in flat]))


def full(table: list[Row]) -> list[list[Fraction]]:
    out = [[Fraction(0)] * WIDTH for _ in table]
    for r, row in enumerate(table):
        for c, v in row:
            out[r][c] += v
    return out


def dense(held: SparseRows) -> list[list[Fraction]]:
    out = [[Fraction(0)] * held.width for _ in range(held.rows)]
    for r, c, v in zip(held.row_ids().tolist(), held.columns.tolist(), held.coefficients.fractions(), strict=True):
        out[r][c] += v
    return out


def check(found: Entries, wanted: list[list[Fraction]]) -> None:
    held = assembled([found], len(wanted), WIDTH)
    assert dense(held) == wanted
    assert all(v != 0 for v in held.coefficients.fractions())
    for a, b in zip(held.starts[:-1], held.starts[1:], strict=True):
        assert (np.diff(held.columns[a:b]) > 0).all()
    assert held.coefficients.is_exact
    assert held.columns.dtype == np.int32


@settings(deadline=None)
@given(st.lists(rows, min_size=1, max_size=3))
def test_sums_of_parts(tables: list[list[Row]]) -> None:
    size = min(len(t) for t in tables)
    tables = [t[:size] for t in tables]
    wanted = [[sum(cells) for cells in zip(*parts, strict=True)] for parts in zip(*map(full, tables), strict=True)]
    check(joined([entries(t) for t in tables], size), wanted)  # type: ignore[arg-type]
    assert dense(assembled([entries(t) for t in tables], size, WIDTH)) == wanted


@settings(deadline=None)
@given(rows, st.data())
def test_rows_taken_scaled_grouped_and_placed(table: list[Row], data: st.DataObject) -> None:
    size, whole = len(table), full(table)
    held = entries(table)
    picked = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=6))
    check(held.take(np.array(picked)), [whole[k] for k in picked])
    factors = data.draw(st.lists(values, min_size=size, max_size=size))
    check(held.scaled(Numbers.of(factors)), [[f * v for v in row] for f, row in zip(factors, whole, strict=True)])
    check(held.scaled(Numbers.constant(Fraction(2, 3), size)), [[Fraction(2, 3) * v for v in row] for row in whole])
    check(held.negated(), [[-v for v in row] for row in whole])
    parents = np.sort(np.array(data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))))
    grouped = [
        [sum((whole[k][c] for k in range(size) if parents[k] == g), Fraction(0)) for c in range(WIDTH)]
        for g in range(4)
    ]
    check(held.summed(Segments(parents, 4)), grouped)
    places = data.draw(st.permutations(range(size + 2)))[:size]
    spread = [[Fraction(0)] * WIDTH for _ in range(size + 2)]
    for k, place in enumerate(places):
        spread[place] = whole[k]
    check(held.placed(np.array(places), size + 2), spread)


def test_rows_already_in_order_are_not_copied() -> None:
    columns = np.arange(6, dtype=np.int32)
    held = assembled([Entries(np.array([0, 3, 6]), columns, Numbers.constant(1, 6))], 2, 6)
    assert held.columns is columns
    assert held.coefficients.numerators is not None and held.coefficients.numerators.strides == (0,)
