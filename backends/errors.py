"""What a backend can refuse, one constructor each.  Codes MDL550-MDL599; append only."""

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


# ---- modes of KKT systems: MDL560-MDL569 ----


def mode_unfit(mode: str, why: str, span: Span | None) -> Diagnostic:
    """A mode that cannot treat this system, known before it is solved."""
    return Diagnostic(
        "MDL560",
        f"the mode `{mode}` does not fit this KKT system: {why}",
        span,
        help="leave out `--mode`, and the class of the program picks one that does",
    )


# ---- Pyomo and files: MDL580-MDL599 ----


def complementarity_in_file(target: str, span: Span | None) -> Diagnostic:
    return Diagnostic(
        "MDL580",
        f"{target} has no way to write complementarity conditions",
        span,
        help="write it with `--to pyomo`, `--to latex` or `--to json`, or solve it here with `mdl solve`",
    )


def nonlinear_in_file(target: str, row: str, span: Span | None) -> Diagnostic:
    """`row` is the family or rule at fault."""
    return Diagnostic(
        "MDL581",
        f"`{row}` is nonlinear, which a file of type {target} cannot say",
        span,
        label="not linear in the variables",
        help="use `--to nl` or `--to pyomo`, which take nonlinear programs",
    )


def constant_without_value(reason: str, span: Span | None) -> Diagnostic:
    return Diagnostic(
        "MDL582",
        f"a part of the program without variables has no value: {reason}",
        span,
        help="check the data: a logarithm of zero, a root of a negative number, or a division by zero",
    )


def pyomo_solver_missing(name: str, reason: str) -> Diagnostic:
    """Unknown to Pyomo, not installed, or unable to solve a problem of two variables."""
    return Diagnostic(
        "MDL583",
        f"Pyomo's solver `{name}` does not work here",
        help="install it, or leave out `--solver`: `highs` and `ipopt` come with mdl",
        notes=(reason,) if reason else (),
    )


def pyomo_solver_failed(name: str, reason: str) -> Diagnostic:
    """The solver works, and gave up on this program with an exception."""
    return Diagnostic(
        "MDL584",
        f"Pyomo's solver `{name}` does not take this program",
        help="leave out `--solver`, and the class of the program picks one that does",
        notes=(reason,) if reason else (),
    )


def foreign_expression(what: str) -> Diagnostic:
    """A Pyomo expression that a Program cannot hold, such as `sin`."""
    return Diagnostic(
        "MDL585",
        f"`{what}` in a Pyomo model has no counterpart here",
        help="log, exp, sqrt, powers with constant exponents, products and quotients are known",
    )


def not_a_program(why: str) -> Diagnostic:
    return Diagnostic(
        "MDL586",
        f"this is no program written by `mdl compile --to json`: {why}",
        help="write it again with `mdl compile FILE TASK --to json`",
    )


def unknown_target(target: str, known: tuple[str, ...]) -> Diagnostic:
    return Diagnostic("MDL587", f"no writer for `{target}`", help="choose one of " + ", ".join(known))


# ---- IPOPT: MDL500-MDL549 ----


def ipopt_missing(route: str, reason: str, install: str) -> Diagnostic:
    """No working IPOPT under this route: `cyipopt`, or the library inside `casadi`."""
    return Diagnostic("MDL500", f"IPOPT does not work here through {route}: {reason}", help=install)


def no_integers(solver: str, name: str, span: Span | None) -> Diagnostic:
    return Diagnostic(
        "MDL501",
        f"{solver} has no integer variables, and `{name}` is one",
        span,
        label="integer or binary",
        help="leave out `--solver`: linear programs with integers are solved by HiGHS",
    )


def no_complementarity(solver: str, span: Span | None) -> Diagnostic:
    return Diagnostic("MDL502", f"{solver} does not take complementarity conditions", span)


def undefined(what: str, where: str, span: Span | None) -> Diagnostic:
    """`what` is an operation with its operand, `where` the variables it depends on with their values."""
    return Diagnostic(
        "MDL503",
        f"not defined at the start point: {what}",
        span,
        label="undefined here" if span is not None else "",
        help="bound the variables so that this is defined everywhere inside the bounds, or start elsewhere",
        notes=(f"the start point has {where}",) if where else (),
    )


def nothing_to_write(target: str, span: Span | None) -> Diagnostic:
    return Diagnostic(
        "MDL588",
        f"the program has no variable, which a file of type {target} cannot say",
        span,
        help="check the data: every index set may be empty",
    )


def row_cannot_hold(target: str, row: str, span: Span | None) -> Diagnostic:
    """A row without variables that is false; the format has no place for it."""
    return Diagnostic(
        "MDL589",
        f"the row `{row}` has no variables and cannot hold, so a file of type {target} would lose it",
        span,
        help="the program is infeasible: `mdl explain` names the rows that conflict",
    )


def no_single_line(why: str, span: Span) -> Diagnostic:
    """KKT conditions with a family that has no derivative in one line, such as one with `abs`."""
    return Diagnostic(
        "MDL590",
        f"the KKT conditions cannot be written one line a family: {why}",
        span,
        label="here",
        help='`mdl inspect FILE "kkt of RULE"` shows them row by row; `--to pyomo` and `--to json` write them',
    )
