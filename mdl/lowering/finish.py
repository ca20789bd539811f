"""From drafts to a Program: canonical sparse rows of the final width, without what has no variables or no use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.domain import entries_of
from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Diagnostic
from mdl.lowering import drafts, errors
from mdl.lowering.builder import Builder, faults_at
from mdl.lowering.drafts import Draft
from mdl.lowering.epigraph import Epigraph
from mdl.lowering.inline import flat
from mdl.lowering.lift import Lift
from mdl.lowering.terms import Terms
from mdl.program.graph import Affine, Apply, Node, Power
from mdl.program.program import Bound, Columns, Objective, Role, Rows
from mdl.program.sparse import SparseRows
from mdl.semantics.model import RuleSymbol, Symbol

Maps = tuple[tuple[SparseRows, int], ...]


@dataclass(slots=True, eq=False)
class Placed:
    """Rows `start : start + count` of the program are entries `positions` of a symbol's index table (None: all)."""

    symbol: Symbol | None
    start: int
    count: int
    positions: npt.NDArray[Any] | None


@dataclass(slots=True, eq=False)
class Assembly:
    """Rows as they are added; `notes` and `wrong` say what became of rows without variables."""

    builder: Builder
    rows: list[Rows] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    wrong: list[Diagnostic] = field(default_factory=list)
    height: int = 0

    def add(self, draft: Draft) -> None:
        with faults_at(draft.span):
            body = flat(draft.body, self.builder.nodes)
            linear, maps = matrices(self.builder, body)
            low, high = drafts.sides(draft, body.constant)
        full = _filled(linear, maps)
        labels, positions = draft.labels, draft.positions
        if not full.all():
            empty, left = np.flatnonzero(~full), np.flatnonzero(full)
            self._judge(draft, low, high, empty)
            linear, maps = _chosen(linear, left), tuple((_chosen(m, left), n) for m, n in maps)
            low, high = (None if side is None else side.take(left) for side in (low, high))
            labels = drafts.labels_at(labels, left)
            positions = left if positions is None else positions[left]
        if not len(labels):
            return
        self.placed.append(Placed(draft.symbol, self.height, len(labels), positions))
        lower, upper = None if low is None else Bound(low), None if high is None else Bound(high)
        if high is low and low is not None:
            upper = lower
        self.rows.append(
            Rows(
                draft.name, labels, self.height, draft.relation, lower, upper, linear, maps, draft.role, draft.span,
                draft.origin,
            )
        )  # fmt: skip
        self.height += len(labels)

    def _judge(self, draft: Draft, low: Numbers | None, high: Numbers | None, empty: npt.NDArray[Any]) -> None:
        wrong = empty[drafts.false_at_zero(low, high, empty)]
        names = [draft.labels.name(draft.name, int(k)) for k in wrong[: errors.MOST]]
        if names:
            self.wrong.append(errors.false_rows(draft.span, names, len(wrong)))
        elif draft.role is Role.USER:
            first, count = draft.labels.name(draft.name, int(empty[0])), len(empty)
            more = f" and {count - 1} more of {draft.name}" if count > 1 else ""
            verbs = ("has", "holds") if count == 1 else ("have", "hold")
            self.notes.append(f"{first}{more} {verbs[0]} no variables and always {verbs[1]}")


def matrices(builder: Builder, body: Terms) -> tuple[SparseRows, Maps]:
    linear = builder.linear(body)
    return linear if linear is not None else SparseRows.empty(body.size, builder.columns.width), builder.node_maps(body)


def _filled(linear: SparseRows, maps: Maps) -> npt.NDArray[np.bool_]:
    """Rows that have an entry."""
    filled: npt.NDArray[np.bool_] = linear.starts[1:] > linear.starts[:-1]
    for m, _ in maps:
        filled = filled | (m.starts[1:] > m.starts[:-1])
    return filled


def _chosen(rows: SparseRows, left: npt.NDArray[Any]) -> SparseRows:
    """Some rows, where the others are empty."""
    places, starts = entries_of(np.asarray(rows.starts), left)
    if len(places) == rows.nonzeros:
        return SparseRows(starts, rows.columns, rows.coefficients, rows.width)
    return SparseRows(starts, rows.columns[places], rows.coefficients.take(places), rows.width)


def objective(builder: Builder, rule: RuleSymbol, body: Terms) -> Objective:
    body = flat(body, builder.nodes)
    linear, maps = matrices(builder, body)
    return Objective(rule.name, rule.sense == "maximize", body.constant, linear, maps, rule.body.span)


def epigraph_columns(e: Epigraph) -> Columns:
    bound = None if e.side is None else Bound(e.side)
    upper = e.relation == ">="
    return Columns(
        e.name, e.labels, e.start, None if upper else bound, bound if upper else None, role=Role.EPIGRAPH,
        span=e.at.span, origin=e.origin,
    )  # fmt: skip


def lift_columns(made: Lift) -> Columns:
    return Columns(
        made.name, made.labels, made.start, None, None, role=Role.EPIGRAPH, span=made.span, origin=made.origin
    )


# ---- the graph -----------------------------------------------------------------------------------------


def pruned(
    nodes: Sequence[Node], held: Objective, rows: Sequence[Rows], width: int
) -> tuple[tuple[Node, ...], Objective, tuple[Rows, ...]]:
    """Only the nodes that objective or rows reach, with maps over variables of the final width."""
    used: set[int] = set()
    left = [n for _, n in held.nonlinear] + [n for r in rows for _, n in r.nonlinear]
    while left:
        n = left.pop()
        if n not in used:
            used.add(n)
            left.extend(_below(nodes[n]))
    places = {n: k for k, n in enumerate(sorted(used))}
    made = tuple(_renumbered(nodes[n], places, width) for n in sorted(used))
    return (
        made,
        replace(held, linear=_wide(held.linear, width), nonlinear=_moved(held.nonlinear, places)),
        tuple(replace(r, linear=_wide(r.linear, width), nonlinear=_moved(r.nonlinear, places)) for r in rows),
    )


def _below(node: Node) -> tuple[int, ...]:
    match node:
        case Affine():
            return tuple(n for _, n in node.nodes)
        case Apply() | Power():
            return (node.argument,)
        case _:
            return (node.left, node.right)


def _renumbered(node: Node, places: dict[int, int], width: int) -> Node:
    match node:
        case Affine():
            variables = None if node.variables is None else _wide(node.variables, width)
            return replace(node, variables=variables, nodes=_moved(node.nodes, places))
        case Apply() | Power():
            return replace(node, argument=places[node.argument])
        case _:
            return replace(node, left=places[node.left], right=places[node.right])


def _moved(maps: Maps, places: dict[int, int]) -> Maps:
    return tuple((m, places[n]) for m, n in maps)


def _wide(rows: SparseRows, width: int) -> SparseRows:
    return rows if rows.width == width else SparseRows(rows.starts, rows.columns, rows.coefficients, width)
