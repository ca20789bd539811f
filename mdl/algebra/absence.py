"""Who does not take part: the meaning of `without` and `with only`.

In outcome rules (objectives, rows, outcome formulas) every index over an agent set skips absent
agents, and their variables are 0 or what `absent` declares.  Valuations are defined for everyone, so
inside a valuation nothing is skipped until an outcome formula or another `without` is entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mdl.algebra.domain import Domain
from mdl.algebra.set_values import on_one_row
from mdl.algebra.universe import Codes
from mdl.algebra.values import Fixed, Positions, SetValue, Truths, Varying

if TYPE_CHECKING:
    from mdl.algebra.frame import Frame


@dataclass(slots=True, frozen=True, eq=False)
class Restriction:
    """Agents of `universes` that are absent: the member `agent`, or everyone outside `only`.

    The values are per row of `frame`; a restriction with `frame` None holds one row for every frame.
    """

    universes: frozenset[str]
    agent: Codes | None
    only: SetValue | None
    frame: Frame | None
    scope: Domain | None = None
    """The agents that `only` chooses from: an index over a union of agent sets may meet others, who stay."""


@dataclass(slots=True, frozen=True, eq=False)
class Absence:
    """All restrictions in force; `skips` is false inside valuations."""

    restrictions: tuple[Restriction, ...]
    skips: bool = True

    @property
    def uniform(self) -> bool:
        """True where the same agents are absent on every row."""
        return all(r.frame is None for r in self.restrictions)

    def adding(self, restriction: Restriction) -> Absence:
        return Absence((*self.restrictions, restriction), True)

    def skipping(self, skips: bool) -> Absence:
        return self if self.skips == skips else replace(self, skips=skips)


def without(universe: str, agents: Codes) -> Absence:
    """Everyone but the given agents (codes) takes part, for a whole program."""
    return Absence(tuple(Restriction(frozenset({universe}), agents[k : k + 1], None, None) for k in range(len(agents))))


def with_only(universe: str, agents: Domain) -> Absence:
    """Only the given agents take part, for a whole program."""
    return Absence((Restriction(frozenset({universe}), None, Fixed(agents), None),))


def absent_rows(frame: Frame, universes: frozenset[str] | None, codes: Codes) -> Truths | None:
    """Rows of `frame` whose member `codes` (of one of `universes`) is an absent agent; None where there is none."""
    absence: Absence | None = frame.absence
    if absence is None or not universes:
        return None
    found: Truths | None = None
    for r in absence.restrictions:
        if r.universes & universes:
            hit = _absent(frame, r, universes, codes)
            found = hit if found is None else found | hit
    return found if found is not None and found.any() else None


def _absent(frame: Frame, r: Restriction, universes: frozenset[str], codes: Codes) -> Truths:
    if r.agent is not None:
        rows = None if r.frame is None else frame.rows_of(r.frame)
        agent = r.agent if rows is None else r.agent[rows]
        return np.asarray(codes == agent)
    outside = _outside(frame, r, codes)
    if r.scope is not None and not universes <= r.universes:
        outside &= r.scope.contains((codes,))
    return outside


def _outside(frame: Frame, r: Restriction, codes: Codes) -> Truths:
    """Rows whose member is not in the set that `only` names there."""
    assert r.only is not None
    if isinstance(r.only, Fixed):
        return ~r.only.domain.contains((codes,))
    rows: Positions | None = None if r.frame is None else frame.rows_of(r.frame)
    places = r.only.rows
    if places is None:
        places = np.arange(r.only.family.rows, dtype=np.int32)
    if rows is not None:
        places = places[rows]
    return ~r.only.family.relation.contains((places, codes))


def combined(masks: Sequence[Truths | None]) -> Truths | None:
    found: Truths | None = None
    for mask in masks:
        if mask is not None:
            found = mask if found is None else found | mask
    return found


def absence_at(frame: Frame, row: int, outer: int = 0) -> Absence | None:
    """The absence on one row of a frame, for a whole program, without the `outer` first restrictions."""
    if frame.absence is None or len(frame.absence.restrictions) == outer:
        return None
    return Absence(tuple(_at_row(r, frame, row) for r in frame.absence.restrictions[outer:]), True)


def _at_row(r: Restriction, frame: Frame, row: int) -> Restriction:
    place = 0
    if r.frame is not None:
        rows = frame.rows_of(r.frame)
        place = row if rows is None else int(rows[row])
    if r.agent is not None:
        return Restriction(r.universes, r.agent[place : place + 1], None, None)
    assert r.only is not None
    if isinstance(r.only, Fixed):
        return Restriction(r.universes, None, r.only, None, r.scope)
    places = np.array([place]) if r.only.rows is None else r.only.rows[place : place + 1]
    return Restriction(r.universes, None, Fixed(on_one_row(Varying(r.only.family, places))), None, r.scope)


def signature(absence: Absence | None) -> tuple[object, ...]:
    """Equal for absences that name the same agents in the same way."""
    parts: list[object] = []
    for r in absence.restrictions if absence is not None else ():
        if r.agent is not None:
            parts.append((r.universes, "without", *r.agent.tolist()))
        else:
            assert isinstance(r.only, Fixed)
            parts.append((r.universes, "only", *sorted(r.only.domain.columns[0].tolist())))
    return tuple(sorted(parts, key=repr))
