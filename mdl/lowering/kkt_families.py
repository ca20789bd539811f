"""The KKT conditions of a rule as the papers write them: one indexed line a family, of typed expressions.

The same conditions as in `kkt.py`, but by symbols instead of numbers: they need no data, and are for reading.  A max or
min over a set becomes a variable and a family of rows here as it does there, under the same names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from mdl.algebra.differentiate import (
    Piece,
    Unwritable,
    derivative,
    expanded,
    mentions,
    negated,
    number,
    product,
    substitute,
)
from mdl.algebra.indicator import settled
from mdl.diagnostics import Span
from mdl.lowering.kkt import sign_of
from mdl.semantics import typed
from mdl.semantics.kinds import Numeric, Truth
from mdl.semantics.model import LetSymbol, Model, RowSymbol, RuleSymbol, SetSymbol, Symbol, VarSymbol
from mdl.semantics.typed import Binder, Expr, IndexVar

LETTERS = "ijklmnpqrst"
MIRRORED = {"<=": ">=", ">=": "<=", "==": "=="}


@dataclass(slots=True, eq=False)
class MultiplierSymbol(VarSymbol):
    """The multiplier of a family of rows or bounds; `of` is that family's name, `base` without its side."""

    of: str = ""
    base: str = ""
    side: str = ""


@dataclass(slots=True, frozen=True, eq=False)
class Family:
    """`body` for all `index` where `where`; `kind` is stationarity, primal, dual or complementarity."""

    kind: str
    name: str
    index: tuple[Binder, ...]
    where: Expr | None
    body: typed.Compare


@dataclass(slots=True, frozen=True, eq=False)
class Side:
    """`left relation right` with a multiplier: one side of a family of rows, or of bounds."""

    symbol: MultiplierSymbol
    left: Expr
    relation: str
    right: Expr
    sign: int


def families(model: Model, rule: RuleSymbol) -> list[Family]:
    """Stationarity, primal feasibility, dual feasibility, complementarity.  Raises Unwritable."""
    work = _Work(model)
    goal = work.without_extremes(rule.body, rule.name, ())
    rows = [
        replace_row(s, work.without_extremes(s.body, s.name, s.index)) if isinstance(s, RowSymbol) else s
        for s in model.symbols.values()
        if isinstance(s, RowSymbol)
    ]
    rows += work.rows
    variables = [s for s in model.symbols.values() if isinstance(s, VarSymbol)] + work.variables
    maximize = rule.sense == "maximize"
    sides = [side for row in rows for side in row_sides(row, variables, maximize)]
    own = {v: list(bound_sides(v, maximize)) for v in variables}
    usual = usual_letters(model)
    found = [stationarity(v, goal, sides, own[v], usual) for v in variables]
    found += [primal(row) for row in rows]
    for side in [*sides, *(s for v in variables for s in own[v])]:
        found += list(conditions(side))
    return [readable(f, usual) for f in found]


def replace_row(row: RowSymbol, body: Expr) -> RowSymbol:
    return row if body is row.body else replace(row, body=body)


# ---- sides ---------------------------------------------------------------------------------------------------


def row_sides(row: RowSymbol, variables: Sequence[VarSymbol], maximize: bool) -> Iterator[Side]:
    assert isinstance(row.body, typed.Compare)
    first, rest = row.body.first, row.body.rest
    if len(rest) == 2:
        (op, middle), (_, last) = rest
        if any(mentions(e, v) for e in (first, last) for v in variables):
            raise Unwritable(f"both ends of `{row.name}` have variables", row.span)
        low, high = (first, last) if op == "<=" else (last, first)
        yield side_of(row, f"{row.name}.lower", "lower", middle, ">=", low, maximize)
        yield side_of(row, f"{row.name}.upper", "upper", middle, "<=", high, maximize)
        return
    ((op, right),) = rest
    left = first
    if not any(mentions(left, v) for v in variables):
        left, right, op = right, left, MIRRORED[op]
    side = {"<=": "upper", ">=": "lower", "==": "equal"}[op]
    yield side_of(row, row.name, side, left, op, right, maximize)


