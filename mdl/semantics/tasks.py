"""Tasks: what a file asks to be solved, checked, found and expected."""

from __future__ import annotations

from fractions import Fraction

from mdl.semantics import coalitions, expressions, later, mentions, task_errors, typed
from mdl.semantics.context import EMPTY, Context, what_is
from mdl.semantics.kinds import Unknown
from mdl.semantics.model import (
    ExpectTask,
    LaterSymbol,
    LaterTask,
    OutcomeSymbol,
    RuleSymbol,
    SolveTask,
    Symbol,
    Task,
)
from mdl.syntax import tree

FIND: dict[str, str] = {}
CHECK = {"kkt": "check of a KKT point"}


def task(ctx: Context, node: tree.Statement) -> Task | None:
    """The task of a statement; None where it is no task, or after a report that leaves nothing of it."""
    match node:
        case tree.SolveTask():
            return _solve(ctx, node)
        case tree.ExpectTask():
            return _expect(ctx, node)
        case tree.CheckTask() | tree.FindTask() if coalitions.is_task(ctx, node):
            return coalitions.task(ctx, node)
        case tree.CheckTask():
            return _later(ctx, node, node.what, CHECK, "check of a mechanism's properties")
        case tree.FindTask():
            return _later(ctx, node, node.what, FIND, "search for a mechanism")
        case _:
            return None


def _solve(ctx: Context, node: tree.SolveTask) -> SolveTask | None:
    after = "`solve kkt of`" if node.kkt else "`solve`"
    symbol = later.rule(ctx, node.rule, after)
    without = expressions.agent(ctx, EMPTY, node.without) if node.without is not None else None
    only = expressions.agents(ctx, EMPTY, node.only) if node.only is not None else None
    if symbol is None:
        return None
    if node.kkt and isinstance(symbol, OutcomeSymbol):
        ctx.report(task_errors.kkt_of_formula(symbol.name, node.rule.span, symbol.span))
    return SolveTask(symbol, node.kkt, without, only, node.span)


def _expect(ctx: Context, node: tree.ExpectTask) -> Task:
    within = _tolerance(ctx, node.within)
    if mentions.has_expected(node.claim) or any(
        isinstance(ctx.symbols.get(found.name.name), LaterSymbol) for found in mentions.in_expression(node.claim)
    ):
        return LaterTask("expectation about a mechanism or coalitional game", node, node.span)
    ctx.answers = True
    claim = expressions.expression(ctx, EMPTY, node.claim)
    ctx.answers = False
    if not isinstance(claim.kind, Unknown) and not isinstance(claim, typed.Compare | typed.Logic | typed.Not):
        ctx.report(task_errors.claim_not_comparison(claim.span))
    return ExpectTask(claim, within, node.why, node.span)


def _tolerance(ctx: Context, node: tree.Expr | None) -> Fraction | None:
    if node is None:
        return None
    if isinstance(node, tree.Number) and node.value >= 0:
        return node.value
    ctx.report(task_errors.tolerance(node.span))
    return None


def _later(
    ctx: Context, node: tree.CheckTask | tree.FindTask, what: tree.Name | None, known: dict[str, str], plain: str
) -> LaterTask | None:
    if what is not None and what.name not in known:
        more = coalitions.CHECKS if isinstance(node, tree.CheckTask) else coalitions.FINDS
        near, _ = ctx.suggestion(what.name, [*known, *more])
        ctx.report(task_errors.unknown_task(what.name, what.span, near, (*more, *known)))
        return None
    if what is not None and what.name == "kkt":
        later.rule(ctx, node.target, "`check kkt of`")
    else:
        _target(ctx, node.target, "mechanism", "mechanism")
    if isinstance(node, tree.CheckTask):
        later.properties(ctx, node.properties)
    return LaterTask(known[what.name] if what is not None else plain, node, node.span)


def _target(ctx: Context, name: tree.Name, wanted: str, words: str) -> None:
    symbol = ctx.symbols.get(name.name)
    if _is(symbol, wanted) or (symbol is None and name.name in ctx.declared):
        return
    near, labels = ctx.suggestion(name.name, [n for n, s in ctx.symbols.items() if _is(s, wanted)])
    what = what_is(symbol) if symbol is not None else None
    rule = isinstance(symbol, RuleSymbol)
    ctx.report(task_errors.unknown_target(name.name, name.span, words, what, rule, near, labels))


def _is(symbol: Symbol | None, what: str) -> bool:
    return isinstance(symbol, LaterSymbol) and symbol.what == what
