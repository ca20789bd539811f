"""The numbers of the classical models of models/mechanisms, by brute force and programs in fractions.

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
from tests.models.mechanisms.exact_lp import maximise
from tests.models.mechanisms.parts import Claims, F, holds, rest, sale, solvable, vickrey, winner


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
        return sum((F(1, 4) * value(k, t, t) for t in product(*types) if t[i] == own for k in range(3) if k != i), F(0))

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
        "expected_externality.pay[ann, 5, 0, 0]": agv(0, (5, 0, 0)),
        "by_hand.pay[ann, 5, 0, 0]": agv(0, (5, 0, 0)),
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
