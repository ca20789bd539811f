"""Blocks of rows on the way to a Program: bodies as Terms until every column is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Positions
from mdl.diagnostics import Span
from mdl.lowering import terms
from mdl.lowering.entries import identity
from mdl.lowering.epigraph import Epigraph
from mdl.lowering.lift import Lift
from mdl.lowering.terms import Terms
from mdl.program.labels import Labels
from mdl.program.program import Role
from mdl.semantics import typed
from mdl.semantics.model import RowSymbol, Symbol

MIRRORED = {"<=": ">=", ">=": "<=", "==": "=="}


@dataclass(slots=True, eq=False)
class Draft:
    """low <= body <= high (None: no bound); row k is entry `positions[k]` (None: k) of the symbol's index table.

    `relation` is `<=`, `>=`, `==` or `range`.  The constants of `body` are still in it.
    """

    name: str
    symbol: Symbol | None
    positions: Positions | None
    labels: Labels
    relation: str
    body: Terms
    low: Numbers | None
    high: Numbers | None
    span: Span
    role: Role = Role.USER
    origin: str | None = None


def labels_at(labels: Labels, positions: npt.NDArray[Any]) -> Labels:
    """The labels of some rows."""
    return labels.take(positions)


def labels_of_symbol(ev: Evaluator, symbol: Symbol, positions: Positions | None) -> Labels:
    domain = ev.index(symbol)
    whole = Labels(*domain.labels(), domain.size)
    return whole if positions is None else labels_at(whole, positions)


def of_row(ev: Evaluator, row: RowSymbol) -> Iterator[Draft]:
    """The blocks of a constraint family: one, or two where a chain has variables at its ends."""
    frame, body = ev.present_frame(row), row.body
    assert isinstance(body, typed.Compare)
    sides = [ev.number(body.first, frame), *(ev.number(side, frame) for _, side in body.rest)]
    ops = [op for op, _ in body.rest]
    positions = ev.present(row)
    labels = labels_of_symbol(ev, row, positions)
    if len(ops) == 2 and isinstance(sides[0], Numbers) and isinstance(sides[2], Numbers):
        first, last = (sides[0], sides[2]) if ops[0] == "<=" else (sides[2], sides[0])
        yield Draft(row.name, row, positions, labels, "range", terms.of(sides[1]), first, last, body.span)
        return
    ends = ("lower", "upper") if ops[0] == "<=" else ("upper", "lower")
    for k, op in enumerate(ops):
        name = row.name if len(ops) == 1 else f"{row.name}.{ends[k]}"
        made = compared(name, row, positions, labels, op, sides[k], sides[k + 1], body.span)
        yield made if len(ops) == 1 else replace(made, origin=row.name)


def compared(
    name: str,
    symbol: Symbol | None,
    positions: Positions | None,
    labels: Labels,
    op: str,
    left: Terms | Numbers,
    right: Terms | Numbers,
    span: Span,
) -> Draft:
    """`left op right`, with the variables on the left; where only the right has any, the sides change places."""
    if isinstance(left, Numbers) and isinstance(right, Terms):
        left, right, op = right, left, MIRRORED[op]
    held = terms.of(left)
    if isinstance(right, Terms):
        held, right = terms.added([held, terms.negated(right)]), terms.zeros(held.size)
    low = right if op in (">=", "==") else None
    high = right if op in ("<=", "==") else None
    return Draft(name, symbol, positions, labels, op, held, low, high, span)


def of_epigraph(e: Epigraph) -> Draft:
    zero = terms.zeros(e.body.size)
    low, high = (zero, None) if e.relation == ">=" else (None, zero)
    return Draft(e.name, None, None, e.row_labels, e.relation, e.body, low, high, e.at.span, Role.EPIGRAPH, e.origin)


def of_lift(made: Lift) -> Draft:
    columns = np.arange(made.start, made.start + made.body.size, dtype=np.int32)
    less = terms.negated(Terms(made.body.size, terms.zeros(made.body.size), (identity(columns),)))
    zero, body = terms.zeros(made.body.size), terms.added([made.body, less])
    return Draft(made.name, None, None, made.labels, "==", body, zero, zero, made.span, Role.EPIGRAPH, made.origin)


def sides(draft: Draft, constant: Numbers) -> tuple[Numbers | None, Numbers | None]:
    """The bounds with the constants of the body moved over to them."""
    low = None if draft.low is None else arithmetic.add(draft.low, arithmetic.neg(constant))
    if draft.high is draft.low:
        return low, low
    return low, None if draft.high is None else arithmetic.add(draft.high, arithmetic.neg(constant))


def false_at_zero(low: Numbers | None, high: Numbers | None, at: Sequence[int] | npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Of rows without variables, those that are false: places among `at`."""
    wrong = np.zeros(len(at), dtype=np.bool_)
    zero = terms.zeros(len(at))
    if low is not None:
        wrong |= arithmetic.compare(">", low.take(np.asarray(at)), zero)
    if high is not None:
        wrong |= arithmetic.compare("<", high.take(np.asarray(at)), zero)
    return np.flatnonzero(wrong)
