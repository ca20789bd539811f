"""A Program with some of its rows alone, and of its graph no more than they need.

A row that is left out takes the domain of its functions with it: without `log(x) >= 2` a negative x is a
point like any other, so nothing may evaluate that logarithm.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import Numbers
from mdl.program.graph import Affine, Apply, Node, Power, Product
from mdl.program.labels import Labels
from mdl.program.program import Bound, Objective, Program, Rows
from mdl.program.sparse import SparseRows

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[Any]


def restrict(program: Program, kept: Mask) -> Program:
    """The rows where `kept` (rows,) in one unnamed block each of theirs, numbered anew; no objective."""
    chosen = {b.start: np.flatnonzero(kept[b.start : b.start + len(b.labels)]) for b in program.rows}
    used = _used(program, chosen)
    nodes, places = _nodes(program, used)

    def moved(held: SparseRows, rows: Places, place: int) -> tuple[SparseRows, int]:
        return _narrowed(take_rows(held, rows), used[place]), places[place]

    rows, start = [], 0
    for block in sorted(program.rows, key=lambda b: b.start):
        here = chosen[block.start]
        if len(here):
            held = tuple(moved(m, here, place) for m, place in block.nonlinear)
            rows.append(_rows(block, here, start, held))
            start += len(here)
    nothing = Objective("nothing", False, Numbers.constant(0, 1), SparseRows.empty(1, program.width))
    return replace(program, rows=tuple(rows), nodes=nodes, objective=nothing, complementarities=())


def take_rows(held: SparseRows, rows: Places) -> SparseRows:
    """These rows (ascending), in their order."""
    counts = np.diff(held.starts)[rows]
    starts = np.concatenate(([0], np.cumsum(counts)))
    entries = np.arange(starts[-1]) + np.repeat(held.starts[rows] - starts[:-1], counts)
    return SparseRows(starts, held.columns[entries], held.coefficients.take(entries), held.width)


def _used(program: Program, chosen: dict[int, Places]) -> list[Mask]:
    """Which elements of each node the rows need."""
    used = [np.zeros(node.size, dtype=np.bool_) for node in program.nodes]
    for block in program.rows:
        for held, place in block.nonlinear:
            used[place][take_rows(held, chosen[block.start]).columns] = True
    for place in range(len(program.nodes) - 1, -1, -1):
        node, mask = program.nodes[place], used[place]
        match node:
            case Affine():
                for held, inner in node.nodes:
                    used[inner][take_rows(held, np.flatnonzero(mask)).columns] = True
            case Product():
                used[node.left] |= mask
                used[node.right] |= mask
            case _:
                used[node.argument] |= mask
    return used


def _nodes(program: Program, used: list[Mask]) -> tuple[tuple[Node, ...], list[int]]:
    """The nodes cut to what is used, and where each has gone.

    An elementwise node may need fewer elements than its argument has kept for others: it takes its own
    by a gather.
    """
    out: list[Node] = []
    places: list[int] = []

    def gathered(argument: int, mask: Mask) -> int:
        if (used[argument] == mask).all():
            return places[argument]
        here = np.flatnonzero(mask[used[argument]])
        size = len(here)
        held = SparseRows(np.arange(size + 1), here, Numbers.constant(1, size), int(used[argument].sum()))
        out.append(Affine(size, Numbers.constant(0, size), None, ((held, places[argument]),)))
        return len(out) - 1

    for node, mask in zip(program.nodes, used, strict=True):
        here = np.flatnonzero(mask)
        size = len(here)
        match node:
            case Affine():
                variables = None if node.variables is None else take_rows(node.variables, here)
                inner = tuple((_narrowed(take_rows(m, here), used[at]), places[at]) for m, at in node.nodes)
                made: Node = Affine(size, node.constant.take(here), variables, inner, node.span)
            case Power():
                made = Power(size, gathered(node.argument, mask), node.exponent.take(here), node.span)
            case Apply():
                made = Apply(size, node.function, gathered(node.argument, mask), node.span)
            case Product():
                made = Product(size, gathered(node.left, mask), gathered(node.right, mask), node.span)
        out.append(made)
        places.append(len(out) - 1)
    return tuple(out), places


def _narrowed(held: SparseRows, used: Mask) -> SparseRows:
    """The same map, of the elements that are left."""
    return replace(held, columns=(np.cumsum(used) - 1)[held.columns], width=int(used.sum()))


def _rows(block: Rows, here: Places, start: int, nonlinear: tuple[tuple[SparseRows, int], ...]) -> Rows:
    return replace(
        block,
        labels=Labels((), (), len(here)),
        start=start,
        lower=_bound(block.lower, here),
        upper=_bound(block.upper, here),
        linear=take_rows(block.linear, here),
        nonlinear=nonlinear,
    )


def _bound(bound: Bound | None, here: Places) -> Bound | None:
    if bound is None:
        return None
    return Bound(bound.values.take(here), None if bound.finite is None else bound.finite[here])
