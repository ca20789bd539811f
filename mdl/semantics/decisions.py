"""Declarations of variables, lets, rows, objectives and outcome formulas: what a solver decides or derives."""

from __future__ import annotations

from mdl.semantics import agree, errors, expressions, task_errors, typed
from mdl.semantics.collect import Entry
from mdl.semantics.context import EMPTY, Context, Scope
from mdl.semantics.declarations import bound, index_of, must_be_of_agents
from mdl.semantics.kinds import Element, Kind, Numeric, SetOf, Truth, TupleOf, Unknown
from mdl.semantics.model import AbsentValue, LetSymbol, RowSymbol, RuleSymbol, VarSymbol
from mdl.semantics.typed import Binder, IndexVar
from mdl.syntax import statement_tree, tree

ROW_OPERATORS = ("<=", ">=", "==")


# ---- variables -----------------------------------------------------------------------------------


def var_symbol(ctx: Context, node: statement_tree.VarDecl) -> tuple[VarSymbol, Scope]:
    """A variable with its index; bounds and start are added by `var_details` when all lets are known."""
    index, where, scope = index_of(ctx, node.index)
    return VarSymbol(node.name.name, node.name.span, index, where, (), node.domain, None), scope


def var_details(ctx: Context, symbol: VarSymbol, node: statement_tree.VarDecl, scope: Scope) -> None:
    symbol.bounds = tuple(bound(ctx, scope, b) for b in node.bounds)
    for made in symbol.bounds:
        if made.op in ("<", ">"):
            ctx.report(errors.strict_bound(symbol.name, made.op, made.span))
    if node.value is not None:
        if isinstance(node.value.expr, tree.MapLiteral):
            ctx.report(task_errors.start_table(symbol.name, node.value.expr.span))
            return
        mark = len(ctx.uses)
        symbol.start = expressions.number(ctx, scope, node.value.expr)
        expressions.data_only(ctx, mark, "the start of a variable")


def absent(ctx: Context, node: statement_tree.AbsentDecl) -> None:
    """`absent x[i] = e;`: the value of a variable whose agent does not take part."""
    symbol = ctx.symbols.get(node.name.name)
    if not isinstance(symbol, VarSymbol):
        if node.name.name not in ctx.declared or symbol is not None:
            near, labels = ctx.suggestion(node.name.name, ctx.names_of(VarSymbol))
            ctx.report(errors.absent_of(node.name.name, node.name.span, near, labels))
        return
    if symbol.absent is not None:
        ctx.report(errors.absent_twice(symbol.name, node.name.span, symbol.absent.body.span))
        return
    indices = _absent_indices(ctx, symbol, node)
    if indices is None:
        return
    scope = Scope({index.name: index for binder in indices for index in binder.indices})
    mark = len(ctx.uses)
    body = expressions.number(ctx, scope, node.body)
    expressions.data_only(ctx, mark, "the value of an absent agent's variable")
    symbol.absent = AbsentValue(indices, body)


def _absent_indices(ctx: Context, symbol: VarSymbol, node: statement_tree.AbsentDecl) -> tuple[Binder, ...] | None:
    places = ctx.places_of(symbol)
    if places is None:
        return None
    kinds: list[list[Kind]] = [[index.kind for index in binder.indices] for binder in symbol.index]
    if len(node.args) == len(places):
        kinds = [[k for kind in row for k in (kind.items if isinstance(kind, TupleOf) else (kind,))] for row in kinds]
    elif len(node.args) != sum(len(row) for row in kinds):
        indexed_by = [agree.sets(place.kind) for place in places]
        ctx.report(
            errors.index_count(symbol.name, node.name.span, len(node.args), indexed_by, symbol.span, not node.args)
        )
        return None
    names = iter(node.args)
    made: list[Binder] = []
    seen: dict[str, IndexVar] = {}
    for binder, row in zip(symbol.index, kinds, strict=True):
        indices = tuple(IndexVar(name.name, kind, name.span) for kind, name in zip(row, names, strict=False))
        for index in indices:
            if index.name in seen:
                ctx.report(errors.index_shadows(index.name, index.span, seen[index.name].span))
            seen[index.name] = index
        made.append(Binder(indices, binder.domain, binder.span))
    return tuple(made)


