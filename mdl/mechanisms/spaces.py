"""The types that each agent may have, as lists.

An agent's composite type is one value for each of its components: the entries of `type` statements whose first
index is the agent.  Composite types are listed in the order of the components, the last fastest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, prod

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.algebra.domain import Domain, Family
from mdl.algebra.numbers import Numbers
from mdl.algebra.numerals import shown
from mdl.algebra.numerals import text as text
from mdl.algebra.values import Fixed, Members
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure
from mdl.mechanisms import errors
from mdl.semantics import typed
from mdl.semantics.kinds import Numeric
from mdl.semantics.model import SetSymbol, TypeSymbol

LIMIT = 2**27
"""Utilities (agent, true type, report profile) beyond which nothing is listed."""

MOST = isqrt(LIMIT)
"""Values beyond which a type alone has more pairs of true value and report than that."""


@dataclass(slots=True, eq=False)
class Component:
    """One type of one agent: entry `entry` of the index table of `symbol`; its values as atoms, in order."""

    symbol: TypeSymbol
    entry: int
    atoms: tuple[Atom, ...]
    values: Numbers | Members

    @property
    def size(self) -> int:
        return len(self.atoms)


@dataclass(slots=True, eq=False)
class TypeSpace:
    """The `size` types of one agent; without a component it has one."""

    agent: Atom
    code: int
    components: tuple[Component, ...]

    @property
    def size(self) -> int:
        return prod(c.size for c in self.components)

    def places(self, component: int) -> npt.NDArray[np.int64]:
        """The value of one component at each type, shape (size,)."""
        inner = prod(c.size for c in self.components[component + 1 :])
        return np.arange(self.size) // inner % self.components[component].size

    def atoms(self, k: int) -> tuple[Atom, ...]:
        """The values of type k."""
        out: list[Atom] = []
        for c in reversed(self.components):
            k, place = divmod(k, c.size)
            out.append(c.atoms[place])
        return tuple(reversed(out))

    def name(self, k: int) -> str:
        """`3`; `(1, 0.2)` for a composite type; empty without types."""
        parts = [text(a) for a in self.atoms(k)]
        return "" if not parts else parts[0] if len(parts) == 1 else f"({', '.join(parts)})"

    def find(self, atoms: Sequence[Atom]) -> int | None:
        """The type with these values."""
        found = 0
        for c, atom in zip(self.components, atoms, strict=True):
            place = next((k for k, a in enumerate(c.atoms) if a == atom), None)
            if place is None:
                return None
            found = found * c.size + place
        return found

    def allowed(self) -> npt.NDArray[np.bool_]:
        """Whether each true type (rows) may report each type (columns); shape (size, size)."""
        out = np.ones((self.size, self.size), dtype=np.bool_)
        for k, c in enumerate(self.components):
            place = self.places(k)
            rank = _ranks(c)
            true, report = rank[place][:, None], rank[place][None, :]
            match c.symbol.report:
                case "at most truth":
                    out &= report <= true
                case "at least truth":
                    out &= report >= true
                case "fixed":
                    out &= place[:, None] == place[None, :]
        return out


def _ranks(c: Component) -> npt.NDArray[np.int64]:
    """The order of the values: of numbers by size (members of a set may be numbers too), of names as listed."""
    values = [Fraction(a) for a in c.atoms if not isinstance(a, str)]
    if len(values) < c.size:
        return np.arange(c.size)
    order = {v: k for k, v in enumerate(sorted(set(values)))}
    return np.array([order[v] for v in values], dtype=np.int64)


def agents_of(instance: Instance) -> list[int]:
    """The codes of all agents, in the order of the file, each once."""
    found: dict[int, None] = {}
    for symbol in instance.model.symbols.values():
        if isinstance(symbol, SetSymbol) and symbol.agents:
            held = instance.set(symbol)
            assert isinstance(held, Domain)
            found.update(dict.fromkeys(held.columns[0].tolist()))
    return list(found)


def spaces(instance: Instance) -> tuple[TypeSpace, ...]:
    """One space an agent, in agent order.

    Raises Failure where a type has no list of values (MDL600 to MDL602), or a list that is too long (MDL608).
    """
    agents = agents_of(instance)
    parts: dict[int, list[Component]] = {a: [] for a in agents}
    wrong: list[Diagnostic] = []
    for symbol in instance.model.symbols.values():
        if isinstance(symbol, TypeSymbol):
            try:
                for agent, component in _components(instance, symbol):
                    parts[agent].append(component)
            except Failure as failure:
                wrong.extend(failure.diagnostics)
    if wrong:
        raise Failure(wrong)
    universe = instance.store.universe
    return tuple(TypeSpace(universe.atom(a), a, tuple(parts[a])) for a in agents)


def _components(instance: Instance, symbol: TypeSymbol) -> Iterator[tuple[int, Component]]:
    table = instance.domain(symbol)
    lists = list(_lists(instance, symbol))
    shared: dict[tuple[Atom, ...], Numbers | Members] = {}
    for entry, (agent, atoms) in enumerate(zip(table.columns[0].tolist(), lists, strict=True)):
        if not atoms:
            member = ", ".join(text(a) for a in table.member(entry))
            raise Failure(errors.empty_domain(symbol.name, member, symbol.domain.span))
        if atoms not in shared:
            shared[atoms] = _values(instance, symbol, atoms)
        yield agent, Component(symbol, entry, atoms, shared[atoms])


def _values(instance: Instance, symbol: TypeSymbol, atoms: Sequence[Atom]) -> Numbers | Members:
    if isinstance(symbol.kind, Numeric):
        return Numbers.of([a for a in atoms if not isinstance(a, str)])
    return Members((instance.store.universe.codes(atoms),))


def _lists(instance: Instance, symbol: TypeSymbol) -> Iterator[tuple[Atom, ...]]:
    """The values of each entry of the type's index table."""
    ev, frame = instance.data, instance.frame(symbol)
    if isinstance(symbol.domain, typed.Interval):
        yield from _grids(instance, symbol, symbol.domain)
        return
    held = ev.set(symbol.domain, frame)
    universe = instance.store.universe
    if isinstance(held, Fixed):
        _few(symbol, held.domain.size)
        atoms = tuple(universe.atoms(held.domain.columns[0]))
        for _ in range(frame.size):
            yield atoms
        return
    family: Family = held.family
    rows = range(family.rows) if held.rows is None else held.rows.tolist()
    for row in rows:
        one = family.domain(int(row))
        _few(symbol, one.size)
        yield tuple(universe.atoms(one.columns[0]))


def _few(symbol: TypeSymbol, count: int) -> None:
    if count > MOST:
        raise Failure(errors.too_many_values(symbol.name, count, LIMIT, symbol.span))


def _grids(instance: Instance, symbol: TypeSymbol, domain: typed.Interval) -> Iterator[tuple[Atom, ...]]:
    if symbol.step is None:
        raise Failure(errors.endless_domain(symbol.name, domain.span))
    ev, frame = instance.data, instance.frame(symbol)
    lows, highs, steps = (ev.number(e, frame).fractions() for e in (domain.low, domain.high, symbol.step))
    for low, high, step in zip(lows, highs, steps, strict=True):
        if step <= 0:
            raise Failure(errors.bad_step(symbol.name, shown(step), symbol.step.span))
        count = int((high - low) // step) + 1 if high >= low else 0
        _few(symbol, count)
        values = [low + k * step for k in range(count)]
        yield tuple(v.numerator if v.denominator == 1 else v for v in values)
