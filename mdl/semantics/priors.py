"""What is said about types: priors, restrictions of reports, and agents that are interchangeable."""

from __future__ import annotations

from mdl.semantics import agree, errors, expressions, task_errors, typed
from mdl.semantics import mechanism_errors as wrong
from mdl.semantics.context import EMPTY, Context, Scope
from mdl.semantics.declarations import index_of
from mdl.semantics.kinds import Element, TupleOf, Unknown
from mdl.semantics.model import PriorSymbol, SetSymbol, TypeSymbol
from mdl.semantics.typed import Binder
from mdl.syntax import statement_tree, tree

JOINT = "a joint prior"


def priors(ctx: Context, file: statement_tree.File) -> tuple[PriorSymbol, ...]:
    """Every prior of a file, in its order; a joint table stands alone and is a declared name (`joint`)."""
    made: list[PriorSymbol] = []
    for node in file.statements:
        if isinstance(node, statement_tree.Prior):
            ctx.closed.clear()
            symbol = _joint(ctx, node) if node.joint else _of_type(ctx, node)
            if symbol is not None:
                made.append(symbol)
            ctx.uses.clear()
    _apart(ctx, made)
    return tuple(made)


def _apart(ctx: Context, made: list[PriorSymbol]) -> None:
    """One prior a type, or one table for all."""
    seen: dict[TypeSymbol | None, PriorSymbol] = {}
    for symbol in made:
        first = seen.setdefault(symbol.of, symbol)
        if first is not symbol and symbol.of is not None:
            ctx.report(errors.said_twice("prior", symbol.name, symbol.span, first.span))
    joint = seen.get(None)
    other = next((s for of, s in seen.items() if of is not None), None)
    if joint is not None and other is not None:
        ctx.report(wrong.priors_clash(other.name, other.span, joint.span))


def _joint(ctx: Context, node: statement_tree.Prior) -> PriorSymbol | None:
    name = node.name.name
    if ctx.declared.get(name) is not node.name.span:
        if isinstance(ctx.symbols.get(name), TypeSymbol) and name == "joint":
            ctx.report(errors.declared_twice(name, node.name.span, ctx.declared[name]))
        return None  # else declared twice, or no word `joint`: reported
    if node.index.bindings:
        ctx.report(wrong.prior_index(JOINT, "no index", node.index.span))
    symbol = PriorSymbol(name, node.name.span, (), None, None, _table(ctx, EMPTY, node, JOINT, None))
    ctx.symbols[name] = symbol
    return symbol


def _of_type(ctx: Context, node: statement_tree.Prior) -> PriorSymbol | None:
    of = _type(ctx, node.name, "prior")
    index, where, scope = index_of(ctx, node.index)
    if of is None:
        return None
    what = f"the prior of `{of.name}`"
    _check_index(ctx, of, index, node, what)
    if where is not None:
        ctx.report(wrong.prior_index(what, "no condition", where.span))
    table = None if node.distribution is None else _table(ctx, scope, node, what, of)
    return PriorSymbol(of.name, node.name.span, index, None, of, table)


def _check_index(
    ctx: Context, of: TypeSymbol, index: tuple[Binder, ...], node: statement_tree.Prior, what: str
) -> None:
    """The index is the type's, or left out where the prior is the same for everybody."""
    wanted, got = ctx.places_of(of), ctx.places_of(PriorSymbol(of.name, of.span, index, None, of, None))
    if not index or wanted is None or got is None:
        return
    fits = len(wanted) == len(got) and not any(agree.disjoint(a.kind, b.kind) for a, b in zip(wanted, got, strict=True))
    if not fits:
        places = ", ".join(agree.sets(place.kind) for place in wanted)
        ctx.report(wrong.prior_index(what, f"the index of the type, over {places}", node.index.span, of.span))


def _table(
    ctx: Context, scope: Scope, node: statement_tree.Prior, what: str, of: TypeSymbol | None
) -> tuple[tuple[tree.Expr, typed.Expr], ...]:
    """Keys as written, values typed: numbers that are the same for all reports."""
    written = node.distribution
    if not isinstance(written, tree.MapLiteral) or not written.entries:
        ctx.report(wrong.prior_shape(what, written.span if written is not None else node.span, of is None))
        return ()
    rows: list[tuple[tree.Expr, typed.Expr]] = []
    for key, value in written.entries:
        if not _readable(key) or (of is not None and not _fits(ctx, of, key)):
            ctx.report(wrong.prior_key(what, key.span, of is None))
        mark = len(ctx.uses)
        rows.append((key, expressions.number(ctx, scope, value)))
        expressions.data_only(ctx, mark, "a prior")
        expressions.evaluated_once(ctx, mark, "prior")
    return tuple(rows)


def _readable(key: tree.Expr) -> bool:
    """Whether a key is written out: numbers (fractions too), members, and tuples of them."""
    match key:
        case tree.Number() | tree.Name() | tree.Text():
            return True
        case tree.Unary(op="-" | "+", operand=operand):
            return isinstance(operand, tree.Number | tree.Mul) and _readable(operand)
        case tree.Mul(first=tree.Number() | tree.Unary(operand=tree.Number()), rest=rest):
            return all(op == "/" and isinstance(below, tree.Number) and below.value != 0 for op, below in rest)
        case tree.TupleExpr(items=items):
            return all(map(_readable, items))
        case _:
            return False


def _fits(ctx: Context, of: TypeSymbol, key: tree.Expr) -> bool:
    """Whether a key can be a value of the type, as far as it shows without data."""
    if isinstance(of.kind, Unknown):
        return True
    if isinstance(key, tree.TupleExpr):
        return isinstance(of.kind, TupleOf)
    if isinstance(key, tree.Name | tree.Text):
        return isinstance(of.kind, Element)
    return agree.is_number(of.kind, ctx.named)


# ---- reports and symmetry ------------------------------------------------------------------------------


def report(ctx: Context, node: statement_tree.Report, seen: dict[str, statement_tree.Report]) -> None:
    """`report theta at most truth;` restricts a type, once."""
    name = node.name.name
    symbol = _type(ctx, node.name, "report")
    if name in seen:
        ctx.report(errors.said_twice("report", name, node.name.span, seen[name].name.span))
    elif symbol is not None:
        symbol.report = node.rule
    seen.setdefault(name, node)


def symmetric(
    ctx: Context, node: statement_tree.SymmetricDecl, seen: dict[SetSymbol, statement_tree.SymmetricDecl]
) -> None:
    """`symmetric USER;`, once an agents set."""
    symbol = ctx.symbols.get(node.name.name)
    if isinstance(symbol, SetSymbol) and symbol.agents:
        if symbol in seen:
            ctx.report(errors.said_twice("symmetric", symbol.name, node.name.span, seen[symbol].name.span))
        seen.setdefault(symbol, node)
    elif symbol is not None or node.name.name not in ctx.declared:
        among = [name for name, s in ctx.symbols.items() if isinstance(s, SetSymbol) and s.agents]
        near, labels = ctx.suggestion(node.name.name, among)
        ctx.report(task_errors.symmetric_of(node.name.name, node.name.span, near, labels))


def _type(ctx: Context, name: tree.Name, statement: str) -> TypeSymbol | None:
    symbol = ctx.symbols.get(name.name)
    if isinstance(symbol, TypeSymbol):
        return symbol
    if symbol is not None or name.name not in ctx.declared:
        near, labels = ctx.suggestion(name.name, ctx.names_of(TypeSymbol))
        ctx.report(errors.unknown_type(name.name, name.span, statement, near, labels))
    return None
