"""Static errors of priors (246-249) and mechanisms (266, 269-274, 296-299, 720-727)."""

from __future__ import annotations

from collections.abc import Sequence

from mdl.diagnostics import Diagnostic, Label, Span
from mdl.semantics.errors import Labels, did_you_mean, here, quoted

# One error a paragraph reads best with its texts side by side.
# fmt: off


# ---- priors --------------------------------------------------------------------------------------------


def priors_clash(name: str, span: Span, joint: Span) -> Diagnostic:
    """MDL246: a joint prior beside the prior of one type."""
    return Diagnostic("MDL246", f"`{name}` has a prior of its own and one in the joint table", span,
                      "a second prior", "keep the joint table, or a prior for each type",
                      here(joint, "the joint prior is over all types"))


def prior_index(what: str, wanted: str, span: Span, declared: Span | None = None) -> Diagnostic:
    """MDL247: a prior with an index that is not its type's."""
    return Diagnostic("MDL247", f"{what} takes {wanted}", span, "another index",
                      "write it as in the type's declaration, or leave it out",
                      here(declared, "type declared here"))


def prior_shape(what: str, span: Span, joint: bool) -> Diagnostic:
    """MDL248: a prior that is neither `uniform` nor a table of probabilities."""
    table = "`{(1, 1): 0.4, (1, 2): 0.6}`" if joint else "`uniform` or `{1: 0.5, 2: 0.5}`"
    return Diagnostic("MDL248", f"{what} is no table of probabilities", span, "not a table", f"write {table}")


def prior_key(what: str, span: Span, joint: bool) -> Diagnostic:
    """MDL249: a key of a prior that cannot be a value of the type, or is not written out."""
    wanted = "one value for each type of each agent, in agent order: `(1, 2): 0.25`" if joint else "a value of the type"
    return Diagnostic("MDL249", f"{what} gives a probability to something that is no value", span, "not a value",
                      f"write out {wanted}")


def prior_missing(what: str, span: Span, types: Sequence[tuple[str, Span]], given: Span | None) -> Diagnostic:
    """MDL296: an expectation where a type has no prior."""
    names = quoted([name for name, _ in types])
    lines = " and ".join(f"`prior {name} ~ uniform;`" for name, _ in types)
    labels = tuple(Label(place, "no prior for this type") for _, place in types)
    return Diagnostic("MDL296", f"{what} needs a prior, and {names} {'have' if types[1:] else 'has'} none", span,
                      "an expectation over types", f"add {lines}, or a table of probabilities",
                      labels + here(given, "a prior for another type"))


# ---- what a mechanism is made of -----------------------------------------------------------------------


def given_of(span: Span, what: str | None, near: str | None, labels: Labels) -> Diagnostic:
    """MDL266: `expected(e given x)` where `x` is no private type."""
    return Diagnostic("MDL266", f"`given` takes private types, not {what or 'this'}", span, "not a type of an agent",
                      did_you_mean(near, "write `expected(e given theta[i])`"), labels)


def item_twice(what: str, span: Span, first: Span) -> Diagnostic:
    """MDL269: two outcomes, objectives or incomes in one mechanism."""
    return Diagnostic("MDL269", f"a mechanism has one {what}", span, f"a second {what}", "keep one of the two",
                      here(first, "the first is here"))


def outcome_missing(name: str, span: Span, rules: Sequence[str]) -> Diagnostic:
    """MDL270: a mechanism that does not say how the outcome is chosen."""
    known = " or ".join(f"`outcome {rule};`" for rule in (*rules[:8], "free"))
    return Diagnostic("MDL270", f"the mechanism `{name}` has no outcome", span, "how is the outcome chosen?",
                      f"add {known}")


def transfer_index(name: str, direction: str, span: Span, sets: Sequence[str]) -> Diagnostic:
    """MDL271: a transfer that is not indexed by one agents set."""
    agents = sets[0] if sets else "AGENTS"
    return Diagnostic("MDL271", f"`{name}` must have one index, over agents", span, "not one index over agents",
                      f"write `{direction} {name}[{agents}]`, one number for each agent")


def adjustment_unused(name: str, span: Span, index: str) -> Diagnostic:
    """MDL272: an `adjust` that no transfer uses."""
    return Diagnostic("MDL272", f"no transfer uses the adjustment `{name}`", span, "has no effect",
                      f"add `{name}[{index}]` to the formula of a transfer")


