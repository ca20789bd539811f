"""Pieces of a derivative made readable: conditions `j == i` are solved, memberships simplified.

`sum(l in LINK, j in users[l] where j == i) e` becomes `sum(l in route[i]) e[j := i]` where `users[l]` is defined as
`{i in USER where l in route[i]}` and `route[i]` lies in `LINK`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mdl.algebra.alike import alike
from mdl.algebra.differentiate import Piece, substitute
from mdl.semantics import typed
from mdl.semantics.kinds import Element, SetOf, Truth
from mdl.semantics.model import SetSymbol
from mdl.semantics.typed import Binder, Expr, IndexVar

Scope = Mapping[IndexVar, Expr]
"""The sets that indices in scope range over."""


def settled(piece: Piece, scope: Scope) -> Piece:
    """The same piece with fewer binders and conditions; `scope` are the indices that it stands under."""
    piece = solved(piece)
    known = {**scope, **{b.indices[0]: b.domain for b in piece.binders if len(b.indices) == 1}}
    conditions: list[Expr] = []
    for condition in piece.conditions:
        conditions += simplified(condition, known)
    return narrowed(replace(piece, conditions=tuple(conditions)))


def solved(piece: Piece) -> Piece:
    """Binders whose every index is given by a condition are taken out."""
    binders, conditions, factor = list(piece.binders), list(piece.conditions), piece.factor
    k = 0
    while k < len(binders):
        binder = binders[k]
        given = {i: found for i in binder.indices if (found := _given(i, conditions, binders)) is not None}
        if len(given) < len(binder.indices):
            k += 1
            continue
        table = {i: value for i, (_, value) in given.items()}
        used = {id(condition) for condition, _ in given.values()}
        values = tuple(table[i] for i in binder.indices)
        member = values[0] if len(values) == 1 else typed.TupleExpr(binder.span, binder.domain.kind, values)
        inside = typed.Compare(binder.span, Truth(), member, (("in", binder.domain),))
        del binders[k]
        binders = [replace(b, domain=substitute(b.domain, table)) for b in binders]
        conditions = [inside, *(substitute(c, table) for c in conditions if id(c) not in used)]
        factor = substitute(factor, table)
        k = 0
    return Piece(tuple(binders), tuple(conditions), factor)


def _given(index: IndexVar, conditions: list[Expr], binders: list[Binder]) -> tuple[Expr, Expr] | None:
    """A condition `index == e`, with an e that no later binder brings in."""
    bound = {i for b in binders for i in b.indices}
    for c in conditions:
        if isinstance(c, typed.Compare) and len(c.rest) == 1 and c.rest[0][0] == "==":
            for one, other in ((c.first, c.rest[0][1]), (c.rest[0][1], c.first)):
                if isinstance(one, typed.Index) and one.index is index and not _uses(other, bound):
                    return c, other
    return None


def _uses(e: Expr, indices: set[IndexVar]) -> bool:
    from mdl.algebra.free import walk

    return any(isinstance(part, typed.Index) and part.index in indices for part in walk(e))


# ---- conditions ----------------------------------------------------------------------------------------------


def simplified(condition: Expr, scope: Scope) -> list[Expr]:
    """A condition as several that must all hold; none where it is always true."""
    if isinstance(condition, typed.Logic) and condition.op == "and":
        return [c for arg in condition.args for c in simplified(arg, scope)]
    if not isinstance(condition, typed.Compare) or len(condition.rest) != 1:
        return [condition]
    (op, right), left = condition.rest[0], condition.first
    if op == "==" and alike(left, right):
        return []
    return [condition] if op != "in" else inside(condition, left, right, scope)


def inside(condition: Expr, member: Expr, domain: Expr, scope: Scope) -> list[Expr]:
    if isinstance(member, typed.Index) and member.index in scope and within(scope[member.index], domain):
        return []
    found = opened(domain)
    if not isinstance(found, typed.Comprehension):
        return [condition]
    indices = [i for b in found.binders for i in b.indices]
    members = member.items if isinstance(member, typed.TupleExpr) else (member,)
    if len(indices) != len(members):
        return [condition]
    table = dict(zip(indices, members, strict=True))
    out: list[Expr] = []
    for b in found.binders:
        own = tuple(table[i] for i in b.indices)
        part = own[0] if len(own) == 1 else typed.TupleExpr(b.span, Element(None), own)
        held = substitute(b.domain, table)
        out += simplified(typed.Compare(condition.span, Truth(), part, (("in", held),)), scope)
    if found.where is not None:
        out += simplified(substitute(found.where, table), scope)
    return out


def opened(domain: Expr) -> Expr:
    """A set given by formula at its arguments."""
    if isinstance(domain, typed.Ref) and isinstance(domain.symbol, SetSymbol):
        given = domain.symbol.given
        indices = [i for b in domain.symbol.index for i in b.indices]
        if given is not None and given.expr is not None and not given.replaceable and len(indices) == len(domain.args):
            return substitute(given.expr, dict(zip(indices, domain.args, strict=True)))
    return domain


def within(small: Expr, large: Expr) -> bool:
    """Whether a set lies in another by its declaration."""
    if alike(small, large):
        return True
    if isinstance(small, typed.Ref) and isinstance(small.symbol, SetSymbol):
        symbol = small.symbol
        if symbol.within is not None and not symbol.index and within(symbol.within, large):
            return True
        if symbol.within is not None and isinstance(symbol.within, typed.Ref) and not symbol.within.args:
            return within(symbol.within, large)
    found = opened(small)
    if isinstance(found, typed.Comprehension) and len(found.binders) == 1 and len(found.binders[0].indices) == 1:
        return within(found.binders[0].domain, large)
    return False


def narrowed(piece: Piece) -> Piece:
    """`l in LINK where l in route[i]` is `l in route[i]`."""
    binders, conditions = list(piece.binders), list(piece.conditions)
    for c in piece.conditions:
        if not (isinstance(c, typed.Compare) and len(c.rest) == 1 and c.rest[0][0] == "in"):
            continue
        domain = c.rest[0][1]
        for k, b in enumerate(binders):
            mine = isinstance(c.first, typed.Index) and b.indices == (c.first.index,)
            later = {i for other in binders[k:] for i in other.indices}
            if mine and isinstance(domain.kind, SetOf) and within(domain, b.domain) and not _uses(domain, later):
                binders[k] = replace(b, domain=domain)
                conditions.remove(c)
                break
    return Piece(tuple(binders), tuple(conditions), piece.factor)
