"""The numbers of the models with buyers and sellers, by virtual values and brute force: nothing of mdl is used."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.models.mechanisms.brute import (
    Profile,
    Setting,
    budgets,
    dominant_gain,
    ex_post_loss,
    independent,
    largest_subsidy,
    revenue,
    uniform,
)
from tests.models.mechanisms.designs import payments
from tests.models.mechanisms.parts import Claims, F, holds, solvable


def trade(values: dict[Fraction, Fraction], costs: dict[Fraction, Fraction]) -> Setting:
    """A buyer and a seller, who trade where the value is above the cost."""

    def value(i: int, true: Profile, report: Profile) -> Fraction:
        return (true[0] if i == 0 else -true[1]) * F(report[0] > report[1])

    return Setting([list(values), list(costs)], value, prior=independent(values, costs))


def virtual_surplus(values: dict[Fraction, Fraction], costs: dict[Fraction, Fraction]) -> Fraction:
    """Expected virtual value less virtual cost over all pairs that trade: the most money, by Myerson's lemma."""
    total = F(0)
    v, c = sorted(values), sorted(costs)
    for a, own in enumerate(v):
        above = sum((values[x] for x in v[a + 1 :]), F(0))
        most = own - (v[a + 1] - own) * above / values[own] if above else own
        for b, other in enumerate(c):
            below = sum((costs[x] for x in c[:b]), F(0))
            least = other + (other - c[b - 1]) * below / costs[other] if below else other
            if own > other:
                total += values[own] * costs[other] * (most - least)
    return total


def clarke_of_trade(i: int, report: Profile) -> Fraction:
    return (report[1] if i == 0 else -report[0]) * F(report[0] > report[1])


def bilateral_trade() -> Claims:
    values, costs = {F(1): F(1, 4), F(3): F(3, 4)}, {F(0): F(3, 4), F(2): F(1, 4)}
    s = trade(values, costs)
    clarke = Setting(s.types, s.value, clarke_of_trade, prior=s.prior)
    subsidised = payments(s, {"bayesian_ic", "interim_ir"})
    assert subsidised == virtual_surplus(values, costs)
    return {
        "balanced.status": solvable(lambda: payments(s, {"bayesian_ic", "interim_ir", "ex_ante_budget"})),
        "subsidised.objective": subsidised,
        "clarke.violation[weak_budget_balance]": -min(budgets(clarke)),
    }


def bilateral_trade_dominant() -> Claims:
    s = trade({F(1): F(1, 2), F(3): F(1, 2)}, {F(0): F(1, 2), F(2): F(1, 2)})
    return {
        "balanced.status": solvable(lambda: payments(s, {"dominant_ic", "ex_post_ir", "weak_budget"})),
        "on_average.objective": payments(s, {"dominant_ic", "ex_post_ir"}),
        "interim.status": solvable(lambda: payments(s, {"bayesian_ic", "interim_ir", "strong_budget"})),
    }


def even(n: int) -> Fraction:
    """The virtual surplus of values 1 .. n and costs 1/2 .. n - 1/2."""
    values = {F(k): F(1, n) for k in range(1, n + 1)}
    return virtual_surplus(values, {v - F(1, 2): p for v, p in values.items()})


def bilateral_trade_5() -> Claims:
    values = {F(k): F(1, 3) for k in (1, 2, 3)}
    s = trade(values, {v - F(1, 2): p for v, p in values.items()})
    assert payments(s, {"bayesian_ic", "interim_ir"}) == even(3)  # the lemma, tried where a program is quick
    return {"balanced.status": "infeasible" if even(5) < 0 else "optimal", "subsidised.objective": even(5)}


def market(values: Sequence[Fraction], costs: Sequence[Fraction]) -> Fraction:
    """Gains of the efficient trade: the highest values with the lowest costs."""
    pairs = zip(sorted(values, reverse=True), sorted(costs), strict=False)
    return sum((max(v - c, F(0)) for v, c in pairs), F(0))


def double_auction() -> Claims:
    types = [[F(2), F(4)]] * 2 + [[F(1), F(3)]] * 2

    def traders(report: Profile) -> set[int]:
        """Who trades, the first of equal ones first."""
        buyers = sorted((0, 1), key=lambda i: (-report[i], i))
        sellers = sorted((2, 3), key=lambda i: (report[i], i))
        return {k for i, j in zip(buyers, sellers, strict=True) if report[i] > report[j] for k in (i, j)}

    def value(i: int, true: Profile, report: Profile) -> Fraction:
        return (true[i] if i < 2 else -true[i]) * F(i in traders(report))

    def pay(i: int, report: Profile) -> Fraction:
        kept = [k for k in range(4) if k != i]
        without = market([report[k] for k in kept if k < 2], [report[k] for k in kept if k >= 2])
        return without - (market(report[:2], report[2:]) - value(i, report, report))

    clarke = Setting(types, value, pay, prior=uniform(types))
    return {
        "clarke.dominant_ic": holds(dominant_gain(clarke)),
        "clarke.ex_post_ir": holds(ex_post_loss(clarke)),
        "clarke.violation[weak_budget_balance]": -min(budgets(clarke)),
        "clarke.violation[no_subsidy]": largest_subsidy(clarke),
        "clarke.revenue": revenue(clarke),
        "balanced.status": solvable(lambda: payments(clarke, {"dominant_ic", "ex_post_ir", "weak_budget"})),
    }


def bilateral_trade_public() -> Claims:
    s = trade({F(1): F(1, 4), F(3): F(3, 4)}, {F(0): F(3, 4), F(2): F(1, 4)})
    s.allowed = lambda i, true, report: i == 0
    return {
        "balanced.status": solvable(lambda: payments(s, {"dominant_ic", "ex_post_ir", "strong_budget"})),
        "most.objective": payments(s, {"bayesian_ic", "interim_ir"}),
    }
