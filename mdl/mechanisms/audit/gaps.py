"""Comparisons of one family, all at once: a gap above 0 is a violation.

A family is read block by block, so that memory stays bounded however many comparisons there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isnan
from typing import Any

import numpy as np

from mdl.mechanisms.audit.sheets import Array
from mdl.mechanisms.audit.verdict import Gain, Level
from mdl.mechanisms.tables import Places, Quantity

CHUNK = 2**16
"""Comparisons in a block: half a megabyte, which a core's own cache holds."""


@dataclass(slots=True, frozen=True, eq=False)
class Block:
    """Gaps of the comparisons from `start` on, in order: `gaps * unit`; those left out are `lowest`."""

    start: int
    gaps: Array
    unit: Fraction


@dataclass(slots=True, frozen=True, eq=False)
class Gaps:
    """One family of `count` comparisons.

    `blocks` gives the gaps in order, afresh at every call.  Where they are not exact, each is within `margin` of
    the truth, and `decide` gives the true gaps at some positions, for interval verdicts.  `infinite` is the first
    comparison that is broken without bound.
    """

    count: int
    level: Level
    blocks: Callable[[], Iterator[Block]]
    margin: float = 0.0
    infinite: int | None = None
    decide: Callable[[Places], Quantity] | None = None


def lowest(dtype: Any) -> Any:
    """What stands for a comparison that is left out."""
    return np.iinfo(np.int64).min if dtype == np.int64 else -np.inf


def greatest(gaps: Gaps) -> tuple[Gain, int] | None:
    """The largest gap and the first position that has it; None where nothing is compared."""
    best: tuple[Gain, int] | None = None
    for block in gaps.blocks():
        if not len(block.gaps):
            continue
        at = int(np.argmax(block.gaps))
        held = block.gaps[at]
        if held == lowest(block.gaps.dtype):
            continue
        value: Gain = Fraction(int(held)) * block.unit if gaps.level == "exact" else float(held)
        if best is None or value > best[0] or (isinstance(value, float) and isnan(value)):
            best = value, block.start + at
    return best


def near(gaps: Gaps, threshold: float) -> Iterator[tuple[Places, Array]]:
    """Positions of float gaps of at least `threshold`, with the gaps, block by block; none that are left out."""
    for block in gaps.blocks():
        found = np.flatnonzero((block.gaps >= threshold) & (block.gaps > -np.inf))
        if len(found):
            yield block.start + found, block.gaps[found]
