"""Programs of mechanism design, with answers known by theorem or by enumeration."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from mdl.backends.highs import solve
from mdl.certify import Proof, Refutation, prove, search
from mdl.program.solution import SolverOptions
from tests.certify.families import auction, core, cycle_worst, even, myerson, payments

E = Fraction(1, 10**10)
NEARLY_INDEPENDENT = {(0, 0): Fraction(1, 4) + E, (1, 1): Fraction(1, 4) + E} | {
    p: Fraction(1, 4) - E for p in ((0, 1), (1, 0))
}
FULL = Fraction(17499999999, 10**10)


def test_revenue_with_a_prior_that_is_independent_to_ten_digits() -> None:
    # Cremer and McLean (1988): with any correlation all surplus can be had: 2 - P(both are 1) = 7/4 - 1e-10.
    program = auction([1, 2], NEARLY_INDEPENDENT, dominant=True)
    rough = solve(program)
    assert rough.objective is not None and rough.objective < 1.6, "HiGHS cannot see the correlation"
    for known in (None, solve(program, SolverOptions(basis=True))):
        found = prove(program, known)
        assert isinstance(found, Proof)
        assert found.optimum == FULL and found.pivots > 0
        assert max(abs(v) for v in found.point.fractions()) > 10**8


@pytest.mark.parametrize("beyond", [Fraction(0), Fraction(1, 10**20)])
def test_revenue_just_within_and_just_out_of_reach(beyond: Fraction) -> None:
    found = prove(auction([1, 2], NEARLY_INDEPENDENT, dominant=True, revenue=FULL + beyond))
    assert isinstance(found, Refutation if beyond else Proof)


@pytest.mark.parametrize("dominant", [False, True])
@pytest.mark.parametrize("types", [2, 3, 5])
def test_optimal_auctions_are_those_of_myerson(types: int, dominant: bool) -> None:
    values = list(range(1, types + 1))
    found = prove(auction(values, even(types), dominant=dominant))
    assert isinstance(found, Proof)
    # With independent types, Bayesian incentives earn no more than dominant ones (Gershkov et al. 2013).
    assert found.optimum == myerson(values)
    more = prove(auction(values, even(types), dominant=dominant, revenue=found.optimum + E))
    assert isinstance(more, Refutation)


@pytest.mark.parametrize("seed", range(6))
def test_payments_exist_just_where_no_cycle_is_negative(seed: int) -> None:
    table = np.random.default_rng(seed).integers(0, 6, (5, 5)) + 3 * np.eye(5, dtype=np.int64)
    found = prove(payments(table.tolist()))
    worst = cycle_worst(table.tolist())
    assert isinstance(found, Refutation if worst < 0 else Proof)
    if isinstance(found, Refutation):
        # An irreducible proof is one cycle, every row once (Rochet 1987).
        weights = found.row_weights.fractions()
        assert {w for w in weights if w} == {1}
        assert worst <= -found.gap < 0


def test_a_shorter_proof_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    table = np.random.default_rng(1).integers(0, 50, (12, 12)).tolist()
    short = prove(payments(table))
    monkeypatch.setattr(search, "FEW", 10**9)
    first = prove(payments(table))
    assert isinstance(first, Refutation) and isinstance(short, Refutation)
    # Two types that each gain by reporting the other: no cycle has fewer reports.
    assert first.size > short.size == 2
    monkeypatch.setattr(search, "likely_rows", lambda held, clock: np.zeros(held.height, dtype=np.bool_))
    monkeypatch.setattr(search, "FEW", 3)
    unhelpful = prove(payments(table))
    assert isinstance(unhelpful, Refutation) and unhelpful.size == first.size


def majority(players: int) -> dict[frozenset[int], Fraction]:
    every = [frozenset(c) for k in range(1, players + 1) for c in combinations(range(players), k)]
    return {s: Fraction(int(2 * len(s) > players)) for s in every}


@pytest.mark.parametrize("players", [3, 5, 7])
def test_the_core_of_a_majority_game_is_empty_and_its_least_excess_known(players: int) -> None:
    worth = majority(players)
    found = prove(core(players, worth, least=False))
    assert isinstance(found, Refutation)
    # By symmetry everybody gets 1 / n, and the smallest majority of (n + 1) / 2 asks for the rest of 1.
    least = prove(core(players, worth, least=True))
    assert isinstance(least, Proof) and least.optimum == 1 - Fraction((players + 1) // 2, players)
    # The weights are balanced (Bondareva 1963, Shapley 1967): every player is covered by the same sum.
    rows = found.row_weights.fractions()
    coalitions = [frozenset(c) for k in range(1, players) for c in combinations(range(players), k)]
    for player in range(players):
        assert sum(w for w, s in zip(rows, coalitions, strict=False) if player in s) == -rows[-1]
