"""Whether every max, min and abs of variables stands where its epigraph is exact.

The directions come from the proof tree, from the top down: of a minimised objective, or of the left
side of `<=`, smaller values are at least as good, and each slope on the way keeps, turns or loses that.
Nothing here needs convexity; monotonicity is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from mdl.algebra.proof import Curvature, Proof
from mdl.diagnostics import Diagnostic, Span
from mdl.lowering import errors
from mdl.semantics import typed

Direction = int | None
"""1: smaller is at least as good; -1: larger is; None: neither is known."""


def misplaced(name: str, sides: Iterator[tuple[Proof, Direction]], span: Span) -> Iterator[Diagnostic]:
    """A diagnostic for each max, min or abs in `sides` that cannot be replaced by rows."""
    seen: set[tuple[int, Direction]] = set()
    told: set[int] = set()
    stack = list(sides)
    while stack:
        proof, way = stack.pop()
        if proof.curvature is Curvature.CONSTANT or (id(proof), way) in seen:
            continue
        seen.add((id(proof), way))
        fn = replaced(proof)
        needed = -1 if fn == "min" else 1
        if fn is not None and way != needed and id(proof) not in told:
            told.add(id(proof))
            yield errors.wrong_side(fn, proof, name, _why(way), span)
        for k, child in enumerate(proof.children):
            stack.append((child, _below(proof, k, child, way, fn)))


def _why(way: Direction) -> str:
    if way is None:
        return (
            "it is not fixed whether smaller or larger values help (`==`, a factor of open sign, the edge of a domain)"
        )
    return "smaller values of it help the program" if way > 0 else "larger values of it help the program"


def replaced(proof: Proof) -> str | None:
    """`max`, `min` or `abs` where the expression is one that lowering replaces."""
    match proof.expr:
        case typed.Call(fn="max" | "min" as fn) | typed.Reduce(op="max" | "min" as fn):
            return fn
        case typed.Call(fn="abs"):
            inner = proof.children[0].range
            return None if inner.nonnegative or inner.nonpositive else "abs"
        case _:
            return None


def _below(proof: Proof, k: int, child: Proof, way: Direction, fn: str | None) -> Direction:
    if fn == "abs":
        return None  # it stands in rows of both signs
    if fn is not None:
        return 1 if fn == "max" else -1
    slope = proof.slopes[k]
    if way is None or slope is None or slope == 0:
        return None
    down = way * slope
    # the column may keep the argument inside a domain that the expression itself would leave
    return None if down > 0 and not _defined(proof.expr, k, child) else down


def _defined(expr: typed.Expr, k: int, child: Proof) -> bool:
    """Whether the argument is proved to lie in the domain of the function around it."""
    match expr:
        case typed.Call(fn="log"):
            return child.range.positive
        case typed.Call(fn="sqrt"):
            return child.range.nonnegative
        case typed.Pow(exponent=typed.Number(value=Fraction(denominator=1))):
            return True
        case typed.Pow() if k == 0:
            return child.range.nonnegative
        case _:
            return True
