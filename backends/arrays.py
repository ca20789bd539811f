"""The linear part of a Program as the flat float64 arrays that solvers and file writers take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.backends.errors import not_a_number, too_many_entries
from mdl.diagnostics import Failure
from mdl.program.program import Bound, Columns, Domain, Program, Rows
from mdl.program.sparse import SparseRows

MOST = 2**31 - 1
"""Entries that an int32 can count."""

CHUNK = 2**16
"""Numbers that are looked at together: they stay in the cache of a processor."""

ROUNDING = 1e-9
"""A float bound of an integer variable this close to an integer is taken for it; an exact bound never needs that."""


@dataclass(slots=True, frozen=True, eq=False)
class Arrays:
    """min or max cost'x + offset, row_lower <= A x <= row_upper, lower <= x <= upper.

    Shapes: cost, lower, upper, integer (width,); row_lower, row_upper (height,); A in compressed rows:
    starts (height + 1,), columns and values (nonzeros,).  No bound is an infinity.  Bounds of integer
    columns are integers (or infinite).  Nonlinear parts of the program are not in here.
    """

    maximize: bool
    offset: float
    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    starts: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
    values: FloatArray
    integer: npt.NDArray[np.bool_] | None
    """None: all continuous."""

    @property
    def width(self) -> int:
        return len(self.cost)

    @property
    def height(self) -> int:
        return len(self.row_lower)


def to_arrays(program: Program) -> Arrays:
    """The linear part of every row, all bounds, and the linear part of the objective.

    Raises Failure (MDL551, MDL554) where a number is not finite as a float64, or there are too many.
    """
    width, height = program.width, program.height
    entries = sum(block.linear.nonzeros for block in program.rows)
    if entries > MOST or max(width, height) > MOST:
        raise Failure(too_many_entries(max(entries, width, height)))
    starts = np.zeros(height + 1, dtype=np.int32)
    columns = np.empty(entries, dtype=np.int32)
    values = np.empty(entries)
    row_lower, row_upper = np.empty(height), np.empty(height)
    at = 0
    for block in _in_order(program.rows):
        end = at + block.linear.nonzeros
        here = slice(block.start, block.start + len(block.labels))
        np.add(block.linear.starts[1:], at, out=starts[here.start + 1 : here.stop + 1], casting="unsafe")
        columns[at:end] = block.linear.columns
        _fill_coefficients(values[at:end], program, block)
        _fill_bound(row_lower[here], block.lower, -np.inf, f"lower bound of {block.name}", block)
        _fill_bound(row_upper[here], block.upper, np.inf, f"upper bound of {block.name}", block)
        at = end
    lower, upper, integer = _column_bounds(program, width)
    return Arrays(
        maximize=program.objective.maximize,
        offset=single(program, program.objective.constant),
        cost=dense_row(program, program.objective.linear),
        lower=lower,
        upper=upper,
        row_lower=row_lower,
        row_upper=row_upper,
        starts=starts,
        columns=columns,
        values=values,
        integer=integer,
    )


def fill(out: FloatArray, numbers: Numbers) -> None:
    """The nearest float64 of each value, written in place; a repeated value is turned once.

    Raises OverflowError where an exact value is beyond float64.
    """
    whole = numbers.numerators
    if whole is None:
        out[...] = numbers.floats()
    elif len(whole) and whole.strides == (0,):
        out[...] = float(Fraction(int(whole[0]), numbers.denominator))
    elif whole.dtype == object or numbers.denominator > 2**53 or not _divided(out, whole, float(numbers.denominator)):
        out[...] = numbers.floats()


def _divided(out: FloatArray, whole: npt.NDArray[Any], denominator: float) -> bool:
    """Writes the quotients unless some integer is not a float64; each part is read once, in the cache."""
    for start in range(0, len(whole), CHUNK):
        part = whole[start : start + CHUNK]
        if int(part.max()) > 2**53 or int(part.min()) < -(2**53):
            return False
        if denominator == 1:
            out[start : start + CHUNK] = part
        else:
            np.divide(part, denominator, out=out[start : start + CHUNK])
    return True


def name_of_row(program: Program, row: int) -> str:
    """In the user's names: `link[AB]`."""
    return _name(program.rows, row)


def name_of_column(program: Program, column: int) -> str:
    return _name(program.columns, column)


def block_at(blocks: Sequence[Any], place: int) -> Any:
    """The block of rows or columns that holds row or column `place`."""
    return next(b for b in blocks if b.start <= place < b.start + len(b.labels))


def _name(blocks: Sequence[Any], place: int) -> str:
    block = block_at(blocks, place)
    return str(block.labels.name(block.name, place - block.start))


