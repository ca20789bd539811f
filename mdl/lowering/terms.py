"""Vectors of expressions with variables: a constant, variables and graph nodes, each with exact coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Positions, Segments
from mdl.lowering.entries import Entries, identity, merged_entries

MANY = 64
"""A sum of more parts than these is written as one: lets that use each other twice would double for ever."""


@dataclass(slots=True, eq=False)
class Terms:
    """constant + variables + nodes, `size` rows.

    `nodes` are pairs (place in the graph, map of that node's entries).  `place` remembers the graph
    node that this vector itself has become.
    """

    size: int
    constant: Numbers
    variables: tuple[Entries, ...] = ()
    nodes: tuple[tuple[int, Entries], ...] = ()
    place: int | None = field(default=None, compare=False)

    @property
    def nonzeros(self) -> int:
        return sum(e.nonzeros for e in self.variables) + sum(e.nonzeros for _, e in self.nodes)

    @property
    def repeated(self) -> bool:
        """Whether some row may have several entries of one kind."""
        return any(e.starts is not None for e in self.variables) or any(e.starts is not None for _, e in self.nodes)


def of(value: Terms | Numbers) -> Terms:
    return value if isinstance(value, Terms) else Terms(len(value), value)


def of_columns(columns: Positions) -> Terms:
    """Row r is column `columns[r]`."""
    return Terms(len(columns), zeros(len(columns)), (identity(columns.astype(np.int32)),))


def zeros(size: int) -> Numbers:
    return Numbers.constant(0, size)


def negated(t: Terms) -> Terms:
    return Terms(
        t.size,
        arithmetic.neg(t.constant),
        tuple(e.negated() for e in t.variables),
        tuple((n, e.negated()) for n, e in t.nodes),
    )


def added(parts: Sequence[Terms | Numbers]) -> Terms:
    held = [of(p) for p in parts]
    variables = tuple(e for t in held for e in t.variables)
    nodes = tuple(pair for t in held for pair in t.nodes)
    if len(variables) > MANY:
        variables = (merged_entries(variables, held[0].size),)
    if len(nodes) > MANY and 2 * len({n for n, _ in nodes}) < len(nodes):
        nodes = _by_node(nodes, held[0].size)
    return Terms(held[0].size, arithmetic.total([t.constant for t in held]), variables, nodes)


def _by_node(pairs: Sequence[tuple[int, Entries]], rows: int) -> tuple[tuple[int, Entries], ...]:
    found: dict[int, list[Entries]] = {}
    for n, e in pairs:
        found.setdefault(n, []).append(e)
    return tuple((n, merged_entries(parts, rows)) for n, parts in found.items())


def scaled(t: Terms, factors: Numbers) -> Terms:
    """Row r times factor r."""
    return Terms(
        t.size,
        arithmetic.mul(t.constant, factors),
        tuple(e.scaled(factors) for e in t.variables),
        tuple((n, e.scaled(factors)) for n, e in t.nodes),
    )


def summed(t: Terms, groups: Segments) -> Terms:
    return Terms(
        groups.size,
        segments.total(t.constant, groups),
        tuple(e.summed(groups) for e in t.variables),
        tuple((n, e.summed(groups)) for n, e in t.nodes),
    )


def taken(t: Terms, rows: Positions) -> Terms:
    return Terms(
        len(rows),
        t.constant.take(rows),
        tuple(e.take(rows) for e in t.variables),
        tuple((n, e.take(rows)) for n, e in t.nodes),
    )


def merged(parts: Sequence[tuple[Positions, Terms | Numbers]], size: int) -> Terms:
    """result[positions[k]] = part[k]; the positions of all parts are 0..size-1 in some order."""
    held = [(p, of(t)) for p, t in parts if len(p)]
    return Terms(
        size,
        arithmetic.merge([(p, t.constant) for p, t in held], size),
        tuple(e.placed(p, size) for p, t in held for e in t.variables),
        tuple((n, e.placed(p, size)) for p, t in held for n, e in t.nodes),
    )


def without_factor(t: Terms) -> tuple[Terms, Numbers | None]:
    """t as (unit, factor) where each row is one variable or node entry times a number, so that 2*x*x has a square."""
    held = [*t.variables, *(e for _, e in t.nodes)]
    if len(held) != 1 or held[0].starts is not None or bool(arithmetic.signs(t.constant).any()):
        return t, None
    one = Numbers.constant(1, t.size)
    if equal(held[0].coefficients, one):
        return t, None
    unit = Entries(None, held[0].columns, one)
    nodes = tuple((n, unit) for n, _ in t.nodes)
    return Terms(t.size, t.constant, () if nodes else (unit,), nodes), held[0].coefficients


def same(a: Terms, b: Terms) -> bool:
    """Whether both are written with the same entries; False says nothing."""
    if a is b:
        return True
    if a.size != b.size or len(a.variables) != len(b.variables) or [n for n, _ in a.nodes] != [n for n, _ in b.nodes]:
        return False
    left = [*a.variables, *(e for _, e in a.nodes)]
    right = [*b.variables, *(e for _, e in b.nodes)]
    return equal(a.constant, b.constant) and all(map(_same_entries, left, right))


def _same_entries(a: Entries, b: Entries) -> bool:
    if (a.starts is None) != (b.starts is None):
        return False
    starts = a.starts is None or b.starts is None or a.starts is b.starts or np.array_equal(a.starts, b.starts)
    columns = a.columns is b.columns or np.array_equal(a.columns, b.columns)
    return starts and columns and equal(a.coefficients, b.coefficients)


def equal(a: Numbers, b: Numbers) -> bool:
    return len(a) == len(b) and (a is b or a.is_exact == b.is_exact) and bool(arithmetic.compare("==", a, b).all())
