"""Direct mechanisms by brute force: every type, every misreport, every profile of the others, one at a time.

Nothing of mdl is used.  Numbers are fractions wherever the setting gives fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

Profile = tuple[Any, ...]
Number = Any
"""A fraction, or a float where a formula is irrational."""


def anything(_agent: int, _true: Any, _report: Any) -> bool:
    return True


def at_most_truth(_agent: int, true: Any, report: Any) -> bool:
    return bool(report <= true)


def uniform(types: Sequence[Sequence[Any]]) -> Callable[[Profile], Fraction]:
    count = 1
    for domain in types:
        count *= len(domain)
    return lambda _profile: Fraction(1, count)


def independent(*each: dict[Any, Fraction]) -> Callable[[Profile], Fraction]:
    def weight(profile: Profile) -> Fraction:
        answer = Fraction(1)
        for own, table in zip(profile, each, strict=True):
            answer *= table[own]
        return answer

    return weight


def nothing(_agent: int, _profile: Profile) -> Number:
    return Fraction(0)


@dataclass
class Setting:
    """`value(agent, true profile, reports)` is None where the true type cannot do what the reports ask of it.

    `outside(agent, true profile)` is what it has when it stays away; `pay(agent, reports)` is net from the agent.
    """

    types: Sequence[Sequence[Any]]
    value: Callable[[int, Profile, Profile], Number | None]
    pay: Callable[[int, Profile], Number] = nothing
    outside: Callable[[int, Profile], Number] = nothing
    prior: Callable[[Profile], Number] | None = None
    allowed: Callable[[int, Any, Any], bool] = anything
    income: Callable[[Profile], Number] = lambda _profile: Fraction(0)

    @property
    def agents(self) -> range:
        return range(len(self.types))

    def profiles(self) -> Iterator[Profile]:
        return product(*self.types)

    def weight(self, profile: Profile) -> Number:
        assert self.prior is not None
        return self.prior(profile)

    def lies(self, agent: int, true: Any) -> list[Any]:
        return [r for r in self.types[agent] if r != true and self.allowed(agent, true, r)]

    def utility(self, agent: int, true: Profile, report: Profile) -> Number | None:
        value = self.value(agent, true, report)
        return None if value is None else value - self.pay(agent, report)


def swap(profile: Profile, agent: int, own: Any) -> Profile:
    return (*profile[:agent], own, *profile[agent + 1 :])


def dominant_gain(s: Setting) -> Number:
    """The largest gain of a lie while the others tell the truth; 0 if none gains."""
    worst: Number = Fraction(0)
    for true in s.profiles():
        for i in s.agents:
            honest = s.utility(i, true, true)
            assert honest is not None
            for lie in s.lies(i, true[i]):
                u = s.utility(i, true, swap(true, i, lie))
                if u is not None:
                    worst = max(worst, u - honest)
    return worst


def interim(s: Setting, agent: int, own: Any, say: Any) -> Number | None:
    """Expected utility of type `own` that reports `say`, given its type; None where that breaks its bounds."""
    total: Number = Fraction(0)
    mass: Number = Fraction(0)
    for true in s.profiles():
        if true[agent] != own or not s.weight(true):
            continue
        u = s.utility(agent, true, swap(true, agent, say))
        if u is None:
            return None
        total += s.weight(true) * u
        mass += s.weight(true)
    return total / mass if mass else Fraction(0)


def bayesian_gain(s: Setting) -> Number:
    worst: Number = Fraction(0)
    for i in s.agents:
        for own in s.types[i]:
            honest = interim(s, i, own, own)
            for lie in s.lies(i, own):
                u = interim(s, i, own, lie)
                if u is not None:
                    worst = max(worst, u - honest)
    return worst


def ex_post_loss(s: Setting) -> Number:
    worst: Number = Fraction(0)
    for true in s.profiles():
        for i in s.agents:
            worst = max(worst, s.outside(i, true) - s.utility(i, true, true))
    return worst


def interim_loss(s: Setting) -> Number:
    worst: Number = Fraction(0)
    for i in s.agents:
        for own in s.types[i]:
            here = [t for t in s.profiles() if t[i] == own and s.weight(t)]
            mass = sum((s.weight(t) for t in here), Fraction(0))
            if mass:
                gap = sum((s.weight(t) * (s.outside(i, t) - s.utility(i, t, t)) for t in here), Fraction(0)) / mass
                worst = max(worst, gap)
    return worst


def budgets(s: Setting) -> list[Number]:
    """What is left of the money at each profile."""
    return [sum((s.pay(i, t) for i in s.agents), Fraction(0)) + s.income(t) for t in s.profiles()]


def revenue(s: Setting) -> Number:
    """Expected payments of all agents together."""
    return sum((s.weight(t) * s.pay(i, t) for t in s.profiles() for i in s.agents), Fraction(0))


def largest_subsidy(s: Setting) -> Number:
    return max(Fraction(0), *(-s.pay(i, t) for t in s.profiles() for i in s.agents))
