"""A basis of a linear program, and in exact numbers the point and the prices that belong to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import IntArray
from mdl.algebra.vectors import scaled
from mdl.certify.integers import Places, minus, narrowed, plus
from mdl.certify.linear import Integral, Sides
from mdl.certify.square import Clock, Solved, Square

LOWER, BASIC, UPPER, ZERO = 0, 1, 2, 3
"""Where a column, or the sum of a row, is held; `Solution.column_basis` and `row_basis` have these numbers."""

States = npt.NDArray[np.int8]


@dataclass(slots=True, eq=False)
class Basis:
    """The state of each column and row; as many rows are held (not basic) as columns are basic."""

    columns: States
    rows: States

    @staticmethod
    def of(held: Integral, columns: States, rows: States) -> Basis | None:
        """From a solver's states, each held one put to a side that is there; None where the counts are wrong."""
        if len(columns) != held.width or len(rows) != held.height or (columns == BASIC).sum() != (rows != BASIC).sum():
            return None
        return Basis(_settled(columns, held.low, held.high), _settled(rows, held.low_rows, held.high_rows))

    @staticmethod
    def of_rows(held: Integral) -> Basis:
        """Every row basic: a basis of every program."""
        columns = np.full(held.width, LOWER, dtype=np.int8)
        return Basis(_settled(columns, held.low, held.high), np.full(held.height, BASIC, dtype=np.int8))


def _settled(states: States, low: Sides, high: Sides) -> States:
    out = np.array(states, dtype=np.int8)
    held = out != BASIC
    there = np.where(out == UPPER, high.finite, low.finite)
    other = np.where(low.finite, LOWER, np.where(high.finite, UPPER, ZERO))
    return np.where(held & ~(there & ((out == LOWER) | (out == UPPER))), other, out).astype(np.int8)


@dataclass(slots=True, eq=False)
class Vertex:
    """One basis: `inside` are the basic columns, `tight` the rows held at a side; `square` is their matrix."""

    held: Integral
    basis: Basis
    inside: Places
    tight: Places
    square: Square

    @staticmethod
    def of(held: Integral, basis: Basis, clock: Clock) -> Vertex:
        inside, tight = np.flatnonzero(basis.columns == BASIC), np.flatnonzero(basis.rows != BASIC)
        return Vertex(held, basis, inside, tight, Square(held.rows.take_rows(tight).take_columns(inside), clock))

    def point(self) -> Solved | None:
        """All columns, over one denominator; None where the basis is singular or too hard."""
        held, basis = self.held, self.basis
        outside = _at(basis.columns, held.low, held.high)
        sides = _at(basis.rows, held.low_rows, held.high_rows)[self.tight]
        rest = minus(sides, held.rows.take_rows(self.tight).dot(outside))
        found = self.square.solve(narrowed(rest))
        return None if found is None else (self._spread(scaled(outside, found[1]), found[0]), found[1])

    def direction(self, right: IntArray) -> Solved | None:
        """Changes of all columns, basic ones only, that change the tight rows by `right`."""
        found = self.square.solve(right)
        return None if found is None else (self._spread(np.zeros(self.held.width, dtype=np.int64), found[0]), found[1])

    def prices(self, cost: IntArray) -> Solved | None:
        """Multipliers of all rows, tight ones only, that make up the cost of the basic columns."""
        found = self.square.solve_turned(cost[self.inside])
        if found is None:
            return None
        out = np.zeros(self.held.height, dtype=found[0].dtype)
        out[self.tight] = found[0]
        return out, found[1]

    def reduced(self, cost: IntArray, prices: Solved) -> IntArray:
        """What the prices leave of a cost, over the denominator of the prices; 0 of basic columns."""
        return narrowed(minus(scaled(cost, prices[1]), self.held.rows.combination(prices[0])))

    def _spread(self, outside: IntArray, inside: IntArray) -> IntArray:
        out = np.zeros(self.held.width, dtype=np.result_type(outside, inside))
        out[self.inside] = inside
        return narrowed(plus(outside, out))


def _at(states: States, low: Sides, high: Sides) -> IntArray:
    """The value of what is held at a side, 0 elsewhere."""
    return np.where(states == LOWER, low.values, np.where(states == UPPER, high.values, 0))
