"""Reference numbers of the nonlinear models, from closed forms: nothing of mdl is used.

Each function returns {left side of an expectation: number}, to be compared with the literals in models/*.mdl.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from fractions import Fraction
from math import exp, log, sqrt
from pathlib import Path

MODELS = Path(__file__).parents[2] / "models"
Numbers = dict[str, float | Fraction]
F = Fraction


def unicast() -> Numbers:
    price_of_both = F(1 + 2 + 4, 3 + 6)
    x4 = F(10 - 6)
    x = [theta / price_of_both - 1 for theta in (1, 2, 4)]
    ab = 2 / (1 + x4)
    return {
        "x[u1]": x[0],
        "x[u2]": x[1],
        "x[u3]": x[2],
        "x[u4]": x4,
        "welfare.objective": sum(t * log(1 + r) for t, r in zip((1, 2, 4, 2), (*x, x4), strict=True)),
        "link[AB].dual": ab,
        "link[BC].dual": price_of_both - ab,
    }


def multicast() -> Numbers:
    common = F(2 * 4 - 2, 4 + 2)  # 4 / (1 + m) = 2 / (2 - m)
    return {
        "welfare.objective": 4 * log(1 + common) + 2 * log(2 - common),
        "x[r11]": common,
        "x[r12]": common,
        "x[r21]": 1 - common,
        "link.dual": 3 / (1 + common) + 1 / (1 + common),
    }


def multicast_network() -> Numbers:
    a = (79 - sqrt(2316)) / 25
    trunk, branch = 3 / (7 - a), 2 / (3 - 1.25 * a)
    return {
        "x[r11]": 6 - a,
        "x[r12]": 2 - 1.25 * a,
        "x[r21]": a,
        "x[r22]": a,
        "m[g2, branch]": 1.25 * a,
        "welfare.objective": 3 * log(7 - a) + 2 * log(3 - 1.25 * a) + 5 * log(1 + a),
        "link[trunk].dual": trunk,
        "link[branch].dual": branch,
        "need[trunk, r12].dual": 0,
        "need[trunk, r21].dual": 4 / (1 + a) - 1.25 * branch,
        "need[trunk, r22].dual": 1 / (1 + a),
        "need[trunk, r21].dual + need[trunk, r22].dual - link[trunk].dual": 5 / (1 + a) - 1.25 * branch - trunk,
        "need[trunk, r11].dual + need[trunk, r12].dual - link[trunk].dual": 0,
    }


def public_good() -> Numbers:
    theta = {"ann": F(2), "bob": F(3), "cyd": F(4), "dee": F(6)}
    cost = {"ann": F(1, 2), "bob": F(1, 2), "cyd": F(1), "dee": F(1)}
    level = sum(theta.values()) / sum(cost.values()) - 1
    price = {i: theta[i] / (1 + level) - cost[i] for i in theta}
    return {
        "level": level,
        "welfare.objective": float(sum(theta.values())) * log(1 + level) - float(sum(cost.values()) * level),
        **{f"same[{i}].dual": p for i, p in price.items()},
        "sum(i in AGENT) same[i].dual": sum(price.values()),
    }


def local_public_goods() -> Numbers:
    groups = {
        "north": (F(2 + 4), F(3, 2), F(5)),
        "south": (F(7, 2), F(1), F(5)),
        "west": (F(9), F(3, 2), F(3)),
    }
    x = {k: min(theta / harm - 1, limit) for k, (theta, harm, limit) in groups.items()}
    value = {k: float(t) * log(1 + x[k]) - float(h * x[k]) for k, (t, h, _) in groups.items()}
    return {
        **{f"x[{k}]": v for k, v in x.items()},
        "x[west].reduced_cost": groups["west"][0] / (1 + x["west"]) - groups["west"][1],
        "x[north].reduced_cost": groups["north"][0] / (1 + x["north"]) - groups["north"][1],
        "group_value[south]": value["south"],
        "welfare.objective": sum(value.values()),
    }


def kelly() -> Numbers:
    long, short = F(1, 3), F(2, 3)
    return {
        "x[long]": long,
        "x[short1]": short,
        "x[short2]": short,
        "link[left].dual": 1 / short,
        "link[right].dual": 1 / short,
        "welfare.objective": log(long) + 2 * log(short),
    }


def quadratic_draw() -> list[tuple[str, Fraction, Fraction]]:
    """The rows of data/quadratic31.csv: theta in (-12.5, -0.02), sigma in (10, 20), three decimals."""
    draw = random.Random(31)
    rows = []
    for agent in range(1, 32):
        theta = F(-round(1000 * (0.02 + 12.48 * draw.random())), 1000)
        sigma = F(round(1000 * (10 + 10 * draw.random())), 1000)
        rows.append((f"a{agent}", theta, sigma))
    return rows


def quadratic_data() -> list[tuple[str, Fraction, Fraction]]:
    with (MODELS / "data" / "quadratic31.csv").open(newline="") as file:
        return [(row["agent"], F(row["theta"]), F(row["sigma"])) for row in csv.DictReader(file)]


def walrasian() -> Numbers:
    rows = quadratic_data()
    price = (10 + sum(s / (2 * t) for _, t, s in rows)) / sum(1 / (2 * t) for _, t, _ in rows)
    x = {i: (price - s) / (2 * t) for i, t, s in rows}
    return {
        "good.dual": price,
        "x[a1]": x["a1"],
        "x[a16]": x["a16"],
        "x[a31]": x["a31"],
        "sum(i in AGENT) x[i]": sum(x.values()),
        "welfare.objective": sum(t * x[i] ** 2 + s * x[i] for i, t, s in rows),
    }


def lindahl() -> Numbers:
    rows = quadratic_data()
    x = -sum(s for _, _, s in rows) / (2 * sum(t for _, t, _ in rows))
    price = {i: 2 * t * x + s for i, t, s in rows}
    return {
        "common": x,
        "x[a31]": x,
        "same[a1].dual": price["a1"],
        "same[a16].dual": price["a16"],
        "same[a31].dual": price["a31"],
        "sum(i in AGENT) same[i].dual": sum(price.values()),
        "welfare.objective": sum(t * x**2 + s * x for _, t, s in rows),
    }


def grid(highs: int, lows: int) -> tuple[Fraction, Fraction]:
    """Load of a high user and welfare, low users being held at their must-run load."""
    a, low = F(3, 10), F(1, 10)
    high = (15 - 2 * a * lows * low) / (F(1, 2) + 2 * a * highs)
    assert 5 - low / 2 < 2 * a * (highs * high + lows * low)
    value = highs * (15 * high - high**2 / 4) + lows * (5 * low - low**2 / 4)
    return high, value - a * (highs * high + lows * low) ** 2


def smart_grid() -> Numbers:
    a, low = F(3, 10), F(1, 10)
    high, welfare = grid(10, 90)
    demand = 10 * high + 90 * low
    value = {15: 15 * high - high**2 / 4, 5: 5 * low - low**2 / 4}
    mean = demand / 100
    variance = (10 * (high - mean) ** 2 + 90 * (low - mean) ** 2) / 99
    return {
        "x[1]": high,
        "x[n]": low,
        "valuation[1]": value[15],
        "valuation[n]": value[5],
        "demand": demand,
        "welfare.objective": 10 * value[15] + 90 * value[5] - a * demand**2,
        "(welfare without 1) - (welfare - valuation[1])": grid(9, 90)[1] - (welfare - value[15]),
        "(welfare without n) - (welfare - valuation[n])": grid(10, 89)[1] - (welfare - value[5]),
        "x[n].reduced_cost": 5 - low / 2 - 2 * a * demand,
        "sqrt(variance)": sqrt(variance),
        "gini": 10 * 90 * (high - low) / (100 * demand),
    }


CAPACITY = {1: 1.0, 2: 1.5, 3: 4.0, 4: 3.0, 5: 0.5, 6: 5.0, 7: 2.0, 8: 3.5, 9: 1.0, 10: 4.5}
COST = {1: 0.4, 2: 0.15, 3: 0.7, 4: 0.25, 5: 0.05, 6: 0.5, 7: 0.9, 8: 0.35, 9: 0.6, 10: 0.8}


def cheapest_first(demand: float, n: int, capacity: dict[int, float]) -> tuple[dict[int, float], float]:
    """Quantities and surplus: producers by cost, until their cost is the marginal worth of the total."""
    x = dict.fromkeys(CAPACITY, 0.0)
    for i in sorted(capacity, key=COST.__getitem__):
        wanted = n * (demand / (2 * COST[i])) ** 2
        x[i] = min(capacity[i], max(0.0, wanted - sum(x.values())))
    return x, demand * sqrt(n * sum(x.values())) - sum(COST[i] * x[i] for i in x)


def cooperative_production() -> Numbers:
    demand, n = 1.0, 10
    x, surplus = cheapest_first(demand, n, CAPACITY)
    _, without_8 = cheapest_first(demand, n, {i: c for i, c in CAPACITY.items() if i != 8})
    total = sum(x.values())
    margin = demand * sqrt(n) / (2 * sqrt(total))
    return {
        "total": total,
        "x[1]": x[1],
        "x[2]": x[2],
        "x[6]": x[6],
        "x[8]": x[8],
        "x[3]": x[3],
        "surplus.objective": surplus,
        "surplus - valuation[8] - (surplus without 8)": surplus + COST[8] * x[8] - without_8,
        "x[5].reduced_cost": margin - COST[5],
        "x[3].reduced_cost": margin - COST[3],
        "consumed[c1]": demand / 2 * sqrt(n * total),
    }


SIZE = (0.2, 0.5, 0.75, 1.0)
ALPHA = ((0.9, -0.3, -0.2, -0.4), (-0.1, 0.6, -0.7, 0.2), (0.3, -0.5, 0.8, -0.1), (-0.6, 0.4, -0.3, 1.0))


def model_quality(size: float) -> float:
    return (1 - exp(-size)) / (1 + exp(-size))


def data_sharing() -> Numbers:
    firms = range(4)
    own = [model_quality(t) for t in SIZE]
    weight = [sum(ALPHA[j][i] for j in firms) for i in firms]

    def allot(pool: float) -> list[float]:
        return [model_quality(pool) if weight[i] >= 0 else 0.0 for i in firms]

    def values(q: list[float]) -> list[float]:
        return [sum(ALPHA[i][j] * q[j] for j in firms) for i in firms]

    q = [max(x, y) for x, y in zip(allot(sum(SIZE)), own, strict=True)]
    value = values(q)
    pay = []
    for i in firms:  # definition 10: valuation with everybody, less valuation when i reports nothing
        outside = [max(0.0 if j == i else x, own[j]) for j, x in enumerate(allot(sum(SIZE) - SIZE[i]))]
        pay.append(value[i] - values(outside)[i])
    return {
        "welfare.objective": sum(value),
        **{f"quality[f{i + 1}]": q[i] for i in firms},
        "quality[f1].reduced_cost": weight[0],
        "quality[f3].reduced_cost": weight[2],
        **{f"payment[f{i + 1}]": pay[i] for i in firms},
        "revenue": sum(pay),
    }


def data_market() -> Numbers:
    value = 8**-0.8 * 4
    return {
        "model_size[f1]": 4,
        "quality[f2]": 4,
        "valuation[f1]": value,
        "valuation[f2]": value,
        "gain[f1]": value - 4**-0.8 * 1,
        "gain[f2]": value - 4**-0.8 * 3,
    }


NONLINEAR: dict[str, Callable[[], Numbers]] = {
    "unicast": unicast,
    "multicast": multicast,
    "multicast_network": multicast_network,
    "public_good": public_good,
    "local_public_goods": local_public_goods,
    "kelly": kelly,
    "walrasian": walrasian,
    "lindahl": lindahl,
    "smart_grid": smart_grid,
    "cooperative_production": cooperative_production,
    "data_sharing": data_sharing,
    "data_market": data_market,
}
