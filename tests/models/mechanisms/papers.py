"""The numbers of the models from the papers, by brute force and programs in fractions: nothing of mdl is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from tests.models.mechanisms.brute import (
    Profile,
    Setting,
    at_most_truth,
    bayesian_gain,
    budgets,
    dominant_gain,
    ex_post_loss,
    revenue,
    uniform,
)
from tests.models.mechanisms.designs import payments
from tests.models.mechanisms.exact_lp import maximise
from tests.models.mechanisms.parts import Claims, F, holds, rest, solvable


def data_market_clarke() -> Claims:
    types = [[1, 3, 10]] * 2

    def value(i: int, true: Profile, report: Profile) -> Fraction:
        quality = [max(sum(report), t) for t in true]
        return F(quality[i], sum(quality))

    def pay(i: int, report: Profile) -> Fraction:
        return F(report[1 - i], sum(report)) - value(1 - i, report, report)

    s = Setting(types, value, pay, lambda i, t: F(t[i], sum(t)), allowed=at_most_truth)
    lie = s.utility(0, (10, 1), (3, 1))
    assert lie == F(27, 28)
    return {
        "clarke.dominant_ic": holds(dominant_gain(s)),
        "clarke.violation[dominant_ic]": dominant_gain(s),
        "clarke.pay[f1, 10, 1]": pay(0, (10, 1)),
        "clarke.pay[f1, 3, 1]": pay(0, (3, 1)),
        "clarke.value[f1, 10, 1]": value(0, (10, 1), (10, 1)),
        "clarke.utility[f1, 10, 1]": s.utility(0, (10, 1), (10, 1)),
        "clarke.ex_post_ir": holds(ex_post_loss(s)),
        "clarke.weak_budget_balance": holds(-min(budgets(s))),
    }


def linear_market(a: Sequence[Sequence[int]], types: Sequence[Sequence[Any]]) -> Setting:
    """Example 2 with its efficient rule and maximal exploitation payments; Q(t) = t."""
    n = len(a)
    good = [sum(a[j][i] for j in range(n)) >= 0 for i in range(n)]

    def quality(true: Profile, report: Profile, absent: int | None) -> list[Any]:
        pool = sum(r for k, r in enumerate(report) if k != absent)
        return [max(pool if good[i] and i != absent else 0, true[i]) for i in range(n)]

    def value(i: int, true: Profile, report: Profile) -> Fraction:
        return F(sum(c * q for c, q in zip(a[i], quality(true, report, None), strict=True)))

    def outside(i: int, true: Profile) -> Fraction:
        return F(sum(c * q for c, q in zip(a[i], quality(true, true, i), strict=True)))

    def pay(i: int, report: Profile) -> Fraction:
        return value(i, report, report) - outside(i, report)

    return Setting(types, value, pay, outside, uniform(types), at_most_truth)


def data_market_quasi_monotone() -> Claims:
    s = linear_market([[2, -2, -1], [-2, 1, -1], [1, 0, 3]], [[1, 3]] * 3)
    welfare = sum((s.weight(t) * s.value(i, t, t) for t in s.profiles() for i in s.agents), F(0))
    return {
        "exploit.dominant_ic": holds(dominant_gain(s)),
        "exploit.ex_post_ir": holds(ex_post_loss(s)),
        "exploit.revenue": revenue(s),
        "most.objective": payments(s, {"ex_post_ir"}),
        "welfare": welfare,
    }


def full_bayesian() -> Claims:
    steps = [F(k, 20) for k in (-2, -1, 0, 1, 2)]
    types = [list(product((3, 4), steps))] * 2

    def prior(t: Profile) -> Fraction:
        return F(1, 4) * (t[0][1] == 0 and t[1][1] == 0)

    def setting(sigma: Callable[[int], int]) -> Setting:
        def share(i: int, report: Profile) -> Fraction:
            return F(2 * sigma(report[i][0]) - sigma(report[1 - i][0]), 3)

        def value(i: int, true: Profile, report: Profile) -> Fraction:
            x = share(i, report) + report[i][1]
            return true[i][0] * x - x * x / 2

        def tax(i: int, report: Profile) -> Fraction:
            own, other, y = sigma(report[i][0]), sigma(report[1 - i][0]), report[i][1]
            return F(100) if abs(y) == F(1, 10) else F(3, 2) * (own - other) + y * (own - share(i, report))

        return Setting(types, value, tax, prior=prior)

    claims: Claims = {}
    rules: dict[str, Callable[[int], int]] = {
        "truthful": lambda t: t,
        "swapping": lambda t: 7 - t,
        "high": lambda t: 4,
        "low": lambda t: 3,
    }
    for name, sigma in rules.items():
        gain = bayesian_gain(setting(sigma))
        claims[f"all_{name}.bayesian_ic"] = holds(gain)
        claims[f"all_{name}.violation[bayesian_ic]"] = gain
    return claims


def fair_shares(high_users: int, users: int, epsilon: Fraction) -> tuple[Fraction, Fraction]:
    """(5.18) by its multiplier: shares of a high (theta 1) and of a low user (3/4)."""
    theta = (F(1), F(3, 4))
    number = (high_users, users - high_users)
    price = F(0)
    if sum(n / (2 * epsilon * t) for n, t in zip(number, theta, strict=True)) > 1:
        weight = [F(n) / (2 * epsilon * t * t) for n, t in zip(number, theta, strict=True)]
        both = sum((w * t for w, t in zip(weight, theta, strict=True)), F(0)) - 1
        price = both / sum(weight)
        if price > theta[1]:  # the low users get nothing
            price = theta[0] - 1 / weight[0]
    high, low = (max(F(0), (t - price) / (2 * epsilon * t * t)) for t in theta)
    return high, low


def fair_division(epsilon: Fraction, users: int = 3) -> Setting:
    types = [[F(3, 4), F(1)]] * users

    def value(i: int, true: Profile, report: Profile) -> Fraction:
        high, low = fair_shares(sum(r == 1 for r in report), users, epsilon)
        return true[i] * (high if report[i] == 1 else low)

    return Setting(types, value, prior=uniform(types))


def fairness_dominant() -> Claims:
    s = fair_division(F(6, 7))
    beyond = fair_division(F(6, 7) + F(1, 10**6))
    assert solvable(lambda: payments(beyond, {"dominant_ic"})) == "infeasible"
    dominant = payments(s, {"dominant_ic", "ex_post_ir"})
    return {
        "dominant.status": "optimal",
        "dominant.objective": dominant,
        "bayesian.status": solvable(lambda: payments(s, {"bayesian_ic", "interim_ir"})),
        "bayesian_balanced.status": solvable(lambda: payments(s, {"bayesian_ic", "strong_budget"})),
    }


def fairness_broken() -> Claims:
    moderate, excessive = fair_division(F(4, 5)), fair_division(F(6, 5))
    return {
        "dominant_moderate.status": solvable(lambda: payments(moderate, {"dominant_ic", "ex_post_ir"})),
        "bayesian_moderate.status": solvable(lambda: payments(moderate, {"bayesian_ic", "strong_budget"})),
        "dominant_excessive.status": solvable(lambda: payments(excessive, {"dominant_ic"})),
        "bayesian_excessive.status": solvable(lambda: payments(excessive, {"bayesian_ic"})),
    }


def fairness_condition_b() -> Claims:
    """R(h, h) at its largest: lambda(l -> h) of both agents and lambda(h -> l) of both are tied, four in all."""
    same, other = F(2, 5), F(1, 10)
    return {
        "for_independent.objective": F(0),
        "for_correlated.objective": (same - other) / (same + other) / 4,
    }


def complements(least: int, most: int) -> tuple[Fraction, Fraction, Fraction]:
    """The least slack of (23), the least expected shortfall, and the largest S*, for two complements worth 2."""
    types = [list(product((least, most), (F(1, 5), F(3, 5))))] * 2
    worst = (least, F(3, 5))
    profiles = list(product(*types))

    def surplus(t: Profile) -> Fraction:
        return (2 - t[0][1] - t[1][1]) * min(t[0][0], t[1][0])

    slack = min(surplus((worst, t[1])) + surplus((t[0], worst)) - surplus(t) for t in profiles)
    rows = []
    goal: dict[str, Fraction] = {}
    names = set()
    for t in profiles:
        budget: dict[str, Fraction | int] = {f"b{t}": -1}
        goal[f"b{t}"] = F(-1, 16)
        for i in (0, 1):
            adjustment = f"h{i}{t[1 - i]}"
            names.add(adjustment)
            goal[f"e{i}{t}"] = F(-1, 16)
            rows.append(({adjustment: -1, f"e{i}{t}": -1}, "<=", surplus(t)))
            budget[adjustment] = 1
        rows.append((budget, "<=", surplus(t) - 2 * surplus(t)))
    return slack, -maximise(goal, rows, free=names), max(map(surplus, profiles))


SLACK = "min(a in {least, most}, b in {least, most}, c in {1, 3}, d in {1, 3}) slack23[a, b, c, d]"


def pvcg_complements() -> Claims:
    slack, shortfall, largest = complements(2, 3)
    return {
        SLACK: slack,
        "adjusted.objective": shortfall,
        "tau.violation[weak_budget_balance]": largest,
        "required.status": "optimal" if shortfall == 0 else "infeasible",
    }


def pvcg_conflict() -> Claims:
    slack, shortfall, largest = complements(1, 2)
    return {
        SLACK: slack,
        "adjusted.objective": shortfall,
        "tau.violation[weak_budget_balance]": largest,
        "required.status": "optimal" if shortfall == 0 else "infeasible",
    }


def fairness_bayesian() -> Claims:
    s = fair_division(F(1, 2))

    def z(report: Fraction) -> Fraction:
        return F(2, 25) * (report == 1)

    def pay(i: int, report: Profile) -> Fraction:
        return z(report[i]) - sum((z(r) for r in rest(report, i)), F(0)) / 2

    full = Setting(s.types, s.value, pay, prior=s.prior)
    half = Setting(s.types, s.value, lambda i, r: pay(i, r) / 2, prior=s.prior)
    return {
        "agv_form.bayesian_ic": holds(bayesian_gain(full)),
        "agv_form.strong_budget_balance": holds(max(map(abs, budgets(full)))),
        "cheap.bayesian_ic": holds(bayesian_gain(half)),
        "cheap.violation[bayesian_ic]": bayesian_gain(half),
    }
