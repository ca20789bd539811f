"""Static errors, one function each.  Codes are stable; `docs/reference.md` lists them.

200-229 names, 230-249 shapes and index domains, 250-274 kinds; `task_errors` has 275-299.
Functions take names, places and kinds in words.
"""

from __future__ import annotations

from collections.abc import Sequence

from mdl.diagnostics import Diagnostic, Label, Span

# One error a paragraph reads best with its texts side by side.
# fmt: off

Labels = tuple[Label, ...]


def did_you_mean(near: str | None, otherwise: str = "") -> str:
    return f"did you mean `{near}`?" if near is not None else otherwise


def here(span: Span | None, text: str = "declared here") -> Labels:
    return (Label(span, text),) if span is not None else ()


def quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _count(number: int, what: str) -> str:
    plural = {"index": "indices"}.get(what, f"{what}s")
    return f"{number} {what if number == 1 else plural}"


# ---- names -----------------------------------------------------------------------------------------


def header_missing(span: Span) -> Diagnostic:
    """MDL200: a file has no `model` statement."""
    return Diagnostic("MDL200", "the file does not name its model", span, "expected `model NAME;` first",
                      'begin the file with `model NAME "title";`')


def header_late(span: Span, first: Span) -> Diagnostic:
    """MDL201: a statement stands before `model`."""
    return Diagnostic("MDL201", "`model` is not the first statement", span, "must come first",
                      "move this line to the top of the file", here(first, "a statement before it"))


def header_again(span: Span, first: Span) -> Diagnostic:
    """MDL202: two `model` statements."""
    return Diagnostic("MDL202", "the file names its model twice", span, "second `model` statement",
                      "one file holds one model: remove one, or split the file", here(first, "first here"))


def unknown_set(name: str, span: Span, near: str | None) -> Diagnostic:
    """MDL203: an index ranges over a set that is not declared."""
    return Diagnostic("MDL203", f"unknown set `{name}`", span, "no set of this name",
                      did_you_mean(near, f"declare it: `set {name} := {{...}};`"))


def unknown_name(name: str, span: Span, near: str | None, labels: Labels, member_of: str | None) -> Diagnostic:
    """MDL204: a name that is neither an index, nor declared, nor (here) a member of a set."""
    label = "no index, declaration or member of this name"
    if member_of is not None:
        label = f"a member of `{member_of}`, but not a number"
        near, labels = None, ()
    otherwise = "declare it, or check its spelling" if member_of is None else "a member can stand as an index: `x[...]`"
    return Diagnostic("MDL204", f"unknown name `{name}`" if member_of is None else f"`{name}` has no value", span,
                      label, did_you_mean(near, otherwise), labels)


def unknown_function(name: str, span: Span, near: str | None, declared: Span | None) -> Diagnostic:
    """MDL205: `f(...)` where `f` is no function."""
    if declared is not None:
        return Diagnostic("MDL205", f"`{name}` is not a function", span, "used like a function",
                          f"indices stand in square brackets: `{name}[...]`; a product needs `*`",
                          here(declared))
    known = "the functions are log, exp, sqrt, abs, min, max, card and subsets"
    return Diagnostic("MDL205", f"unknown function `{name}`", span, "no function of this name",
                      did_you_mean(near, known))


def declared_twice(name: str, span: Span, first: Span) -> Diagnostic:
    """MDL206: a name is declared twice."""
    return Diagnostic("MDL206", f"`{name}` is declared twice", span, "declared again",
                      "rename one of the two", here(first, "first declared here"))


def reserved(name: str, span: Span) -> Diagnostic:
    """MDL207: a function's name is declared or used as an index."""
    return Diagnostic("MDL207", f"`{name}` is a word of the language", span, "cannot be declared",
                      f"choose another name, such as `{name}_`")


def index_shadows(name: str, span: Span, first: Span) -> Diagnostic:
    """MDL208: a binder re-uses the name of an index in scope."""
    return Diagnostic("MDL208", f"the index `{name}` is in use already", span, "hides the index around it",
                      "give one of the two another name", here(first, f"`{name}` first stands for this"))


