"""What an audit says, as data and as one line of text."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Literal

from mdl.algebra.atoms import Atom
from mdl.algebra.numerals import shown

Level = Literal["exact", "interval", "numeric"]
LEVELS: tuple[Level, ...] = ("exact", "interval", "numeric")
"""From the surest to the least sure."""

Outcome = Literal["holds", "fails", "undecided"]

Gain = Fraction | float
"""Exact where the level is, else the nearest float; infinite where the truth is worth minus infinity."""


@dataclass(slots=True, frozen=True)
class Witness:
    """Where a property breaks (or stays undecided) most.

    Positions refer to the table; what a property is not about is None (a budget has no agent) or "".  `case` is the
    report profile that is played: with the lie, for incentives.  `gain` is in money: what the agent gains, or what
    the budget is short.
    """

    gain: Gain
    agent: Atom | None = None
    other: Atom | None = None
    type: int | None = None
    report: int | None = None
    scenario: int | None = None
    case: int | None = None
    type_text: str = ""
    report_text: str = ""
    scenario_text: str = ""
    case_text: str = ""
    text: str = ""
    """`a with value 3 gains 1 by reporting 2 when b=1`."""


@dataclass(slots=True, frozen=True)
class Verdict:
    """One property audited.

    `violation` is the worst one, 0 where the property holds; `enclosure` contains it where it is not exact.
    `tightest` is the largest gap of all comparisons, below 0 where even that one holds strictly; None of none.
    `tolerance` is the violation up to which a numeric verdict says `holds`, in money.
    """

    property: str
    verdict: Outcome
    level: Level
    violation: Gain
    witness: Witness | None
    text: str
    comparisons: int
    tightest: Gain | None = None
    enclosure: tuple[float, float] | None = None
    tolerance: float | None = None
    notes: tuple[str, ...] = ()

    def summary(self) -> str:
        """`dominant_ic holds (exact): 1,011,200 deviations, the tightest gains 0`."""
        return f"{self.property} {self.verdict} ({self.level}): {self.text}"

    def as_check(self) -> dict[str, str | float | None]:
        """The fields of an answer's check; an infinite violation is None there and in words in `why`."""
        finite = None if self.violation == inf else float(self.violation)
        return {
            "property": self.property,
            "verdict": self.verdict,
            "level": self.level,
            "violation": finite,
            "witness": None if self.witness is None else self.witness.text,
            "why": self.text,
        }


WIDE = 24
"""Characters of the longest rational that is written out in a sentence."""


def money(value: Gain) -> str:
    """An amount for a sentence: `1/3` exact, `~0.1708096` of a long rational, seven digits of a float."""
    if isinstance(value, Fraction):
        text = shown(value)
        return text if len(text) <= WIDE or not 1e-300 < abs(value) < 1e300 else f"~{float(value):.7g}"
    text = f"{value:.7g}"
    return "0" if text == "-0" else text
