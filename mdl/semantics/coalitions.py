"""Coalitional games: their declarations, tasks and answers, names resolved."""

from __future__ import annotations

from mdl.diagnostics import Span
from mdl.semantics import coalition_errors as errors
from mdl.semantics import declarations, expressions, references, sets, task_errors, typed
from mdl.semantics.context import EMPTY, Context, Scope, what_is
from mdl.semantics.kinds import Element, Kind, Numeric, SetOf, Unknown
from mdl.semantics.model import (
    CoalitionSymbol,
    CoalitionTable,
    CoalitionTask,
    GameSymbol,
    Given,
    RuleSymbol,
    SetSymbol,
    Symbol,
)
from mdl.semantics.typed import Binder
from mdl.syntax import statement_tree, tree

CHECKS = ("core", "balanced", "superadditive", "convex", "in_core")
FINDS = ("least_core", "nucleolus", "prenucleolus", "shapley", "banzhaf", "core_vertices", "core_range")

WORDS = {
    "core": ("empty", "nonempty"),
    "balanced": ("yes", "no"),
    "superadditive": ("yes", "no"),
    "convex": ("yes", "no"),
}
"""Answers in words: `expect v.core == empty ...`."""
NUMBERS = ("gap", "least_core")
OF_PLAYER = ("nucleolus", "prenucleolus", "shapley", "banzhaf", "core_min", "core_max")
OF_COALITION = ("worth", "weight")
ANSWERS = (*WORDS, *NUMBERS, *OF_PLAYER, *OF_COALITION)


# ---- declarations --------------------------------------------------------------------------------------


def table(ctx: Context, node: statement_tree.CoalitionDecl) -> CoalitionTable:
    """`coalition v[subsets(N)] := {...};`."""
    index, _, _ = declarations.index_of(ctx, node.index)
    players = _players(ctx, node, index)
    literal: tree.MapLiteral | None = None
    if isinstance(node.body, tree.MapLiteral):
        literal = node.body
    elif isinstance(node.body, tree.SetLiteral) and not node.body.items:
        literal = tree.MapLiteral(node.body.span, ())
    else:
        ctx.report(errors.table_shape(node.name.name, node.body.span))
    given = Given(True, literal, None, node.body.span)
    return CoalitionTable(
        node.name.name, node.name.span, index, None, Numeric(), None, (), False, None, given, node.cost, players
    )


def game(ctx: Context, node: statement_tree.CoalitionDecl) -> CoalitionSymbol:
    """`coalition v[S in subsets(N)] = e;` and `coalition v = RULE;`."""
    if not node.index.bindings:
        return _of_rule(ctx, node)
    index, where, scope = declarations.index_of(ctx, node.index)
    players = _players(ctx, node, index)
    if node.index.where is not None:
        ctx.report(errors.game_shape(node.name.name, node.index.where.span))
    mark = len(ctx.uses)
    ctx.answers = True
    body = expressions.number(ctx, scope, node.body)
    ctx.answers = False
    expressions.data_only(ctx, mark, "the worth of a coalition")
    return CoalitionSymbol(node.name.name, node.name.span, index, where, node.cost, players, body, None)


def _of_rule(ctx: Context, node: statement_tree.CoalitionDecl) -> CoalitionSymbol:
    made = CoalitionSymbol(node.name.name, node.name.span, (), None, node.cost, None, None, None)
    symbol = ctx.symbols.get(node.body.name) if isinstance(node.body, tree.Name) else None
    if not isinstance(symbol, RuleSymbol):
        word = node.body.name if isinstance(node.body, tree.Name) else ""
        if symbol is None and word in ctx.declared and word not in ctx.late:
            return made
        near, labels = ctx.suggestion(word, ctx.names_of(RuleSymbol))
        ctx.report(errors.game_without_index(node.name.name, node.body.span, near, labels))
        return made
    if (symbol.sense == "minimize") != node.cost:
        ctx.report(errors.wrong_sense(node.name.name, symbol.name, node.cost, node.body.span, symbol.span))
    if not any(isinstance(s, SetSymbol) and s.agents for s in ctx.symbols.values()):
        ctx.report(errors.no_agents(node.name.name, node.name.span))
    made.rule = symbol
    return made


def _players(ctx: Context, node: statement_tree.CoalitionDecl, index: tuple[Binder, ...]) -> typed.Expr | None:
    """The set under `subsets(...)`."""
    if len(index) == 1 and isinstance(index[0].domain, typed.Subsets):
        return index[0].domain.arg
    if not any(isinstance(b.domain.kind, Unknown) for b in index):
        span = node.index.bindings[0].span.to(node.index.bindings[-1].span) if node.index.bindings else node.name.span
        ctx.report(errors.game_shape(node.name.name, span))
    return None


# ---- tasks ---------------------------------------------------------------------------------------------