def member_clash(name: str, span: Span, what: str, place: Span, written: Label | None = None) -> Diagnostic:
    """MDL209: a name could be a member of a set or something else."""
    labels = here(place, "declared here" if "declared" in what else "index of this name")
    return Diagnostic("MDL209", f"`{name}` is both a member of a set and {what}", span, "which of the two?",
                      f'write "{name}" in quotes for the member, or rename the other',
                      labels + ((written,) if written is not None else ()))


def cyclic(cycle: Sequence[tuple[str, Span]]) -> Diagnostic:
    """MDL210: definitions that use each other in a circle."""
    names = " -> ".join(f"`{name}`" for name, _ in (*cycle[:12], cycle[0]))
    if len(cycle) > 12:
        names += f" through {len(cycle)} definitions"
    message = "a definition uses itself" if len(cycle) == 1 else "definitions use each other in a circle"
    labels = tuple(Label(span, "part of the circle") for _, span in cycle[1:20])
    return Diagnostic("MDL210", f"{message}: {names}", cycle[0][1], "the circle starts here",
                      "define one of them without the others", labels)


def unknown_attribute(
    name: str, base: str, what: str, span: Span, known: Sequence[str], near: str | None, declared: Span
) -> Diagnostic:
    """MDL211: `base.name` where such a thing has no attribute of this name."""
    has = f"it has {quoted(known)}" if known else "only objectives, constraints and variables have attributes"
    return Diagnostic("MDL211", f"the {what} `{base}` has no `{name}`", span, "no attribute of this name",
                      did_you_mean(near, has), here(declared))


def attribute_of_expression(span: Span) -> Diagnostic:
    """MDL212: an attribute of something that is not a declared name."""
    return Diagnostic("MDL212", "only a declared name has attributes", span, "not a declared name",
                      "write `RULE.objective`, `row[...].dual` or `x[...].reduced_cost`")


def unknown_type(name: str, span: Span, statement: str, near: str | None, labels: Labels) -> Diagnostic:
    """MDL213: `prior` or `report` on something that is no type."""
    return Diagnostic("MDL213", f"unknown type `{name}`", span, f"`{statement}` needs a declared type",
                      did_you_mean(near, f"declare it: `type {name}[...] in {{...}};`"), labels)


def said_twice(statement: str, name: str, span: Span, first: Span) -> Diagnostic:
    """MDL214: two `prior` or two `report` statements on one type."""
    return Diagnostic("MDL214", f"two `{statement}` statements on `{name}`", span, "said again", "keep one of the two",
                      here(first, "first said here"))


def absent_of(name: str, span: Span, near: str | None, labels: Labels) -> Diagnostic:
    """MDL215: `absent` on something that is no variable."""
    return Diagnostic("MDL215", f"unknown variable `{name}`", span, "`absent` needs a declared variable",
                      did_you_mean(near, "only variables take a value for absent agents"), labels)


def absent_twice(name: str, span: Span, first: Span) -> Diagnostic:
    """MDL216: two `absent` statements on one variable."""
    return Diagnostic("MDL216", f"two `absent` statements on `{name}`", span, "said again", "keep one of the two",
                      here(first, "first said here"))


def valuation_twice(span: Span, first: Span) -> Diagnostic:
    """MDL217: two valuations for the same agents."""
    return Diagnostic("MDL217", "two valuations for the same agents", span, "these agents have one already",
                      "add the parts up in one `valuation`, or give each set of agents its own",
                      here(first, "first valuation"))


def which_valuation(span: Span, sets: Sequence[str]) -> Diagnostic:
    """MDL218: `valuation[e]` where several sets of agents have one and `e` does not tell which."""
    return Diagnostic("MDL218", "it is not clear whose valuation this is", span, "give one agent of a known set",
                      f"use one index that ranges over {' or over '.join(sets)}")


def unknown_data_target(name: str, span: Span, near: str | None, labels: Labels) -> Diagnostic:
    """MDL219: a column of a `data` statement goes to a name that is not declared."""
    return Diagnostic("MDL219", f"unknown name `{name}`", span, "no set, param or type of this name",
                      did_you_mean(near, "declare it before its data: `param ...;`"), labels)


