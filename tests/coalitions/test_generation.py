"""Generated rows against brute force: every coalition's own program, and vertices of balanced collections by scipy."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment, linprog

from mdl.coalitions import generation
from mdl.coalitions.generation import Generated, solved_exactly
from mdl.coalitions.separation import derive
from mdl.data.bind import bind
from mdl.data.instance import Instance
from mdl.data.overrides import Overrides
from mdl.diagnostics import Failure, Source
from mdl.driver import compile_rule, solve_program, understand
from mdl.program.solution import SolverOptions
from mdl.semantics.model import CoalitionSymbol
from mdl.tasks.games import Players, players_of

MARKET = """
model market "Assignment";
agents SELLER := {%s};
agents BUYER := {%s};
param worth[SELLER, BUYER] := {%s};
var x[SELLER, BUYER] >= 0;
subject to sold[s in SELLER]: sum(b in BUYER) x[s, b] <= 1;
subject to bought[b in BUYER]: sum(s in SELLER) x[s, b] <= 1;
maximize gains: sum(s in SELLER, b in BUYER) worth[s, b] * x[s, b];
coalition v = gains;
"""

PRODUCTION = """
model production "Resources pooled";
agents FIRM := {f1, f2, f3, f4};
set GOOD := {g1, g2, g3};
set RESOURCE := {r1, r2};
param has[FIRM, RESOURCE] := {(f1, r1): 4, (f1, r2): 0, (f2, r1): 0, (f2, r2): 6, (f3, r1): 2, (f3, r2): 2,
    (f4, r1): 1, (f4, r2): 3};
param need[RESOURCE, GOOD] := {(r1, g1): 1, (r1, g2): 2, (r1, g3): 1, (r2, g1): 3, (r2, g2): 1, (r2, g3): 1};
param price[GOOD] := {g1: 5, g2: 4, g3: 3};
param licence[FIRM] := {f1: 1/2, f2: 0, f3: 1/4, f4: 0};
var make[GOOD] >= 0;
subject to resource[r in RESOURCE]: sum(g in GOOD) need[r, g] * make[g] <= sum(f in FIRM) has[f, r];
maximize income: sum(g in GOOD) price[g] * make[g] - sum(f in FIRM) licence[f];
coalition v = income;
"""

FLOW = """
model flow "Edges with owners";
agents OWNER := {a, b, c, d, e};
set NODE := {s, u, w, t};
set EDGE := {(s, u), (s, w), (u, w), (u, t), (w, t)};
param owner[EDGE] in OWNER := {(s, u): a, (s, w): b, (u, w): c, (u, t): d, (w, t): e};
param room[EDGE] := {(s, u): 5, (s, w): 3, (u, w): 2, (u, t): 4, (w, t): 6};
var x[o in OWNER, (i, j) in EDGE where owner[i, j] == o] >= 0, <= room[i, j];
subject to kept[n in {u, w}]: sum(o in OWNER, (i, j) in EDGE where j == n and owner[i, j] == o) x[o, i, j]
    == sum(o in OWNER, (i, j) in EDGE where i == n and owner[i, j] == o) x[o, i, j];
maximize through: sum(o in OWNER, (i, j) in EDGE where j == t and owner[i, j] == o) x[o, i, j];
coalition v = through;
"""

MAJORITY = """
model majority "Three of five";
agents P := {a, b, c, d, e};
var win binary;
subject to quota: 3 * win <= sum(i in P) 1;
maximize power: win;
coalition v = power;
"""

FACILITY = """
model facility "Sites opened for customers: a game of costs";
agents C := {c1, c2, c3, c4};
set F := {f1, f2};
param open[F] := {f1: 5, f2: 7};
param d[C, F] := {(c1, f1): 1, (c1, f2): 4, (c2, f1): 3, (c2, f2): 1, (c3, f1): 2, (c3, f2): 2,
    (c4, f1): 6, (c4, f2): 1};
