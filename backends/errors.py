"""What a backend can refuse, one constructor each.  Codes MDL550-MDL579; append only."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Span


def solver_missing(solver: str, need: str) -> Diagnostic:
    """The solver's package is not there, or it cannot solve a problem of two variables."""
    return Diagnostic("MDL550", f"the solver `{solver}` does not work here", help=need)


def not_a_number(what: str, value: float, span: Span | None) -> Diagnostic:
    """`what` names the place in the user's words, such as `coefficient of x[u1] in link[AB]`."""
    return Diagnostic(
        "MDL551",
        f"the {what} is {value!r} as a floating-point number",
        span,
        label="from here",
        help="a solver needs finite numbers below 1.8e308: check the data, or change the units",
    )


def out_of_range(solver: str, what: str, value: float, low: float, high: float, span: Span | None) -> Diagnostic:
    """A finite number that the solver would drop, or take for infinite."""
    return Diagnostic(
        "MDL552",
        f"the {what} is {value!r}, which {solver} cannot hold",
        span,
        label="from here",
        help=f"{solver} takes sizes from {low:g} to {high:g}: change the units so that they lie between",
    )


def wrong_class(solver: str, kind: str, why: str, span: Span | None) -> Diagnostic:
    """A program that the solver does not take, such as one with nonlinear rows for HiGHS."""
    return Diagnostic(
        "MDL553",
        f"{solver} does not solve a program of class {kind}: {why}",
        span,
        help="leave out `--solver`, and the class of the program picks one that does",
    )


def too_many_entries(entries: int) -> Diagnostic:
    return Diagnostic(
        "MDL554",
        f"the program has {entries} nonzero coefficients, more than the 2147483647 that solvers can count",
        help="split the model, or leave out rows that cannot bind",
    )
