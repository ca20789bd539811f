"""Properties of mechanisms by name, and what each needs."""

from __future__ import annotations

from collections.abc import Iterable

from mdl.diagnostics import Span
from mdl.semantics import mechanism_errors, task_errors
from mdl.semantics.context import Context
from mdl.semantics.model import Property, TypeSymbol
from mdl.syntax import statement_tree

PROPERTIES = (
    "dominant_ic",
    "bayesian_ic",
    "ex_post_ir",
    "interim_ir",
    "ex_ante_ir",
    "strong_budget_balance",
    "weak_budget_balance",
    "ex_ante_budget_balance",
    "efficient",
    "no_subsidy",
    "envy_free",
)
OVER_PRIOR = frozenset({"bayesian_ic", "interim_ir", "ex_ante_ir", "ex_ante_budget_balance"})
"""Properties that are expectations over types."""
SOFT = tuple(p for p in PROPERTIES if p.endswith(("_ir", "_budget_balance")) or p == "no_subsidy")
"""Participation, budget and subsidies: their shortfall is an amount of money, so that they may be softened."""


def properties(ctx: Context, found: Iterable[statement_tree.Property]) -> tuple[Property, ...]:
    """Properties by name; unknown ones are reported and left out."""
    made: list[Property] = []
    for node in found:
        name = node.name.name
        if name in PROPERTIES:
            made.append(Property(name, node.name.span))
        else:
            near, _ = ctx.suggestion(name, list(PROPERTIES))
            ctx.report(task_errors.unknown_property(name, node.name.span, near, PROPERTIES))
    return tuple(made)


def needs_prior(ctx: Context, what: str, span: Span) -> None:
    """Report an expectation where a type has no prior."""
    types = [s for s in ctx.symbols.values() if isinstance(s, TypeSymbol)]
    given = {prior.of: prior for prior in ctx.priors}
    missing = [(t.name, t.span) for t in types if t not in given]
    if missing and None not in given:
        other = next((prior.span for prior in ctx.priors), None)
        ctx.report(mechanism_errors.prior_missing(what, span, missing, other))