var y[F] binary;
var x[C, F] >= 0;
subject to served[c in C]: sum(f in F) x[c, f] >= 1;
subject to opened[c in C, f in F]: x[c, f] <= y[f];
minimize total: sum(f in F) open[f] * y[f] + sum(c in C, f in F) d[c, f] * x[c, f];
coalition cost v = total;
"""

NETWORK = """
model network "Sites that each reach two of three towns: a game of costs with an empty core";
agents C := {c1, c2, c3};
set F := {f12, f13, f23};
set reach[C] in F := {c1: {f12, f13}, c2: {f12, f23}, c3: {f13, f23}};
var y[F] binary;
subject to served[c in C]: sum(f in reach[c]) y[f] >= 1;
minimize total: sum(f in F) y[f];
coalition cost v = total;
"""

BOUNDS = """
model bounds "Agents' variables with bounds below and above, a quota, and what the others bring in an agent's own row";
agents A := {a, b, c, d};
param low[A] := {a: 1, b: 0, c: -2, d: -1};
param high[A] := {a: 3, b: 2, c: 5, d: -1/2};
param bring[A] := {a: 2, b: 3, c: 1, d: 2};
param value[A] := {a: 4, b: 3, c: 2, d: -5};
var x[i in A] >= low[i], <= high[i];
var total >= -10, <= 10;
subject to adds: total == sum(i in A) x[i];
subject to cap[i in A]: x[i] + total <= 1 + sum(j in A) bring[j];
subject to shared: -20 <= total - sum(i in A) bring[i] <= 3;
let gain[i in A] = value[i] * x[i];
maximize all: sum(i in A) gain[i] - 1/10 * total;
coalition v = all;
"""

FEES = """
model fees "Two sets of agents, valuations with constants, pairs of agents, an integer count and a chain of bounds";
agents TEAM := {t1, t2, t3};
agents COACH := {k, l};
set PAIR in TEAM * TEAM := {(t1, t2), (t2, t3), (t1, t3)};
set trains[COACH] in TEAM := {k: {t1, t2}, l: {t2, t3}};
param fee[COACH] := {k: 1/2, l: 1};
param prize[PAIR] := {(t1, t2): 4, (t2, t3): 3, (t1, t3): 5};
var plays[(i, j) in PAIR] integer >= 0, <= 2;
var hours[c in COACH, t in trains[c]] >= 0, <= 3;
valuation[i in TEAM] = sum((p, q) in PAIR where p == i) prize[p, q] * plays[p, q];
valuation[c in COACH] = sum(t in trains[c]) 1/4 * hours[c, t] - fee[c];
subject to fit[t in TEAM]: sum((p, q) in PAIR where p == t or q == t) plays[p, q]
    <= 1 + sum(c in COACH where t in trains[c]) hours[c, t];
subject to day[c in COACH]: 0 <= sum(t in trains[c]) hours[c, t] <= 4;
maximize all: sum(i in TEAM) valuation[i] + sum(c in COACH) valuation[c];
coalition v = all;
"""

SMALL = {
    "fees": FEES,
    "production": PRODUCTION,
    "flow": FLOW,
    "majority": MAJORITY,
    "facility": FACILITY,
    "network": NETWORK,
    "bounds": BOUNDS,
}


def market(n: int, m: int, seed: int) -> tuple[str, np.ndarray]:
    rng = random.Random(seed)
    worth = np.array([[rng.randint(0, 9) for _ in range(m)] for _ in range(n)])
    sellers, buyers = [f"s{k}" for k in range(n)], [f"b{k}" for k in range(m)]
    table = ", ".join(f"({s}, {b}): {worth[i, j]}" for i, s in enumerate(sellers) for j, b in enumerate(buyers))
    return MARKET % (", ".join(sellers), ", ".join(buyers), table), worth


def game(text: str) -> tuple[Instance, CoalitionSymbol, Players]:
    from pathlib import Path

    instance = bind(understand(Source("t.mdl", text)), Path(), Overrides())
    symbol = instance.model.symbols["v"]
    assert isinstance(symbol, CoalitionSymbol)
    return instance, symbol, players_of(instance, symbol)


@cache
def listed(text: str) -> tuple[float, ...]:
    """Every coalition's own program."""
    instance, symbol, players = game(text)
    assert symbol.rule is not None
    found = []
    for mask in range(1 << players.size):
        objective = solve_program(compile_rule(instance, symbol.rule, players.only(mask)).program).objective
        assert objective is not None
        found.append(objective)
    return tuple(found)


def least_core_by_list(worth: tuple[float, ...], cost: bool) -> float:
    n = len(worth).bit_length() - 1
    gains = -np.array(worth) if cost else np.array(worth)
    inside = np.array([[m >> k & 1 for k in range(n)] for m in range(1 << n)])
    rows = np.hstack((-inside[1:-1], -np.ones((len(worth) - 2, 1))))
    free = [(None, None)] * (n + 1)
    whole = np.hstack((np.ones((1, n)), [[0.0]]))
    found = linprog([0.0] * n + [1.0], rows, -gains[1:-1], whole, [gains[-1]], bounds=free)
    assert found.status == 0
    return float(found.fun)


def excesses(worth: tuple[float, ...], cost: bool, payoff: tuple[float, ...]) -> list[float]:
    sign = -1 if cost else 1
    n = len(payoff)
    return [sign * (worth[m] - sum(payoff[k] for k in range(n) if m >> k & 1)) for m in range(1, len(worth) - 1)]