def index_out_of_scope(name: str, span: Span, bound: Span) -> Diagnostic:
    """MDL220: an index after the end of its reduction, which a `+` or `-` ends."""
    return Diagnostic("MDL220", f"the index `{name}` is not known here", span, "after the end of its reduction",
                      f'a reduction ends at `+`: write `sum(...) (a + b)`; for a member of this name write "{name}"',
                      here(bound, f"`{name}` belongs to this reduction"))


# ---- shapes and index domains ------------------------------------------------------------------------


def index_count(name: str, span: Span, got: int, indexed_by: Sequence[str], declared: Span, bare: bool) -> Diagnostic:
    """MDL230: a symbol with too few or too many indices."""
    wanted = len(indexed_by)
    message = f"`{name}` needs {_count(wanted, 'index')}, got {got}" if wanted else f"`{name}` has no index"
    place = ", ".join(f"[{one}]".replace("`", "") for one in indexed_by).replace("], [", ", ")
    if not wanted:
        repair = f"write `{name}` without brackets"
    elif bare:
        repair = f"write `{name}{place}` with a member or index in each place"
    else:
        repair = f"`{name}` is indexed as `{name}{place}`"
    return Diagnostic("MDL230", message, span, f"{got or 'none'} given", repair, here(declared))


def index_domain(name: str, span: Span, got: str, wanted: str, near: str | None, labels: Labels) -> Diagnostic:
    """MDL231: an index that ranges over another set than the one it is used for."""
    otherwise = f"use an index over {wanted}, or declare one of the two sets inside the other: `set A in B`"
    return Diagnostic("MDL231", f"`{name}` is indexed by {wanted}, not by {got}", span, f"a member of {got}",
                      did_you_mean(near, otherwise), labels)


def index_subscripted(name: str, span: Span, bound: Span) -> Diagnostic:
    """MDL232: brackets after an index."""
    return Diagnostic("MDL232", f"`{name}` is an index and takes none itself", span, "brackets after an index",
                      f"write `{name}`, or rename the index where it hides a declared name",
                      here(bound, f"`{name}` ranges here"))


def number_as_member(span: Span, wanted: str) -> Diagnostic:
    """MDL233: a number where a set has named members only."""
    return Diagnostic("MDL233", f"a number cannot be a member of {wanted}", span, "members of this set are names",
                      "use an index or the name of a member")


def fractional_member(span: Span) -> Diagnostic:
    """MDL234: a decimal where a member is wanted."""
    return Diagnostic("MDL234", "a member is a name, an integer or a quoted text", span, "not an integer",
                      "use an integer, or quote it where it is a text")


def pattern_shape(span: Span, names: int, found: str, domain: Span) -> Diagnostic:
    """MDL235: `(i, j) in E` where members of `E` have another number of parts."""
    return Diagnostic("MDL235", f"a pattern of {_count(names, 'name')} does not fit {found}", span, "does not fit",
                      "give one name for each part of the tuples",
                      here(domain, f"each member is {found}"))


def literal_shape(span: Span, found: str, wanted: str) -> Diagnostic:
    """MDL236: members of different shape in one set."""
    return Diagnostic("MDL236", f"{found} in a set whose members are each {wanted}", span, "of another shape",
                      "give all members as many parts")


def argument_count(name: str, wanted: str, got: int, span: Span) -> Diagnostic:
    """MDL237: a function with too few or too many arguments."""
    repair = f"over a set write `{name}(i in S) e`" if name in ("min", "max") else f"write `{name}(...)` with {wanted}"
    return Diagnostic("MDL237", f"`{name}` needs {wanted}, got {got}", span, "wrong number of arguments",
                      repair)


def scalar_given_table(name: str, span: Span, declared: Span) -> Diagnostic:
    """MDL238: data by key for a name without index."""
    return Diagnostic("MDL238", f"`{name}` has no index, but is given a table", span, "data by key",
                      f"give it an index, `{name}[...]`, or one value", here(declared))


def key_shape(name: str, span: Span, got: int, wanted: int, declared: Span) -> Diagnostic:
    """MDL239: a key of a table has not as many parts as the index."""
    repair = f"write the key as ({', '.join('...' for _ in range(wanted))})" if wanted > 1 else "write one member"
    return Diagnostic("MDL239", f"`{name}` needs {_count(wanted, 'index')}, this key has {_count(got, 'part')}", span,
                      "key of another shape", repair, here(declared))


