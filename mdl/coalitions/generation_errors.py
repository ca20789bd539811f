"""Why the coalitions of a game cannot be generated (MDL730-739)."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Span
from mdl.program.solution import NOT_FINISHED, Status

WAY_OUT = "a game with fewer players is listed; or write the rule with sums over agents and variables indexed by them"


def not_generated(reason: str, span: Span) -> Diagnostic:
    """MDL730: what a coalition can gain is not seen to be one linear program with membership as variables."""
    return Diagnostic(
        "MDL730",
        f"coalitions cannot be generated: {reason}",
        span,
        "not linear in who takes part",
        WAY_OUT,
    )


def no_bound(variable: str, span: Span | None) -> Diagnostic:
    """MDL731: an agent's variable without a bound that holds whoever takes part."""
    return Diagnostic(
        "MDL731",
        f"coalitions cannot be generated: no bound on `{variable}` can be proved",
        span,
        "0 where its agent is absent, and not bounded where it takes part",
        "give the variable a bound, such as `<= 1000`",
    )


def no_row_bound(row: str, span: Span | None) -> Diagnostic:
    """MDL732: an agent's row that cannot be switched off."""
    return Diagnostic(
        "MDL732",
        f"coalitions cannot be generated: no bound on the sides of `{row}` can be proved for when its agent is absent",
        span,
        "its other variables are not bounded",
        "give the variables in it bounds, such as `<= 1000`",
    )


def no_optimum(game: str, coalition: str, status: Status, span: Span) -> Diagnostic:
    """MDL733: a program on the way has no optimum, or none was found."""
    stopped = status in NOT_FINISHED
    return Diagnostic(
        "MDL733",
        f"in `{game}` the program of {coalition} is {status.value}",
        span,
        "nothing is known of it" if stopped else "no optimum with only these agents",
        "try a longer --time-limit" if stopped else "let every coalition do nothing",
    )


def too_close(game: str, coalition: str, span: Span) -> Diagnostic:
    """MDL736: what is to be decided is smaller than what the solver can tell apart."""
    return Diagnostic(
        "MDL736",
        f"in `{game}` the program of {coalition} is decided by less than the solver's tolerances",
        span,
        "no verdict",
        "units in which worths are neither tiny nor huge make differences clearer",
    )


def nobody(game: str, worth: str, span: Span) -> Diagnostic:
    """MDL735: the coalition of nobody is worth something."""
    return Diagnostic(
        "MDL735",
        f"in `{game}` the coalition of nobody is worth {worth}, not 0",
        span,
        "not 0 for the empty coalition",
        "index what agents bring by agents; pairs of a set are of agents where it says `set E in AGENTS * AGENTS`",
    )


def disagreement(game: str, coalition: str, found: float, real: float, span: Span) -> Diagnostic:
    """MDL739: the derived program and the restricted one differ; nothing is claimed then."""
    return Diagnostic(
        "MDL739",
        f"in `{game}` the derived program says {found!r} for {coalition}, and its own program says {real!r}",
        span,
        "no answer is given",
        "this is a mistake of this version: please report it with the model",
    )
