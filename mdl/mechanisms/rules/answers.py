"""From what was found group by group to one answer of the batch."""

from __future__ import annotations

from collections.abc import Iterable
from math import lcm
from typing import Any

import numpy as np

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import LIMIT, FloatArray, Numbers
from mdl.algebra.values import Segments
from mdl.algebra.vectors import BITS, different
from mdl.mechanisms.rules.batch import Batch
from mdl.mechanisms.rules.blocks import Problems
from mdl.mechanisms.rules.linear import Found


def exact_values(batch: Batch, parts: Iterable[tuple[Problems, Found]]) -> Numbers:
    """The outcome, shape (width,); exact unless the cases have too many different denominators."""
    width = batch.program.width
    numerators: list[Any] = []
    denominators: list[Any] = []
    places: list[Any] = []
    for problems, found in parts:
        columns, used = _columns(problems)
        point, det = _lowest(found.point[:, :used], found.det, problems.linear.unit)
        numerators.append(point.reshape(-1))
        denominators.append(np.repeat(det, used))
        places.append(columns.reshape(-1))
    kind: Any = object if any(a.dtype == object for a in (*numerators, *denominators)) else np.int64
    top, bottom = np.zeros(width, dtype=kind), np.ones(width, dtype=kind)
    for at, number, below in zip(places, numerators, denominators, strict=True):
        top[at], bottom[at] = number, below
    return _over_one(top, bottom)


def _columns(problems: Problems) -> tuple[Any, int]:
    """The program's columns of each case, (K, columns)."""
    linear = problems.linear
    starts = linear.column_starts[problems.cases]
    used = int(linear.column_starts[problems.cases[0] + 1] - starts[0])
    return linear.columns[starts[:, None] + np.arange(used)], used


def _lowest(point: Any, det: Any, unit: int) -> tuple[Any, Any]:
    """In lowest terms, case by case."""
    if det.dtype != object and unit <= LIMIT and int(det.max(initial=1)) * unit <= LIMIT:
        below = det * unit
    else:
        below = det.astype(object) * unit
    if point.dtype == object:
        below = below.astype(object)
    common = np.gcd(np.gcd.reduce(point, axis=1), below) if point.shape[1] else below
    return point // common[:, None], below // common


def _over_one(top: Any, bottom: Any) -> Numbers:
    common, most = 1, BITS // max(len(top), 1)
    for value in different(bottom).tolist():
        common = lcm(common, value)
        if common > LIMIT and common.bit_length() > most:
            return Numbers.inexact(_quotients(top, bottom))
    factors = common // (bottom if common <= LIMIT else bottom.astype(object))
    if top.dtype != object and factors.dtype != object:
        largest = max(int(np.abs(top).max(initial=0)), 1) * int(factors.max(initial=1))
        if largest <= LIMIT:
            return Numbers.exact(top * factors, common)
    return arithmetic.reduced(Numbers.exact(top.astype(object) * factors.astype(object), common))


def _quotients(top: Any, bottom: Any) -> Any:
    """The nearest float64 of each."""
    small = np.abs(top).max(initial=0) <= 2**53 and bottom.max(initial=1) <= 2**53
    if small:
        return top.astype(np.float64) / bottom.astype(np.float64)
    return (top.astype(object) / bottom.astype(object)).astype(np.float64)


def optima(batch: Batch, values: Numbers) -> Numbers:
    """The objective of each case at these values, of a linear objective; shape (cases,)."""
    linear = batch.program.objective.linear
    terms = arithmetic.mul(linear.coefficients, values.take(linear.columns))
    case = batch.column_case[linear.columns]
    order = np.argsort(case, kind="stable")
    sums = segments.total(terms.take(order), Segments(case[order], batch.cases))
    return arithmetic.add(sums, batch.constants) if batch.cases else sums


def cancelled(batch: Batch, values: Numbers, optimum: Numbers) -> FloatArray:
    """What adding up in float64 may take from each linear objective, over 1 + its size; shape (cases,)."""
    linear = batch.program.objective.linear
    terms = np.abs(linear.coefficients.floats() * values.floats()[linear.columns])
    sums = np.bincount(batch.column_case[linear.columns], terms, batch.cases)
    most = np.bincount(batch.column_case[linear.columns], minlength=batch.cases) + 2
    lost = (sums + np.abs(batch.constants.floats())) * most * 2.0**-52
    return np.asarray(lost / (1 + np.abs(optimum.floats())), dtype=np.float64)
