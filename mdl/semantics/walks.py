"""Walks over typed expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from mdl.semantics import typed
from mdl.semantics.typed import Binder, Expr

LEAVES = frozenset({"span", "kind", "symbol", "index", "indices", "name", "value", "op", "fn", "profile"})
"""Fields that hold no expression."""


def children(expr: Expr) -> tuple[Expr, ...]:
    """Direct subexpressions, binders' domains included."""
    match expr:
        case typed.Ref(args=args) | typed.Call(args=args) | typed.Logic(args=args):
            return args
        case typed.Attribute(base=base, args=args):
            return (base, *args)
        case typed.Neg(arg=arg) | typed.Not(arg=arg) | typed.Subsets(arg=arg):
            return (arg,)
        case typed.Add(terms=terms):
            return terms
        case typed.Mul(factors=factors):
            return factors
        case typed.Div(numerator=a, denominator=b) | typed.Pow(base=a, exponent=b):
            return (a, b)
        case typed.SetOp(left=a, right=b) | typed.Range(low=a, high=b) | typed.Interval(low=a, high=b):
            return (a, b)
        case typed.If(condition=c, then=a, otherwise=b):
            return (c, a, b)
        case typed.Compare(first=first, rest=rest):
            return (first, *(e for _, e in rest))
        case typed.Reduce(binders=binders, where=where, body=body):
            return (*(b.domain for b in binders), *((where,) if where is not None else ()), body)
        case typed.Comprehension(binders=binders, where=where):
            return (*(b.domain for b in binders), *((where,) if where is not None else ()))
        case typed.Without(body=a, agent=b) | typed.WithOnly(body=a, agents=b):
            return (a, b)
        case typed.Expected(body=body, given=given):
            return (body, *given)
        case typed.SetLiteral(items=items) | typed.TupleExpr(items=items):
            return items
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and all below it."""
    stack = [expr]
    while stack:
        e = stack.pop()
        yield e
        stack.extend(children(e))


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """An expression, a binder or a tuple of such with `change` made in each of its parts.

    The same object where nothing changes, and whatever else there is (an operator, a number) as it is.
    """
    if isinstance(node, tuple):
        made = tuple(change(part) for part in node)
        return made if any(a is not b for a, b in zip(made, node, strict=True)) else node
    if not isinstance(node, Expr | Binder):
        return node
    parts = {f.name: getattr(node, f.name) for f in fields(node) if f.name not in LEAVES}
    changes = {name: new for name, part in parts.items() if (new := change(part)) is not part}
    return replace(node, **changes) if changes else node
