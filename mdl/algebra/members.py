"""Evaluation of expressions that stand for members of sets, and members used as numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mdl.algebra import errors
from mdl.algebra.arithmetic import is_constant, is_whole
from mdl.algebra.domain import Domain
from mdl.algebra.frame import Frame, width
from mdl.algebra.numbers import Numbers
from mdl.algebra.numerals import shown
from mdl.algebra.set_values import masks
from mdl.algebra.universe import FIRST, MISSING, Codes, Universe
from mdl.algebra.values import Members
from mdl.diagnostics import Failure
from mdl.semantics import typed
from mdl.semantics.kinds import Element, SetOf
from mdl.semantics.model import LetSymbol, ParamSymbol, TypeSymbol
from mdl.semantics.typed import Expr

if TYPE_CHECKING:
    from mdl.algebra.evaluate import Evaluator


def member(ev: Evaluator, expr: Expr, frame: Frame) -> Members:
    """One member a row; MISSING for a member that no set has."""
    if frame.size == 0:
        return Members(tuple(np.zeros(0, dtype=np.int32) for _ in range(width(expr.kind))))
    match expr:
        case typed.Index(index=index):
            return frame.members(index)
        case typed.Member(value=value):
            return Members((_constant(ev.store.universe.code(value), frame.size),))
        case typed.Number(value=value):
            return Members((_constant(ev.store.universe.code(value), frame.size),))
        case typed.TupleExpr(items=items):
            return Members(tuple(c for item in items for c in member(ev, item, frame).codes))
        case typed.Ref(symbol=ParamSymbol() | TypeSymbol()):
            held = ev.values_at(expr, frame)
            return held if isinstance(held, Members) else codes_of(ev.store.universe, held)
        case typed.Ref(symbol=LetSymbol() as let) if isinstance(let.kind, Element):
            found = ev.let_at(expr, frame)
            assert isinstance(found, Members)
            return found
        case typed.Without(body=body) | typed.WithOnly(body=body):
            return member(ev, body, ev.absent_frame(expr, frame))
        case typed.If(condition=c, then=a, otherwise=b):
            return _choice(ev, c, a, b, frame)
        case _:
            number = ev.number(expr, frame)
            if not isinstance(number, Numbers):
                raise Failure(errors.condition_on_variables(expr.span))
            return codes_of(ev.store.universe, number)


def _choice(ev: Evaluator, condition: Expr, then: Expr, otherwise: Expr, frame: Frame) -> Members:
    holds = ev.truth(condition, frame)
    yes, no = np.flatnonzero(holds), np.flatnonzero(~holds)
    chosen = member(ev, then, frame.take(yes)), member(ev, otherwise, frame.take(no))
    columns = []
    for a, b in zip(chosen[0].codes, chosen[1].codes, strict=True):
        column = np.empty(frame.size, dtype=np.int32)
        column[yes], column[no] = a, b
        columns.append(column)
    return Members(tuple(columns))


def _constant(code: int, size: int) -> Codes:
    return np.broadcast_to(np.array([code], dtype=np.int32), (size,))


def subset_codes(ev: Evaluator, expr: Expr, frame: Frame, base: Domain) -> Codes:
    """Sets as members of `subsets(base)`: their bit masks, MISSING where not a subset."""
    if isinstance(expr, typed.Index) and frame.bases(expr.index) == (base,):
        return frame.codes(expr.index)[0]
    return masks(ev.set(expr, frame), base, frame.size)


def argument_codes(ev: Evaluator, expr: Expr, frame: Frame, bases: tuple[Domain | None, ...]) -> tuple[Codes, ...]:
    """Codes of an argument of a reference, against the bases of the index components that it fills."""
    if isinstance(expr.kind, SetOf):
        assert bases[0] is not None
        return (subset_codes(ev, expr, frame, bases[0]),)
    return member(ev, expr, frame).codes


def codes_of(universe: Universe, numbers: Numbers) -> Members:
    """Numbers used as members: integers by value, others where some set has them."""
    held = numbers.take(slice(0, 1)) if is_constant(numbers) else numbers
    whole = is_whole(held)
    if held.numerators is not None and whole.all():
        values = held.numerators if held.denominator == 1 else held.numerators // held.denominator
        if len(values) == 0 or max(int(values.max()), -int(values.min())) < FIRST:
            return _full(values.astype(np.int32), len(numbers))
    distinct: dict[Fraction, int] = {}
    codes = [distinct.setdefault(f, universe.find(f)) for f in held.fractions()]
    return _full(np.array(codes, dtype=np.int32), len(numbers))


def shown_argument(ev: Evaluator, expr: Expr, frame: Frame, row: int) -> str:
    """An argument that is no member of any set, as text: its value where it is a number."""
    if isinstance(expr.kind, SetOf):
        return "this set"
    number = ev.number(expr, frame.take(np.array([row])))
    return shown(number.fractions()[0]) if isinstance(number, Numbers) else "?"


def _full(codes: Codes, size: int) -> Members:
    return Members((codes if len(codes) == size else np.broadcast_to(codes, (size,)),))


def numbers_of(universe: Universe, members: Members, expr: Expr, frame: Frame) -> Numbers:
    """Members used as numbers; Failure names the first that is none."""
    codes = members.codes[0]
    if len(members.codes) != 1:
        raise Failure(errors.later("arithmetic on tuples", expr.span))
    if not len(codes) or int(codes.max()) < FIRST:
        lost = np.flatnonzero(codes == MISSING)
        if not len(lost):
            return Numbers.exact(codes.astype(np.int64) if codes.strides != (0,) else _wide_constant(codes))
    distinct, places = np.unique(codes, return_inverse=True)
    atoms = [universe.atom(int(c)) for c in distinct]
    for k, atom in enumerate(atoms):
        if isinstance(atom, str):
            row = int(np.argmax(places == k))
            raise Failure(errors.not_a_number(atom, expr.span, frame.describe(row)))
    return Numbers.of([a for a in atoms if not isinstance(a, str)]).take(places)


def _wide_constant(codes: Codes) -> Codes:
    return np.broadcast_to(codes[:1].astype(np.int64), codes.shape)
