"""What can be wrong with the types, priors and reports of a mechanism, once data are bound: MDL600 to MDL629."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Span


def endless_domain(name: str, span: Span) -> Diagnostic:
    """MDL600: a type from an interval where its values are to be listed."""
    return Diagnostic(
        "MDL600",
        f"type `{name}` has endlessly many values: a mechanism needs a list of them",
        span,
        help="add a step after the interval, such as `in [0, 1] step 0.25`, or write the values out",
    )


def empty_domain(name: str, entry: str, span: Span) -> Diagnostic:
    """MDL601: a type without a value."""
    return Diagnostic(
        "MDL601", f"type `{name}[{entry}]` has no value", span, help="its domain is empty for this data: widen it"
    )


def bad_step(name: str, step: str, span: Span) -> Diagnostic:
    """MDL602: a step that is not positive."""
    return Diagnostic("MDL602", f"the step of type `{name}` is {step}", span, help="a step must be greater than 0")


def too_many_profiles(profiles: int, rows: int, limit: int, sizes: str, counted: bool, span: Span | None) -> Diagnostic:
    """MDL603: more report profiles than can be listed, or counted; nothing has been allocated."""
    memory = rows * 8 / 2**30
    way_out = "take fewer values or a coarser `step`, or fewer agents"
    if not counted:
        way_out += "; or, where agents are interchangeable, say so with `symmetric AGENTS;`, to list counts of types"
    return Diagnostic(
        "MDL603",
        f"the agents' types make {profiles:,} report profiles ({sizes}): about {rows:,} utilities to compare, "
        f"{memory:,.1f} GiB for each table of them, over the limit of {limit:,}",
        span,
        help=way_out,
    )


def no_room(profiles: int, sizes: str, wanted: float, there: float, irrational: bool, span: Span) -> Diagnostic:
    """MDL609: tables that this machine's memory does not hold; nothing has been allocated."""
    why = " (numbers with logarithms, roots or powers take more room)" if irrational else ""
    return Diagnostic(
        "MDL609",
        f"utilities over {profiles:,} report profiles ({sizes}) would take about {wanted:,.1f} GiB{why}, and this "
        f"machine has {there:,.1f} GiB",
        span,
        help="take fewer values or a coarser `step`, or fewer agents",
    )


def too_many_values(name: str, count: int, limit: int, span: Span) -> Diagnostic:
    """MDL608: a type with more values than could ever be compared; nothing has been allocated."""
    return Diagnostic(
        "MDL608",
        f"type `{name}` has {count:,} values: of one agent alone {count * count:,} pairs of true type and report, "
        f"over the limit of {limit:,}",
        span,
        help="take fewer values or a coarser `step`",
    )


def prior_sum(name: str, total: str, whose: str, span: Span) -> Diagnostic:
    """MDL610: probabilities that do not add up to 1, exactly."""
    return Diagnostic(
        "MDL610",
        f"the prior {name} adds up to {total}, not 1{whose}",
        span,
        help="probabilities are exact: write thirds as 1/3, not 0.333",
    )


def prior_negative(name: str, value: str, entry: str, span: Span) -> Diagnostic:
    """MDL611: a negative probability."""
    return Diagnostic("MDL611", f"the prior {name} gives {entry} the probability {value}", span, help="it must be >= 0")


def prior_unknown_value(name: str, key: str, known: str, span: Span) -> Diagnostic:
    """MDL612: a probability for what is no value of the type, or no profile."""
    return Diagnostic(
        "MDL612", f"the prior {name} names {key}, which is {known}", span, help="take it out or correct it"
    )


def prior_missing_value(name: str, key: str, more: int, span: Span) -> Diagnostic:
    """MDL613: values of the type, or profiles, without a probability; `more` besides the first of them."""
    others = f" and {more:,} more" if more else ""
    return Diagnostic(
        "MDL613",
        f"the prior {name} has no probability for {key}{others}",
        span,
        help="give every one a probability; what cannot happen has 0",
    )


