"""Why an expression, a row or a program cannot be lowered: MDL400 to MDL449."""

from __future__ import annotations

from collections.abc import Sequence

from mdl.algebra.proof import Proof, Requirement
from mdl.diagnostics import Diagnostic, Failure, Label, Severity, Span
from mdl.semantics.model import VarSymbol

MOST = 10
"""Rows named in one diagnostic."""


class Infeasible(Failure):
    """No point can be feasible: a row without variables is false, or bounds contradict each other."""


# ---- class -----------------------------------------------------------------------------------------


def not_convex(need: Requirement, fault: Proof, maximize: bool | None) -> Diagnostic:
    """A warning: the program is solved, but only a local answer can be claimed."""
    if fault.known:
        message = f"`{need.name}` is not convex: `{shown(fault)}` is {fault.curvature.value} ({need.rule})"
        if maximize is not None:
            message = f"objective `{need.name}` is not {need.wanted}: `{shown(fault)}` is {fault.curvature.value}"
        label = fault.rule
    else:
        message = f"`{need.name}` is not proved {'concave' if maximize else 'convex'}: {fault.rule}"
        if maximize is None:
            message = f"row `{need.name}` is not proved convex: {fault.rule}"
        label = "curvature not known"
    labels = () if fault.span.source is need.span.source and _inside(fault.span, need.span) else (
        Label(need.span, "used here"),
    )  # fmt: skip
    notes = (need.rule, "the solver's answer is a local one")
    return Diagnostic("MDL400", message, fault.span, label, fault.suggestion, labels, notes, Severity.WARNING)


def shown(fault: Proof) -> str:
    return fault.text if len(fault.text) <= 60 else fault.text[:57] + "..."


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def indefinite(name: str, span: Span, maximize: bool, how: str) -> Diagnostic:
    """A warning beside those of the rules: the quadratic form as a whole was tried too."""
    side = "negative" if maximize else "positive"
    return Diagnostic(
        "MDL401",
        f"the quadratic objective `{name}` is not {'concave' if maximize else 'convex'}",
        span,
        f"its Hessian is not {side} semidefinite ({how})",
        "the solver's answer is a local one; bound the variables, or change the sign of a product",
        severity=Severity.WARNING,
    )


def integer_nonlinear(variables: Sequence[VarSymbol], place: Proof) -> Diagnostic:
    names = ", ".join(f"`{v.name}`" for v in variables)
    return Diagnostic(
        "MDL402",
        f"integer variables ({names}) in a program that is not linear",
        place.span,
        "not linear in the variables",
        "this version solves integer programs only where everything is linear: make it linear, or drop `integer`",
        labels=tuple(Label(v.span, f"`{v.name}` is {v.domain}") for v in variables),
    )


# ---- max, min, abs ---------------------------------------------------------------------------------


_DOWN = "is exact only where the program pushes it down: in a minimised objective, or on the small side of `<=`"
_UP = "is exact only where the program pushes it up: in a maximised objective, or on the large side of `<=`"
_EXACT = {"max": f"a max {_DOWN}", "abs": f"an abs {_DOWN}", "min": f"a min {_UP}"}


def wrong_side(fn: str, fault: Proof, name: str, position: str, span: Span) -> Diagnostic:
    """max or abs where larger is better, min where smaller is better, or where the direction is open."""
    labels = () if _inside(fault.span, span) else (Label(span, "used here"),)
    return Diagnostic(
        "MDL410",
        f"`{fn}` of variables in `{name}` cannot become linear rows: {position}",
        fault.span,
        "not in convex position",
        f"{_EXACT[fn]}; elsewhere use a `binary` variable for the choice",
        labels,
    )


# ---- expressions -------------------------------------------------------------------------------------


def negative_base(span: Span, base: str) -> Diagnostic:
    return Diagnostic(
        "MDL411",
        "a power with variables in its exponent needs a positive base",
        span,
        f"the base is {base}",
        "bound the base from below by a positive number",
    )


# ---- rows and bounds ---------------------------------------------------------------------------------


def false_rows(span: Span, names: Sequence[str], count: int) -> Diagnostic:
    listed = ", ".join(f"`{n}`" for n in names[:MOST])
    more = f" and {count - MOST} more" if count > MOST else ""
    return Diagnostic(
        "MDL420",
        f"infeasible: {listed}{more} {'holds' if count == 1 else 'hold'} for no values of the variables",
        span,
        "no variable is in it, and it is false for the data",
        "check the data, or leave such rows out with `where`",
    )


def empty_bounds(var: VarSymbol, names: Sequence[str], count: int, lower: str, upper: str) -> Diagnostic:
    listed = ", ".join(f"`{n}`" for n in names[:MOST])
    more = f" and {count - MOST} more" if count > MOST else ""
    spans = [b.span for b in var.bounds]
    return Diagnostic(
        "MDL421",
        f"infeasible: no value lies between the bounds of {listed}{more}",
        spans[-1] if spans else var.span,
        f"of `{names[0]}`: at least {lower} and at most {upper}",
        "check the data behind the bounds",
        labels=(Label(var.span, f"`{var.name}` is declared here"),),
    )


# ---- KKT systems -----------------------------------------------------------------------------------


def kkt_of_integers(name: str, domain: str, span: Span | None) -> Diagnostic:
    """MDL430: optimality conditions by derivatives need variables that move continuously."""
    return Diagnostic(
        "MDL430",
        f"a program with {domain} variables has no KKT system, and `{name}` is {domain}",
        span,
        label=f"{domain} here",
        help="let the variable be continuous, or solve the rule itself: `solve RULE;`",
    )
