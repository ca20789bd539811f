"""Comparisons: numbers with numbers, members with members of the same sets, membership."""

from __future__ import annotations

from mdl.semantics import agree, errors, expressions, references, sets, typed
from mdl.semantics.context import Context, Scope
from mdl.semantics.kinds import Element, Kind, Numeric, SetOf, Truth, TupleOf, Unknown
from mdl.syntax import tree

MEMBERSHIP = ("in", "not in")
EQUALITY = ("==", "!=")


def chain(ctx: Context, scope: Scope, node: tree.Compare) -> typed.Expr:
    """A chain of comparisons, a condition.

    A bare name that is nothing else is a member of the set that its neighbour's members come from;
    next to a number it is an unknown name.
    """
    nodes = [node.first, *(child for _, child in node.rest)]
    ops = [op for op, _ in node.rest]
    made = _operands(ctx, scope, nodes, ops)
    for op, left, right in zip(ops, made[:-1], made[1:], strict=True):
        _check(ctx, node, op, left, right)
    return typed.Compare(node.span, Truth(), made[0], tuple(zip(ops, made[1:], strict=True)))


def _operands(ctx: Context, scope: Scope, nodes: list[tree.Expr], ops: list[str]) -> list[typed.Expr]:
    made: list[typed.Expr | None] = [None] * len(nodes)
    for at, child in enumerate(nodes):
        if at and ops[at - 1] in MEMBERSHIP:
            made[at] = sets.set_expression(ctx, scope, child)
        elif not _waits(ctx, scope, child):
            made[at] = expressions.expression(ctx, scope, child)
    done: list[typed.Expr] = []
    for at, child in enumerate(nodes):
        known = made[at]
        wanted = _wanted(made, ops, at)
        if known is None and (wanted is not None or not isinstance(child, tree.Name)):
            known = references.member(ctx, scope, child, wanted or Element(None))
        elif known is None:
            known = references.name(ctx, scope, child)  # type: ignore[arg-type]
        elif wanted is not None and isinstance(child, tree.Name):
            references.clash(ctx, scope, child)
        done.append(known)
    return done


def _waits(ctx: Context, scope: Scope, node: tree.Expr) -> bool:
    """Whether an operand takes its meaning from the other side: a bare member, text, or tuple of them."""
    return references.is_free(ctx, scope, node) or isinstance(node, tree.Text | tree.TupleExpr)


def _wanted(made: list[typed.Expr | None], ops: list[str], at: int) -> Kind | None:
    """The kind of member that an operand is compared with, from a resolved neighbour."""
    if at < len(ops):
        right = made[at + 1]
        if right is not None and ops[at] in MEMBERSHIP:
            return right.kind.item if isinstance(right.kind, SetOf) else Element(None)
        if right is not None and isinstance(right.kind, Element | TupleOf):
            return right.kind
        if right is not None and isinstance(right.kind, Unknown):
            return Element(None)
    if at:
        left = made[at - 1]
        if left is not None and isinstance(left.kind, Element | TupleOf):
            return left.kind
        if left is not None and isinstance(left.kind, Unknown):
            return Element(None)
    return None


def _check(ctx: Context, node: tree.Compare, op: str, left: typed.Expr, right: typed.Expr) -> None:
    a, b = left.kind, right.kind
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return
    span = node.span if len(node.rest) == 1 else left.span.to(right.span)
    if op in MEMBERSHIP:
        item = b.item if isinstance(b, SetOf) else Unknown()
        if not _can_equal(a, item, ctx.named):
            ctx.report(errors.never_member(span, agree.describe(a), agree.describe(item)))
        return
    comparable = agree.is_number(a, ctx.named) and agree.is_number(b, ctx.named)
    if op in EQUALITY:
        comparable = not isinstance(a, Truth) and _can_equal(a, b, ctx.named)
    if not comparable:
        ctx.report(errors.cannot_compare(span, op, agree.describe(a), agree.describe(b)))


def _can_equal(a: Kind, b: Kind, named: set[str]) -> bool:
    match a, b:
        case (Unknown(), _) | (_, Unknown()):
            return True
        case (Element() | TupleOf() | SetOf(), Element() | TupleOf() | SetOf()):
            if type(a) is not type(b):
                return False
            both_numbers = agree.is_number(a, named) and agree.is_number(b, named)
            return both_numbers or not agree.disjoint(a, b)
        case _:
            return (isinstance(a, Numeric) and agree.is_number(b, named)) or (
                isinstance(b, Numeric) and agree.is_number(a, named)
            )
