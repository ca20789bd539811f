"""What a solver of nonlinear programs asks of a Program: values and exact sparse derivatives at a point."""

from __future__ import annotations

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.program.bends import Bends, active_nodes
from mdl.program.evaluation import Evaluation, Values
from mdl.program.graph import Affine, Product
from mdl.program.maps import FloatMap, Places
from mdl.program.program import Program
from mdl.program.slopes import Slopes, total


class Functions:
    """Objective and rows of a program as functions of x (width,), the objective in the user's sense.

    Structures are fixed: `jacobian_row`, `jacobian_column` (row-major) and `hessian_row`,
    `hessian_column` (lower triangle, row-major), no place twice.  Where the program is not defined at
    x, values are not finite; nothing is raised.
    """

    def __init__(self, program: Program) -> None:
        self.evaluation = Evaluation(program)
        self.width, self.height = program.width, program.height
        rows = self.evaluation.row_nodes
        self.slopes = Slopes(self.evaluation, [k for _, _, k in rows] + self._bent())
        linear = [_shifted(start, held, self.height) for start, held in self.evaluation.row_linear]
        inner = [(_shifted(start, held, self.height), k) for start, held, k in rows]
        pattern, self._jacobian = self.slopes.sum(self.height, linear, inner)
        self.jacobian_row, self.jacobian_column = pattern.row, pattern.column
        self.bends = Bends(self.evaluation, self.slopes)
        self.hessian_row, self.hessian_column = self.bends.row, self.bends.column
        self._x: FloatArray | None = None
        self._values: Values = []
        self._entries: dict[int, FloatArray] | None = None

    @property
    def linear_rows(self) -> bool:
        """The Jacobian is the same everywhere."""
        return not self._jacobian.parts

    def _bent(self) -> list[int]:
        """Arguments of the nonlinear nodes in use."""
        nodes = self.evaluation.program.nodes
        out: list[int] = []
        for node in (nodes[k] for k in active_nodes(self.evaluation)):
            if isinstance(node, Product):
                out += [node.left, node.right]
            elif not isinstance(node, Affine):
                out.append(node.argument)
        return out

    def values(self, x: FloatArray) -> Values:
        """Values of all nodes; kept until asked at another point."""
        if self._x is None or not np.array_equal(x, self._x):
            self._x = np.array(x, dtype=np.float64)
            self._values, self._entries = self.evaluation.nodes(self._x), None
        return self._values

    def _slopes(self, x: FloatArray) -> dict[int, FloatArray]:
        values = self.values(x)
        if self._entries is None:
            self._entries = self.slopes.at(values)
        return self._entries

    def objective(self, x: FloatArray) -> float:
        return self.evaluation.objective(x, self.values(x))

    def gradient(self, x: FloatArray) -> FloatArray:
        """Of the objective, shape (width,)."""
        return self.evaluation.gradient(self.values(x), 1.0)

    def rows(self, x: FloatArray) -> FloatArray:
        """Shape (height,)."""
        return self.evaluation.rows(x, self.values(x))

    def jacobian(self, x: FloatArray) -> FloatArray:
        """Entries of the derivative of the rows, at `jacobian_row`, `jacobian_column`."""
        if self.linear_rows:
            return self._jacobian.base
        with np.errstate(all="ignore"):
            return total(self._jacobian, self._slopes(x))

    def hessian(self, x: FloatArray, weight: float, multipliers: FloatArray) -> FloatArray:
        """Entries of the Hessian of weight * objective + multipliers'rows, at `hessian_row`, `hessian_column`."""
        return self.bends.at(self.values(x), self._slopes(x), weight, multipliers)


def _shifted(start: int, held: FloatMap, height: int) -> FloatMap:
    """The same rows further down, in a map of all rows."""
    row: Places = held.row + start
    return FloatMap(row, held.column, held.value, height, held.width)
