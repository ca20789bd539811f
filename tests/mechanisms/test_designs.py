"""Searches for mechanisms on markets: payments alone and outcome with payments, against a linear program in fractions
that has every row, made here by walking through profiles."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.program.solution import Status
from tests.mechanisms.market import Market, Profile, Type, markets
from tests.mechanisms.test_markets import answers
from tests.models.mechanisms.exact_lp import InfeasibleError, UnboundedError, maximise

Row = dict[str, Fraction | int]
Line = tuple[Row, str, Fraction | int]
Affine = tuple[Row, Fraction]

IC = ("dominant_ic", "bayesian_ic")
IR = ("ex_post_ir", "interim_ir", "ex_ante_ir")
BUDGET = ("weak_budget_balance", "strong_budget_balance", "ex_ante_budget_balance", "no_subsidy")


def pay(a: str, p: Profile) -> str:
    return f"pay {a} {p}"


def part(a: str, p: Profile) -> str:
    return f"part {a} {p}"


class Rows:
    """All rows of a design; the outcome is free (columns) or the allotment (numbers)."""

    def __init__(self, m: Market, free: bool) -> None:
        self.m, self.free = m, free
        self.ps = m.profiles()
        self.lines: list[Line] = []

    def value(self, true: Profile, report: Profile, a: str) -> Affine:
        """The valuation as coefficients of parts of the outcome and a constant."""
        if not self.free:
            return {}, self.m.value(true, self.m.allot(report, self.m.everyone()), a)
        out: Row = {}
        none = dict.fromkeys(self.m.agents, Fraction(0))
        for b in self.m.agents:
            found = self.m.value(true, {**none, b: Fraction(1)}, a)
            if found:
                out[part(b, report)] = found
        return out, Fraction(0)

    def utility(self, true: Profile, report: Profile, a: str, weight: Fraction) -> Affine:
        row, constant = self.value(true, report, a)
        found: Row = {n: weight * c for n, c in row.items()}
        found[pay(a, report)] = -weight
        return found, weight * constant

    def at_least(self, parts: list[Affine], bound: Fraction) -> None:
        """The sum of these is at least the bound."""
        row: Row = {}
        for found, constant in parts:
            bound -= constant
            for n, c in found.items():
                row[n] = row.get(n, 0) + c
        self.lines.append((row, ">=", bound))

    def ic(self, name: str) -> None:
        m = self.m
        for a in m.agents:
            for own in m.types(a):
                for told in m.lies(a, own):
                    mine = [p for p in self.ps if m.of(p, a) == own]
                    outcomes = [(p, m.swapped(p, a, told)) for p in mine]
                    hurt = [not self.free and m.broken(p, m.allot(r, m.everyone()), a) for p, r in outcomes]
                    pairs = [
                        [self.utility(p, p, a, m.weights[p]), self.utility(p, r, a, -m.weights[p])] for p, r in outcomes
                    ]
                    if name == "bayesian_ic" and not any(hurt):
                        self.at_least([u for pair in pairs for u in pair], Fraction(0))
                    if name == "dominant_ic":
                        for pair, broken in zip(pairs, hurt, strict=True):
                            if not broken:
                                self.at_least(pair, Fraction(0))

    def outside(self, p: Profile, a: str) -> Fraction:
        return self.m.outside(p, a) if not self.free else Fraction(0)

    def ir(self, name: str) -> None:
        m = self.m
        for a in m.agents:
            groups = {
                "ex_post_ir": [[p] for p in self.ps],
                "interim_ir": [[p for p in self.ps if m.of(p, a) == own] for own in m.types(a)],
                "ex_ante_ir": [self.ps],
            }[name]
            for group in groups:
                bound = sum((m.weights[p] * self.outside(p, a) for p in group), Fraction(0))
                self.at_least([self.utility(p, p, a, m.weights[p]) for p in group], bound)

    def budget(self, name: str) -> None:
        m = self.m
        if name == "no_subsidy":
            self.lines += [({pay(a, p): 1}, ">=", 0) for a in m.agents for p in self.ps]
        elif name == "ex_ante_budget_balance":
            self.lines.append(({pay(a, p): m.weights[p] for a in m.agents for p in self.ps}, ">=", 0))
        else:
            sense = "==" if name.startswith("strong") else ">="
            self.lines += [({pay(a, p): 1 for a in m.agents}, sense, 0) for p in self.ps]

    def environment(self) -> None:
        m = self.m
        for p in self.ps if self.free else ():
            room = m.capacity + sum(m.of(p, a)[0] for a in m.plants)  # type: ignore[index,misc]
            self.lines.append(({part(a, p): 1 for a in m.agents}, "<=", room))
            for a in m.agents:
                own = m.of(p, a)
                self.lines.append(({part(a, p): 1}, "<=", own[0] if isinstance(own, tuple) else 3))

    def best(self, require: tuple[str, ...], goal: Row) -> Fraction:
        self.environment()
        for name in require:
            (self.ic if name in IC else self.ir if name in IR else self.budget)(name)
        return maximise(goal, self.lines, {pay(a, p) for a in self.m.agents for p in self.ps})


@st.composite
def requirements(draw: st.DrawFn) -> tuple[str, ...]:
    chosen = [draw(st.sampled_from(IC)), draw(st.sampled_from(IR))]
    return (*chosen, *draw(st.lists(st.sampled_from(BUDGET), max_size=2, unique=True)))


def text(m: Market, free: bool, require: tuple[str, ...]) -> str:
    return m.text(
        f"mechanism best {{ outcome {'free' if free else 'trade'}; pay t[PLANT]; receive s[SHOP]; "
        f"require {', '.join(require)}; maximize expected(sum(i in PLANT) t[i] - sum(j in SHOP) s[j]); }}\nfind best;"
    )


def revenue(m: Market) -> Row:
    return {pay(a, p): m.weights[p] for a in m.agents for p in m.profiles()}


def hold(m: Market, free: bool, require: tuple[str, ...], full: bool) -> None:
    (answer,) = answers(text(m, free, require), full=full)
    assert answer.refused is None, (answer.refused, text(m, free, require))
    try:
        expected = Rows(m, free).best(require, revenue(m))
    except InfeasibleError:
        assert answer.status is Status.INFEASIBLE, (answer.objective, text(m, free, require))
        assert answer.reasons[-1].strip().startswith(("sum:", "without any")), answer.reasons
        return
    except UnboundedError:
        assert answer.status is Status.UNBOUNDED, text(m, free, require)
        return
    assert answer.status is Status.OPTIMAL, (expected, text(m, free, require))
    assert answer.objective == expected, text(m, free, require)
    assert {c.property: (c.verdict, c.level) for c in answer.checks} == dict.fromkeys(require, ("holds", "exact"))


@settings(max_examples=30, deadline=None)
@given(markets(small=True), requirements(), st.booleans())
def test_payments_for_a_rule(m: Market, require: tuple[str, ...], full: bool) -> None:
    hold(m, False, require, full)


@settings(max_examples=30, deadline=None)
@given(markets(small=True), requirements(), st.booleans())
def test_outcome_and_payments(m: Market, require: tuple[str, ...], full: bool) -> None:
    m = Market(m.plants, m.shops, m.sizes, m.needs, m.price, m.capacity, Fraction(0), True, m.weights)
    hold(m, True, require, full)


def test_the_oracle_knows_a_second_price_auction() -> None:
    """Of this module: without a plant the shop with need 2 or 3 buys from the room, and can be asked for 2 of each."""
    weights: dict[Profile, Fraction] = {
        p: Fraction(1, 8) for p in product([(1, "low"), (1, "high"), (2, "low"), (2, "high")], (2, 3))
    }
    m = Market(("p",), ("s",), (1, 2), (2, 3), {"low": 0, "high": 0}, 5, Fraction(0), True, weights)
    worth: list[Type] = [2, 3]
    assert [m.worth(w) for w in worth] == [2, 3]
    found = Rows(m, False).best(("dominant_ic", "ex_post_ir"), revenue(m))
    # plants fill nothing that shops want; a shop gets 3 whatever it says, worth at least 2 + (1 or 2) / 5 each
    assert found == 3 * 2 + 3 * Fraction(3, 2) / 5


@pytest.mark.parametrize("full", [False, True])
def test_what_stays_out_of_bounds_is_refused(full: bool) -> None:
    weights = {p: Fraction(1, 8) for p in product([(1, "low"), (1, "high"), (2, "low"), (2, "high")], (2, 3))}
    m = Market(("p",), ("s",), (1, 2), (2, 3), {"low": 0, "high": 1}, 5, Fraction(0), False, dict(weights))
    (answer,) = answers(text(m, True, ("dominant_ic", "ex_post_ir")), full=full)
    assert answer.refused is not None and answer.refused.code == "MDL672"