def _in_order(blocks: tuple[Rows, ...]) -> Iterator[Rows]:
    """By first row; blocks must tile the rows, as a gap would leave rows that nobody wrote."""
    expected = 0
    for block in sorted(blocks, key=lambda b: (b.start, len(b.labels))):
        assert block.start == expected, f"rows {expected} to {block.start} of the program belong to no block"
        assert block.linear.rows == len(block.labels)
        expected += len(block.labels)
        yield block


def _infinite(values: FloatArray) -> bool:
    return bool(len(values)) and not (np.isfinite(values.max()) and np.isfinite(values.min()))


def _fill_checked(out: FloatArray, numbers: Numbers) -> int | None:
    """Fills, and gives the place of the first value that is not finite."""
    try:
        fill(out, numbers)
    except OverflowError:
        out[...] = [_nearest(value) for value in numbers.fractions()]
    if numbers.numerators is not None and numbers.numerators.dtype != object:
        return None  # an int64 over any integer is finite
    return int(np.argmin(np.isfinite(out))) if _infinite(out) else None


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def _fill_coefficients(out: FloatArray, program: Program, block: Rows) -> None:
    bad = _fill_checked(out, block.linear.coefficients)
    if bad is not None:
        row = int(np.searchsorted(block.linear.starts, bad, side="right")) - 1
        column = name_of_column(program, int(block.linear.columns[bad]))
        what = f"coefficient of {column} in {block.labels.name(block.name, row)}"
        raise Failure(not_a_number(what, float(out[bad]), block.span))


def _fill_bound(out: FloatArray, bound: Bound | None, none: float, what: str, block: Rows | Columns) -> None:
    if bound is None:
        out[...] = none
        return
    bad = _fill_checked(out, bound.values)
    if bad is not None and bound.finite is not None:
        unused = np.where(bound.finite, out, 0.0)
        bad = int(np.argmin(np.isfinite(unused))) if _infinite(unused) else None
    if bad is not None:
        raise Failure(not_a_number(f"{what} at {block.labels.name(block.name, bad)}", float(out[bad]), block.span))
    if bound.finite is not None:
        out[~bound.finite] = none


def _column_bounds(program: Program, width: int) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_] | None]:
    lower, upper = np.empty(width), np.empty(width)
    whole = any(block.domain is not Domain.CONTINUOUS for block in program.columns)
    integer = np.zeros(width, dtype=bool) if whole else None
    covered = 0
    for block in program.columns:
        here = slice(block.start, block.start + len(block.labels))
        covered += len(block.labels)
        _fill_bound(lower[here], block.lower, -np.inf, f"lower bound of {block.name}", block)
        _fill_bound(upper[here], block.upper, np.inf, f"upper bound of {block.name}", block)
        if block.domain is not Domain.CONTINUOUS and integer is not None:
            integer[here] = True
            lower[here], upper[here] = _whole_bounds(block, lower[here], upper[here])
    assert covered == width
    return lower, upper, integer


def _whole_bounds(block: Columns, lower: FloatArray, upper: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Integer bounds inside the given ones.

    HiGHS 1.15 with presolve calls max x + y, x + y <= 6.3, integers up to 3.5, optimal at (2, 3.5).
    """
    low, high = _ceiling(block.lower, lower), -_ceiling(block.upper, -upper, negate=True)
    if block.domain is Domain.BINARY:
        return np.maximum(low, 0.0), np.minimum(high, 1.0)
    return low, high


def _ceiling(bound: Bound | None, values: FloatArray, negate: bool = False) -> FloatArray:
    if bound is None:
        return values
    numerators = bound.values.numerators
    if numerators is None:
        return np.ceil(values - ROUNDING)
    up = numerators // bound.values.denominator if negate else -((-numerators) // bound.values.denominator)
    exact = np.asarray(-up if negate else up, dtype=np.float64)
    return np.where(np.isfinite(values), exact, values)


def dense_row(program: Program, linear: SparseRows) -> FloatArray:
    """One row of the objective, shape (columns of the program,)."""
    values = np.empty(linear.nonzeros)
    bad = _fill_checked(values, linear.coefficients)
    if bad is not None:
        column = name_of_column(program, int(linear.columns[bad]))
        what = f"coefficient of {column} in {program.objective.name}"
        raise Failure(not_a_number(what, float(values[bad]), program.objective.span))
    if linear.nonzeros == program.width:
        return values
    cost = np.zeros(program.width)
    cost[linear.columns] = values
    return cost


def single(program: Program, constant: Numbers) -> float:
    """The constant of the objective."""
    value = np.zeros(1)
    if _fill_checked(value, constant) is not None:
        what = f"constant of {program.objective.name}"
        raise Failure(not_a_number(what, float(value[0]), program.objective.span))
    return float(value[0])
