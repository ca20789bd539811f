"""Envy, integer outcomes, and interchangeable agents: rows about the profile as a whole."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest

from mdl import driver
from mdl.algebra.numbers import Numbers
from mdl.data.bind import Overrides, bind
from mdl.data.instance import Instance
from mdl.diagnostics import Source
from mdl.lowering import terms
from mdl.mechanisms.design.back import Design
from mdl.mechanisms.design.build import build
from mdl.mechanisms.design.input import Envied
from mdl.mechanisms.outcomes import Outcomes
from mdl.mechanisms.reports import over_reports
from mdl.mechanisms.unknown import unknown
from mdl.program.program import Domain, ProgramClass
from mdl.program.solution import SolverOptions, Status
from mdl.semantics.model import MechanismSymbol, RuleSymbol
from tests.mechanisms.design.by_hand import Hand, uniform
from tests.mechanisms.design.test_build import THREE, as_rows, highest_bid, solved

# ---- envy --------------------------------------------------------------------------------------------


def test_envy_compares_with_the_part_and_the_payment_of_the_other() -> None:
    """a would have b's part: the item where b wins it."""
    hand = Hand(THREE, ("envy_free",), value=highest_bid, prior=uniform(THREE))
    held = hand.given()
    cases = [hand.reports(c) for c in range(held.cases)]
    envied = []
    for a, b in ((0, 1), (1, 0)):
        worth = [r[a] if highest_bid(b, 1, r) else 0 for r in cases]
        envied.append(Envied(a, b, Numbers.of(worth)))
    held.envied = tuple(envied)
    rows = as_rows(build(held).program)
    wanted = {}
    for (a, b), (x, y) in product(((0, 1), (1, 0)), product((1, 2, 3), repeat=2)):
        me, you = "ab"[a], "ab"[b]
        own, others = highest_bid(a, (x, y)[a], (x, y)), Fraction((x, y)[a] if highest_bid(b, 1, (x, y)) else 0)
        form = {f"t[{me}; {x}, {y}]": Fraction(1), f"t[{you}; {x}, {y}]": Fraction(-1)}
        wanted[f"envy[{me}: {you} | a={x}, b={y}]"] = (form, None, own - others)
    assert rows == wanted


def test_envy_of_a_free_outcome_is_a_form() -> None:
    hand = Hand({"a": (1, 2), "b": (1, 2)}, ("envy_free",))
    held = hand.given()
    value = held.agents[0].value
    assert value is not None
    own = held.shares[0].rows
    # a's valuation of b's share: a's own type times win[b; .]
    (entries,) = value.variables
    places = entries.take(own // 2 * held.cases + own // 2 * 2 + own % 2)
    theirs = replace(places, columns=places.columns + held.cases)
    held.envied = (Envied(0, 1, terms.Terms(held.cases, terms.zeros(held.cases), (theirs,))),)
    form, low, high = as_rows(build(held).program)["envy[a: b | a=2, b=1]"]
    assert (low, high) == (None, 0)
    assert form == {"win[a; 2, 1]": -2, "win[b; 2, 1]": 2, "t[a; 2, 1]": 1, "t[b; 2, 1]": -1}


# ---- integer outcomes --------------------------------------------------------------------------------


def test_a_deterministic_auction_is_an_integer_program() -> None:
    """Selling to the highest bidder above the reserve needs no lottery, so nothing is lost."""
    held = Hand(THREE, ("dominant_ic", "ex_post_ir"), prior=uniform(THREE)).given()
    held.columns = tuple(replace(c, domain=Domain.BINARY) if c.name == "win" else c for c in held.columns)
    design = build(held)
    assert design.program.kind is ProgramClass.MIP
    assert design.program.why.reason == "linear, with integer variables"
    found = driver.solve_program(design.program)
    assert found.status is Status.OPTIMAL and found.values is not None
    assert found.objective == pytest.approx(2, abs=1e-7)
    wins = design.outcome(Numbers.inexact(found.values))["win"].floats()
    assert all(min(abs(w), abs(w - 1)) < 1e-6 for w in wins)


# ---- interchangeable agents --------------------------------------------------------------------------

PROJECT = """
agents CITIZEN := {c1, c2, c3};
type worth[CITIZEN] in {0, 2, 3};
prior worth ~ uniform;
%s
param cost := 4;
var built >= 0, <= 1;
valuation[i in CITIZEN] = worth[i] * built;
maximize welfare: sum(i in CITIZEN) valuation[i] - cost * built;
mechanism tax {
    outcome welfare;
    pay t[CITIZEN];
    income = -cost * built;
    require %s;
    soften %s;
    minimize expected shortfall;
}
mechanism fee {
    outcome welfare;
    pay t[CITIZEN];
    require dominant_ic, ex_post_ir;
    maximize expected sum(i in CITIZEN) t[i];
}
"""


def instance_of(text: str) -> Instance:
    return bind(driver.understand(Source("test.mdl", f'model m "t";\n{text}')), Path(), Overrides())


def design_of(text: str, name: str) -> Design:
    instance = instance_of(text)
    mechanism = instance.model.symbols[name]
    assert isinstance(mechanism, MechanismSymbol)
    chosen = mechanism.outcome if isinstance(mechanism.outcome, RuleSymbol) else None
    reports = over_reports(instance)
    return build(unknown(reports, Outcomes(reports, chosen, SolverOptions()), mechanism).input)


@pytest.mark.parametrize(
    ("required", "softened"),
    [
        ("dominant_ic, weak_budget_balance", "ex_post_ir"),
        ("dominant_ic, ex_post_ir", "weak_budget_balance"),
        ("bayesian_ic", "interim_ir, strong_budget_balance"),
        ("bayesian_ic, strong_budget_balance", "ex_ante_ir, no_subsidy"),
        ("dominant_ic, no_subsidy", "ex_post_ir, ex_ante_budget_balance"),
    ],
)
def test_counts_of_types_give_the_optimum_of_all_profiles(required: str, softened: str) -> None:
    whole = design_of(PROJECT % ("", required, softened), "tax")
    counted = design_of(PROJECT % ("symmetric CITIZEN;", required, softened), "tax")
    assert counted.program.height < whole.program.height
    assert solved(counted) == pytest.approx(solved(whole), abs=1e-7)
    whole, counted = (design_of(PROJECT % (s, required, softened), "fee") for s in ("", "symmetric CITIZEN;"))
    assert solved(counted) == pytest.approx(solved(whole), abs=1e-7)


def test_budgets_of_counted_profiles_have_one_row_a_count() -> None:
    design = design_of(PROJECT % ("symmetric CITIZEN;", "dominant_ic, weak_budget_balance", "ex_post_ir"), "tax")
    rows = as_rows(design.program)
    budgets = [k for k in rows if k.startswith("budget[")]
    assert len(budgets) == 10  # three citizens over three types
    names = [c.labels.name(c.name, k) for c in design.program.columns for k in range(len(c.labels))]
    assert len(set(names)) == len(names) == design.program.width
