"""References with roots and powers: algorithm 1 of the data market, procurement with a root, the smart grid.

Closed forms, shortest paths and bisection in floats; nothing of mdl is used.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb, exp, sqrt
from typing import Any

from tests.models.mechanisms.brute import Profile, Setting, at_most_truth, dominant_gain, ex_post_loss

Claims = dict[str, Any]


def largest_payments(largest: int, least: int, value: Callable[[int, int], Any]) -> dict[tuple[int, int], Any]:
    """Algorithm 1: firm 1's largest payment at sizes (own, other); `value(own quality, other's)`.

    Hiding goes down only, so the shortest paths are found in the order of sizes.
    """
    sizes = range(least, largest + 1)
    answer: dict[tuple[int, int], Any] = {}
    for other in sizes:
        for own in sizes:

            def at(report: int, own: int = own, other: int = other) -> Any:
                return value(max(report + other, own), max(report + other, other))

            bounds = [at(own) - value(own, other)]
            bounds += [answer[r, other] + at(own) - at(r) for r in sizes if r < own]
            answer[own, other] = min(bounds)
    return answer


def growing(alpha: float) -> Callable[[int, int], float]:
    return lambda own, other: max(1, own + other) ** alpha * own


def desirable(alpha: float, largest: int) -> bool:
    p = largest_payments(largest, 0, growing(alpha))
    return all(p[a, b] + p[b, a] >= -1e-12 for a, b in p)


def boundary(alpha: float) -> int:
    """The largest size for which a desirable mechanism exists, by doubling and bisection."""
    low = 1
    while desirable(alpha, 2 * low):
        low *= 2
    high = 2 * low
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if desirable(alpha, middle) else (low, middle)
    return low


def data_market_exists() -> Claims:
    p = largest_payments(3, 0, growing(-0.8))
    return {
        "desirable.status": "optimal" if desirable(-0.8, 3) else "infeasible",
        "desirable.objective": 2 * sum(p.values()),
        "desirable.pay[f1, 0, 3]": p[0, 3],
        "desirable.pay[f1, 3, 0]": p[3, 0],
    }


def data_market_none() -> Claims:
    return {"desirable.status": "optimal" if desirable(-0.8, 4) else "infeasible"}


def data_market_fixed() -> Claims:
    p = largest_payments(7, 1, lambda own, other: Fraction(own, own + other))
    least = min(p[a, b] + p[b, a] for a, b in p)
    assert least == p[1, 7] + p[7, 1] == Fraction(-1, 88)
    return {"desirable.status": "infeasible"}


def data_market_free() -> Claims:
    def value(i: int, true: Profile, report: Profile) -> float:
        quality = [max(sum(report), t) for t in true]
        return sqrt(sum(quality)) * quality[i]

    def outside(i: int, true: Profile) -> float:
        return sqrt(sum(true)) * true[i]

    s = Setting([[1, 2, 3]] * 2, value, outside=outside, allowed=at_most_truth)
    return {
        "gratis.dominant_ic": "holds" if dominant_gain(s) <= 0 else "fails",
        "gratis.ex_post_ir": "holds" if ex_post_loss(s) <= 0 else "fails",
        "gratis.strong_budget_balance": "holds",
        "gratis.value[f1, 1, 2]": value(0, (1, 2), (1, 2)),
    }


def data_market_growth() -> Claims:
    a = [[1, -0.5], [0.25, 1]]
    good = [sum(row[i] for row in a) >= 0 for i in (0, 1)]

    def model(data: float) -> float:
        return (1 - exp(-data)) / (1 + exp(-data))

    def value(i: int, true: Profile, report: Profile, absent: int | None = None) -> float:
        pool = sum(r for k, r in enumerate(report) if k != absent)
        used = [max(pool if good[k] and k != absent else 0, true[k]) for k in (0, 1)]
        return sum(c * model(q) for c, q in zip(a[i], used, strict=True))

    def pay(i: int, report: Profile) -> float:
        return value(i, report, report) - value(i, report, report, i)

    s = Setting([[0.5, 1, 1.5, 2]] * 2, value, pay, lambda i, t: value(i, t, t, i), allowed=at_most_truth)
    claims: Claims = {
        "exploit.dominant_ic": "holds" if dominant_gain(s) <= 1e-12 else "fails",
        "exploit.ex_post_ir": "holds" if ex_post_loss(s) <= 1e-12 else "fails",
    }
    for other in (0.5, 2):
        claims[f"exploit.utility[f1, 1, {other}]"] = s.utility(0, (1, other), (1, other))
        claims[f"exploit.utility[f2, 1, {other}]"] = s.utility(1, (1, other), (1, other))
    return claims


def surplus(producers: list[tuple[float, float]]) -> tuple[float, list[float]]:
    """S* of sqrt(2 X) less the cost of (capacity, unit cost), the cheapest first, and who supplies how much."""
    total, worth = 0.0, 0.0
    used = [0.0] * len(producers)
    for k in sorted(range(len(producers)), key=lambda k: producers[k][1]):
        most, cost = producers[k]
        used[k] = max(0.0, min(most, 1 / (2 * cost * cost) - total))
        total += used[k]
        worth -= cost * used[k]
    return worth + sqrt(2 * total), used


def pvcg() -> Claims:
    types = [(c, g) for c in (1, 2) for g in (0.2, 0.6)]
    slack = min(
        surplus([(1, 0.6), b])[0] + surplus([a, (1, 0.6)])[0] - surplus([a, b])[0] for a in types for b in types
    )
    assert abs(slack - 5 / 6) < 1e-12
    here = [(1, 0.2), (2, 0.2)]
    whole, used = surplus(here)
    pays = [-(whole + here[i][1] * used[i] - surplus([here[1 - i]])[0]) for i in (0, 1)]
    return {
        "tau.pay[p1]": pays[0],
        "tau.pay[p2]": pays[1],
        "tau.dominant_ic": "holds",
        "adjusted.objective": 0.0 if slack >= 0 else None,
    }


# ---- the smart grid of the thesis, sec. 5.7 ------------------------------------------------------------

HIGH, LOW, MUST_RUN, SUPPLY, USERS = 15.0, 5.0, 0.1, 0.3, 100


def satisfaction(x: float, theta: float) -> float:
    return theta * x - x * x / 4


def wanted(price: float, theta: float, epsilon: float) -> float:
    """Where (1 - 2 epsilon v(x)) v'(x) is the price, at least the must-run load."""

    def excess(x: float) -> float:
        return (1 - 2 * epsilon * satisfaction(x, theta)) * (theta - x / 2) - price

    low, high = MUST_RUN, 2 * theta
    if excess(low) <= 0:
        return low
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return low


def loads(number: int, epsilon: float, users: int = USERS) -> tuple[float, float]:
    """Loads of high and low users where `number` are high: the price is the marginal cost of the total."""
    low, high = 0.0, 2 * SUPPLY * users * 30
    for _ in range(60):
        price = (low + high) / 2
        total = number * wanted(price, HIGH, epsilon) + (users - number) * wanted(price, LOW, epsilon)
        low, high = (price, high) if 2 * SUPPLY * total > price else (low, price)
    return wanted(price, HIGH, epsilon), wanted(price, LOW, epsilon)


def gini(number: int, epsilon: float) -> float:
    """The mean absolute difference of all pairs of utilities over twice their mean."""
    x = loads(number, epsilon)
    u = [satisfaction(x[0], HIGH)] * number + [satisfaction(x[1], LOW)] * (USERS - number)
    return sum(abs(p - q) for p in u for q in u) / (2 * len(u) * sum(u))


def incentive_slack(epsilon: float) -> float:
    """The expectation of (5.22) over the other users, each high with probability 1/10: at least 0 where taxes exist."""
    total = 0.0
    for k in range(USERS):
        up, down = loads(k + 1, epsilon)[0], loads(k, epsilon)[1]
        total += comb(USERS - 1, k) * 0.1**k * 0.9 ** (USERS - 1 - k) * (HIGH - LOW) * (up - down)
    return total


def efficiency_slack(epsilon: float) -> float:
    """H(epsilon) of (5.12): expected loss of all utilities (without the cost of supply) by a lie."""
    x = [loads(m, epsilon) for m in range(USERS + 1)]
    worst = []
    for true, said in ((1, 0), (0, 1)):
        theta = HIGH if true else LOW
        total = 0.0
        for k in range(USERS):
            here, there = x[k + true], x[k + said]
            own = satisfaction(here[0] if true else here[1], theta) - satisfaction(
                there[0] if said else there[1], theta
            )
            others = k * (satisfaction(here[0], HIGH) - satisfaction(there[0], HIGH))
            others += (USERS - 1 - k) * (satisfaction(here[1], LOW) - satisfaction(there[1], LOW))
            total += comb(USERS - 1, k) * 0.1**k * 0.9 ** (USERS - 1 - k) * (own + others)
        worst.append(total)
    return min(worst)


def least_taxes(epsilon: float) -> float:
    """The least expected taxes, none negative: low users pay nothing, high ones what keeps low ones honest."""
    total = 0.0
    for k in range(USERS):
        up, down = loads(k + 1, epsilon)[0], loads(k, epsilon)[1]
        gain = satisfaction(up, LOW) - satisfaction(down, LOW)
        total += comb(USERS - 1, k) * 0.1**k * 0.9 ** (USERS - 1 - k) * gain
    return USERS * 0.1 * total


def clarke_tax(theta: float) -> float:
    """(Welfare of the others without the user) - (with it) at 10 high users, the cost of supply included."""
    high = 10 - (theta == HIGH)

    def welfare(number: int, users: int) -> tuple[float, tuple[float, float]]:
        x = loads(number, 0.0, users)
        load = number * x[0] + (users - number) * x[1]
        good = number * satisfaction(x[0], HIGH) + (users - number) * satisfaction(x[1], LOW)
        return good - SUPPLY * load * load, x

    whole, x = welfare(10, USERS)
    own = satisfaction(x[0] if theta == HIGH else x[1], theta)
    return welfare(high, USERS - 1)[0] - (whole - own)


def fairness_grid() -> Claims:
    """`gini` and `x[1]` are expected after each of three rules: the tests take them apart by place."""
    return {
        "gini": [gini(10, e) for e in (0.0, 0.025, 0.2)],
        "x[1]": [loads(10, e)[0] for e in (0.025, 0.2)],
        "clarke.pay[1]": clarke_tax(HIGH),
        "clarke.pay[n]": clarke_tax(LOW),
    }


def fairness_grid_taxes() -> Claims:
    return {
        "taxes.status": "optimal" if incentive_slack(0.025) >= 0 else "infeasible",
        "taxes.objective": least_taxes(0.025),
    }


def pvcg_figure() -> Claims:
    """S* = sqrt(10 X) less cost, over a fine grid of what the nine others supply; no derivative is used."""

    def best(own: float, cost: float) -> tuple[float, float]:
        grid = [(own * a / 100, k / 200) for a in (0, 50, 100) for k in range(4501)]
        value, x = max((sqrt(10 * (x + y)) - y / 2 - cost * x, x) for x, y in grid)
        return value, x

    alone = best(0, 0)[0]
    claims: Claims = {"tau.dominant_ic": "holds"}
    for own, cost in ((1, 0.1), (3, 0.1), (5, 0.1), (5, 0.3), (5, 0.7)):
        value, x = best(own, cost)
        claims[f"tau.pay[p0, {own}, {cost}]"] = -(value + cost * x - alone)
    return claims