def tuple_of_sets(span: Span) -> Diagnostic:
    """MDL240: tuples made from subsets."""
    return Diagnostic("MDL240", "a tuple holds members, not sets", span, "one part is itself a set",
                      "use two indices instead of a tuple")


def sets_of_different_shape(span: Span, op: str, left: str, right: str) -> Diagnostic:
    """MDL241: `|`, `&` or `\\` on sets whose members have different shapes."""
    return Diagnostic("MDL241", f"`{op}` joins sets with members of different shape", span,
                      f"left: {left}; right: {right}", "both sides need members with as many parts")


def sets_disjoint(span: Span, op: str, left: str, right: str) -> Diagnostic:
    """MDL242: `&` or `\\` on sets that share no member."""
    return Diagnostic("MDL242", f"`{op}` on sets that have no member in common", span,
                      f"left: members of {left}; right: of {right}",
                      "check the names; where one set lies in the other declare `set A in B`")


def data_columns(name: str, span: Span, got: int, wanted: int, what: str, declared: Span) -> Diagnostic:
    """MDL243: a `data` statement names too few or too many columns."""
    return Diagnostic("MDL243", f"`{name}` needs {_count(wanted, 'column')} for its {what}, got {got}", span,
                      "wrong number of columns", "name one column for each part", here(declared))


def agents_shape(name: str, span: Span) -> Diagnostic:
    """MDL244: an `agents` set that is a family or holds tuples."""
    return Diagnostic("MDL244", f"agents are single members of one set, which `{name}` is not", span,
                      "a family, or a set of tuples", "declare `agents NAME := {...};` without an index")


def not_of_agents(name: str, what: str, span: Span, one: bool, labels: Labels) -> Diagnostic:
    """MDL245: a type or valuation without an agent, or a valuation with more than one index."""
    wanted = "its first index" if what == "type" else "its one index"
    return Diagnostic("MDL245", f"a {what} belongs to agents: {wanted} must range over an agents set", span,
                      "not over agents" if one or what == "type" else "not one index over agents",
                      "declare the set with `agents` instead of `set`, or index by the agents", labels)


# ---- kinds -------------------------------------------------------------------------------------------


def number_expected(span: Span, found: str, condition: bool) -> Diagnostic:
    """MDL250: a member, set or condition where a number is wanted."""
    repair = "write `if ... then 1 else 0` to count with it" if condition else "use a param or variable with an index"
    return Diagnostic("MDL250", f"expected a number, found {found}", span, "not a number", repair)


def condition_expected(span: Span, found: str) -> Diagnostic:
    """MDL251: something that is not true or false where a condition is wanted."""
    return Diagnostic("MDL251", f"expected a condition, found {found}", span, "not a condition",
                      "compare it: `... > 0`, `i in S`, `i == j`")


def set_expected(span: Span, found: str) -> Diagnostic:
    """MDL252: a number, member or condition where a set is wanted."""
    repair = "for the integers up to n write `1..n`" if found == "a number" else "name a set or write `{...}`"
    return Diagnostic("MDL252", f"expected a set, found {found}", span, "not a set", repair)


def member_expected(span: Span, found: str) -> Diagnostic:
    """MDL253: a set or condition where a member is wanted."""
    return Diagnostic("MDL253", f"expected a member of a set, found {found}", span, "not a member",
                      "use an index, a member's name or an integer")


def cannot_compare(span: Span, op: str, left: str, right: str) -> Diagnostic:
    """MDL254: a comparison of things that are never comparable."""
    repair = (
        "for membership write `in`"
        if "a set" in (left, right)
        else "compare numbers with numbers, and members of one set"
    )
    return Diagnostic("MDL254", f"`{op}` cannot compare {left} with {right}", span, "never comparable", repair)


def never_member(span: Span, left: str, item: str) -> Diagnostic:
    """MDL255: `e in S` that no data makes true."""
    return Diagnostic("MDL255", f"{left} is never in this set", span, f"the set holds, each, {item}",
                      "check the names; where one set lies in the other declare `set A in B`")