# ---- lets ----------------------------------------------------------------------------------------


def let_symbol(ctx: Context, entry: Entry, node: statement_tree.LetDecl | statement_tree.OutcomeItem) -> LetSymbol:
    """A let, a valuation or an item of an outcome formula."""
    mark = len(ctx.uses)
    index, where, scope = index_of(ctx, node.index)
    valuation = isinstance(node, statement_tree.LetDecl) and node.valuation
    role = "valuation" if valuation else "outcome" if entry.owner else "let"
    inner = len(ctx.uses)
    if valuation or entry.owner:
        body = expressions.number(ctx, scope, node.body)
    else:
        body = expressions.expression(ctx, scope, node.body)
    if entry.owner:
        expressions.data_only(ctx, inner, "an outcome given by formula")
    kind = body.kind
    if isinstance(kind, SetOf | TupleOf):
        ctx.report(errors.let_kind(entry.key, body.span, agree.describe(kind)))
        kind = Unknown()
    if role != "let" and isinstance(kind, Element):
        kind = Numeric()
    symbol = LetSymbol(entry.key, node.name.span, index, where, kind, body, role, entry.owner or None)
    first = {use.what: use for use in reversed(ctx.uses[mark:])}
    ctx.let_uses[symbol] = tuple(first.values())
    if valuation:
        must_be_of_agents(ctx, symbol, "valuation")
        _apart(ctx, symbol)
    return symbol


def _apart(ctx: Context, symbol: LetSymbol) -> None:
    """Several valuations must be of agents that cannot be the same."""
    places = ctx.places_of(symbol)
    for other in ctx.valuations:
        theirs = ctx.places_of(other)
        if places and theirs and not agree.disjoint(places[0].kind, theirs[0].kind):
            ctx.report(errors.valuation_twice(symbol.span, other.span))
            break
    ctx.valuations.append(symbol)


# ---- rows and objectives -------------------------------------------------------------------------


def row_symbol(ctx: Context, node: statement_tree.ConstraintDecl) -> RowSymbol:
    index, where, scope = index_of(ctx, node.index)
    return RowSymbol(node.name.name, node.name.span, index, where, row_body(ctx, scope, node))


def row_body(ctx: Context, scope: Scope, node: statement_tree.ConstraintDecl) -> typed.Expr:
    """The comparison of a constraint; an expression of unknown kind after a report."""
    body = node.body
    if not isinstance(body, tree.Compare):
        made = expressions.expression(ctx, scope, body)
        if not isinstance(made.kind, Unknown):
            ctx.report(errors.row_not_comparison(node.name.name, body.span, agree.describe(made.kind)))
        return typed.Expr(body.span, Unknown())
    ops = [op for op, _ in body.rest]
    wrong = next((op for op in ops if op not in ROW_OPERATORS), None)
    if wrong is not None:
        if wrong != "=":  # the syntax has told that
            ctx.report(errors.row_operator(node.name.name, wrong, body.span))
        return typed.Expr(body.span, Unknown())
    if len(ops) > 2 or (len(ops) == 2 and (ops[0] != ops[1] or ops[0] == "==")):
        ctx.report(errors.row_chain(node.name.name, body.span, ops))
    first = expressions.number(ctx, scope, body.first)
    rest = tuple((op, expressions.number(ctx, scope, side)) for op, side in body.rest)
    return typed.Compare(body.span, Truth(), first, rest)


def rule_symbol(ctx: Context, node: statement_tree.ObjectiveDecl) -> RuleSymbol:
    body = expressions.number(ctx, EMPTY, node.body)
    return RuleSymbol(node.name.name, node.name.span, (), None, node.sense, body)
