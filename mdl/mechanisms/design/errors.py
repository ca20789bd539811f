"""Why a design cannot be written down: MDL671 and MDL673 to MDL676."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Span


def too_large(rows: int, columns: int, nonzeros: int, size: int, limit: int, span: Span | None) -> Diagnostic:
    """MDL671: a program of more bytes than the limit; nothing has been allocated."""
    return Diagnostic(
        "MDL671",
        f"the incentive program would have about {rows:,} rows, {columns:,} columns and {nonzeros:,} nonzeros: "
        f"{size / 2**30:,.1f} GiB, over the limit of {limit / 2**30:,.1f} GiB",
        span,
        help="take fewer values or a coarser `step`, fewer agents, `bayesian_ic` instead of `dominant_ic`, or, "
        "where agents are interchangeable, say so with `symmetric AGENTS;`",
    )


def too_many_utilities(utilities: int, size: int, limit: int, span: Span | None) -> Diagnostic:
    """MDL671: as `too_large`, where the utilities alone do not fit; nothing has been allocated."""
    return Diagnostic(
        "MDL671",
        f"with the outcome to be found, {utilities:,} utilities (agent, true type, report profile) are formulas of "
        f"unknowns: about {size / 2**30:,.1f} GiB, over the limit of {limit / 2**30:,.1f} GiB",
        span,
        help="take fewer values or a coarser `step`, fewer agents, an outcome rule instead of `outcome free`, or, "
        "where agents are interchangeable, say so with `symmetric AGENTS;`",
    )


def truth_breaks(agent: str, true: str, others: str, count: int, span: Span | None) -> Diagnostic:
    """MDL676: an outcome that breaks the bounds of a type that told the truth."""
    where = f" (others: {others})" if others else ""
    more = f", and in {count - 1:,} more places" if count > 1 else ""
    return Diagnostic(
        "MDL676",
        f"the outcome breaks the bounds of {agent} of type {true}, which told the truth{where}{more}: its utility is "
        "minus infinity whatever is paid",
        span,
        help="the outcome rule must respect the bounds of the reported types",
    )


def needs_prior(what: str, span: Span | None) -> Diagnostic:
    """MDL673: an expectation without a prior."""
    return Diagnostic(
        "MDL673",
        f"{what} is an expectation over types, and no prior is given",
        span,
        help="add a prior, such as `prior theta ~ uniform;`",
    )


def needs_optimum(span: Span | None) -> Diagnostic:
    """MDL674: efficiency without an outcome to compare with."""
    return Diagnostic("MDL674", "`efficient` needs the largest total of valuations, which is not known here", span)


def unknown_property(name: str, span: Span | None) -> Diagnostic:
    """MDL675: a property without rows of its own."""
    return Diagnostic("MDL675", f"`{name}` cannot be required of a mechanism that is to be found", span)
