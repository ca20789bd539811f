"""Data written in the model: `{AB: 10, BC: 6}`, `{u1: {AB, BC}}`, nested maps."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.arithmetic import Fault
from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import Numbers
from mdl.data import errors
from mdl.data.columns import Cells
from mdl.data.entries import Entries, Sets
from mdl.data.table import Place
from mdl.diagnostics import Diagnostic, Failure, Span
from mdl.semantics.model import Symbol
from mdl.syntax import tree

Cell = Atom | frozenset[Atom]
Key = tuple[Cell, ...]


def entries_of_map(symbol: Symbol, literal: tree.MapLiteral, arity: int, width: int) -> Entries:
    """A param or type with `arity` index components and values of `width` components."""
    rows = list(_flat(symbol, literal, (), arity, literal.span))
    problems: list[Diagnostic] = []
    values: list[tuple[Cell, ...]] = []
    for _, _, value in rows:
        try:
            values.append(_value(symbol, value, width))
        except Failure as f:
            problems.extend(f.diagnostics)
    if problems:
        raise Failure(problems)
    return Entries(
        tuple(Cells([key[c] for key, _, _ in rows]) for c in range(arity)),
        tuple(Cells([v[c] for v in values]) for c in range(width)),
        len(rows),
        lambda k: Place("", rows[k][1]),
        lambda k: Place("", rows[k][2].span),
        Place("", literal.span),
    )


def sets_of_map(symbol: Symbol, literal: tree.MapLiteral, arity: int, width: int) -> Sets:
    """A family of sets with members of `width` components."""
    rows = list(_flat(symbol, literal, (), arity, literal.span))
    owners, members, spans = list[int](), list[Key](), list[Span]()
    for k, (_, _, value) in enumerate(rows):
        for member, span in _members(symbol, value, width):
            owners.append(k)
            members.append(member)
            spans.append(span)
    return Sets(
        tuple(Cells([key[c] for key, _, _ in rows]) for c in range(arity)),
        np.array(owners, dtype=np.int64),
        tuple(Cells([m[c] for m in members]) for c in range(width)),
        lambda k: Place("", rows[k][1]),
        lambda k: Place("", spans[k]),
        Place("", literal.span),
        True,
    )


def sets_of_literal(symbol: Symbol, literal: tree.SetLiteral, width: int) -> Sets:
    """One set."""
    members = list(_members(symbol, literal, width))
    return Sets(
        (),
        np.zeros(len(members), dtype=np.int64),
        tuple(Cells([m[c] for m, _ in members]) for c in range(width)),
        lambda k: Place("", literal.span),
        lambda k: Place("", members[k][1]),
        Place("", literal.span),
        True,
    )


def _flat(
    symbol: Symbol, literal: tree.MapLiteral, before: Key, arity: int, start: Span
) -> Iterator[tuple[Key, Span, tree.Expr]]:
    """Key, its span, and the value, nested maps flattened."""
    for key, value in literal.entries:
        parts = key.items if isinstance(key, tree.TupleExpr) else (key,)
        whole = (*before, *(_atom(p) for p in parts))
        if len(whole) < arity and isinstance(value, tree.MapLiteral):
            yield from _flat(symbol, value, whole, arity, start)
        elif len(whole) < arity and isinstance(value, tree.SetLiteral) and not value.items:
            continue  # an empty map
        elif len(whole) != arity:
            wanted = f"a key of {arity} part{'s' if arity != 1 else ''}"
            found = f"a key of {len(whole)} part{'s' if len(whole) != 1 else ''}"
            raise Failure(errors.wrong_shape(symbol, found, wanted, Place("", key.span)))
        else:
            yield whole, key.span, value


def _atom(node: tree.Expr) -> Cell:
    match node:
        case tree.Name(name=name):
            return name
        case tree.Text(value=value):
            return value
        case tree.SetLiteral(items=items):
            return frozenset(a for a in map(_atom, items) if not isinstance(a, frozenset))
        case _:
            return _plain(constant(node))


def _plain(value: Fraction) -> Atom:
    return value.numerator if value.denominator == 1 else value


def _value(symbol: Symbol, node: tree.Expr, width: int) -> tuple[Cell, ...]:
    if isinstance(node, tree.TupleExpr) and len(node.items) == width:
        return tuple(_atom(i) for i in node.items)
    if width != 1 or isinstance(node, tree.TupleExpr | tree.SetLiteral | tree.MapLiteral | tree.Range):
        found = (
            "a set"
            if isinstance(node, tree.SetLiteral | tree.Range)
            else "a map"
            if isinstance(node, tree.MapLiteral)
            else "a tuple"
            if isinstance(node, tree.TupleExpr)
            else "one value"
        )
        wanted = "one value" if width == 1 else f"a tuple of {width}"
        raise Failure(errors.wrong_shape(symbol, found, wanted, Place("", node.span)))
    return (_atom(node),)


def _members(symbol: Symbol, node: tree.Expr, width: int) -> Iterator[tuple[Key, Span]]:
    match node:
        case tree.SetLiteral(items=items):
            for item in items:
                parts = item.items if isinstance(item, tree.TupleExpr) else (item,)
                if len(parts) != width:
                    wanted = "a plain member" if width == 1 else f"a tuple of {width}"
                    raise Failure(errors.wrong_shape(symbol, f"a tuple of {len(parts)}", wanted, Place("", item.span)))
                yield tuple(_atom(p) for p in parts), item.span
        case tree.MapLiteral(entries=()):
            return
        case tree.Range(low=low, high=high) if width == 1:
            ends = [constant(low), constant(high)]
            for end, at in zip(ends, (low, high), strict=True):
                if end.denominator != 1 or abs(end) > 2**28:
                    raise Failure(errors.wrong_shape(symbol, "a range", "a range of integers", Place("", at.span)))
            for k in range(int(ends[0]), int(ends[1]) + 1):
                yield (k,), node.span
        case _:
            raise Failure(errors.wrong_shape(symbol, "one value", "a set such as `{a, b}`", Place("", node.span)))


def constant(node: tree.Expr) -> Fraction:
    """A number written out, signs and arithmetic included.  Raises Failure for anything else."""
    return _number(node).fractions()[0]


def _number(node: tree.Expr) -> Numbers:
    match node:
        case tree.Number(value=value):
            if not arithmetic.has_float(value.numerator, value.denominator):
                raise Failure(errors.bad_arithmetic("a number too large for floating point", node.span))
            return Numbers.constant(value, 1)
        case tree.Unary(op=op, operand=operand) if op in "+-":
            return arithmetic.neg(_number(operand)) if op == "-" else _number(operand)
        case tree.Add(first=first, rest=rest) if all(op in "+-" for op, _ in rest):
            total = _number(first)
            for op, term in rest:
                held = _number(term)
                total = arithmetic.add(total, arithmetic.neg(held) if op == "-" else held)
            return total
        case tree.Mul(first=first, rest=rest) if all(op in "*/" for op, _ in rest):
            product = _number(first)
            for op, factor in rest:
                product = _defined(op, product, _number(factor), factor.span)
            return product
        case tree.Power(base=base, exponent=exponent):
            return _defined("^", _number(base), _number(exponent), node.span)
        case _:
            raise Failure(errors.not_constant(node.span))


def _defined(op: str, a: Numbers, b: Numbers, span: Span) -> Numbers:
    try:
        if op == "*":
            return arithmetic.mul(a, b)
        return arithmetic.div(a, b) if op == "/" else arithmetic.power(a, b)
    except Fault as f:
        why = {"zero": "division by zero", "nought": "0/0"}.get(f.what, "a value that is not defined or too large")
        raise Failure(errors.bad_arithmetic(why, span)) from None
