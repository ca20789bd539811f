"""A linear program in integers: rows without common factors, bounds over one denominator, the objective minimised."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import numpy as np

from mdl.algebra.numbers import LIMIT, IntArray, Numbers
from mdl.algebra.vectors import scaled, wide
from mdl.certify.integers import IntRows, Truths, narrowed
from mdl.program.program import Bound, Columns, Domain, Program, ProgramClass, Rows


@dataclass(slots=True, frozen=True, eq=False)
class Sides:
    """A bound each: `values` where `finite`, 0 elsewhere."""

    values: IntArray
    finite: Truths


@dataclass(slots=True, frozen=True, eq=False)
class Integral:
    """Minimise cost'X, low_rows <= rows X <= high_rows, low <= X <= high, all integers.

    X = `unit` times the program's variables; row r is `factor[r] / divisor[r]` (positive) times the program's row, its
    sides `unit` times that; `cost` is `price` times the program's objective, negative where that is maximised.
    """

    rows: IntRows
    low_rows: Sides
    high_rows: Sides
    low: Sides
    high: Sides
    cost: IntArray
    unit: int
    factor: IntArray
    divisor: IntArray
    price: int
    maximize: bool
    constant: Fraction

    @property
    def width(self) -> int:
        return len(self.cost)

    @property
    def height(self) -> int:
        return self.rows.height

    @property
    def sign(self) -> int:
        """From an objective minimised to that of the program."""
        return -1 if self.maximize else 1


def unfit(program: Program) -> str | None:
    """Why nothing is proved about a program, before any solving; None where it can be tried."""
    if program.kind is not ProgramClass.LP or not program.linear_rows or program.objective.nonlinear:
        return f"the program is a {program.kind.value}, and exact proofs are for linear programs"
    for columns in program.columns:
        if columns.domain is not Domain.CONTINUOUS:
            return f"`{columns.name}` is {columns.domain.value}, and exact proofs are for continuous variables"
    if program.complementarities:
        return "the program has complementarity conditions"
    for name, numbers in _numbers(program):
        if not numbers.is_exact:
            return f"{name} are not all rational numbers"
    return None


def _numbers(program: Program) -> list[tuple[str, Numbers]]:
    held = [
        (f"the coefficients of `{program.objective.name}`", program.objective.linear.coefficients),
        (f"the coefficients of `{program.objective.name}`", program.objective.constant),
    ]
    held += [(f"the coefficients of `{r.name}`", r.linear.coefficients) for r in program.rows]
    blocks: list[Rows | Columns] = [*program.rows, *program.columns]
    for block in blocks:
        held += [(f"the bounds of `{block.name}`", b.values) for b in (block.lower, block.upper) if b is not None]
    return held


def integral(program: Program) -> Integral:
    """The program in integers; it must be one that `unfit` has nothing against."""
    bounds = [b.values for c in program.columns for b in (c.lower, c.upper) if b is not None]
    unit = lcm(*(b.denominator // gcd(b.denominator, *_few(b)) for b in bounds))
    columns = sorted(program.columns, key=lambda c: c.start)
    rows, low_rows, high_rows, factor, divisor = _rows(program, unit)
    low, high = _columns(columns, unit)
    objective = program.objective
    priced = _whole(objective.linear.coefficients)
    cost = np.zeros(program.width, dtype=priced.dtype)
    cost[objective.linear.columns] = priced
    return Integral(
        rows=rows,
        low_rows=low_rows,
        high_rows=high_rows,
        low=low,
        high=high,
        cost=narrowed(-cost if objective.maximize else cost),
        unit=unit,
        factor=factor,
        divisor=divisor,
        price=objective.linear.coefficients.denominator,
        maximize=objective.maximize,
        constant=objective.constant.fractions()[0],
    )


def _whole(numbers: Numbers) -> IntArray:
    assert numbers.numerators is not None
    return numbers.numerators


def _few(numbers: Numbers) -> list[int]:
    """The numerators, a repeated one once."""
    held = _whole(numbers)
    return [int(v) for v in np.unique(held)] if held.dtype != object else [int(v) for v in held.tolist()]


def _sides(bound: Bound | None, size: int, denominator: int) -> Sides:
    """The numerators over this denominator."""
    if bound is None:
        return Sides(np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_))
    finite = np.ones(size, dtype=np.bool_) if bound.finite is None else np.asarray(bound.finite, dtype=np.bool_)
    held = np.where(finite, _whole(bound.values), 0)
    here = bound.values.denominator
    common = gcd(denominator, here)
    return Sides(narrowed(scaled(held, denominator // common) // (here // common)), finite)


def _columns(blocks: list[Columns], unit: int) -> tuple[Sides, Sides]:
    low = [_sides(c.lower, len(c.labels), unit) for c in blocks]
    high = [_sides(c.upper, len(c.labels), unit) for c in blocks]
    return _joined(low), _joined(high)


def _joined(sides: list[Sides]) -> Sides:
    return Sides(
        _concat([s.values for s in sides]), np.concatenate([np.zeros(0, np.bool_), *(s.finite for s in sides)])
    )


def _concat(parts: list[IntArray]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _rows(program: Program, unit: int) -> tuple[IntRows, Sides, Sides, IntArray, IntArray]:
    starts, columns, values = [np.zeros(1, dtype=np.int64)], [], []
    lows, highs, factors, divisors = [], [], [], []
    at = 0
    for block in sorted(program.rows, key=lambda r: r.start):
        linear, size = block.linear, len(block.labels)
        bounds = [b for b in (block.lower, block.upper) if b is not None]
        common = lcm(linear.coefficients.denominator, *(b.values.denominator for b in bounds))
        held = scaled(_whole(linear.coefficients), common // linear.coefficients.denominator)
        low, high = _sides(block.lower, size, common), _sides(block.upper, size, common)
        shared = _row_gcds(linear.starts, held, low.values, high.values)
        starts.append(linear.starts[1:] + at)
        at += linear.nonzeros
        columns.append(linear.columns)
        values.append(narrowed(held // np.repeat(shared, np.diff(linear.starts))))
        lows.append(Sides(_times(low.values // shared, unit), low.finite))
        highs.append(Sides(_times(high.values // shared, unit), high.finite))
        if common > LIMIT:
            shared = wide(shared)
        whole = np.gcd(shared, common)
        factors.append(common // whole)
        divisors.append(shared // whole)
    matrix = IntRows(
        np.concatenate(starts), np.concatenate([np.zeros(0, np.int32), *columns]), _concat(values), program.width
    )
    return matrix, _joined(lows), _joined(highs), narrowed(_concat(factors)), narrowed(_concat(divisors))


def _times(values: IntArray, unit: int) -> IntArray:
    return narrowed(scaled(values, unit))


def _row_gcds(starts: IntArray, values: IntArray, low: IntArray, high: IntArray) -> IntArray:
    """What divides each row and its sides; 1 for a row of zeros."""
    shared = np.gcd(low, high)
    held = np.flatnonzero(np.diff(starts))
    if len(held):
        inside = np.gcd.reduceat(np.abs(values), starts[:-1][held])
        if inside.dtype == object:
            shared = shared.astype(object)
        shared[held] = np.gcd(shared[held], inside)
    return np.where(shared == 0, 1, shared)
