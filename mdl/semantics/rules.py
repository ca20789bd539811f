"""Outcome rules by name, where a task, mechanism or family asks for one."""

from __future__ import annotations

from mdl.semantics import task_errors
from mdl.semantics.context import Context, what_is
from mdl.semantics.model import OutcomeSymbol, RuleSymbol
from mdl.syntax import tree


def rule(ctx: Context, name: tree.Name, after: str) -> RuleSymbol | OutcomeSymbol | None:
    """An objective or outcome formula by name, or None after a report."""
    symbol = ctx.symbols.get(name.name)
    if isinstance(symbol, RuleSymbol | OutcomeSymbol):
        return symbol
    if symbol is None and name.name in ctx.declared:
        return None
    near, labels = ctx.suggestion(name.name, ctx.names_of(RuleSymbol, OutcomeSymbol))
    what = what_is(symbol) if symbol is not None else None
    ctx.report(task_errors.unknown_rule(name.name, name.span, after, what, near, labels))
    return None
