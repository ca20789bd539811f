"""Design inputs written out by hand, without the language: private values, transfers, fixed or free outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.lowering import terms
from mdl.lowering.entries import Entries, identity
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.input import DesignAgent, DesignInput, Goal, Share, Wanted
from mdl.mechanisms.design.names import CaseNames, at_cases, of_agents, on_others, types_of
from mdl.mechanisms.profiles import Profiles
from mdl.mechanisms.spaces import Component, TypeSpace
from mdl.mechanisms.tables import AgentTable
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Rows
from mdl.program.sparse import SparseRows


def profiles_of(types: dict[str, Sequence[int]]) -> Profiles:
    none: Any = None
    return Profiles(
        [
            TypeSpace(name, k, (Component(none, 0, tuple(values), Numbers.of(values)),) if values else ())
            for k, (name, values) in enumerate(types.items())
        ]
    )


@dataclass
class Hand:
    """A design as plain functions of types; what `given` makes of it is what the compiler would hand over.

    value(agent, own, reports) with a fixed outcome; with `free`, each agent has a share `win` of one item at every
    profile and values it at its own type times the share.
    """

    types: dict[str, Sequence[int]]
    wanted: Sequence[str] = ()
    soft: Sequence[str] = ()
    value: Callable[[int, int, tuple[int, ...]], Fraction] | None = None
    outside: Callable[[int, int, tuple[int, ...]], Fraction] = lambda a, own, reports: Fraction(0)
    prior: Callable[[tuple[int, ...]], Fraction] | None = None
    allowed: Callable[[int, int, int], bool] = lambda a, true, report: True
    broken: Callable[[int, int, tuple[int, ...]], bool] | None = None
    base: Callable[[int, tuple[int, ...]], Fraction] | None = None
    """A formula for the payment, beside what is unknown."""
    transfers: dict[str, int] = field(default_factory=lambda: {"t": 1})
    """Unknown payments by name, with their sign."""
    adjust: Sequence[str] = ()
    income: Callable[[tuple[int, ...]], Fraction] = lambda reports: Fraction(0)
    optimum: Callable[[tuple[int, ...]], Fraction] | None = None
    maximize: bool = True
    revenue: bool = True
    shortfall: bool = False
    expected: bool = True

    @property
    def profiles(self) -> Profiles:
        return profiles_of(self.types)

    def reports(self, case: int) -> tuple[int, ...]:
        held = self.profiles.types_of(case)
        return tuple(values[k] if values else 0 for values, k in zip(self.types.values(), held, strict=True))

    def given(self) -> DesignInput:
        profiles = self.profiles
        names = CaseNames.of(profiles)
        n, cases = len(self.types), profiles.cases
        columns: list[Columns] = []
        rows: list[Rows] = []
        width = 0
        values: list[Terms | None] = [None] * n
        zero = Bound(Numbers.constant(0, n * cases))
        if self.value is None:
            columns.append(Columns("win", at_cases(of_agents(list(self.types)), names.listed, False), 0, zero, None))
            width = n * cases
            one = Bound(Numbers.constant(1, cases))
            held = np.arange(n * cases).reshape(n, cases).T.reshape(-1).astype(np.int32)
            linear = SparseRows(np.arange(0, n * cases + 1, n), held, Numbers.constant(1, n * cases), width)
            rows.append(Rows("one_item", at_cases(Labels.scalar(), names.listed), 0, "<=", None, one, linear))
            for a, own in enumerate(self.types.values()):
                places = np.tile(a * cases + np.arange(cases, dtype=np.int32), len(own))
                factors = Numbers.of([v for v in own for _ in range(cases)])
                values[a] = Terms(len(own) * cases, terms.zeros(len(own) * cases), (Entries(None, places, factors),))
        starts: dict[str, int] = {}
        for name in self.transfers:
            labels = at_cases(of_agents(list(self.types)), names.listed, leading=False)
            starts[name] = width
            columns.append(Columns(name, labels, width, None, None))
            width += n * cases
        for name in self.adjust:
            starts[name] = width
            columns.append(Columns(name, on_others(profiles, range(n)), width, None, None))
            width += sum(profiles.scenarios(a) for a in range(n))
        agents = tuple(self._agent(profiles, a, starts, values[a]) for a in range(n))
        shares = tuple(Share(a, profiles.own(a) * profiles.scenarios(a) + profiles.scenario_of(a)) for a in range(n))
        weight = None if self.prior is None else Numbers.of([self.prior(self.reports(c)) for c in range(cases)])
        goal = None
        if self.revenue:
            each = terms.added([terms.taken(a.pay, s.rows) for a, s in zip(agents, shares, strict=True)])
            if self.expected and weight is not None:
                each = terms.scaled(each, weight)
            goal = total(each)
        optimum = None if self.optimum is None else Numbers.of([self.optimum(self.reports(c)) for c in range(cases)])
        return DesignInput(
            "hand",
            agents,
            cases,
            names,
            shares,
            tuple(columns),
            tuple(rows),
            Numbers.of([self.income(self.reports(c)) for c in range(cases)]),
            Goal("revenue", self.maximize, goal, self.shortfall),
            tuple([Wanted(w, False) for w in self.wanted] + [Wanted(w, True) for w in self.soft]),
            weight,
            optimum,
        )

    def _agent(self, profiles: Profiles, a: int, starts: dict[str, int], value: Terms | None) -> DesignAgent:
        space, case = profiles.spaces[a], profiles.case(a)
        size, scenarios = case.shape
        own = list(self.types.values())[a] or (0,)
        flat = case.reshape(-1)
        known = [
            Fraction(0) if self.value is None else self.value(a, own[t], self.reports(int(case[r, s])))
            for t in range(size) for r in range(size) for s in range(scenarios)
        ]  # fmt: skip
        broken = None
        if self.broken is not None:
            held = [
                self.broken(a, own[t], self.reports(int(case[r, s])))
                for t in range(size) for r in range(size) for s in range(scenarios)
            ]  # fmt: skip
            broken = np.array(held).reshape(size, size, scenarios)
        base = terms.zeros(len(flat))
        if self.base is not None:
            base = Numbers.of([self.base(a, self.reports(int(c))) for c in flat])
        parts = []
        n = profiles.cases
        for name, sign in self.transfers.items():
            places = (starts[name] + a * n + flat).astype(np.int32)
            parts.append(Entries(None, places, Numbers.constant(sign, len(flat))))
        first = sum(profiles.scenarios(b) for b in range(a))
        for name in self.adjust:
            places = (starts[name] + first + np.tile(np.arange(scenarios), size)).astype(np.int32)
            parts.append(identity(places).negated())
        table = AgentTable(
            name=space.agent,
            types=size,
            scenarios=scenarios,
            value=Numbers.of(known),
            broken=broken,
            allowed=np.array([[self.allowed(a, x, y) for y in own] for x in own]),
            outside=Numbers.of([self.outside(a, own[r], self.reports(int(case[r, s])))
                                for r in range(size) for s in range(scenarios)]),
            pay=None,
            weight=None if self.prior is None else Numbers.of([self.prior(self.reports(int(c))) for c in flat]),
            case=case,
            type_name=space.name,
            scenario_name=lambda s: profiles.scenario_name(a, s),
        )  # fmt: skip
        return DesignAgent(table, types_of(space), Terms(len(flat), base, tuple(parts)), value)


def total(form: Terms) -> Terms:
    from mdl.algebra.values import Segments

    return terms.summed(form, Segments(np.zeros(form.size, dtype=np.int64), 1))


def uniform(types: dict[str, Sequence[int]]) -> Callable[[tuple[int, ...]], Fraction]:
    size = 1
    for values in types.values():
        size *= max(len(values), 1)
    return lambda reports: Fraction(1, size)
