"""Building functions of statements; see `expressions`."""

from __future__ import annotations

from typing import Any

from mdl.syntax import errors, statement_tree, tree
from mdl.syntax.expressions import operator, unquote
from mdl.syntax.parser import Build


def file(b: Build, v: list[Any], start: int, end: int) -> statement_tree.File:
    comments = tuple(
        statement_tree.Comment(b.span(*place), b.span(*place).text.rstrip()) for place in b.tokens.comments
    )
    return statement_tree.File(b.tokens.source, tuple(v[0]), comments)


def _text(b: Build, token: int) -> tree.Text:
    return tree.Text(b.tokens.span(token), unquote(b.tokens.text(token)))


# ---- the environment -----------------------------------------------------------------------------


def model(b: Build, v: list[Any], start: int, end: int) -> statement_tree.ModelHeader:
    return statement_tree.ModelHeader(b.span(start, end), v[1], _text(b, v[2]).value if len(v) == 4 else "")


def set_of_values(b: Build, v: list[Any], start: int, end: int) -> statement_tree.SetDecl:
    return statement_tree.SetDecl(b.span(start, end), False, v[1], v[2], v[3], v[4])


def set_of_agents(b: Build, v: list[Any], start: int, end: int) -> statement_tree.SetDecl:
    return statement_tree.SetDecl(b.span(start, end), True, v[1], v[2], v[3], v[4])


