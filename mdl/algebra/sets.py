"""Evaluation of set expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdl.algebra import errors
from mdl.algebra.arithmetic import is_whole
from mdl.algebra.domain import SUBSETS_LIMIT, Domain, Family
from mdl.algebra.frame import Frame, width
from mdl.algebra.members import member
from mdl.algebra.numbers import IntArray, Numbers
from mdl.algebra.numerals import shown
from mdl.algebra.set_values import as_family, combine, distinct, from_masks, from_owners, on_one_row
from mdl.algebra.universe import FIRST, Codes
from mdl.algebra.values import Fixed, SetValue, Varying
from mdl.diagnostics import Failure
from mdl.semantics import typed
from mdl.semantics.kinds import Numeric, SetOf
from mdl.semantics.typed import Expr

if TYPE_CHECKING:
    from mdl.algebra.evaluate import Evaluator


def evaluate_set(ev: Evaluator, expr: Expr, frame: Frame) -> SetValue:
    """A set a row of the frame."""
    match expr:
        case typed.Ref():
            return _reference(ev, expr, frame)
        case typed.Index(index=index):
            base = frame.bases(index)[0]
            assert base is not None, f"index {index.name} is no set"
            return Varying(from_masks(frame.codes(index)[0], base), None)
        case typed.SetLiteral():
            return _literal(ev, expr, frame)
        case typed.Range():
            return _range(ev, expr, frame)
        case typed.Comprehension(binders=binders, where=where):
            return _comprehension(ev, expr, ev.expand(frame, binders, where), frame)
        case typed.SetOp(op=op, left=left, right=right):
            return combine(op, ev.set(left, frame), ev.set(right, frame), frame.size)
        case typed.Subsets(arg=arg):
            return _subsets(ev.set(arg, frame), expr, frame)
        case typed.If(condition=c, then=a, otherwise=b):
            return _choice(ev, c, a, b, frame)
        case typed.Without(body=body) | typed.WithOnly(body=body):
            return ev.set(body, ev.absent_frame(expr, frame))
        case _:
            raise Failure(errors.later("this set", expr.span))


def _reference(ev: Evaluator, expr: typed.Ref, frame: Frame) -> SetValue:
    held = ev.store.sets.get(expr.symbol)
    if held is None:
        raise Failure(errors.no_value(expr.symbol, expr.span))
    if isinstance(held, Domain):
        return Fixed(held)
    if frame.size == 0:
        return Varying(held, np.zeros(0, dtype=np.int32))
    return Varying(held, ev.positions(expr, frame))


def _literal(ev: Evaluator, expr: typed.SetLiteral, frame: Frame) -> SetValue:
    universe = ev.store.universe
    if not expr.items:
        item = expr.kind.item if isinstance(expr.kind, SetOf) else expr.kind
        columns = [np.zeros(0, dtype=np.int32) for _ in range(width(item))]
        return Fixed(Domain.relation(universe, columns))
    for written in expr.items:
        _enter(ev, written, frame)
    parts = [member(ev, item, frame).codes for item in expr.items]
    count, size = len(parts), frame.size
    columns = [_stacked([p[c] for p in parts], size) for c in range(len(parts[0]))]
    owners = np.repeat(np.arange(size, dtype=np.int32), count)
    family = distinct(universe, owners, columns, size)
    return Fixed(family.domain(0)) if size == 1 else Varying(family, None)


def _enter(ev: Evaluator, item: Expr, frame: Frame) -> None:
    """A number that is worked out (`{low, high / 2}`) becomes a member here, where others only look members up."""
    if isinstance(item.kind, Numeric) and not isinstance(item, typed.Number):
        found = ev.number(item, frame)
        if isinstance(found, Numbers) and found.is_exact and found.denominator != 1:
            for value in set(found.fractions()):
                ev.store.universe.code(value)


def _stacked(columns: list[Codes], size: int) -> Codes:
    """Row-major: the items of row 0, then those of row 1, ..."""
    out = np.empty((size, len(columns)), dtype=np.int32)
    for k, c in enumerate(columns):
        out[:, k] = c
    return out.reshape(-1)


def _range(ev: Evaluator, expr: typed.Range, frame: Frame) -> SetValue:
    low, high = _end(ev, expr.low, frame), _end(ev, expr.high, frame)
    if frame.size and bool((low == low[0]).all()) and bool((high == high[0]).all()):
        return Fixed(ev.store.range(int(low[0]), int(high[0])))
    lengths = np.maximum(high - low + 1, 0)
    starts = np.zeros(frame.size + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    if int(starts[-1]) > 2**28:
        raise Failure(errors.too_large(int(starts[-1]), expr.span))
    codes = np.arange(int(starts[-1]), dtype=np.int64) + np.repeat(low - starts[:-1], lengths)
    return Varying(Family(ev.store.universe, starts, (codes.astype(np.int32),)), None)


def _end(ev: Evaluator, expr: Expr, frame: Frame) -> IntArray:
    value = ev.number(expr, frame)
    if not isinstance(value, Numbers):
        raise Failure(errors.condition_on_variables(expr.span))
    whole = is_whole(value)
    inside = np.abs(value.floats()) < FIRST
    if not (whole & inside).all():
        row = int(np.argmin(whole & inside))
        at = value.fractions()[row]
        if whole[row]:
            raise Failure(errors.too_large(abs(int(at)), expr.span))
        raise Failure(errors.not_whole(shown(at), expr.span, frame.describe(row)))
    if value.numerators is None:
        return value.floats().astype(np.int64)
    return value.numerators if value.denominator == 1 else value.numerators // value.denominator


def _comprehension(ev: Evaluator, expr: typed.Comprehension, child: Frame, frame: Frame) -> SetValue:
    indices = [v for b in expr.binders for v in b.indices]
    columns = [c for v in indices for c in child.codes(v)]
    bases = tuple(base for v in indices for base in child.bases(v))
    if frame.size == 1:
        if expr.where is None and len(child.ranges) == len(expr.binders):
            sources = [r.source for r in child.ranges if isinstance(r.source, Domain)]
            if len(sources) == len(expr.binders) and child.absence is None:
                return Fixed(Domain.product(ev.store.universe, sources))
        return Fixed(Domain.relation(ev.store.universe, columns, bases))
    owners = child.segments(frame).parents
    return Varying(from_owners(ev.store.universe, owners, columns, bases, frame.size), None)


def _subsets(value: SetValue, expr: Expr, frame: Frame) -> SetValue:
    if isinstance(value, Varying) and frame.size != 1:
        raise Failure(errors.later("`subsets` of a set that depends on an index", expr.span))
    base = on_one_row(value)
    if base.size > SUBSETS_LIMIT:
        raise Failure(errors.too_many_subsets(base.size, expr.span))
    return Fixed(Domain.subsets(base))


def _choice(ev: Evaluator, condition: Expr, then: Expr, otherwise: Expr, frame: Frame) -> SetValue:
    holds = ev.truth(condition, frame)
    if holds.all() or not holds.any():
        return ev.set(then if frame.size and holds[0] else otherwise, frame)
    yes, no = np.flatnonzero(holds), np.flatnonzero(~holds)
    a = as_family(ev.set(then, frame.take(yes)), len(yes))
    b = as_family(ev.set(otherwise, frame.take(no)), len(no))
    owners = np.concatenate((yes[a.owners], no[b.owners]))
    order = np.argsort(owners, kind="stable")
    columns = [np.concatenate(pair)[order] for pair in zip(a.columns, b.columns, strict=True)]
    return Varying(from_owners(ev.store.universe, owners[order], columns, a.bases, frame.size), None)
