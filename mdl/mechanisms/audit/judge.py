"""From gaps to a verdict.

exact: every gap is a rational, so the verdict is a fact.

interval: gaps are screened in float64 with a proved margin; those within it of 0 are decided by their exact forms.
`fails` needs a gap proved above 0, `holds` all of them proved at most 0; a gap whose sign cannot be proved leaves
the property undecided.

numeric: some numbers are a solver's or rounded, good to about seven digits of the largest of them, so an agent's
gain counts for nothing up to RELATIVE of its largest valuation, and for certain beyond RELATIVE of the largest
valuation of anybody and beyond the rounding of the audit itself.  Between the two the verdict is `undecided`.  All of
this scales with the data: the money unit does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.mechanisms.audit.gaps import CHUNK, Gaps, greatest, near
from mdl.mechanisms.audit.sheets import Array, worst
from mdl.mechanisms.audit.verdict import Gain, Level, Outcome, Verdict, money
from mdl.mechanisms.audit.words import MakeWitness, Words
from mdl.mechanisms.tables import Places, Quantity

RELATIVE = 1e-6
"""Of the largest valuation.  Solvers stop at residuals of 1e-7 to 1e-9 of their numbers; a mechanism that misses by a
millionth of what is at stake is theirs, and nobody's reason to lie."""


@dataclass(slots=True, frozen=True, eq=False)
class Part:
    """One family of comparisons; `stake` is the largest valuation that it is about.

    `again`: its comparisons are those of another part, seen from the other side.
    """

    gaps: Gaps
    witness: MakeWitness
    stake: float = 0.0
    again: bool = False


@dataclass(slots=True, frozen=True)
class Found:
    """What one part says: its largest gap (of those that decide), where, and what encloses it."""

    verdict: Outcome
    level: Level
    gap: Gain | None
    place: int
    enclosure: tuple[float, float] | None = None
    tolerance: float | None = None
    why: str = ""


def judge(name: str, words: Words, parts: Sequence[Part], scale: float, notes: tuple[str, ...]) -> Verdict:
    """All parts of a property; `scale` is the largest valuation of anybody."""
    count = sum(p.gaps.count for p in parts if not p.again)
    for part in parts:
        if part.gaps.infinite is not None:
            witness = part.witness(part.gaps.infinite, inf)
            return Verdict(name, "fails", part.gaps.level, inf, witness, witness.text, count, inf, notes=notes)
    found = [_found(p, scale) for p in parts]
    for verdict in ("fails", "undecided"):
        hits = [(p, f) for p, f in zip(parts, found, strict=True) if f.verdict == verdict]
        if hits:
            return _broken(name, *_first_largest(hits), count, notes)
    return _held(name, words, parts, found, count, notes)


def _first_largest(hits: Sequence[tuple[Part, Found]]) -> tuple[Part, Found]:
    best = hits[0]
    for hit in hits[1:]:
        if hit[1].gap is not None and (best[1].gap is None or hit[1].gap > best[1].gap):
            best = hit
    return best


def _broken(name: str, part: Part, found: Found, count: int, notes: tuple[str, ...]) -> Verdict:
    assert found.gap is not None
    witness = part.witness(found.place, found.gap)
    text = f"{witness.text}{found.why}" if found.verdict == "fails" else f"whether {witness.text}{found.why}"
    return Verdict(
        name,
        found.verdict,
        found.level,
        found.gap,
        witness,
        text,
        count,
        found.gap,
        found.enclosure,
        found.tolerance,
        notes,
    )


def _held(
    name: str, words: Words, parts: Sequence[Part], found: Sequence[Found], count: int, notes: tuple[str, ...]
) -> Verdict:
    made = [(p, f) for p, f in zip(parts, found, strict=True) if f.gap is not None]
    if not made:
        return Verdict(
            name, "holds", "exact", Fraction(0), None, f"{words.counted(count)} to compare", count, notes=notes
        )
    level = worst(f.level for _, f in made)
    best = _first_largest(made)[1]
    assert best.gap is not None
    text = f"{words.counted(count)}, {words.tightest(best.gap)}"
    tolerance = max((f.tolerance for _, f in made if f.tolerance is not None), default=None)
    if tolerance is not None:
        text += f" (tolerance {money(tolerance)}, {RELATIVE:g} of the largest valuation)"
    violation: Gain = Fraction(0) if best.gap <= 0 else best.gap
    return Verdict(name, "holds", level, violation, None, text, count, best.gap, best.enclosure, tolerance, notes)


