"""`data` statements: files read once, columns handed to the symbols they fill."""

from __future__ import annotations

from collections.abc import Container
from functools import partial
from pathlib import Path

import numpy as np

from mdl.data import errors
from mdl.data.columns import Column
from mdl.data.entries import Entries, Sets
from mdl.data.read import read_table
from mdl.data.table import Place, Table
from mdl.diagnostics import Diagnostic, Failure
from mdl.semantics.model import ColumnSource, DataSource, Model, Symbol


class Sources:
    """The columns of a model's `data` statements, by symbol."""

    def __init__(self, model: Model, base: Path, replaced: Container[Symbol] = ()) -> None:
        """`replaced` symbols are given elsewhere: a file that only they would read is not looked for."""
        self._base = base
        self._columns: dict[Symbol, tuple[DataSource, ColumnSource]] = {
            column.symbol: (source, column) for source in model.data for column in source.columns
        }
        self._tables: dict[str, Table | Failure] = {}
        self._unread = {
            source.path: source
            for source in model.data
            if any(column.symbol not in replaced for column in source.columns)
        }

    def has(self, symbol: Symbol) -> bool:
        return symbol in self._columns

    def _table(self, source: DataSource) -> Table:
        self._unread.pop(source.path, None)
        held = self._tables.get(source.path)
        if held is None:
            try:
                held = read_table(self._base / source.path, source.path, source.span)
            except Failure as f:
                self._tables[source.path] = Failure(())
                raise f from None
            self._tables[source.path] = held
        if isinstance(held, Failure):
            raise held
        return held

    def unread(self) -> list[Diagnostic]:
        """What is wrong with files that no symbol asked for, because each failed before."""
        found: list[Diagnostic] = []
        for source in list(self._unread.values()):
            try:
                self._table(source)
            except Failure as f:
                found.extend(f.diagnostics)
        return found

    def entries(self, symbol: Symbol) -> Entries:
        """A param or type: key columns and the value column."""
        source, column = self._columns[symbol]
        table = self._table(source)
        found = self._pick(table, column, (*column.keys, *((column.value,) if column.value is not None else ())))
        keys, values = tuple(found[: len(column.keys)]), tuple(found[len(column.keys) :])
        return Entries(
            keys,
            values,
            table.size,
            partial(_key_place, table, column),
            lambda k: table.place(k, column.value),
            Place(f"in {table.name}", column.span),
        )

    def sets(self, symbol: Symbol, arity: int) -> Sets:
        """A set from member columns, or a family from key columns and a member column."""
        source, column = self._columns[symbol]
        table = self._table(source)
        names = (*column.keys, *((column.value,) if column.value is not None else ()))
        found = self._pick(table, column, names)
        last = names[-1]
        return Sets(
            tuple(found[:arity]),
            np.arange(table.size),
            tuple(found[arity:]),
            partial(_key_place, table, column),
            lambda k: table.place(k, last),
            Place(f"in {table.name}", column.span),
            False,
        )

    def _pick(self, table: Table, column: ColumnSource, names: tuple[str, ...]) -> list[Column]:
        lost = [n for n in names if n not in table.columns]
        if lost:
            known = list(table.columns)
            raise Failure(errors.no_column(table.name, n, known, column.span, table.header) for n in lost)
        return [table.columns[n] for n in names]


def _key_place(table: Table, column: ColumnSource, row: int) -> Place:
    return table.place(row, column.keys[0] if len(column.keys) == 1 else None)
