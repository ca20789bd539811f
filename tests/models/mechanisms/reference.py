"""The numbers of models/mechanisms found another way: brute force over types and programs in fractions.

Nothing of mdl is used.  Each function returns {claim of an expectation: number or word}.
"""

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
    independent,
    largest_subsidy,
    revenue,
    uniform,
)
from tests.models.mechanisms.designs import auction, payments
from tests.models.mechanisms.exact_lp import Infeasible, maximise

F = Fraction
Claims = dict[str, Any]


def holds(gain: Any) -> str:
    return "holds" if gain <= 0 else "fails"


def solvable(design: Callable[[], Fraction]) -> str:
    try:
        design()
    except Infeasible:
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


def second_price() -> Claims:
    types = [[1, 2, 3]] * 2
    second = Setting(types, sale, vickrey, prior=uniform(types))
    first = Setting(types, sale, lambda i, r: sale(i, r, r), prior=uniform(types))
    envy = max(
        (sale(winner(t), t, t) * 0 + t[i] - vickrey(1 - i, t)) - second.utility(i, t, t)  # type: ignore[operator]
        for t in second.profiles()
        for i in (0, 1)
        if winner(t) != i
    )
    return {
        "vickrey.dominant_ic": holds(dominant_gain(second)),
        "vickrey.ex_post_ir": holds(ex_post_loss(second)),
        "vickrey.efficient": "holds",
        "vickrey.no_subsidy": holds(largest_subsidy(second)),
        "vickrey.envy_free": holds(envy),
        "vickrey.revenue": revenue(second),
        "vickrey.pay[a, 3, 2]": vickrey(0, (3, 2)),
        "vickrey.pay[b, 3, 2]": vickrey(1, (3, 2)),
        "vickrey.utility[a, 3, 2]": second.utility(0, (3, 2), (3, 2)),
        "first_price.dominant_ic": holds(dominant_gain(first)),
        "first_price.violation[dominant_ic]": dominant_gain(first),
        "first_price.bayesian_ic": holds(bayesian_gain(first)),
        "first_price.revenue": revenue(first),
    }


def myerson_ironing() -> Claims:
    types = [[2, 3, 4]] * 2
    f = {2: F(1, 2), 3: F(1, 10), 4: F(2, 5)}
    prior = independent(f, f)
    dominant = auction(types, prior, {"dominant_ic", "ex_post_ir"})
    return {
        "interim.objective": auction(types, prior, {"bayesian_ic", "interim_ir"}),
        "dominant.objective": dominant,
        "dominant.revenue": dominant,
        "efficient_sale.objective": payments(Setting(types, sale, prior=prior), {"bayesian_ic", "interim_ir"}),
    }


def posted_price() -> Claims:
    types = [[1, 2, 3]] * 2
    f = {1: F(1, 2), 2: F(1, 4), 3: F(1, 4)}

    def buy(i: int, true: Profile, report: Profile) -> Fraction:
        return F(true[i]) * (report[i] >= 2)

    posted = Setting(types, buy, lambda i, r: F(2) * (r[i] >= 2), prior=independent(f, f))
    flattered = Setting(types, buy, lambda i, r: F(1 if r[i] == 3 else 2) * (r[i] >= 2), prior=independent(f, f))
    return {
        "posted.dominant_ic": holds(dominant_gain(posted)),
        "posted.ex_post_ir": holds(ex_post_loss(posted)),
        "posted.no_subsidy": holds(largest_subsidy(posted)),
        "posted.revenue": revenue(posted),
        "flattered.dominant_ic": holds(dominant_gain(flattered)),
        "flattered.violation[dominant_ic]": dominant_gain(flattered),
        "flattered.violation[bayesian_ic]": bayesian_gain(flattered),
    }


