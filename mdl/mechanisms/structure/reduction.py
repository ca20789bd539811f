"""What may be left out of the incentive rows of one agent, and why."""

from __future__ import annotations

from dataclasses import dataclass

from mdl.irrational.quantity import Level
from mdl.mechanisms.tables import Flags, Places


@dataclass(slots=True, frozen=True, eq=False)
class Reduction:
    """Rows of one agent that imply all its others.

    pairs   (L, L) true type and report: rows that stay in every scenario
    triples (n, 3) true type, report, scenario: rows that stay besides
    kept, all  numbers of rows
    why     a clause: `single crossing holds for a`
    level   exact; interval (proved by enclosures); numeric (up to the rounding of the valuations)
    """

    pairs: Flags
    triples: Places
    kept: int
    all: int
    why: str
    level: Level = "exact"

    @property
    def left_out(self) -> int:
        return self.all - self.kept
