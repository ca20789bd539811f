"""Names: indices, declared names with their index arguments, members of sets."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Label, Span
from mdl.semantics import agree, coalitions, errors, expressions, sets, task_errors, typed
from mdl.semantics.context import Context, Place, Scope, Use
from mdl.semantics.kinds import Element, Kind, Numeric, SetOf, Truth, TupleOf, Unknown
from mdl.semantics.model import (
    CoalitionSymbol,
    LetSymbol,
    ParamSymbol,
    SetSymbol,
    Symbol,
    TypeSymbol,
    VarSymbol,
)
from mdl.syntax import tree


def name(ctx: Context, scope: Scope, node: tree.Name) -> typed.Expr:
    """A bare name where no member of a set can stand."""
    index = scope.indices.get(node.name)
    if index is not None:
        return typed.Index(node.span, index.kind, index)
    if node.name in ctx.declared:
        return _value(ctx, scope, node, node.span, None)
    return unknown_name(ctx, scope, node)


def subscript(ctx: Context, scope: Scope, node: tree.Subscript) -> typed.Expr:
    """`base[args]`."""
    index = scope.indices.get(node.base.name)
    if index is not None:
        ctx.report(errors.index_subscripted(index.name, node.span, index.span))
        return typed.Expr(node.span, Unknown())
    if node.base.name in ctx.declared:
        return _value(ctx, scope, node.base, node.span, node.args)
    unknown_name(ctx, scope, node.base, indexed=True)
    return typed.Expr(node.span, Unknown())


def unknown_name(ctx: Context, scope: Scope, node: tree.Name, indexed: bool = False) -> typed.Expr:
    """Report a name that is nothing; the result stands for it."""
    among = [*(() if indexed else scope.indices), *ctx.declared]
    if node.name in ctx.closed:
        ctx.report(errors.index_out_of_scope(node.name, node.span, ctx.closed[node.name]))
        return typed.Expr(node.span, Unknown())
    near, labels = ctx.suggestion(node.name, among)
    if near is not None and near in scope.indices:
        labels = (Label(scope.indices[near].span, "index of this name"),)
    written = ctx.members.get(node.name)
    ctx.report(errors.unknown_name(node.name, node.span, near, labels, written[0] if written else None))
    return typed.Expr(node.span, Unknown())


def is_free(ctx: Context, scope: Scope, node: tree.Expr) -> bool:
    """A bare name that is no index and not declared: a member of a set, or a mistake."""
    return isinstance(node, tree.Name) and node.name not in scope.indices and node.name not in ctx.declared


def member(ctx: Context, scope: Scope, node: tree.Expr, wanted: Kind) -> typed.Expr:
    """An expression where a member of kind `wanted` is expected; bare names may be members.

    Whether the result agrees with `wanted` is for the caller to check.
    """
    kind: Kind = wanted if isinstance(wanted, Element) else Element(None)
    match node:
        case tree.Number():
            return _whole(ctx, node.value, node.span, kind)
        case tree.Unary(op="-", operand=tree.Number(value=value)):
            return _whole(ctx, -value, node.span, kind)
        case tree.Text():
            return typed.Member(node.span, kind, node.value)
        case tree.Name():
            if is_free(ctx, scope, node):
                if node.name in ctx.closed and node.name not in ctx.members:
                    return unknown_name(ctx, scope, node)
                return typed.Member(node.span, kind, node.name)
            clash(ctx, scope, node)
            return name(ctx, scope, node)
        case tree.TupleExpr():
            return tuple_(ctx, scope, node, wanted.items if isinstance(wanted, TupleOf) else ())
        case tree.SetLiteral() if isinstance(wanted, SetOf):
            return sets.set_expression(ctx, scope, node, wanted.item)
        case tree.If():
            return expressions.branches(ctx, scope, node, wanted)
        case _:
            if isinstance(wanted, SetOf):
                return sets.set_expression(ctx, scope, node, wanted.item)
            return expressions.expression(ctx, scope, node)


def tuple_(ctx: Context, scope: Scope, node: tree.TupleExpr, wanted: tuple[Kind, ...]) -> typed.Expr:
    """A tuple of members, flattened where an item is itself a tuple."""
    items: list[typed.Expr] = []
    kinds: list[Element] = []
    for child in node.items:
        place = wanted[len(kinds)] if len(kinds) < len(wanted) else Element(None)
        made = member(ctx, scope, child, place)
        items.append(made)
        match made.kind:
            case Element():
                kinds.append(made.kind)
            case TupleOf():
                kinds.extend(made.kind.items)
            case Numeric() | Unknown():
                kinds.append(Element(None))
            case _:
                ctx.report(errors.member_expected(made.span, agree.describe(made.kind)))
                return typed.Expr(node.span, Unknown())
    return typed.TupleExpr(node.span, TupleOf(tuple(kinds)), tuple(items))


def clash(ctx: Context, scope: Scope, node: tree.Name) -> None:
    """Report a name that a set uses for a member and that is also an index or a declared name."""
    written = ctx.members.get(node.name)
    if written is None or node.name in ctx.clashes:
        return
    if node.name not in scope.indices and node.name not in ctx.declared:
        return  # a member alone: no clash
    ctx.clashes.add(node.name)
    index = scope.indices.get(node.name)
    what, place = ("an index", index.span) if index else ("a declared name", ctx.declared[node.name])
    ctx.report(
        errors.member_clash(node.name, node.span, what, place, Label(written[1], f"member of `{written[0]}` here"))
    )


def _whole(ctx: Context, value: object, span: Span, kind: Kind) -> typed.Expr:
    if int(value) != value:  # type: ignore[call-overload]
        ctx.report(errors.fractional_member(span))
        return typed.Expr(span, Unknown())
    if agree.is_named(kind, ctx.named):
        ctx.report(errors.number_as_member(span, agree.sets(kind)))
    return typed.Member(span, kind, int(value))  # type: ignore[call-overload]


# ---- declared names ----------------------------------------------------------------------------


def _value(ctx: Context, scope: Scope, base: tree.Name, span: Span, args: tuple[tree.Expr, ...] | None) -> typed.Expr:
    """A declared name used as a value, with its index arguments (None where no brackets were written)."""
    if base.name == "valuation" and len(ctx.valuations) > 1:
        return _one_of_several_valuations(ctx, scope, base, span, args)
    what = ctx.late.get(base.name)
    symbol = ctx.symbols.get(base.name)
    if what == "objective" and not (ctx.answers or ctx.reports):
        ctx.report(task_errors.rule_as_value(base.name, base.span, ctx.declared[base.name]))
    elif what == "coalition" and ctx.answers and isinstance(symbol, CoalitionSymbol) and args:
        return coalitions.worth(ctx, scope, symbol, span, args)
    elif what is not None and what != "objective":
        ctx.report(errors.no_value(base.name, what, base.span, ctx.declared[base.name]))
    elif symbol is not None:  # else part of a cycle, which is reported
        return reference(ctx, scope, symbol, base, span, args)
    return typed.Expr(span, Unknown())


def reference(
    ctx: Context, scope: Scope, symbol: Symbol, base: tree.Name, span: Span, args: tuple[tree.Expr, ...] | None
) -> typed.Expr:
    """A symbol with its arguments, checked for number and index sets."""
    kind = kind_of(symbol)
    made = arguments(ctx, scope, symbol, base, span, args)
    _note_uses(ctx, symbol, base.span)
    if made is None:
        return typed.Expr(span, kind if not isinstance(kind, SetOf) else Unknown())
    return typed.Ref(span, kind, symbol, made)


def kind_of(symbol: Symbol) -> Kind:
    """The kind of a symbol's value."""
    match symbol:
        case SetSymbol():
            return SetOf(symbol.item) if isinstance(symbol.item, Element | TupleOf | SetOf) else Unknown()
        case ParamSymbol() | TypeSymbol() | LetSymbol():
            return symbol.kind
        case _:
            return Numeric()


