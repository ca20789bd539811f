"""Static errors of coalitional games (MDL700-709)."""

from __future__ import annotations

from collections.abc import Sequence

from mdl.diagnostics import Diagnostic, Span
from mdl.semantics.errors import Labels, did_you_mean, here

# One error a paragraph reads best with its texts side by side.
# fmt: off


def game_shape(name: str, span: Span) -> Diagnostic:
    """MDL700: the index of a game is not one coalition."""
    return Diagnostic("MDL700", f"`{name}` is not indexed by coalitions", span, "not one index over `subsets(...)`",
                      f"write `coalition {name}[S in subsets(AGENTS)] = ...;`")


def game_without_index(name: str, span: Span, near: str | None, labels: Labels) -> Diagnostic:
    """MDL701: a game without index that does not name an objective."""
    forms = f"write `coalition {name} = RULE;` or `coalition {name}[S in subsets(AGENTS)] = ...;`"
    return Diagnostic("MDL701", f"`{name}` has no index, so it must be the name of an objective", span,
                      "not the name of an objective",
                      did_you_mean(near, forms), labels)


def wrong_sense(name: str, rule: str, cost: bool, span: Span, declared: Span) -> Diagnostic:
    """MDL702: gains of a minimised rule, or costs of a maximised one."""
    is_, word = ("maximised", "") if cost else ("minimised", "cost ")
    return Diagnostic("MDL702", f"`{rule}` is {is_}, so it gives {'gains' if cost else 'costs'}", span,
                      "the wrong sense", f"write `coalition {word}{name} = {rule};`", here(declared))


def table_shape(name: str, span: Span) -> Diagnostic:
    """MDL703: the table of a game is no map."""
    form = f"coalition {name}[subsets(AGENTS)] := {{ {{a}}: 1, {{a, b}}: 3 }};"
    return Diagnostic("MDL703", f"the worths of `{name}` are not a table", span, "expected `{ {a}: 1, {a, b}: 3 }`",
                      f"write `=` for a formula, or `{form}`")


def no_agents(name: str, span: Span) -> Diagnostic:
    """MDL704: a game of a rule in a file without agents."""
    return Diagnostic("MDL704", f"the players of `{name}` are the agents, and this file has none", span, "no players",
                      "declare the set with `agents`")


def attribute_index(name: str, wanted: str, span: Span) -> Diagnostic:
    """MDL705: `v.nucleolus` without its player, `v.gap` with an index."""
    return Diagnostic("MDL705", f"`.{name}` takes {wanted}", span, f"expected {wanted}",
                      "write `v.nucleolus[a]`, `v.worth[{a, b}]`, `v.least_core`")


def unknown_answer(name: str, game: str, span: Span, near: str | None, known: Sequence[str]) -> Diagnostic:
    """MDL706: an attribute that a game does not have."""
    listed = ", ".join(f"`{k}`" for k in known)
    return Diagnostic("MDL706", f"the game `{game}` has no `{name}`", span, "no answer of this name",
                      did_you_mean(near, f"it has {listed}"))


def payoff_wanted(span: Span) -> Diagnostic:
    """MDL707: `check in_core of v` without a payoff."""
    return Diagnostic("MDL707", "`in_core` needs the payoff to check", span, "no payoff",
                      "write `check in_core {a: 1, b: 2} of v;`")


def payoff_unwanted(what: str, span: Span) -> Diagnostic:
    """MDL708: a payoff after a property that takes none."""
    return Diagnostic("MDL708", f"`{what}` takes no payoff", span, "not expected here",
                      f"write `check {what} of v;`, or `check in_core {{...}} of v;`")


def player_twice(name: str, span: Span, first: Span) -> Diagnostic:
    """MDL709: a player is given two payoffs."""
    return Diagnostic("MDL709", f"`{name}` is given two payoffs", span, "a second payoff", "keep one of the two",
                      here(first, "first given here"))
