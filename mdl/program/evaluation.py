"""Values of a Program at a point, and gradients by one sweep back through its graph.

All in float64.  Where the program is not defined at the point the numbers are not finite.
"""

from __future__ import annotations

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.program.elementwise import Elementwise, elementwise
from mdl.program.graph import Affine, Product
from mdl.program.maps import FloatMap
from mdl.program.program import Program

Values = list[FloatArray]
"""One vector a node."""


class Evaluation:
    """A program made ready for evaluation; points `x` have shape (width,), row multipliers (height,)."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.width, self.height = program.width, program.height
        nodes = program.nodes
        self.constants = [n.constant.floats() if isinstance(n, Affine) else None for n in nodes]
        self.variables = [FloatMap.of(n.variables) if isinstance(n, Affine) and n.variables else None for n in nodes]
        self.inner = [[(FloatMap.of(m), k) for m, k in n.nodes] if isinstance(n, Affine) else [] for n in nodes]
        self.functions: list[Elementwise | None] = [
            None if isinstance(n, (Affine, Product)) else elementwise(n) for n in nodes
        ]
        self.row_linear = [(block.start, FloatMap.of(block.linear)) for block in program.rows]
        self.row_nodes = [(block.start, FloatMap.of(m), k) for block in program.rows for m, k in block.nonlinear]
        held = program.objective
        self.objective_constant = float(held.constant.floats()[0])
        self.objective_linear = FloatMap.of(held.linear)
        self.objective_nodes = [(FloatMap.of(m), k) for m, k in held.nonlinear]

    # ---- forward -----------------------------------------------------------------------------

    def nodes(self, x: FloatArray) -> Values:
        """The value of every node."""
        out: Values = []
        with np.errstate(all="ignore"):
            for place in range(len(self.program.nodes)):
                out.append(self._node(place, x, out))
        return out

    def _node(self, place: int, x: FloatArray, values: Values) -> FloatArray:
        node, function, constant = self.program.nodes[place], self.functions[place], self.constants[place]
        if isinstance(node, Product):
            return values[node.left] * values[node.right]
        if not isinstance(node, Affine):
            assert function is not None
            return function.value(values[node.argument])
        assert constant is not None
        held, total = self.variables[place], constant
        if held is not None:
            total = total + held.times(x)
        for inner, k in self.inner[place]:
            total = total + inner.times(values[k])
        return total

    def rows(self, x: FloatArray, values: Values | None = None) -> FloatArray:
        """Every row's body, shape (height,)."""
        values = self.nodes(x) if values is None else values
        out = np.zeros(self.height)
        with np.errstate(all="ignore"):
            for start, linear in self.row_linear:
                out[start : start + linear.rows] = linear.times(x)
            for start, held, k in self.row_nodes:
                out[start : start + held.rows] += held.times(values[k])
        return out

    def objective(self, x: FloatArray, values: Values | None = None) -> float:
        """In the user's sense."""
        values = self.nodes(x) if values is None else values
        with np.errstate(all="ignore"):
            total = self.objective_constant + float(self.objective_linear.times(x)[0])
            for held, k in self.objective_nodes:
                total += float(held.times(values[k])[0])
        return total

    # ---- backward ----------------------------------------------------------------------------

    def adjoints(self, values: Values, weight: float, multipliers: FloatArray | None) -> list[FloatArray | None]:
        """Derivative of weight * objective + multipliers'rows by every node; None where it is 0."""
        out: list[FloatArray | None] = [None] * len(self.program.nodes)
        with np.errstate(all="ignore"):
            if weight:
                for held, k in self.objective_nodes:
                    _add(out, k, held.transposed(np.array([weight])))
            if multipliers is not None:
                for start, held, k in self.row_nodes:
                    _add(out, k, held.transposed(multipliers[start : start + held.rows]))
            for place in reversed(range(len(out))):
                self._back(place, values, out)
        return out

    def _back(self, place: int, values: Values, out: list[FloatArray | None]) -> None:
        node, function, own = self.program.nodes[place], self.functions[place], out[place]
        if own is None:
            return
        if isinstance(node, Product):
            _add(out, node.left, weighed(own, values[node.right]))
            _add(out, node.right, weighed(own, values[node.left]))
        elif isinstance(node, Affine):
            for inner, k in self.inner[place]:
                _add(out, k, inner.transposed(own))
        else:
            assert function is not None
            _add(out, node.argument, weighed(own, function.slope(values[node.argument], values[place])))

    def gradient(self, values: Values, weight: float, multipliers: FloatArray | None = None) -> FloatArray:
        """Gradient of weight * objective + multipliers'rows, shape (width,)."""
        total = np.zeros(self.width)
        if weight:
            total += self.objective_linear.transposed(np.array([weight]))
        if multipliers is not None:
            for start, linear in self.row_linear:
                total += linear.transposed(multipliers[start : start + linear.rows])
        for held, own in zip(self.variables, self.adjoints(values, weight, multipliers), strict=True):
            if held is not None and own is not None:
                with np.errstate(all="ignore"):
                    total += held.transposed(own)
        return total


def _add(out: list[FloatArray | None], place: int, term: FloatArray) -> None:
    before = out[place]
    out[place] = term if before is None else before + term


def weighed(weight: FloatArray, factor: FloatArray) -> FloatArray:
    """The product, and 0 where the weight is: what nobody uses may be undefined."""
    out = weight * factor
    wrong = np.isnan(out)
    if wrong.any():
        out[wrong & (weight == 0)] = 0.0
    return out
