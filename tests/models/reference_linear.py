"""Reference numbers of the linear and integer models, by enumeration in rationals: nothing of mdl is used."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, permutations, product

from tests.models.reference import MODELS, Numbers

F = Fraction


def read(name: str) -> list[dict[str, str]]:
    with (MODELS / "data" / name).open(newline="") as file:
        return list(csv.DictReader(file))


def cheapest_path(edges: list[dict[str, str]], flow: list[Fraction]) -> tuple[Fraction, list[tuple[int, int]]] | None:
    """Cheapest path from origin to terminal in the residual network (Bellman and Ford), as (edge, direction)."""
    far: dict[str, tuple[Fraction, list[tuple[int, int]]]] = {"origin": (F(0), [])}
    for _ in range(len(edges)):
        for k, edge in enumerate(edges):
            for way, start, end, room in (
                (1, edge["tail"], edge["head"], F(edge["high"]) - flow[k]),
                (-1, edge["head"], edge["tail"], flow[k]),
            ):
                if room > 0 and start in far:
                    cost = far[start][0] + way * F(edge["cost"])
                    if end not in far or cost < far[end][0]:
                        far[end] = (cost, [*far[start][1], (k, way)])
    return far.get("terminal")


def procurement_flow() -> Numbers:
    edges = read("procurement.csv")
    assert all(F(edge["low"]) == 0 for edge in edges)
    flow = [F(0)] * len(edges)
    bought = surplus = F(0)
    while (found := cheapest_path(edges, flow)) is not None and found[0] < 19:
        cost, path = found
        step = min(F(edges[k]["high"]) - flow[k] if way == 1 else flow[k] for k, way in path)
        for k, way in path:
            flow[k] += way * step
        bought += step
        surplus += step * (19 - cost)
    at = {edge["edge"]: f for edge, f in zip(edges, flow, strict=True)}
    return {
        "surplus.objective": surplus,
        "bought": bought,
        **{f"flow[{name}]": value for name, value in at.items()},
        "sum(e in SELLER) high[e] * capacity[e].dual": surplus,
    }


WORTH = ((5, 8, 2), (7, 9, 6), (2, 3, 0))


def assignment() -> Numbers:
    worths = {p: sum(WORTH[h][p[h]] for h in range(3)) for p in permutations(range(3))}
    best = max(worths, key=worths.__getitem__)
    assert sorted(worths.values())[-2] < worths[best]
    return {
        "gains.objective": worths[best],
        **{f"match[h{h + 1}, b{best[h] + 1}]": 1 for h in range(3)},
        "sum(h in OWNER) sold[h].dual + sum(b in BUYER) served[b].dual": worths[best],
        "min(h in OWNER, b in BUYER) (sold[h].dual + served[b].dual - worth[h, b])": 0,
    }


def core() -> Iterator[tuple[tuple[Fraction, ...], tuple[Fraction, ...]]]:
    """Vertices of the core, as (u, v): v follows from u by the matching h1-b2, h2-b3, h3-b1.

    In u alone every condition bounds u[h] or a difference u[h] - u[k]; so vertices have integer coordinates, as
    the worths are integers, and an extreme point is found among the integer points.
    """
    for u in product(range(10), repeat=3):
        v = (2 - u[2], 8 - u[0], 6 - u[1])
        if min(v) >= 0 and all(u[h] + v[b] >= WORTH[h][b] for h in range(3) for b in range(3)):
            yield tuple(map(F, u)), tuple(map(F, v))


def assignment_core() -> Numbers:
    owners = max(core(), key=lambda point: sum(point[0]))
    buyers = max(core(), key=lambda point: sum(point[1]))
    for u, v in core():
        assert all(a <= b for a, b in zip(u, owners[0], strict=True))
        assert all(a <= b for a, b in zip(v, buyers[1], strict=True))
    return {
        "owners.objective": sum(owners[0]),
        **{f"u[h{h + 1}]": owners[0][h] for h in range(3)},
        "buyers.objective": sum(buyers[1]),
        **{f"v[b{b + 1}]": buyers[1][b] for b in range(3)},
    }


def core_ranges() -> dict[str, tuple[Fraction, Fraction]]:
    """Least and greatest profit of each owner in the core."""
    points = [u for u, _ in core()]
    return {f"h{h + 1}": (min(u[h] for u in points), max(u[h] for u in points)) for h in range(3)}


def transport() -> Numbers:
    """All vertices in the two shipments that stay free once demand is met exactly."""
    cost = {(r["plant"], r["market"]): F(9, 100) * F(r["thousand_miles"]) for r in read("distances.csv")}
    offered = {r["plant"]: F(r["cases"]) for r in read("plants.csv")}
    wanted = {r["market"]: F(r["cases"]) for r in read("markets.csv")}
    markets = list(wanted)
    plans = []
    for fixed in combinations(range(3), 2):  # at a vertex two of the shipments from seattle are at 0 or at demand
        rest = ({0, 1, 2} - set(fixed)).pop()
        for share in product((0, 1), repeat=2):
            seattle = {markets[k]: wanted[markets[k]] * s for k, s in zip(fixed, share, strict=True)}
            others = sum(seattle.values())
            total = sum(wanted.values())
            for last in (
                F(0),
                wanted[markets[rest]],
                offered["seattle"] - others,
                total - offered["san_diego"] - others,
            ):
                plan = {**seattle, markets[rest]: last}
                sent = sum(plan.values())
                if 0 <= last <= wanted[markets[rest]] and total - offered["san_diego"] <= sent <= offered["seattle"]:
                    plans.append(plan)
    price = {m: cost["seattle", m] - cost["san_diego", m] for m in markets}
    base = sum(cost["san_diego", m] * wanted[m] for m in markets)
    spent = [base + sum(price[m] * plan[m] for m in markets) for plan in plans]
    best = [plan for plan, s in zip(plans, spent, strict=True) if s == min(spent)]
    for market in ("chicago", "topeka"):
        assert len({plan[market] for plan in best}) == 1
    return {
        "cost.objective": min(spent),
        "ship[seattle, chicago]": best[0]["chicago"],
        "ship[san_diego, topeka]": wanted["topeka"] - best[0]["topeka"],
        "ship[seattle, topeka]": best[0]["topeka"],
        "demand[new_york].dual": cost["seattle", "new_york"],
        "demand[chicago].dual": cost["seattle", "chicago"],
        "demand[topeka].dual": cost["san_diego", "topeka"],
        "supply[san_diego].dual": 0,
        "ship[seattle, topeka].reduced_cost": cost["seattle", "topeka"] - cost["san_diego", "topeka"],
    }


PACKAGES = ("ns", "n", "se", "w", "ne", "e", "nsew", "sw")
BIDDERS = ("ada", "ada", "ben", "ben", "cem", "cem", "ada", "cem")
OFFERS = (12, 6, 13, 5, 12, 5, 21, 9)


def winner_determination() -> Numbers:
    def possible(chosen: tuple[int, ...]) -> bool:
        items = "".join(PACKAGES[b] for b in chosen)
        names = [BIDDERS[b] for b in chosen]
        return len(set(items)) == len(items) and len(set(names)) == len(names)

    choices = [c for size in range(9) for c in combinations(range(8), size) if possible(c)]
    worth = sorted((sum(OFFERS[b] for b in c), c) for c in choices)
    assert worth[-1][0] > worth[-2][0]
    best = worth[-1][1]
    return {"welfare.objective": worth[-1][0], **{f"accept[b{b + 1}]": int(b in best) for b in range(8)}}


PLACE = (0, 1, 3, 7, 10)
PEOPLE = (1, 2, 2, 3, 1)
CONTENT = (4, 6, 5, 3, 9)


def facility() -> list[Numbers]:
    """One dict a rule.  Optima of piecewise linear functions of one variable are at kinks or crossings."""

    def total(y: Fraction) -> Fraction:
        return sum((n * abs(y - p) for n, p in zip(PEOPLE, PLACE, strict=True)), F(0))

    def farthest(y: Fraction) -> Fraction:
        return max(abs(y - p) for p in PLACE)

    def worst(y: Fraction) -> Fraction:
        return min(c - abs(y - p) / 2 for c, p in zip(CONTENT, PLACE, strict=True))

    kinks = {F(p) for p in PLACE}
    middles = {F(p + q, 2) for p in PLACE for q in PLACE}
    crossings = {
        F(p + q, 2) + s * (c - d)
        for p, c in zip(PLACE, CONTENT, strict=True)
        for q, d in zip(PLACE, CONTENT, strict=True)
        for s in (1, -1)
    }
    candidates = {y for y in kinks | middles | crossings if 0 <= y <= 10}

    def least(function: Callable[[Fraction], Fraction]) -> Fraction:
        ranked = sorted((function(y), y) for y in candidates)
        assert ranked[0][0] < ranked[1][0]
        return ranked[0][1]

    sites = [least(total), least(farthest), least(lambda y: -worst(y))]
    return [
        {"site": sites[0], "total.objective": total(sites[0])},
        {"site": sites[1], "farthest.objective": farthest(sites[1])},
        {"site": sites[2], "worst_off.objective": worst(sites[2])},
    ]


LINEAR: dict[str, Callable[[], Numbers]] = {
    "procurement_flow": procurement_flow,
    "assignment": assignment,
    "assignment_core": assignment_core,
    "transport": transport,
    "winner_determination": winner_determination,
}