def solved(text: str, what: str) -> tuple[Generated, tuple[float, ...], bool]:
    instance, symbol, players = game(text)
    found: Generated = getattr(generation, what)(instance, symbol, players, SolverOptions())
    return found, listed(text), symbol.cost


@pytest.mark.parametrize("name", SMALL)
def test_core_by_generation_and_by_list(name: str) -> None:
    found, worth, cost = solved(SMALL[name], "core")
    least = least_core_by_list(worth, cost)
    assert found.worth == pytest.approx(worth[-1], abs=1e-7)
    assert found.empty == (least > 1e-6)
    if not found.empty:
        assert sum(found.payoff) == pytest.approx(worth[-1], abs=1e-7)
        assert max(excesses(worth, cost, found.payoff)) <= found.tolerance + 1e-9
        assert max(excesses(worth, cost, found.payoff)) == pytest.approx(found.excess, abs=1e-6)
        return
    n = len(found.payoff)
    for k in range(n):
        assert sum(w for m, w in found.weights if m >> k & 1) == 1
    assert all(isinstance(w, Fraction) and w > 0 for _, w in found.weights)
    asked = sum(float(w) * worth[m] for m, w in found.weights)
    assert (worth[-1] - asked if cost else asked - worth[-1]) == pytest.approx(found.gap, abs=1e-6)
    assert found.gap > 1e-6


@pytest.mark.parametrize("name", SMALL)
def test_least_core_by_generation_and_by_list(name: str) -> None:
    found, worth, cost = solved(SMALL[name], "least_core")
    least = least_core_by_list(worth, cost)
    assert found.least == pytest.approx(least, abs=1e-6)
    assert max(excesses(worth, cost, found.payoff)) == pytest.approx(least, abs=1e-6)


@pytest.mark.parametrize("name", SMALL)
def test_the_separation_program_is_the_restricted_program_at_every_coalition(name: str) -> None:
    from dataclasses import replace

    from mdl.backends.highs_integer import solve_integer
    from mdl.backends.highs_session import Clock

    instance, symbol, players = game(SMALL[name])
    assert symbol.rule is not None
    made = derive(instance, symbol.rule, players)
    members = slice(made.first, made.first + made.size)
    for mask, worth in enumerate(listed(SMALL[name])):
        inside = np.array([mask >> k & 1 for k in range(made.size)], dtype=float)
        lower, upper = made.arrays.lower.copy(), made.arrays.upper.copy()
        lower[members] = upper[members] = inside
        fixed = replace(made.arrays, lower=lower, upper=upper)
        assert solve_integer(fixed, SolverOptions(), Clock(None)).objective == pytest.approx(worth, abs=1e-6)


@pytest.mark.parametrize("name", SMALL)
def test_the_most_unhappy_coalition_of_any_payoff(name: str) -> None:
    instance, symbol, players = game(SMALL[name])
    worth = listed(SMALL[name])
    rng = random.Random(5)
    for _ in range(4):
        payoff = tuple(rng.randint(-3, 9) / 2 for _ in range(players.size))
        found = generation.most_unhappy(instance, symbol, players, payoff, SolverOptions())
        every = excesses(worth, symbol.cost, payoff)
        assert found.excess == pytest.approx(max(every), abs=1e-6)
        assert every[found.unhappy - 1] == pytest.approx(max(every), abs=1e-6)
        assert found.bound >= max(every) - 1e-6


@pytest.mark.parametrize(("n", "m", "seed"), [(2, 2, 0), (3, 2, 1), (2, 4, 2), (4, 4, 3), (3, 5, 4)])
def test_assignment_games_have_their_duals_in_the_core(n: int, m: int, seed: int) -> None:
    """Shapley and Shubik 1971: prices of agents are nonnegative, cover every pair, and sum to the best assignment."""
    text, worth = market(n, m, seed)
    instance, symbol, players = game(text)
    found = generation.core(instance, symbol, players, SolverOptions())
    rows, columns = linear_sum_assignment(worth, maximize=True)
    assert found.worth == pytest.approx(worth[rows, columns].sum(), abs=1e-7)
    assert not found.empty
    assert (found.rows, found.rounds) == (0, 1)
    u, v = np.array(found.payoff[:n]), np.array(found.payoff[n:])
    assert min(found.payoff) >= -1e-7
    assert (u[:, None] + v[None, :] - worth).min() >= -1e-7
    assert sum(found.payoff) == pytest.approx(found.worth, abs=1e-7)