def is_task(ctx: Context, node: statement_tree.CheckTask | statement_tree.FindTask) -> bool:
    """Whether a task names an answer of a coalitional game."""
    return node.what is not None and node.what.name in (CHECKS if isinstance(node, statement_tree.CheckTask) else FINDS)


def task(ctx: Context, node: statement_tree.CheckTask | statement_tree.FindTask) -> CoalitionTask | None:
    assert node.what is not None
    what, find = node.what.name, isinstance(node, statement_tree.FindTask)
    point = node.at if isinstance(node, statement_tree.CheckTask) else None
    payoff: tuple[tuple[typed.Expr, typed.Expr], ...] = ()
    symbol = _game(ctx, node.target)
    if what == "in_core":
        if isinstance(point, tree.MapLiteral):
            payoff = _payoff(ctx, point, symbol)
        else:
            ctx.report(errors.payoff_wanted(node.what.span))
    elif point is not None:
        ctx.report(errors.payoff_unwanted(what, point.span))
    return None if symbol is None else CoalitionTask(what, find, symbol, payoff, node.span)


def _game(ctx: Context, name: tree.Name) -> GameSymbol | None:
    symbol = ctx.symbols.get(name.name)
    if isinstance(symbol, GameSymbol):
        return symbol
    if symbol is not None or name.name not in ctx.declared:
        near, labels = ctx.suggestion(name.name, [n for n, s in ctx.symbols.items() if isinstance(s, GameSymbol)])
        what = what_is(symbol) if symbol is not None else None
        rule = isinstance(symbol, RuleSymbol)
        ctx.report(task_errors.unknown_target(name.name, name.span, "coalitional game", what, rule, near, labels))
    return None


def _payoff(
    ctx: Context, point: tree.MapLiteral, symbol: GameSymbol | None
) -> tuple[tuple[typed.Expr, typed.Expr], ...]:
    made: list[tuple[typed.Expr, typed.Expr]] = []
    seen: dict[object, Span] = {}
    for key, value in point.entries:
        player = references.member(ctx, EMPTY, key, _player_kind(ctx, symbol))
        if isinstance(player, typed.Member):
            if player.value in seen:
                ctx.report(errors.player_twice(str(player.value), key.span, seen[player.value]))
            seen.setdefault(player.value, key.span)
        made.append((player, expressions.number(ctx, EMPTY, value)))
    return tuple(made)


def _player_kind(ctx: Context, symbol: Symbol | None) -> Kind:
    players = symbol.players if isinstance(symbol, GameSymbol) else None
    if players is not None and isinstance(players.kind, SetOf) and isinstance(players.kind.item, Element):
        return players.kind.item
    return Element(frozenset(ctx.agents) or None)


# ---- answers -------------------------------------------------------------------------------------------


def attribute(ctx: Context, scope: Scope, node: tree.Attribute, base: tree.Name, symbol: GameSymbol) -> typed.Expr:
    """`v.core`, `v.least_core`, `v.nucleolus[a]`, `v.worth[{a, b}]` in an `expect`."""
    name = node.name.name
    ref = typed.Ref(base.span, Numeric(), symbol, ())
    if name not in ANSWERS:
        near, _ = ctx.suggestion(name, list(ANSWERS))
        ctx.report(errors.unknown_answer(name, base.name, node.name.span, near, ANSWERS))
        return typed.Expr(node.span, Unknown())
    wanted = int(name in OF_PLAYER or name in OF_COALITION)
    if len(node.args) != wanted or isinstance(node.base, tree.Subscript):
        needs = "a player" if name in OF_PLAYER else "a coalition" if wanted else "no index"
        ctx.report(errors.attribute_index(name, needs, node.span))
        return typed.Expr(node.span, Unknown())
    kind: Kind = Element(None) if name in WORDS else Numeric()
    if name in OF_PLAYER:
        arg = references.member(ctx, scope, node.args[0], _player_kind(ctx, symbol))
        if not isinstance(arg.kind, Element | Numeric):
            if not isinstance(arg.kind, Unknown):
                ctx.report(errors.attribute_index(name, "a player", arg.span))
            return typed.Expr(node.span, Unknown())
        return typed.Attribute(node.span, kind, ref, name, (arg,))
    if name in OF_COALITION:
        arg = sets.set_expression(ctx, scope, node.args[0], _player_kind(ctx, symbol))
        return typed.Attribute(node.span, kind, ref, name, (arg,))
    return typed.Attribute(node.span, kind, ref, name)


def worth(ctx: Context, scope: Scope, symbol: CoalitionSymbol, span: Span, args: tuple[tree.Expr, ...]) -> typed.Expr:
    """`v[{a, b}]` in an `expect`."""
    if len(args) != 1:
        ctx.report(errors.attribute_index("worth", "a coalition", span))
        return typed.Expr(span, Unknown())
    arg = sets.set_expression(ctx, scope, args[0], _player_kind(ctx, symbol))
    ref = typed.Ref(span, Numeric(), symbol, ())
    return typed.Attribute(span, Numeric(), ref, "worth", (arg,))
