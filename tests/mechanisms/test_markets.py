"""Whole mechanisms on markets: every property against a walk through all profiles in fractions.

Several types an agent, members as types, two sets of agents, absent agents, a rule that is a linear program, bounds
that a lie breaks.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.answer.answer import Answer
from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import understand
from mdl.program.solution import SolverOptions
from mdl.tasks.run import run
from tests.mechanisms.market import Market, Profile, Type, markets

Pay = Callable[[Market, Profile, str], Fraction]

PLANTS: dict[str, Pay] = {
    "(trade without i) - trade / 2": lambda m, r, a: (
        m.optimum(r, m.everyone() - {a}) - m.optimum(r, m.everyone()) / 2
    ),
    "valuation[i] - (valuation[i] without i)": lambda m, r, a: (
        m.value(r, m.allot(r, m.everyone()), a) - m.outside(r, a)
    ),
    "expected(gives[i] given size[i])": lambda m, r, a: mean(
        m, r, a, 0, lambda p: m.allot(p, m.everyone())[a]
    ),
    "expected(valuation[i] given size[i], mood[i]) / 3": lambda m, r, a: mean(
        m, r, a, None, lambda p: m.value(p, m.allot(p, m.everyone()), a)
    ) / 3,
    "(sum(j in SHOP) gets[j]) with only PLANT": lambda m, r, a: Fraction(0),
}  # fmt: skip
SHOPS: dict[str, Pay] = {
    "0": lambda m, r, a: Fraction(0),
    "need[i] * gets[i] / 2": lambda m, r, a: m.of(r, a) * m.allot(r, m.everyone())[a] / 2,  # type: ignore[operator]
    "(trade with only SHOP) - (trade without i)": lambda m, r, a: (
        m.optimum(r, frozenset(m.shops)) - m.optimum(r, m.everyone() - {a})
    ),
    "sum(k in PLANT) gives[k] - expected(sum(k in PLANT) gives[k])": lambda m, r, a: (
        sum((m.allot(r, m.everyone())[p] for p in m.plants), Fraction(0))
        - sum((w * m.allot(p, m.everyone())[q] for p, w in m.weights.items() for q in m.plants), Fraction(0))
    ),
}


def mean(m: Market, report: Profile, agent: str, component: int | None, fn: Callable[[Profile], Fraction]) -> Fraction:
    """Over profiles in which the agent's type, or a component of it, is the one reported."""

    def seen(own: Type) -> object:
        return own if component is None else own[component]  # type: ignore[index]

    mine = seen(m.of(report, agent))
    fitting = [p for p in m.profiles() if seen(m.of(p, agent)) == mine]
    mass = sum((m.weights[p] for p in fitting), Fraction(0))
    return sum((m.weights[p] * fn(p) for p in fitting), Fraction(0)) / mass


def worst(m: Market, pay: Callable[[Profile, str], Fraction]) -> dict[str, Fraction]:
    """By how much each property is broken, walking through every profile, agent and lie."""
    pays = {(p, a): pay(p, a) for p in m.profiles() for a in m.agents}
    outcomes = {p: m.allot(p, m.everyone()) for p in m.profiles()}
    stay = {(p, a): m.outside(p, a) - m.value(p, outcomes[p], a) + pays[p, a] for p in m.profiles() for a in m.agents}

    def gain(p: Profile, a: str, told: Type) -> Fraction | None:
        r = m.swapped(p, a, told)
        if m.broken(p, outcomes[r], a):
            return None
        return m.value(p, outcomes[r], a) - pays[r, a] - m.value(p, outcomes[p], a) + pays[p, a]

    def average(a: str, own: Type, of: Callable[[Profile], Fraction | None]) -> Fraction | None:
        fitting = [p for p in m.profiles() if m.of(p, a) == own]
        found = [(m.weights[p], of(p)) for p in fitting]
        if any(v is None for _, v in found):
            return None
        return sum((w * v for w, v in found if v is not None), Fraction(0)) / sum(w for w, _ in found)

    lies = [(a, own, told) for a in m.agents for own in m.types(a) for told in m.lies(a, own)]
    gains = [gain(p, a, told) for a, own, told in lies for p in m.profiles() if m.of(p, a) == own]
    on_average = [average(a, own, lambda p, a=a, told=told: gain(p, a, told)) for a, own, told in lies]  # type: ignore[misc]
    interim = [average(a, own, lambda p, a=a: stay[p, a]) for a in m.agents for own in m.types(a)]  # type: ignore[misc]
    money = {p: sum((pays[p, a] for a in m.agents), Fraction(0)) for p in m.profiles()}
    found: dict[str, list[Fraction | None]] = {
        "dominant_ic": gains,
        "bayesian_ic": on_average,
        "ex_post_ir": list(stay.values()),
        "interim_ir": interim,
        "ex_ante_ir": [sum((m.weights[p] * stay[p, a] for p in m.profiles()), Fraction(0)) for a in m.agents],
        "weak_budget_balance": [-v for v in money.values()],
        "strong_budget_balance": [abs(v) for v in money.values()],
        "ex_ante_budget_balance": [-sum((m.weights[p] * v for p, v in money.items()), Fraction(0))],
        "no_subsidy": [-v for v in pays.values()],
    }
    return {name: max([Fraction(0), *(v for v in values if v is not None)]) for name, values in found.items()}


def answers(text: str, *, full: bool = False) -> list[Answer]:
    instance = bind(understand(Source("market.mdl", text)), Path(), Overrides())
    return list(run(instance, instance.model.tasks, SolverOptions(), full=full))


@settings(max_examples=25, deadline=None)
@given(markets(), st.sampled_from(sorted(PLANTS)), st.sampled_from(sorted(SHOPS)))
def test_every_property(m: Market, plant: str, shop: str) -> None:
    expected = worst(m, lambda p, a: PLANTS[plant](m, p, a) if a in m.plants else -SHOPS[shop](m, p, a))
    text = m.text(
        f"mechanism m {{ outcome trade; pay t[i in PLANT] = {plant}; receive s[i in SHOP] = {shop}; }}\n"
        f"check m: {', '.join(expected)};\n"
        + "".join(f"expect m.violation[{n}] == {v};\n" for n, v in expected.items())
    )
    answer, *claims = answers(text)
    assert answer.refused is None, (answer.refused, text)
    for check in answer.checks:
        assert check.level == "exact"
        assert check.verdict == ("fails" if expected[check.property] > 0 else "holds"), (check, expected, text)
    for claim in claims:
        assert [c.verdict for c in claim.checks] == ["holds"], (claim, text)
