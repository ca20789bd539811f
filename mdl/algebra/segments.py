"""Sums, products and extremes of vectors by segment: the reductions of the language."""

from __future__ import annotations

from typing import Any

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.arithmetic import Fault, inexact, is_constant, largest
from mdl.algebra.numbers import LIMIT, IntArray, Numbers
from mdl.algebra.values import Segments


def reduce(op: str, a: Numbers, segments: Segments) -> Numbers:
    """One value a segment; shape (segments.size,).  Fault "empty" for min, max, mean of nothing."""
    if op == "sum":
        return total(a, segments)
    if op == "prod":
        return product(a, segments)
    no_empty(op, segments)
    if op == "mean":
        return arithmetic.div(total(a, segments), Numbers.exact(segments.counts))
    return _extreme(np.minimum if op == "min" else np.maximum, a, segments)


def no_empty(op: str, segments: Segments) -> None:
    """Fault "empty" where a segment has no row and `op` has no value of nothing."""
    if op in ("min", "max", "mean"):
        empty = segments.counts == 0
        if empty.any():
            raise Fault("empty", int(np.argmax(empty)))


def total(a: Numbers, segments: Segments) -> Numbers:
    """Sum of each segment, 0 of none."""
    if not segments.size:
        return Numbers.constant(0, 0)
    if len(a) and is_constant(a):
        return arithmetic.mul(Numbers.exact(segments.counts), _spread_one(a, segments.size))
    if a.numerators is None:
        with np.errstate(all="ignore"):
            return inexact(_by_segment(np.add, a.floats(), segments, 0.0))
    counts = segments.counts
    most = int(counts.max())
    held = a.numerators
    if held.dtype != object and largest(held) * most > LIMIT:
        held = held.astype(object)
    return _exact(_by_segment(np.add, held, segments, 0), a.denominator)


def _spread_one(a: Numbers, size: int) -> Numbers:
    one = a.take(slice(0, 1))
    if one.numerators is not None:
        return Numbers.exact(np.broadcast_to(one.numerators, (size,)), a.denominator)
    return Numbers(None, 1, np.broadcast_to(one.floats(), (size,)))


def _exact(numerators: IntArray, denominator: int) -> Numbers:
    made = Numbers.exact(numerators, denominator)
    return arithmetic.reduced(made) if numerators.dtype == object else made


def product(a: Numbers, segments: Segments) -> Numbers:
    """Product of each segment, 1 of none; by halving, so that the exact side costs few passes."""
    starts, counts = segments.starts[:-1].copy(), segments.counts.copy()
    result = Numbers.constant(1, segments.size)
    current = a
    while len(counts) and int(counts.max()) > 0:
        odd = np.flatnonzero(counts % 2)
        if len(odd):
            last = current.take(starts[odd] + counts[odd] - 1)
            rest = np.flatnonzero(counts % 2 == 0)
            result = arithmetic.merge(
                [(odd, arithmetic.mul(result.take(odd), last)), (rest, result.take(rest))], segments.size
            )
        pairs = counts // 2
        next_starts = np.cumsum(pairs) - pairs
        first = np.arange(int(pairs.sum())) - np.repeat(next_starts, pairs)
        first = np.repeat(starts, pairs) + 2 * first
        current = arithmetic.mul(current.take(first), current.take(first + 1))
        starts, counts = next_starts, pairs
    return result


def _extreme(ufunc: Any, a: Numbers, segments: Segments) -> Numbers:
    if not segments.size:
        return Numbers.constant(0, 0)
    if a.numerators is None:
        return Numbers(None, 1, ufunc.reduceat(a.floats(), segments.starts[:-1]))
    return _exact(ufunc.reduceat(a.numerators, segments.starts[:-1]), a.denominator)


def _by_segment(ufunc: Any, values: Any, segments: Segments, none: object) -> Any:
    starts, counts = segments.starts, segments.counts
    out = np.full(segments.size, none, dtype=values.dtype)
    full = counts > 0
    if len(values):
        if full.all():
            return ufunc.reduceat(values, starts[:-1])
        out[full] = ufunc.reduceat(values, starts[:-1][full])
    return out
