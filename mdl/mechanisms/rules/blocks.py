"""A block-diagonal linear program taken apart: exact integers, case by case, cases of one shape together.

Rows are scaled to integer coefficients, costs to integers, bounds to integers over one denominator.  Numbers that
are floats are rounded to BITS bits first, and the answer is then not exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import IntArray, Numbers
from mdl.mechanisms.rules import alike
from mdl.mechanisms.rules.batch import Batch, Flags, Places
from mdl.program.maps import spread
from mdl.program.program import Bound, Domain, Program, Role, Rows
from mdl.program.sparse import SparseRows

BITS = 40
"""Of floats, relative to the largest: of a case's costs, a row's coefficients, all bounds."""


TOGETHER = 2**17
"""Cases of one shape that are looked at together; more of them would only take memory."""


@dataclass(slots=True, frozen=True, eq=False)
class Linear:
    """maximise cost x, low <= (x, matrix x) <= high, as integers; exact unless `rounded`.

    Columns and rows stand by case, in a case in their order, columns made for a max, min or abs last:
    `columns` and `rows` are their numbers in the program, case k has `column_starts[k] : column_starts[k + 1]`.
    cost (width,); low, high, has_low, has_high: a pair for columns (width,) and rows (height,), in units of 1 / unit.
    Entries by case: `entry_row` and `entry_column` count inside the case.
    """

    cases: int
    columns: Places
    rows: Places
    column_starts: Places
    row_starts: Places
    user: Flags
    whole: Flags
    cost: IntArray
    low: tuple[IntArray, IntArray]
    high: tuple[IntArray, IntArray]
    has_low: tuple[Flags, Flags]
    has_high: tuple[Flags, Flags]
    unit: int
    entry_starts: Places
    entry_row: Places
    entry_column: Places
    entry: IntArray
    same: alike.Hash
    rough: bool
    """Coefficients or bounds were rounded."""
    rough_entries: bool
    """Coefficients were: by 1/2 at most, as they stand here."""
    cost_scale: npt.NDArray[np.float64] | None
    """(cases,), where costs were rounded: what they were multiplied by."""

    @property
    def rounded(self) -> bool:
        return self.rough or self.cost_scale is not None


@dataclass(slots=True, frozen=True, eq=False)
class Problems:
    """K cases of one shape: n columns and m rows, none of them 0 (an empty side has one that does nothing).

    cost, low, high, has_low, has_high, sense: (K, n + m), rows last.  `sense` is 1 where the rule for ties wants a
    column large, -1 where small, 0 where it has no say.  user, whole (n + m,): which are the user's, and integer.
    """

    linear: Linear
    cases: Places
    n: int
    m: int
    cost: IntArray
    low: IntArray
    high: IntArray
    has_low: Flags
    has_high: Flags
    sense: npt.NDArray[np.int8]
    user: Flags
    whole: Flags
    same: alike.Hash
    """Equal where the matrices are (alike.py)."""

    def __len__(self) -> int:
        return len(self.cases)

    def take(self, chosen: Places) -> Problems:
        return replace(
            self,
            cases=self.cases[chosen],
            cost=self.cost[chosen],
            low=self.low[chosen],
            high=self.high[chosen],
            has_low=self.has_low[chosen],
            has_high=self.has_high[chosen],
            sense=self.sense[chosen],
            same=self.same[chosen],
        )

    def distinct(self) -> tuple[Places, Places]:
        """The first of each kind of equal problems, and the kind of each."""
        flags = self.has_low + 2 * self.has_high + 4 * (self.sense + 1)
        return alike.distinct(alike.of_numbers(self.same, (self.cost, self.low, self.high, flags.astype(np.int64))))

    def matrix(self) -> IntArray:
        """The coefficients of each case, shape (K, m, n)."""
        held = self.linear
        counts = np.diff(held.entry_starts)[self.cases]
        at = spread(held.entry_starts[self.cases], counts)
        which = np.repeat(np.arange(len(self.cases)), counts)
        out = np.zeros((len(self.cases), self.m, self.n), dtype=held.entry.dtype)
        out[which, held.entry_row[at], held.entry_column[at]] = held.entry[at]
        return out


# ---- from the program ----------------------------------------------------------------------------------


def linear_of(batch: Batch) -> Linear:
    """The program's linear parts; it has no others."""
    program = batch.program
    helper, whole = _column_flags(program)
    columns = np.lexsort((np.arange(program.width), helper, batch.column_case))
    rows = np.lexsort((np.arange(program.height), batch.row_case))
    column_starts = _starts(batch.column_case, batch.cases)
    row_starts = _starts(batch.row_case, batch.cases)
    entry_row, entry_column, entry, factor, rounded = _entries(program)
    cost, cost_scale = _cost(batch)
    bounds, unit, coarse = _bounds(program, factor)
    low, high, has_low, has_high = (tuple(v[p] for v, p in zip(b, (columns, rows), strict=True)) for b in bounds)
    if whole.any():
        low = (_whole_side(low[0], unit, whole[columns], up=True), low[1])
        high = (_whole_side(high[0], unit, whole[columns], up=False), high[1])
    in_row, in_column = _inside(rows, row_starts, batch.row_case), _inside(columns, column_starts, batch.column_case)
    case = batch.row_case[entry_row]
    order = np.lexsort((in_column[entry_column], in_row[entry_row], case))
    entries = (_starts(case, batch.cases), in_row[entry_row[order]], in_column[entry_column[order]], entry[order])
    return Linear(
        cases=batch.cases,
        columns=columns,
        rows=rows,
        column_starts=column_starts,
        row_starts=row_starts,
        user=~helper[columns],
        whole=whole[columns],
        cost=cost[columns],
        low=low,  # type: ignore[arg-type]
        high=high,  # type: ignore[arg-type]
        has_low=has_low,  # type: ignore[arg-type]
        has_high=has_high,  # type: ignore[arg-type]
        unit=unit,
        entry_starts=entries[0],
        entry_row=entries[1],
        entry_column=entries[2],
        entry=entries[3],
        same=alike.of_entries(*entries),
        rough=rounded or coarse,
        rough_entries=rounded,
        cost_scale=cost_scale,
    )