def two_items() -> Claims:
    types = list(product((1, 2), repeat=2))
    rows = []
    for t in types:
        rows += [({f"x{t}": 1}, "<=", 1), ({f"y{t}": 1}, "<=", 1)]
        rows.append(({f"t{t}": 1, f"x{t}": -t[0], f"y{t}": -t[1]}, "<=", 0))
        for s in types:
            if s != t:
                gain = {f"t{t}": 1, f"x{t}": -t[0], f"y{t}": -t[1], f"t{s}": -1, f"x{s}": t[0], f"y{s}": t[1]}
                rows.append((gain, "<=", 0))
    goal = {f"t{t}": F(1, 4) for t in types}
    both = Setting([types], lambda i, true, report: F(sum(true[0])), prior=uniform([types]))
    return {
        "optimal.objective": maximise(goal, rows, free=set(goal)),
        "everything.objective": payments(both, {"dominant_ic", "ex_post_ir"}),
    }


def public_project() -> Claims:
    types = [[0, 5]] * 3

    def build(reports: Sequence[Any]) -> bool:
        return sum(r - 3 for r in reports) > 0

    def value(i: int, true: Profile, report: Profile) -> Fraction:
        return F(true[i] - 3) * build(report)

    def outside(i: int, true: Profile) -> Fraction:
        return F(true[i] - 3) * build(rest(true, i))

    def pivotal(i: int, report: Profile) -> Fraction:
        others = F(sum(r - 3 for r in rest(report, i)))
        return max(others, F(0)) - others * build(report)

    def externality(i: int, own: int) -> Fraction:
        return sum(
            (F(1, 4) * value(k, t, t) for t in product(*types) if t[i] == own for k in range(3) if k != i), F(0)
        )

    def agv(i: int, report: Profile) -> Fraction:
        return sum((externality(k, report[k]) for k in range(3) if k != i), F(0)) / 2 - externality(i, report[i])

    clarke = Setting(types, value, pivotal, outside, uniform(types))
    expected = Setting(types, value, agv, outside, uniform(types))
    return {
        "clarke.dominant_ic": holds(dominant_gain(clarke)),
        "clarke.ex_post_ir": holds(ex_post_loss(clarke)),
        "clarke.weak_budget_balance": holds(-min(budgets(clarke))),
        "clarke.strong_budget_balance": holds(max(map(abs, budgets(clarke)))),
        "clarke.violation[strong_budget_balance]": max(map(abs, budgets(clarke))),
        "clarke.no_subsidy": holds(largest_subsidy(clarke)),
        "clarke.pay[ann, 5, 5, 0]": pivotal(0, (5, 5, 0)),
        "clarke.pay[cyd, 5, 5, 0]": pivotal(2, (5, 5, 0)),
        "clarke.revenue": revenue(clarke),
        "expected_externality.bayesian_ic": holds(bayesian_gain(expected)),
        "expected_externality.strong_budget_balance": holds(max(map(abs, budgets(expected)))),
        "expected_externality.dominant_ic": holds(dominant_gain(expected)),
        "expected_externality.violation[dominant_ic]": dominant_gain(expected),
        "expected_externality.revenue": revenue(expected),
    }


def solomon() -> Claims:
    types = [[4, 10]] * 2

    def prior(t: Profile) -> Fraction:
        return F(1, 2) * (t[0] != t[1])

    plain = Setting(types, sale, prior=prior)
    clarke = Setting(types, sale, vickrey, prior=prior)
    fines = payments(plain, {"bayesian_ic", "interim_ir", "no_subsidy"}, lambda t: -prior(t))
    return {
        "judgement.objective": -fines,
        "without_trust.status": solvable(lambda: payments(plain, {"dominant_ic", "no_subsidy", "strong_budget"})),
        "second_price.violation[strong_budget_balance]": max(map(abs, budgets(clarke))),
        "second_price.revenue": revenue(clarke),
    }


def precision_money() -> Claims:
    unit = F(1, 10**9)

    def value(_i: int, true: Profile, _report: Profile) -> Fraction:
        return unit * true[0]

    priced = Setting([[1, 2]], value, lambda i, r: unit * r[0])
    flat = Setting([[1, 2]], value, lambda i, r: unit)
    return {
        "priced.dominant_ic": holds(dominant_gain(priced)),
        "priced.violation[dominant_ic]": dominant_gain(priced),
        "flat.dominant_ic": holds(dominant_gain(flat)),
    }