def _note_uses(ctx: Context, symbol: Symbol, span: Span) -> None:
    if isinstance(symbol, VarSymbol):
        ctx.uses.append(Use(span, "variable", symbol.name))
    elif isinstance(symbol, TypeSymbol):
        ctx.uses.append(Use(span, "type", symbol.name))
    elif isinstance(symbol, LetSymbol):
        ctx.uses.extend(Use(span, use.what, use.name, symbol.name) for use in ctx.let_uses.get(symbol, ()))


def arguments(
    ctx: Context,
    scope: Scope,
    symbol: Symbol,
    base: tree.Name,
    span: Span,
    args: tuple[tree.Expr, ...] | None,
) -> tuple[typed.Expr, ...] | None:
    """Index arguments, or None after a report of their number or where the index set is in error."""
    places = ctx.places_of(symbol)
    made, starts, filled = _resolve_arguments(ctx, scope, args or (), places or ())
    if places is None or any(isinstance(arg.kind, Unknown) for arg in made):
        return None
    if filled != len(places) or (args == () and not places):
        indexed_by = [agree.sets(place.kind) for place in places]
        ctx.report(errors.index_count(base.name, span, filled, indexed_by, symbol.span, args is None))
        return None
    for arg, start in zip(made, starts, strict=True):
        check_argument(ctx, scope, symbol, arg, places[start:])
    return made


