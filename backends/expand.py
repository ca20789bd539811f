"""A Program's graph written out element by element, in any form of expression.

Backends that speak of single expressions (Pyomo objects, Python text) give an `Algebra`; the walk
over nodes, and the decision what to write once and refer to, are here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from mdl.program.graph import Affine, Apply, Function, Power, Product
from mdl.program.program import Program
from mdl.program.sparse import SparseRows

T = TypeVar("T")


class Algebra(Protocol[T]):
    """How to make one expression from its parts; columns are given by number."""

    def affine(self, constant: float, columns: list[tuple[float, int]], terms: list[tuple[float, T]]) -> T:
        """Constant + sum of coefficient * column + sum of coefficient * term."""
        ...

    def apply(self, function: Function, argument: T) -> T: ...

    def power(self, argument: T, exponent: float) -> T: ...

    def product(self, left: T, right: T) -> T: ...

    def share(self, node: int, elements: list[tuple[int, T]]) -> list[T]:
        """Name these elements of a node, and give what stands for them elsewhere."""
        ...


def expand(program: Program, algebra: Algebra[T]) -> list[list[T]]:
    """Every element of every node, in the order of the nodes.

    Elements that are used more than once, and are more than a variable, are given to `share`:
    without that a graph with shared parts would grow exponentially when written out.
    """
    uses = count_uses(program)
    out: list[list[T]] = []
    for place, node in enumerate(program.nodes):
        match node:
            case Affine():
                made = sums(node.constant.floats(), node.variables, node.nodes, node.size, out, algebra)
            case Apply():
                made = [algebra.apply(node.function, a) for a in out[node.argument]]
            case Power():
                exponents = node.exponent.floats().tolist()
                made = [algebra.power(a, p) for a, p in zip(out[node.argument], exponents, strict=True)]
            case Product():
                pairs = zip(out[node.left], out[node.right], strict=True)
                made = [algebra.product(left, right) for left, right in pairs]
        repeated = np.flatnonzero((uses[place] > 1) & weighty(node)).tolist()
        if repeated:
            names = algebra.share(place, [(k, made[k]) for k in repeated])
            for k, name in zip(repeated, names, strict=True):
                made[k] = name
        out.append(made)
    return out


def sums(
    constant: Sequence[float] | npt.NDArray[np.float64],
    linear: SparseRows | None,
    maps: tuple[tuple[SparseRows, int], ...],
    size: int,
    nodes: list[list[T]],
    algebra: Algebra[T],
) -> list[T]:
    """constant + linear x + sum of (map times node), row by row; the form of every body as well."""
    columns = pairs(linear, size)
    terms: list[list[tuple[float, T]]] = [[] for _ in range(size)]
    for node_map, node in maps:
        elements = nodes[node]
        for row, entries in zip(terms, pairs(node_map, size), strict=True):
            row += [(c, elements[k]) for c, k in entries]
    held = constant.tolist() if isinstance(constant, np.ndarray) else list(constant)
    return [algebra.affine(c, x, t) for c, x, t in zip(held, columns, terms, strict=True)]


def pairs(rows: SparseRows | None, size: int) -> Iterator[list[tuple[float, int]]]:
    """(coefficient, column) of every row."""
    if rows is None:
        yield from ([] for _ in range(size))
        return
    entries = list(zip(rows.coefficients.floats().tolist(), rows.columns.tolist(), strict=True))
    starts = rows.starts.tolist()
    for first, last in pairwise(starts):
        yield entries[first:last]


def count_uses(program: Program) -> list[npt.NDArray[np.int64]]:
    """How often each element of each node is referred to."""
    uses = [np.zeros(node.size, dtype=np.int64) for node in program.nodes]

    def by_maps(maps: tuple[tuple[SparseRows, int], ...]) -> None:
        for node_map, node in maps:
            uses[node] += np.bincount(node_map.columns, minlength=len(uses[node]))

    for node in program.nodes:
        match node:
            case Affine():
                by_maps(node.nodes)
            case Apply() | Power():
                uses[node.argument] += 1
            case Product():
                uses[node.left] += 1
                uses[node.right] += 1
    for rows in program.rows:
        by_maps(rows.nonlinear)
    by_maps(program.objective.nonlinear)
    return uses


def weighty(node: Affine | Apply | Power | Product) -> npt.NDArray[np.bool_]:
    """Elements that are more than a constant or a variable."""
    if not isinstance(node, Affine):
        return np.ones(node.size, dtype=np.bool_)
    terms: npt.NDArray[np.int64] = (node.constant.floats() != 0).astype(np.int64)
    for held in ([node.variables] if node.variables is not None else []) + [m for m, _ in node.nodes]:
        terms += np.diff(held.starts)
    return np.greater(terms, 2)
