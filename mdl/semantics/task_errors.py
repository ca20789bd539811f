"""Static errors of what is known when (275-284), and of tasks and rules (285-295)."""

from __future__ import annotations

from collections.abc import Sequence

from mdl.diagnostics import Diagnostic, Span
from mdl.semantics.context import Use
from mdl.semantics.errors import Labels, did_you_mean, here

# One error a paragraph reads best with its texts side by side.
# fmt: off

# ---- what is known when --------------------------------------------------------------------------------


def variable_in_data(what: str, use: Use, declared: Span | None) -> Diagnostic:
    """MDL275: a variable where the value must be known before solving."""
    via = f" (through `{use.via}`)" if use.via else ""
    return Diagnostic("MDL275", f"{what} cannot depend on the variable `{use.name}`{via}", use.span,
                      "known only after solving", "use data here; to tie variables together write a constraint",
                      here(declared, "variable declared here"))


def type_evaluated_once(what: str, use: Use, declared: Span | None) -> Diagnostic:
    """MDL276: a private type in a set or param, which are evaluated once for all reports."""
    via = f" (through `{use.via}`)" if use.via else ""
    return Diagnostic("MDL276", f"a {what} cannot depend on the private type `{use.name}`{via}", use.span,
                      "differs from report to report",
                      "name it with `let`, which follows the reports; sets and params are evaluated once",
                      here(declared, "type declared here"))


def rule_as_value(name: str, span: Span, declared: Span) -> Diagnostic:
    """MDL277: an objective's name, its optimal value, used inside the model."""
    return Diagnostic("MDL277", f"the optimal value of `{name}` cannot be used in the model itself", span,
                      "known only after solving", "write its expression, or use it in `expect` or a mechanism",
                      here(declared, "objective declared here"))


def answer_in_model(span: Span) -> Diagnostic:
    """MDL278: an attribute such as `.dual` outside `expect`."""
    return Diagnostic("MDL278", "an answer cannot be used in the model itself", span, "known only after solving",
                      "attributes belong in `expect`")


def expected_misplaced(span: Span) -> Diagnostic:
    """MDL279: `expected` outside a mechanism."""
    return Diagnostic("MDL279", "`expected` stands in a mechanism only", span, "not in a mechanism",
                      "move it into a `mechanism`; an `expect` asks `M.revenue` or `M.objective` of a mechanism `M`")


def data_for_definition(name: str, span: Span, defined: Span) -> Diagnostic:
    """MDL280: data for a name that is defined with `=`."""
    return Diagnostic("MDL280", f"`{name}` is a definition, which data cannot replace", span, "data for a definition",
                      "write `:=` at its declaration to let data replace it",
                      here(defined, "defined with `=` here"))


def data_target(name: str, what: str, span: Span, declared: Span) -> Diagnostic:
    """MDL281: data for something that takes none."""
    return Diagnostic("MDL281", f"the {what} `{name}` takes no data", span, "not a set, param or type",
                      "data fills sets, params and types", here(declared))


def data_twice(name: str, span: Span, first: Span) -> Diagnostic:
    """MDL282: two columns for one name."""
    return Diagnostic("MDL282", f"`{name}` is read twice", span, "a second column", "keep one of the two",
                      here(first, "first read here"))


def members_for(name: str, what: str, span: Span, declared: Span) -> Diagnostic:
    """MDL283: `NAME = [column]`, which lists the members of a set, for something else."""
    return Diagnostic("MDL283", f"`{name} = [...]` lists members, but `{name}` is a {what} with values", span,
                      "only for a set without index", f"write `{name}[key] = column`", here(declared))


def start_table(name: str, span: Span) -> Diagnostic:
    """MDL284: start values by key."""
    return Diagnostic("MDL284", f"the start of `{name}` is given by key", span, "`{key: value}`",
                      f"declare a param with this data and write `var {name}[i in S] := start[i];`")


# ---- tasks and what they name --------------------------------------------------------------------------


