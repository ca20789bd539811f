"""Which names a piece of syntax mentions freely, that is, not bound by an index of its own.

Used before anything is resolved (to order declarations) and for the parts that later passes give
meaning to (mechanisms, coalitions), where only the names are checked.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from mdl.syntax import tree


@dataclass(slots=True, frozen=True)
class Mention:
    """`as_member` is true where a bare member of a set could stand as well."""

    name: tree.Name
    as_member: bool
    as_set: bool = False


Bound = frozenset[str]
NONE: Bound = frozenset()


def in_expression(node: tree.Expr | None, bound: Bound = NONE, as_member: bool = False) -> Iterator[Mention]:
    """Free names of an expression.  Function names and attribute names are not among them."""
    match node:
        case None | tree.Number() | tree.Text() | tree.MapLiteral():
            return
        case tree.Name():
            if node.name not in bound:
                yield Mention(node, as_member)
        case tree.Subscript():
            yield from in_expression(node.base, bound)
            yield from _each(node.args, bound, True)
        case tree.Call():
            yield from _each(node.args, bound)
        case tree.Attribute():
            yield from in_expression(node.base, bound)
            yield from _each(node.args, bound, True)
        case tree.Unary():
            yield from in_expression(node.operand, bound)
        case tree.Add() | tree.Mul():
            yield from _each((node.first, *(e for _, e in node.rest)), bound)
        case tree.Compare():
            yield from _each((node.first, *(e for _, e in node.rest)), bound, True)
        case tree.Power():
            yield from _each((node.base, node.exponent), bound)
        case tree.Logic():
            yield from _each(node.operands, bound)
        case tree.If():
            yield from _each((node.condition, node.then, node.otherwise), bound, as_member)
        case tree.Reduce():
            inner = yield from _bindings(node.bindings, bound)
            yield from _each((node.where, node.body), inner)
        case tree.Comprehension():
            inner = yield from _bindings(node.bindings, bound)
            yield from in_expression(node.where, inner)
        case tree.Without():
            yield from in_expression(node.body, bound)
            yield from in_expression(node.agent, bound, True)
        case tree.WithOnly():
            yield from _each((node.body, node.agents), bound)
        case tree.Expected():
            yield from _each((node.body, *node.given), bound)
        case tree.SetLiteral() | tree.TupleExpr():
            yield from _each(node.items, bound, True)
        case tree.Range() | tree.Interval():
            yield from _each((node.low, node.high), bound)


def in_index(index: tree.Index, bound: Bound = NONE) -> Iterator[Mention]:
    """Free names of a declared index; its own names are free nowhere in it after their binder."""
    inner = yield from _bindings(index.bindings, bound)
    yield from in_expression(index.where, inner)


def in_family(index: tree.Index, parts: Iterable[tree.Expr | None], bound: Bound = NONE) -> Iterator[Mention]:
    """Free names of a declaration with an index: of the index, and of parts that see its names."""
    yield from in_index(index, bound)
    yield from _each(parts, bound | names_of(index))


def names_of(index: tree.Index) -> Bound:
    return frozenset(name.name for binding in index.bindings for name in binding.names)


def has_expected(node: tree.Expr) -> bool:
    """Whether `expected` stands at the top of a claim or on a side of it."""
    match node:
        case tree.Expected():
            return True
        case tree.Compare():
            return any(has_expected(e) for e in (node.first, *(e for _, e in node.rest)))
        case _:
            return False


def _each(nodes: Iterable[tree.Expr | None], bound: Bound, as_member: bool = False) -> Iterator[Mention]:
    for node in nodes:
        yield from in_expression(node, bound, as_member)


def _bindings(bindings: tuple[tree.Binding, ...], bound: Bound) -> Generator[Mention, None, Bound]:
    for binding in bindings:
        for mention in in_expression(binding.domain, bound):
            yield Mention(mention.name, mention.as_member, mention.name is binding.domain)
        bound = bound | {name.name for name in binding.names}
    return bound