def bound_sides(variable: VarSymbol, maximize: bool) -> Iterator[Side]:
    own = typed.Ref(variable.span, Numeric(), variable, own_indices(variable))
    words = {">=": "lower", "<=": "upper", "==": "equal"}
    for bound in variable.bounds:
        side = words[bound.op]
        name = f"{variable.name}.{'fixed' if side == 'equal' else side}"
        yield side_of(variable, name, side, own, bound.op, bound.expr, maximize)


def side_of(symbol: Symbol, name: str, side: str, left: Expr, relation: str, right: Expr, maximize: bool) -> Side:
    made = MultiplierSymbol(
        f"dual[{name}]", symbol.span, symbol.index, symbol.where, (), "continuous", None, None, name, symbol.name, side
    )
    return Side(made, left, relation, right, sign_of(side, maximize))


def own_indices(symbol: Symbol) -> tuple[Expr, ...]:
    return tuple(typed.Index(i.span, i.kind, i) for b in symbol.index for i in b.indices)


# ---- families ------------------------------------------------------------------------------------------------


def stationarity(
    variable: VarSymbol, goal: Expr, sides: Sequence[Side], own: Sequence[Side], usual: dict[Symbol, str]
) -> Family:
    """derivative of the objective == sum of duals times derivatives of left - right, + duals of bounds."""
    span = variable.span
    index, where, at = fresh(variable)
    scope = {b.indices[0]: b.domain for b in index if len(b.indices) == 1}
    left = [settled(p, scope) for p in derivative(goal, variable, at)]
    right: list[Piece] = []
    for side in sides:
        inner = difference(side.left, side.right)
        if not mentions(inner, variable):
            continue
        dual = typed.Ref(span, Numeric(), side.symbol, own_indices(side.symbol))
        extra = () if side.symbol.where is None else (side.symbol.where,)
        for p in derivative(inner, variable, at):
            binders, given = (*side.symbol.index, *p.binders), (*extra, *p.conditions)
            right.append(settled(Piece(binders, given, product((p.factor, dual), span)), scope))
    right += [Piece((), (), typed.Ref(span, Numeric(), s.symbol, at)) for s in own]
    body = typed.Compare(span, Truth(), total(left, span), (("==", total(right, span)),))
    return Family("stationarity", f"stationarity[{variable.name}]", index, where, body)


def fresh(symbol: Symbol) -> tuple[tuple[Binder, ...], Expr | None, tuple[Expr, ...]]:
    """The index of a symbol with indices of its own, its condition, and the indices as expressions."""
    table: dict[IndexVar, Expr] = {}
    out: list[Binder] = []
    for b in symbol.index:
        made = tuple(IndexVar(i.name, i.kind, i.span) for i in b.indices)
        domain = substitute(b.domain, table)
        table |= {old: typed.Index(new.span, new.kind, new) for old, new in zip(b.indices, made, strict=True)}
        out.append(Binder(made, domain, b.span))
    where = None if symbol.where is None else substitute(symbol.where, table)
    return tuple(out), where, tuple(typed.Index(i.span, i.kind, i) for b in out for i in b.indices)


def primal(row: RowSymbol) -> Family:
    return Family("primal", row.name, row.index, row.where, cast(typed.Compare, row.body))


def conditions(side: Side) -> Iterator[Family]:
    """The sign of a multiplier, and the product that is 0; nothing of `==`."""
    symbol, span = side.symbol, side.symbol.span
    if not side.sign:
        return
    dual = typed.Ref(span, Numeric(), symbol, own_indices(symbol))
    zero = number(0, span)
    sign = typed.Compare(span, Truth(), dual, ((">=" if side.sign > 0 else "<=", zero),))
    yield Family("dual", symbol.name, symbol.index, symbol.where, sign)
    pair = typed.Mul(span, Numeric(), (dual, difference(side.left, side.right)))
    both = typed.Compare(span, Truth(), pair, (("==", zero),))
    yield Family("complementarity", f"complementarity[{symbol.of}]", symbol.index, symbol.where, both)