def _resolve_arguments(
    ctx: Context, scope: Scope, args: tuple[tree.Expr, ...], places: tuple[Place, ...]
) -> tuple[tuple[typed.Expr, ...], list[int], int]:
    """Arguments with the place each starts at, and how many places they fill together."""
    made: list[typed.Expr] = []
    starts: list[int] = []
    at = 0
    mark = len(ctx.uses)
    for node in args:
        wanted: Kind = places[at].kind if at < len(places) else Element(None)
        if isinstance(node, tree.TupleExpr):
            wanted = TupleOf(tuple(p.kind for p in places[at:] if isinstance(p.kind, Element)))
        arg = member(ctx, scope, node, wanted)
        if isinstance(arg.kind, Truth) or (isinstance(arg.kind, SetOf) and not isinstance(wanted, SetOf)):
            ctx.report(errors.member_expected(arg.span, agree.describe(arg.kind)))
            arg = typed.Expr(arg.span, Unknown())
        made.append(arg)
        starts.append(at)
        at += len(arg.kind.items) if isinstance(arg.kind, TupleOf) else 1
    expressions.data_only(ctx, mark, "an index")
    return tuple(made), starts, at


def check_argument(ctx: Context, scope: Scope, symbol: Symbol, arg: typed.Expr, places: tuple[Place, ...]) -> None:
    """Report an argument that is no member of the set that its place is over."""
    kinds = arg.kind.items if isinstance(arg.kind, TupleOf) else (arg.kind,)
    for kind, place in zip(kinds, places, strict=False):
        if isinstance(kind, Numeric):
            if agree.is_named(place.kind, ctx.named):
                ctx.report(errors.number_as_member(arg.span, agree.sets(place.kind)))
        elif isinstance(place.kind, SetOf) != isinstance(kind, SetOf):
            ctx.report(errors.set_expected(arg.span, agree.describe(kind)))
        elif agree.disjoint(kind, place.kind):
            ctx.report(_mismatch(scope, symbol, arg, kind, place))


def _mismatch(scope: Scope, symbol: Symbol, arg: typed.Expr, kind: Kind, place: Place) -> Diagnostic:
    labels = [Label(place.span, f"`{symbol.name}` is indexed by {agree.sets(place.kind)} here")]
    if isinstance(arg, typed.Index):
        labels.append(Label(arg.index.span, f"`{arg.index.name}` is a member of {agree.sets(kind)}"))
    elif isinstance(arg, typed.Ref):
        labels.append(Label(arg.symbol.span, f"values of `{arg.symbol.name}` are members of {agree.sets(kind)}"))
    fitting = [
        index.name
        for index in scope.indices.values()
        if isinstance(index.kind, Element) and index.kind.universes and not agree.disjoint(index.kind, place.kind)
    ]
    return errors.index_domain(
        symbol.name, arg.span, agree.sets(kind), agree.sets(place.kind), fitting[-1] if fitting else None, tuple(labels)
    )


def _one_of_several_valuations(
    ctx: Context, scope: Scope, base: tree.Name, span: Span, args: tuple[tree.Expr, ...] | None
) -> typed.Expr:
    """`valuation[e]` where buyers and sellers have their own: the set that `e` is from decides."""
    probe = member(ctx, scope, args[0], Element(None)) if args and len(args) == 1 else None
    if isinstance(probe, typed.Member) and str(probe.value) in ctx.members:
        owner = ctx.symbols.get(ctx.members[str(probe.value)][0])
        probe.kind = owner.item if isinstance(owner, SetSymbol) else probe.kind
    if probe is not None and isinstance(probe.kind, Element) and probe.kind.universes is not None:
        for symbol in ctx.valuations:
            places = ctx.places_of(symbol)
            if places and not agree.disjoint(places[0].kind, probe.kind):
                _note_uses(ctx, symbol, base.span)
                return typed.Ref(span, Numeric(), symbol, (probe,))
    if probe is None or not isinstance(probe.kind, Unknown):
        declared = [agree.sets(p[0].kind) for s in ctx.valuations if (p := ctx.places_of(s))]
        ctx.report(errors.which_valuation(span, declared))
    return typed.Expr(span, Unknown())
