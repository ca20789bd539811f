"""What the data says, as the evaluator reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mdl.algebra.domain import Domain, Family
from mdl.algebra.numbers import Numbers
from mdl.algebra.universe import Universe
from mdl.algebra.values import Members
from mdl.semantics.model import Symbol


@dataclass(slots=True, eq=False)
class Store:
    """Sets, index tables and values of an instance; filled while data is bound, read-only afterwards.

    `sets` holds the Domain of a set, or the Family of a set with an index (a set for each entry of its
    index table).  `index` holds the index table of each symbol that has one evaluated.  `values` holds,
    for params and realised types, one entry for each entry of the index table.
    """

    universe: Universe
    sets: dict[Symbol, Domain | Family] = field(default_factory=dict)
    index: dict[Symbol, Domain] = field(default_factory=dict)
    values: dict[Symbol, Numbers | Members] = field(default_factory=dict)
    agent_universes: frozenset[str] = frozenset()
    ranges: dict[tuple[int, int], Domain] = field(default_factory=dict)

    def range(self, low: int, high: int) -> Domain:
        """The set `low..high`, one object for each pair."""
        found = self.ranges.get((low, high))
        if found is None:
            found = self.ranges[low, high] = Domain.range(self.universe, low, high)
        return found

    def over(self, values: Mapping[Symbol, Numbers | Members]) -> Store:
        """The same store with other values for some symbols (types at another profile)."""
        return Store(self.universe, self.sets, self.index, {**self.values, **values}, self.agent_universes, self.ranges)
