"""Whether two typed expressions are the same expression: one symbol, the same arguments, all the way down."""

from __future__ import annotations

from mdl.semantics import typed
from mdl.semantics.typed import Expr
from mdl.semantics.walks import children


def alike(a: Expr, b: Expr) -> bool:
    """True only where both have the same value wherever both are defined; indices are compared by identity."""
    if a is b:
        return True
    if type(a) is not type(b) or not _same_head(a, b):
        return False
    below, beside = children(a), children(b)
    return len(below) == len(beside) and all(map(alike, below, beside))


def _same_head(a: Expr, b: Expr) -> bool:
    match a, b:
        case typed.Number(value=x), typed.Number(value=y):
            return x == y
        case typed.Member(value=x), typed.Member(value=y):
            return type(x) is type(y) and x == y
        case typed.Index(index=x), typed.Index(index=y):
            return x is y
        case typed.Ref(symbol=x), typed.Ref(symbol=y):
            return x is y
        case typed.Call(fn=x), typed.Call(fn=y):
            return x == y
        case typed.SetOp(op=x), typed.SetOp(op=y):
            return x == y
        case typed.Logic(op=x), typed.Logic(op=y):
            return x == y
        case typed.Compare(rest=x), typed.Compare(rest=y):
            return [op for op, _ in x] == [op for op, _ in y]
        case typed.Reduce(), typed.Reduce():
            return False  # they bind different index objects
        case typed.Comprehension(), typed.Comprehension():
            return False
        case typed.Attribute(name=x), typed.Attribute(name=y):
            return x == y
        case _:
            return True
