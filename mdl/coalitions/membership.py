"""Expressions in which it is open who takes part: one column a player, 1 where it is in the coalition.

What `with only S` does to an expression is done here for all S at once.  A sum over agents skips the absent, so
each of its terms counts times the membership of its agents: a constant becomes a multiple of that column, and a
variable of the same agent stays as it is, since it is 0 without its agent.  At the columns of any coalition the
result is what the evaluator makes of the expression with only its members.  Every other place in which absence
can matter is refused (MDL730): conditions, sets, bounds, and reductions that are no sums.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.absence import Absence
from mdl.algebra.domain import Domain
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.numbers import Numbers
from mdl.algebra.universe import Codes
from mdl.algebra.values import Members, Quantity, SetValue, Truths
from mdl.coalitions.generation_errors import not_generated
from mdl.data.instance import Instance
from mdl.diagnostics import Failure, Span
from mdl.lowering import terms
from mdl.lowering.builder import Builder
from mdl.lowering.entries import Entries
from mdl.lowering.inline import flat
from mdl.lowering.terms import Terms
from mdl.semantics import typed
from mdl.semantics.kinds import Element, Kind, TupleOf
from mdl.semantics.model import Symbol
from mdl.semantics.typed import Binder, Expr

Places = npt.NDArray[np.int64]

NOBODY = -1


class Players(Protocol):
    """The players of a game: sets of agents with their universes, one after the other."""

    @property
    def names(self) -> tuple[str | int, ...]: ...

    @property
    def groups(self) -> tuple[tuple[frozenset[str], Domain], ...]: ...

    def only(self, mask: int) -> Absence: ...


class Membership(Evaluator):
    """Evaluates with everyone in place and membership as columns `first, first + 1, ...` of the builder."""

    def __init__(self, instance: Instance, builder: Builder, players: Players, owners: dict[int, Places]) -> None:
        super().__init__(instance.model, instance.store, symbolic=builder, absence=Absence(()))
        self.free = instance.data.free
        self._everyone = instance.data._everyone
        self._frames = instance.data._frames
        self.columns = builder
        self.players = players
        self.owners = owners
        """For each block of columns, by its first one, the players of its columns: (columns, any number)."""
        self.first = 0
        self._summed: set[Binder] = set()
        self._closed = 0

    # ---- who a member is ----

    def players_of_member(self, kind: Kind, codes: Sequence[Codes], span: Span) -> list[Places]:
        """For each agent component of a member, its player on each row."""
        items = kind.items if isinstance(kind, TupleOf) else (kind,)
        found = []
        for item, column in zip(items, codes, strict=True):
            if isinstance(item, Element) and item.universes is not None:
                universes = item.universes & self.store.agent_universes
                if universes:
                    found.append(self._players(universes, column, span))
        return found

    def _players(self, universes: frozenset[str], codes: Codes, span: Span) -> Places:
        at, made = 0, list[Places]()
        for group, domain in self.players.groups:
            if group & universes:
                place = domain.lookup((codes,)).astype(np.int64)
                if len(place) and int(place.min()) < 0:
                    raise Failure(not_generated("an index runs over agents that do not play", span))
                made.append(place + at)
            at += domain.size
        if len(made) != 1:
            raise Failure(not_generated("an index runs over agents of several sets at once", span))
        return made[0]

    def players_of_entries(self, symbol: Symbol) -> Places:
        """The players of each entry of a symbol's index table, (entries, agent components)."""
        frame = self.frame(symbol)
        found = [
            p for b in symbol.index for v in b.indices for p in self.players_of_member(v.kind, frame.codes(v), v.span)
        ]
        return np.stack(found, axis=1) if found else np.zeros((frame.size, 0), dtype=np.int64)

    # ---- where absence may not matter ----

    @contextmanager
    def closed(self) -> Iterator[None]:
        """What is evaluated inside may not depend on who takes part."""
        self._closed += 1
        try:
            yield
        finally:
            self._closed -= 1

    def truth(self, expr: Expr, frame: Frame) -> Truths:
        with self.closed():
            return super().truth(expr, frame)

    def member(self, expr: Expr, frame: Frame) -> Members:
        with self.closed():
            return super().member(expr, frame)

    def set(self, expr: Expr, frame: Frame) -> SetValue:
        with self.closed():
            return super().set(expr, frame)

    def number(self, expr: Expr, frame: Frame) -> Quantity:
        found = super().number(expr, frame)
        if self._closed and not isinstance(found, Numbers):
            raise Failure(not_generated("a condition, a set or a bound depends on who takes part", expr.span))
        return found

    def absent_frame(self, expr: typed.Without | typed.WithOnly, frame: Frame) -> Frame:
        raise Failure(not_generated("`without` and `with only` inside the rule", expr.span))

    def _skipping(self, child: Frame, binders: Sequence[Binder]) -> Frame:
        if child.absence is not None and child.absence.skips and not self._summed.issuperset(binders):
            for b in binders:
                for v in b.indices:
                    if self.players_of_member(v.kind, child.codes(v), b.domain.span):
                        what = "something other than a sum runs over agents"
                        raise Failure(not_generated(what, b.domain.span))
        return child

    # ---- sums over agents ----

    def _reduce(self, expr: typed.Reduce, frame: Frame) -> Quantity:
        if expr.op != "sum":
            return super()._reduce(expr, frame)
        self._summed.update(expr.binders)
        child = self.expand(frame, expr.binders, expr.where)
        body = self.number(expr.body, child)
        who = self._skipped(expr, child)
        if who:
            body = self._counted(terms.of(body), who, expr)
        groups = child.segments(frame)
        if isinstance(body, Numbers):
            from mdl.algebra import segments

            with self.faults(expr, frame):
                return segments.reduce("sum", body, groups)
        return self.columns.reduce("sum", body, groups, expr, child)

    def _skipped(self, expr: typed.Reduce, child: Frame) -> list[Places]:
        """The agents of each term, without whom it is skipped."""
        if child.absence is None or not child.absence.skips:
            return []
        indices = [(v, b.domain.span) for b in expr.binders for v in b.indices]
        return [p for v, span in indices for p in self.players_of_member(v.kind, child.codes(v), span)]

    def _counted(self, body: Terms, who: list[Places], at: Expr) -> Terms:
        """Each row times the membership of its agents."""
        body = flat(body, self.columns.nodes)
        if body.nodes:
            raise Failure(not_generated("the rule is not linear", at.span))
        for entries in body.variables:
            rows = np.repeat(np.arange(body.size), entries.counts(body.size))
            real = arithmetic.signs(entries.coefficients) != 0
            for players in who:
                if not (self.belongs(entries.columns, players[rows]) | ~real).all():
                    what = "a sum over agents counts something that other agents can have without them"
                    raise Failure(not_generated(what, at.span))
        constant = arithmetic.signs(body.constant) != 0
        if not constant.any():
            return body
        if any((players != who[0])[constant].any() for players in who[1:]):
            raise Failure(not_generated("two agents bring something only together", at.span))
        held = Entries(None, (who[0] + self.first).astype(np.int32), body.constant)
        return Terms(body.size, terms.zeros(body.size), (*body.variables, held))

    def belongs(self, columns: npt.NDArray[np.int32], players: Places) -> Truths:
        """Whether each column is 0 without the player beside it."""
        found = np.zeros(len(columns), dtype=np.bool_)
        for start, owners in self.owners.items():
            inside = np.flatnonzero((columns >= start) & (columns < start + len(owners)))
            mine = owners[columns[inside] - start]
            found[inside] = (mine == players[inside, None]).any(axis=1)
        return found
