"""Values of scalar typed expressions at a point, one by one: a second evaluator for tests."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mdl.semantics import typed
from mdl.semantics.model import LetSymbol
from mdl.semantics.typed import Expr


class UndefinedError(Exception):
    """The expression has no value here."""


def value(expr: Expr, point: Mapping[str, float]) -> float:
    try:
        found = _value(expr, point)
    except (ValueError, ZeroDivisionError, OverflowError) as problem:
        raise UndefinedError from problem
    if isinstance(found, complex) or not math.isfinite(found):
        raise UndefinedError
    return found


def _value(expr: Expr, point: Mapping[str, float]) -> float:
    match expr:
        case typed.Number(value=v):
            return float(v)
        case typed.Ref(symbol=LetSymbol() as let):
            return value(let.body, point)
        case typed.Ref(symbol=symbol):
            return point[symbol.name]
        case typed.Neg(arg=a):
            return -value(a, point)
        case typed.Add(terms=terms):
            return sum(value(t, point) for t in terms)
        case typed.Mul(factors=factors):
            return math.prod(value(f, point) for f in factors)
        case typed.Div(numerator=a, denominator=b):
            return value(a, point) / value(b, point)
        case typed.Pow(base=a, exponent=b):
            return math.pow(value(a, point), value(b, point))
        case typed.Call(fn=fn, args=args):
            return float(FUNCTIONS[fn](*(value(a, point) for a in args)))
        case _:
            raise NotImplementedError(type(expr))


FUNCTIONS = {"log": math.log, "exp": math.exp, "sqrt": math.sqrt, "abs": abs, "min": min, "max": max}
