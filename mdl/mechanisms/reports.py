"""A model with its data over all report profiles: lifted symbols with values, and frames for utilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.absence import Absence, Restriction
from mdl.algebra.domain import Domain
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame, Given
from mdl.algebra.numbers import Numbers
from mdl.algebra.store import Store
from mdl.algebra.values import Members
from mdl.data.instance import Instance
from mdl.diagnostics import Failure, Span
from mdl.irrational.builder import Irrational
from mdl.mechanisms import errors, room
from mdl.mechanisms.lift import Lift
from mdl.mechanisms.priors import Prior, prior_of
from mdl.mechanisms.profiles import CountedProfiles, Profiles
from mdl.mechanisms.spaces import LIMIT, Component, TypeSpace, spaces
from mdl.semantics.kinds import Element
from mdl.semantics.model import LetSymbol, Model, SetSymbol, Symbol, TypeSymbol
from mdl.semantics.typed import Expr, IndexVar

Places = npt.NDArray[np.int64]


@dataclass(slots=True, eq=False)
class Reports:
    """The environment over report profiles.

    `instance` is the model as written, `lifted` the same over profiles; `weights` is the probability of each case
    (None without a prior).
    """

    instance: Instance
    profiles: Profiles
    prior: Prior
    lift: Lift
    lifted: Instance
    weights: Numbers | None
    notes: list[str] = field(default_factory=list)
    irrational: Irrational = field(default_factory=Irrational)
    """Makes all irrational forms over these reports, so that they can meet."""

    @property
    def spaces(self) -> tuple[TypeSpace, ...]:
        return self.profiles.spaces

    @property
    def cases(self) -> int:
        return self.profiles.cases

    def valuation(self, agent: int) -> LetSymbol | None:
        """What an agent's valuation is; None where it has none and so values everything at 0."""
        lets = (s for s in self.instance.model.symbols.values() if isinstance(s, LetSymbol) and s.role == "valuation")
        return next((s for s in lets if self.of_agent(agent, self.instance.domain(s)) is not None), None)

    def rows(self, size: int, indices: dict[IndexVar, npt.NDArray[np.int64]], absence: Absence | None = None) -> Frame:
        """A frame on which each index has the members of these codes."""
        given = {v: Given((codes.astype(np.int32),), (None,)) for v, codes in indices.items()}
        root = self.lifted.data.root
        rows = np.broadcast_to(np.zeros(1, dtype=np.int32), (size,))
        return Frame(self.instance.store.universe, size, root, rows, given=given, absence=absence)

    def of_agent(self, agent: int, table: Domain) -> int | None:
        """The entry of an index table of agents that is an agent's; None where it has none."""
        entry = int(table.lookup((np.array([self.spaces[agent].code], dtype=np.int32),))[0])
        return None if entry < 0 else entry

    def each_case(self, expr: Expr, own: tuple[IndexVar, int] | None = None) -> tuple[Expr, Frame]:
        """An expression as written, lifted, and the frame of all cases to evaluate it on.

        `own` is an index of the expression and the place of the agent that it stands for.
        """
        p = self.lift.index(expr.span)
        indices = {p: np.arange(self.cases)}
        if own is not None:
            indices[own[0]] = np.full(self.cases, self.spaces[own[1]].code)
        return self.lift.at(expr, p), self.rows(self.cases, indices)

    def without(self, agent: int, *, skips: bool) -> Absence:
        """One agent does not take part; `skips` is False inside valuations."""
        code = np.array([self.spaces[agent].code], dtype=np.int32)
        return Absence((Restriction(self._universes(agent), code, None, None),), skips)

    def _universes(self, agent: int) -> frozenset[str]:
        code = np.array([self.spaces[agent].code], dtype=np.int32)
        found: frozenset[str] = frozenset()
        for symbol in self.instance.model.symbols.values():
            if isinstance(symbol, SetSymbol) and symbol.agents and isinstance(symbol.item, Element):
                held = self.instance.set(symbol)
                if isinstance(held, Domain) and held.contains((code,))[0]:
                    found |= symbol.item.universes or frozenset()
        return found & self.instance.store.agent_universes

    def lifted_at(self, cases: Places) -> Instance:
        """The lifted model over some cases only, in this order."""
        return _lifted(self.instance, self.lift, self.profiles, cases)