def unknown_rule(name: str, span: Span, after: str, what: str | None, near: str | None, labels: Labels) -> Diagnostic:
    """MDL285: `solve`, a mechanism or a coalition names something that is no outcome rule."""
    if what == "mechanism" and near is None:
        near_help = f"for a mechanism write `find {name};` or `check {name}: ...;`"
    else:
        near_help = did_you_mean(near, "an outcome rule is `maximize NAME: ...;` or `outcome NAME { ... }`")
    label = f"{after} needs an objective or outcome formula"
    found = f"the {what} `{name}` is not an outcome rule" if what is not None else f"unknown outcome rule `{name}`"
    return Diagnostic("MDL285", found, span, label, near_help, labels)


def unknown_property(name: str, span: Span, near: str | None, known: Sequence[str]) -> Diagnostic:
    """MDL286: a property of mechanisms that does not exist."""
    return Diagnostic("MDL286", f"unknown property `{name}`", span, "no property of this name",
                      did_you_mean(near, f"the properties are {', '.join(known)}"))


def unknown_family(name: str, span: Span, near: str | None, known: Sequence[str]) -> Diagnostic:
    """MDL287: a family of mechanisms that does not exist."""
    return Diagnostic("MDL287", f"unknown family of mechanisms `{name}`", span, "no family of this name",
                      did_you_mean(near, f"the families are {', '.join(known)}"))


def family_shape(name: str, span: Span) -> Diagnostic:
    """MDL288: `mechanism M = e` where `e` is not `family(rule)`."""
    return Diagnostic("MDL288", f"`{name}` is not a family applied to an outcome rule", span, "expected `vcg(...)`",
                      f"write `mechanism {name} = vcg(RULE);` or `mechanism {name} {{ ... }}`")


def symmetric_of(name: str, span: Span, near: str | None, labels: Labels) -> Diagnostic:
    """MDL289: `symmetric` on something that is no agents set."""
    return Diagnostic("MDL289", f"unknown agents `{name}`", span, "`symmetric` needs an agents set",
                      did_you_mean(near, "declare the set with `agents`"), labels)


def not_an_agent(span: Span, after: str, what: str, found: str, labels: Labels) -> Diagnostic:
    """MDL290: `without` or `with only` something that is no agent."""
    return Diagnostic("MDL290", f"{after} needs an {what}".replace("an set", "a set"), span, f"{found}",
                      "use an index or member of a set declared with `agents`", labels)


def unknown_task(name: str, span: Span, near: str | None, known: Sequence[str]) -> Diagnostic:
    """MDL291: `find X of v` or `check X of v` with an unknown X."""
    return Diagnostic("MDL291", f"unknown task `{name}`", span, "nothing of this name to compute",
                      did_you_mean(near, f"here may stand {', '.join(known)}"))


def unknown_target(
    name: str, span: Span, wanted: str, what: str | None, rule: bool, near: str | None, labels: Labels
) -> Diagnostic:
    """MDL292: `find` or `check` of something that is no mechanism or coalitional game."""
    found = f"the {what} `{name}` is not a {wanted}" if what is not None else f"unknown {wanted} `{name}`"
    otherwise = f"to solve an objective write `solve {name};`" if rule else f"declare a {wanted} of this name"
    return Diagnostic("MDL292", found, span, f"a {wanted} is needed", did_you_mean(near, otherwise), labels)


def kkt_of_formula(name: str, span: Span, declared: Span) -> Diagnostic:
    """MDL293: `solve kkt of` an outcome formula, which optimises nothing."""
    return Diagnostic("MDL293", f"`{name}` is a formula and has no KKT conditions", span, "not an objective",
                      "name an objective", here(declared))


def tolerance(span: Span) -> Diagnostic:
    """MDL294: the tolerance of an `expect` is not a plain number."""
    return Diagnostic("MDL294", "the tolerance must be a number, zero or more", span, "not such a number",
                      "write `within 1e-6`")


def claim_not_comparison(span: Span) -> Diagnostic:
    """MDL295: an `expect` that claims nothing."""
    return Diagnostic("MDL295", "`expect` needs a claim", span, "not a comparison",
                      "write `expect ... == ... within 1e-6;`")
