"""Mechanisms: an outcome rule, transfers, income, properties and an objective, names resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mdl.diagnostics import Span
from mdl.semantics import errors, expressions, families, goals, order, task_errors, typed
from mdl.semantics import mechanism_errors as wrong
from mdl.semantics.context import EMPTY, Context, Scope, what_is
from mdl.semantics.declarations import index_of
from mdl.semantics.kinds import Element, Unknown
from mdl.semantics.model import (
    LetSymbol,
    MechanismSymbol,
    MechanismTask,
    OutcomeSymbol,
    Property,
    RuleSymbol,
    SetSymbol,
    TransferSymbol,
    VarSymbol,
)
from mdl.semantics.properties import OVER_PRIOR, SOFT, needs_prior, properties
from mdl.semantics.rules import rule
from mdl.semantics.typed import Binder, Expr
from mdl.semantics.walks import walk
from mdl.syntax import statement_tree, tree

FREE = "free"


def mechanism(ctx: Context, node: statement_tree.MechanismDecl) -> MechanismSymbol:
    """The symbol of `mechanism M { ... }` or `mechanism M = vcg(welfare);`."""
    if node.family is not None:
        made = families.family(ctx, node, node.family)
    else:
        made = MechanismSymbol(
            node.name.name, node.name.span, (), None, "", None, (), (), None, (), (), True, None, False
        )
        _outcome(ctx, made, node)
        _items(ctx, made, node)
        _check_transfers(ctx, made)
    _check_decided(ctx, made, node)
    _check_prior(ctx, made)
    return made


# ---- items ---------------------------------------------------------------------------------------------


def _outcome(ctx: Context, made: MechanismSymbol, node: statement_tree.MechanismDecl) -> None:
    found = [item for item in node.items if isinstance(item, statement_tree.UseOutcome)]
    for again in found[1:]:
        ctx.report(wrong.item_twice("outcome", again.span, found[0].span))
    if not found:
        ctx.report(wrong.outcome_missing(made.name, made.span, ctx.names_of(RuleSymbol, OutcomeSymbol)))
        return
    name = found[0].name
    if name.name != FREE:
        made.outcome = rule(ctx, name, "`outcome`")
    elif not ctx.names_of(VarSymbol):
        ctx.report(wrong.outcome_free(found[0].span))


def _items(ctx: Context, made: MechanismSymbol, node: statement_tree.MechanismDecl) -> None:
    """Transfers see each other, whatever their order, and so do income and objective."""
    drafts = list(_transfers(ctx, node))
    every = [symbol for symbol, _, _ in drafts]
    made.transfers = tuple(t for t in every if t.direction != "adjust")
    made.adjustments = tuple(t for t in every if t.direction == "adjust")
    with ctx.inside({symbol.name: symbol for symbol in every}):
        for symbol, item, scope in drafts:
            if item.body is not None:
                ctx.closed.clear()
                symbol.body = expressions.number(ctx, scope, item.body)
        _income(ctx, made, node)
        _properties(ctx, made, node)
        ctx.closed.clear()
        goals.goal(ctx, made, node)


def _transfers(
    ctx: Context, node: statement_tree.MechanismDecl
) -> Iterator[tuple[TransferSymbol, statement_tree.Transfer, Scope]]:
    """Each transfer without its formula, and what the formula sees; names are local to the mechanism."""
    local: dict[str, Span] = {}
    for item in node.items:
        if not isinstance(item, statement_tree.Transfer):
            continue
        name, span = item.name.name, item.name.span
        ctx.closed.clear()
        index, where, scope = index_of(ctx, item.index)
        _check_index(ctx, item, index)
        first = local.setdefault(name, span) if name not in ctx.declared else ctx.declared[name]
        if first is not span:
            ctx.report(errors.declared_twice(name, span, first))
        else:
            yield TransferSymbol(name, span, index, where, item.direction, None), item, scope


def _check_index(ctx: Context, item: statement_tree.Transfer, index: tuple[Binder, ...]) -> None:
    """One index, over agents."""
    kinds = [var.kind for binder in index for var in binder.indices]
    if any(isinstance(kind, Unknown) for kind in kinds):
        return
    if len(kinds) == 1 and isinstance(kinds[0], Element) and (kinds[0].universes or frozenset()) & ctx.agents:
        return
    sets = [name for name, s in ctx.symbols.items() if isinstance(s, SetSymbol) and s.agents]
    span = item.index.span if item.index.bindings else item.name.span
    ctx.report(wrong.transfer_index(item.name.name, item.direction, span, sets))


def _income(ctx: Context, made: MechanismSymbol, node: statement_tree.MechanismDecl) -> None:
    found = [item for item in node.items if isinstance(item, statement_tree.Income)]
    for again in found[1:]:
        ctx.report(wrong.item_twice("income", again.span, found[0].span))
    if found:
        ctx.closed.clear()
        made.income = expressions.number(ctx, EMPTY, found[0].body)


def _properties(ctx: Context, made: MechanismSymbol, node: statement_tree.MechanismDecl) -> None:
    """Each property once; what is softened can be measured in money."""
    require, soften = list[Property](), list[Property]()
    seen: dict[str, Span] = {}
    for item in node.items:
        if isinstance(item, statement_tree.Require | statement_tree.Soften):
            for found in properties(ctx, item.properties):
                first = seen.setdefault(found.name, found.span)
                if first is not found.span:
                    ctx.report(wrong.property_twice(found.name, found.span, first))
                elif isinstance(item, statement_tree.Soften) and found.name not in SOFT:
                    ctx.report(wrong.soften_property(found.name, found.span, SOFT))
                (require if isinstance(item, statement_tree.Require) else soften).append(found)
    made.require, made.soften = tuple(require), tuple(soften)


# ---- transfers together --------------------------------------------------------------------------------


def _check_transfers(ctx: Context, made: MechanismSymbol) -> None:
    every = (*made.transfers, *made.adjustments)
    used = {t: tuple(_transfers_in(t.body)) if t.body is not None else () for t in every}
    if not _cycle(ctx, every, used):
        _check_absence(ctx, made, used)
    for adjustment in made.adjustments:
        if not any(adjustment in found for found in used.values()):
            names = [var.name for binder in adjustment.index for var in binder.indices]
            ctx.report(wrong.adjustment_unused(adjustment.name, adjustment.span, names[0] if any(names) else "i"))


def _transfers_in(e: Expr) -> Iterator[TransferSymbol]:
    for x in walk(e):
        if isinstance(x, typed.Ref) and isinstance(x.symbol, TransferSymbol):
            yield x.symbol


def _cycle(
    ctx: Context, every: Sequence[TransferSymbol], used: dict[TransferSymbol, tuple[TransferSymbol, ...]]
) -> bool:
    """Report transfers whose formulas use each other in a circle."""
    place = {t: at for at, t in enumerate(every)}
    edges = {place[t]: list(dict.fromkeys(place[u] for u in used[t])) for t in every}
    circles = [found for part in order.components(edges) if (found := order.cycle(part, edges))]
    for circle in circles:
        ctx.report(errors.cyclic([(every[at].name, every[at].span) for at in circle]))
    return bool(circles)


def _check_absence(ctx: Context, made: MechanismSymbol, used: dict[TransferSymbol, tuple[TransferSymbol, ...]]) -> None:
    """An unknown has one number for each report profile and none for what would be without an agent."""
    for body in _bodies(made):
        for outer in walk(body):
            if isinstance(outer, typed.Without | typed.WithOnly):
                unknown = next((x for x in walk(outer.body) if _is_unknown(x, used)), None)
                if isinstance(unknown, typed.Ref):
                    ctx.report(wrong.unknown_absent(unknown.symbol.name, unknown.span, unknown.symbol.span))


def _is_unknown(e: Expr, used: dict[TransferSymbol, tuple[TransferSymbol, ...]]) -> bool:
    """Whether an expression is a transfer with an unknown in it."""
    if not isinstance(e, typed.Ref) or not isinstance(e.symbol, TransferSymbol):
        return False
    todo, seen = [e.symbol], set[TransferSymbol]()
    while todo:
        at = todo.pop()
        if at.body is None:
            return True
        if at not in seen:
            seen.add(at)
            todo.extend(used.get(at, ()))
    return False


def _check_decided(ctx: Context, made: MechanismSymbol, node: statement_tree.MechanismDecl) -> None:
    """An outcome formula chooses no variables, so that neither valuations nor transfers may depend on one."""
    if not isinstance(made.outcome, OutcomeSymbol):
        return
    uses = [(use.name, v.span) for v in ctx.valuations for use in ctx.let_uses.get(v, ()) if use.what == "variable"]
    for body in _bodies(made):
        for x in walk(body):
            if isinstance(x, typed.Ref) and isinstance(x.symbol, VarSymbol):
                uses.append((x.symbol.name, x.span))
            elif isinstance(x, typed.Ref) and isinstance(x.symbol, LetSymbol):
                uses += [(use.name, x.span) for use in ctx.let_uses.get(x.symbol, ()) if use.what == "variable"]
    if uses:
        name, used = uses[0]
        items = (item.span for item in node.items if isinstance(item, statement_tree.UseOutcome))
        span = node.family.span if node.family is not None else next(items, made.span)
        ctx.report(wrong.undecided(name, made.outcome.name, span, used, ctx.declared.get(name)))


def _bodies(made: MechanismSymbol) -> list[Expr]:
    return [e for e in (*(t.body for t in made.transfers), made.income, made.goal) if e is not None]


# ---- priors --------------------------------------------------------------------------------------------


def _check_prior(ctx: Context, made: MechanismSymbol) -> None:
    """Expectations, and properties that are expectations, need the prior of every type."""
    places = [("`expected`", x.span) for e in _bodies(made) for x in walk(e) if isinstance(x, typed.Expected)]
    places += [(f"`{p.name}`", p.span) for p in (*made.require, *made.soften) if p.name in OVER_PRIOR]
    if made.shortfall and made.soften:
        places.append(("the expected shortfall", made.soften[0].span))
    if places:
        what, span = min(places, key=lambda place: place[1].start)
        needs_prior(ctx, f"`{made.family}`" if made.family else what, span)


# ---- tasks ---------------------------------------------------------------------------------------------


def task(ctx: Context, node: statement_tree.CheckTask | statement_tree.FindTask) -> MechanismTask | None:
    """`check M: p, q;` and `find M;`."""
    symbol = _target(ctx, node.target)
    found = properties(ctx, node.properties) if isinstance(node, statement_tree.CheckTask) else ()
    over = next((p for p in found if p.name in OVER_PRIOR), None)
    if over is not None:
        needs_prior(ctx, f"`{over.name}`", over.span)
    if symbol is None:
        return None
    find = isinstance(node, statement_tree.FindTask)
    if find and not symbol.unknown:
        ctx.report(wrong.nothing_unknown(symbol.name, node.target.span, symbol.span))
    return MechanismTask(find, symbol, found, node.span)


def _target(ctx: Context, name: tree.Name) -> MechanismSymbol | None:
    symbol = ctx.symbols.get(name.name)
    if isinstance(symbol, MechanismSymbol):
        return symbol
    if symbol is not None or name.name not in ctx.declared:
        near, labels = ctx.suggestion(name.name, ctx.names_of(MechanismSymbol))
        what = what_is(symbol) if symbol is not None else None
        is_rule = isinstance(symbol, RuleSymbol)
        ctx.report(task_errors.unknown_target(name.name, name.span, "mechanism", what, is_rule, near, labels))
    return None
