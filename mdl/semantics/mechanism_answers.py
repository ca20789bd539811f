"""Answers about a mechanism that an `expect` may ask for: `M.revenue`, `M.pay[a, 3, 1]`, `M.dominant_ic`."""

from __future__ import annotations

from mdl.semantics import agree, expressions, references, task_errors, typed
from mdl.semantics import mechanism_errors as wrong
from mdl.semantics.context import Context, Place, Scope
from mdl.semantics.kinds import Element, Kind, Numeric, TupleOf, Unknown
from mdl.semantics.model import LetSymbol, MechanismSymbol, Symbol, VarSymbol
from mdl.semantics.properties import PROPERTIES, needs_prior
from mdl.syntax import tree

NUMBERS = ("objective", "revenue")
WORDS = ("status", *PROPERTIES)
"""Answers in words: `expect M.dominant_ic == holds;`."""
OF_AGENT = ("pay", "utility", "value")
VIOLATION = "violation"
ANSWERS = (*NUMBERS, *WORDS, *OF_AGENT, VIOLATION)
"""A transfer of the same name goes first where an index is given: `M.revenue[a]`."""


def attribute(ctx: Context, scope: Scope, node: tree.Attribute, base: tree.Name, symbol: MechanismSymbol) -> typed.Expr:
    """`M.name` or `M.name[args]`; see typed.Attribute for the forms."""
    name = node.name.name
    made = _arguments(ctx, scope, node, base, symbol)
    if made is None or any(isinstance(arg.kind, Unknown) for arg in made[1]):
        return typed.Expr(node.span, Unknown())
    kind, args = made
    return typed.Attribute(node.span, kind, typed.Ref(base.span, Numeric(), symbol, ()), name, args)


def _arguments(
    ctx: Context, scope: Scope, node: tree.Attribute, base: tree.Name, symbol: MechanismSymbol
) -> tuple[Kind, tuple[typed.Expr, ...]] | None:
    name = node.name.name
    form = f"{base.name}.{name}"
    if isinstance(node.base, tree.Subscript):
        ctx.report(wrong.answer_index(f"`{base.name}`", "no index before the answer", node.base.span, f"{form}[...]"))
        return None
    own = [t for t in (*symbol.transfers, *symbol.adjustments) if t.name == name]
    if len(own) == 1 and (node.args or name not in ANSWERS):
        return _indexed(ctx, scope, node, Numeric(), ctx.places_of(own[0]), own[0], form)
    if name in NUMBERS or name in WORDS:
        if node.args:
            ctx.report(wrong.answer_index(f"`.{name}`", "no index", node.span, form))
            return None
        if name == "objective" and symbol.goal is None and not symbol.shortfall:
            ctx.report(wrong.no_objective(symbol.name, node.span, symbol.span))
        if name == "revenue":
            needs_prior(ctx, "the expected revenue", node.span)
        return (Numeric() if name in NUMBERS else Element(None)), ()
    if name == VIOLATION:
        return _violation(ctx, node, form)
    if name in OF_AGENT or own:  # a family has a transfer of this name for each set of agents
        agents = Element(frozenset(ctx.agents) or None)
        return _indexed(ctx, scope, node, Numeric(), (Place(agents, symbol.span),), symbol, form)
    found = ctx.symbols.get(name)
    if isinstance(found, LetSymbol | VarSymbol):
        kind = found.kind if isinstance(found, LetSymbol) else Numeric()
        return _indexed(ctx, scope, node, kind, ctx.places_of(found), found, form)
    transfers = dict.fromkeys(t.name for t in (*symbol.transfers, *symbol.adjustments) if t.name not in ANSWERS)
    near, _ = ctx.suggestion(name, [*ANSWERS, *transfers, *ctx.names_of(LetSymbol, VarSymbol)])
    known = (*NUMBERS, "status", *OF_AGENT, VIOLATION, *transfers)
    ctx.report(wrong.no_such_answer(name, base.name, node.name.span, near, known))
    return None


def _violation(ctx: Context, node: tree.Attribute, form: str) -> tuple[Kind, tuple[typed.Expr, ...]] | None:
    if len(node.args) != 1 or not isinstance(node.args[0], tree.Name):
        ctx.report(wrong.answer_index(f"`.{VIOLATION}`", "one property", node.span, f"{form}[dominant_ic]"))
        return None
    word = node.args[0]
    if word.name not in PROPERTIES:
        near, _ = ctx.suggestion(word.name, list(PROPERTIES))
        ctx.report(task_errors.unknown_property(word.name, word.span, near, PROPERTIES))
        return None
    return Numeric(), (typed.Member(word.span, Element(None), word.name),)


def _indexed(
    ctx: Context,
    scope: Scope,
    node: tree.Attribute,
    kind: Kind,
    places: tuple[Place, ...] | None,
    symbol: Symbol,
    form: str,
) -> tuple[Kind, tuple[typed.Expr, ...]] | None:
    """The index first, then nothing or the values of a report profile."""
    if places is None:
        return None  # its index is in error
    made: list[typed.Expr] = []
    at = 0
    for arg in node.args:
        if at < len(places):
            held = references.member(ctx, scope, arg, places[at].kind)
            references.check_argument(ctx, scope, symbol, held, places[at:])
            at += len(held.kind.items) if isinstance(held.kind, TupleOf) else 1
        else:
            held = _value(ctx, scope, arg)
        made.append(held)
    if at < len(places):
        wanted = "an agent first" if len(places) == 1 else f"{len(places)} indices first"
        sets = ", ".join(agree.sets(place.kind).replace("`", "") for place in places)
        ctx.report(wrong.answer_index(f"`.{node.name.name}`", wanted, node.span, f"{form}[{sets}]"))
        return None
    return kind, tuple(made)


def _value(ctx: Context, scope: Scope, node: tree.Expr) -> typed.Expr:
    """One value of a report profile: a number, or a member of a type's domain."""
    match node:
        case tree.Name() if references.is_free(ctx, scope, node):
            return typed.Member(node.span, Element(None), node.name)
        case tree.TupleExpr(items=items):
            made = tuple(_value(ctx, scope, item) for item in items)
            return typed.TupleExpr(node.span, TupleOf((Element(None),) * len(made)), made)
        case _:
            return expressions.number(ctx, scope, node) if not isinstance(node, tree.Text) else _text(node)


def _text(node: tree.Text) -> typed.Expr:
    return typed.Member(node.span, Element(None), node.value)
