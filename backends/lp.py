"""CPLEX LP files: for people to read, and for every solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from mdl.backends.arrays import Arrays
from mdl.backends.file_arrays import file_arrays, numerals
from mdl.backends.file_names import FileNames, different, file_names
from mdl.backends.file_places import heading
from mdl.backends.highs_session import Hessian
from mdl.program.program import Program

WIDTH = 120
"""Characters a line, where more than one term stands on it; old readers stop at 560."""


def write(program: Program) -> str:
    """An LP or QP, with or without integers.  Raises Failure (MDL580, MDL581) for any other.

    A range `1 <= body <= 2` becomes two rows, `name.low` and `name.high`, as not every reader knows ranges.
    """
    arrays, hessian = file_arrays(program, "LP")
    names = file_names(program)
    return "".join(pieces(program, arrays, hessian, names))


def pieces(program: Program, arrays: Arrays, hessian: Hessian | None, names: FileNames) -> Iterator[str]:
    for line in heading(program, names):
        yield f"\\ {line}".rstrip() + "\n"
    yield "maximize\n" if arrays.maximize else "minimize\n"
    yield f" {names.objective}: {objective(arrays, hessian, names.columns)}\n"
    yield "subject to\n"
    yield from rows(arrays, names)
    yield "bounds\n"
    yield from bounds(arrays, names.columns)
    yield from integers(arrays, names.columns)
    yield "end\n"


def objective(arrays: Arrays, hessian: Hessian | None, names: list[str]) -> str:
    """Variables of no row stand here with coefficient 0, so that they are in the file at all."""
    unused = np.ones(arrays.width, dtype=np.bool_)
    unused[arrays.columns] = False
    places = np.flatnonzero((arrays.cost != 0) | unused).tolist()
    text = body(terms(arrays.cost[places].tolist(), [names[k] for k in places]))
    if hessian is not None:
        text += f"\n  + [ {body(quadratic_terms(hessian, names))} ] / 2"
    if arrays.offset:
        text += f" {signed(arrays.offset)}"
    return text


def quadratic_terms(hessian: Hessian, names: list[str]) -> list[str]:
    """x'Hx: an entry off the diagonal stands for two."""
    columns = np.repeat(np.arange(len(hessian.starts) - 1), np.diff(hessian.starts))
    doubled = np.where(columns == hessian.rows, hessian.values, 2 * hessian.values)
    pairs = zip(columns.tolist(), hessian.rows.tolist(), strict=True)
    return terms(doubled.tolist(), [f"{names[i]} ^ 2" if i == j else f"{names[i]} * {names[j]}" for i, j in pairs])


def terms(coefficients: list[float], names: list[str]) -> list[str]:
    sizes = numerals([abs(c) for c in coefficients])
    return [
        f"{'-' if c < 0 else '+'} {name}" if size == "1" else f"{'-' if c < 0 else '+'} {size} {name}"
        for c, size, name in zip(coefficients, sizes, names, strict=True)
    ]


def signed(value: float) -> str:
    return f"{'-' if value < 0 else '+'} {numerals([abs(value)])[0]}"


def body(parts: list[str]) -> str:
    """A sum; its first sign only where it is a minus."""
    return wrapped(parts).removeprefix("+ ")


def wrapped(parts: list[str]) -> str:
    if len(parts) < 2 or sum(map(len, parts)) + len(parts) <= WIDTH:
        return " ".join(parts)
    lines, line, length = [], [parts[0]], len(parts[0])
    for part in parts[1:]:
        length += len(part) + 1
        if length > WIDTH:
            lines.append(" ".join(line))
            line, length = [], len(part)
        line.append(part)
    return "\n  ".join([*lines, " ".join(line)])


def rows(arrays: Arrays, names: FileNames) -> Iterator[str]:
    parts = terms(arrays.values.tolist(), [names.columns[k] for k in arrays.columns.tolist()])
    lows, highs = arrays.row_lower.tolist(), arrays.row_upper.tolist()
    low_texts, high_texts = numerals(lows), numerals(highs)
    is_range = np.isfinite(arrays.row_lower) & np.isfinite(arrays.row_upper) & (arrays.row_lower != arrays.row_upper)
    split = range_names(np.flatnonzero(is_range).tolist(), names)
    nothing = f"0 {names.columns[0]}" if names.columns else ""
    for k, (first, last) in enumerate(pairwise(arrays.starts.tolist())):
        held = body(parts[first:last]) or nothing
        low, high = lows[k], highs[k]
        if k in split:
            below, above = split[k]
            yield f" {below}: {held} >= {low_texts[k]}\n {above}: {held} <= {high_texts[k]}\n"
        elif low == high:
            yield f" {names.rows[k]}: {held} = {low_texts[k]}\n"
        elif np.isfinite(high):
            yield f" {names.rows[k]}: {held} <= {high_texts[k]}\n"
        else:
            yield f" {names.rows[k]}: {held} >= {low_texts[k] if np.isfinite(low) else '-inf'}\n"


def range_names(places: list[int], names: FileNames) -> dict[int, tuple[str, str]]:
    """Names of the two halves of each range."""
    if not places:
        return {}
    used = {*names.rows, *names.columns, names.objective}
    made = different([f"{names.rows[k]}.{side}" for k in places for side in ("low", "high")], used)
    return dict(zip(places, zip(made[::2], made[1::2], strict=True), strict=True))


def bounds(arrays: Arrays, names: list[str]) -> Iterator[str]:
    """Those unlike the format's own, which are 0 and infinity."""
    low, high = arrays.lower, arrays.upper
    for places, form in bound_forms(arrays):
        below, above = numerals(low[places].tolist()), numerals(high[places].tolist())
        chosen = [names[k] for k in places.tolist()]
        yield "".join(form.format(n, a, b) for n, a, b in zip(chosen, below, above, strict=True))


def bound_forms(arrays: Arrays) -> Iterable[tuple[np.ndarray[tuple[int], np.dtype[np.int64]], str]]:
    """Columns of each kind, with their line: {0} the name, {1} the lower and {2} the upper bound."""
    low, high = arrays.lower, arrays.upper
    below, above = np.isfinite(low), np.isfinite(high)
    yield np.flatnonzero(~below & ~above), " {0} free\n"
    yield np.flatnonzero(~below & above), " -inf <= {0} <= {2}\n"
    yield np.flatnonzero(below & ~above & (low != 0)), " {0} >= {1}\n"
    yield np.flatnonzero(below & above & (low == high)), " {0} = {1}\n"
    yield np.flatnonzero(below & above & (low != high)), " {1} <= {0} <= {2}\n"


def integers(arrays: Arrays, names: list[str]) -> Iterator[str]:
    """`binaries` would set the bounds 0 and 1, so only those that have them stand there."""
    if arrays.integer is None:
        return
    binary = arrays.integer & (arrays.lower == 0) & (arrays.upper == 1)
    for title, mask in (("generals", arrays.integer & ~binary), ("binaries", binary)):
        places = np.flatnonzero(mask).tolist()
        if places:
            yield f"{title}\n {wrapped([names[k] for k in places])}\n"
