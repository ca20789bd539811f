"""Payments by graphs against the same requirements written out one by one and given to a linear program."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mdl.algebra.numbers import Numbers
from mdl.irrational import quantity
from mdl.mechanisms.design.input import DesignInput
from mdl.mechanisms.payments.duals import proof
from mdl.mechanisms.payments.extreme import Contradiction
from mdl.mechanisms.payments.find import Payments, find
from mdl.mechanisms.payments.separable import Separable, applies
from mdl.mechanisms.tables import AgentTable
from tests.mechanisms.payments.small import agent_table, design, two_agents


@dataclass
class Row:
    """sum of coefficient * payment(agent, report, scenario) <= bound."""

    name: tuple[Any, ...]
    terms: dict[tuple[int, int, int], Any]
    bound: Fraction


def written_out(d: DesignInput) -> list[Row]:
    """Every row of the requirements at every scenario, straight from the tables; no code shared with mdl."""
    wanted, rows = {w.name for w in d.wanted}, []
    budget: dict[int, Row] = {
        c: Row(("budget", -1, -1, -1, c), {}, f)
        for c, f in enumerate(d.income.fractions())  # type: ignore[union-attr]
    }
    for a, agent in enumerate(d.agents):
        t: AgentTable = agent.table
        value, outside = t.value.fractions(), t.outside.fractions()
        for s in range(t.scenarios):
            for true in range(t.types):
                own = value[(true * t.types + true) * t.scenarios + s]
                for report in range(t.types):
                    if report == true or not t.allowed[true, report]:
                        continue
                    if t.broken is not None and t.broken[true, report, s]:
                        continue
                    lie = value[(true * t.types + report) * t.scenarios + s]
                    if "dominant_ic" in wanted:
                        terms = {(a, true, s): 1, (a, report, s): -1}
                        rows.append(Row(("ic", a, true, report, s), terms, own - lie))
                if "ex_post_ir" in wanted:
                    rest = own - outside[true * t.scenarios + s]
                    rows.append(Row(("ir", a, true, true, s), {(a, true, s): 1}, rest))
                if "no_subsidy" in wanted:
                    rows.append(Row(("no_subsidy", a, true, true, s), {(a, true, s): -1}, Fraction(0)))
                budget[int(t.case[true, s])].terms[a, true, s] = -1
    return rows + (list(budget.values()) if "weak_budget_balance" in wanted else [])


def columns(d: DesignInput) -> dict[tuple[int, int, int], int]:
    """The column of each payment, in the order of `small.design`."""
    keys = [(a, r, s) for a, g in enumerate(d.agents) for r in range(g.table.types) for s in range(g.table.scenarios)]
    return {key: k for k, key in enumerate(keys)}


def by_program(d: DesignInput, rows: list[Row], objective: list[Fraction]) -> float | None:
    """The largest value of the objective, or None where the rows cannot be met."""
    place = columns(d)
    matrix = np.zeros((len(rows), len(place)))
    for k, row in enumerate(rows):
        for key, coefficient in row.terms.items():
            matrix[k, place[key]] = coefficient
    bound = [float(r.bound) for r in rows]
    out = linprog([-float(c) for c in objective], A_ub=matrix, b_ub=bound, bounds=(None, None), method="highs")
    if out.status == 2:
        return None
    assert out.status == 0, out.message
    return float(-out.fun)


def checked(found: Contradiction, rows: list[Row]) -> None:
    """The steps are rows of the requirements, and add up to 0 <= total < 0."""
    by_name = {r.name: r for r in rows}
    sums: dict[tuple[int, int, int], int] = {}
    total = Fraction(0)
    for step in found.steps:
        row = by_name[step.row, step.agent, step.true, step.report, step.scenario]
        for key, coefficient in row.terms.items():
            sums[key] = sums.get(key, 0) + step.times * coefficient
        total += step.times * row.bound
        assert step.bound.fractions() == [row.bound]
    assert not any(sums.values())
    assert found.total.fractions() == [total] and total < 0


numbers = st.integers(-4, 4).map(lambda n: Fraction(n, 2))


@st.composite
def designs(draw: st.DrawFn) -> tuple[DesignInput, list[Fraction], bool]:
    a, b = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    lists = lambda size: [draw(numbers) for _ in range(size)]  # noqa: E731
    flags = lambda *shape: np.array([draw(st.booleans()) for _ in range(int(np.prod(shape)))]).reshape(shape)  # noqa: E731
    regular = draw(st.booleans())
    values = []
    for own, other in ((a, b), (b, a)):
        if regular:  # single crossing: payments exist for every monotone outcome
            share = [sorted(draw(st.integers(0, 3)) for _ in range(own)) for _ in range(other)]
            values.append([Fraction(t * share[s][r]) for t in range(own) for r in range(own) for s in range(other)])
        else:
            values.append(lists(own * own * other))
    outsides = [lists(a * b), lists(a * b)]
    lies = draw(st.sampled_from(["any", "down", "some"]))
    allowed = [np.tri(n, dtype=bool) if lies == "down" else flags(n, n) | np.eye(n, dtype=bool) for n in (a, b)]
    if lies == "any":
        allowed = [np.ones((n, n), dtype=bool) for n in (a, b)]
    more: dict[str, Any] = {"allowed": allowed}
    if draw(st.booleans()):
        more["broken"] = [flags(n, n, m) & ~np.eye(n, dtype=bool)[:, :, None] for n, m in ((a, b), (b, a))]
    least = draw(st.booleans())
    wanted = ["dominant_ic"]
    if least:
        wanted += ["no_subsidy"] + ["ex_post_ir"] * draw(st.booleans())
    else:
        wanted += ["ex_post_ir", *draw(st.sets(st.sampled_from(["no_subsidy", "weak_budget_balance"])))]
    objective = [Fraction(draw(st.integers(0, 3))) for _ in range(2 * a * b)]
    income = lists(a * b)
    made = design(two_agents(values, outsides, (a, b), **more), wanted, income, objective, not least)
    return made, objective, least


@settings(max_examples=200, deadline=None)
@given(designs())
def test_payments_exist_where_the_program_has_them(drawn: tuple[DesignInput, list[Fraction], bool]) -> None:
    made, objective, least = drawn
    separable = applies(made)
    assert isinstance(separable, Separable)
    found, rows = find(separable), written_out(made)
    best = by_program(made, rows, [-c for c in objective] if least else objective)
    if isinstance(found, Contradiction):
        assert best is None and found.level == "exact"
        checked(found, rows)
        return
    assert best is not None and found.level == "exact" and found.tolerance == found.slack == 0
    values = found.values.fractions()
    place = columns(made)
    for row in rows:
        assert sum(c * values[place[key]] for key, c in row.terms.items()) <= row.bound
    assert found.objective is not None
    (value,) = found.objective.fractions()
    assert value == sum(c * v for c, v in zip(objective, values, strict=True))
    proved = proof(found, separable)
    assert proved is not None and proved[1].optimum == value
    assert abs(float(value) - (-best if least else best)) < 1e-6


def test_largest_payments_of_a_second_price_auction() -> None:
    """Value 1, 2 or 3, the item to the higher, ties to a: a pays the lowest value with which it still wins."""
    win_a = [[1 if i >= j else 0 for j in range(3)] for i in range(3)]
    win_b = [[1 - win_a[i][j] for i in range(3)] for j in range(3)]
    values = [
        [Fraction((t + 1) * w[r][s]) for t in range(3) for r in range(3) for s in range(3)] for w in (win_a, win_b)
    ]
    made = design(
        two_agents(values, [[Fraction(0)] * 9] * 2, (3, 3)), ["dominant_ic", "ex_post_ir"], None, [Fraction(1, 9)] * 18
    )
    separable = applies(made)
    assert isinstance(separable, Separable) and "shortest paths" in separable.why
    found = find(separable)
    assert isinstance(found, Payments)
    assert found.pays[0].fractions() == [1, 0, 0, 1, 2, 0, 1, 2, 3]
    assert found.pays[1].fractions() == [0, 0, 0, 2, 0, 0, 2, 3, 0]
    assert found.objective is not None and found.objective.fractions() == [Fraction(17, 9)]


def test_a_decreasing_outcome_has_a_cycle() -> None:
    """The item goes to the lower value: 1 -> 2 -> 1 adds up to (2 - 1) * (0 - 1)."""
    value = [Fraction(v) for v in (1, 0, 2, 0)]
    made = design(
        [agent_table("a", 2, 1, value, [Fraction(0)] * 2, np.arange(2)[:, None])], ["dominant_ic", "ex_post_ir"]
    )
    separable = applies(made)
    assert isinstance(separable, Separable)
    found = find(separable)
    assert isinstance(found, Contradiction) and found.kind == "cycle"
    assert found.total.fractions() == [-1]
    assert {(s.true, s.report) for s in found.steps} == {(0, 1), (1, 0)}


def expected_design(weight: list[Fraction], wanted: list[str], objective: list[Fraction]) -> DesignInput:
    """One agent with 3 types and 2 scenarios whose outcome is not monotone in scenario 1, but is on average."""
    share = {(0, 0): 0, (1, 0): 2, (2, 0): 4, (0, 1): 1, (1, 1): 0, (2, 1): 0}
    value = [Fraction((t + 1) * share[r, s]) for t in range(3) for r in range(3) for s in range(2)]
    grid = np.arange(6).reshape(3, 2)
    held = agent_table("a", 3, 2, value, [Fraction(0)] * 6, grid, weight=Numbers.of(weight))
    made = design([held], wanted, None, objective)
    made.weight = Numbers.of(weight)
    return made


def test_only_expectations_matter_where_beliefs_do_not_depend_on_the_own_type() -> None:
    """Against the program with a payment at every profile; the middle type has probability 0."""
    types, others = [Fraction(1, 3), Fraction(0), Fraction(2, 3)], [Fraction(3, 4), Fraction(1, 4)]
    weight = [t * o for t in types for o in others]
    made = expected_design(weight, ["bayesian_ic", "interim_ir", "no_subsidy"], weight)
    separable = applies(made)
    assert isinstance(separable, Separable) and separable.beliefs is not None
    found = find(separable)
    assert isinstance(found, Payments) and found.level == "exact" and found.objective is not None
    rows = []
    value = made.agents[0].table.value.fractions()
    for true in (0, 2):
        for report in range(3):
            own = sum(others[s] * value[(true * 3 + true) * 2 + s] for s in range(2))
            lie = sum(others[s] * value[(true * 3 + report) * 2 + s] for s in range(2))
            terms = {(0, true, s): others[s] for s in range(2)}
            if report != true:
                terms |= {(0, report, s): -others[s] for s in range(2)}
                rows.append(Row(("ic",), terms, Fraction(own - lie)))
            else:
                rows.append(Row(("ir",), terms, Fraction(own)))
    rows += [Row(("floor",), {(0, r, s): -1}, Fraction(0)) for r in range(3) for s in range(2)]
    best = by_program(made, rows, weight)
    assert best is not None and abs(float(found.objective.fractions()[0]) - best) < 1e-9
    assert proof(found, separable) is not None
    place, values = columns(made), found.values.fractions()
    for row in rows:
        assert sum(c * values[place[key]] for key, c in row.terms.items()) <= row.bound


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_expected_requirements_of_two_agents(data: st.DataObject) -> None:
    """Bayesian incentives, interim participation and an expected budget, against the program over all profiles."""
    a, b = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    whole = [data.draw(st.lists(st.integers(1, 3), min_size=n, max_size=n)) for n in (a, b)]
    prob = [[Fraction(w, sum(ws)) for w in ws] for ws in whole]
    weights = [Numbers.of([p * q for p in prob[k] for q in prob[1 - k]]) for k in range(2)]
    small = st.integers(-2, 2).map(Fraction)
    values = [[data.draw(small) for _ in range(n * n * m)] for n, m in ((a, b), (b, a))]
    if data.draw(st.booleans()):
        values = [
            [Fraction(t * r) + (s == r) for t in range(n) for r in range(n) for s in range(m)]
            for n, m in ((a, b), (b, a))
        ]
    outsides = [[data.draw(small) for _ in range(a * b)] for _ in range(2)]
    income = [data.draw(small) for _ in range(a * b)]
    objective = [f for w in weights for f in w.fractions()]
    made = design(
        two_agents(values, outsides, (a, b), weight=weights),
        ["bayesian_ic", "interim_ir", "ex_ante_budget_balance"],
        income,
        objective,
    )
    made.weight = Numbers.of([p * q for p in prob[0] for q in prob[1]])
    rows: dict[tuple[Any, ...], Row] = {}
    for k, (n, m) in enumerate(((a, b), (b, a))):
        believed = prob[1 - k]
        mean = [
            [sum((believed[s] * values[k][(t * n + r) * m + s] for s in range(m)), Fraction(0)) for r in range(n)]
            for t in range(n)
        ]
        for t in range(n):
            for r in range(n):
                if r != t:
                    terms = {(k, t, s): believed[s] for s in range(m)} | {(k, r, s): -believed[s] for s in range(m)}
                    rows["ic", k, t, r, -1] = Row((), terms, mean[t][t] - mean[t][r])
            rest = mean[t][t] - sum((believed[s] * outsides[k][t * m + s] for s in range(m)), Fraction(0))
            rows["ir", k, t, t, -1] = Row((), {(k, t, s): believed[s] for s in range(m)}, rest)
    budget = {(k, r, s): -prob[k][r] * prob[1 - k][s] for k, (n, m) in enumerate(((a, b), (b, a))) for r in range(n) for s in range(m)}  # fmt: skip # noqa: E501
    given_income = sum((prob[0][i] * prob[1][j] * income[i * b + j] for i in range(a) for j in range(b)), Fraction(0))
    rows["budget", -1, -1, -1, -1] = Row((), budget, given_income)
    separable = applies(made)
    assert isinstance(separable, Separable)
    found, best = find(separable), by_program(made, list(rows.values()), objective)
    if isinstance(found, Payments):
        assert best is not None and found.objective is not None
        assert abs(float(found.objective.fractions()[0]) - best) < 1e-7
        assert proof(found, separable) is not None
        place, held = columns(made), found.values.fractions()
        for row in rows.values():
            assert sum(c * held[place[key]] for key, c in row.terms.items()) <= row.bound
        return
    assert best is None
    sums: dict[tuple[int, int, int], Fraction] = {}
    total = Fraction(0)
    for step in found.steps:
        row = rows[step.row, step.agent, step.true, step.report, step.scenario]
        total += step.times * row.bound
        for key, coefficient in row.terms.items():
            sums[key] = sums.get(key, Fraction(0)) + step.times * coefficient
    assert not any(sums.values()) and found.total.fractions() == [total] and total < 0


def test_types_that_cannot_be_have_no_part_in_the_objective() -> None:
    """Nothing bounds what they pay."""
    weight = [t * o for t in (Fraction(1, 2), Fraction(0), Fraction(1, 2)) for o in (Fraction(1, 2),) * 2]
    answer = applies(expected_design(weight, ["bayesian_ic", "interim_ir"], [Fraction(1)] * 6))
    assert answer == "the objective counts payments at types of probability 0"


def test_beliefs_that_depend_on_the_own_type_are_for_the_program() -> None:
    weight = [Fraction(n, 12) for n in (3, 1, 1, 3, 2, 2)]
    answer = applies(expected_design(weight, ["bayesian_ic", "interim_ir"], weight))
    assert answer == "what a believes about the others depends on its own type"


@pytest.mark.parametrize(
    ("wanted", "objective", "maximize", "reason"),
    [
        (["dominant_ic", "ex_post_ir", "strong_budget_balance"], [1] * 6, True, "joins payments"),
        (["dominant_ic", "interim_ir"], [1] * 6, True, "beside requirements in expectation"),
        (["bayesian_ic", "ex_ante_ir"], [1] * 6, True, "joins payments of several types"),
        (["dominant_ic", "ex_post_ir"], [1, -1] * 3, True, "falls with others"),
        (["dominant_ic", "ex_post_ir"], [1] * 6, False, "nothing bounds payments from below"),
        (["dominant_ic"], [1] * 6, True, "nothing bounds payments from above"),
        (["dominant_ic", "no_subsidy", "weak_budget_balance"], [1] * 6, False, "the budget asks for large ones"),
        (["bayesian_ic", "interim_ir"], [1, 0] * 3, True, "otherwise than the beliefs do"),
    ],
)
def test_what_graphs_do_not_do(wanted: list[str], objective: list[int], maximize: bool, reason: str) -> None:
    made = expected_design([Fraction(1, 6)] * 6, wanted, [Fraction(c) for c in objective])
    made.goal.maximize = maximize
    answer = applies(made)
    assert isinstance(answer, str) and reason in answer


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_one_unknown_a_scenario(data: st.DataObject) -> None:
    """An adjustment on the others' reports: payments known up to a number a scenario."""
    value = [Fraction(data.draw(st.integers(0, 3))) for _ in range(18)]
    outside = [data.draw(numbers) for _ in range(6)]
    known = [data.draw(numbers) for _ in range(6)]
    truthful = data.draw(st.booleans())
    if truthful:  # each pays what keeps it from lying: utility is that of the best report
        value = [Fraction((t + 1) * r * (s + 1)) for t in range(3) for r in range(3) for s in range(2)]
        known = [Fraction(r * (r + 1) // 2 * (s + 1)) for r in range(3) for s in range(2)]
    held = agent_table("a", 3, 2, value, outside, np.arange(6).reshape(3, 2))
    made = design([held], ["dominant_ic", "ex_post_ir", "weak_budget_balance"], None, [Fraction(1)] * 2, shared=True)
    made.agents[0].pay.constant = Numbers.of(known)
    separable = applies(made)
    assert isinstance(separable, Separable)
    found = find(separable)
    ok, best = True, []
    for s in range(2):
        for t in range(3):
            for r in range(3):
                own, lie = (value[(t * 3 + k) * 2 + s] - known[k * 2 + s] for k in (t, r))
                ok &= own >= lie
        best.append(min(value[(t * 3 + t) * 2 + s] - known[t * 2 + s] - outside[t * 2 + s] for t in range(3)))
        ok &= all(best[s] + known[t * 2 + s] >= 0 for t in range(3))
    assert isinstance(found, Payments) == ok
    if isinstance(found, Payments):
        assert found.values.fractions() == best
    else:
        assert found.total.fractions()[0] < 0
        assert sum((s.times * s.bound.fractions()[0] for s in found.steps), Fraction(0)) == found.total.fractions()[0]


def test_roots_are_proved_at_the_level_interval() -> None:
    """value = theta * sqrt(report): payments exist; with the outcome turned round they do not."""
    for turned in (False, True):
        roots = _roots([2, 3, 5])
        flat = [(t + 1, 2 - r if turned else r) for t in range(3) for r in range(3)]
        picked = quantity.take(roots, np.array([r for _, r in flat]))
        value = quantity.scale(picked, Numbers.of([Fraction(t) for t, _ in flat]))
        held = agent_table("a", 3, 1, value, [Fraction(0)] * 3, np.arange(3)[:, None])
        made = design([held], ["dominant_ic", "ex_post_ir"], None, [Fraction(1)] * 3)
        separable = applies(made)
        assert isinstance(separable, Separable)
        found = find(separable)
        assert found.level == "interval"
        if turned:
            assert isinstance(found, Contradiction)
            assert quantity.signs(found.total)[0] == -1
            assert abs(quantity.floats(found.total)[0] - 2 * (2**0.5 - 5**0.5)) < 1e-12
        else:
            assert isinstance(found, Payments) and found.slack < 1e-9
            a, b, c = 2**0.5, 3**0.5, 5**0.5
            wanted = [a, a + 2 * (b - a), a + 2 * (b - a) + 3 * (c - b)]
            assert np.allclose(found.pays[0].floats(), wanted, rtol=0, atol=1e-10)
            exact = [found.pays[0].take(np.array([k])) for k in range(3)]
            for t in range(3):
                for r in range(3):
                    gain = quantity.sub(quantity.take(value, np.array([t * 3 + r])), exact[r])
                    truth = quantity.sub(quantity.take(value, np.array([t * 3 + t])), exact[t])
                    assert quantity.signs(quantity.sub(truth, gain))[0] >= 0


def _roots(whole: list[int]) -> quantity.Quantity:
    from mdl.irrational.builder import Irrational

    return Irrational().call("sqrt", [Numbers.of([Fraction(n) for n in whole])])


def test_equal_irrational_rows_both_ways() -> None:
    """What a report is worth does not depend on the type: payments must differ by sqrt(3) - sqrt(2), no rational.

    Nothing is proved then, and nothing wrong is said: payments that meet the rows within the tolerance.
    """
    roots = _roots([2, 3, 5])
    value = quantity.take(roots, np.tile(np.arange(3), 3))
    held = agent_table("a", 3, 1, value, [Fraction(0)] * 3, np.arange(3)[:, None])
    separable = applies(design([held], ["dominant_ic", "ex_post_ir"], None, [Fraction(1)] * 3))
    assert isinstance(separable, Separable)
    found = find(separable)
    assert isinstance(found, Payments) and found.level == "numeric" and 0 < found.tolerance < 1e-10
    assert np.allclose(found.pays[0].floats(), np.sqrt([2, 3, 5]), rtol=0, atol=1e-10)


@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_floats_are_judged_with_a_tolerance_of_their_size(size: float) -> None:
    """Ties off by rounding do not forbid payments; a cycle that is off by a thousandth does."""
    draw = np.random.default_rng(5)
    share = np.array([0, 1, 1, 2, 2, 2])
    exact = (np.arange(6)[:, None] + 1) * share[None, :] * size
    for off, possible in ((1e-13, True), (1e-3, False)):
        value = exact + off * size * draw.standard_normal((6, 6))
        flat = Numbers.inexact(value.reshape(-1))
        held = agent_table("a", 6, 1, flat, Numbers.inexact(np.zeros(6)), np.arange(6)[:, None])
        separable = applies(design([held], ["dominant_ic", "ex_post_ir"], None, [Fraction(1)] * 6))
        assert isinstance(separable, Separable)
        found = find(separable)
        assert found.level == "numeric"
        if not possible:
            assert isinstance(found, Contradiction)
            assert quantity.floats(found.total)[0] < -1e-9 * size
            continue
        assert isinstance(found, Payments) and found.tolerance <= 1e-7 * size
        pay = found.pays[0].floats()
        for t in range(6):
            gain = (value[t] - pay) - (value[t, t] - pay[t])
            assert gain.max() <= found.tolerance + 1e-12 * size
            assert pay[t] <= value[t, t] + found.tolerance + 1e-12 * size
