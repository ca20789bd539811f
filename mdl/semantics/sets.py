"""Set expressions and the indices that range over sets."""

from __future__ import annotations

from mdl.semantics import agree, errors, expressions, references, typed
from mdl.semantics.context import EMPTY, Context, Scope
from mdl.semantics.kinds import Element, Kind, Numeric, SetOf, TupleOf, Unknown
from mdl.semantics.model import SetSymbol
from mdl.semantics.typed import IndexVar
from mdl.syntax import tree
from mdl.syntax.errors import too_deep

MOST_OPERATORS = 200
"""Of sets in one chain: each is a level of the typed tree."""

RESERVED = frozenset(
    {"log", "exp", "sqrt", "abs", "min", "max", "sum", "prod", "mean", "card", "subsets", "expected", "valuation"}
)
"""Names with a meaning of their own, which no declaration or index may take."""

Item = Element | TupleOf | SetOf


def set_expression(ctx: Context, scope: Scope, node: tree.Expr, item: Kind | None = None) -> typed.Expr:
    """A set; `item` is the kind of member that the place expects, for bare names in a literal.

    The result has kind SetOf, or Unknown after a report.
    """
    mark = len(ctx.uses)
    made = _set(ctx, scope, node, item)
    expressions.data_only(ctx, mark, "a set")
    return made


def looks_like_set(ctx: Context, scope: Scope, node: tree.Expr) -> bool:
    """Whether an expression is meant as a set, told from its first operand and operators alone."""
    match node:
        case tree.SetLiteral() | tree.Range() | tree.Comprehension():
            return True
        case tree.Name():
            index = scope.indices.get(node.name)
            if index is not None:
                return isinstance(index.kind, SetOf)
            return isinstance(ctx.symbols.get(node.name), SetSymbol)
        case tree.Subscript():
            return isinstance(ctx.symbols.get(node.base.name), SetSymbol)
        case tree.Call():
            return node.fn.name == "subsets"
        case tree.Add() | tree.Mul():
            return any(op in "|\\&" for op, _ in node.rest) or looks_like_set(ctx, scope, node.first)
        case _:
            return False


def _has_set_operator(node: tree.Add | tree.Mul) -> bool:
    return any(op in "|\\&*" for op, _ in node.rest)


def _set(ctx: Context, scope: Scope, node: tree.Expr, item: Kind | None) -> typed.Expr:
    match node:
        case tree.Name():
            return _named(ctx, scope, node)
        case tree.Subscript():
            if node.base.name not in ctx.declared and node.base.name not in scope.indices:
                return _unknown_set(ctx, node.base)
            return _must_be_set(ctx, references.subscript(ctx, scope, node))
        case tree.SetLiteral():
            return _literal(ctx, scope, node, item)
        case tree.MapLiteral():
            ctx.report(errors.map_as_expression(node.span))
            return typed.Expr(node.span, Unknown())
        case tree.Range():
            low = expressions.number(ctx, scope, node.low)
            high = expressions.number(ctx, scope, node.high)
            return typed.Range(node.span, SetOf(Element(None)), low, high)
        case tree.Comprehension():
            return _comprehension(ctx, scope, node)
        case tree.Call(fn=fn) if fn.name == "subsets":
            return _subsets(ctx, scope, node)
        case tree.Add() | tree.Mul() if _has_set_operator(node) or looks_like_set(ctx, scope, node):
            return _operation(ctx, scope, node, item)
        case tree.Interval():
            ctx.report(errors.set_expected(node.span, "an interval"))
            return typed.Expr(node.span, Unknown())
        case _:
            return _must_be_set(ctx, expressions.expression(ctx, scope, node))


def _named(ctx: Context, scope: Scope, node: tree.Name) -> typed.Expr:
    if node.name not in scope.indices and node.name not in ctx.declared:
        return _unknown_set(ctx, node)
    return _must_be_set(ctx, references.name(ctx, scope, node))


def _unknown_set(ctx: Context, node: tree.Name) -> typed.Expr:
    near, _ = ctx.suggestion(node.name, ctx.names_of(SetSymbol))
    ctx.report(errors.unknown_set(node.name, node.span, near))
    return typed.Expr(node.span, Unknown())


def _must_be_set(ctx: Context, made: typed.Expr) -> typed.Expr:
    if isinstance(made.kind, SetOf | Unknown):
        return made
    ctx.report(errors.set_expected(made.span, agree.describe(made.kind)))
    return typed.Expr(made.span, Unknown())


