"""Attributes: what an `expect` may ask of a solved rule, row or variable."""

from __future__ import annotations

from mdl.semantics import coalition_errors, coalitions, errors, mechanism_answers, references, task_errors, typed
from mdl.semantics.context import Context, Scope, what_is
from mdl.semantics.kinds import Element, Kind, Numeric, Unknown
from mdl.semantics.model import GameSymbol, MechanismSymbol, RowSymbol, RuleSymbol, Symbol, VarSymbol
from mdl.syntax import tree

ATTRIBUTES: dict[type[Symbol], dict[str, Kind]] = {
    RuleSymbol: {"objective": Numeric(), "status": Element(None)},
    RowSymbol: {"dual": Numeric(), "slack": Numeric()},
    VarSymbol: {"reduced_cost": Numeric()},
}


def attribute(ctx: Context, scope: Scope, node: tree.Attribute) -> typed.Expr:
    """`base.name`, in the claim of an `expect` only."""
    base = node.base.base if isinstance(node.base, tree.Subscript) else node.base
    if not isinstance(base, tree.Name):
        ctx.report(errors.attribute_of_expression(node.span))
        return typed.Expr(node.span, Unknown())
    symbol = ctx.symbols.get(base.name)
    if base.name in scope.indices:
        ctx.report(errors.attribute_of_expression(node.span))
    elif base.name not in ctx.declared:
        references.unknown_name(ctx, scope, base)
    elif not ctx.answers:
        ctx.report(task_errors.answer_in_model(node.span))
    elif symbol is not None:
        return _of_symbol(ctx, scope, node, base, symbol)
    return typed.Expr(node.span, Unknown())


def _of_symbol(ctx: Context, scope: Scope, node: tree.Attribute, base: tree.Name, symbol: Symbol) -> typed.Expr:
    if isinstance(symbol, GameSymbol):
        return coalitions.attribute(ctx, scope, node, base, symbol)
    if isinstance(symbol, MechanismSymbol):
        return mechanism_answers.attribute(ctx, scope, node, base, symbol)
    known = next((kinds for cls, kinds in ATTRIBUTES.items() if isinstance(symbol, cls)), {})
    if node.name.name not in known:
        near, _ = ctx.suggestion(node.name.name, list(known))
        ctx.report(
            errors.unknown_attribute(
                node.name.name, base.name, what_is(symbol), node.name.span, list(known), near, symbol.span
            )
        )
        return typed.Expr(node.span, Unknown())
    if node.args:
        ctx.report(coalition_errors.attribute_index(node.name.name, "no index", node.span))
        return typed.Expr(node.span, Unknown())
    args = node.base.args if isinstance(node.base, tree.Subscript) else None
    made = references.reference(ctx, scope, symbol, base, node.base.span, args)
    if isinstance(made.kind, Unknown) or not isinstance(made, typed.Ref):
        return typed.Expr(node.span, Unknown())
    return typed.Attribute(node.span, known[node.name.name], made, node.name.name)
