"""Errors of audits (MDL660-669)."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Span


def needs_prior(name: str, span: Span | None) -> Diagnostic:
    """MDL660: a property that averages over types, without a prior."""
    return Diagnostic(
        "MDL660",
        f"`{name}` needs a prior: it averages over types",
        span,
        "no prior is given",
        "say how likely types are, `prior TYPE ~ uniform;`, or ask for a property that holds whatever they are "
        "(`dominant_ic`, `ex_post_ir`, `weak_budget_balance`)",
    )


def needs_payments(name: str, span: Span | None) -> Diagnostic:
    """MDL661: a property of payments that are still to be found."""
    return Diagnostic(
        "MDL661",
        f"`{name}` needs payments, and those of this mechanism are not known",
        span,
        "payments are unknown",
        "`find` the mechanism first, or give its payments a formula",
    )


def needs_optimum(name: str, span: Span | None) -> Diagnostic:
    """MDL662: efficiency without an optimum to compare with."""
    return Diagnostic(
        "MDL662",
        f"`{name}` needs the best outcome to compare with, and none is known",
        span,
        "no optimum is known",
        "give the outcome variables, and the constraints that say which outcomes are feasible",
    )


def needs_parts(name: str, span: Span | None) -> Diagnostic:
    """MDL663: envy where no agent has a part of the outcome that another could have."""
    return Diagnostic(
        "MDL663",
        f"`{name}` needs an outcome of which every agent has its own part",
        span,
        "nothing to envy",
        "let the outcome have the agents as its first index, `var x[AGENT];`, and valuations name each agent's own",
    )


def unknown_property(name: str, known: str, span: Span | None) -> Diagnostic:
    """MDL664: no property of this name can be audited."""
    return Diagnostic("MDL664", f"there is no property `{name}`", span, "not a property", f"properties are {known}")
