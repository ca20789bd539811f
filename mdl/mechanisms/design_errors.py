"""What a design cannot be: MDL670, MDL672."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Span


def not_linear(name: str, what: str, span: Span | None) -> Diagnostic:
    """MDL670: something to be found enters in a way that is not linear."""
    return Diagnostic(
        "MDL670",
        f"the {what} `{name}` is not linear in what is to be found"
        if name != what
        else f"this {what} is not linear in what is to be found",
        span,
        help="a difference of two utilities would not be convex; fix the outcome with `outcome RULE;`, or write the "
        "outcome as lotteries over finitely many alternatives",
    )


def open_bound(name: str, span: Span) -> Diagnostic:
    """MDL672: with a free outcome, a lie may widen a bound that the true type sets."""
    return Diagnostic(
        "MDL672",
        f"the bounds of `{name}` depend on a type, and with a free outcome a lie could lead beyond the true ones",
        span,
        help="restrict the reports, as with `report capacity at most truth;`, or fix the outcome with `outcome RULE;`",
    )
