"""Mechanisms and priors: declared here, given meaning by later passes.

Only their names are checked, so that a slip shows early and a correct file shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from mdl.semantics import errors, mentions, task_errors
from mdl.semantics.collect import Entry
from mdl.semantics.context import Context, what_is
from mdl.semantics.declarations import index_of
from mdl.semantics.mentions import Mention
from mdl.semantics.model import LaterSymbol, OutcomeSymbol, RuleSymbol, SetSymbol, Symbol, TypeSymbol
from mdl.syntax import tree

PROPERTIES = (
    "dominant_ic",
    "bayesian_ic",
    "ex_post_ir",
    "interim_ir",
    "ex_ante_ir",
    "strong_budget_balance",
    "weak_budget_balance",
    "ex_ante_budget_balance",
    "efficient",
    "no_subsidy",
    "envy_free",
)
FAMILIES = ("vcg", "agv", "mep", "pay_as_bid")
WORDS = frozenset({"shortfall", "uniform", "free"})
"""Words with a meaning of their own inside a mechanism or prior."""


def declare(ctx: Context, entry: Entry) -> LaterSymbol:
    """The symbol of a mechanism or joint prior."""
    node = entry.syntax
    what = {
        tree.MechanismDecl: "mechanism",
        tree.Prior: "prior",
    }[type(node)]
    assert isinstance(node, tree.Statement)
    return LaterSymbol(entry.name.name, entry.name.span, (), None, what, node)


def check_names(ctx: Context, node: tree.Statement) -> None:
    """Report names that such a statement uses and nothing declares."""
    match node:
        case tree.MechanismDecl(family=tree.Expr()):
            _family(ctx, node)
        case tree.MechanismDecl():
            _mechanism(ctx, node)
        case tree.Prior():
            if node.distribution is not None:
                _report_unknown(ctx, mentions.in_family(node.index, (node.distribution,)))


def prior(ctx: Context, node: tree.Prior, seen: dict[str, tree.Prior]) -> None:
    """`prior theta ~ ...` is over a type, once."""
    name = node.name.name
    if node.joint and isinstance(ctx.symbols.get(name), LaterSymbol):
        return
    _of_type(ctx, node.name, "prior")
    if name in seen:
        ctx.report(errors.said_twice("prior", name, node.name.span, seen[name].name.span))
    seen.setdefault(name, node)


def report(ctx: Context, node: tree.Report, seen: dict[str, tree.Report]) -> None:
    """`report theta at most truth;` restricts a type, once."""
    name = node.name.name
    symbol = _of_type(ctx, node.name, "report")
    if name in seen:
        ctx.report(errors.said_twice("report", name, node.name.span, seen[name].name.span))
    elif symbol is not None:
        symbol.report = node.rule
    seen.setdefault(name, node)


def symmetric(ctx: Context, node: tree.SymmetricDecl) -> None:
    symbol = ctx.symbols.get(node.name.name)
    if isinstance(symbol, SetSymbol) and symbol.agents:
        return
    if symbol is None and node.name.name in ctx.declared:
        return
    among = [name for name, s in ctx.symbols.items() if isinstance(s, SetSymbol) and s.agents]
    near, labels = ctx.suggestion(node.name.name, among)
    ctx.report(task_errors.symmetric_of(node.name.name, node.name.span, near, labels))


def rule(ctx: Context, name: tree.Name, after: str) -> Symbol | None:
    """An objective or outcome formula by name, or None after a report."""
    symbol = ctx.symbols.get(name.name)
    if isinstance(symbol, RuleSymbol | OutcomeSymbol):
        return symbol
    if symbol is None and name.name in ctx.declared:
        return None
    near, labels = ctx.suggestion(name.name, ctx.names_of(RuleSymbol, OutcomeSymbol))
    what = what_is(symbol) if symbol is not None else None
    ctx.report(task_errors.unknown_rule(name.name, name.span, after, what, near, labels))
    return None


def properties(ctx: Context, found: Iterable[tree.Property]) -> None:
    for node in found:
        if node.name.name not in PROPERTIES:
            near, _ = ctx.suggestion(node.name.name, list(PROPERTIES))
            ctx.report(task_errors.unknown_property(node.name.name, node.name.span, near, PROPERTIES))


def _of_type(ctx: Context, name: tree.Name, statement: str) -> TypeSymbol | None:
    symbol = ctx.symbols.get(name.name)
    if isinstance(symbol, TypeSymbol):
        return symbol
    if symbol is not None or name.name not in ctx.declared:
        near, labels = ctx.suggestion(name.name, ctx.names_of(TypeSymbol))
        ctx.report(errors.unknown_type(name.name, name.span, statement, near, labels))
    return None


def _family(ctx: Context, node: tree.MechanismDecl) -> None:
    family = node.family
    if not isinstance(family, tree.Call):
        ctx.report(task_errors.family_shape(node.name.name, family.span if family is not None else node.span))
        return
    if family.fn.name not in FAMILIES:
        near, _ = ctx.suggestion(family.fn.name, list(FAMILIES))
        ctx.report(task_errors.unknown_family(family.fn.name, family.fn.span, near, FAMILIES))
    for arg in family.args:
        if isinstance(arg, tree.Name):
            rule(ctx, arg, f"`{family.fn.name}`")


def _mechanism(ctx: Context, node: tree.MechanismDecl) -> None:
    local: dict[str, tree.Name] = {}
    for item in node.items:
        if isinstance(item, tree.Transfer):
            name = item.name.name
            if name in local or name in ctx.declared:
                place = local[name].span if name in local else ctx.declared[name]
                ctx.report(errors.declared_twice(name, item.name.span, place))
            local.setdefault(name, item.name)
    bound = frozenset(local)
    for item in node.items:
        match item:
            case tree.UseOutcome():
                if item.name.name != "free":
                    rule(ctx, item.name, "`outcome`")
            case tree.Transfer():
                index_of(ctx, item.index)
                _report_unknown(ctx, mentions.in_expression(item.body, bound | mentions.names_of(item.index)))
            case tree.Income() | tree.MechanismObjective():
                _report_unknown(ctx, mentions.in_expression(item.body, bound))
            case tree.Require() | tree.Soften():
                properties(ctx, item.properties)


def _report_unknown(ctx: Context, found: Iterable[Mention]) -> None:
    for mention in found:
        name = mention.name
        if name.name in ctx.declared or name.name in WORDS or mention.as_member:
            continue
        if mention.as_set:
            near, _ = ctx.suggestion(name.name, ctx.names_of(SetSymbol))
            ctx.report(errors.unknown_set(name.name, name.span, near))
        else:
            near, labels = ctx.suggestion(name.name, list(ctx.declared))
            ctx.report(errors.unknown_name(name.name, name.span, near, labels, None))
