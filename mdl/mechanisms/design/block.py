"""A family of rows of a design on its way to the Program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.domain import entries_of
from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Span
from mdl.lowering.entries import assembled
from mdl.lowering.terms import Terms
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Role, Rows
from mdl.program.sparse import SparseRows

Places = npt.NDArray[Any]

ROUNDING = 1e-9
"""A row without variables whose numbers were rounded is false from here on."""


@dataclass(slots=True, frozen=True, eq=False)
class Block:
    """low <= linear x <= high (None: no bound), both of the size of `labels`.

    `weight` (rows,): what a unit of shortfall costs in the expected shortfall; None: that is not known, for
    want of a prior.
    """

    name: str
    labels: Labels
    linear: SparseRows
    low: Numbers | None
    high: Numbers | None
    role: Role
    soft: bool = False
    weight: Numbers | None = None
    span: Span | None = None

    @property
    def relation(self) -> str:
        if self.low is None or self.high is None:
            return "<=" if self.low is None else ">="
        return "=="

    def take(self, at: Places) -> Block:
        return replace(
            self,
            labels=self.labels.take(at),
            linear=taken(self.linear, at),
            low=None if self.low is None else self.low.take(at),
            high=None if self.high is None else self.high.take(at),
            weight=None if self.weight is None else self.weight.take(at),
        )


def rows_of(body: Terms, width: int) -> SparseRows:
    assert not body.nodes, "a design is linear in what is to be found"
    return assembled(body.variables, body.size, width)


def bounded(body: Terms, low: Numbers | None, high: Numbers | None) -> tuple[Numbers | None, Numbers | None]:
    """The bounds with the constants of the body moved over."""
    back = arithmetic.neg(body.constant)
    below = None if low is None else arithmetic.add(low, back)
    if low is high:
        return below, below
    return below, None if high is None else arithmetic.add(high, back)


def taken(rows: SparseRows, at: Places) -> SparseRows:
    places, starts = entries_of(np.asarray(rows.starts), at)
    return SparseRows(starts, rows.columns[places], rows.coefficients.take(places), rows.width)


def stacked(parts: Sequence[SparseRows], width: int) -> SparseRows:
    """One below the other."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return SparseRows.empty(0, width)
    ends = np.cumsum([p.nonzeros for p in parts])
    starts = [np.zeros(1, dtype=np.int64)]
    starts += [p.starts[1:] + (end - p.nonzeros) for p, end in zip(parts, ends.tolist(), strict=True)]
    columns = np.concatenate([p.columns for p in parts])
    return SparseRows(np.concatenate(starts), columns, arithmetic.concat([p.coefficients for p in parts]), width)


# ---- rows without variables ----


def settled(block: Block) -> tuple[Block | None, int]:
    """Without the rows that have no variables and hold; how many those are.

    Rows without variables that are false stay: no mechanism can be found then, and they are the reason.
    """
    empty = np.flatnonzero(block.linear.starts[1:] == block.linear.starts[:-1])
    if not len(empty):
        return (block if len(block.labels) else None), 0
    left = np.ones(len(block.labels), dtype=np.bool_)
    left[empty[~_false(block, empty)]] = False
    gone = int((~left).sum())
    if not gone:
        return block, 0
    return (block.take(np.flatnonzero(left)) if left.any() else None), gone


def _false(block: Block, at: Places) -> npt.NDArray[np.bool_]:
    wrong = np.zeros(len(at), dtype=np.bool_)
    for side, sign in ((block.low, 1), (block.high, -1)):
        if side is None:
            continue
        held = side.take(at)
        if held.is_exact:
            wrong |= sign * arithmetic.signs(held) > 0
        else:
            wrong |= sign * held.floats() > ROUNDING
    return wrong


# ---- softened rows ----


def shortfalls(block: Block, start: int) -> tuple[tuple[Block, ...], Columns]:
    """The rows with a column each by which they may be missed, and the block of those columns.

    An equation becomes two families of rows, `budget.lower` and `budget.upper`, that share a column.
    """
    columns = Columns(
        f"shortfall[{block.name}]", block.labels, start, Bound(Numbers.constant(0, len(block.labels))), None,
        role=Role.SHORTFALL, span=block.span, origin=block.name,
    )  # fmt: skip
    if block.low is None or block.high is None:
        return (_missed(block, start, 1 if block.high is None else -1),), columns
    lower = replace(block, name=f"{block.name}.lower", high=None)
    upper = replace(block, name=f"{block.name}.upper", low=None)
    return (_missed(lower, start, 1), _missed(upper, start, -1)), columns


def _missed(block: Block, start: int, sign: int) -> Block:
    """Entry `sign` of a column of its own behind the others of each row."""
    held, rows = block.linear, block.linear.rows
    starts = np.asarray(held.starts, dtype=np.int64) + np.arange(rows + 1)
    last = starts[1:] - 1
    rest = np.ones(held.nonzeros + rows, dtype=np.bool_)
    rest[last] = False
    inner = np.flatnonzero(rest)
    columns = np.empty(len(rest), dtype=np.int32)
    columns[inner], columns[last] = held.columns, np.arange(start, start + rows)
    values = arithmetic.merge([(inner, held.coefficients), (last, Numbers.constant(sign, rows))], len(rest))
    return replace(block, linear=SparseRows(starts, columns, values, held.width))


def to_rows(block: Block, start: int, width: int) -> Rows:
    lower = None if block.low is None else Bound(block.low)
    upper = None if block.high is None else Bound(block.high)
    if block.low is block.high:
        upper = lower
    held = block.linear
    linear = held if held.width == width else SparseRows(held.starts, held.columns, held.coefficients, width)
    origin = block.name.rsplit(".", 1)[0] if block.name.endswith((".lower", ".upper")) else None
    return Rows(
        block.name, block.labels, start, block.relation, lower, upper, linear,
        role=block.role, span=block.span, origin=origin,
    )  # fmt: skip
