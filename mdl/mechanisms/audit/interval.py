"""Gaps that are irrational: screened in float64 with a proved margin; those within it of 0 by their exact forms.

`fails` needs a gap proved above 0, `holds` all of them proved at most 0; a gap whose sign cannot be proved leaves
the property undecided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import inf

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.mechanisms.audit.found import Found
from mdl.mechanisms.audit.gaps import CHUNK, Gaps, near
from mdl.mechanisms.audit.sheets import Array
from mdl.mechanisms.tables import Places, Quantity

OPEN = " is not decided: the true amount is too near 0 to tell its sign"

BITS = (64, 128, 256, 512, 1024, 2048, 4096)
"""Precisions tried for the enclosure of the worst gap."""


@dataclass(slots=True)
class _Largest:
    """The largest so far, and the first position that has it."""

    gap: float = -inf
    place: int = -1

    def see(self, places: Places, gaps: Array) -> None:
        if len(gaps):
            k = int(np.argmax(gaps))
            if self.place < 0 or gaps[k] > self.gap:
                self.gap, self.place = float(gaps[k]), int(places[k])


def found_in_enclosures(gaps: Gaps, gap: float, place: int) -> Found:
    """`gap` is the largest of the float gaps, at `place`."""
    from mdl.irrational import quantity as forms

    margin = gaps.margin
    if gap < -margin:
        return Found("holds", "interval", gap, place, (gap - margin, gap + margin))
    assert gaps.decide is not None
    if gap > margin:
        return _above(gaps, gap, place)
    above, zero, unknown = _Largest(), _Largest(), _Largest()
    for places, floats in _pieces(gaps, -margin):
        true = gaps.decide(places)
        signs = proved_signs(true)
        positive = np.flatnonzero(signs == 1)
        if len(positive):
            above.see(places[positive], forms.floats(forms.take(true, positive)))
        zero.see(places[signs == 0], np.zeros(np.count_nonzero(signs == 0)))
        unknown.see(places[signs == 2], floats[signs == 2])
    if above.place >= 0:
        return _above(gaps, above.gap, above.place)
    if unknown.place >= 0:
        around = (unknown.gap - margin, unknown.gap + margin)
        return Found("undecided", "interval", unknown.gap, unknown.place, around, None, OPEN)
    if zero.place >= 0:
        return Found("holds", "interval", Fraction(0), zero.place, (0.0, 0.0))
    return Found("holds", "interval", min(gap, 0.0), place, (gap - margin, min(gap + margin, 0.0)))


def _pieces(gaps: Gaps, threshold: float) -> Iterator[tuple[Places, Array]]:
    for places, floats in near(gaps, threshold):
        for k in range(0, len(places), CHUNK):
            yield places[k : k + CHUNK], floats[k : k + CHUNK]


def proved_signs(quantity: Quantity) -> Array:
    """-1, 0, 1, or 2 where the sign is not proved (a float64 proves none)."""
    if isinstance(quantity, Numbers) and not quantity.is_exact:
        return np.full(len(quantity), 2, dtype=np.int8)
    from mdl.irrational import quantity as forms

    return np.asarray(forms.signs(quantity))


def _above(gaps: Gaps, gap: float, place: int) -> Found:
    """A gap proved above 0, with an enclosure; exact where it is rational."""
    from mdl.irrational import quantity as forms

    assert gaps.decide is not None
    true = gaps.decide(np.array([place]))
    if isinstance(true, Numbers):
        if true.is_exact:
            value = true.fractions()[0]
            return Found("fails", "interval", value, place, (float(value), float(value)))
        return Found("fails", "interval", gap, place, (gap - gaps.margin, gap + gaps.margin))
    low, high = 0.0, inf
    for bits in BITS:
        lows, highs = forms.bounds(true, bits)
        low, high = max(low, float(lows[0])), min(high, float(highs[0]))
        if low > 0 and high - low <= 2.0**-40 * high:
            break
    return Found("fails", "interval", low + (high - low) / 2 or high, place, (low, high))
