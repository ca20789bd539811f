"""The Hessian of the Lagrangian of a Program, sparse, with its structure fixed once.

Of a composite scalar function L, with w the derivative of L by the value of a node, the second
derivative by x is the sum over the nonlinear nodes of w times the node's own second derivative
between the first derivatives of its arguments: nothing else bends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.program.elementwise import Elementwise
from mdl.program.evaluation import Evaluation, Values, weighed
from mdl.program.graph import Affine, Product
from mdl.program.maps import FloatMap, Places, spread
from mdl.program.quadratic import reached
from mdl.program.slopes import Pattern, Slopes, union


@dataclass(slots=True, frozen=True, eq=False)
class Pairs:
    """Products of entry `first` of the left derivative with entry `second` of the right, in row `row` of the node.

    `factor` is 2 where the product counts twice in its place of the lower triangle.
    """

    left: int
    right: int
    first: Places
    second: Places
    row: Places
    factor: FloatArray | None
    function: Elementwise | None
    """None: a Product, whose mixed second derivative is 1."""


class Bends:
    """Lower triangle of the Hessian: `row` >= `column`, each (nonzeros,), sorted, no place twice."""

    def __init__(self, evaluation: Evaluation, slopes: Slopes) -> None:
        self.evaluation, self.slopes = evaluation, slopes
        nodes, active = evaluation.program.nodes, active_nodes(evaluation)
        self.pairs = {k: self._pairs(k) for k in sorted(active) if not isinstance(nodes[k], Affine)}
        ends = [self._places(p) for p in self.pairs.values()]
        pattern, slots = union(
            [np.maximum(i, j) for i, j in ends],
            [np.minimum(i, j) for i, j in ends],
            evaluation.width,
            evaluation.width,
        )
        self.row, self.column = pattern.row, pattern.column
        self.slots = dict(zip(self.pairs, slots, strict=True))
        self.fixed = {k: self._fixed(k, p) for k, p in self.pairs.items() if self._is_fixed(p)}

    def _pairs(self, place: int) -> Pairs:
        node, pattern = self.evaluation.program.nodes[place], self.slopes.pattern
        if isinstance(node, Product):
            return _across(node, pattern[node.left], pattern[node.right])
        assert not isinstance(node, Affine)
        first, second = _within(pattern[node.argument])
        row = pattern[node.argument].row[first]
        return Pairs(node.argument, node.argument, first, second, row, None, self.evaluation.functions[place])

    def _places(self, pairs: Pairs) -> tuple[Places, Places]:
        pattern = self.slopes.pattern
        return pattern[pairs.left].column[pairs.first], pattern[pairs.right].column[pairs.second]

    def _is_fixed(self, pairs: Pairs) -> bool:
        return pairs.left in self.slopes.constant and pairs.right in self.slopes.constant

    def _fixed(self, place: int, pairs: Pairs) -> FloatMap:
        """Where the arguments' derivatives do not move: from second derivatives of the node to entries."""
        value = self._products(pairs, self.slopes.constant)
        size = self.evaluation.program.nodes[place].size
        return FloatMap(self.slots[place], pairs.row, value, len(self.row), size)

    def _products(self, pairs: Pairs, entries: dict[int, FloatArray]) -> FloatArray:
        value = entries[pairs.left][pairs.first] * entries[pairs.right][pairs.second]
        return value if pairs.factor is None else value * pairs.factor

    def at(self, values: Values, slopes: dict[int, FloatArray], weight: float, multipliers: FloatArray) -> FloatArray:
        """Entries of the Hessian of weight * objective + multipliers'rows."""
        adjoints = self.evaluation.adjoints(values, weight, multipliers)
        out = np.zeros(len(self.row))
        with np.errstate(all="ignore"):
            for place, pairs in self.pairs.items():
                own = adjoints[place]
                if own is None:
                    continue
                if pairs.function is not None:
                    own = weighed(own, pairs.function.bend(values[pairs.left], values[place]))
                fixed = self.fixed.get(place)
                if fixed is not None:
                    out += fixed.times(own)
                else:
                    terms = weighed(own[pairs.row], self._products(pairs, slopes))
                    out += np.bincount(self.slots[place], terms, len(out))
        return out


def active_nodes(evaluation: Evaluation) -> set[int]:
    """The nodes that the objective or a row depends on."""
    wanted = [k for _, k in evaluation.objective_nodes] + [k for _, _, k in evaluation.row_nodes]
    return reached(evaluation.program.nodes, wanted)


def _within(pattern: Pattern) -> tuple[Places, Places]:
    """All pairs of entries of one row, the second not right of the first."""
    entry = np.arange(pattern.nonzeros)
    start = pattern.starts[:-1][pattern.row]
    counts = entry - start + 1
    return np.repeat(entry, counts).astype(np.intp, copy=False), spread(start, counts)


def _across(node: Product, left: Pattern, right: Pattern) -> Pairs:
    counts = np.diff(right.starts)[left.row]
    first = np.repeat(np.arange(left.nonzeros), counts).astype(np.intp, copy=False)
    second = spread(right.starts[:-1][left.row], counts)
    # w (l r' + r l'): a place on the diagonal gets both terms, one off it one of them
    factor = np.where(left.column[first] == right.column[second], 2.0, 1.0)
    return Pairs(node.left, node.right, first, second, left.row[first], factor, None)