def diagonal(d: Fraction) -> Callable[[Profile], Fraction]:
    return lambda t: F(1, 4) + (d if t[0] == t[1] else -d)


def precision_prior() -> Claims:
    prior = diagonal(F(1, 10**10))
    return {
        "optimal.objective": auction([[1, 2]] * 2, prior, {"dominant_ic", "interim_ir"}),
        "safe.objective": auction([[1, 2]] * 2, prior, {"dominant_ic", "ex_post_ir"}),
    }


def cremer_mclean() -> Claims:
    prior = diagonal(F(1, 12))
    types = [[1, 2]] * 2
    s = Setting(types, sale, prior=prior)
    surplus = sum((prior(t) * max(t) for t in s.profiles()), F(0))
    given = Setting(types, sale, prior=prior, income=lambda t: -F(max(t)))
    interim = payments(s, {"bayesian_ic", "interim_ir"})
    assert interim == surplus
    return {
        "interim.objective": interim,
        "dominant.objective": payments(s, {"dominant_ic", "interim_ir"}),
        "safe.objective": auction(types, prior, {"dominant_ic", "ex_post_ir"}),
        "whole_surplus.status": solvable(lambda: payments(given, {"bayesian_ic", "interim_ir", "ex_ante_budget"})),
    }


def full_extraction_independent() -> Claims:
    types = [[1, 2]] * 2
    given = Setting(types, sale, prior=uniform(types), income=lambda t: -F(max(t)))
    return {
        "whole_surplus.status": solvable(lambda: payments(given, {"bayesian_ic", "interim_ir", "ex_ante_budget"})),
        "most.objective": auction(types, uniform(types), {"bayesian_ic", "interim_ir"}),
    }


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


def interdependent_values() -> Claims:
    types = [[1, 2, 3]] * 2

    def worth(i: int, t: Profile) -> Fraction:
        return t[i] + F(t[1 - i], 2)

    def value(i: int, true: Profile, report: Profile) -> Fraction:
        return worth(i, true) * (winner(report) == i)

    critical = Setting(types, value, lambda i, r: F(3, 2) * r[1 - i] * (winner(r) == i))
    naive = Setting(types, value, lambda i, r: worth(1 - i, r) * (winner(r) == i))
    return {
        "critical.dominant_ic": holds(dominant_gain(critical)),
        "critical.ex_post_ir": holds(ex_post_loss(critical)),
        "naive.dominant_ic": holds(dominant_gain(naive)),
        "naive.violation[dominant_ic]": dominant_gain(naive),
    }


def outside_option() -> Claims:
    types = [[1, 2]] * 2
    s = Setting(types, lambda i, true, report: F(0), outside=lambda i, t: F(-3), prior=uniform(types))
    most = payments(s, {"dominant_ic", "ex_post_ir"})
    return {"threat.objective": most, "threat.pay[a, 1, 2]": most / 2}


def hidden_evidence() -> Claims:
    def value(_i: int, _true: Profile, _report: Profile) -> Fraction:
        return F(-1)

    shown = [[1, 2, 3]]
    rising = Setting(shown, value, lambda i, r: -F(r[0]), allowed=at_most_truth)
    falling = Setting(shown, value, lambda i, r: F(r[0] - 4), allowed=at_most_truth)
    believing = Setting(shown, value, lambda i, r: -F(r[0]))
    return {
        "rising.dominant_ic": holds(dominant_gain(rising)),
        "rising.ex_post_ir": holds(ex_post_loss(rising)),
        "falling.dominant_ic": holds(dominant_gain(falling)),
        "falling.violation[dominant_ic]": dominant_gain(falling),
        "believing.dominant_ic": holds(dominant_gain(believing)),
        "believing.violation[dominant_ic]": dominant_gain(believing),
    }


def capacity() -> Claims:
    def setting(use: Callable[[int], int]) -> Setting:
        def value(i: int, true: Profile, report: Profile) -> Fraction | None:
            return F(0) if use(report[i]) <= true[i] else None

        return Setting([[1, 2]] * 2, value, lambda i, r: -F(r[i]))

    tested, untested = setting(lambda c: c), setting(lambda c: 1)
    return {
        "tested.dominant_ic": holds(dominant_gain(tested)),
        "untested.dominant_ic": holds(dominant_gain(untested)),
        "untested.violation[dominant_ic]": dominant_gain(untested),
    }


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


