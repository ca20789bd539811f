"""Derivatives of typed expressions by a variable at given indices, as expressions: for people to read.

A derivative is a sum of pieces: `sum(binders where conditions) factor`.  By `x[i]`, each use `x[e]` gives a piece
that holds where `e == i`; `mdl.algebra.indicator` takes such conditions away where it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any, cast

from mdl.diagnostics import Span
from mdl.semantics import typed
from mdl.semantics.kinds import Numeric, Truth
from mdl.semantics.model import LetSymbol, Symbol
from mdl.semantics.typed import Binder, Expr, IndexVar
from mdl.semantics.walks import rebuilt


class Unwritable(Exception):  # noqa: N818 - the program itself is shown instead
    """An expression that has no derivative in this form; `why` in words."""

    def __init__(self, why: str, span: Span) -> None:
        super().__init__(why)
        self.why, self.span = why, span


@dataclass(slots=True, frozen=True, eq=False)
class Piece:
    binders: tuple[Binder, ...]
    conditions: tuple[Expr, ...]
    factor: Expr


Table = Mapping[IndexVar, Expr]


# ---- building ----------------------------------------------------------------------------------------------


def number(value: Fraction | int, span: Span) -> typed.Number:
    return typed.Number(span, Numeric(), Fraction(value))


def value_of(e: Expr) -> Fraction | None:
    return e.value if isinstance(e, typed.Number) else None


def product(factors: Sequence[Expr], span: Span) -> Expr:
    """Numbers gathered in front, signs too, quotients `a * (1 / b)` as `a / b`."""
    size, rest, under = Fraction(1), list[Expr](), list[Expr]()
    left = list(factors)
    while left:
        f = left.pop(0)
        held = value_of(f)
        if held is not None:
            size *= held
        elif isinstance(f, typed.Neg):
            size = -size
            left.insert(0, f.arg)
        elif isinstance(f, typed.Mul):
            left[:0] = f.factors
        elif isinstance(f, typed.Div):
            left.insert(0, f.numerator)
            divisor = value_of(f.denominator)
            if divisor:
                size /= divisor
            else:
                under.append(f.denominator)
        else:
            rest.append(f)
    if size == 0:
        return number(0, span)
    if abs(size) != 1 or not rest:
        rest.insert(0, number(abs(size), span))
    top = rest[0] if len(rest) == 1 else typed.Mul(span, Numeric(), tuple(rest))
    if under:
        below = under[0] if len(under) == 1 else typed.Mul(span, Numeric(), tuple(under))
        top = typed.Div(span, Numeric(), top, below)
    return typed.Neg(span, Numeric(), top) if size < 0 else top


def negated(e: Expr) -> Expr:
    return product((number(-1, e.span), e), e.span)


def quotient(top: Expr, below: Expr, span: Span) -> Expr:
    return product((typed.Div(span, Numeric(), top, below),), span)


def raised(base: Expr, exponent: Fraction, span: Span) -> Expr:
    if exponent == 1:
        return base
    if exponent == 0:
        return number(1, span)
    if exponent < 0:
        return quotient(number(1, span), raised(base, -exponent, span), span)
    return typed.Pow(span, Numeric(), base, number(exponent, span))


def equal(a: Expr, b: Expr) -> Expr:
    return typed.Compare(a.span, Truth(), a, (("==", b),))


# ---- substitution ------------------------------------------------------------------------------------------


def substitute(e: Expr, table: Table) -> Expr:
    """Indices replaced by expressions, everywhere inside."""
    return cast(Expr, _substituted(e, table)) if table else e


def _substituted(node: Any, table: Table) -> Any:
    if isinstance(node, typed.Index):
        return table.get(node.index, node)
    if isinstance(node, typed.Reduce | typed.Comprehension):
        return _under_binders(node, table)
    return rebuilt(node, lambda part: _substituted(part, table))


def _under_binders(node: typed.Reduce | typed.Comprehension, table: Table) -> Expr:
    """An index that is brought in anew inside is another one."""
    binders: list[Binder] = []
    for b in node.binders:
        binders.append(_substituted(b, table))
        table = {i: e for i, e in table.items() if i not in b.indices}
    where = _substituted(node.where, table)
    if isinstance(node, typed.Comprehension):
        return replace(node, binders=tuple(binders), where=where)
    return replace(node, binders=tuple(binders), where=where, body=_substituted(node.body, table))


def expanded(ref: typed.Ref) -> Expr:
    """The body of a let at its arguments."""
    assert isinstance(ref.symbol, LetSymbol)
    indices = [i for b in ref.symbol.index for i in b.indices]
    if len(indices) != len(ref.args):
        raise Unwritable(f"`{ref.symbol.name}` is used with a tuple for an index", ref.span)
    return substitute(ref.symbol.body, dict(zip(indices, ref.args, strict=True)))


def mentions(e: Any, variable: Symbol) -> bool:
    """Whether a variable is in an expression, also by way of lets."""
    if isinstance(e, tuple):
        return any(mentions(part, variable) for part in e)
    if isinstance(e, Binder):
        return False
    if not isinstance(e, Expr):
        return False
    if isinstance(e, typed.Ref):
        if e.symbol is variable:
            return True
        if isinstance(e.symbol, LetSymbol) and mentions(e.symbol.body, variable):
            return True
    return any(mentions(getattr(e, f.name), variable) for f in fields(e) if f.name not in ("span", "kind", "symbol"))


# ---- the derivative ----------------------------------------------------------------------------------------


def derivative(e: Expr, variable: Symbol, at: Sequence[Expr]) -> list[Piece]:
    """By `variable[at]`.  Raises Unwritable for max, min, abs and products over sets of variables."""
    if not mentions(e, variable):
        return []
    span = e.span
    one = number(1, span)
    match e:
        case typed.Ref(symbol=symbol) if symbol is variable:
            if len(e.args) != len(at):
                raise Unwritable(f"`{symbol.name}` is used with a tuple for an index", span)
            return [Piece((), tuple(equal(a, b) for a, b in zip(e.args, at, strict=True)), one)]
        case typed.Ref():
            return derivative(expanded(e), variable, at)
        case typed.Neg():
            return times(derivative(e.arg, variable, at), number(-1, span))
        case typed.Add():
            return [p for term in e.terms for p in derivative(term, variable, at)]
        case typed.Mul():
            return _of_product(e, variable, at)
        case typed.Div():
            top = times(derivative(e.numerator, variable, at), quotient(one, e.denominator, span))
            below = quotient(negated(e.numerator), raised(e.denominator, Fraction(2), span), span)
            return [*top, *times(derivative(e.denominator, variable, at), below)]
        case typed.Pow():
            return _of_power(e, variable, at)
        case typed.Call():
            return _of_call(e, variable, at)
        case typed.If():
            yes = [replace(p, conditions=(e.condition, *p.conditions)) for p in derivative(e.then, variable, at)]
            no = typed.Not(e.condition.span, Truth(), e.condition)
            return yes + [replace(p, conditions=(no, *p.conditions)) for p in derivative(e.otherwise, variable, at)]
        case typed.Reduce(op="sum"):
            extra = () if e.where is None else (e.where,)
            return [
                Piece((*e.binders, *p.binders), (*extra, *p.conditions), p.factor)
                for p in derivative(e.body, variable, at)
            ]
        case typed.Reduce():
            raise Unwritable(f"`{e.op}` over a set has no derivative in one line", span)
        case _:
            raise Unwritable("an expression with agents absent has no derivative in one line", span)


def times(pieces: Sequence[Piece], factor: Expr) -> list[Piece]:
    return [replace(p, factor=product((factor, p.factor), factor.span)) for p in pieces]


def _of_product(e: typed.Mul, variable: Symbol, at: Sequence[Expr]) -> list[Piece]:
    out: list[Piece] = []
    for k, factor in enumerate(e.factors):
        rest = (*e.factors[:k], *e.factors[k + 1 :])
        for p in derivative(factor, variable, at):
            out.append(replace(p, factor=product((*rest, p.factor), e.span)))
    return out


def _of_power(e: typed.Pow, variable: Symbol, at: Sequence[Expr]) -> list[Piece]:
    inner = derivative(e.base, variable, at)
    exponent = value_of(e.exponent)
    if isinstance(e.exponent, typed.Neg) and value_of(e.exponent.arg) is not None:
        exponent = -cast(Fraction, value_of(e.exponent.arg))
    if mentions(e.exponent, variable):
        log = typed.Call(e.span, Numeric(), "log", (e.base,))
        more = times(derivative(e.exponent, variable, at), product((e, log), e.span))
        return [*times(inner, product((e.exponent, e, quotient(number(1, e.span), e.base, e.span)), e.span)), *more]
    if exponent is not None:
        return times(inner, product((number(exponent, e.span), raised(e.base, exponent - 1, e.span)), e.span))
    less = typed.Add(e.span, Numeric(), (e.exponent, typed.Neg(e.span, Numeric(), number(1, e.span))))
    return times(inner, product((e.exponent, typed.Pow(e.span, Numeric(), e.base, less)), e.span))


def _of_call(e: typed.Call, variable: Symbol, at: Sequence[Expr]) -> list[Piece]:
    one = number(1, e.span)
    match e.fn:
        case "log":
            slope = quotient(one, e.args[0], e.span)
        case "exp":
            slope = e
        case "sqrt":
            slope = quotient(one, product((number(2, e.span), e), e.span), e.span)
        case _:
            raise Unwritable(f"`{e.fn}` has no derivative in one line", e.span)
    return times(derivative(e.args[0], variable, at), slope)
