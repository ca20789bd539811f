"""Report profiles as a list of cases, and where in it an agent's report and the others' reports meet.

All profiles, in agent order with the last agent fastest; or, where agents are interchangeable, one of them with each
of its types beside each way of counting the others' types (the others then stand in the order of their types).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import comb, factorial, prod

import numpy as np
import numpy.typing as npt

from mdl.algebra import segments
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.mechanisms.spaces import TypeSpace, text

Places = npt.NDArray[np.int64]


class Profiles:
    """All report profiles of agents with these type spaces."""

    def __init__(self, spaces: Sequence[TypeSpace]) -> None:
        self.spaces = tuple(spaces)
        self.cases = prod(s.size for s in spaces)

    @property
    def audited(self) -> range:
        """The agents whose incentives and participation are looked at, as places in agent order."""
        return range(len(self.spaces))

    @property
    def utilities(self) -> int:
        """Combinations of an agent, its true type and a report profile: the size of the largest table."""
        return sum(s.size for s in self.spaces) * self.cases

    def scenarios(self, agent: int) -> int:
        return self.cases // self.spaces[agent].size

    def own(self, agent: int) -> Places:
        """The type of an agent in each case, shape (cases,)."""
        return np.arange(self.cases) // _stride(self.spaces, agent) % self.spaces[agent].size

    def case(self, agent: int) -> Places:
        """The case of each own report and scenario, shape (types, scenarios)."""
        inner, size = _stride(self.spaces, agent), self.spaces[agent].size
        scenario = np.arange(self.scenarios(agent))
        others = scenario // inner * (inner * size) + scenario % inner
        return np.arange(size)[:, None] * inner + others[None, :]

    def scenario_of(self, agent: int) -> Places:
        """The scenario that the others' reports make in each case, shape (cases,)."""
        inner, size = _stride(self.spaces, agent), self.spaces[agent].size
        case = np.arange(self.cases)
        return case // (inner * size) * inner + case % inner

    def pays_like(self, agent: int) -> tuple[int, Places] | None:
        """Whose payments an agent's are, where agents are interchangeable: that agent and its case in each case."""
        return None

    def locate(self, types: Sequence[int], agent: int) -> tuple[int, int]:
        """The case of a profile, and the agent whose answers there are those of `agent`."""
        case = 0
        for s, k in zip(self.spaces, types, strict=True):
            case = case * s.size + k
        return agent, case

    def multiplicity(self) -> Numbers:
        """How many profiles each case stands for, shape (cases,)."""
        return Numbers.constant(1, self.cases)

    # ---- names ----

    def types_of(self, case: int) -> tuple[int, ...]:
        out = []
        for s in reversed(self.spaces):
            case, k = divmod(case, s.size)
            out.append(k)
        return tuple(reversed(out))

    def case_name(self, case: int) -> str:
        """`a=3, b=1`."""
        return ", ".join(_said(s, k) for s, k in zip(self.spaces, self.types_of(case), strict=True) if s.components)

    def scenario_name(self, agent: int, scenario: int) -> str:
        """`b=1, c=2`."""
        case = int(self._first_case(agent, scenario))
        parts = zip(self.spaces, self.types_of(case), strict=True)
        return ", ".join(_said(s, k) for j, (s, k) in enumerate(parts) if j != agent and s.components)

    def _first_case(self, agent: int, scenario: int) -> int:
        inner, size = _stride(self.spaces, agent), self.spaces[agent].size
        return scenario // inner * (inner * size) + scenario % inner

    def sizes(self) -> str:
        """`3 x 3`."""
        return " x ".join(str(s.size) for s in self.spaces if s.components)


def _stride(spaces: Sequence[TypeSpace], agent: int) -> int:
    """How many profiles lie between one type of an agent and its next, where all are listed."""
    return prod(s.size for s in spaces[agent + 1 :])


def _said(space: TypeSpace, k: int) -> str:
    return f"{text(space.agent)}={space.name(k)}"


@dataclass(slots=True, eq=False)
class _Counts:
    """Ways of counting `people` over `size` types: rows of counts, in lexicographic order of the sorted types."""

    size: int
    people: int

    def rows(self) -> npt.NDArray[np.int64]:
        return np.array(list(_compositions(self.people, self.size)), dtype=np.int64).reshape(-1, self.size)


def _compositions(people: int, size: int) -> Iterator[tuple[int, ...]]:
    if size == 1:
        yield (people,)
        return
    for first in range(people, -1, -1):
        for rest in _compositions(people - first, size - 1):
            yield (first, *rest)