def soften_property(name: str, span: Span, known: Sequence[str]) -> Diagnostic:
    """MDL273: a property that cannot be softened."""
    return Diagnostic("MDL273", f"`{name}` cannot be softened", span, "no amount of money measures its shortfall",
                      f"require it, or soften one of {', '.join(known)}")


def shortfall(message: str, span: Span, label: str, repair: str, labels: Labels = ()) -> Diagnostic:
    """MDL274: `soften` and `minimize expected shortfall;` not together."""
    return Diagnostic("MDL274", message, span, label, repair, labels)


def nothing_unknown(name: str, span: Span, declared: Span) -> Diagnostic:
    """MDL297: `find` of a mechanism in which everything is given."""
    return Diagnostic("MDL297", f"there is nothing to find in `{name}`: its outcome and transfers are given", span,
                      "nothing unknown",
                      f"write `check {name}: ...;`, or leave a transfer without formula: `pay t[AGENTS];`",
                      here(declared))


def not_additive(family: str, valuation: str, rule: str, span: Span, why: str, place: Span, form: str) -> Diagnostic:
    """MDL298: a family that needs the valuations as they are in the objective."""
    return Diagnostic("MDL298", f"`{family}` needs `{valuation}` once in the objective `{rule}`, as a term of a sum",
                      span, why,
                      f"write the objective with `{form}`, or write the transfer out in a `mechanism {{ ... }}`",
                      here(place, "it enters here" if "not in" not in why else "the objective"))


def property_twice(name: str, span: Span, first: Span) -> Diagnostic:
    """MDL299: a property that is required twice, softened twice, or both."""
    return Diagnostic("MDL299", f"`{name}` is named twice", span, "said again", "keep one of the two",
                      here(first, "first said here"))


def goal_mixed(span: Span, label: Span) -> Diagnostic:
    """MDL720: an objective that is partly an expectation."""
    return Diagnostic("MDL720", "one part of this objective is an expectation and another is not", span,
                      "differs from report to report", "write `expected (...)` around all of it",
                      here(label, "an expectation"))


def no_valuation(family: str, span: Span) -> Diagnostic:
    """MDL721: a family of mechanisms in a file without valuations."""
    return Diagnostic("MDL721", f"`{family}` is about valuations, and this file has none", span, "no valuations",
                      "declare `valuation[i in AGENTS] = ...;`")


def outcome_free(span: Span) -> Diagnostic:
    """MDL722: `outcome free;` in a file without variables."""
    return Diagnostic("MDL722", "`outcome free` leaves the variables to be found, and this file has none", span,
                      "nothing to choose", "declare `var ...;`, or name an outcome formula")


def unknown_absent(name: str, span: Span, declared: Span) -> Diagnostic:
    """MDL723: an unknown transfer with an agent absent."""
    return Diagnostic("MDL723", f"the unknown `{name}` has no value with agents absent", span,
                      "inside `without` or `with only`", "move it outside: `(e without i) + t[i]`",
                      here(declared, "unknown, one number a report profile"))


def undecided(name: str, rule: str, span: Span, used: Span, declared: Span | None) -> Diagnostic:
    """MDL727: a variable in a mechanism whose outcome is a formula, which chooses no variables."""
    return Diagnostic("MDL727", f"the outcome formula `{rule}` does not choose `{name}`, which this mechanism needs",
                      span, "the outcome of this mechanism",
                      f"name an objective as outcome, or use the items of `{rule}` in place of `{name}`",
                      here(used, f"depends on `{name}`") + here(declared, "variable declared here"))


# ---- answers -------------------------------------------------------------------------------------------


def no_such_answer(name: str, base: str, span: Span, near: str | None, known: Sequence[str]) -> Diagnostic:
    """MDL724: an attribute that a mechanism does not have."""
    return Diagnostic("MDL724", f"the mechanism `{base}` has no `{name}`", span, "no answer of this name",
                      did_you_mean(near, f"it has {quoted(known)}"))


def answer_index(what: str, wanted: str, span: Span, form: str) -> Diagnostic:
    """MDL725: `M.pay` without its agent, `M.revenue` with an index."""
    return Diagnostic("MDL725", f"{what} takes {wanted}", span, f"expected {wanted}", f"write `{form}`")


def no_objective(name: str, span: Span, declared: Span) -> Diagnostic:
    """MDL726: `M.objective` of a mechanism that maximises and minimises nothing."""
    return Diagnostic("MDL726", f"the mechanism `{name}` has no objective", span, "nothing is maximised",
                      f"ask `{name}.revenue`, or add `maximize expected ...;` to the mechanism", here(declared))
