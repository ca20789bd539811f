"""Followers inside a leader's problem: which variables they decide on, what they optimise, under which rows."""

from __future__ import annotations

from mdl.semantics import agree, decisions, expressions, follower_errors, sets, typed
from mdl.semantics import errors as common
from mdl.semantics.collect import Entry
from mdl.semantics.context import Context, Place, Scope, what_is
from mdl.semantics.declarations import index_of
from mdl.semantics.kinds import SetOf, TupleOf, Unknown
from mdl.semantics.model import FollowerSymbol, Owned, RowSymbol, VarSymbol
from mdl.semantics.typed import Binder, Expr, IndexVar
from mdl.syntax import statement_tree, tree


def follower(ctx: Context, entry: Entry) -> FollowerSymbol:
    """The symbol of `follower NAME[idx]: maximize e over q[i] subject to name[idx]: c, ...;`.

    Its rows can be asked for their duals by name, and are in `symbols` of the context for that alone.
    """
    node = entry.syntax
    assert isinstance(node, statement_tree.FollowerDecl)
    index, where, scope = index_of(ctx, node.index)
    for binder in index:
        for var in binder.indices:
            if isinstance(var.kind, TupleOf | SetOf):
                ctx.report(follower_errors.follower_index_kind(entry.name.name, binder.span))
            elif not var.name:
                ctx.report(follower_errors.follower_index_name(entry.name.name, binder.span))
    body = expressions.number(ctx, scope, node.objective)
    made = FollowerSymbol(entry.name.name, entry.name.span, index, where, node.sense, body, (), ())
    made.own = tuple(o for part in node.over if (o := _owned(ctx, scope, made, part)) is not None)
    _once(ctx, made)
    rows = (_row(ctx, scope, index, where, part) for part in node.constraints)
    made.rows = tuple(r for r in rows if r is not None)
    return made


def _owned(ctx: Context, scope: Scope, follower: FollowerSymbol, node: tree.Expr) -> Owned | None:
    base = node.base if isinstance(node, tree.Subscript) else node
    if not isinstance(base, tree.Name):
        ctx.report(follower_errors.follower_over(follower.name, node.span))
        return None
    symbol = ctx.symbols.get(base.name)
    if not isinstance(symbol, VarSymbol):
        if symbol is not None or base.name not in ctx.declared:
            near, labels = ctx.suggestion(base.name, ctx.names_of(VarSymbol))
            what = what_is(symbol) if symbol is not None else None
            ctx.report(follower_errors.follower_variable(base.name, base.span, follower.name, what, near, labels))
        return None
    if symbol.domain != "continuous":
        ctx.report(follower_errors.follower_integers(symbol.name, symbol.domain, base.span, symbol.span))
        return None
    places = ctx.places_of(symbol)
    if places is None:
        return None
    args = _args(ctx, scope, symbol, places, node.args if isinstance(node, tree.Subscript) else None, node)
    if args is None:
        return None
    own = [v for b in follower.index for v in b.indices]
    missing = [v.name for v in own if v not in args]
    plain = all(v.name and not isinstance(v.kind, TupleOf | SetOf) for v in own)
    if missing and not plain:
        return None
    if missing:
        place = follower.index[0].span
        ctx.report(follower_errors.owned_by_all(symbol.name, follower.name, missing[0], node.span, place))
        return None
    return Owned(symbol, args, node.span)


def _args(
    ctx: Context,
    scope: Scope,
    symbol: VarSymbol,
    places: tuple[Place, ...],
    nodes: tuple[tree.Expr, ...] | None,
    whole: tree.Expr,
) -> tuple[IndexVar | None, ...] | None:
    if nodes is None:
        return (None,) * len(places)
    if len(nodes) != len(places):
        wanted = [agree.sets(place.kind) for place in places]
        ctx.report(common.index_count(symbol.name, whole.span, len(nodes), wanted, symbol.span, False))
        return None
    made: list[IndexVar | None] = []
    for node, place in zip(nodes, places, strict=True):
        if not isinstance(node, tree.Name) or (node.name not in scope.indices and node.name in ctx.members):
            ctx.report(follower_errors.owned_index(symbol.name, node.span))
            return None
        var = scope.indices.get(node.name)
        if var is not None and agree.disjoint(var.kind, place.kind):
            ctx.report(common.not_within(node.span, agree.describe(var.kind), agree.describe(place.kind)))
            return None
        if var is not None and var in made:
            ctx.report(follower_errors.owned_index(symbol.name, node.span))
            return None
        made.append(var)
    return tuple(made)


def _once(ctx: Context, made: FollowerSymbol) -> None:
    """A variable has one owner.  Of two indexed followers the data say whether they share a member."""
    known = [o for s in ctx.symbols.values() if isinstance(s, FollowerSymbol) for o in s.own]
    for at, mine in enumerate(made.own):
        apart = (t for t in known if not (any(mine.args) and any(t.args)))
        same = next((t for t in (*made.own[:at], *apart) if t.variable is mine.variable), None)
        if same is not None:
            ctx.report(follower_errors.owned_twice(mine.variable.name, mine.span, same.span))


def _row(
    ctx: Context, scope: Scope, outer: tuple[Binder, ...], condition: Expr | None, node: statement_tree.ConstraintDecl
) -> RowSymbol | None:
    name = node.name.name
    binders, inner = sets.binders(ctx, scope, node.index.bindings)
    where = sets.condition(ctx, inner, node.index.where)
    body = decisions.row_body(ctx, inner, node)
    if condition is not None and where is not None:
        where = typed.Logic(where.span, where.kind, "and", (condition, where))
    row = RowSymbol(name, node.name.span, (*outer, *binders), where or condition, body)
    if name in ctx.declared:
        ctx.report(common.declared_twice(name, node.name.span, ctx.declared[name]))
        return None
    ctx.declared[name], ctx.late[name] = node.name.span, "constraint"
    ctx.symbols[name] = row
    return row if not isinstance(body.kind, Unknown) else None
