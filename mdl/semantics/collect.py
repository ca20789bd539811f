"""First pass: which names a file declares, where, and which names it writes out as members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mdl.diagnostics import Source, Span
from mdl.semantics import errors
from mdl.semantics.context import Context
from mdl.semantics.sets import RESERVED
from mdl.syntax import statement_tree, tree

Declaration = (
    statement_tree.SetDecl
    | statement_tree.ParamDecl
    | statement_tree.TypeDecl
    | statement_tree.VarDecl
    | statement_tree.LetDecl
    | statement_tree.ConstraintDecl
    | statement_tree.ObjectiveDecl
    | statement_tree.OutcomeDecl
    | statement_tree.MechanismDecl
    | statement_tree.CoalitionDecl
    | statement_tree.FollowerDecl
    | statement_tree.Prior
    | statement_tree.OutcomeItem
)


@dataclass(slots=True, frozen=True)
class Entry:
    """One declared name.  `key` is its name in the model; `owner` the outcome rule of an item."""

    key: str
    name: tree.Name
    syntax: Declaration
    owner: str = ""


def start_of(file: statement_tree.File) -> Span:
    """The empty span at the start of the text."""
    assert isinstance(file.source, Source)
    return Span(file.source, 0, 0)


def header(ctx: Context, file: statement_tree.File) -> statement_tree.ModelHeader | None:
    """The `model` statement: one, and the first."""
    found = [s for s in file.statements if isinstance(s, statement_tree.ModelHeader)]
    if not found:
        ctx.report(errors.header_missing(start_of(file)))
        return None
    if file.statements[0] is not found[0]:
        ctx.report(errors.header_late(found[0].span, file.statements[0].span))
    for again in found[1:]:
        ctx.report(errors.header_again(again.span, found[0].span))
    return found[0]


def entries(ctx: Context, file: statement_tree.File) -> list[Entry]:
    """Every declared name in the order of the file; repeats and reserved names are reported."""
    kept: list[Entry] = []
    several = sum(isinstance(s, statement_tree.LetDecl) and s.valuation for s in file.statements) > 1
    types = {s.name.name for s in file.statements if isinstance(s, statement_tree.TypeDecl)}
    for entry in _all(file, several, types):
        name = entry.name.name
        valuation = isinstance(entry.syntax, statement_tree.LetDecl) and entry.syntax.valuation
        if name in RESERVED and not valuation:
            ctx.report(errors.reserved(name, entry.name.span))
        elif name in ctx.declared and not valuation:
            ctx.report(errors.declared_twice(name, entry.name.span, ctx.declared[name]))
            continue
        ctx.declared.setdefault(name, entry.name.span)
        kept.append(entry)
    _note_members(ctx, kept)
    return kept


def _all(file: statement_tree.File, several: bool, types: set[str]) -> Iterator[Entry]:
    count = 0
    for statement in file.statements:
        match statement:
            case statement_tree.OutcomeDecl():
                yield Entry(statement.name.name, statement.name, statement)
                for item in statement.items:
                    yield Entry(item.name.name, item.name, item, statement.name.name)
            case statement_tree.LetDecl(valuation=True):
                count += 1
                yield Entry(_valuation_key(statement, count) if several else "valuation", statement.name, statement)
            case statement_tree.Prior():
                if statement.joint and statement.name.name not in types:
                    yield Entry(statement.name.name, statement.name, statement)
            case (
                statement_tree.SetDecl()
                | statement_tree.ParamDecl()
                | statement_tree.TypeDecl()
                | statement_tree.VarDecl()
                | statement_tree.LetDecl()
                | statement_tree.ConstraintDecl()
                | statement_tree.ObjectiveDecl()
                | statement_tree.MechanismDecl()
                | statement_tree.CoalitionDecl()
                | statement_tree.FollowerDecl()
            ):
                yield Entry(statement.name.name, statement.name, statement)


def _valuation_key(statement: statement_tree.LetDecl, count: int) -> str:
    """`valuation[SELLER]`: valuations of several agent sets are told apart by the set."""
    domains = [b.domain for b in statement.index.bindings]
    named = domains[0].name if domains and isinstance(domains[0], tree.Name) else str(count)
    return f"valuation[{named}]"


def _note_members(ctx: Context, found: list[Entry]) -> None:
    """Remember bare names written as members, so that a second meaning of one can be reported."""
    for entry in found:
        match entry.syntax:
            case statement_tree.SetDecl(
                value=statement_tree.Value(expr=tree.SetLiteral(items=items), replaceable=data)
            ):
                _note(ctx, entry, items, data)
            case statement_tree.TypeDecl(domain=tree.SetLiteral(items=items)):
                _note(ctx, entry, items, False)


def _note(ctx: Context, entry: Entry, items: tuple[tree.Expr, ...], data: bool) -> None:
    for item in items:
        if isinstance(item, tree.TupleExpr):
            _note(ctx, entry, item.items, data)
        elif isinstance(item, tree.Name) and (data or item.name not in ctx.declared):
            ctx.members.setdefault(item.name, (entry.name.name, item.span))
