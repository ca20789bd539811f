"""Labels of rows about an agent's own incentives: `ic[a: 3 -> 2 | b=1]`, `ir[a: 3 | b=1]`, `ir[a: 3]`, `ir[a]`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.mechanisms.design.input import DesignAgent
from mdl.mechanisms.design.names import NOTHING
from mdl.program.labels import Labels, LazyAtoms

Places = npt.NDArray[Any]


class RowNames:
    """Members of all agents, types and scenarios, one agent's after the other's."""

    def __init__(self, agents: Sequence[DesignAgent]) -> None:
        self.agents = agents
        self._types = _before([a.table.types for a in agents])
        self._scenarios = _before([a.table.scenarios for a in agents])

    @cached_property
    def names(self) -> tuple[Atom, ...]:
        return tuple(a.table.name for a in self.agents)

    @cached_property
    def types(self) -> LazyAtoms:
        return LazyAtoms(int(self._types[-1]), self._type)

    @cached_property
    def scenarios(self) -> LazyAtoms:
        return LazyAtoms(int(self._scenarios[-1]), self._scenario)

    @cached_property
    def alone(self) -> bool:
        """Nobody has others with types."""
        return all(a.table.scenarios == 1 and not a.table.scenario_name(0) for a in self.agents)

    def _type(self, place: int) -> Atom:
        agent = int(np.searchsorted(self._types, place, side="right")) - 1
        found = self.agents[agent].types[place - int(self._types[agent])]
        return found if found != "" else NOTHING

    def _scenario(self, place: int) -> Atom:
        agent = int(np.searchsorted(self._scenarios, place, side="right")) - 1
        return self.agents[agent].table.scenario_name(place - int(self._scenarios[agent])) or NOTHING

    # ---- codes of one agent's rows ----

    def who(self, agent: int, rows: int) -> Places:
        return np.full(rows, agent, dtype=np.min_scalar_type(len(self.agents)))

    def typed(self, agent: int, types: Places) -> Places:
        return _moved(types, int(self._types[agent]), int(self._types[-1]))

    def others(self, agent: int, scenarios: Places) -> Places:
        return _moved(scenarios, int(self._scenarios[agent]), int(self._scenarios[-1]))

    # ---- tables of names ----

    def deviations(self, who: Places, true: Places, report: Places, others: Places | None) -> Labels:
        """`a: 3 -> 2 | b=1`, without the others' types where `others` is None."""
        if others is None or self.alone:
            return Labels((self.names, self.types, self.types), (who, true, report), len(who), ("", ": ", " -> ", ""))
        atoms = (self.names, self.types, self.types, self.scenarios)
        return Labels(atoms, (who, true, report, others), len(who), ("", ": ", " -> ", " | ", ""))

    def truths(self, who: Places, true: Places, others: Places | None) -> Labels:
        """`a: 3 | b=1`, or `a: 3`."""
        if others is None or self.alone:
            return Labels((self.names, self.types), (who, true), len(who), ("", ": ", ""))
        return Labels((self.names, self.types, self.scenarios), (who, true, others), len(who), ("", ": ", " | ", ""))


def _before(sizes: Sequence[int]) -> Places:
    return np.concatenate(([0], np.cumsum(np.array(sizes, dtype=np.int64))))


def _moved(places: Places, by: int, size: int) -> Places:
    out = np.asarray(places).astype(np.min_scalar_type(size))
    out += out.dtype.type(by)
    return out