def _starts(case: Places, cases: int) -> Places:
    return np.concatenate(([0], np.cumsum(np.bincount(case, minlength=cases))))


def _inside(order: Places, starts: Places, case: Places) -> Places:
    """The place of each column (row) inside its case."""
    out = np.empty(len(order), dtype=np.int64)
    out[order] = np.arange(len(order)) - starts[case[order]]
    return out


def _column_flags(program: Program) -> tuple[Flags, Flags]:
    helper, whole = np.zeros(program.width, dtype=np.bool_), np.zeros(program.width, dtype=np.bool_)
    for block in program.columns:
        here = slice(block.start, block.start + len(block.labels))
        helper[here] = block.role is not Role.USER
        whole[here] = block.domain is not Domain.CONTINUOUS
    return helper, whole


def _entries(program: Program) -> tuple[Places, Places, IntArray, Numbers, bool]:
    """Row, column and integer of each entry; what each row was multiplied by; whether floats were rounded."""
    row, column, values, factors = [], [], [], []
    rounded = False
    for block in _in_order(program.rows):
        value, factor, rough = _row_integers(block.linear)
        row.append(block.linear.row_ids() + block.start)
        column.append(block.linear.columns)
        values.append(value)
        factors.append(factor)
        rounded |= rough
    none = np.zeros(0, dtype=np.int64)
    factor = arithmetic.concat(factors) if factors else Numbers.exact(none)
    return joined(row), joined(column), joined(values), factor, rounded


def joined(parts: Sequence[Any]) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _in_order(blocks: tuple[Rows, ...]) -> Iterator[Rows]:
    yield from sorted((b for b in blocks if len(b.labels)), key=lambda b: b.start)


