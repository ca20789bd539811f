"""Operations on vectors of real numbers, `Numbers` and `Forms` alike.

Results are `Numbers` where no row has an atom left, and float64 `Numbers` where a coefficient could not be held
exactly (see mdl.algebra.arithmetic) or an operand was float64 already.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Positions, Segments
from mdl.algebra.vectors import Fault, has_float
from mdl.irrational.atoms import Row
from mdl.irrational.form import Forms as Forms
from mdl.irrational.form import Quantity as Quantity
from mdl.irrational.form import centre
from mdl.irrational.form import settled as settled
from mdl.irrational.rows import Rows
from mdl.lowering.entries import Entries, joined
from mdl.program.sparse import SparseRows

# ---- making ----


def of_rows(table: Rows, rows: Sequence[Row]) -> Quantity:
    """One entry a row."""
    constant = Numbers.of([r[0] for r in rows])
    if not any(r[1] for r in rows):
        return constant
    starts = np.concatenate(([0], np.cumsum([len(r[1]) for r in rows]))).astype(np.int64)
    columns = np.array([i for r in rows for i, _ in r[1]], dtype=np.int32)
    coefficients = Numbers.of([c for r in rows for _, c in r[1]])
    return settled(table, constant, Entries(starts, columns, coefficients))


def distinct(q: Quantity) -> tuple[list[Row], Positions]:
    """The different rows of a vector, in order of appearance, and which of them each entry is."""
    if not len(q):
        return [], np.zeros(0, dtype=np.int64)
    if isinstance(q, Numbers):
        return _distinct_numbers(q)
    return _distinct(q.rows())


def _distinct_numbers(q: Numbers) -> tuple[list[Row], Positions]:
    if arithmetic.is_constant(q):
        return [(q.take(slice(0, 1)).fractions()[0], ())], np.broadcast_to(np.zeros(1, dtype=np.int64), (len(q),))
    assert q.numerators is not None
    if q.numerators.dtype == object:
        return _distinct([(f, ()) for f in q.fractions()])
    values, first, places = np.unique(q.numerators, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return [(Fraction(v, q.denominator), ()) for v in values[order].tolist()], rank[places]


def _distinct(rows: Sequence[Any]) -> tuple[list[Any], Positions]:
    found: dict[Hashable, int] = {}
    places = np.array([found.setdefault(r, len(found)) for r in rows], dtype=np.int64)
    return list(found), places


def mapped(table: Rows, function: Callable[..., Row], *operands: Quantity) -> Quantity:
    """An exact function of rows, applied once to each different row; a fault names the first entry that has it."""
    arguments, places = _together(operands)
    made = []
    for k, args in enumerate(arguments):
        try:
            made.append(_held(function(*args)))
        except Fault as f:
            raise Fault(f.what, int(np.argmax(places == k)), f.value) from None
    values = of_rows(table, made)
    try:
        numeric(values)
    except Fault as f:
        raise Fault(f.what, int(np.argmax(places == f.position))) from None
    return take(values, places)


def _held(row: Row) -> Row:
    """The row where its rationals are in the range of float64."""
    if not all(has_float(abs(c.numerator), c.denominator) for c in (row[0], *(c for _, c in row[1]))):
        raise Fault("overflow", 0)
    return row


def _together(operands: Sequence[Quantity]) -> tuple[list[tuple[Row, ...]], Positions]:
    """The different tuples of rows of several vectors, and which of them stands at each entry."""
    rows, places = distinct(operands[0])
    arguments: list[tuple[Row, ...]] = [(r,) for r in rows]
    for q in operands[1:]:
        others, beside = distinct(q)
        pairs, places = np.unique(places * len(others) + beside, return_inverse=True)
        arguments = [(*arguments[k // len(others)], others[k % len(others)]) for k in pairs.tolist()]
    return arguments, places


# ---- linear operations ----


def form_of(table: Rows, q: Quantity) -> Forms:
    if isinstance(q, Forms):
        assert q.table is table, "forms of two tables"
        return q
    return Forms(table, q, Entries(np.zeros(len(q) + 1, dtype=np.int64), _NONE, Numbers.constant(1, 0)))


_NONE = np.zeros(0, dtype=np.int32)


def table_of(parts: Sequence[Quantity]) -> Rows | None:
    """The table of the forms among the parts; None where all are Numbers."""
    return next((p.table for p in parts if isinstance(p, Forms)), None)


def numeric(q: Quantity) -> Numbers:
    """As float64 Numbers, where another operand is float64 already."""
    if isinstance(q, Numbers):
        return q
    return arithmetic.inexact(centre(q))


def common(parts: Sequence[Quantity]) -> tuple[Rows | None, list[Any]]:
    """The parts as forms of one table, or all as Numbers (and no table)."""
    table = table_of(parts)
    if table is None or not all(isinstance(p, Forms) or p.is_exact for p in parts):
        return None, [numeric(p) for p in parts]
    return table, [form_of(table, p) for p in parts]


def add(parts: Sequence[Quantity]) -> Quantity:
    table, held = common(parts)
    if table is None:
        return arithmetic.total(held)
    used = [p.entries for p in held if p.entries.nonzeros]
    constant = arithmetic.total([p.constant for p in held])
    return settled(table, constant, joined(used, len(held[0])) if used else held[0].entries)


def negate(q: Quantity) -> Quantity:
    if isinstance(q, Numbers):
        return arithmetic.neg(q)
    return Forms(q.table, arithmetic.neg(q.constant), q.entries.negated())


def scale(q: Quantity, factors: Numbers) -> Quantity:
    """Row r times factor r."""
    if isinstance(q, Numbers) or not factors.is_exact:
        return arithmetic.mul(numeric(q), factors)
    return settled(q.table, arithmetic.mul(q.constant, factors), q.entries.scaled(factors))


def take(q: Quantity, positions: Positions) -> Quantity:
    if isinstance(q, Numbers):
        return q.gather(positions)
    return settled(q.table, q.constant.gather(positions), q.entries.take(positions))


def total(q: Quantity, groups: Segments) -> Quantity:
    if isinstance(q, Numbers):
        return segments.total(q, groups)
    return settled(q.table, segments.total(q.constant, groups), q.entries.summed(groups))


def merge(parts: Sequence[tuple[Positions, Quantity]], size: int) -> Quantity:
    """result[positions[k]] = part[k]; the positions of all parts are 0..size-1 in some order."""
    parts = [(p, q) for p, q in parts if len(p)]
    table, held = common([q for _, q in parts])
    places = [p for p, _ in parts]
    if table is None:
        return arithmetic.merge(list(zip(places, held, strict=True)), size)
    constant = arithmetic.merge([(p, f.constant) for p, f in zip(places, held, strict=True)], size)
    used = [f.entries.placed(p, size) for p, f in zip(places, held, strict=True) if f.entries.nonzeros]
    return settled(table, constant, joined(used, size) if used else held[0].entries)


# ---- products ----


def multiply(a: Quantity, b: Quantity) -> Quantity:
    """Elementwise; pairs of atoms are multiplied once each."""
    if isinstance(a, Numbers):
        a, b = b, a
    if isinstance(b, Numbers):
        return scale(a, b)
    assert isinstance(a, Forms)
    table, size = a.table, len(a)
    assert b.table is table, "forms of two tables"
    left, right = a.merged(), b.merged()
    parts = [arithmetic.mul(a.constant, b.constant), _crossed(table, left, right)]
    for held, factors in ((left, b.constant), (right, a.constant)):
        if arithmetic.signs(factors).any():
            entries = Entries(held.starts, held.columns, held.coefficients)
            parts.append(settled(table, Numbers.constant(0, size), entries.scaled(factors)))
    return add(parts)


def _crossed(table: Rows, left: SparseRows, right: SparseRows) -> Quantity:
    """Row by row, the sum over all pairs of an entry of each."""
    counts = np.diff(right.starts)[left.row_ids()]
    first = np.repeat(np.arange(left.nonzeros), counts)
    begins = np.cumsum(counts) - counts
    rows = left.row_ids()[first]
    second = np.arange(len(first)) - begins[first] + right.starts[rows]
    pairs = left.columns[first].astype(np.int64) * len(table.atoms) + right.columns[second]
    width = len(table.atoms)
    different, places = np.unique(pairs, return_inverse=True)
    made = [table.product(k // width, k % width) for k in different.tolist()]
    values = take(of_rows(table, made), places)
    scaled = scale(values, arithmetic.mul(left.coefficients.take(first), right.coefficients.take(second)))
    return total(scaled, Segments(rows, left.rows))
