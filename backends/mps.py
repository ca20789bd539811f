"""Free-format MPS files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays
from mdl.backends.file_arrays import file_arrays, numerals
from mdl.backends.file_names import FileNames, file_names
from mdl.backends.file_places import heading
from mdl.backends.highs_session import Hessian
from mdl.program.program import Program

Ints = npt.NDArray[np.int64]


def write(program: Program) -> str:
    """An LP or QP (QUADOBJ), with or without integers.  Raises Failure (MDL580, MDL581) for any other.

    A range is its smaller side and a difference, as the format wants it; the difference is chosen so
    that the other side reads back as the same float64, or, where none does that, the nearest to it.
    """
    arrays, hessian = file_arrays(program, "MPS")
    return "".join(pieces(program, arrays, hessian, file_names(program)))


def pieces(program: Program, arrays: Arrays, hessian: Hessian | None, names: FileNames) -> Iterator[str]:
    for line in heading(program, names):
        yield f"* {line}".rstrip() + "\n"
    yield f"NAME {''.join(c if c.isascii() and c.isalnum() else '_' for c in program.name)}\n"
    yield f"OBJSENSE\n    {'MAX' if arrays.maximize else 'MIN'}\n"
    types, sides, differences = row_forms(arrays)
    yield f"ROWS\n N {names.objective}\n"
    yield "".join(f" {t} {n}\n" for t, n in zip(types, names.rows, strict=True))
    yield "COLUMNS\n"
    yield from columns(arrays, names)
    yield "RHS\n"
    if arrays.offset:
        yield f" RHS {names.objective} {numerals([-arrays.offset])[0]}\n"
    yield entries(" RHS", names.rows, sides)
    if np.isfinite(differences).any():
        yield "RANGES\n"
        places = np.flatnonzero(np.isfinite(differences))
        yield entries(" RANGES", [names.rows[k] for k in places.tolist()], differences[places])
    yield "BOUNDS\n"
    yield from bounds(arrays, names.columns)
    if hessian is not None:
        yield "QUADOBJ\n"
        yield from quadratic(hessian, names.columns)
    yield "ENDATA\n"


def entries(section: str, names: list[str], values: FloatArray) -> str:
    """Zeros are what is not written."""
    places = np.flatnonzero(values)
    texts = numerals(values[places].tolist())
    return "".join(f"{section} {names[k]} {text}\n" for k, text in zip(places.tolist(), texts, strict=True))


def row_forms(arrays: Arrays) -> tuple[list[str], FloatArray, FloatArray]:
    """Type, right-hand side, and difference of the sides of each row (NaN where it is no range)."""
    low, high = arrays.row_lower, arrays.row_upper
    below, above = np.isfinite(low), np.isfinite(high)
    is_range = below & above & (low != high)
    # The side of smaller size is kept as it is: the other can be reached from it without loss.
    from_high = is_range & (np.abs(high) < np.abs(low))
    types = np.select([below & above & ~is_range, from_high, below, above], ["E", "L", "G", "L"], "N")
    sides = np.select([types == "L", types != "N"], [high, low], 0.0)
    differences = np.full(len(low), np.nan)
    places = np.flatnonzero(is_range)
    differences[places] = difference(low[places], high[places], from_high[places])
    return types.tolist(), sides, differences


def difference(low: FloatArray, high: FloatArray, from_high: npt.NDArray[np.bool_]) -> FloatArray:
    """d with low + d == high, or high - d == low where `from_high`, or off by one unit where no d does it."""
    first = np.abs(high - low)

    def missed(d: FloatArray) -> FloatArray:
        return np.where(from_high, np.abs((high - d) - low), np.abs((low + d) - high))

    best = first
    for other in (np.nextafter(first, np.inf), np.nextafter(first, 0.0)):
        best = np.where(missed(other) < missed(best), other, best)
    return best


def columns(arrays: Arrays, names: FileNames) -> Iterator[str]:
    """By columns, the objective first; runs of integer columns between markers."""
    starts, lines = column_lines(arrays, names)
    whole = np.zeros(arrays.width, dtype=np.bool_) if arrays.integer is None else arrays.integer
    changes = (np.flatnonzero(np.diff(whole)) + 1).tolist()
    marker = 0
    for first, last in pairwise([0, *changes, arrays.width]):
        held = "".join(lines[starts[first] : starts[last]])
        if first < last and whole[first]:
            yield f" MARKER{marker} 'MARKER' 'INTORG'\n{held} MARKER{marker + 1} 'MARKER' 'INTEND'\n"
            marker += 2
        else:
            yield held


def column_lines(arrays: Arrays, names: FileNames) -> tuple[list[int], list[str]]:
    """One line an entry, and where each column's begin.  Every column has one for the objective, or an entry."""
    rows = np.repeat(np.arange(1, arrays.height + 1, dtype=np.int64), np.diff(arrays.starts))
    used = np.zeros(arrays.width, dtype=np.bool_)
    used[arrays.columns] = True
    priced = np.flatnonzero((arrays.cost != 0) | ~used)
    column = np.concatenate((priced, arrays.columns.astype(np.int64)))
    row = np.concatenate((np.zeros(len(priced), dtype=np.int64), rows))
    value = np.concatenate((arrays.cost[priced], arrays.values))
    order = np.argsort(column, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=arrays.width))))
    row_names = [names.objective, *names.rows]
    texts = numerals(value[order].tolist())
    lines = [
        f" {names.columns[c]} {row_names[r]} {v}\n"
        for c, r, v in zip(column[order].tolist(), row[order].tolist(), texts, strict=True)
    ]
    return starts.tolist(), lines


def bounds(arrays: Arrays, names: list[str]) -> Iterator[str]:
    """Those unlike 0 and infinity; of integer columns all, as readers differ in what they take for granted."""
    low, high = arrays.lower, arrays.upper
    below, above = np.isfinite(low), np.isfinite(high)
    fixed = below & above & (low == high)
    whole = np.zeros(arrays.width, dtype=np.bool_) if arrays.integer is None else arrays.integer
    yield bound_lines("FR", np.flatnonzero(~below & ~above), names, None)
    yield bound_lines("FX", np.flatnonzero(fixed), names, low)
    yield bound_lines("MI", np.flatnonzero(~below & above), names, None)
    # A negative upper bound alone would take away the lower bound of 0.
    yield bound_lines("LO", np.flatnonzero(below & ~fixed & ((low != 0) | (above & (high <= 0)) | whole)), names, low)
    yield bound_lines("UP", np.flatnonzero(above & ~fixed), names, high)
    yield bound_lines("PL", np.flatnonzero(below & ~above & whole), names, None)


def bound_lines(kind: str, places: Ints, names: list[str], values: FloatArray | None) -> str:
    if values is None:
        return "".join(f" {kind} BOUND {names[k]}\n" for k in places.tolist())
    texts = numerals(values[places].tolist())
    return "".join(f" {kind} BOUND {names[k]} {v}\n" for k, v in zip(places.tolist(), texts, strict=True))


def quadratic(hessian: Hessian, names: list[str]) -> Iterator[str]:
    """Lower triangle; the reader halves: x'Qx/2."""
    columns = np.repeat(np.arange(len(hessian.starts) - 1), np.diff(hessian.starts)).tolist()
    for i, j, text in zip(columns, hessian.rows.tolist(), numerals(hessian.values.tolist()), strict=True):
        yield f" {names[i]} {names[j]} {text}\n"
