"""Coalitional games from one vector of integer worths, beside coopgame-py (Rust); assignment games by rows generated.

The worths are those of a game near a convex one, with noise of 3 in 1000, so that no shortcut for a class applies.
coopgame's `nucleolus` works in floats and `nucleolus_exact` in rationals; MDL's answers are always exact, so its time
stands beside both.  Worths are read and turned into a game inside the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Case, Clock

Finish = Callable[[], Any]


def make(folder: Path, size: int) -> None:
    rng = np.random.default_rng(size)
    count = np.zeros(1 << size)
    for weight, k in zip(rng.integers(1, 10, size), range(size), strict=True):
        count[1 << k : 2 << k] = count[: 1 << k] + weight
    worth = np.floor(1000 * (count / count[-1]) ** 1.2).astype(np.int64) + rng.integers(0, 31, 1 << size)
    worth[0], worth[-1] = 0, 1030  # everyone has more than any of its parts promises
    np.save(folder / "worth.npy", worth)


def make_market(folder: Path, size: int) -> None:
    """`size` agents, half of them sellers; worths of pairs from 0..100."""
    half = size // 2
    worth = np.random.default_rng(size).integers(0, 101, (half, half))
    rows = [f"s{i},b{j},{worth[i, j]}" for i in range(half) for j in range(half)]
    (folder / "worth.csv").write_text("\n".join(["seller,buyer,worth", *rows]) + "\n", encoding="utf-8")
    np.save(folder / "worth.npy", worth)
    names = [", ".join(f"{letter}{k}" for k in range(half)) for letter in "sb"]
    (folder / "market.mdl").write_text(
        f"""model market "Assignment";
agents SELLER := {{{names[0]}}};
agents BUYER := {{{names[1]}}};
param worth[SELLER, BUYER] >= 0;
data "worth.csv" : worth[seller, buyer] = worth;
var x[SELLER, BUYER] >= 0;
subject to sold[s in SELLER]: sum(b in BUYER) x[s, b] <= 1;
subject to bought[b in BUYER]: sum(s in SELLER) x[s, b] <= 1;
maximize gains: sum(s in SELLER, b in BUYER) worth[s, b] * x[s, b];
coalition v = gains;
""",
        encoding="utf-8",
    )


# ---- MDL -----------------------------------------------------------------------------------------------


def _mdl(ask: str) -> Callable[[Path, Clock], Finish]:
    def peer(folder: Path, clock: Clock) -> Finish:
        with clock("import"):
            from mdl.algebra.numbers import Numbers
            from mdl.coalitions import core, game, nucleolus, values
        with clock("load"):
            worth = np.load(folder / "worth.npy")
            made = game.of_numbers("v", range(len(worth).bit_length() - 1), Numbers.exact(worth))
        with clock("solve"):
            if ask == "core":
                answer = [0.0 if core.core(made).empty(made.tolerance) else 1.0]
            else:
                found = nucleolus.nucleolus(made).payoff if ask == "nucleolus" else values.shapley(made)
                answer = [float(x) for x in found]
        return lambda: answer

    return peer


def mdl_market(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        from mdl import driver
        from mdl.backends import highs
        from mdl.coalitions import generation
        from mdl.program.solution import SolverOptions
        from mdl.tasks.games import players_of

        highs.probe()
    with clock("load"):
        instance = driver.load(folder / "market.mdl")
        symbol = instance.model.symbols["v"]
        players = players_of(instance, symbol)
    with clock("solve"):
        found = generation.core(instance, symbol, players, SolverOptions())
    words = f"{found.rows} rows, {found.rounds} separation programs"
    return lambda: [words, found.worth, float(_stable(folder, found.payoff))]


def _stable(folder: Path, payoff: Any) -> bool:
    """Shapley and Shubik: nobody below 0, every pair covered."""
    worth = np.load(folder / "worth.npy")
    sellers, buyers = np.split(np.array(payoff), 2)
    return bool(min(payoff) >= -1e-6 and (sellers[:, None] + buyers - worth).min() >= -1e-6)


# ---- peers ---------------------------------------------------------------------------------------------


def _coopgame(ask: str) -> Callable[[Path, Clock], Finish]:
    def peer(folder: Path, clock: Clock) -> Finish:
        with clock("import"):
            import coopgame
        with clock("load"):
            worth = np.load(folder / "worth.npy")[1:].tolist()
            game = None if ask == "nucleolus_exact" else coopgame.Game([float(w) for w in worth])
        with clock("solve"):
            if ask == "core":
                answer = [float(game.has_nonempty_core())]
            elif ask == "nucleolus_exact":
                answer = [float(x) for x in coopgame.nucleolus_exact(worth)["allocation"]]
            elif ask == "nucleolus":
                answer = list(coopgame.nucleolus(game)["allocation"])
            else:
                answer = list(coopgame.shapley(game))
        return lambda: answer

    return peer


def scipy_market(folder: Path, clock: Clock) -> Finish:
    """Only the optimal assignment, for comparison: no payoff, no core."""
    with clock("import"):
        from scipy.optimize import linear_sum_assignment
    with clock("load"):
        worth = np.loadtxt(folder / "worth.csv", delimiter=",", skiprows=1, usecols=2)
        half = round(len(worth) ** 0.5)
        worth = worth.reshape(half, half)
    with clock("solve"):
        rows, columns = linear_sum_assignment(worth, maximize=True)
        best = float(worth[rows, columns].sum())
    return lambda: ["the assignment alone", best, 1.0]


def _case(name: str, title: str, ask: str, sizes: tuple[int, ...], against: str) -> Case:
    peers = {"mdl": _mdl(ask), against: _coopgame(against.removeprefix("coopgame_"))}
    return Case(name, f"{title}, players", sizes, make, peers, against)


CASES = (
    _case("nucleolus", "Nucleolus: MDL exact, coopgame in floats", "nucleolus", (10, 14, 16), "coopgame_nucleolus"),
    _case("nucleolus_exact", "Nucleolus, both exact", "nucleolus", (8, 9, 10), "coopgame_nucleolus_exact"),
    _case("shapley", "Shapley value: MDL exact, coopgame in floats", "shapley", (16, 20), "coopgame_shapley"),
    _case("core", "Whether the core is empty: MDL exact, coopgame in floats", "core", (16, 20), "coopgame_core"),
    Case(
        "assignment_core",
        "A core allocation of an assignment game by rows generated, agents",
        (10, 30, 100),
        make_market,
        {"mdl": mdl_market, "scipy_assignment": scipy_market},
        "scipy_assignment",
    ),
)
