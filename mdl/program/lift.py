"""Wide arguments of nonlinear functions get a column of their own.

`log(x_1 + ... + x_1000)` has a dense second derivative of half a million entries.  With y = x_1 +
... + x_1000 as a new column and row it has one.  Points, and multipliers of the old rows and
bounds, are the same in both forms; the new columns and rows come last, so that an answer is cut
back to the old form by its first entries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.program.evaluation import Evaluation
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.labels import Labels
from mdl.program.maps import FloatMap, spread
from mdl.program.program import Bound, Columns, Program, Rows
from mdl.program.quadratic import reached
from mdl.program.slopes import Pattern, union
from mdl.program.sparse import SparseRows

WIDE = 32
"""Variables in an argument from which on it is lifted.

A dense block of this size costs about as much as the column, row and entries that replace it.
"""


@dataclass(slots=True, frozen=True, eq=False)
class Part:
    """New columns `start : start + len(elements)` stand for these elements of node `node` of the old program."""

    node: int
    elements: npt.NDArray[np.intp]
    start: int


@dataclass(slots=True, frozen=True, eq=False)
class Lifted:
    program: Program
    parts: tuple[Part, ...]

    def extend(self, x: FloatArray, evaluation: Evaluation) -> FloatArray:
        """A point of the old program (of that evaluation) as a point of the new one."""
        values = evaluation.nodes(x)
        return np.concatenate([x, *(values[p.node][p.elements] for p in self.parts)])


def lift(program: Program, wide: int = WIDE) -> Lifted:
    """The program with every argument of more than `wide` variables lifted; the same one where there is none."""
    work = _Work(program, wide)
    for place, node in enumerate(program.nodes):
        work.place(place, node)
    return work.result()


class _Work:
    """The new graph as it grows; `same[k]` is the new place of old node k, `short[k]` of its lifted form."""

    def __init__(self, program: Program, wide: int) -> None:
        self.old, self.wide = program, wide
        self.width = program.width
        self.nodes: list[Node] = []
        self.patterns: list[Pattern] = []
        self.same: dict[int, int] = {}
        self.short: dict[int, int] = {}
        self.parts: list[Part] = []
        self.positive: list[bool] = []
        held = [k for block in program.rows for _, k in block.nonlinear]
        self.active = reached(program.nodes, held + [k for _, k in program.objective.nonlinear])

    def place(self, place: int, node: Node) -> None:
        if isinstance(node, Affine):
            moved: Node = replace(node, nodes=tuple((m, self.same[k]) for m, k in node.nodes))
        elif place not in self.active:
            moved = _moved(node, *(self.same[k] for k in _of(node)))
        else:
            moved = _moved(node, *(self._argument(k, node) for k in _of(node)))
        self.same[place] = self._append(moved)

    def _append(self, node: Node) -> int:
        self.nodes.append(node)
        self.patterns.append(self._pattern(node))
        return len(self.nodes) - 1

    def _pattern(self, node: Node) -> Pattern:
        # keys of places need room for the new columns, at most one an element
        room = self.width + sum(n.size for n in self.old.nodes)
        if isinstance(node, Product):
            left, right = self.patterns[node.left], self.patterns[node.right]
            return union([left.row, right.row], [left.column, right.column], node.size, room)[0]
        if not isinstance(node, Affine):
            return self.patterns[node.argument]
        rows, columns = [], []
        if node.variables is not None:
            held = FloatMap.of(node.variables)
            rows.append(held.row)
            columns.append(held.column)
        for matrix, k in node.nodes:
            held, pattern = FloatMap.of(matrix), self.patterns[k]
            counts = np.diff(pattern.starts)[held.column]
            rows.append(np.repeat(held.row, counts))
            columns.append(pattern.column[spread(pattern.starts[:-1][held.column], counts)])
        return union(rows, columns, node.size, room)[0]

    def _argument(self, place: int, consumer: Node) -> int:
        """The new place of a nonlinear node's argument, lifted where it is too wide for that node."""
        plain = self.same[place]
        widths = np.diff(self.patterns[plain].starts)
        wide = widths > self.wide
        if isinstance(consumer, Product):
            other = consumer.right if place == consumer.left else consumer.left
            across = widths * np.diff(self.patterns[self.same[other]].starts)
            wide &= across > self.wide**2
        if not wide.any():
            return plain
        if place not in self.short:
            self._lift(place, np.flatnonzero(widths > self.wide))
        if _needs_nonnegative(consumer):
            self.positive[[p.node for p in self.parts].index(place)] = True
        return self.short[place]

    def _lift(self, place: int, elements: npt.NDArray[np.intp]) -> None:
        size, plain = self.old.nodes[place].size, self.same[place]
        start, count = self.width, len(elements)
        self.width += count
        self.parts.append(Part(place, elements, start))
        self.positive.append(False)
        rest = np.setdiff1d(np.arange(size), elements)
        columns = _selection(elements, start + np.arange(count), size, self.width)
        kept = ((_selection(rest, rest, size, size), plain),) if len(rest) else ()
        span = self.old.nodes[place].span
        self.short[place] = self._append(Affine(size, Numbers.constant(0, size), columns, kept, span))

    def result(self) -> Lifted:
        if not self.parts:
            return Lifted(self.old, ())
        old, width = self.old, self.width

        def wider(rows: SparseRows) -> SparseRows:
            return replace(rows, width=width)

        def moved(parts: tuple[tuple[SparseRows, int], ...]) -> tuple[tuple[SparseRows, int], ...]:
            return tuple((m, self.same[k]) for m, k in parts)

        nodes = tuple(
            replace(n, variables=wider(n.variables)) if isinstance(n, Affine) and n.variables is not None else n
            for n in self.nodes
        )
        rows = [replace(b, linear=wider(b.linear), nonlinear=moved(b.nonlinear)) for b in old.rows]
        columns = list(old.columns)
        height = old.height
        for part, positive in zip(self.parts, self.positive, strict=True):
            size = len(part.elements)
            zero = Bound(Numbers.constant(0, size))
            labels = Labels((), (), size)
            columns.append(Columns("lifted", labels, part.start, zero if positive else None, None))
            every = np.arange(size)
            minus = replace(_selection(every, part.start + every, size, width), coefficients=Numbers.constant(-1, size))
            chosen = _selection(every, part.elements, size, self.old.nodes[part.node].size)
            held = ((chosen, self.same[part.node]),)
            rows.append(Rows("lifted", labels, height, "==", zero, zero, minus, held))
            height += size
        objective = replace(old.objective, linear=wider(old.objective.linear), nonlinear=moved(old.objective.nonlinear))
        made = replace(old, columns=tuple(columns), rows=tuple(rows), objective=objective, nodes=nodes)
        return Lifted(made, tuple(self.parts))


def _of(node: Apply | Power | Product) -> tuple[int, ...]:
    return (node.left, node.right) if isinstance(node, Product) else (node.argument,)


def _moved(node: Apply | Power | Product, *arguments: int) -> Node:
    if isinstance(node, Product):
        return replace(node, left=arguments[0], right=arguments[1])
    return replace(node, argument=arguments[0])


def _needs_nonnegative(node: Node) -> bool:
    """The node is defined only where its argument is at least 0, so that a bound says no more than it does."""
    if isinstance(node, Apply):
        return node.function in (Function.LOG, Function.SQRT)
    if isinstance(node, Power):
        exponents = node.exponent.floats()
        return bool((exponents != np.floor(exponents)).all())
    return False


def _selection(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], size: int, width: int) -> SparseRows:
    """Row `rows[k]` is column `columns[k]`; other rows are empty; both ascend."""
    starts = np.zeros(size + 1, dtype=np.int64)
    starts[rows + 1] = 1
    return SparseRows(np.cumsum(starts), columns, Numbers.constant(1, len(rows)), width)
