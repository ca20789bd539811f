"""Long sums inside nonlinear functions as columns of their own.

`sqrt(sum(i in S) x[i])` over a thousand members has a dense Hessian of a thousand rows; with a column
t and the row `sum(i in S) x[i] - t == 0` it has one entry.  An equality with an affine side changes
neither the optimum nor convexity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdl.diagnostics import Span
from mdl.lowering import terms
from mdl.lowering.columns import ColumnTable
from mdl.lowering.entries import Entries, identity
from mdl.lowering.terms import Terms
from mdl.program.graph import Affine, Node
from mdl.program.labels import Labels

DENSE, MOST = 20, 10_000
"""A block is lifted where the pairs of entries in its rows number more than DENSE times the entries, plus MOST."""

Counts = npt.NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Lift:
    """Columns `start...` that equal `body`, one a row; made for `origin`."""

    name: str
    origin: str
    start: int
    body: Terms
    labels: Labels
    span: Span


class Lifts:
    """Keeps all that were made, in order, so that each needs only earlier ones."""

    def __init__(self, columns: ColumnTable, nodes: Sequence[Node]) -> None:
        self.columns = columns
        self.nodes = nodes
        self.made: list[Lift] = []
        self._counts: dict[int, Counts] = {}
        self._starts: dict[int, int] = {}

    def light(self, t: Terms, origin: str, span: Span) -> Terms:
        """The same values with few variables a row, or `t` itself where it has few."""
        if not _heavy(self._deep(t)):
            return t
        variables, nodes = self._outside(t, origin, span)
        sums = Terms(t.size, terms.zeros(t.size) if nodes else t.constant, variables)
        if _heavy(_counts(sums)):
            # only what is affine: an equality with a nonlinear side would not be convex
            sums = self._whole(sums, origin, span)
        return Terms(t.size, t.constant if nodes else sums.constant, sums.variables, nodes)

    def _outside(
        self, t: Terms, origin: str, span: Span
    ) -> tuple[tuple[Entries, ...], tuple[tuple[int, Entries], ...]]:
        """Variables and nodes of `t` with long affine nodes replaced by columns."""
        variables, kept = list(t.variables), []
        for n, held in t.nodes:
            node = self.nodes[n]
            if isinstance(node, Affine) and not node.nodes and node.variables is not None:
                start = self._of_node(n, node, origin, span)
                variables.append(Entries(held.starts, held.columns + np.int32(start), held.coefficients))
            else:
                kept.append((n, held))
        return tuple(variables), tuple(kept)

    def _of_node(self, n: int, node: Affine, origin: str, span: Span) -> int:
        if n not in self._starts:
            assert node.variables is not None
            held = Entries(node.variables.starts, node.variables.columns, node.variables.coefficients)
            self._starts[n] = self._new(Terms(node.size, node.constant, (held,)), origin, span)
        return self._starts[n]

    def _whole(self, t: Terms, origin: str, span: Span) -> Terms:
        start = self._new(t, origin, span)
        columns = np.arange(start, start + t.size, dtype=np.int32)
        return Terms(t.size, terms.zeros(t.size), (identity(columns),))

    def _new(self, body: Terms, origin: str, span: Span) -> int:
        start = self.columns.add(body.size)
        taken = sum(m.origin == origin for m in self.made)
        name = f"{origin}.sum{taken + 1 if taken else ''}"
        self.made.append(Lift(name, origin, start, body, Labels((), (), body.size), span))
        return start

    def _deep(self, t: Terms) -> Counts:
        """Variables of each row, those behind affine nodes too."""
        found = _counts(Terms(t.size, t.constant, t.variables))
        for n, held in t.nodes:
            below = self._of(n)[held.columns]
            row = np.arange(t.size) if held.starts is None else np.repeat(np.arange(t.size), np.diff(held.starts))
            found = found + np.bincount(row, below, t.size).astype(np.int64)
        return found

    def _of(self, n: int) -> Counts:
        if n not in self._counts:
            node = self.nodes[n]
            if isinstance(node, Affine):
                found = np.zeros(node.size, dtype=np.int64)
                if node.variables is not None:
                    found = found + np.diff(node.variables.starts)
                for m, inner in node.nodes:
                    found = found + np.bincount(m.row_ids(), self._of(inner)[m.columns], node.size).astype(np.int64)
                self._counts[n] = found
            else:
                self._counts[n] = np.ones(node.size, dtype=np.int64)
        return self._counts[n]


class Unlifted(Lifts):
    """Keeps sums where they are: of a follower, since a column for one would belong to nobody; of its leader, so
    that products with the follower's variables are seen."""

    def light(self, t: Terms, origin: str, span: Span) -> Terms:
        return t


def _counts(t: Terms) -> Counts:
    found = np.zeros(t.size, dtype=np.int64)
    for e in (*t.variables, *(e for _, e in t.nodes)):
        found = found + e.counts(t.size)
    return found


def _heavy(counts: Counts) -> bool:
    return int((counts * counts).sum()) > DENSE * int(counts.sum()) + MOST
