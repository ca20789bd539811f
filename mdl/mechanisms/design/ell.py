"""Differences of rows of affine forms, millions at a time, straight into canonical compressed rows.

The rows of a vector of forms mostly have equally many entries, so they are held as a rectangle.  A row of the
result is what one row of it says less what another says: entries of the two are laid side by side, which is
ascending for columns that stand in the same order in both; where it is not, the row is sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import LIMIT, Numbers
from mdl.algebra.vectors import largest, scaled, wide
from mdl.lowering.entries import joined
from mdl.lowering.terms import Terms
from mdl.program.sparse import SparseRows

Places = npt.NDArray[Any]
Values = npt.NDArray[Any]

CHUNK = 2**15
"""Rows at a time: what is worked on stays in the cache of a processor."""


@dataclass(slots=True, eq=False)
class Ell:
    """Row k is the sum of `coefficients[k, j]` times column `columns[k, j]`; shape (rows, entries a row).

    Places without an entry have column -1 and coefficient 0.  `coefficients` is one number where all are equal.
    """

    columns: Places
    coefficients: Numbers
    complete: bool
    """Every place has an entry, and none is 0."""

    @property
    def entries(self) -> int:
        return int(self.columns.shape[1])


def ell_of(form: Terms) -> Ell | None:
    """The variables of a vector; None where rows are of too different lengths to make a rectangle."""
    parts = [e for e in form.variables if e.nonzeros]
    if not parts:
        return Ell(np.zeros((form.size, 0), dtype=np.int32), Numbers.constant(1, 0), True)
    whole = joined(parts, form.size)
    if whole.starts is None:
        return _complete(whole.columns.reshape(-1, 1), whole.coefficients)
    counts = np.diff(whole.starts)
    most = int(counts.max())
    if int(counts.min()) == most:
        return _complete(whole.columns.reshape(-1, most), whole.coefficients)
    if form.size * most > 4 * whole.nonzeros + form.size:
        return None
    target = np.arange(whole.nonzeros) + np.repeat(np.arange(form.size) * most - whole.starts[:-1], counts)
    columns = np.full(form.size * most, -1, dtype=np.int32)
    columns[target] = whole.columns
    held = whole.coefficients
    if held.numerators is None:
        floats = np.zeros(len(columns))
        floats[target] = held.floats()
        return Ell(columns.reshape(-1, most), Numbers.inexact(floats), False)
    numerators = np.zeros(len(columns), dtype=held.numerators.dtype)
    numerators[target] = held.numerators
    return Ell(columns.reshape(-1, most), Numbers.exact(numerators, held.denominator), False)


def _complete(columns: Places, coefficients: Numbers) -> Ell:
    held = coefficients.floats_ if coefficients.numerators is None else coefficients.numerators
    assert held is not None
    one = held[:1] if held.strides == (0,) else held
    return Ell(columns.astype(np.int32, copy=False), coefficients, bool((one != 0).all()))


Rows = Callable[[Places, Places, Places], Places]
"""Rows of a vector from true types, reports and scenarios."""


@dataclass(slots=True, eq=False)
class Part:
    """`sign` times (row `plus` less row `minus`) of the rectangle."""

    held: Ell
    sign: int
    plus: Rows
    minus: Rows


@dataclass(slots=True, eq=False)
class Differences:
    """A row for each true type, report and scenario, shape (n,) each: the sum over the parts."""

    parts: Sequence[Part]
    true: Places
    report: Places
    scenario: Places

    @property
    def entries(self) -> int:
        return 2 * sum(p.held.entries for p in self.parts)

    @property
    def rows(self) -> int:
        return len(self.true)

    def chunks(self) -> Iterator[tuple[int, Places, Places, Places]]:
        """First row, and true types, reports and scenarios of some rows."""
        for first in range(0, self.rows, CHUNK):
            here = slice(first, first + CHUNK)
            yield first, self.true[here], self.report[here], self.scenario[here]


def compressed(groups: Sequence[Differences], width: int) -> SparseRows:
    """The rows of all groups, one group after the other: canonical, exact where every coefficient is."""
    every = [p.held for g in groups for p in g.parts]
    terms = max((g.entries for g in groups), default=0)
    unit, denominator, dtype = _unit(every, terms)
    height = sum(g.rows for g in groups)
    room = sum(g.rows * g.entries for g in groups)
    narrow = np.int32 if room < 2**31 else np.int64
    columns, values = np.empty(room, dtype=np.int32), np.empty(room, dtype=dtype)
    starts = np.zeros(height + 1, dtype=narrow)
    row = at = 0
    for group in groups:
        parts = [(p, unit[id(p.held)]) for p in _ordered(group.parts)]
        for _, *rows in group.chunks():
            n = len(rows[0])
            counts, at = _chunk(parts, rows, group.entries, columns, values, at)
            if isinstance(counts, int):
                counts = np.full(n, counts, dtype=narrow)
            np.cumsum(counts, out=starts[row + 1 : row + n + 1])
            np.add(starts[row + 1 : row + n + 1], starts[row], out=starts[row + 1 : row + n + 1])
            row += n
    columns, values = columns[:at], values[:at]
    made = Numbers.inexact(values) if dtype == np.float64 else Numbers.exact(values, denominator)
    return SparseRows(starts, columns, made, width)


def _unit(every: Sequence[Ell], terms: int) -> tuple[dict[int, Values], int, Any]:
    """Coefficients of each rectangle over one denominator, and their type: float64 where one is inexact."""
    if any(not e.coefficients.is_exact for e in every):
        return {id(e): _shaped(e, e.coefficients.floats()) for e in every}, 1, np.float64
    common = lcm(*(e.coefficients.denominator for e in every)) if every else 1
    out = {}
    for e in every:
        held = e.coefficients.numerators
        assert held is not None
        one = held[:1] if len(held) and held.strides == (0,) else held
        out[id(e)] = _shaped(e, scaled(one, common // e.coefficients.denominator))
    big = any(v.dtype == object or largest(v.reshape(-1)) * max(terms, 1) > LIMIT for v in out.values())
    if big:
        return {k: wide(v) for k, v in out.items()}, common, object
    return out, common, np.int64


def _shaped(e: Ell, values: Values) -> Values:
    """(rows, entries), or (1, 1) where all are equal."""
    if len(values) and values.strides == (0,):
        values = values[:1]
    return values.reshape(1, 1) if len(values) == 1 != e.columns.size else values.reshape(e.columns.shape)


def _ordered(parts: Sequence[Part]) -> list[Part]:
    """Those with the first columns first."""
    return sorted((p for p in parts if p.held.columns.size), key=lambda p: int(p.held.columns[0].max()))


def _chunk(
    parts: Sequence[tuple[Part, Values]],
    rows: Sequence[Places],
    entries: int,
    columns: Places,
    values: Values,
    at: int,
) -> tuple[Places | int, int]:
    """Writes some rows behind entry `at`; the number of entries of each, and the end."""
    n = len(rows[0])
    end = at + n * entries
    cols, vals = columns[at:end].reshape(n, entries), values[at:end].reshape(n, entries)
    k, complete = 0, True
    for part, coefficients in parts:
        last = k + 2 * part.held.entries
        plus, minus = part.plus(*rows), part.minus(*rows)
        _laid(part.held, part.sign, plus, minus, coefficients, cols[:, k:last], vals[:, k:last])
        complete &= part.held.complete
        k = last
    if not bool((cols[:, 1:] > cols[:, :-1]).all()):
        complete = False
        order = np.argsort(cols, axis=1, kind="stable")
        cols[...] = np.take_along_axis(cols, order, axis=1)
        vals[...] = np.take_along_axis(vals, order, axis=1)
        _added(cols, vals)
    if complete:
        return entries, end
    kept = vals != 0
    if bool(kept.all()):
        return entries, end
    counts = np.count_nonzero(kept, axis=1)
    end = at + int(counts.sum())
    columns[at:end], values[at:end] = cols[kept], vals[kept]
    return counts, end


def _laid(held: Ell, sign: int, plus: Places, minus: Places, coefficients: Values, cols: Places, vals: Values) -> None:
    """Entries of both rows side by side, the smaller column first."""
    one = held.entries == 1
    table = held.columns[:, 0] if one else held.columns
    a, b = table.take(plus, axis=0), table.take(minus, axis=0)
    first, second = (cols[:, 0], cols[:, 1]) if one else (cols[:, 0::2], cols[:, 1::2])
    before, after = (vals[:, 0], vals[:, 1]) if one else (vals[:, 0::2], vals[:, 1::2])
    np.minimum(a, b, out=first)
    np.maximum(a, b, out=second)
    inside = a <= b
    if coefficients.size == 1 != held.columns.size:
        value = coefficients[0, 0] * sign
        before[...] = np.where(inside, value, -value)
        np.negative(before, out=after)
        return
    source = coefficients[:, 0] if one else coefficients
    gain, loss = source.take(plus, axis=0), source.take(minus, axis=0)
    if sign < 0:
        gain = -gain
    else:
        np.negative(loss, out=loss)
    before[...] = np.where(inside, gain, loss)
    after[...] = np.where(inside, loss, gain)


def _added(cols: Places, vals: Values) -> None:
    """Entries of one column are added up in its first place; the others become 0."""
    for j in range(cols.shape[1] - 1, 0, -1):
        same = cols[:, j] == cols[:, j - 1]
        if same.any():
            vals[:, j - 1] += np.where(same, vals[:, j], 0)
            vals[:, j] = np.where(same, 0, vals[:, j])


# ---- numbers ----


def gains(held: Numbers, plus: Rows, minus: Rows, true: Places, report: Places, scenario: Places) -> Numbers | None:
    """Value `plus` less value `minus` of each row; None where int64 may not hold it."""
    table = held.numerators
    if table is None or table.dtype == object or 2 * largest(table) > LIMIT:
        return None
    out = np.empty(len(true), dtype=np.int64)
    for first in range(0, len(true), CHUNK):
        here = slice(first, first + CHUNK)
        rows = (true[here], report[here], scenario[here])
        np.subtract(table.take(plus(*rows)), table.take(minus(*rows)), out=out[here])
    return Numbers.exact(out, held.denominator)