def no_index(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Index:
    return statement_tree.Index(b.span(start, end), (), None)


def index(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Index:
    return statement_tree.Index(b.span(start, end), tuple(v[1]), v[2])


def data_value(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Value:
    return statement_tree.Value(b.span(start, end), True, v[1])


def fixed_value(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Value:
    return statement_tree.Value(b.span(start, end), False, v[1])


def bound(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Bound:
    return statement_tree.Bound(b.span(start, end), operator(b, v[0]), v[1])


# Attributes other than bounds are (what, place, value) until the declaration sorts them.


def attribute_within(b: Build, v: list[Any], start: int, end: int) -> Any:
    return "the set after `in`", b.span(start, end), v[1]


def attribute_default(b: Build, v: list[Any], start: int, end: int) -> Any:
    return "the default", b.span(start, end), v[1]


def attribute_word(b: Build, v: list[Any], start: int, end: int) -> Any:
    return f"`{b.tokens.text(v[0])}`", b.span(start, end), True


def _sorted_attributes(b: Build, attributes: list[Any]) -> tuple[tuple[statement_tree.Bound, ...], dict[str, Any]]:
    bounds: list[statement_tree.Bound] = []
    others: dict[str, Any] = {}
    for attribute in attributes:
        if isinstance(attribute, statement_tree.Bound):
            bounds.append(attribute)
        elif attribute[0] in others:
            b.problems.append(errors.said_twice(attribute[1], attribute[0], others[attribute[0]][1]))
        else:
            others[attribute[0]] = attribute
    return tuple(bounds), others


def param(b: Build, v: list[Any], start: int, end: int) -> statement_tree.ParamDecl:
    bounds, others = _sorted_attributes(b, v[3])
    if "`binary`" in others:
        b.problems.append(
            errors.word_wanted(
                others["`binary`"][1], "a bound, `integer` or `default`", "write `in {0, 1}` for a 0-1 param"
            )
        )
    within, default = others.get("the set after `in`"), others.get("the default")
    return statement_tree.ParamDecl(
        b.span(start, end),
        v[1],
        v[2],
        within[2] if within else None,
        bounds,
        "`integer`" in others,
        default[2] if default else None,
        v[4],
    )


def type_(b: Build, v: list[Any], start: int, end: int) -> statement_tree.TypeDecl:
    return statement_tree.TypeDecl(b.span(start, end), v[1], v[2], v[4], v[5], v[6])


def prior(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Prior:
    uniform = isinstance(v[4], tree.Name) and v[4].name == "uniform"
    return statement_tree.Prior(b.span(start, end), v[1], v[2], False, None if uniform else v[4])


def prior_table(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Prior:
    if v[1].name != "joint":
        b.problems.append(
            errors.word_wanted(
                b.tokens.span(v[3]), "`~`", "write `prior theta ~ {...};` for one type, `prior joint := {...};` for all"
            )
        )
    return statement_tree.Prior(b.span(start, end), v[1], v[2], True, v[4])


def report(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Report:
    return statement_tree.Report(b.span(start, end), v[1], " ".join(b.tokens.text(word) for word in v[2:-1]))


def var(b: Build, v: list[Any], start: int, end: int) -> statement_tree.VarDecl:
    return _var(b, v, start, end, None)


def var_with_start(b: Build, v: list[Any], start: int, end: int) -> statement_tree.VarDecl:
    value = statement_tree.Value(b.span(b.tokens.starts[v[4]], v[5].span.end), True, v[5])
    return _var(b, v, start, end, value)


def _var(b: Build, v: list[Any], start: int, end: int, value: statement_tree.Value | None) -> statement_tree.VarDecl:
    bounds, others = _sorted_attributes(b, v[3])
    for what in ("the set after `in`", "the default"):
        if what in others:
            b.problems.append(
                errors.word_wanted(
                    others[what][1],
                    "a bound, `integer` or `binary`",
                    "write bounds such as `>= 0, <= 10`; a start is `:= e`",
                )
            )
    if "`integer`" in others and "`binary`" in others:
        b.problems.append(
            errors.said_twice(others["`binary`"][1], "the domain of the variable", others["`integer`"][1])
        )
    domain = "binary" if "`binary`" in others else "integer" if "`integer`" in others else "continuous"
    return statement_tree.VarDecl(b.span(start, end), v[1], v[2], bounds, domain, value)


def let(b: Build, v: list[Any], start: int, end: int) -> statement_tree.LetDecl:
    return statement_tree.LetDecl(b.span(start, end), False, v[1], v[2], v[4])


def valuation(b: Build, v: list[Any], start: int, end: int) -> statement_tree.LetDecl:
    name = tree.Name(b.tokens.span(v[0]), "valuation")
    return statement_tree.LetDecl(b.span(start, end), True, name, v[1], v[3])


def absent(b: Build, v: list[Any], start: int, end: int) -> statement_tree.AbsentDecl:
    return statement_tree.AbsentDecl(b.span(start, end), v[1], (), v[3])


def absent_family(b: Build, v: list[Any], start: int, end: int) -> statement_tree.AbsentDecl:
    return statement_tree.AbsentDecl(b.span(start, end), v[1], tuple(v[3]), v[6])


def constraint(b: Build, v: list[Any], start: int, end: int) -> statement_tree.ConstraintDecl:
    row: statement_tree.ConstraintDecl = v[2]
    return statement_tree.ConstraintDecl(b.span(start, end), row.name, row.index, row.body)


def row(b: Build, v: list[Any], start: int, end: int) -> statement_tree.ConstraintDecl:
    return statement_tree.ConstraintDecl(b.span(start, end), v[0], v[1], v[3])


def objective(b: Build, v: list[Any], start: int, end: int) -> statement_tree.ObjectiveDecl:
    return statement_tree.ObjectiveDecl(b.span(start, end), b.tokens.text(v[0]), v[1], v[3])


def outcome(b: Build, v: list[Any], start: int, end: int) -> statement_tree.OutcomeDecl:
    return statement_tree.OutcomeDecl(b.span(start, end), v[1], tuple(v[3]))


def outcome_item(b: Build, v: list[Any], start: int, end: int) -> statement_tree.OutcomeItem:
    return statement_tree.OutcomeItem(b.span(start, end), v[0], v[1], v[3])


def data(b: Build, v: list[Any], start: int, end: int) -> statement_tree.DataDecl:
    return statement_tree.DataDecl(b.span(start, end), _text(b, v[1]), tuple(v[3]))


def column_of_members(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Column:
    return statement_tree.Column(b.span(start, end), v[0], tuple(v[3]), None, True)


def column_of_values(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Column:
    return statement_tree.Column(b.span(start, end), v[0], tuple(v[2]), v[5], False)


def column_of_one(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Column:
    return statement_tree.Column(b.span(start, end), v[0], (), v[2], False)


def quoted_name(b: Build, v: list[Any], start: int, end: int) -> tree.Name:
    """A column heading that is no name stands in quotes."""
    return tree.Name(b.span(start, end), _text(b, v[0]).value)


def follower(b: Build, v: list[Any], start: int, end: int) -> statement_tree.FollowerDecl:
    rows = tuple(v[10]) if len(v) > 10 else ()  # bounds alone may be all that holds the follower
    return statement_tree.FollowerDecl(b.span(start, end), v[1], v[2], b.tokens.text(v[4]), v[5], tuple(v[7]), rows)


def symmetric(b: Build, v: list[Any], start: int, end: int) -> statement_tree.SymmetricDecl:
    return statement_tree.SymmetricDecl(b.span(start, end), v[1])


# ---- mechanisms and coalitions -------------------------------------------------------------------


def mechanism(b: Build, v: list[Any], start: int, end: int) -> statement_tree.MechanismDecl:
    return statement_tree.MechanismDecl(b.span(start, end), v[1], None, tuple(v[3]))


def mechanism_of_family(b: Build, v: list[Any], start: int, end: int) -> statement_tree.MechanismDecl:
    return statement_tree.MechanismDecl(b.span(start, end), v[1], v[3], ())


def use_outcome(b: Build, v: list[Any], start: int, end: int) -> statement_tree.UseOutcome:
    return statement_tree.UseOutcome(b.span(start, end), v[1])


def transfer(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Transfer:
    return statement_tree.Transfer(b.span(start, end), b.tokens.text(v[0]), v[1], v[2], None)


def transfer_by_formula(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Transfer:
    return statement_tree.Transfer(b.span(start, end), b.tokens.text(v[0]), v[1], v[2], v[4])


def adjustment(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Transfer:
    return statement_tree.Transfer(b.span(start, end), "adjust", v[1], v[2], None)


def income(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Income:
    return statement_tree.Income(b.span(start, end), v[2])


def require(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Require:
    return statement_tree.Require(b.span(start, end), tuple(v[1]))


def soften(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Soften:
    return statement_tree.Soften(b.span(start, end), tuple(v[1]))


def mechanism_objective(b: Build, v: list[Any], start: int, end: int) -> statement_tree.MechanismObjective:
    return statement_tree.MechanismObjective(b.span(start, end), b.tokens.text(v[0]), v[1])


def property_(b: Build, v: list[Any], start: int, end: int) -> statement_tree.Property:
    return statement_tree.Property(b.span(start, end), v[0])


def coalition(b: Build, v: list[Any], start: int, end: int) -> statement_tree.CoalitionDecl:
    return statement_tree.CoalitionDecl(b.span(start, end), False, v[1], v[2], v[4])


def coalition_table(b: Build, v: list[Any], start: int, end: int) -> statement_tree.CoalitionDecl:
    return statement_tree.CoalitionDecl(b.span(start, end), False, v[1], v[2], v[4], table=True)


def coalition_of_cost(b: Build, v: list[Any], start: int, end: int) -> statement_tree.CoalitionDecl:
    _only_cost(b, v[1])
    return statement_tree.CoalitionDecl(b.span(start, end), True, v[2], v[3], v[5])


def coalition_table_of_cost(b: Build, v: list[Any], start: int, end: int) -> statement_tree.CoalitionDecl:
    _only_cost(b, v[1])
    return statement_tree.CoalitionDecl(b.span(start, end), True, v[2], v[3], v[5], table=True)


def _only_cost(b: Build, word: tree.Name) -> None:
    if word.name != "cost":
        b.problems.append(
            errors.word_wanted(word.span, "`cost` or the name of the game", "write `coalition cost v[...] = ...;`")
        )


# ---- tasks ---------------------------------------------------------------------------------------


def leaving(b: Build, v: list[Any], start: int, end: int) -> Any:
    return v[1], None


def staying(b: Build, v: list[Any], start: int, end: int) -> Any:
    return None, v[2]


def solve(b: Build, v: list[Any], start: int, end: int) -> statement_tree.SolveTask:
    without, only = v[2] or (None, None)
    return statement_tree.SolveTask(b.span(start, end), False, v[1], without, only)


def solve_kkt(b: Build, v: list[Any], start: int, end: int) -> statement_tree.SolveTask:
    _only_kkt(b, v[1])
    without, only = v[4] or (None, None)
    return statement_tree.SolveTask(b.span(start, end), True, v[3], without, only)


def _only_kkt(b: Build, what: tree.Name) -> None:
    if what.name != "kkt":
        b.problems.append(errors.word_wanted(what.span, "`kkt`", "write `kkt of RULE`, or the name of the rule alone"))


def check_properties(b: Build, v: list[Any], start: int, end: int) -> statement_tree.CheckTask:
    return statement_tree.CheckTask(b.span(start, end), None, v[1], tuple(v[3]), None)


def check_solution(b: Build, v: list[Any], start: int, end: int) -> statement_tree.CheckTask:
    return statement_tree.CheckTask(b.span(start, end), v[1], v[3], (), None)


def check_point(b: Build, v: list[Any], start: int, end: int) -> statement_tree.CheckTask:
    _only_kkt(b, v[1])
    return statement_tree.CheckTask(b.span(start, end), v[1], v[3], (), v[5])


def check_payoff(b: Build, v: list[Any], start: int, end: int) -> statement_tree.CheckTask:
    return statement_tree.CheckTask(b.span(start, end), v[1], v[4], (), v[2])


def find(b: Build, v: list[Any], start: int, end: int) -> statement_tree.FindTask:
    return statement_tree.FindTask(b.span(start, end), None, v[1])


def find_solution(b: Build, v: list[Any], start: int, end: int) -> statement_tree.FindTask:
    return statement_tree.FindTask(b.span(start, end), v[1], v[3])


def expect(b: Build, v: list[Any], start: int, end: int) -> statement_tree.ExpectTask:
    why = "" if v[3] is None else _text(b, v[3]).value
    return statement_tree.ExpectTask(b.span(start, end), v[1], v[2], why)
