"""Declarations of sets, params and types: what is known before any solving."""

from __future__ import annotations

from mdl.diagnostics import Label
from mdl.semantics import agree, errors, expressions, references, sets, typed
from mdl.semantics.context import EMPTY, Context, Scope
from mdl.semantics.kinds import Element, Kind, Numeric, SetOf, TupleOf, Unknown
from mdl.semantics.model import Bound, Given, ParamSymbol, SetSymbol, Symbol, TypeSymbol
from mdl.semantics.typed import Binder
from mdl.syntax import statement_tree, tree


def index_of(ctx: Context, index: statement_tree.Index) -> tuple[tuple[Binder, ...], typed.Expr | None, Scope]:
    """A declared index: binders, condition, and the scope of what follows."""
    binders, inner = sets.binders(ctx, EMPTY, index.bindings)
    return binders, sets.condition(ctx, inner, index.where), inner


# ---- sets ----------------------------------------------------------------------------------------


def set_symbol(ctx: Context, node: statement_tree.SetDecl, data_arity: int | None) -> SetSymbol:
    """A set or agents set.  `data_arity` is the number of columns that a `data` statement reads it from."""
    mark = len(ctx.uses)
    name = node.name.name
    index, where, scope = index_of(ctx, node.index)
    within = sets.set_expression(ctx, scope, node.within) if node.within is not None else None
    wanted = within.kind.item if within is not None and isinstance(within.kind, SetOf) else None
    item, given = _set_value(ctx, scope, node, wanted, data_arity)
    if within is not None:
        item = wanted if wanted is not None else Unknown()
    elif not node.index.bindings:
        item = _own_universe(name, item, given.expr if given else None)
    universe = isinstance(item, Element) and item.universes is not None and name in item.universes
    symbol = SetSymbol(name, node.name.span, index, where, node.agents, item, universe, within, given)
    if universe and _all_names(node.value):
        ctx.named.add(name)
    if node.agents:
        _agents(ctx, symbol)
    expressions.evaluated_once(ctx, mark, "set")
    return symbol


def _set_value(
    ctx: Context, scope: Scope, node: statement_tree.SetDecl, wanted: Kind | None, data_arity: int | None
) -> tuple[Kind, Given | None]:
    value = node.value
    if value is None:
        if data_arity is not None and data_arity > 1:
            return TupleOf((Element(None),) * data_arity), None
        return Element(None), None
    if isinstance(value.expr, tree.MapLiteral):
        literal = family_data(ctx, node.index, node.name.name, value.expr, node.name)
        item = wanted or _item_of_map(value.expr)
        return item, Given(value.replaceable, literal, None, value.span)
    if value.replaceable and isinstance(value.expr, tree.SetLiteral):
        item = wanted or sets.literal_item(value.expr)
        expr = sets.written_members(ctx, value.expr, item)
        return item, Given(True, None, expr, value.span)
    expr = sets.set_expression(ctx, scope, value.expr, wanted)
    item = expr.kind.item if isinstance(expr.kind, SetOf) else Unknown()
    known = wanted is not None and not isinstance(item, Unknown)
    if wanted is not None and known and (type(item) is not type(wanted) or agree.disjoint(item, wanted)):
        ctx.report(errors.not_within(expr.span, agree.describe(item), agree.describe(wanted)))
    return item, Given(value.replaceable, None, expr, value.span)


def _item_of_map(node: tree.MapLiteral) -> Kind:
    for _, value in node.entries:
        if isinstance(value, tree.SetLiteral) and value.items:
            return sets.literal_item(value)
    return Element(None)


def _own_universe(name: str, item: Kind, expr: typed.Expr | None) -> Kind:
    """Members that come from no declared set are this set's own; in a union, beside the others'."""
    if not isinstance(item, Element) or item.universes is not None:
        return item
    return Element(frozenset({name}) | _union_universes(expr))


def _union_universes(expr: typed.Expr | None) -> frozenset[str]:
    found: set[str] = set()
    todo = [expr]
    while todo:
        at = todo.pop()
        if isinstance(at, typed.SetOp) and at.op == "|":
            todo += [at.left, at.right]
        elif at is not None and isinstance(at.kind, SetOf) and isinstance(at.kind.item, Element):
            found |= at.kind.item.universes or frozenset()
    return frozenset(found)


def _all_names(value: statement_tree.Value | None) -> bool:
    if value is None or not isinstance(value.expr, tree.SetLiteral) or not value.expr.items:
        return False
    return all(isinstance(item, tree.Name | tree.Text) for item in value.expr.items)


def _agents(ctx: Context, symbol: SetSymbol) -> None:
    if symbol.index or not isinstance(symbol.item, Element | Unknown):
        ctx.report(errors.agents_shape(symbol.name, symbol.span))
    elif isinstance(symbol.item, Element):
        ctx.agents |= symbol.item.universes or frozenset()


# ---- data by key ---------------------------------------------------------------------------------


def family_data(
    ctx: Context, index: statement_tree.Index, name: str, literal: tree.MapLiteral, declared: tree.Name
) -> tree.MapLiteral:
    """Check the shape of `{key: value}` against a declared index as far as it shows without data."""
    if not index.bindings:
        ctx.report(errors.scalar_given_table(name, literal.span, declared.span))
    return literal


def check_keys(ctx: Context, symbol: Symbol, literal: tree.MapLiteral | None) -> None:
    """Each key has as many parts as the index; nested maps are left to the data stage."""
    places = ctx.places_of(symbol)
    if literal is None or not places:
        return
    for key, value in literal.entries:
        parts = len(key.items) if isinstance(key, tree.TupleExpr) else 1
        if parts != len(places) and not isinstance(value, tree.MapLiteral):
            ctx.report(errors.key_shape(symbol.name, key.span, parts, len(places), symbol.span))


