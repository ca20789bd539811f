"""Simplex tables of many linear programs at once, in exact integers.

A program has n columns x and m rows s = A x, all with bounds.  m of these n + m variables are basic, and

    basic = body outside / det

where `body` and `det` are minors of A, integers (Edmonds 1967, Bareiss 1968).  The integers are held as float64
while they are below 2^53 with everything that is done to them, as int64 below 2^62, and as Python integers beyond.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import IntArray
from mdl.mechanisms.rules.batch import Flags, Places
from mdl.mechanisms.rules.blocks import Problems

Kind = np.dtype[Any]
FLOAT: Kind = np.dtype(np.float64)
WHOLE: Kind = np.dtype(np.int64)
LONG: Kind = np.dtype(object)
LIMITS = ((FLOAT, 2.0**52), (WHOLE, 2.0**61))
"""How large an integer may become, with a factor of 2 to spare, in the kinds of numbers that have an end."""


@dataclass(slots=True, frozen=True, eq=False)
class Tables:
    """K tables.  body (K, m, n), det (K,) positive; basis (K, m) and outside (K, n) are numbers of variables, columns
    first; at_high (K, n) says at which bound a variable outside stands (without any: at 0).  The rest as in Problems.
    most (K,): no entry of any table of this program is larger; infinite where that is not known.
    """

    body: Any
    det: Any
    basis: Places
    outside: Places
    at_high: Flags
    cost: Any
    low: Any
    high: Any
    has_low: Flags
    has_high: Flags
    sense: npt.NDArray[np.int8]
    most: npt.NDArray[np.float64]
    key: Places
    """Which problem each table is of."""

    def __len__(self) -> int:
        return len(self.det)

    @property
    def n(self) -> int:
        return int(self.outside.shape[1])

    @property
    def m(self) -> int:
        return int(self.basis.shape[1])

    def take(self, chosen: Any) -> Tables:
        return Tables(*(getattr(self, f.name)[chosen] for f in fields(self)))

    def cast(self, kind: Kind) -> Tables:
        """With integers of that kind."""
        return replace(self, **{k: as_kind(getattr(self, k), kind) for k in ("body", "det", "cost", "low", "high")})

    def of(self, values: Any, which: Places) -> Any:
        """(K, n + m) values at variables (K, any)."""
        return np.take_along_axis(values, which, axis=1)

    # ---- where the table stands ----

    def resting(self) -> Any:
        """The variables outside, (K, n): a bound, or 0."""
        low, high = self.of(self.low, self.outside), self.of(self.high, self.outside)
        return np.where(self.at_high, high, np.where(self.of(self.has_low, self.outside), low, 0))

    def values(self, resting: Any) -> Any:
        """The basic variables times det, (K, m)."""
        return np.einsum("kmn,kn->km", self.body, resting)

    def point(self) -> Any:
        """All columns times det, (K, n)."""
        resting = self.resting()
        whole = np.empty((len(self), self.n + self.m), dtype=self.body.dtype)
        np.put_along_axis(whole, self.basis, self.values(resting), axis=1)
        np.put_along_axis(whole, self.outside, resting * self.det[:, None], axis=1)
        return whole[:, : self.n]

    def gradient(self) -> Any:
        """What the objective gains with each variable outside, times det, (K, n)."""
        inner = np.einsum("km,kmn->kn", self.of(self.cost, self.basis), self.body)
        return inner + self.of(self.cost, self.outside) * self.det[:, None]


def as_kind(values: Any, kind: Kind) -> Any:
    if values.dtype == kind:
        return values
    if kind == LONG and values.dtype == FLOAT:
        return values.astype(np.int64).astype(object)
    return values.astype(kind)


def concat(parts: list[Tables]) -> Tables:
    if len(parts) == 1:
        return parts[0]
    return Tables(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Tables)))


def slack_tables(problems: Problems, matrix: IntArray) -> Tables:
    """All rows basic; columns at their lower bound, without one at the upper, without any at 0.

    `matrix` (K, m, n), or (1, m, n) where all have the same.
    """
    count, n, m = len(problems), problems.n, problems.m
    shape = (count, m, n)
    has_low, has_high = problems.has_low[:, :n], problems.has_high[:, :n]
    return Tables(
        body=np.broadcast_to(matrix, shape),
        det=np.ones(count, dtype=matrix.dtype),
        basis=np.broadcast_to(np.arange(n, n + m), (count, m)),
        outside=np.broadcast_to(np.arange(n), (count, n)),
        at_high=~has_low & has_high,
        cost=problems.cost,
        low=problems.low,
        high=problems.high,
        has_low=problems.has_low,
        has_high=problems.has_high,
        sense=problems.sense,
        most=np.broadcast_to(largest_minor(matrix), (count,)),
        key=np.arange(count),
    )


def restarted(start: Tables, problems: Problems) -> Tables:
    """The one table of `start` for each of these problems, which have the same matrix."""
    one = np.zeros(len(problems), dtype=np.int64)
    held = slack_tables(problems, start.body[:1])
    outside = start.outside[one]
    has_low, has_high = held.of(held.has_low, outside), held.of(held.has_high, outside)
    return replace(
        held,
        body=np.broadcast_to(start.body[:1], (len(problems), start.m, start.n)),
        det=start.det[one],
        basis=start.basis[one],
        outside=outside,
        at_high=has_high & (~has_low | start.at_high[one]),
        most=start.most[one],
    )


def largest_minor(matrix: IntArray) -> npt.NDArray[np.float64]:
    """An upper bound on all minors of each matrix (K, m, n): Hadamard's, by rows or by columns; shape (K,)."""
    with np.errstate(over="ignore"):
        squares = matrix.astype(np.float64) ** 2
        size = min(matrix.shape[1:])
        bounds = []
        for axis in (2, 1):
            norms = np.sort(np.maximum(squares.sum(axis=axis), 1.0), axis=1)[:, -size:]
            bounds.append(np.sqrt(norms).prod(axis=1))
        return np.asarray(np.minimum(*bounds) * (1 + 1e-9), dtype=np.float64)


# ---- moving ----------------------------------------------------------------------------------------------


def pivot(held: Tables, which: Places, row: Places, column: Places, leaves_high: Flags) -> Tables:
    """In the tables `which`, the variable of `column` for that of `row`, which stays at its upper bound or its lower.

    The pivots are not 0.  Changes what it is given.
    """
    body, det, everyone = held.body, held.det, np.arange(len(which))
    work = body if len(which) == len(held) else body[which]
    mine = det[which]
    cells = work[everyone, :, column]
    cross = work[everyone, row]
    hub = cells[everyone, row]
    sign = np.where(hub < 0, -1, 1).astype(hub.dtype)
    hub, cells = hub * sign, cells * sign[:, None]
    work *= hub[:, None, None]
    work -= cells[:, :, None] * cross[:, None, :]
    if work.dtype == np.float64:
        work /= mine[:, None, None]
    else:
        work //= mine[:, None, None]
    work[everyone, :, column] = cells
    work[everyone, row] = -cross * sign[:, None]
    work[everyone, row, column] = mine * sign
    if work is not body:
        body[which] = work
    det[which] = hub
    entering, leaving = held.outside[which, column], held.basis[which, row]
    held.basis[which, row], held.outside[which, column] = entering, leaving
    held.at_high[which, column] = leaves_high
    return held


def own(held: Tables) -> Tables:
    """A copy that may be changed."""
    changed = ("body", "det", "basis", "outside", "at_high", "low", "high", "has_low", "has_high", "sense")
    return replace(held, **{k: np.array(getattr(held, k)) for k in changed})