def _literal(ctx: Context, scope: Scope, node: tree.SetLiteral, item: Kind | None) -> typed.Expr:
    kind: Kind = item if isinstance(item, Item) else literal_item(node)
    items = tuple(_item(ctx, scope, child, kind) for child in node.items)
    _check_items(ctx, items, kind)
    return typed.SetLiteral(node.span, SetOf(kind) if isinstance(kind, Item) else Unknown(), items)


def _item(ctx: Context, scope: Scope, node: tree.Expr, wanted: Kind) -> typed.Expr:
    """One item of a literal: a member, a number kept as a rational, or a tuple."""
    if isinstance(node, tree.Number):
        return typed.Number(node.span, Numeric(), node.value)
    if isinstance(node, tree.Unary) and node.op == "-" and isinstance(node.operand, tree.Number):
        return typed.Number(node.span, Numeric(), -node.operand.value)
    return references.member(ctx, scope, node, wanted)


def _comprehension(ctx: Context, scope: Scope, node: tree.Comprehension) -> typed.Expr:
    made, inner = binders(ctx, scope, node.bindings)
    where = condition(ctx, inner, node.where)
    kinds = [index.kind for binder in made for index in binder.indices]
    return typed.Comprehension(node.span, _set_of(ctx, node, kinds), made, where)


def _set_of(ctx: Context, node: tree.Expr, kinds: list[Kind]) -> Kind:
    """The kind of a set whose members are tuples of things of these kinds, flattened."""
    if len(kinds) == 1 and isinstance(kinds[0], Item):
        return SetOf(kinds[0])
    items: list[Element] = []
    for kind in kinds:
        if isinstance(kind, SetOf):
            ctx.report(errors.tuple_of_sets(node.span))
        if not isinstance(kind, Element | TupleOf):
            return Unknown()
        items.extend(kind.items if isinstance(kind, TupleOf) else (kind,))
    return SetOf(TupleOf(tuple(items)))


def _subsets(ctx: Context, scope: Scope, node: tree.Call) -> typed.Expr:
    if len(node.args) != 1:
        ctx.report(errors.argument_count("subsets", "1 set", len(node.args), node.span))
        return typed.Expr(node.span, Unknown())
    arg = set_expression(ctx, scope, node.args[0])
    return typed.Subsets(node.span, SetOf(arg.kind) if isinstance(arg.kind, SetOf) else Unknown(), arg)


def _operation(ctx: Context, scope: Scope, node: tree.Add | tree.Mul, item: Kind | None) -> typed.Expr:
    """A chain of set operators, from the left; literals take the kind of member of what stands before."""
    if len(node.rest) > MOST_OPERATORS:
        ctx.report(too_deep(node.span, MOST_OPERATORS))
        return typed.Expr(node.span, Unknown())
    left = _set(ctx, scope, node.first, item)
    for op, operand in node.rest:
        if op in "+-/":
            ctx.report(errors.number_operator_on_sets(op, operand.span))
            return typed.Expr(node.span, Unknown())
        before = left.kind.item if isinstance(left.kind, SetOf) and op in "\\&" else item
        right = _set(ctx, scope, operand, before)
        kind = _operation_kind(ctx, node, op, left.kind, right.kind)
        left = typed.SetOp(node.span, kind, op, left, right)
    return left


def _operation_kind(ctx: Context, node: tree.Expr, op: str, left: Kind, right: Kind) -> Kind:
    if not isinstance(left, SetOf) or not isinstance(right, SetOf):
        return Unknown()
    if op == "*":
        return _set_of(ctx, node, [left.item, right.item])
    joined = agree.join(left, right)
    if joined is None or (isinstance(left.item, TupleOf) and agree_arity(left, right)):
        ctx.report(errors.sets_of_different_shape(node.span, op, agree.describe(left.item), agree.describe(right.item)))
        return Unknown()
    if op != "|" and agree.disjoint(left, right):
        ctx.report(errors.sets_disjoint(node.span, op, agree.sets(left.item), agree.sets(right.item)))
    return joined if op == "|" else left


def agree_arity(left: SetOf, right: SetOf) -> bool:
    """True where tuples of different length meet."""
    a, b = left.item, right.item
    return isinstance(a, TupleOf) and isinstance(b, TupleOf) and len(a.items) != len(b.items)


