"""What one family of comparisons says."""

from __future__ import annotations

from dataclasses import dataclass

from mdl.mechanisms.audit.verdict import Gain, Level, Outcome


@dataclass(slots=True, frozen=True)
class Found:
    """The largest gap (of those that decide the verdict), its position, and what encloses it.

    `why` ends the sentence of the witness; of what is undecided, it says what keeps it so.
    """

    verdict: Outcome
    level: Level
    gap: Gain | None
    place: int
    enclosure: tuple[float, float] | None = None
    tolerance: float | None = None
    why: str = ""
