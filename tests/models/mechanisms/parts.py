"""What the reference functions share.  Nothing of mdl is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from tests.models.mechanisms.brute import Profile
from tests.models.mechanisms.exact_lp import InfeasibleError

F = Fraction


Claims = dict[str, Any]


def holds(gain: Any) -> str:
    return "holds" if gain <= 0 else "fails"


def solvable(design: Callable[[], Fraction]) -> str:
    try:
        design()
    except InfeasibleError:
        return "infeasible"
    return "optimal"


def winner(reports: Sequence[Any]) -> int:
    """The first of those with the largest report: how a tie is settled."""
    return max(range(len(reports)), key=lambda k: (reports[k], -k))


def best(values: Sequence[Any]) -> Fraction:
    return max((F(v) for v in values), default=F(0))


def rest(profile: Sequence[Any], agent: int) -> list[Any]:
    return [p for k, p in enumerate(profile) if k != agent]


def sale(i: int, true: Profile, report: Profile) -> Fraction:
    """One item to the highest report."""
    return F(true[i]) * (winner(report) == i)


def vickrey(i: int, report: Profile) -> Fraction:
    return best(rest(report, i)) * (winner(report) == i)
