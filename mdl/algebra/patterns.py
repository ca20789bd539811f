"""Compositions that are convex though the general rules cannot see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mdl.algebra.composition import AFFINE, CONSTANT, CONVEX
from mdl.algebra.products import square_root
from mdl.algebra.proof import Proof
from mdl.semantics import typed


def recognised(made: Proof) -> Proof:
    """The same proof, or a better one where it is unknown and the expression is one of the known forms.

    Norms `sqrt(sum of squares)` and `log(sum of exp)` (Boyd and Vandenberghe 2004, sec. 3.1.5).
    """
    expr = made.expr
    if made.known or not isinstance(expr, typed.Call):
        return made
    inner = made.children[0]
    if expr.fn == "sqrt" and _made_of(inner, _is_square):
        return replace(made, curvature=CONVEX, rule="Euclidean norm of affine expressions", suggestion="")
    if expr.fn == "log" and _made_of(inner, _is_exponential):
        return replace(made, curvature=CONVEX, rule="log of a sum of exp of convex expressions", suggestion="")
    return made


def _is_square(p: Proof) -> bool:
    base = square_root(p.expr)
    return base is not None and any(c.curvature is AFFINE and c.expr is base for c in p.children)


def _is_exponential(p: Proof) -> bool:
    return isinstance(p.expr, typed.Call) and p.expr.fn == "exp" and p.children[0].curvature.convex


def _made_of(whole: Proof, leaf: Callable[[Proof], bool]) -> bool:
    """True of sums, with nonnegative weights, of leaves and nonnegative numbers."""
    left = [whole]
    while left:
        p = left.pop()
        if p.curvature is CONSTANT:
            if not p.range.nonnegative:
                return False
        elif not leaf(p):
            below = _summands(p)
            if not below:
                return False
            left.extend(below)
    return True


def _summands(p: Proof) -> tuple[Proof, ...]:
    """What an expression is a sum of; empty where it is none."""
    match p.expr:
        case typed.Add() | typed.If():
            return p.children
        case typed.Reduce(op="sum" | "mean") | typed.Ref():
            return p.children[:1]
        case typed.Mul() | typed.Div():
            weighed = [(c, s) for c, s in zip(p.children, p.slopes, strict=True) if c.curvature is not CONSTANT]
            return (weighed[0][0],) if len(weighed) == 1 and weighed[0][1] == 1 else ()
        case _:
            return ()
