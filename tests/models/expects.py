"""The expectations of a model file, read off its text by a pattern: nothing of mdl is used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from tests.models.reference import MODELS

EXPECT = re.compile(
    r'^expect (?P<claim>.+?) == (?P<value>-?[0-9./]+(?:e-?[0-9]+)?) within (?P<tolerance>[0-9.e-]+)\s+"(?P<why>.*)";$',
    re.MULTILINE,
)
RANGE = re.compile(
    r'^expect (?P<low>-?[0-9./]+) <= (?P<claim>.+?) <= (?P<high>-?[0-9./]+) within 1e-6\s+"(?P<why>.*)";$',
    re.MULTILINE,
)
ANY = re.compile(r"^expect\b", re.MULTILINE)


@dataclass(frozen=True)
class Expect:
    claim: str
    value: Fraction
    tolerance: Fraction
    why: str
    place: int


def texts() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(MODELS.glob("*.mdl"))}


def equalities(text: str) -> list[Expect]:
    return [
        Expect(m["claim"], Fraction(m["value"]), Fraction(m["tolerance"]), m["why"], m.start())
        for m in EXPECT.finditer(text)
    ]


def ranges(text: str) -> dict[str, tuple[Fraction, Fraction]]:
    return {m["claim"]: (Fraction(m["low"]), Fraction(m["high"])) for m in RANGE.finditer(text)}


def count(text: str) -> int:
    return len(ANY.findall(text))
