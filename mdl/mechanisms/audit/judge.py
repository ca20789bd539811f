"""From gaps to a verdict.

exact: every gap is a rational, so the verdict is a fact.  interval: see interval.py.  numeric: see numeric.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from mdl.mechanisms.audit.found import Found
from mdl.mechanisms.audit.gaps import Gaps, greatest
from mdl.mechanisms.audit.interval import found_in_enclosures
from mdl.mechanisms.audit.numeric import RELATIVE, found_in_floats
from mdl.mechanisms.audit.sheets import worst
from mdl.mechanisms.audit.verdict import Gain, Verdict, money
from mdl.mechanisms.audit.words import MakeWitness, Words


@dataclass(slots=True, frozen=True, eq=False)
class Part:
    """One family of comparisons; `stake` gives the largest valuation that it is about.

    `again`: its comparisons are those of another part, seen from the other side.
    """

    gaps: Gaps
    witness: MakeWitness
    stake: Callable[[], float]
    again: bool = False


def judge(
    name: str, words: Words, parts: Sequence[Part], scale: Callable[[], float], notes: tuple[str, ...]
) -> Verdict:
    """All parts of a property; `scale` gives the largest valuation of anybody."""
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
    return _held(name, words, [(p, f) for p, f in zip(parts, found, strict=True) if f.gap is not None], count, notes)


def _found(part: Part, scale: Callable[[], float]) -> Found:
    gaps = part.gaps
    top = greatest(gaps)
    if top is None:
        return Found("holds", gaps.level, None, -1)
    gap, place = top
    if gaps.level == "exact":
        return Found("fails" if gap > 0 else "holds", "exact", gap, place)
    if gaps.level == "numeric":
        return found_in_floats(gaps, float(gap), place, part.stake(), scale())
    return found_in_enclosures(gaps, float(gap), place)


def _first_largest(hits: Sequence[tuple[Part, Found]]) -> tuple[Part, Found]:
    best = hits[0]
    for hit in hits[1:]:
        if _gap(hit[1]) > _gap(best[1]):
            best = hit
    return best


def _gap(found: Found) -> Gain:
    assert found.gap is not None
    return found.gap


def _broken(name: str, part: Part, found: Found, count: int, notes: tuple[str, ...]) -> Verdict:
    gap = _gap(found)
    witness = part.witness(found.place, gap)
    text = f"{witness.text}{found.why}" if found.verdict == "fails" else f"whether {witness.text}{found.why}"
    enclosure, tolerance = found.enclosure, found.tolerance
    return Verdict(name, found.verdict, found.level, gap, witness, text, count, gap, enclosure, tolerance, notes)


def _held(name: str, words: Words, made: Sequence[tuple[Part, Found]], count: int, notes: tuple[str, ...]) -> Verdict:
    if not made:
        text = f"{words.counted(count)} that could break it"
        return Verdict(name, "holds", "exact", Fraction(0), None, text, count, notes=notes)
    best = _first_largest(made)[1]
    gap, text = _gap(best), f"{words.counted(count)}, {words.tightest(_gap(best))}"
    tolerance = max((f.tolerance for _, f in made if f.tolerance is not None), default=None)
    if tolerance is not None:
        text += f" (tolerance {money(tolerance)}, {RELATIVE:g} of the largest valuation)"
    violation: Gain = Fraction(0) if gap <= 0 else gap
    level = worst(f.level for _, f in made)
    return Verdict(name, "holds", level, violation, None, text, count, gap, best.enclosure, tolerance, notes)
