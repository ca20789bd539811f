"""The fixed parts of the interior-point method's linear systems: sides, the rows' map, A D A' + E."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.banded import Factor, Layout, layout
from mdl.backends.nlp import Problem, inside
from mdl.program.maps import FloatMap, Places, spread
from mdl.program.residual import Sides

FLOPS = 4e9
"""Most that one factorisation may take."""
PAIRS = 30_000_000
"""Most products of two entries that the matrix may be the sum of."""

Truths = npt.NDArray[np.bool_]


class System:
    """Vectors v = (x, r) have shape (width + height,), of rows that have a side; K v = A x - r.

    `still`: fixed columns and the r of equality rows, which stay at their value.
    """

    def __init__(self, problem: Problem, kept: Places, rows: FloatMap, normal: Normal) -> None:
        self.functions, self.sign = problem.functions, problem.sign
        self.kept, self.rows, self.normal = kept, rows, normal
        self.width, self.height = rows.width, rows.rows
        self.start = problem.start[: self.width]
        # rows that linear nodes take part in have constants of their own
        constant = self.functions.rows(self.start)[kept] - rows.times(self.start)
        sides = Sides(problem.rows.lower[kept] - constant, problem.rows.upper[kept] - constant)
        self.sides_start = inside(rows.times(self.start), sides)
        self.low = np.concatenate((problem.columns.lower[: self.width], sides.lower))
        self.high = np.concatenate((problem.columns.upper[: self.width], sides.upper))
        self.still: Truths = self.low == self.high
        self.has_low: Truths = np.isfinite(self.low) & ~self.still
        self.has_high: Truths = np.isfinite(self.high) & ~self.still
        self.sides = int(self.has_low.sum() + self.has_high.sum())
        self._no_rows = np.zeros(self.functions.height)

    def objective(self, x: FloatArray) -> float:
        return self.sign * self.functions.objective(x)

    def gradient(self, x: FloatArray) -> FloatArray:
        return self.sign * self.functions.gradient(x)

    def bend(self, x: FloatArray) -> FloatArray:
        """The diagonal of the second derivative."""
        out = np.zeros(self.width)
        out[self.functions.hessian_row] = self.functions.hessian(x, self.sign, self._no_rows)
        return out

    def defined(self, x: FloatArray) -> bool:
        return bool(np.isfinite(self.functions.objective(x)))

    def gap(self, v: FloatArray) -> FloatArray:
        """K v."""
        return self.rows.times(v[: self.width]) - v[self.width :]

    def pull(self, y: FloatArray) -> FloatArray:
        """K'y."""
        return np.concatenate((self.rows.transposed(y), -y))

    def factor(self, give: FloatArray) -> Factor:
        """Of K diag(give) K'."""
        return self.normal.factor(give[: self.width], give[self.width :])


class Normal:
    """A diag(d) A' + diag(e) for any d and e: every product of two entries of a column has its slot."""

    def __init__(self, place: Layout, slots: Places, columns: Places, products: FloatArray, rows: int) -> None:
        self.layout, self.slots, self.columns, self.products, self.rows = place, slots, columns, products, rows
        each = np.arange(rows)
        self.diagonal = place.slots(each, each)

    def factor(self, d: FloatArray, e: FloatArray) -> Factor:
        terms = self.products * d[self.columns]
        store = np.bincount(self.slots, terms, 2 * self.layout.size).astype(np.float64, copy=False)
        store[self.diagonal] += e
        return Factor(self.layout, store, self.rows)


def make_system(problem: Problem) -> System | None:
    """None where the method does not apply, or would take longer than a general factorisation."""
    functions = problem.functions
    if not functions.linear_rows or not np.array_equal(functions.hessian_row, functions.hessian_column):
        return None
    kept = np.flatnonzero(np.isfinite(problem.rows.lower) | np.isfinite(problem.rows.upper))
    rows = _kept_rows(problem, kept)
    normal = _normal(rows)
    return None if normal is None else System(problem, kept, rows, normal)


def _kept_rows(problem: Problem, kept: Places) -> FloatMap:
    functions = problem.functions
    value = functions.jacobian(problem.start[: functions.width])
    if len(kept) == functions.height:
        return FloatMap(functions.jacobian_row, functions.jacobian_column, value, functions.height, functions.width)
    new = np.full(functions.height, -1, dtype=np.intp)
    new[kept] = np.arange(len(kept))
    row = new[functions.jacobian_row]
    held = row >= 0
    return FloatMap(row[held], functions.jacobian_column[held], value[held], len(kept), functions.width)


def _normal(rows: FloatMap) -> Normal | None:
    order = np.argsort(rows.column, kind="stable")
    row, column, value = rows.row[order], rows.column[order], rows.value[order]
    starts = np.zeros(rows.width + 1, dtype=np.intp)
    np.cumsum(np.bincount(column, minlength=rows.width), out=starts[1:])
    counts = np.diff(starts)
    if int((counts**2).sum()) > PAIRS:
        return None
    first = np.repeat(np.arange(len(row)), counts[column])
    second = spread(starts[:-1][column], counts[column])
    i, j = row[first], row[second]
    key = np.unique(i * np.int64(rows.rows) + j)
    place = layout(rows.rows, *(k.astype(np.intp, copy=False) for k in np.divmod(key, max(rows.rows, 1))))
    if place.flops > FLOPS or place.size > PAIRS:
        return None
    slots = place.slots(i, j)
    held = slots >= 0
    return Normal(place, slots[held], column[first][held], (value[first] * value[second])[held], rows.rows)