def difference(left: Expr, right: Expr) -> Expr:
    """left - right as one sum."""
    if isinstance(right, typed.Number) and right.value == 0:
        return left
    terms = left.terms if isinstance(left, typed.Add) else (left,)
    less = right.terms if isinstance(right, typed.Add) else (right,)
    return typed.Add(left.span, Numeric(), (*terms, *map(negated, less)))


def total(pieces: Sequence[Piece], span: Span) -> Expr:
    """The sum of pieces; those under the same sum are kept apart, as they come."""
    terms = [whole(p) for p in pieces]
    terms = [t for t in terms if not (isinstance(t, typed.Number) and t.value == 0)]
    if not terms:
        return number(0, span)
    return terms[0] if len(terms) == 1 else typed.Add(span, Numeric(), tuple(terms))


def whole(p: Piece) -> Expr:
    factor, minus = p.factor, False
    if isinstance(factor, typed.Neg):
        factor, minus = factor.arg, True
    where: Expr | None = None
    if p.conditions:
        where = p.conditions[0]
        if len(p.conditions) > 1:
            where = typed.Logic(where.span, Truth(), "and", p.conditions)
    if p.binders:
        factor = typed.Reduce(factor.span, Numeric(), "sum", p.binders, where, factor)
    elif where is not None:
        factor = typed.If(factor.span, Numeric(), where, factor, number(0, factor.span))
    return typed.Neg(factor.span, Numeric(), factor) if minus else factor


# ---- max and min over sets -----------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Work:
    """Variables and rows made for a max or min over a set, as mdl.lowering.epigraph makes them."""

    model: Model
    variables: list[VarSymbol] = field(default_factory=list)
    rows: list[RowSymbol] = field(default_factory=list)

    def without_extremes(self, e: Expr, origin: str, scope: tuple[Binder, ...]) -> Expr:
        every = [s for s in self.model.symbols.values() if isinstance(s, VarSymbol)]
        if not any(mentions(e, v) for v in every):
            return e
        match e:
            case typed.Reduce(op="max" | "min"):
                return self.extreme(e, origin, scope)
            case typed.Reduce():
                return replace(e, body=self.without_extremes(e.body, origin, (*scope, *e.binders)))
            case typed.Ref(symbol=LetSymbol()):
                body = expanded(e)
                made = self.without_extremes(body, origin, scope)
                return e if made is body else made
            case typed.Neg():
                made = self.without_extremes(e.arg, origin, scope)
                return e if made is e.arg else replace(e, arg=made)
            case typed.Add():
                parts = tuple(self.without_extremes(t, origin, scope) for t in e.terms)
                return e if all(a is b for a, b in zip(parts, e.terms, strict=True)) else replace(e, terms=parts)
            case typed.Mul():
                parts = tuple(self.without_extremes(t, origin, scope) for t in e.factors)
                return e if all(a is b for a, b in zip(parts, e.factors, strict=True)) else replace(e, factors=parts)
            case typed.Compare():
                sides = tuple((op, self.without_extremes(x, origin, scope)) for op, x in e.rest)
                return replace(e, first=self.without_extremes(e.first, origin, scope), rest=sides)
            case _:
                return e

    def extreme(self, e: typed.Reduce, origin: str, scope: tuple[Binder, ...]) -> Expr:
        name, k = f"{origin}.{e.op}", 1
        while any(v.name == name for v in self.variables):
            k += 1
            name = f"{origin}.{e.op}{k}"
        made = VarSymbol(name, e.span, scope, None, (), "continuous", None)
        self.variables.append(made)
        own = typed.Ref(e.span, Numeric(), made, own_indices(made))
        body = self.without_extremes(e.body, origin, (*scope, *e.binders))
        relation = "<=" if e.op == "max" else ">="
        row = typed.Compare(e.span, Truth(), body, ((relation, own),))
        self.rows.append(RowSymbol(name, e.span, (*scope, *e.binders), e.where, row))
        return own


