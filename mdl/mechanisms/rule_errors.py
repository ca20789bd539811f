"""What can be wrong with an outcome rule over reports: MDL630 to MDL649."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace

from mdl.diagnostics import Diagnostic, Span
from mdl.mechanisms.profiles import Profiles
from mdl.program.solution import Status

ENTRY = re.compile(r"`(\w+)\[(\d+)(?:,([^\]`]*))?\]`")
PROFILE = re.compile(r"(report|truth) = (\d+)")


def no_outcome(rule: str, span: Span, status: Status, where: str, count: int, absent: str) -> Diagnostic:
    """MDL630: a report profile at which the rule has no optimum."""
    more = f" and at {count - 1:,} other report profiles" if count > 1 else ""
    return Diagnostic(
        "MDL630",
        f"`{rule}`{absent} is {status.value} at {where or 'the only profile'}{more}",
        span,
        help="a mechanism needs an outcome for every report: bound the variables, or widen the constraints so that "
        "something is feasible also then",
    )


def not_convex(rule: str, span: Span) -> Diagnostic:
    """MDL631: a rule whose optimum is only local."""
    return Diagnostic(
        "MDL631",
        f"`{rule}` is not proved convex, so its outcomes may be local optima only",
        span,
        help="`mdl check` says which expression is at fault; audits need the true optimum at every report",
    )


def followers(name: str, span: Span) -> Diagnostic:
    """MDL633: a mechanism over a leader's problem."""
    return Diagnostic(
        "MDL633",
        f"outcome rules over reports cannot have followers (`{name}`)",
        span,
        help="write the follower's answer as a formula, or take it out for the mechanism",
    )


def no_attribute(name: str, span: Span) -> Diagnostic:
    """MDL634: an answer of a solved task inside a mechanism."""
    return Diagnostic(
        "MDL634",
        f"`{name}` is the answer to a task, and has no value at a report profile",
        span,
        help="use the rule's name for its optimal value",
    )


def free_without(name: str, span: Span) -> Diagnostic:
    """MDL635: what an agent gets elsewhere depends on an outcome that is still to be found."""
    return Diagnostic(
        "MDL635",
        f"with the outcome free, `{name}` of those who take part is not known when somebody stays away",
        span,
        help="a valuation of an absent agent may use its own variables (0 then) and types only",
    )


def named(found: Diagnostic, profiles: Profiles, lifted: Container[str] = ()) -> Diagnostic:
    """A diagnostic about the lifted model in the words of the file: the number of a profile becomes its reports.

    `lifted` are names whose first index is such a number: `win[0,a]` becomes `win[a]` at its reports.
    """

    def said(match: re.Match[str]) -> str:
        what = "reports" if match.group(1) == "report" else "true types"
        return f"{what} {profiles.case_name(int(match.group(2)))}"

    def entry(match: re.Match[str]) -> str:
        name, case, rest = match.groups()
        if name not in lifted:
            return match.group(0)
        where = profiles.case_name(int(case))
        return f"`{name}[{rest}]` at {where}" if rest else f"`{name}` at {where}"

    def told(text: str) -> str:
        return ENTRY.sub(entry, PROFILE.sub(said, text))

    return replace(
        found,
        message=told(found.message),
        label=told(found.label),
        labels=tuple(replace(label, text=told(label.text)) for label in found.labels),
        notes=tuple(map(told, found.notes)),
    )


def nothing_to_choose(mechanism: str, span: Span) -> Diagnostic:
    """MDL636: efficiency where nothing is chosen."""
    return Diagnostic(
        "MDL636",
        f"`{mechanism}` has no variables: there is no set of feasible outcomes to compare with",
        span,
        help="`efficient` compares with the best outcome of the file's variables and constraints",
    )


def no_exchange(span: Span) -> Diagnostic:
    """MDL637: envy where the outcome has no parts of agents."""
    return Diagnostic(
        "MDL637",
        "this valuation uses no part of the outcome that belongs to an agent, so nothing can be exchanged",
        span,
        help="`envy_free` needs variables or outcome formulas with agents in their index",
    )
