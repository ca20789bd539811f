"""`data` statements: which column fills which declared name."""

from __future__ import annotations

from mdl.semantics import errors, task_errors
from mdl.semantics.context import Context, what_is
from mdl.semantics.kinds import TupleOf
from mdl.semantics.model import ColumnSource, DataSource, ParamSymbol, SetSymbol, Symbol, TypeSymbol
from mdl.syntax import statement_tree


def member_columns(file: statement_tree.File) -> dict[str, int]:
    """How many columns each set is read from: it tells members from tuples where nothing else does."""
    return {
        column.target.name: len(column.keys)
        for statement in file.statements
        if isinstance(statement, statement_tree.DataDecl)
        for column in statement.columns
        if column.members
    }


def data_source(ctx: Context, node: statement_tree.DataDecl, filled: dict[Symbol, statement_tree.Column]) -> DataSource:
    """Check each column mapping; `filled` remembers which names have a column already."""
    columns: list[ColumnSource] = []
    for column in node.columns:
        symbol = _target(ctx, column)
        if symbol is None or not _fits(ctx, column, symbol):
            continue
        if symbol in filled:
            ctx.report(task_errors.data_twice(symbol.name, column.span, filled[symbol].span))
            continue
        filled[symbol] = column
        value = column.value.name if column.value is not None else None
        columns.append(ColumnSource(symbol, tuple(key.name for key in column.keys), value, column.span))
    return DataSource(node.path.value, tuple(columns), node.span)


def _target(ctx: Context, column: statement_tree.Column) -> SetSymbol | ParamSymbol | TypeSymbol | None:
    name = column.target.name
    symbol = ctx.symbols.get(name)
    if isinstance(symbol, SetSymbol | ParamSymbol | TypeSymbol):
        return symbol
    if symbol is None:
        if name not in ctx.declared:
            near, labels = ctx.suggestion(name, ctx.names_of(SetSymbol, ParamSymbol, TypeSymbol))
            ctx.report(errors.unknown_data_target(name, column.target.span, near, labels))
    else:
        ctx.report(task_errors.data_target(name, what_is(symbol), column.target.span, symbol.span))
    return None


def _fits(ctx: Context, column: statement_tree.Column, symbol: SetSymbol | ParamSymbol | TypeSymbol) -> bool:
    if symbol.given is not None and not symbol.given.replaceable:
        ctx.report(task_errors.data_for_definition(symbol.name, column.span, symbol.given.span))
        return False
    places = ctx.places_of(symbol)
    if places is None:
        return False
    wanted = len(places)
    if column.members:
        if not isinstance(symbol, SetSymbol) or wanted:
            ctx.report(task_errors.members_for(symbol.name, what_is(symbol), column.span, symbol.span))
            return False
        wanted = len(symbol.item.items) if isinstance(symbol.item, TupleOf) else 1
    elif isinstance(symbol, SetSymbol) and isinstance(symbol.item, TupleOf):
        ctx.report(errors.data_columns(symbol.name, column.span, 1, len(symbol.item.items), "member", symbol.span))
        return False
    if len(column.keys) != wanted:
        what = "member" if column.members else "index"
        ctx.report(errors.data_columns(symbol.name, column.span, len(column.keys), wanted, what, symbol.span))
        return False
    return True