def _row_integers(linear: SparseRows) -> tuple[IntArray, Numbers, bool]:
    """Integers in lowest terms row by row, and the positive factor that made each row so."""
    held, rows = linear.coefficients, linear.row_ids()
    if held.numerators is None:
        value, exponent = rounded_by(held.floats(), rows, linear.rows)
        return value, powers_of_two(exponent), True
    numerators = np.ascontiguousarray(held.numerators)
    full = np.flatnonzero(np.diff(linear.starts))
    common = np.ones(linear.rows, dtype=numerators.dtype)
    if len(full):
        common[full] = np.abs(np.gcd.reduceat(numerators, linear.starts[full]))
    top = Numbers.constant(held.denominator, linear.rows)
    factor = arithmetic.div(top, Numbers.exact(common))
    if not factor.is_exact:
        return numerators, top, False
    return numerators // common[rows], factor, False


def rounded_by(values: npt.NDArray[np.float64], owner: Places, owners: int) -> tuple[IntArray, Places]:
    """Floats times 2^e as integers of at most BITS bits, with one exponent e for each owner."""
    largest = np.zeros(owners)
    np.maximum.at(largest, owner, np.abs(values))
    exponent = BITS - np.frexp(largest)[1]
    return np.rint(np.ldexp(values, exponent[owner])).astype(np.int64), exponent


def powers_of_two(exponent: Places) -> Numbers:
    low = min(int(exponent.min(initial=0)), 0)
    whole = np.array([1 << int(e - low) for e in exponent.tolist()], dtype=object)
    return Numbers.exact(whole, 1 << -low)


def _cost(batch: Batch) -> tuple[IntArray, npt.NDArray[np.float64] | None]:
    """(width,), larger is better; and each case's own factor, where the costs are floats."""
    program, linear = batch.program, batch.program.objective.linear
    held = linear.coefficients
    if held.numerators is None:
        value, exponent = rounded_by(held.floats(), batch.column_case[linear.columns], batch.cases)
        scale = np.ldexp(1.0, exponent)
    else:
        value, scale = held.numerators, None
    cost = np.zeros(program.width, dtype=value.dtype)
    cost[linear.columns] = value
    return cost if program.objective.maximize else -cost, scale


Sides = tuple[tuple[IntArray, IntArray], tuple[IntArray, IntArray], tuple[Flags, Flags], tuple[Flags, Flags]]


def _bounds(program: Program, factor: Numbers) -> tuple[Sides, int, bool]:
    """Lower and upper bounds of columns and rows, over one denominator; whether floats were rounded."""
    sides: list[tuple[Numbers, Flags]] = []
    for lower in (True, False):
        sides.append(_side(program.columns, program.width, lower))
        values, finite = _side(program.rows, program.height, lower)
        sides.append((arithmetic.mul(values, factor) if len(values) else values, finite))
    rounded = any(not v.is_exact for v, _ in sides)
    whole = arithmetic.concat([_exactly(v) for v, _ in sides])
    assert whole.numerators is not None
    held = np.ascontiguousarray(whole.numerators)
    ends = np.cumsum([0, *(len(v) for v, _ in sides)])
    parts = [held[ends[k] : ends[k + 1]] for k in range(4)]
    flags = [f for _, f in sides]
    found = ((parts[0], parts[1]), (parts[2], parts[3]), (flags[0], flags[1]), (flags[2], flags[3]))
    return found, whole.denominator, rounded


def _exactly(values: Numbers) -> Numbers:
    if values.is_exact:
        return values
    held, exponent = rounded_by(values.floats(), np.zeros(len(values), dtype=np.int64), 1)
    shift = int(exponent[0])
    return Numbers.exact(held, 1 << shift) if shift >= 0 else Numbers.exact(held.astype(object) << -shift)