# ---- names of indices ----------------------------------------------------------------------------------------


def usual_letters(model: Model) -> dict[Symbol, str]:
    """The name that a file gives to indices over a set, by the first binder that has one."""
    out: dict[Symbol, str] = {}
    for s in model.symbols.values():
        for b in s.index:
            domain = b.domain
            plain = isinstance(domain, typed.Ref) and isinstance(domain.symbol, SetSymbol) and not domain.args
            if plain and len(b.indices) == 1 and b.indices[0].name:
                assert isinstance(domain, typed.Ref)
                out.setdefault(domain.symbol, b.indices[0].name)
    return out


def readable(f: Family, usual: dict[Symbol, str]) -> Family:
    """The same family, in which no index has the name of another that is in scope."""
    taken: set[str] = set()
    index, table = renamed(f.index, taken, {}, usual)
    where = None if f.where is None else unique(substitute(f.where, table), taken, usual)
    body = unique(substitute(f.body, table), taken, usual)
    return Family(f.kind, f.name, index, where, cast(typed.Compare, body))


def renamed(
    binders: tuple[Binder, ...], taken: set[str], table: dict[IndexVar, Expr], usual: dict[Symbol, str]
) -> tuple[tuple[Binder, ...], dict[IndexVar, Expr]]:
    """Binders with new indices, whose names are added to `taken`."""
    out: list[Binder] = []
    table = dict(table)
    for b in binders:
        domain = unique(substitute(b.domain, table), set(taken), usual)
        made = []
        for i in b.indices:
            name = free_name(i, b.domain, taken, usual)
            taken.add(name)
            made.append(IndexVar(name, i.kind, i.span))
        table |= {old: typed.Index(new.span, new.kind, new) for old, new in zip(b.indices, made, strict=True)}
        out.append(Binder(tuple(made), domain, b.span))
    return tuple(out), table


def free_name(index: IndexVar, domain: Expr, taken: set[str], usual: dict[Symbol, str]) -> str:
    own = index.name or (usual.get(domain.symbol, "") if isinstance(domain, typed.Ref) else "")
    candidates: list[str] = [*([own] if own else []), *LETTERS, *(f"{own or 'i'}{k}" for k in range(1, 1000))]
    return next(name for name in candidates if name not in taken)


def unique(e: Expr, taken: set[str], usual: dict[Symbol, str]) -> Expr:
    """The same expression with indices of its own, named apart from those in scope."""
    if isinstance(e, typed.Reduce | typed.Comprehension):
        inner = set(taken)
        binders, table = renamed(e.binders, inner, {}, usual)
        where = None if e.where is None else unique(substitute(e.where, table), inner, usual)
        if isinstance(e, typed.Comprehension):
            return replace(e, binders=binders, where=where)
        return replace(e, binders=binders, where=where, body=unique(substitute(e.body, table), inner, usual))
    return _rebuilt(e, taken, usual)


def _rebuilt(e: Expr, taken: set[str], usual: dict[Symbol, str]) -> Expr:
    from dataclasses import fields

    changes: dict[str, Any] = {}
    for f in fields(e):
        held = getattr(e, f.name)
        if f.name in ("span", "kind", "symbol"):
            continue
        if isinstance(held, Expr):
            changes[f.name] = unique(held, taken, usual)
        elif isinstance(held, tuple) and held and isinstance(held[0], Expr):
            changes[f.name] = tuple(unique(x, taken, usual) for x in held)
        elif f.name == "rest" and isinstance(held, tuple):
            changes[f.name] = tuple((op, unique(x, taken, usual)) for op, x in held)
    return replace(e, **changes) if changes else e