def condition(ctx: Context, scope: Scope, node: tree.Expr | None) -> typed.Expr | None:
    """The condition after `where`: data, since it says which indices there are."""
    if node is None:
        return None
    mark = len(ctx.uses)
    made = expressions.condition(ctx, scope, node)
    expressions.data_only(ctx, mark, "a condition after `where`")
    return made


def binders(ctx: Context, scope: Scope, bindings: tuple[tree.Binding, ...]) -> tuple[tuple[typed.Binder, ...], Scope]:
    """Resolve binders from the left, each seeing the indices before it; also the scope inside."""
    made: list[typed.Binder] = []
    for binding in bindings:
        domain = set_expression(ctx, scope, binding.domain)
        item: Kind = domain.kind.item if isinstance(domain.kind, SetOf) else Unknown()
        if binding.pattern:
            groups = [tuple(zip(binding.names, _pattern(ctx, binding, item), strict=True))]
        else:
            groups = [((name, item),) for name in binding.names]
        if not binding.names:
            made.append(typed.Binder((IndexVar("", item, binding.domain.span),), domain, binding.span))
        for group in groups:
            indices = tuple(IndexVar(name.name, kind, name.span) for name, kind in group)
            for index in indices:
                scope = _enter(ctx, scope, index)
            made.append(typed.Binder(indices, domain, binding.span))
    return tuple(made), scope


def _pattern(ctx: Context, binding: tree.Binding, item: Kind) -> tuple[Kind, ...]:
    names = len(binding.names)
    if isinstance(item, TupleOf) and len(item.items) == names:
        return item.items
    if not isinstance(item, Unknown):
        if not (names == 1 and isinstance(item, Element)):
            ctx.report(errors.pattern_shape(binding.span, names, agree.describe(item), binding.domain.span))
            return (Unknown(),) * names
        return (item,)
    return (Unknown(),) * names


def _enter(ctx: Context, scope: Scope, index: IndexVar) -> Scope:
    """The scope with one more index; a name in use or reserved is reported and still entered."""
    if index.name in RESERVED:
        ctx.report(errors.reserved(index.name, index.span))
    before = scope.indices.get(index.name)
    if before is not None:
        ctx.report(errors.index_shadows(index.name, index.span, before.span))
    return scope.adding(index)


def written_members(ctx: Context, node: tree.SetLiteral, item: Kind) -> typed.Expr:
    """A literal given as data (`:=`): every bare name in it is a member, and may be nothing else."""
    items = tuple(_written(ctx, child) for child in node.items)
    _check_items(ctx, items, item)
    return typed.SetLiteral(node.span, SetOf(item) if isinstance(item, Item) else Unknown(), items)


def _written(ctx: Context, node: tree.Expr) -> typed.Expr:
    match node:
        case tree.Name():
            if node.name in ctx.declared:
                ctx.report(errors.member_clash(node.name, node.span, "a declared name", ctx.declared[node.name]))
            return typed.Member(node.span, Element(None), node.name)
        case tree.TupleExpr():
            parts = tuple(_written(ctx, part) for part in node.items)
            return typed.TupleExpr(node.span, TupleOf(tuple(Element(None) for _ in parts)), parts)
        case tree.SetLiteral():
            return written_members(ctx, node, Element(None))
        case _:
            return _item(ctx, EMPTY, node, Element(None))


def literal_item(node: tree.SetLiteral) -> Kind:
    """The kind of member that a literal shows where nothing declares it: tuple, set, or single."""
    for item in node.items:
        if isinstance(item, tree.TupleExpr):
            return TupleOf((Element(None),) * len(item.items))
        if isinstance(item, tree.SetLiteral):
            return SetOf(Element(None))
    return Element(None)


def _check_items(ctx: Context, items: tuple[typed.Expr, ...], wanted: Kind) -> None:
    """Members of one set have one shape."""
    for made in items:
        kind = Element(None) if isinstance(made.kind, Numeric) else made.kind
        if isinstance(kind, Unknown) or isinstance(wanted, Unknown):
            continue
        if not isinstance(kind, Item):
            ctx.report(errors.member_expected(made.span, agree.describe(kind)))
        elif type(kind) is not type(wanted) or (
            isinstance(kind, TupleOf) and isinstance(wanted, TupleOf) and len(kind.items) != len(wanted.items)
        ):
            ctx.report(errors.literal_shape(made.span, agree.describe(kind), agree.describe(wanted)))