def _side(blocks: Sequence[Any], size: int, lower: bool) -> tuple[Numbers, Flags]:
    """Bounds of all blocks in order, 0 where there is none."""
    finite = np.zeros(size, dtype=np.bool_)
    parts = []
    for block in sorted((b for b in blocks if len(b.labels)), key=lambda b: int(b.start)):
        length = len(block.labels)
        here = slice(block.start, block.start + length)
        bound: Bound | None = block.lower if lower else block.upper
        low, high = (0, 1) if getattr(block, "domain", None) is Domain.BINARY else (None, None)
        side = low if lower else high
        if bound is None:
            finite[here] = side is not None
            parts.append(Numbers.constant(side or 0, length))
            continue
        has = np.ones(length, dtype=np.bool_) if bound.finite is None else bound.finite
        values = arithmetic.select(has, bound.values, Numbers.constant(side or 0, length))
        if side is not None:
            pick = arithmetic.maximum if lower else arithmetic.minimum
            values, has = pick(values, Numbers.constant(side, length)), np.ones(length, dtype=np.bool_)
        finite[here] = has
        parts.append(values)
    return (arithmetic.concat(parts) if parts else Numbers.constant(0, 0)), finite


def _whole_side(values: IntArray, unit: int, whole: Flags, up: bool) -> IntArray:
    """Bounds of integer columns moved to the next integer inside."""
    inside = -(-values // unit) * unit if up else values // unit * unit
    return np.where(whole, inside, values)


# ---- groups of one shape -------------------------------------------------------------------------------


def groups(linear: Linear) -> Iterator[Problems]:
    """The cases, those of one shape together: as many columns and rows, user's and integer ones at the same places."""
    widths, heights = np.diff(linear.column_starts), np.diff(linear.row_starts)
    shapes, shape = _kinds(np.stack((widths, heights), axis=1))
    for k, (width, height) in enumerate(shapes.tolist()):
        cases = np.flatnonzero(shape == k)
        columns = linear.column_starts[cases, None] + np.arange(width)
        marks = linear.user[columns] + 2 * linear.whole[columns]
        kinds, kind = _kinds(marks.astype(np.int8))
        for j, flags in enumerate(kinds):
            mine = np.flatnonzero(kind == j)
            for begin in range(0, len(mine), TOGETHER):
                some = mine[begin : begin + TOGETHER]
                yield _problems(linear, cases[some], columns[some], height, flags % 2 == 1, flags >= 2)


def _kinds(rows: Places) -> tuple[Places, Places]:
    """The different rows, and which of them each row is."""
    if len(rows) and (rows == rows[0]).all():
        return rows[:1], np.zeros(len(rows), dtype=np.int64)
    kinds, kind = np.unique(rows, axis=0, return_inverse=True)
    return kinds, kind.reshape(-1)


def _problems(linear: Linear, cases: Places, columns: Places, height: int, user: Flags, whole: Flags) -> Problems:
    rows = linear.row_starts[cases, None] + np.arange(height)
    count, width = columns.shape
    n, m = max(width, 1), max(height, 1)

    def both(pair: tuple[Any, Any], none: Any) -> Any:
        """Columns then rows; an empty side has a column fixed at 0 or a row without bounds."""
        left, right = pair[0][columns], pair[1][rows]
        if not width:
            left = np.full((count, 1), none, dtype=left.dtype)
        if not height:
            right = np.zeros((count, 1), dtype=right.dtype)
        return np.concatenate((left, right), axis=1)

    cost = np.zeros((count, n + m), dtype=linear.cost.dtype)
    cost[:, :width] = linear.cost[columns]
    sense = np.zeros((count, n + m), dtype=np.int8)
    sense[:, :width] = 1
    padding = np.zeros(n + m - width, dtype=np.bool_)
    return Problems(
        linear=linear,
        cases=cases,
        n=n,
        m=m,
        cost=cost,
        low=both(linear.low, 0),
        high=both(linear.high, 0),
        has_low=both(linear.has_low, True),
        has_high=both(linear.has_high, True),
        sense=sense,
        user=np.concatenate((user, padding)),
        whole=np.concatenate((whole, padding)),
        same=linear.same[cases],
    )
