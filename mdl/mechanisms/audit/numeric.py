"""Gaps that are float64, because some numbers are a solver's or rounded.

Such numbers are good to about seven digits of what they are computed from, so an agent's gain counts for nothing up
to RELATIVE of its largest valuation, and for certain beyond RELATIVE of anybody's largest valuation and beyond the
rounding of the audit itself.  Between the two the verdict is `undecided`.  All of this scales with the data: the
money unit does not matter.
"""

from __future__ import annotations

from mdl.mechanisms.audit.found import Found
from mdl.mechanisms.audit.gaps import Gaps
from mdl.mechanisms.audit.verdict import money

RELATIVE = 1e-6
"""Of the largest valuation.  Solvers stop at residuals of 1e-7 to 1e-9 of their numbers; what a mechanism misses by
within a millionth of what is at stake is theirs, and nobody's reason to lie."""


def found_in_floats(gaps: Gaps, gap: float, place: int, stake: float, scale: float) -> Found:
    """`gap` is the largest, at `place`; `stake` the largest valuation it is about, `scale` that of anybody."""
    margin, tolerance = gaps.margin, RELATIVE * stake
    limit = max(tolerance, RELATIVE * scale)
    enclosure = (gap - margin, gap + margin)
    if gap + margin <= tolerance:
        return Found("holds", "numeric", gap, place, enclosure, tolerance)
    if gap - margin > limit:
        why = f" (more than {money(limit)}, {RELATIVE:g} of the largest valuation)"
        return Found("fails", "numeric", gap, place, enclosure, tolerance, why)
    if tolerance < gap - margin:
        why = (
            f" is not decided: that is more than {money(tolerance)}, {RELATIVE:g} of the largest valuation here, and "
            f"at most {money(limit)}, {RELATIVE:g} of the largest anywhere"
        )
    else:
        why = f" is not decided: the numbers are so large that amounts below {money(margin)} are lost in rounding"
    return Found("undecided", "numeric", gap, place, enclosure, tolerance, why)
