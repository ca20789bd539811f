"""`expected e` and `expected(e given theta[i])`: means over the prior, inside a mechanism."""

from __future__ import annotations

from mdl.semantics import expressions, references, task_errors, typed
from mdl.semantics import mechanism_errors as wrong
from mdl.semantics.context import Context, Scope, what_is
from mdl.semantics.errors import Labels
from mdl.semantics.kinds import Numeric, Unknown
from mdl.semantics.model import TypeSymbol
from mdl.syntax import tree


def expected(ctx: Context, scope: Scope, node: tree.Expected) -> typed.Expr:
    """`given` keeps private types at what is reported; of a type with more indices, the agent's may stand alone."""
    if not ctx.reports:
        ctx.report(task_errors.expected_misplaced(node.span))
        return typed.Expr(node.span, Unknown())
    body = expressions.number(ctx, scope, node.body)
    given = tuple(_given(ctx, scope, one) for one in node.given)
    return typed.Expected(node.span, Numeric(), body, given)


def _given(ctx: Context, scope: Scope, node: tree.Expr) -> typed.Expr:
    base = node.base if isinstance(node, tree.Subscript) else node
    symbol = ctx.symbols.get(base.name) if isinstance(base, tree.Name) and base.name not in scope.indices else None
    if not isinstance(base, tree.Name) or not isinstance(symbol, TypeSymbol):
        unknown = isinstance(base, tree.Name) and symbol is None and base.name in ctx.declared
        if not unknown:  # else in a circle, which is reported
            _report(ctx, scope, base)
        return typed.Expr(node.span, Unknown())
    args = node.args if isinstance(node, tree.Subscript) else None
    places = ctx.places_of(symbol)
    if args is None or places is None or len(args) != 1 or len(places) == 1:
        return references.reference(ctx, scope, symbol, base, node.span, args)
    agent = references.member(ctx, scope, args[0], places[0].kind)
    references.check_argument(ctx, scope, symbol, agent, places)
    return typed.Ref(node.span, symbol.kind, symbol, (agent,))


def _report(ctx: Context, scope: Scope, base: tree.Expr) -> None:
    symbol = ctx.symbols.get(base.name) if isinstance(base, tree.Name) else None
    what = near = None
    labels: Labels = ()
    if isinstance(base, tree.Name):
        what = f"the {what_is(symbol)} `{base.name}`" if symbol is not None else f"`{base.name}`"
        near, labels = ctx.suggestion(base.name, ctx.names_of(TypeSymbol))
    ctx.report(wrong.given_of(base.span, what, near, labels))