class CountedProfiles(Profiles):
    """Interchangeable agents, all with the same types: the first stands for all of them.

    A case is its report and the counts of the others' reports.
    """

    def __init__(self, spaces: Sequence[TypeSpace], members: Sequence[int]) -> None:
        """`members` are the interchangeable agents; the others have no types."""
        self.spaces = tuple(spaces)
        self.members = tuple(members)
        self.size = spaces[members[0]].size
        self.cases = self.size * comb(len(members) - 1 + self.size - 1, self.size - 1)

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """The others' counts in each scenario, shape (scenarios, types)."""
        return _Counts(self.size, len(self.members) - 1).rows()

    @cached_property
    def _index(self) -> dict[tuple[int, ...], int]:
        return {tuple(row): k for k, row in enumerate(self.counts.tolist())}

    @cached_property
    def same(self) -> Places:
        """For each case the number of the way of counting all the types: cases with one number are one profile."""
        mine, scenario = np.divmod(np.arange(self.cases), len(self.counts))
        totals = self.counts[scenario].copy()
        totals[np.arange(self.cases), mine] += 1
        return np.asarray(np.unique(totals, axis=0, return_inverse=True)[1], dtype=np.int64).reshape(-1)

    @property
    def audited(self) -> range:
        first = self.members[0]
        return range(first, first + 1)

    @property
    def utilities(self) -> int:
        return self.size * self.cases * len(self.members)

    def scenarios(self, agent: int) -> int:
        return self.cases // self.size if agent == self.members[0] else self.cases

    def own(self, agent: int) -> Places:
        if agent not in self.members:
            return np.zeros(self.cases, dtype=np.int64)
        mine, scenario = np.divmod(np.arange(self.cases), len(self.counts))
        if agent == self.members[0]:
            return mine
        place = self.members.index(agent) - 1
        ends = np.cumsum(self.counts, axis=1)
        return np.asarray((ends <= place).sum(axis=1), dtype=np.int64)[scenario]

    def case(self, agent: int) -> Places:
        return np.arange(self.cases).reshape(self.size, -1)

    def scenario_of(self, agent: int) -> Places:
        return np.arange(self.cases) % len(self.counts)

    def pays_like(self, agent: int) -> tuple[int, Places] | None:
        """The first agent, at the case where it reports what this agent reports and the others' counts are kept."""
        if agent == self.members[0] or agent not in self.members:
            return None
        mine, scenario = np.divmod(np.arange(self.cases), len(self.counts))
        theirs = self.own(agent)
        counts = self.counts[scenario].copy()
        rows = np.arange(self.cases)
        counts[rows, mine] += 1
        counts[rows, theirs] -= 1
        found = np.array([self._index[tuple(row)] for row in counts.tolist()], dtype=np.int64)
        return self.members[0], theirs * len(self.counts) + found

    def locate(self, types: Sequence[int], agent: int) -> tuple[int, int]:
        counts = [0] * self.size
        for a in self.members:
            counts[types[a]] += 1
        counts[types[agent]] -= 1
        return self.members[0], types[agent] * len(self.counts) + self._index[tuple(counts)]

    def multiplicity(self) -> Numbers:
        people = len(self.members) - 1
        ways = [factorial(people) // prod(factorial(n) for n in row) for row in self.counts.tolist()]
        return Numbers.of(ways * self.size)

    def by_type(self) -> Iterator[tuple[Places, Places]]:
        """For each type the case, at each case, of an agent that has it, and how many agents have it.

        Where nobody has it, the number is 0 and the case any.
        """
        mine, scenario = np.divmod(np.arange(self.cases), len(self.counts))
        totals = self.counts[scenario].copy()
        totals[np.arange(self.cases), mine] += 1
        for k in range(self.size):
            left = totals.copy()
            left[:, k] -= 1
            rows = [self._index.get(tuple(row), 0) for row in left.tolist()]
            yield k * len(self.counts) + np.array(rows, dtype=np.int64), totals[:, k]

    def distinct(self, weights: Numbers | None) -> tuple[Places, Numbers | None]:
        """A case for each way of counting all the types, and its probability."""
        _, first, place = np.unique(self.same, return_index=True, return_inverse=True)
        if weights is None:
            return first, None
        order = np.argsort(place, kind="stable")
        return first, segments.total(weights.take(order), Segments(place[order], len(first)))

    # ---- names ----

    def types_of(self, case: int) -> tuple[int, ...]:
        return tuple(int(self.own(a)[case]) for a in range(len(self.spaces)))

    def case_name(self, case: int) -> str:
        mine, scenario = divmod(case, len(self.counts))
        counts = self.counts[scenario].copy()
        counts[mine] += 1
        return self._counted(counts, "agent")

    def scenario_name(self, agent: int, scenario: int) -> str:
        """`60 others with 0, 39 others with 1`."""
        return self._counted(self.counts[scenario], "other")

    def _counted(self, counts: npt.NDArray[np.int64], whom: str) -> str:
        space = self.spaces[self.members[0]]
        held = ((n, f"{whom}{'' if n == 1 else 's'}", space.name(k)) for k, n in enumerate(counts.tolist()) if n)
        return ", ".join(f"{n} {people} with {value}" for n, people, value in held)

    def sizes(self) -> str:
        return f"{len(self.members)} interchangeable agents with {self.size} types"
