"""Why there is no optimum, in the words of the file: conflicting rows with their places, or a ray."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mdl.answer.inspect import place
from mdl.answer.numerals import exact, short
from mdl.answer.rows import RowPrinter, side, text_of
from mdl.backends.conflict import Conflict, Member, Side
from mdl.program.program import Columns, Program, Rows

if TYPE_CHECKING:
    from mdl.algebra.numbers import FloatArray


def conflict_lines(program: Program, conflict: Conflict) -> Iterator[str]:
    """The members of a conflict with their places, and the weighted sum that proves it."""
    count = len(conflict.members)
    if count == 1:
        yield "infeasible: this cannot hold"
    else:
        yield f"infeasible: these {count} cannot hold together" + (
            "; without any one of them the others can" if conflict.minimal else ""
        )
    printer = RowPrinter(program)
    weights = conflict.weights or (None,) * count
    shown = [
        (weight_text(w), *member_text(program, printer, m)) for m, w in zip(conflict.members, weights, strict=True)
    ]
    wide = max((len(w) for w, *_ in shown), default=0)
    long = max((len(t) for _, t, _ in shown), default=0)
    for weight, text, where in shown:
        lead = f"{weight.rjust(wide)} times  " if wide else ""
        yield f"  {lead}{text.ljust(long)}{where}".rstrip()
    if conflict.weights is not None and conflict.gap is not None:
        level = "checked in exact arithmetic" if conflict.exact else "in floating point"
        yield f"  their weighted sum says 0 >= {number(conflict.gap)} ({level})"
    elif not conflict.weights:
        whole = any(m.side is Side.INTEGER for m in conflict.members)
        needs = "the integrality of variables" if whole else "the rows that are not linear"
        yield f"  no sum of them is a contradiction by itself: it takes {needs}"


def weight_text(weight: Fraction | float | None) -> str:
    return "" if weight is None else number(weight)


def number(value: Fraction | float) -> str:
    return exact(value) if isinstance(value, Fraction) else short(value)


def member_text(program: Program, printer: RowPrinter, member: Member) -> tuple[str, str]:
    """The demand, and where it comes from."""
    if member.row:
        rows, position = row_block(program, member.place)
        low, high = side(rows.lower, position), side(rows.upper, position)
        body = printer.body(rows.linear, rows.nonlinear, position, None)
        name = rows.labels.name(rows.name, position)
        demand = f"{body} >= {text_of(low)}" if member.side is Side.LOWER and low is not None else ""
        if member.side is Side.UPPER and high is not None:
            demand = f"{body} <= {text_of(high)}"
        return f"{name}: {demand}", place(rows)
    columns, position = column_block(program, member.place)
    name = columns.labels.name(columns.name, position)
    if member.side is Side.INTEGER:
        return f"{name} is {columns.domain.value}", place(columns)
    bound = side(columns.lower if member.side is Side.LOWER else columns.upper, position)
    sign = ">=" if member.side is Side.LOWER else "<="
    return f"{name} {sign} {text_of(bound) if bound is not None else 'its bound'}", place(columns)


def row_block(program: Program, row: int) -> tuple[Rows, int]:
    for block in program.rows:
        if block.start <= row < block.start + len(block.labels):
            return block, row - block.start
    raise IndexError(row)


def column_block(program: Program, column: int) -> tuple[Columns, int]:
    for block in program.columns:
        if block.start <= column < block.start + len(block.labels):
            return block, column - block.start
    raise IndexError(column)


def ray_lines(program: Program, ray: FloatArray) -> Iterator[str]:
    """The direction along which the objective improves for ever; the largest component is 1 in size."""
    largest = float(np.abs(ray).max(initial=0.0))
    objective = program.objective
    better = "grows" if objective.maximize else "falls"
    yield f"unbounded: {objective.name} {better} for ever when, from a feasible point, these change together"
    moving = np.flatnonzero(np.abs(ray) > 1e-9 * largest)
    for column in moving.tolist():
        columns, position = column_block(program, column)
        step = float(ray[column]) / largest
        sign = "+" if step > 0 else "-"
        yield f"  {columns.labels.name(columns.name, position)}  {sign}{short(abs(step))}{place(columns)}"