# ---- params --------------------------------------------------------------------------------------


def param_symbol(ctx: Context, node: statement_tree.ParamDecl) -> ParamSymbol:
    mark = len(ctx.uses)
    index, where, scope = index_of(ctx, node.index)
    within = sets.set_expression(ctx, scope, node.within) if node.within is not None else None
    kind = _value_kind(ctx, within)
    bounds = tuple(bound(ctx, scope, b) for b in node.bounds)
    if bounds and not agree.is_number(kind, ctx.named):
        ctx.report(errors.bounds_of_members(node.name.name, bounds[0].span, agree.describe(kind)))
    default = _valued(ctx, scope, node.default, kind) if node.default is not None else None
    given = _given(ctx, scope, node.name, node.index, node.value, kind)
    expressions.data_only(ctx, mark, "a param")
    expressions.evaluated_once(ctx, mark, "param")
    return ParamSymbol(node.name.name, node.name.span, index, where, kind, within, bounds, node.integer, default, given)


def bound(ctx: Context, scope: Scope, node: statement_tree.Bound) -> Bound:
    mark = len(ctx.uses)
    expr = expressions.number(ctx, scope, node.expr)
    expressions.data_only(ctx, mark, "a bound")
    return Bound(node.op, expr, node.span)


def _value_kind(ctx: Context, within: typed.Expr | None) -> Kind:
    """Kind of a value from a set: a number where the set is written as numbers, else a member."""
    if within is None or _written_as_numbers(within):
        return Numeric()
    if not isinstance(within.kind, SetOf):
        return Unknown()
    if isinstance(within.kind.item, SetOf):
        ctx.report(errors.member_expected(within.span, "a set of sets"))
        return Unknown()
    return within.kind.item


def _written_as_numbers(expr: typed.Expr) -> bool:
    if isinstance(expr, typed.SetLiteral):
        return bool(expr.items) and all(isinstance(item, typed.Number) for item in expr.items)
    if isinstance(expr, typed.SetOp):
        return expr.op != "*" and _written_as_numbers(expr.left) and _written_as_numbers(expr.right)
    return isinstance(expr, typed.Range)


def _given(
    ctx: Context,
    scope: Scope,
    name: tree.Name,
    index: statement_tree.Index,
    value: statement_tree.Value | None,
    kind: Kind,
) -> Given | None:
    if value is None:
        return None
    written = value.expr
    if isinstance(written, tree.SetLiteral) and not written.items:
        written = tree.MapLiteral(written.span, ())
    if isinstance(written, tree.MapLiteral):
        return Given(value.replaceable, family_data(ctx, index, name.name, written, name), None, value.span)
    mark = len(ctx.uses)
    expr = _valued(ctx, scope, written, kind)
    expressions.data_only(ctx, mark, "the value of a param or type")
    return Given(value.replaceable, None, expr, value.span)


def _valued(ctx: Context, scope: Scope, node: tree.Expr, kind: Kind) -> typed.Expr:
    """A value of the declared kind: a number, or a member of the declared set."""
    if isinstance(kind, Numeric):
        return expressions.number(ctx, scope, node)
    made = references.member(ctx, scope, node, kind)
    numeric = isinstance(made.kind, Numeric) and agree.is_number(kind, ctx.named)
    fits = numeric or isinstance(made.kind, Unknown) or isinstance(kind, Unknown)
    if not fits and (type(made.kind) is not type(kind) or agree.disjoint(made.kind, kind)):
        ctx.report(errors.not_within(made.span, agree.describe(made.kind), agree.describe(kind)))
    return made


# ---- types ---------------------------------------------------------------------------------------


def type_symbol(ctx: Context, node: statement_tree.TypeDecl) -> TypeSymbol:
    index, where, scope = index_of(ctx, node.index)
    mark = len(ctx.uses)
    domain = _domain(ctx, scope, node.domain)
    kind = Numeric() if isinstance(domain, typed.Interval) else _value_kind(ctx, domain)
    step = expressions.number(ctx, scope, node.step) if node.step is not None else None
    if step is not None and not isinstance(domain, typed.Interval):
        ctx.report(errors.step_without_interval(step.span, domain.span))
    expressions.data_only(ctx, mark, "the domain of a type")
    expressions.evaluated_once(ctx, mark, "domain of a type")
    given = _given(ctx, scope, node.name, node.index, node.value, kind)
    symbol = TypeSymbol(node.name.name, node.name.span, index, where, kind, domain, step, given)
    must_be_of_agents(ctx, symbol, "type")
    return symbol


def _domain(ctx: Context, scope: Scope, node: tree.Expr) -> typed.Expr:
    if isinstance(node, tree.Interval):
        low, high = expressions.number(ctx, scope, node.low), expressions.number(ctx, scope, node.high)
        return typed.Interval(node.span, SetOf(Element(None)), low, high)
    return sets.set_expression(ctx, scope, node)


def must_be_of_agents(ctx: Context, symbol: Symbol, what: str) -> None:
    """A type or valuation belongs to agents: its first index ranges over an agents set."""
    places = ctx.places_of(symbol)
    if places is None:
        return
    first = places[0].kind if places else None
    if isinstance(first, Unknown):
        return
    of_agents = isinstance(first, Element) and bool((first.universes or frozenset()) & ctx.agents)
    if of_agents and (what == "type" or len(places) == 1):
        return
    span = symbol.index[0].span if symbol.index else symbol.span
    labels = tuple(Label(ctx.declared[name], "agents are declared here") for name in sorted(ctx.agents)[:1])
    ctx.report(errors.not_of_agents(symbol.name, what, span, len(places) == 1, labels))
