"""Derivatives of a graph as a graph: one sweep back, in which the adjoint of a map is its transpose.

Every function of a graph has a derivative that is a graph again (that of log is the reciprocal), so
that gradients weighted by variables, such as multipliers, are nodes too.  Coefficients stay exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.program import exact
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.sparse import SparseRows

GROWTH = 4
"""An affine node is written out where that makes at most this many times the entries, or FEW entries."""

FEW = 20_000

Maps = tuple[tuple[SparseRows, int], ...]


@dataclass(slots=True, frozen=True, eq=False)
class Vector:
    """constant + sum of (map x) + sum of (map times node), shape (size,); `constant` None is 0."""

    size: int
    constant: Numbers | None = None
    variables: tuple[SparseRows, ...] = ()
    nodes: Maps = ()

    @property
    def is_constant(self) -> bool:
        return not self.variables and not self.nodes


def transposed(rows: SparseRows) -> SparseRows:
    return exact.from_entries(rows.columns, rows.row_ids(), rows.coefficients, rows.width, rows.rows)


def diagonal(values: Numbers) -> SparseRows:
    every = np.arange(len(values))
    return exact.from_entries(every, every, values, len(values), len(values))


def identity(size: int) -> SparseRows:
    return diagonal(Numbers.constant(1, size))


def added(size: int, parts: Sequence[Vector]) -> Vector:
    constants = [p.constant for p in parts if p.constant is not None]
    constant = arithmetic.total(constants) if constants else None
    return Vector(
        size, constant, tuple(v for p in parts for v in p.variables), tuple(n for p in parts for n in p.nodes)
    )


def applied(held: SparseRows, vector: Vector) -> Vector:
    """map vector."""
    return Vector(
        held.rows,
        None if vector.constant is None else exact.apply(held, vector.constant),
        tuple(exact.compose(held, v) for v in vector.variables),
        tuple((exact.compose(held, m), k) for m, k in vector.nodes),
    )


class Adjoints:
    """`nodes` is the graph, to which derivatives are added; `width` that of its maps over variables.

    Seed nodes with `add`, then `gradient` gives the derivative by all variables of the sum of seeds times nodes.
    """

    def __init__(self, nodes: Sequence[Node], width: int) -> None:
        self.nodes: list[Node] = list(nodes)
        self.width = width
        self.count = len(self.nodes)
        self.parts: dict[int, list[Vector]] = {}
        self.slopes: dict[int, tuple[int, Numbers | None]] = {}

    def add(self, place: int, vector: Vector) -> None:
        self.parts.setdefault(place, []).append(vector)

    def gradient(self) -> Vector:
        """Shape (width,); affine nodes in it written out where that is cheap."""
        total: list[Vector] = []
        for place in reversed(range(self.count)):
            held = self.parts.pop(place, None)
            if held is None:
                continue
            node, own = self.nodes[place], self.shorter(added(self.nodes[place].size, held))
            match node:
                case Affine():
                    for inner, k in node.nodes:
                        self.add(k, applied(transposed(inner), own))
                    if node.variables is not None:
                        total.append(applied(transposed(node.variables), own))
                case Product():
                    left, right = node.left, node.right
                    self.add(left, self.times(own, right, None))
                    self.add(right, self.times(own, left, None))
                case _:
                    slope, factor = self.slope(place, node)
                    self.add(node.argument, self.times(own, slope, factor))
        return self.shorter(added(self.width, total))

    # ---- pieces ----

    def times(self, vector: Vector, place: int, factor: Numbers | None) -> Vector:
        """vector * factor * node, elementwise."""
        size = vector.size
        out: list[Vector] = []
        if vector.constant is not None:
            weights = vector.constant if factor is None else arithmetic.mul(vector.constant, factor)
            out.append(Vector(size, nodes=((diagonal(weights), place),)))
        if not vector.is_constant:
            moving = self.place(replace(vector, constant=None))
            product = self.new(Product(size, moving, place, self.nodes[place].span))
            held = identity(size) if factor is None else diagonal(factor)
            out.append(Vector(size, nodes=((held, product),)))
        return added(size, out)

    def place(self, vector: Vector) -> int:
        """A node with this value."""
        zero = Numbers.constant(0, vector.size) if vector.constant is None else vector.constant
        variables = exact.add(vector.variables) if vector.variables else None
        return self.new(Affine(vector.size, zero, variables, merged(vector.nodes)))

    def new(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def slope(self, place: int, node: Apply | Power) -> tuple[int, Numbers | None]:
        """The derivative by the argument: a node and a constant factor (None: 1)."""
        if place not in self.slopes:
            self.slopes[place] = self.power_slope(node) if isinstance(node, Power) else self.function_slope(place, node)
        return self.slopes[place]

    def function_slope(self, place: int, node: Apply) -> tuple[int, Numbers | None]:
        size, span = node.size, node.span
        match node.function:
            case Function.LOG:
                return self.new(Apply(size, Function.RECIPROCAL, node.argument, span)), None
            case Function.EXP:
                return place, None
            case Function.SQRT:
                inverse = self.new(Apply(size, Function.RECIPROCAL, place, span))
                return inverse, Numbers.constant(Fraction(1, 2), size)
            case Function.RECIPROCAL:
                square = self.new(Power(size, place, Numbers.constant(2, size), span))
                return square, Numbers.constant(-1, size)

    def power_slope(self, node: Power) -> tuple[int, Numbers | None]:
        one = Numbers.constant(1, node.size)
        less = arithmetic.sub(node.exponent, one)
        if arithmetic.compare("==", less, one).all():
            return node.argument, node.exponent
        return self.new(Power(node.size, node.argument, less, node.span)), node.exponent

    def shorter(self, vector: Vector) -> Vector:
        """Affine nodes written out; what is linear is seen to be."""
        while True:
            kept: list[tuple[SparseRows, int]] = []
            parts: list[Vector] = [replace(vector, nodes=())]
            for held, k in vector.nodes:
                node = self.nodes[k]
                if isinstance(node, Affine) and cheap(held, node):
                    variables = () if node.variables is None else (node.variables,)
                    parts.append(applied(held, Vector(node.size, node.constant, variables, node.nodes)))
                else:
                    kept.append((held, k))
            if len(parts) == 1:
                return Vector(
                    vector.size,
                    vector.constant,
                    (exact.add(vector.variables),) if vector.variables else (),
                    merged(vector.nodes),
                )
            vector = added(vector.size, [*parts, Vector(vector.size, nodes=tuple(kept))])


def cheap(held: SparseRows, node: Affine) -> bool:
    maps = [m for m in (node.variables, *(m for m, _ in node.nodes)) if m is not None]
    before = held.nonzeros + sum(m.nonzeros for m in maps)
    after = sum(int(np.diff(m.starts)[held.columns].sum()) for m in maps)
    return after <= max(FEW, GROWTH * before)


def merged(maps: Maps) -> Maps:
    """One map a node, empty ones left out."""
    by_node: dict[int, list[SparseRows]] = {}
    for held, k in maps:
        by_node.setdefault(k, []).append(held)
    made = ((exact.add(parts), k) for k, parts in sorted(by_node.items()))
    return tuple((m, k) for m, k in made if m.nonzeros)