def redistribution() -> Claims:
    types = [[1, 2, 3]] * 3

    def pay(i: int, report: Profile) -> Fraction:
        return vickrey(i, report) - F(min(rest(report, i)), 3)

    s = Setting(types, sale, pay, prior=uniform(types))
    return {
        "cavallo.dominant_ic": holds(dominant_gain(s)),
        "cavallo.ex_post_ir": holds(ex_post_loss(s)),
        "cavallo.weak_budget_balance": holds(-min(budgets(s))),
        "cavallo.violation[no_subsidy]": largest_subsidy(s),
        "cavallo.revenue": revenue(s),
        "best.objective": least_kept(types),
    }


def least_kept(types: Sequence[Sequence[int]]) -> Fraction:
    """The least expected revenue of Vickrey payments less a rebate that depends on the others' reports."""
    n = len(types)
    profiles = list(product(*types))
    rows = []
    goal: dict[str, Fraction] = {}
    vick = F(0)
    for t in profiles:
        names = [f"h{i}{tuple(rest(t, i))}" for i in range(n)]
        taken = sum((vickrey(i, t) for i in range(n)), F(0))
        vick += taken / len(profiles)
        row: dict[str, Fraction] = {}
        for i, name in enumerate(names):
            row[name] = row.get(name, F(0)) + 1
            goal[name] = goal.get(name, F(0)) + F(1, len(profiles))
            rows.append(({name: -1}, "<=", sale(i, t, t) - vickrey(i, t)))
        rows.append((row, "<=", taken))
    return vick - maximise(goal, rows, free=set(goal))


def envy() -> Claims:
    return {
        "by_name.violation[envy_free]": F(2) - F(1),
        "by_name.envy_free": "fails",
        "same.envy_free": "holds",
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


def bilateral_trade_public() -> Claims:
    s = trade({F(1): F(1, 4), F(3): F(3, 4)}, {F(0): F(3, 4), F(2): F(1, 4)})
    s.allowed = lambda i, true, report: i == 0
    return {
        "balanced.status": solvable(lambda: payments(s, {"dominant_ic", "ex_post_ir", "strong_budget"})),
        "most.objective": payments(s, {"bayesian_ic", "interim_ir"}),
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


def combinatorial() -> Claims:
    least, most = (1, 1, 2), (3, 3, 5)

    def worth(i: int, keen: int) -> int:
        return most[i] if keen else least[i]

    def allocation(report: Profile, absent: int | None = None) -> tuple[int, tuple[int, ...]]:
        """The best value and who wins: of equal ones the first in which ann, then bob wins."""
        answers = []
        for win in product((1, 0), repeat=3):
            if (absent is None or not win[absent]) and not (win[2] and (win[0] or win[1])):
                answers.append((sum(worth(i, report[i]) * win[i] for i in range(3)), win))
        return max(answers)

    def value(i: int, true: Profile, report: Profile) -> Fraction:
        return F(worth(i, true[i]) * allocation(report)[1][i])

    def pay(i: int, report: Profile) -> Fraction:
        return allocation(report, i)[0] - (allocation(report)[0] - value(i, report, report))

    types = [[0, 1]] * 3
    clarke = Setting(types, value, pay, prior=uniform(types))
    first = Setting(types, value, lambda i, r: value(i, r, r))
    return {
        "clarke.dominant_ic": holds(dominant_gain(clarke)),
        "clarke.pay[ann, 1, 1, 1]": pay(0, (1, 1, 1)),
        "clarke.pay[ann, 1, 1, 0]": pay(0, (1, 1, 0)),
        "clarke.pay[cyd, 0, 1, 1]": pay(2, (0, 1, 1)),
        "clarke.revenue": revenue(clarke),
        "first_price.violation[dominant_ic]": dominant_gain(first),
    }