def number_operator_on_sets(op: str, span: Span) -> Diagnostic:
    """MDL256: `+`, `-` or `/` on sets."""
    repair = {"+": "for the union write `|`", "-": "for the difference write `\\`"}.get(
        op, "sets have `|`, `&`, `\\`, `*`"
    )
    return Diagnostic("MDL256", f"`{op}` works on numbers, not on sets", span, f"after `{op}` and a set", repair)


def branches_differ(span: Span, then: str, otherwise: str) -> Diagnostic:
    """MDL257: the two sides of an `if` are of different kinds, or sets."""
    return Diagnostic("MDL257", "the two sides of `if` do not go together", span, f"{then}, or else {otherwise}",
                      "give a number on both sides, or a member on both")


def row_not_comparison(name: str, span: Span, found: str) -> Diagnostic:
    """MDL258: a constraint that is not a comparison."""
    repair = "write one constraint for each part" if found == "a condition" else "add `<= 0`, `>= 0` or `== 0`"
    return Diagnostic("MDL258", f"the constraint `{name}` is not a comparison", span, f"{found}", repair)


def row_operator(name: str, op: str, span: Span) -> Diagnostic:
    """MDL259: `<`, `>`, `!=` or `in` in a constraint."""
    repair = f"write `{op}=`: a solver cannot keep a strict inequality" if op in "<>" else "use `<=`, `>=` or `==`"
    return Diagnostic("MDL259", f"`{op}` cannot stand in the constraint `{name}`", span, f"uses `{op}`", repair)


def strict_bound(name: str, op: str, span: Span) -> Diagnostic:
    """MDL260: a strict bound of a variable."""
    return Diagnostic("MDL260", f"`{op}` cannot bound the variable `{name}`", span, "strict bound",
                      f"write `{op}=`: a solver cannot keep a strict inequality")


def row_chain(name: str, span: Span, ops: Sequence[str]) -> Diagnostic:
    """MDL261: a chain of comparisons that is no interval."""
    return Diagnostic("MDL261", f"the chain in `{name}` is not `lo <= e <= hi`", span, f"compares by {quoted(ops)}",
                      "write two constraints")


def bounds_of_members(name: str, span: Span, found: str) -> Diagnostic:
    """MDL262: bounds on a param whose values are names."""
    return Diagnostic("MDL262", f"`{name}` is {found}, which has no order", span, "bound of a member",
                      "remove the bound, or take the param from a set of numbers")


def not_within(span: Span, found: str, wanted: str) -> Diagnostic:
    """MDL263: a value outside the set it is declared in."""
    return Diagnostic("MDL263", f"expected {wanted}, found {found}", span, "from elsewhere",
                      "check the set after `in`")


def let_kind(name: str, span: Span, found: str) -> Diagnostic:
    """MDL264: a let that names a set or tuple."""
    return Diagnostic("MDL264", f"`let {name}` names {found}", span, "not a number, condition or member",
                      f"for a set write `set {name} = ...;`")


def map_as_expression(span: Span) -> Diagnostic:
    """MDL265: `{key: value}` inside an expression."""
    return Diagnostic("MDL265", "data by key cannot stand in an expression", span, "`{key: value}`",
                      "declare a param with this data and use its name")


def step_without_interval(span: Span, domain: Span) -> Diagnostic:
    """MDL267: `step` on a domain that is a set already."""
    return Diagnostic("MDL267", "`step` goes with an interval `[lo, hi]`", span, "not needed here",
                      "remove `step`, or write the domain as `[lo, hi]`", here(domain, "this is a set"))


def no_value(name: str, what: str, span: Span, declared: Span) -> Diagnostic:
    """MDL268: a constraint, outcome rule or mechanism used as a number."""
    asked = {"constraint": f"its dual is `{name}.dual`", "mechanism": f"its answers are `{name}.revenue` and others"}
    repair = f"{asked[what]}, in `expect`" if what in asked else "use what it is made of"
    return Diagnostic("MDL268", f"the {what} `{name}` has no value", span, "not a number", repair,
                      here(declared))