def over_reports(instance: Instance) -> Reports:
    """The report profiles of an instance.

    Raises Failure: types without a list of values (MDL600 to 602, 608), too many profiles (MDL603), no agents (MDL604),
    a wrong prior (MDL610 to 615).
    """
    from mdl.mechanisms.interchangeable import profiles_of

    held = spaces(instance)
    if not held:
        raise Failure(errors.no_agents(instance.model.span))
    profiles, notes = profiles_of(instance, held)
    if profiles.utilities > LIMIT:
        counted = isinstance(profiles, CountedProfiles)
        size = (profiles.cases, profiles.utilities, LIMIT, profiles.sizes())
        raise Failure(errors.too_many_profiles(*size, counted, _place(instance.model)))
    room.refuse(instance.model, profiles, _place(instance.model))
    prior = prior_of(instance, held)
    lift = Lift(instance.model.span)
    lifted = _lifted(instance, lift, profiles, np.arange(profiles.cases))
    return Reports(instance, profiles, prior, lift, lifted, prior.weights(profiles), notes)


def _place(model: Model) -> Span:
    found = next((s for s in model.symbols.values() if isinstance(s, TypeSymbol)), None)
    return model.span if found is None else found.span


def _lifted(instance: Instance, lift: Lift, profiles: Profiles, cases: Places) -> Instance:
    """Over these cases, which are numbered anew."""
    old = instance.store
    store = Store(old.universe, dict(old.sets), dict(old.index), dict(old.values), old.agent_universes, old.ranges)
    store.sets[lift.profiles] = Domain.range(old.universe, 0, len(cases) - 1)
    store.index[lift.profiles] = Domain.scalar(old.universe)
    symbols: dict[str, Symbol] = {}
    for name, symbol in instance.model.symbols.items():
        symbols[name] = lift.of(symbol)
        if isinstance(symbol, TypeSymbol):
            store.values[symbols[name]] = _values(symbol, profiles, cases)
    model = Model(instance.model.name, instance.model.title, instance.model.span, symbols, (), (), ())
    return Instance(model, store, Evaluator(model, store))


def _values(symbol: TypeSymbol, profiles: Profiles, cases: Places) -> Numbers | Members:
    """A type at every one of these cases and entry, the entries fastest."""
    mine = [(a, k, c) for a, s in enumerate(profiles.spaces) for k, c in enumerate(s.components) if c.symbol is symbol]
    mine.sort(key=lambda item: item[2].entry)
    entries = len(mine)
    groups: dict[int, tuple[Component, list[int]]] = {}
    columns: list[Places] = []
    for place, (a, k, c) in enumerate(mine):
        groups.setdefault(id(c.values), (c, []))[1].append(place)
        columns.append(profiles.spaces[a].places(k)[profiles.own(a)[cases]])
    parts: list[tuple[Places, Numbers | Members]] = []
    for c, places in groups.values():
        at = np.stack([columns[p] for p in places], axis=1).ravel()
        rows = (np.arange(len(cases))[:, None] * entries + np.array(places)[None, :]).ravel()
        held = c.values
        parts.append((rows, Members((held.codes[0][at],)) if isinstance(held, Members) else held.take(at)))
    return _merged(parts, len(cases) * entries)


def _merged(parts: Sequence[tuple[Places, Numbers | Members]], size: int) -> Numbers | Members:
    numbers = [(rows, held) for rows, held in parts if isinstance(held, Numbers)]
    if len(numbers) == len(parts):
        return numbers[0][1] if len(numbers) == 1 else arithmetic.merge(numbers, size)
    codes = np.empty(size, dtype=np.int32)
    for rows, held in parts:
        assert isinstance(held, Members)
        codes[rows] = held.codes[0]
    return Members((codes,))