def prior_key(name: str, wanted: int, got: int, span: Span) -> Diagnostic:
    """MDL614: a profile with a wrong number of types."""
    return Diagnostic(
        "MDL614",
        f"a profile of the prior {name} has {got} {'value' if got == 1 else 'values'}, not {wanted}",
        span,
        help="one value for each type of each agent, in agent order: `(1, 2): 0.25`",
    )


def prior_twice(name: str, key: str, span: Span) -> Diagnostic:
    """MDL615: two probabilities for one value or profile."""
    return Diagnostic("MDL615", f"the prior {name} names {key} twice", span, help="keep one of them")


def no_prior(what: str, name: str, span: Span) -> Diagnostic:
    """MDL616: an expectation over a type whose prior is not given."""
    return Diagnostic(
        "MDL616",
        f"{what} needs a prior, and type `{name}` has none",
        span,
        help=f"add `prior {name} ~ uniform;`, or a table of probabilities",
    )


def impossible_type(given: str, span: Span) -> Diagnostic:
    """MDL617: an expectation given a type of probability zero."""
    return Diagnostic(
        "MDL617",
        f"`expected` is asked for given that {given}, which has probability 0",
        span,
        help="leave this value out of the domain, or give it a positive probability",
    )


def expectation_of_transfer(span: Span) -> Diagnostic:
    """MDL618: an expectation with agents absent."""
    return Diagnostic(
        "MDL618",
        "`expected` stands inside `without` or `with only`",
        span,
        help="put `without` inside: `expected((e without i) given theta[i])`",
    )


def no_agents(span: Span) -> Diagnostic:
    """MDL604: a mechanism in a file without agents."""
    return Diagnostic("MDL604", "there is nobody for this mechanism", span, help="declare `agents NAME := {...};`")


def set_index(name: str, span: Span) -> Diagnostic:
    """MDL605: a let over subsets that mixes true types and reports."""
    return Diagnostic(
        "MDL605",
        f"`{name}` uses both true types and what the reports lead to, and its index is a tuple or a set",
        span,
        help="give it plain indices, `[i in S, j in T]`",
    )


def unlisted_profile(span: Span, shown: str) -> Diagnostic:
    """MDL606: an answer asked for at types that are not in the domains."""
    return Diagnostic(
        "MDL606", f"{shown} is no profile of reports", span, help="write one value a type, in agent order"
    )


def no_realised(name: str, span: Span) -> Diagnostic:
    """MDL607: an answer asked for at the realised profile where types have no data."""
    return Diagnostic(
        "MDL607",
        f"type `{name}` has no realised value",
        span,
        help="give the profile behind the agent, as in `M.pay[a, 3, 1]`, or data with `:=` after the type",
    )


def not_interchangeable(name: str, why: str, span: Span) -> Diagnostic:
    """MDL620: agents that are said to be interchangeable and are not."""
    return Diagnostic(
        "MDL620",
        f"the agents of `{name}` are not interchangeable: {why}",
        span,
        help=f"take out `symmetric {name};`, or make the model the same for all of them",
    )


def uneven_outcome(rule: str, variable: str, where: str, span: Span) -> Diagnostic:
    """MDL621: an outcome that treats agents with one type differently, where agents are counted."""
    return Diagnostic(
        "MDL621",
        f"`{rule}` does not treat agents with the same type alike: `{variable}` differs at {where}",
        span,
        help="several outcomes are optimal and the file does not say which: add a term that decides between them, or "
        "take out `symmetric`, so that every agent is looked at",
    )


def mean_of_two(span: Span) -> Diagnostic:
    """MDL622: a mean about two agents where agents are counted."""
    return Diagnostic(
        "MDL622",
        "`expected` speaks of two agents, and with `symmetric` only one is told from the others",
        span,
        help="sum over the others inside, `expected(sum(j in USER where j != i) ... given theta[i])`, or take out "
        "`symmetric`",
    )
