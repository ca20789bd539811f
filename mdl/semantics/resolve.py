"""The static pass: a syntax tree becomes a Model, or diagnostics that say why not.

Declarations are resolved in an order in which each comes after those it uses, so the file may be in
any order and no chain of definitions nests calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from mdl.diagnostics import Diagnostic
from mdl.semantics import (
    coalitions,
    collect,
    decisions,
    declarations,
    errors,
    followers,
    mechanisms,
    mentions,
    order,
    priors,
    sources,
    tasks,
)
from mdl.semantics.collect import Entry
from mdl.semantics.context import Context, Scope
from mdl.semantics.depth import room
from mdl.semantics.model import (
    DataSource,
    LetSymbol,
    Model,
    OutcomeSymbol,
    ParamSymbol,
    SetSymbol,
    Symbol,
    Task,
    TypeSymbol,
    VarSymbol,
)
from mdl.syntax import statement_tree, tree

Ordered = (
    statement_tree.SetDecl
    | statement_tree.ParamDecl
    | statement_tree.TypeDecl
    | statement_tree.VarDecl
    | statement_tree.LetDecl
    | statement_tree.OutcomeItem
)
"""What expressions use by value or index; rows, objectives, mechanisms and games come after all of these."""

LATE = {
    statement_tree.ConstraintDecl: "constraint",
    statement_tree.ObjectiveDecl: "objective",
    statement_tree.OutcomeDecl: "outcome rule",
    statement_tree.MechanismDecl: "mechanism",
    statement_tree.CoalitionDecl: "coalition",
    statement_tree.FollowerDecl: "follower",
    statement_tree.Prior: "prior",
}


def resolve(file: statement_tree.File) -> tuple[Model, tuple[Diagnostic, ...]]:
    """The Model of a file and every static mistake in it, in the order of the text.

    With errors among the diagnostics (MDL200 to MDL299) the Model is partial and must not be used.
    Nothing is raised for anything a user wrote.
    """
    with room():
        return _resolve(file)


def _resolve(file: statement_tree.File) -> tuple[Model, tuple[Diagnostic, ...]]:
    ctx = Context()
    head = collect.header(ctx, file)
    entries = collect.entries(ctx, file)
    ctx.late = {
        entry.name.name: LATE[type(entry.syntax)]
        for entry in entries
        if type(entry.syntax) in LATE and not _is_ordered(entry.syntax)
    }
    ordered = _resolve_declarations(ctx, file, entries)
    data, made, symmetric = _statements(ctx, file)
    ctx.diagnostics.sort(key=lambda d: (d.span.start, d.code) if d.span is not None else (0, d.code))
    model = Model(
        head.name.name if head is not None else "",
        head.title if head is not None else "",
        head.span if head is not None else collect.start_of(file),
        {entry.key: ctx.symbols[entry.key] for entry in entries if entry.key in ctx.symbols},
        tuple(s for s in ordered if isinstance(s, SetSymbol | ParamSymbol | TypeSymbol | LetSymbol)),
        data,
        made,
        ctx.priors,
        symmetric,
    )
    return model, tuple(ctx.diagnostics)


def _resolve_declarations(ctx: Context, file: statement_tree.File, entries: list[Entry]) -> list[Symbol]:
    """Fill `ctx.symbols`; the result is in the order of use."""
    edges = _edges(entries)
    columns = sources.member_columns(file)
    ordered: list[Symbol] = []
    variables: list[tuple[VarSymbol, statement_tree.VarDecl, Scope]] = []
    for component in order.components(edges):
        cycle = order.cycle(component, edges)
        if cycle:
            ctx.report(errors.cyclic([(entries[at].key, entries[at].name.span) for at in cycle]))
        for at in sorted(component):
            mark = len(ctx.uses)
            ctx.closed.clear()
            symbol = _ordered(ctx, entries[at], columns, variables)
            ctx.symbols[entries[at].key] = symbol
            ordered.append(symbol)
            del ctx.uses[mark:]
    _add_reports(ctx, file)
    for variable, node, scope in variables:
        decisions.var_details(ctx, variable, node, scope)
    ctx.priors = priors.priors(ctx, file)
    # Mechanisms and coalitional games come last: they may name an objective.
    for entry in sorted(
        entries, key=lambda e: isinstance(e.syntax, statement_tree.CoalitionDecl | statement_tree.MechanismDecl)
    ):
        ctx.closed.clear()
        if not _is_ordered(entry.syntax) and not isinstance(entry.syntax, statement_tree.Prior):
            ctx.symbols[entry.key] = _last(ctx, entry)
        ctx.uses.clear()
    return ordered


def _is_ordered(node: object) -> bool:
    return isinstance(node, Ordered) or (isinstance(node, statement_tree.CoalitionDecl) and node.table)


def _ordered(
    ctx: Context,
    entry: Entry,
    columns: dict[str, int],
    variables: list[tuple[VarSymbol, statement_tree.VarDecl, Scope]],
) -> Symbol:
    symbol: Symbol
    match entry.syntax:
        case statement_tree.SetDecl() as node:
            symbol = declarations.set_symbol(ctx, node, columns.get(entry.key))
        case statement_tree.ParamDecl() as node:
            symbol = declarations.param_symbol(ctx, node)
        case statement_tree.TypeDecl() as node:
            symbol = declarations.type_symbol(ctx, node)
        case statement_tree.VarDecl() as node:
            symbol, scope = decisions.var_symbol(ctx, node)
            variables.append((symbol, node, scope))
        case statement_tree.LetDecl() | statement_tree.OutcomeItem() as node:
            symbol = decisions.let_symbol(ctx, entry, node)
        case statement_tree.CoalitionDecl() as node:
            symbol = coalitions.table(ctx, node)
        case _:
            raise AssertionError(entry.key)
    if isinstance(symbol, SetSymbol | ParamSymbol | TypeSymbol) and symbol.given is not None:
        declarations.check_keys(ctx, symbol, symbol.given.literal)
    return symbol


def _last(ctx: Context, entry: Entry) -> Symbol:
    match entry.syntax:
        case statement_tree.ConstraintDecl() as node:
            return decisions.row_symbol(ctx, node)
        case statement_tree.ObjectiveDecl() as node:
            return decisions.rule_symbol(ctx, node)
        case statement_tree.OutcomeDecl() as node:
            items = (ctx.symbols.get(item.name.name) for item in node.items)
            own = tuple(i for i in items if isinstance(i, LetSymbol) and i.outcome == entry.key)
            return OutcomeSymbol(entry.key, entry.name.span, (), None, own)
        case statement_tree.CoalitionDecl() as node:
            return coalitions.game(ctx, node)
        case statement_tree.FollowerDecl():
            return followers.follower(ctx, entry)
        case statement_tree.MechanismDecl() as node:
            return mechanisms.mechanism(ctx, node)
        case _:
            raise AssertionError(entry.key)


def _edges(entries: list[Entry]) -> dict[int, list[int]]:
    """For each declaration that expressions can use, those it uses itself."""
    named: dict[str, list[int]] = {}
    for at, entry in enumerate(entries):
        if _is_ordered(entry.syntax):
            named.setdefault(entry.name.name, []).append(at)
    edges: dict[int, list[int]] = {}
    agents_first = sorted(range(len(entries)), key=lambda at: not _is_agents(entries[at]))
    for at in agents_first:
        entry = entries[at]
        if isinstance(entry.syntax, Ordered | statement_tree.CoalitionDecl) and _is_ordered(entry.syntax):
            used = dict.fromkeys(name.name for name in _used(entry.syntax))
            edges[at] = [target for name in used for target in named.get(name, ())]
    return edges


def _is_agents(entry: Entry) -> bool:
    """Agents sets come first: `without a` depends on them without naming one."""
    return isinstance(entry.syntax, statement_tree.SetDecl) and entry.syntax.agents


def _used(node: Ordered | statement_tree.CoalitionDecl) -> Iterator[tree.Name]:
    match node:
        case statement_tree.SetDecl():
            return mentions.in_family(node.index, (node.within, _defined(node.value)))
        case statement_tree.ParamDecl():
            bounds = (bound.expr for bound in node.bounds)
            return mentions.in_family(node.index, (node.within, *bounds, node.default, _defined(node.value)))
        case statement_tree.TypeDecl():
            return mentions.in_family(node.index, (node.domain, node.step, _defined(node.value)))
        case statement_tree.VarDecl() | statement_tree.CoalitionDecl():
            return mentions.in_index(node.index)
        case statement_tree.LetDecl() | statement_tree.OutcomeItem():
            return mentions.in_family(node.index, (node.body,))


def _defined(value: statement_tree.Value | None) -> tree.Expr | None:
    """The expression of a value; data written out (`{a, b}` after `:=`, maps) uses no names."""
    if value is None or (value.replaceable and isinstance(value.expr, tree.SetLiteral)):
        return None
    return value.expr


def _add_reports(ctx: Context, file: statement_tree.File) -> None:
    reports: dict[str, statement_tree.Report] = {}
    for statement in file.statements:
        if isinstance(statement, statement_tree.Report):
            priors.report(ctx, statement, reports)


def _statements(
    ctx: Context, file: statement_tree.File
) -> tuple[tuple[DataSource, ...], tuple[Task, ...], tuple[SetSymbol, ...]]:
    """Everything that declares nothing: data, tasks, and which agents are interchangeable."""
    filled: dict[Symbol, statement_tree.Column] = {}
    symmetric: dict[SetSymbol, statement_tree.SymmetricDecl] = {}
    data: list[DataSource] = []
    made: list[Task] = []
    for statement in file.statements:
        match statement:
            case statement_tree.DataDecl():
                data.append(sources.data_source(ctx, statement, filled))
            case statement_tree.AbsentDecl():
                decisions.absent(ctx, statement)
            case statement_tree.SymmetricDecl():
                priors.symmetric(ctx, statement, symmetric)
            case _:
                ctx.closed.clear()
                task = tasks.task(ctx, statement)
                if task is not None:
                    made.append(task)
    return tuple(data), tuple(made), tuple(symmetric)
