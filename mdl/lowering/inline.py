"""Affine graph nodes written out again as variables, where a row or an objective uses them directly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mdl.algebra import arithmetic, segments
from mdl.algebra.domain import entries_of
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.lowering.entries import Entries
from mdl.lowering.terms import Terms
from mdl.program.graph import Affine, Node
from mdl.program.sparse import SparseRows


def flat(t: Terms, nodes: Sequence[Node]) -> Terms:
    """The same vector with no affine node in it, so that what is linear is seen to be."""
    while any(isinstance(nodes[n], Affine) for n, _ in t.nodes):
        constant, variables, kept = t.constant, list(t.variables), []
        for n, held in t.nodes:
            node = nodes[n]
            if not isinstance(node, Affine):
                kept.append((n, held))
                continue
            constant = arithmetic.add(constant, _applied(held, node.constant, t.size))
            if node.variables is not None:
                variables.append(_composed(held, node.variables))
            kept += [(inner, _composed(held, m)) for m, inner in node.nodes]
        t = Terms(t.size, constant, tuple(variables), tuple(kept))
    return t


def _applied(held: Entries, constant: Numbers, rows: int) -> Numbers:
    found = arithmetic.mul(held.coefficients, constant.take(held.columns))
    if held.starts is None:
        return found
    return segments.total(found, Segments(np.repeat(np.arange(rows), np.diff(held.starts)), rows))


def _composed(held: Entries, inner: SparseRows) -> Entries:
    places, ends = entries_of(np.asarray(inner.starts), held.columns)
    outer = np.repeat(np.arange(held.nonzeros), np.diff(ends))
    value = arithmetic.mul(held.coefficients.take(outer), inner.coefficients.take(places))
    return Entries(ends[held.full_starts()], inner.columns[places], value)
