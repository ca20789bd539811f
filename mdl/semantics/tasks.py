"""Tasks: what a file asks to be solved, checked, found and expected."""

from __future__ import annotations

from fractions import Fraction

from mdl.semantics import coalitions, expressions, mechanisms, task_errors, typed
from mdl.semantics.context import EMPTY, Context
from mdl.semantics.kinds import Unknown
from mdl.semantics.model import ExpectTask, OutcomeSymbol, PointTask, SolveTask, Task
from mdl.semantics.rules import rule
from mdl.syntax import statement_tree, tree


def task(ctx: Context, node: statement_tree.Statement) -> Task | None:
    """The task of a statement; None where it is no task, or after a report that leaves nothing of it."""
    match node:
        case statement_tree.SolveTask():
            return _solve(ctx, node)
        case statement_tree.ExpectTask():
            return _expect(ctx, node)
        case statement_tree.CheckTask() | statement_tree.FindTask() if coalitions.is_task(ctx, node):
            return coalitions.task(ctx, node)
        case statement_tree.CheckTask() | statement_tree.FindTask() if node.what is None:
            return mechanisms.task(ctx, node)
        case statement_tree.CheckTask(what=tree.Name(name="kkt")):
            rule(ctx, node.target, "`check kkt of`")
            return PointTask(node, node.span)
        case statement_tree.CheckTask() | statement_tree.FindTask():
            _unknown(ctx, node)
            return None
        case _:
            return None


def _solve(ctx: Context, node: statement_tree.SolveTask) -> SolveTask | None:
    after = "`solve kkt of`" if node.kkt else "`solve`"
    symbol = rule(ctx, node.rule, after)
    without = expressions.agent(ctx, EMPTY, node.without) if node.without is not None else None
    only = expressions.agents(ctx, EMPTY, node.only) if node.only is not None else None
    if symbol is None:
        return None
    if node.kkt and isinstance(symbol, OutcomeSymbol):
        ctx.report(task_errors.kkt_of_formula(symbol.name, node.rule.span, symbol.span))
    return SolveTask(symbol, node.kkt, without, only, node.span)


def _expect(ctx: Context, node: statement_tree.ExpectTask) -> Task:
    within = _tolerance(ctx, node.within)
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


def _unknown(ctx: Context, node: statement_tree.CheckTask | statement_tree.FindTask) -> None:
    """`find X of v` with an X that is nothing."""
    assert node.what is not None
    known = (*coalitions.CHECKS, "kkt") if isinstance(node, statement_tree.CheckTask) else coalitions.FINDS
    near, _ = ctx.suggestion(node.what.name, list(known))
    ctx.report(task_errors.unknown_task(node.what.name, node.what.span, near, known))
