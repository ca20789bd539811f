"""Shortest paths in many small graphs at once, in integers: all graphs have the same nodes and differ in weights.

A system of difference constraints  x[to] - x[from] <= weight  with  x[to] <= start  has the shortest distances from
a base, whose arcs are the starts, as its largest solution (Bellman 1958; Cormen et al., Introduction to Algorithms,
sec. 22.4), and no solution exactly where a cycle has a negative sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import IntArray

Places = npt.NDArray[Any]

BASE = -1
"""The node before the first of a path."""
ABSENT = 2**61
"""The weight of an arc that is not there, among int64 weights: two of them still fit."""


@dataclass(slots=True, frozen=True, eq=False)
class Graphs:
    """S graphs of L nodes.  Weights are whole numbers over one denominator, all int64 or all Python integers.

    weight (L, L, S)  of the arc into the first index from the second; `absent` where there is none
    start  (L, S)     of the arc from the base
    """

    weight: IntArray
    start: IntArray
    absent: int

    @staticmethod
    def of(weight: IntArray, start: IntArray, there: npt.NDArray[Any]) -> Graphs:
        """`there` says which arcs there are, broadcast to (L, L, S); arcs from a node to itself never are.

        int64 where no distance can leave it.  A sweep starts from lengths of paths, else a cycle would have been
        found before it, and lowers a distance by at most L weights more: 2 L weights and a start in all.
        """
        nodes = len(start)
        there = np.broadcast_to(there & ~np.eye(nodes, dtype=bool)[:, :, None], weight.shape)
        size = _largest(start) + 2 * (nodes + 1) * _largest(weight[there]) + 1
        if size < ABSENT // 4:
            return Graphs(np.where(there, weight, ABSENT).astype(np.int64), start.astype(np.int64), ABSENT)
        absent = 4 * size
        return Graphs(np.where(there, weight.astype(object), absent), start.astype(object), absent)


@dataclass(slots=True, frozen=True, eq=False)
class Paths:
    """distance (L, S): the shortest from the base; before (L, S): the node before the last step, or BASE."""

    distance: IntArray
    before: Places

    def path(self, node: int, graph: int) -> list[int]:
        """The nodes of a shortest path, from the first after the base to `node`."""
        found = [node]
        while (node := int(self.before[node, graph])) != BASE:
            found.append(node)
        return found[::-1]


@dataclass(slots=True, frozen=True)
class Loop:
    """A cycle with negative sum in one graph: arcs lead from each node to the next and from the last to the first."""

    graph: int
    nodes: tuple[int, ...]
    total: int


def shortest(graphs: Graphs) -> Paths | Loop:
    """Distances in all graphs, or a cycle with negative sum: of two nodes where there is one, the most negative.

    Nodes are relaxed one after the other, up and down in turn (Yen 1970), all graphs at once: a graph whose arcs all
    lead upwards needs one sweep and one to see that it is done.
    """
    distance, before = graphs.start.copy(), np.full(graphs.start.shape, BASE, dtype=np.int64)
    nodes = len(distance)
    order = range(nodes)
    while _sweep(graphs, distance, before, order):
        if (at := _cyclic(before)) is not None:
            return _pair(graphs) or _loop(graphs, before, at)
        order = range(nodes - 1, -1, -1) if order.step > 0 else range(nodes)
    return Paths(distance, before)


def _sweep(graphs: Graphs, distance: IntArray, before: Places, order: range) -> bool:
    """Relax every node once, in place; whether any distance fell."""
    moved = False
    for node in order:
        reached = distance + graphs.weight[node]
        via = reached.argmin(axis=0)
        best = np.take_along_axis(reached, via[None], axis=0)[0]
        nearer = (best < distance[node]).astype(bool)
        if nearer.any():
            moved = True
            distance[node, nearer] = best[nearer]
            before[node, nearer] = via[nearer]
    return moved


def _cyclic(before: Places) -> tuple[int, int] | None:
    """A node on a cycle of predecessors and its graph, if any; such a cycle has a negative sum."""
    nodes = len(before)
    ahead = np.vstack([np.where(before == BASE, nodes, before), np.full((1, before.shape[1]), nodes)])
    for _ in range(nodes.bit_length()):
        ahead = np.take_along_axis(ahead, ahead, axis=0)
    places = np.argwhere(ahead[:nodes] != nodes)
    if not len(places):
        return None
    node, graph = (int(p) for p in places[0])
    return int(ahead[node, graph]), graph


def _loop(graphs: Graphs, before: Places, at: tuple[int, int]) -> Loop:
    node, graph = at
    found = [node]
    while (node := int(before[node, graph])) != at[0]:
        found.append(node)
    nodes = tuple(found[::-1])
    return Loop(graph, nodes, total(graphs, graph, nodes))


def total(graphs: Graphs, graph: int, nodes: tuple[int, ...]) -> int:
    """The sum of the arcs of a cycle."""
    onward = nodes[1:] + nodes[:1]
    return sum(int(graphs.weight[to, start, graph]) for start, to in zip(nodes, onward, strict=True))


def _pair(graphs: Graphs) -> Loop | None:
    """The cycle of two nodes with the most negative sum."""
    best: tuple[int, int, int, int] | None = None
    for node in range(1, len(graphs.start)):
        both = graphs.weight[node, :node] + graphs.weight[:node, node]
        place = int(both.argmin())
        other, graph = np.unravel_index(place, both.shape)
        value = int(both[other, graph])
        if value < 0 and (best is None or value < best[0]):
            best = value, int(graph), int(other), node
    return None if best is None else Loop(best[1], best[2:], best[0])


def _largest(values: IntArray) -> int:
    return max(int(values.max()), -int(values.min())) if values.size else 0
