"""What can be wrong with tasks on mechanisms: MDL680 to MDL689."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Span


def not_found_yet(name: str, tried: bool, span: Span) -> Diagnostic:
    """MDL680: an audit of a mechanism that was not found."""
    why = "and its `find` gave none" if tried else "and nothing before this line finds it"
    return Diagnostic(
        "MDL680",
        f"`{name}` has something to be found, {why}",
        span,
        help="the answer to `find` says why" if tried else f"put `find {name};` before this line",
    )


def no_transfer(name: str, agent: str, span: Span) -> Diagnostic:
    """MDL681: a transfer asked for of an agent who has none."""
    return Diagnostic(
        "MDL681", f"{agent} has no transfer `{name}`", span, help="ask for an agent in the index of the transfer"
    )


def counted_entry(name: str, span: Span) -> Diagnostic:
    """MDL682: one agent's entry where agents are counted and not told apart."""
    return Diagnostic(
        "MDL682",
        f"with interchangeable agents an entry of `{name}` is not known for each",
        span,
        help="ask for a sum over the agents, or take out `symmetric`",
    )


def nothing_unknown(name: str, span: Span) -> Diagnostic:
    """MDL683: the program of a mechanism in which nothing is to be found."""
    return Diagnostic(
        "MDL683",
        f"`{name}` has no program: its outcome and payments are given",
        span,
        help=f"`check {name}: dominant_ic;` audits it; a program needs `pay t[AGENTS];`, `adjust` or `outcome free;`",
    )


def no_agent(name: str, known: list[str], span: Span) -> Diagnostic:
    """MDL684: an answer asked for of somebody who is no agent."""
    shown = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
    return Diagnostic("MDL684", f"{name} is no agent", span, help=f"the agents are {shown}")


def no_entry(name: str, member: str, span: Span) -> Diagnostic:
    """MDL686: an entry asked for outside the index of a variable, let or outcome item."""
    return Diagnostic(
        "MDL686", f"there is no `{name}[{member}]`", span, help=f"ask for a member of the index of `{name}`"
    )


def no_certificate(name: str, why: str, span: Span | None) -> Diagnostic:
    """MDL685: a search whose answer is not proved in rationals."""
    return Diagnostic(
        "MDL685",
        f"no certificate of `{name}`: {why}",
        span,
        help="certificates hold rationals; data with logarithms, roots or integer variables have none",
    )