def test_a_market_of_100_agents() -> None:
    text, worth = market(50, 50, 7)
    instance, symbol, players = game(text)
    found = generation.core(instance, symbol, players, SolverOptions())
    rows, columns = linear_sum_assignment(worth, maximize=True)
    assert found.worth == pytest.approx(worth[rows, columns].sum(), abs=1e-6)
    u, v = np.array(found.payoff[:50]), np.array(found.payoff[50:])
    assert min(found.payoff) >= -1e-6 and (u[:, None] + v[None, :] - worth).min() >= -1e-6
    assert sum(found.payoff) == pytest.approx(found.worth, abs=1e-6)
    assert found.rounds <= 2


REFUSED = {
    "max over agents": (
        "MDL730",
        "var x[A] >= 0, <= 1;\nvar top >= 0;\nsubject to r[i in A]: x[i] <= 1;\n"
        "maximize w: sum(i in A) x[i] - max(i in A) x[i];",
    ),
    "two agents together": (
        "MDL730",
        "var y >= 0, <= 9;\nsubject to r: y <= sum(i in A, j in A where i != j) 1;\nmaximize w: y;",
    ),
    "another's variable": (
        "MDL730",
        "var y >= 0, <= 9;\nsubject to r: y <= 3;\nmaximize w: sum(i in A) y;",
    ),
    "a count in a condition": (
        "MDL730",
        "var x[A] >= 0, <= 1;\nmaximize w: sum(i in A) (if sum(j in A) 1 >= 2 then x[i] else 0);",
    ),
    "a bound that depends on who is there": (
        "MDL730",
        "var x[A] >= 0;\nsubject to r: sum(i in A) x[i] <= prod(i in A) 2;\nmaximize w: sum(i in A) x[i];",
    ),
    "a value of its own when absent": (
        "MDL730",
        "var x[A] >= 0, <= 1;\nabsent x[i] = 1;\nmaximize w: sum(i in A) x[i];",
    ),
    "no bound": (
        "MDL731",
        "var x[A] >= 0;\nsubject to r: sum(i in A) x[i] - 2 * sum(i in A) x[i] <= 3;\nmaximize w: -sum(i in A) x[i];",
    ),
    "no bound on the others in a row": (
        "MDL732",
        "var x[A] >= 0, <= 2;\nvar y >= 0;\nsubject to r[i in A]: x[i] + y <= 3;\nmaximize w: sum(i in A) x[i];",
    ),
    "not linear": ("MDL730", "var x[A] >= 0, <= 1;\nmaximize w: sum(i in A) sqrt(x[i]);"),
    "nobody is worth something": ("MDL735", "var y >= 0, <= 9;\nmaximize w: y;"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_proved_is_refused(name: str) -> None:
    code, body = REFUSED[name]
    instance, symbol, players = game(f'model m "m";\nagents A := {{a, b, c}};\n{body}\ncoalition v = w;\n')
    with pytest.raises(Failure) as caught:
        generation.core(instance, symbol, players, SolverOptions())
    assert [d.code for d in caught.value.diagnostics] == [code]


def test_weights_are_solved_for_exactly() -> None:
    pairs = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 1]])
    assert solved_exactly(pairs) == [Fraction(1, 2)] * 3 + [1]
    assert solved_exactly(np.array([[1, 0], [0, 1], [1, 1]])) is None
    assert solved_exactly(np.array([[1, 1], [1, 1]])) is None


def test_a_matching_game_of_24_agents_with_an_empty_core() -> None:
    """Eight triangles of partners worth 1 a pair: one is left over in each, so halves on its pairs ask for 3/2."""
    names = [f"p{k}" for k in range(24)]
    triangles = [names[k : k + 3] for k in range(0, 24, 3)]
    pairs = ", ".join(f"({a}, {b}), ({a}, {c}), ({b}, {c})" for a, b, c in triangles)
    instance, symbol, players = game(
        f"""model partners "Triangles";
agents P := {{{", ".join(names)}}};
set E in P * P := {{{pairs}}};
var x[(i, j) in E] binary;
subject to one[k in P]: sum((i, j) in E where i == k or j == k) x[i, j] <= 1;
maximize pairs: sum((i, j) in E) x[i, j];
coalition v = pairs;
"""
    )
    found = generation.core(instance, symbol, players, SolverOptions())
    assert found.worth == pytest.approx(8)
    assert found.empty
    assert all(isinstance(w, Fraction) and w > 0 for _, w in found.weights)
    for k in range(24):
        assert sum(w for mask, w in found.weights if mask >> k & 1) == 1
    best = {mask: sum((mask >> k & 7).bit_count() >= 2 for k in range(0, 24, 3)) for mask, _ in found.weights}
    assert float(sum(w * best[mask] for mask, w in found.weights)) - 8 == pytest.approx(found.gap, abs=1e-9)
    assert 0 < found.gap <= 4 + 1e-9
    assert found.rows < 300
