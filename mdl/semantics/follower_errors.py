"""Static errors of followers: MDL221 to MDL229."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Label, Span
from mdl.semantics.errors import Labels, did_you_mean, here

# One error a paragraph reads best with its texts side by side.
# fmt: off


def follower_over(follower: str, span: Span) -> Diagnostic:
    """MDL221: something other than a variable after `over`."""
    return Diagnostic("MDL221", f"`over` takes the variables of follower `{follower}`", span, "no variable",
                      "write the variable's name, with its index: `over q[i]`")


def follower_variable(name: str, span: Span, follower: str, what: str | None, near: str | None,
                     labels: Labels) -> Diagnostic:
    """MDL228: a follower's variable that is not declared, or is something else."""
    told = f"`{name}` is a {what}, and follower `{follower}` decides on variables" if what else \
        f"follower `{follower}` decides on `{name}`, which is no variable"
    return Diagnostic("MDL228", told, span, "no variable of this name",
                      did_you_mean(near) or ("leave it out" if what else f"declare it: `var {name} >= 0;`"), labels)


def follower_integers(name: str, domain: str, span: Span, declared: Span) -> Diagnostic:
    """MDL222: a follower that decides on integers has no optimality conditions."""
    return Diagnostic("MDL222", f"a follower cannot decide on `{name}`, which is {domain}", span,
                      "a follower is replaced by its optimality conditions, which need continuous variables",
                      f"drop `{domain}`, or leave `{name}` to the leader", here(declared, "declared here"))


def owned_twice(name: str, span: Span, first: Span) -> Diagnostic:
    """MDL223: two followers decide on one variable, or one does twice."""
    return Diagnostic("MDL223", f"`{name}` has two owners", span, "a follower's variable here",
                      "a variable belongs to one follower or to the leader", (Label(first, "and here already"),))


def owned_by_all(name: str, follower: str, index: str, span: Span, declared: Span) -> Diagnostic:
    """MDL224: every member of an indexed follower would own the same variable."""
    return Diagnostic("MDL224", f"every member of follower `{follower}` would decide on the same `{name}`", span,
                      f"without the follower's index `{index}`", f"write `{name}[{index}]` here",
                      here(declared, "the follower's index"))


def owned_index(name: str, span: Span) -> Diagnostic:
    """MDL225: an index after `over` that is neither the follower's nor a new name."""
    return Diagnostic("MDL225", f"`{name}` after `over` takes indices", span,
                      "neither an index of the follower's nor a new name",
                      f"write the follower's own index, or a new name (or just `{name}`) for every member")


def follower_index_kind(follower: str, span: Span) -> Diagnostic:
    """MDL226: followers indexed by tuples under one name, or by sets."""
    return Diagnostic("MDL226", f"follower `{follower}` is indexed by tuples or sets", span, "not by plain members",
                      "name each component: `follower F[(i, j) in E]: ...`")


def follower_index_name(follower: str, span: Span) -> Diagnostic:
    """MDL227: an indexed follower whose index has no name."""
    return Diagnostic("MDL227", f"the index of follower `{follower}` has no name", span, "no name",
                      "name it, so that the follower's variables can be told apart: `[i in S]`")
