"""Which names a piece of syntax mentions freely, that is, not bound by an index of its own.

Used before anything is resolved, to order declarations.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from mdl.syntax import statement_tree, tree

Bound = frozenset[str]
NONE: Bound = frozenset()


def in_expression(node: tree.Expr | None, bound: Bound = NONE) -> Iterator[tree.Name]:
    """Free names of an expression.  Function names and attribute names are not among them."""
    match node:
        case None | tree.Number() | tree.Text() | tree.MapLiteral():
            return
        case tree.Name():
            if node.name not in bound:
                yield node
        case tree.Subscript():
            yield from _each((node.base, *node.args), bound)
        case tree.Call():
            yield from _each(node.args, bound)
        case tree.Attribute():
            yield from _each((node.base, *node.args), bound)
        case tree.Unary():
            yield from in_expression(node.operand, bound)
        case tree.Add() | tree.Mul() | tree.Compare():
            yield from _each((node.first, *(e for _, e in node.rest)), bound)
        case tree.Power():
            yield from _each((node.base, node.exponent), bound)
        case tree.Logic():
            yield from _each(node.operands, bound)
        case tree.If():
            yield from _each((node.condition, node.then, node.otherwise), bound)
        case tree.Reduce():
            inner = yield from _bindings(node.bindings, bound)
            yield from _each((node.where, node.body), inner)
        case tree.Comprehension():
            inner = yield from _bindings(node.bindings, bound)
            yield from in_expression(node.where, inner)
        case tree.Without():
            yield from _each((node.body, node.agent), bound)
        case tree.WithOnly():
            yield from _each((node.body, node.agents), bound)
        case tree.Expected():
            yield from _each((node.body, *node.given), bound)
        case tree.SetLiteral() | tree.TupleExpr():
            yield from _each(node.items, bound)
        case tree.Range() | tree.Interval():
            yield from _each((node.low, node.high), bound)


def in_index(index: statement_tree.Index) -> Iterator[tree.Name]:
    """Free names of a declared index; its own names are free nowhere in it after their binder."""
    inner = yield from _bindings(index.bindings, NONE)
    yield from in_expression(index.where, inner)


def in_family(index: statement_tree.Index, parts: Iterable[tree.Expr | None]) -> Iterator[tree.Name]:
    """Free names of a declaration with an index: of the index, and of parts that see its names."""
    yield from in_index(index)
    yield from _each(parts, frozenset(name.name for binding in index.bindings for name in binding.names))


def _each(nodes: Iterable[tree.Expr | None], bound: Bound) -> Iterator[tree.Name]:
    for node in nodes:
        yield from in_expression(node, bound)


def _bindings(bindings: tuple[tree.Binding, ...], bound: Bound) -> Generator[tree.Name, None, Bound]:
    for binding in bindings:
        yield from in_expression(binding.domain, bound)
        bound = bound | {name.name for name in binding.names}
    return bound
