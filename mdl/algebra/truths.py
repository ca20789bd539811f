"""Evaluation of conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdl.algebra import arithmetic, errors
from mdl.algebra.frame import Frame
from mdl.algebra.members import member, subset_codes
from mdl.algebra.numbers import Numbers
from mdl.algebra.set_values import as_family, contains, counts
from mdl.algebra.universe import MISSING
from mdl.algebra.values import Fixed, Truths
from mdl.diagnostics import Failure
from mdl.semantics import typed
from mdl.semantics.kinds import Element, Numeric, SetOf, TupleOf
from mdl.semantics.model import LetSymbol
from mdl.semantics.typed import Expr

if TYPE_CHECKING:
    from mdl.algebra.evaluate import Evaluator


def truth(ev: Evaluator, expr: Expr, frame: Frame) -> Truths:
    """One truth value a row; the right side of `and` and `or` is evaluated only where it matters."""
    if frame.size == 0:
        return np.zeros(0, dtype=np.bool_)
    if frame.size > 1 and not ev.free.of(expr) and (frame.absence is None or frame.absence.uniform):
        return np.broadcast_to(truth(ev, expr, ev.uniform_root(frame)), (frame.size,))
    match expr:
        case typed.Compare(first=first, rest=((op, right),)):
            return _compare(ev, op, first, right, frame)
        case typed.Compare(first=first, rest=rest):
            return _chain(ev, first, rest, frame)
        case typed.Logic(op=op, args=args):
            return _logic(ev, op == "and", args, frame)
        case typed.Not(arg=arg):
            return ~truth(ev, arg, frame)
        case typed.Ref(symbol=LetSymbol()):
            found: Truths = ev.let_at(expr, frame)
            return found
        case typed.If(condition=c, then=a, otherwise=b):
            return _choice(ev, c, a, b, frame)
        case typed.Without(body=body) | typed.WithOnly(body=body):
            return truth(ev, body, ev.absent_frame(expr, frame))
        case _:
            raise Failure(errors.later("this condition", expr.span))


def _logic(ev: Evaluator, conjunction: bool, args: tuple[Expr, ...], frame: Frame) -> Truths:
    result = np.full(frame.size, conjunction, dtype=np.bool_)
    open_rows = None
    for arg in args:
        part = truth(ev, arg, frame if open_rows is None else frame.take(open_rows))
        settled = part != conjunction
        if settled.any():
            rows = np.arange(frame.size) if open_rows is None else open_rows
            result[rows[settled]] = not conjunction
            open_rows = rows[~settled]
    return result


def _choice(ev: Evaluator, condition: Expr, then: Expr, otherwise: Expr, frame: Frame) -> Truths:
    holds = truth(ev, condition, frame)
    yes, no = np.flatnonzero(holds), np.flatnonzero(~holds)
    result = np.empty(frame.size, dtype=np.bool_)
    result[yes] = truth(ev, then, frame.take(yes))
    result[no] = truth(ev, otherwise, frame.take(no))
    return result


def _chain(ev: Evaluator, first: Expr, rest: tuple[tuple[str, Expr], ...], frame: Frame) -> Truths:
    result = np.ones(frame.size, dtype=np.bool_)
    left = first
    for op, right in rest:
        result &= _compare(ev, op, left, right, frame)
        left = right
    return result


def _compare(ev: Evaluator, op: str, left: Expr, right: Expr, frame: Frame) -> Truths:
    if op in ("in", "not in"):
        inside = _within(ev, left, right, frame)
        return inside if op == "in" else ~inside
    kinds = (left.kind, right.kind)
    if op in ("==", "!="):
        if any(isinstance(k, SetOf) for k in kinds):
            return _equal(op, _same_set(ev, left, right, frame))
        if any(isinstance(k, Element | TupleOf) for k in kinds) and not any(isinstance(k, Numeric) for k in kinds):
            return _equal(op, _same_member(ev, left, right, frame))
    a, b = ev.number(left, frame), ev.number(right, frame)
    if ev.irrational is not None:
        with ev.faults(left, frame):
            return ev.irrational.compare(op, a, b)
    for value, side in ((a, left), (b, right)):
        if not isinstance(value, Numbers):
            raise Failure(errors.condition_on_variables(side.span))
    return arithmetic.compare(op, a, b)


def _equal(op: str, same: Truths) -> Truths:
    return same if op == "==" else ~same


def _same_member(ev: Evaluator, left: Expr, right: Expr, frame: Frame) -> Truths:
    result = np.ones(frame.size, dtype=np.bool_)
    pairs = zip(member(ev, left, frame).codes, member(ev, right, frame).codes, strict=True)
    for a, b in pairs:
        result &= a == b
    return result


def _within(ev: Evaluator, left: Expr, right: Expr, frame: Frame) -> Truths:
    value = ev.set(right, frame)
    if isinstance(left.kind, SetOf):
        bases = value.domain.bases if isinstance(value, Fixed) else value.family.bases
        assert bases[0] is not None
        codes = subset_codes(ev, left, frame, bases[0])
        inside: Truths = contains(value, (codes,)) & (codes != MISSING)
        return inside
    return contains(value, member(ev, left, frame).codes)


def _same_set(ev: Evaluator, left: Expr, right: Expr, frame: Frame) -> Truths:
    a, b = ev.set(left, frame), ev.set(right, frame)
    same = counts(a, frame.size) == counts(b, frame.size)
    family = as_family(a, frame.size)
    inside = contains(b, family.columns, family.owners)
    outside = np.bincount(family.owners[~inside], minlength=frame.size) > 0
    result: Truths = same & ~outside
    return result
