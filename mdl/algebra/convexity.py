"""What convexity of a program needs of its rows and its objective, each condition with its proof."""

from __future__ import annotations

from collections.abc import Iterator

from mdl.algebra.curvature import Analysis
from mdl.algebra.proof import Proof, Requirement
from mdl.semantics import typed
from mdl.semantics.model import RowSymbol, RuleSymbol

NEEDS = {
    "<=": "`<=` needs a convex left side and a concave right side",
    ">=": "`>=` needs a concave left side and a convex right side",
    "==": "`==` needs affine sides",
}


WAYS: dict[str, tuple[int | None, int | None]] = {"<=": (1, -1), ">=": (-1, 1), "==": (None, None)}
WANTED = {"<=": "convex", ">=": "concave", "==": "affine"}


def of_rule(analysis: Analysis, rule: RuleSymbol) -> Requirement:
    body = analysis.of(rule.body)
    maximize = rule.sense == "maximize"
    holds = body.curvature.concave if maximize else body.curvature.convex
    text = "maximize needs a concave objective" if maximize else "minimize needs a convex objective"
    wanted, way = ("concave", -1) if maximize else ("convex", 1)
    return Requirement(rule.name, wanted, (body,), holds, rule.body.span, text, (way,))


def of_row(analysis: Analysis, row: RowSymbol) -> Iterator[Requirement]:
    """One condition a comparison of the chain."""
    analysis.enter(row.index)
    for op, left, right in comparisons(row.body):
        sides = (analysis.of(left), analysis.of(right))
        holds = _side(sides[0], WAYS[op][0]) and _side(sides[1], WAYS[op][1])
        yield Requirement(row.name, WANTED[op], sides, holds, row.body.span, NEEDS[op], WAYS[op])


def _side(side: Proof, way: int | None) -> bool:
    """Convex where smaller values are as good, concave where larger are, affine where neither."""
    if way is None:
        return side.curvature.affine
    return side.curvature.convex if way > 0 else side.curvature.concave


def comparisons(body: typed.Expr) -> Iterator[tuple[str, typed.Expr, typed.Expr]]:
    """`(op, left, right)` for each neighbouring pair of a chain."""
    assert isinstance(body, typed.Compare)
    left = body.first
    for op, right in body.rest:
        yield op, left, right
        left = right