def _found(part: Part, scale: float) -> Found:
    gaps = part.gaps
    top = greatest(gaps)
    if top is None:
        return Found("holds", gaps.level, None, -1)
    if gaps.level == "exact":
        return Found("fails" if top[0] > 0 else "holds", "exact", *top)
    if gaps.level == "numeric":
        return _numeric(part, *top, scale)
    return _interval(gaps, *top)


# ---- numeric -----------------------------------------------------------------------------------


def _numeric(part: Part, gap: Gain, place: int, scale: float) -> Found:
    gap = float(gap)
    margin, tolerance, doubt = part.gaps.margin, RELATIVE * part.stake, RELATIVE * max(scale, part.stake)
    low, high = gap - margin, gap + margin
    if high <= tolerance:
        return Found("holds", "numeric", gap, place, (low, high), tolerance)
    limit = max(doubt, tolerance)
    if low > limit:
        why = f" (more than {money(limit)}, {RELATIVE:g} of the largest valuation)"
        return Found("fails", "numeric", gap, place, (low, high), tolerance, why)
    if gap - tolerance <= margin or not isfinite(margin):
        why = f" is lost in rounding: the numbers are so large that {money(margin)} means nothing"
    else:
        why = (
            f" is not decided: that is more than {money(tolerance)}, {RELATIVE:g} of the largest valuation here, and "
            f"not more than {money(limit)}, {RELATIVE:g} of the largest anywhere"
        )
    return Found("undecided", "numeric", gap, place, (low, high), tolerance, why)


# ---- interval ----------------------------------------------------------------------------------


def _interval(gaps: Gaps, gap: Gain, place: int) -> Found:
    gap = float(gap)
    margin = gaps.margin
    if gap < -margin:
        return Found("holds", "interval", gap, place, (gap - margin, gap + margin))
    assert gaps.decide is not None
    if gap > margin:
        return _enclosed(gaps, gap, place)
    open_place, open_gap, zero = -1, -inf, -1
    best_place, best_gap = -1, -inf
    for places, floats in _pieces(gaps, -margin):
        signs = proved_signs(gaps.decide(places))
        for sign in (1, 2):
            of_sign = np.flatnonzero(signs == sign)
            if not len(of_sign):
                continue
            k = int(of_sign[np.argmax(floats[of_sign])])
            if sign == 1 and floats[k] > best_gap:
                best_place, best_gap = int(places[k]), float(floats[k])
            elif sign == 2 and floats[k] > open_gap:
                open_place, open_gap = int(places[k]), float(floats[k])
        if zero < 0 and (signs == 0).any():
            zero = int(places[int(np.argmax(signs == 0))])
    if best_place >= 0:
        return _enclosed(gaps, best_gap, best_place)
    if open_place >= 0 or not isfinite(margin):
        why = " is not decided: the exact amount is too near 0 to tell its sign"
        return Found(
            "undecided", "interval", max(open_gap, gap), open_place if open_place >= 0 else place, None, None, why
        )
    if zero >= 0:
        return Found("holds", "interval", Fraction(0), zero, (0.0, 0.0))
    return Found("holds", "interval", min(gap, -0.0), place, (gap - margin, min(gap + margin, 0.0)))


def _pieces(gaps: Gaps, threshold: float) -> list[tuple[Places, Array]]:
    return [
        (places[k : k + CHUNK], floats[k : k + CHUNK])
        for places, floats in near(gaps, threshold)
        for k in range(0, len(places), CHUNK)
    ]


def proved_signs(quantity: Quantity) -> Array:
    """-1, 0, 1, or 2 where the sign is not proved (a float64 proves none)."""
    if isinstance(quantity, Numbers) and not quantity.is_exact:
        return np.full(len(quantity), 2, dtype=np.int8)
    from mdl.irrational import quantity as forms

    return np.asarray(forms.signs(quantity))


def _enclosed(gaps: Gaps, gap: float, place: int) -> Found:
    """A gap above 0, proved: its nearest float and an enclosure; exact where it is rational."""
    from mdl.irrational import quantity as forms

    assert gaps.decide is not None
    true = gaps.decide(np.array([place]))
    if isinstance(true, Numbers) and true.is_exact:
        value = true.fractions()[0]
        return Found("fails", "interval", value, place, (float(value), float(value)))
    enclosure = (gap - gaps.margin, gap + gaps.margin)
    if not isinstance(true, Numbers):
        low, high = forms.bounds(true, 100)
        enclosure = max(float(low[0]), enclosure[0]), min(float(high[0]), enclosure[1])
    return Found("fails", "interval", enclosure[0] / 2 + enclosure[1] / 2, place, enclosure)
