"""Which incentive rows a program has: pairs of a true type and a report, or single deviations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.mechanisms.tables import AgentTable

Places = npt.NDArray[Any]


@dataclass(slots=True, frozen=True, eq=False)
class Selection:
    """By place of the agent in `DesignInput.agents`; an agent that is not named has all its rows.

    pairs     (L, L) truths, or (n, 2) of true type and report, in every scenario
    triples   (n, 3) true type, report, scenario: single rows besides those of `pairs` (none of them again)
    Reports of the true type, and reports that are not allowed, are left out.  Rows that average over the scenarios
    (Bayesian) know only pairs.
    """

    pairs: Mapping[int, Places] = field(default_factory=dict)
    triples: Mapping[int, Places] = field(default_factory=dict)

    @property
    def everything(self) -> bool:
        """Whether it names no agent, so that every row is there."""
        return not self.pairs and not self.triples

    def pairs_of(self, agent: int, table: AgentTable) -> Places:
        """True types and reports, shape (n, 2)."""
        chosen = self.pairs.get(agent)
        if chosen is None and agent in self.triples:
            return np.zeros((0, 2), dtype=np.int32)
        wanted = np.asarray(table.allowed, dtype=np.bool_) & ~np.eye(table.types, dtype=np.bool_)
        if chosen is None or chosen.dtype == np.bool_:
            if chosen is not None:
                wanted = wanted & chosen
            return np.argwhere(wanted).astype(np.int32)
        held = np.asarray(chosen, dtype=np.int32).reshape(-1, 2)
        return held[wanted[held[:, 0], held[:, 1]]]

    def rows_of(self, agent: int, table: AgentTable) -> tuple[Places, Places, Places]:
        """True types, reports and scenarios of the rows of one agent, without those where a lie breaks a bound."""
        pairs = self.pairs_of(agent, table)
        true = np.repeat(pairs[:, 0], table.scenarios)
        report = np.repeat(pairs[:, 1], table.scenarios)
        scenario = np.tile(np.arange(table.scenarios, dtype=np.int32), len(pairs))
        more = self.triples.get(agent)
        if more is not None and len(more):
            held = np.asarray(more, dtype=np.int32).reshape(-1, 3)
            held = held[(held[:, 0] != held[:, 1]) & np.asarray(table.allowed)[held[:, 0], held[:, 1]]]
            true, report, scenario = (np.concatenate(p) for p in zip((true, report, scenario), held.T, strict=True))
        if table.broken is not None:
            # utility minus infinity: no type would gain by that lie
            kept = ~np.asarray(table.broken).reshape(-1)[cell(table, true, report, scenario)]
            if not kept.all():
                true, report, scenario = true[kept], report[kept], scenario[kept]
        return true, report, scenario


ALL = Selection()


def cell(table: AgentTable, true: Places, report: Places, scenario: Places) -> Places:
    """Places in a flat (L, L, S) table."""
    out = true.astype(np.int64)
    out *= table.types
    out += report
    out *= table.scenarios
    out += scenario
    return out
