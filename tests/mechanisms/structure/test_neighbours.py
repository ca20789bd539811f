"""Rows that neighbours imply: the claims themselves, and optima with fewer rows against those with all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mdl.backends.dispatch import solve
from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import understand
from mdl.mechanisms.design.build import build
from mdl.mechanisms.design.input import DesignInput
from mdl.mechanisms.design.selection import ALL
from mdl.mechanisms.structure.crossing import _neighbours
from mdl.mechanisms.structure.neighbours import neighbours, structure
from mdl.mechanisms.unknown import unknown
from mdl.program.solution import SolverOptions, Status
from mdl.semantics.model import MechanismSymbol
from mdl.tasks.mechanisms import mechanisms
from mdl.tasks.results import Results
from tests.mechanisms.design.by_hand import Hand, uniform


def gain_possible(theta: Sequence[int], kept: Any) -> bool:
    """Whether some a, b, p meet the kept rows and yet a lie pays: a linear program over a_r and w_r = b_r - p_r."""
    n = len(theta)

    def row(true: int, report: int) -> list[float]:
        out = [0.0] * (2 * n)
        for place, sign in ((true, -1), (report, 1)):
            out[place] += sign * theta[true]
            out[n + place] += sign
        return out

    rows = [row(t, r) for t in range(n) for r in range(n) if t != r and kept[t, r]]
    for t in range(n):
        for r in range(n):
            if t != r and not kept[t, r]:
                cost = [-c for c in row(t, r)]
                out = linprog(cost, A_ub=rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs")
                assert out.status == 0
                if out.fun < -1e-9:
                    return True
    return False


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-2, 2), min_size=3, max_size=6))
def test_the_claim_of_single_crossing_with_ties(theta: list[int]) -> None:
    """In any order of the list, and with equal numbers."""
    rank = np.unique(np.array(theta), return_inverse=True)[1]
    assert not gain_possible(theta, _neighbours(rank, np.ones(len(theta), dtype=bool)))


def test_what_the_claim_does_not_say() -> None:
    """One representative of equal types is not enough, nor are lies in one direction."""
    near = np.abs(np.subtract.outer(np.arange(3), np.arange(3))) == 1
    assert gain_possible([1, 1, 2], near)
    assert not gain_possible([1, 2, 3], near)
    assert gain_possible([1, 2, 3], np.tri(3, dtype=bool) & near)


def optimum(design: DesignInput, selection: Any) -> tuple[Status, float | None]:
    found = solve(build(design, selection).program)
    return found.status, found.objective


def same(design: DesignInput, selection: Any) -> None:
    few, every = optimum(design, selection), optimum(design, ALL)
    assert few[0] is every[0]
    if few[1] is not None and every[1] is not None:
        assert abs(few[1] - every[1]) < 1e-7


@pytest.mark.parametrize("wanted", [["dominant_ic", "ex_post_ir"], ["bayesian_ic", "interim_ir"]])
@pytest.mark.parametrize("types", [{"a": [1, 2, 3, 4], "b": [2, 5, 3, 1]}, {"a": [3, 1, 3, 2], "b": [4, 4, 1]}])
def test_an_optimal_auction_with_fewer_rows(wanted: list[str], types: dict[str, list[int]]) -> None:
    design = Hand(types, wanted, prior=uniform(types)).given()
    found = structure(design)
    assert found.left_out > 0 and found.reduced == {0, 1}
    same(design, found.selection)
    first, *rest = found.lines()
    assert f"{found.left_out:,} of {found.all:,} incentive rows are implied by the {found.kept:,}" in first
    assert any("single crossing holds for a" in line for line in rest)
    program, whole = build(design, found.selection).program, build(design).program
    rows = {r.name: len(r.labels) for r in program.rows}
    assert rows["ic"] == found.kept and {r.name: len(r.labels) for r in whole.rows}["ic"] == found.all


def test_types_of_probability_zero_keep_the_rows_to_them() -> None:
    types = {"a": [1, 2, 3, 4, 5], "b": [1, 2]}

    def prior(reports: tuple[int, ...]) -> Fraction:
        return Fraction(0) if reports[0] == 3 else Fraction(1, 8)

    design = Hand(types, ["bayesian_ic", "interim_ir"], prior=prior).given()
    found = neighbours(design.agents[0], "bayesian_ic")
    assert not isinstance(found, str)
    assert found.pairs[:, 2].sum() == 4 and found.pairs[1, 3] and found.all - found.kept == 16 - 10
    same(design, structure(design).selection)


def test_beliefs_that_depend_on_the_own_type_keep_all_rows() -> None:
    types = {"a": [1, 2, 3], "b": [1, 2, 3]}

    def prior(reports: tuple[int, ...]) -> Fraction:
        return Fraction(2 if reports[0] == reports[1] else 1, 12)

    design = Hand(types, ["bayesian_ic", "interim_ir"], prior=prior).given()
    found = structure(design)
    assert not found.left_out and found.lines()[0].startswith("all incentive rows are kept: what a believes")
    dominant = Hand(types, ["dominant_ic", "interim_ir"], prior=prior).given()
    assert structure(dominant).left_out > 0
    same(dominant, structure(dominant).selection)


@pytest.mark.parametrize(
    ("allowed", "word"), [(lambda a, t, r: r <= t, "not allowed"), (lambda a, t, r: True, "single crossing")]
)
def test_lies_in_one_direction_keep_all_rows_of_a_free_outcome(
    allowed: Callable[[int, int, int], bool], word: str
) -> None:
    types = {"a": [1, 2, 3, 4], "b": [1, 2]}
    design = Hand(types, ["dominant_ic", "ex_post_ir"], prior=uniform(types), allowed=allowed).given()
    found = neighbours(design.agents[0], "dominant_ic")
    assert word in (found if isinstance(found, str) else found.why)


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("wanted", [["dominant_ic", "ex_post_ir"], ["bayesian_ic", "interim_ir"]])
def test_a_public_part_of_the_type_makes_blocks(wanted: list[str], last: bool) -> None:
    """Types 10 p + v or 10 v + p with p public; each value of p has a chain of its own, in the list or across it."""
    numbers = [10 * x + y for x in (1, 2, 3) for y in (1, 2, 3)]
    public = (lambda n: n // 10) if last else (lambda n: n % 10)
    types = {"a": numbers, "b": [15, 25]}
    hand = Hand(types, wanted, prior=uniform(types))
    hand.allowed = lambda a, t, r: a == 1 or public(t) == public(r)
    design = hand.given()
    found = neighbours(design.agents[0], wanted[0])
    assert not isinstance(found, str) and "what is public given" in found.why
    scenarios = 2 if wanted[0] == "dominant_ic" else 1
    assert (found.all, found.kept) == (3 * 6 * scenarios, 3 * 4 * scenarios)
    same(design, structure(design).selection)
    hand.value = lambda a, own, reports: Fraction(own * (reports[a] + reports[1 - a] // 10) if a == 0 else 0)
    design = hand.given()
    found = neighbours(design.agents[0], wanted[0])
    assert not isinstance(found, str) and (found.all, found.kept) == (3 * 6 * scenarios, 3 * 4 * scenarios)
    assert all(
        public(numbers[t]) == public(numbers[r]) for t, r in np.argwhere(found.pairs & design.agents[0].table.allowed)
    )
    same(design, structure(design).selection)


def test_two_incentive_properties_or_a_softened_one_keep_all_rows() -> None:
    types = {"a": [1, 2, 3, 4]}
    soft = Hand(types, [], ["dominant_ic"], prior=uniform(types)).given()
    assert structure(soft).selection is ALL
    both = Hand(types, ["dominant_ic", "bayesian_ic", "ex_post_ir"], prior=uniform(types)).given()
    assert structure(both).left_out > 0  # dominance implies the other, which has no rows


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_known_outcome_with_fewer_rows(data: st.DataObject) -> None:
    """Random shares, monotone or not, random lies: what is left out follows from what is kept."""
    size = data.draw(st.integers(3, 5))
    types = {"a": list(range(1, size + 1)), "b": [1, 2]}
    share = {(r, s): data.draw(st.integers(0, 4)) for r in range(1, size + 1) for s in (1, 2)}
    if data.draw(st.booleans()):
        for s in (1, 2):
            ordered = sorted(share[r, s] for r in range(1, size + 1))
            share |= {(r, s): v for r, v in zip(range(1, size + 1), ordered, strict=True)}
    bonus = {(t, r): data.draw(st.integers(0, 1)) for t in types["a"] for r in types["a"]}
    plain = data.draw(st.booleans())

    def value(agent: int, own: int, reports: tuple[int, ...]) -> Fraction:
        if agent:
            return Fraction(own * (reports[1] > 1))
        return Fraction(own * share[reports[0], reports[1]] + (0 if plain else bonus[own, reports[0]]))

    lies = {(t, r): t == r or data.draw(st.booleans()) for t in types["a"] for r in types["a"]}
    everything = data.draw(st.booleans())
    wanted = data.draw(
        st.sampled_from(
            [
                ["dominant_ic", "ex_post_ir"],
                ["dominant_ic", "interim_ir", "ex_ante_budget_balance"],
                ["bayesian_ic", "interim_ir"],
            ]
        )
    )
    hand = Hand(types, wanted, value=value, prior=uniform(types))
    hand.allowed = lambda a, t, r: everything or a == 1 or lies[t, r]
    design = hand.given()
    found = structure(design)
    same(design, found.selection)


def test_increasing_differences_are_recognised() -> None:
    types = {"a": [1, 2, 3, 4]}
    monotone = Hand(types, ["dominant_ic", "ex_post_ir"], value=lambda a, own, reports: Fraction(own * reports[0] ** 2))
    found = neighbours(monotone.given().agents[0], "dominant_ic")
    assert not isinstance(found, str) and "differences of valuations increase" in found.why
    assert found.all == 12 and found.kept == 6
    falling = Hand(types, ["dominant_ic", "ex_post_ir"], value=lambda a, own, reports: Fraction(-own * reports[0]))
    assert "do not add up" in str(neighbours(falling.given().agents[0], "dominant_ic"))


@pytest.mark.parametrize(("worth", "said"), [
    ("v[i]", "checked exactly"), ("sqrt(v[i])", "proved by enclosures"),
    ("near", "up to the rounding of the valuations"),
])  # fmt: skip
def test_how_surely_rows_are_left_out(worth: str, said: str) -> None:
    """Roots need enclosures; what a solver rounded is known up to that."""
    text = f"""model n;
agents A := {{a, b}};
type v[A] in {{1, 2, 3, 4}};
prior v ~ uniform;
var x[A] >= 0;
maximize most: sum(i in A) (2 * log(1 + x[i]) * v[i] - x[i]);
outcome share {{ get[i in A] = v[i]; }}
valuation[i in A] = {"2 * log(1 + x[i]) * v[i]" if worth == "near" else f"{worth} * get[i]"};
mechanism m {{
    outcome {"most" if worth == "near" else "share"};
    pay t[A];
    require bayesian_ic, interim_ir, weak_budget_balance;
    maximize expected sum(i in A) t[i];
}}
"""
    instance = bind(understand(Source("m.mdl", text)), Overrides())
    held = mechanisms(instance, Results(instance, SolverOptions()))
    symbol = instance.model.symbols["m"]
    assert isinstance(symbol, MechanismSymbol)
    studied = held.of(symbol)
    found = structure(unknown(held.reports, studied.outcomes, symbol).input)
    assert found.left_out and found.lines()[0].endswith(f"between neighbouring types, {said}")
