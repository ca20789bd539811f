"""Incentive rows of a design that rows between neighbouring types imply, agent by agent, in words for `inspect`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdl.irrational.quantity import Level
from mdl.mechanisms.design.build import IMPLIED
from mdl.mechanisms.design.input import DesignAgent, DesignInput
from mdl.mechanisms.design.selection import ALL, Selection
from mdl.mechanisms.structure import chains, crossing
from mdl.mechanisms.structure.reduction import Reduction

CHECKED: dict[Level, str] = {
    "exact": "checked exactly",
    "interval": "proved by enclosures",
    "numeric": "up to the rounding of the valuations",
}
LEVELS: tuple[Level, ...] = tuple(CHECKED)
"""From the surest to the least sure."""


@dataclass(slots=True, frozen=True, eq=False)
class Structure:
    """Which rows to build, how many that leaves out, and sentences that say why it may be so (or why not)."""

    selection: Selection
    kept: int
    all: int
    reasons: tuple[str, ...]
    reduced: frozenset[int]
    """Agents of the design with fewer rows than all."""
    level: Level = "exact"
    """How surely the rows imply the others, of the agent where that is least sure."""

    @property
    def left_out(self) -> int:
        return self.all - self.kept

    def lines(self) -> tuple[str, ...]:
        if not self.left_out:
            return tuple(f"all incentive rows are kept: {r}" for r in self.reasons)
        first = (
            f"{self.left_out:,} of {self.all:,} incentive rows are implied by the {self.kept:,} that are kept, between "
            f"neighbouring types, {CHECKED[self.level]}"
        )
        return (first, *self.reasons)


def neighbours(agent: DesignAgent, prop: str) -> Reduction | str:
    """Rows of `prop` (dominant_ic or bayesian_ic) that imply the others, or the reason why all are kept."""
    if agent.value is None:
        return chains.dominant(agent.table) if prop == "dominant_ic" else chains.bayesian(agent.table)
    return crossing.dominant(agent) if prop == "dominant_ic" else crossing.bayesian(agent)


def incentive(design: DesignInput) -> str | None:
    """The one property whose rows may be left out: required (not softened), and no other has incentive rows."""
    hard = {w.name for w in design.wanted if not w.soft}
    asked = {w.name for w in design.wanted if w.name in ("dominant_ic", "bayesian_ic")}
    asked -= {name for name in asked if hard & set(IMPLIED.get(name, ()))}
    return asked.pop() if len(asked) == 1 and asked <= hard else None


def structure(design: DesignInput) -> Structure:
    """What neighbouring types say about a design; everything is kept where they say nothing."""
    prop = incentive(design)
    if prop is None:
        return Structure(ALL, 0, 0, (), frozenset())
    pairs, triples, reasons, levels = {}, {}, [], list[Level]()
    kept = every = 0
    for k, agent in enumerate(design.agents):
        found = neighbours(agent, prop)
        if isinstance(found, str):
            rows = _rows(agent, prop)
            kept, every = kept + rows, every + rows
            reasons.append(found)
            continue
        kept, every = kept + found.kept, every + found.all
        pairs[k] = found.pairs
        if len(found.triples):
            triples[k] = found.triples
        reasons.append(found.why)
        levels.append(found.level)
    level = max(levels, key=LEVELS.index, default=LEVELS[0])
    return Structure(Selection(pairs, triples), kept, every, tuple(dict.fromkeys(reasons)), frozenset(pairs), level)


def _rows(agent: DesignAgent, prop: str) -> int:
    table = agent.table
    if prop == "dominant_ic":
        true, _, _ = ALL.rows_of(0, table)
        return len(true)
    lies = table.allowed & ~np.eye(table.types, dtype=bool)
    return int(lies.sum())
