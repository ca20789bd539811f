"""What convexity of a program needs of its rows and its objective, each condition with its proof."""

from __future__ import annotations

from collections.abc import Iterator

from mdl.algebra.curvature import Analysis
from mdl.algebra.proof import Proof, Requirement
from mdl.diagnostics import Span
from mdl.semantics import typed
from mdl.semantics.model import Bound, RowSymbol, RuleSymbol, Symbol, VarSymbol

NEEDS = {
    "<=": "`<=` needs a convex left side and a concave right side",
    ">=": "`>=` needs a concave left side and a convex right side",
    "==": "`==` needs affine sides",
}


def of_rule(analysis: Analysis, rule: RuleSymbol) -> Requirement:
    body = analysis.of(rule.body)
    maximize = rule.sense == "maximize"
    holds = body.curvature.concave if maximize else body.curvature.convex
    rule_text = "maximize needs a concave objective" if maximize else "minimize needs a convex objective"
    return Requirement(rule.name, "concave" if maximize else "convex", (body,), holds, rule.body.span, rule_text)


def of_row(analysis: Analysis, row: RowSymbol) -> Iterator[Requirement]:
    """One condition a comparison of the chain."""
    analysis.enter(row.index)
    for op, left, right in comparisons(row.body):
        yield _compared(row, op, analysis.of(left), analysis.of(right), row.body.span)


def of_bound(analysis: Analysis, var: VarSymbol, bound: Bound) -> Requirement:
    """A bound of a variable that has variables in it is a row."""
    analysis.enter(var.index)
    right = analysis.of(bound.expr)
    curvature = right.curvature
    holds = {"<=": curvature.concave, ">=": curvature.convex}.get(bound.op, curvature.affine)
    return Requirement(var.name, "", (right,), holds, bound.span, NEEDS.get(bound.op, ""))


def _compared(symbol: Symbol, op: str, left: Proof, right: Proof, span: Span) -> Requirement:
    if op == "==":
        holds, wanted = left.curvature.affine and right.curvature.affine, "affine"
    elif op == "<=":
        holds, wanted = left.curvature.convex and right.curvature.concave, "convex"
    else:
        holds, wanted = left.curvature.concave and right.curvature.convex, "concave"
    return Requirement(symbol.name, wanted, (left, right), holds, span, NEEDS[op])


def comparisons(body: typed.Expr) -> Iterator[tuple[str, typed.Expr, typed.Expr]]:
    """`(op, left, right)` for each neighbouring pair of a chain."""
    assert isinstance(body, typed.Compare)
    left = body.first
    for op, right in body.rest:
        yield op, left, right
        left = right
