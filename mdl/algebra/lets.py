"""Values of lets, valuations and outcome formulas: each evaluated once over its index table, then gathered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.absence import Absence
from mdl.algebra.frame import Frame
from mdl.algebra.free import lets_in, needed, walk
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Members, Positions, Truths, Value
from mdl.semantics.depth import room
from mdl.semantics.model import LetSymbol
from mdl.semantics.typed import Expr

if TYPE_CHECKING:
    from mdl.algebra.evaluate import Evaluator
    from mdl.algebra.references import References


class Part:
    """A let at some entries of its index table; `place[k]` is where entry k stands in `value`, -1 if nowhere."""

    __slots__ = ("place", "value")

    def __init__(self, rows: Positions, size: int, value: Value) -> None:
        self.place: npt.NDArray[Any] = np.full(size, -1, dtype=np.int64)
        self.place[rows] = np.arange(len(rows))
        self.value = value


Key = tuple[LetSymbol, tuple[Any, ...], bool, bool]
"""The let, the restrictions in force, whether indices skip the absent, and whether the absent entries are meant."""


class Lets:
    """The lets of one evaluator.

    Where the same agents are absent on every row, the entries of those who are present are evaluated
    together, as everything is when nobody is absent; those of the absent only if something uses them.
    Where it depends on the row, a let is evaluated on the rows that ask for it.
    """

    __slots__ = ("_ev", "_parts", "_references", "_tables")

    def __init__(self, ev: Evaluator, references: References) -> None:
        self._ev = ev
        self._references = references
        self._tables: dict[LetSymbol, Value] = {}
        self._parts: dict[Key, Part] = {}

    def at(self, symbol: LetSymbol, positions: Positions, frame: Frame, at: Expr) -> Value:
        """The let at entries of its index table, one a row: quantities, members or truth values, as its kind says."""
        if frame.absence is None:
            table = self.table(symbol)
            return table if positions is frame.everything else self.take(table, positions)
        if frame.absence.uniform:
            return self._split(symbol, positions, frame, at)
        known: list[tuple[LetSymbol, Positions, Value]] = frame.remembered("lets", list)
        for let, places, value in known:
            if let is symbol and np.array_equal(places, positions):
                return value
        found = self._split(symbol, positions, frame, at)
        known.append((symbol, positions, found))
        return found

    def _split(self, symbol: LetSymbol, positions: Positions, frame: Frame, at: Expr) -> Value:
        """Entries of those who are present and of the absent apart."""
        assert frame.absence is not None
        gone = self._references.gone(symbol, positions, frame)
        if gone is None:
            return self._where(symbol, positions, frame, frame.absence, False)
        left, lost = np.flatnonzero(~gone), np.flatnonzero(gone)
        parts: list[tuple[Positions, Value]] = []
        if len(left):
            there = frame.take(left)
            parts.append((left, self._where(symbol, positions[left], there, frame.absence, False)))
        if symbol.role == "outcome":
            parts.append((lost, Numbers.constant(0, len(lost))))
        else:
            parts.append((lost, self._where(symbol, positions[lost], frame.take(lost), frame.absence, True)))
        return self._merge(parts, frame.size, at)

    def table(self, symbol: LetSymbol) -> Value:
        """The let over its whole index table, with everyone present; lets that it uses are evaluated first."""
        if symbol not in self._tables:
            with room():
                for let in needed(symbol, self._tables):
                    self._tables[let] = self._ev.value(let.body, self._ev.frame(let))
        return self._tables[symbol]

    def _where(self, symbol: LetSymbol, positions: Positions, frame: Frame, absence: Absence, absent: bool) -> Value:
        inner = _inside(symbol, absence)
        if not inner.uniform:
            return self._on_rows(symbol, positions, frame, inner)
        key = (symbol, inner.restrictions, inner.skips, absent)
        if key not in self._parts:
            if absent:
                self._evaluate(key, inner)
            else:
                for let, held in self._order(symbol, inner):
                    self._evaluate((let, held.restrictions, held.skips, False), held)
        part = self._parts[key]
        return self.take(part.value, part.place[positions])

    def _evaluate(self, key: Key, absence: Absence) -> None:
        symbol, _, _, absent = key
        table = self._ev.frame(symbol)
        gone = self._references.gone(symbol, table.everything, table.with_absence(absence))
        if gone is None:
            gone = np.zeros(table.size, dtype=np.bool_)
        rows = np.flatnonzero(gone == absent)
        with room():
            value = self._ev.value(symbol.body, table.take(rows).with_absence(absence))
        self._parts[key] = Part(rows, table.size, value)

    def _order(self, symbol: LetSymbol, absence: Absence) -> Iterator[tuple[LetSymbol, Absence]]:
        """The let and those it uses that are not known where the same agents are absent, each after those it uses."""
        done: set[tuple[LetSymbol, bool]] = set()
        stack = [(symbol, absence, False)]
        while stack:
            let, inner, ready = stack.pop()
            if ready:
                yield let, inner
            elif (let, inner.skips) not in done and (let, inner.restrictions, inner.skips, False) not in self._parts:
                done.add((let, inner.skips))
                stack.append((let, inner, True))
                stack.extend((used, _inside(used, inner), False) for used in lets_in(walk(let.body)))

    def _on_rows(self, symbol: LetSymbol, positions: Positions, frame: Frame, absence: Absence) -> Value:
        given = self._references.bind(symbol, symbol.index, positions)
        with room():
            return self._ev.value(symbol.body, frame.call(given, absence))

    def take(self, value: Value, positions: Positions) -> Value:
        if isinstance(value, Numbers):
            return value.gather(positions)
        if isinstance(value, Members):
            return Members(tuple(c[positions] for c in value.codes))
        if isinstance(value, np.ndarray):
            return value[positions]
        return self._ev.builder_take(value, positions)

    def _merge(self, parts: list[tuple[Positions, Value]], size: int, at: Expr) -> Value:
        first = parts[0][1]
        if len(parts) == 1:
            return first
        if isinstance(first, np.ndarray):
            truths: Truths = np.empty(size, dtype=np.bool_)
            for rows, value in parts:
                truths[rows] = value
            return truths
        if isinstance(first, Members):
            columns = [np.empty(size, dtype=np.int32) for _ in first.codes]
            for rows, value in parts:
                for column, codes in zip(columns, value.codes, strict=True):
                    column[rows] = codes
            return Members(tuple(columns))
        return self._ev.merge(parts, size, at)


def _inside(symbol: LetSymbol, absence: Absence) -> Absence:
    """The absence inside a let's body: valuations skip nobody, outcome formulas do."""
    if symbol.role == "valuation":
        return absence.skipping(False)
    return absence.skipping(True) if symbol.role == "outcome" else absence
