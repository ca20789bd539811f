"""The programs of a game, solved by HiGHS, against the exact answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mdl import driver
from mdl.coalitions.core import core
from mdl.coalitions.game import Game
from mdl.coalitions.nucleolus import least_core
from mdl.coalitions.rows import CoalitionNames, lower_game
from mdl.diagnostics import Source, Span
from mdl.program.program import Role
from tests.coalitions import oracle

HERE = Span(Source("v.mdl", "v"), 0, 1)
GAMES = [oracle.drawn(seed, 4, kind) for seed in range(2) for kind in ("plain", "majority", "sums")]
COSTS = [replace(g, gains=-g.gains, sign=-1) for g in GAMES]


@pytest.mark.parametrize("g", [*GAMES, *COSTS])
def test_core(g: Game) -> None:
    made = lower_game(g, "core", HERE)
    solution = driver.solve_program(made.program)
    assert solution.objective is not None
    gap = g.sign * solution.objective - float(g.gain(g.everyone))
    assert gap == pytest.approx(float(core(g).gap), abs=1e-7)
    weights = made.weights(solution)
    for k in range(g.size):
        assert sum(w for mask, w in weights.items() if mask >> k & 1) == pytest.approx(1)
    payoff = made.payoff(solution)
    assert payoff is not None and sum(payoff) == pytest.approx(solution.objective)


@pytest.mark.parametrize("g", [*GAMES, *COSTS])
def test_least_core(g: Game) -> None:
    made = lower_game(g, "least_core", HERE)
    solution = driver.solve_program(made.program)
    assert solution.objective == pytest.approx(float(least_core(g).levels[0].excess), abs=1e-7)
    payoff = made.payoff(solution)
    assert payoff is not None and sum(payoff) == pytest.approx(float(g.worth(g.everyone)))


def test_names_and_roles() -> None:
    program = lower_game(oracle.game(3, lambda m: m), "core", HERE).program
    (rows,) = program.rows
    assert rows.role is Role.COALITION
    assert [rows.labels.name(rows.name, k) for k in range(3)] == [
        "coalition[{p0}]",
        "coalition[{p1}]",
        "coalition[{p0,p1}]",
    ]
    assert len(list(CoalitionNames(oracle.game(3, lambda m: m)))) == 8
