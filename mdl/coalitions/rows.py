"""The linear programs of a coalitional game, with a row `coalition[{a,b}]` for every coalition.

    core         minimise the total payoff, so that every coalition but the grand one has what it is worth
                 (Bondareva and Shapley: the core is not empty where that is no more than all together have)
    least core   minimise the excess that must be added for every coalition to have what it is worth

In a cost game payoffs are what players pay: the total is maximised, and no coalition pays more than its cost.
The exact answers do not come from here; this is the program to look at and to give to other tools.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.coalitions.game import Game, IntArray
from mdl.diagnostics import Span
from mdl.lowering.classify import classified
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Objective, Program, Role, Rows
from mdl.program.solution import Solution
from mdl.program.sparse import SparseRows

PROGRAMS = ("core", "balanced", "least_core")
"""The answers that are one linear program."""


@dataclass(slots=True, frozen=True, eq=False)
class GameProgram:
    """The program and the way back: rows are coalitions by mask, the first columns are players."""

    program: Program
    game: Game
    masks: IntArray

    def payoff(self, solution: Solution) -> list[float] | None:
        """What each player is given (or pays)."""
        return None if solution.values is None else solution.values[: self.game.size].tolist()

    def weights(self, solution: Solution) -> dict[int, float]:
        """The weight of each coalition in the proof of optimality: duals of its row, by mask."""
        if solution.row_duals is None:
            return {}
        found = solution.row_duals[: len(self.masks)]
        return {int(self.masks[k]): abs(float(found[k])) for k in np.flatnonzero(found)}


class CoalitionNames(Sequence[str]):
    """`{a,b}` for each mask, made when read."""

    def __init__(self, game: Game) -> None:
        self.game = game

    def __len__(self) -> int:
        return len(self.game.gains)

    def __getitem__(self, mask: int) -> str:  # type: ignore[override]
        if not 0 <= int(mask) < len(self):
            raise IndexError(mask)
        return self.game.coalition(int(mask)).replace(", ", ",")


def lower_game(game: Game, what: str, span: Span) -> GameProgram:
    """The program of `core` (or `balanced`) or `least_core`."""
    n, everyone = game.size, game.everyone
    tall = what == "least_core"
    width = n + int(tall)
    masks = np.arange(1, everyone, dtype=np.int64)
    worth = Numbers.exact(game.gains[1:-1] * game.sign, game.scale)
    body = _memberships(masks, n, game.sign if tall else 0)
    upper = game.sign < 0
    rows = [
        Rows(
            "coalition",
            Labels((CoalitionNames(game),), (masks,), len(masks)),
            0,
            "<=" if upper else ">=",
            None if upper else Bound(worth),
            Bound(worth) if upper else None,
            body,
            role=Role.COALITION,
            span=span,
        )
    ]
    if tall:
        whole = Numbers.of([game.worth(everyone)])
        every = _memberships(np.array([everyone], dtype=np.int64), n, 0, width)
        rows.append(
            Rows(
                "everyone",
                Labels.scalar(),
                len(masks),
                "==",
                Bound(whole),
                Bound(whole),
                every,
                role=Role.BUDGET,
                span=span,
            )
        )
    columns = [Columns("payoff", Labels.of([(p,) for p in game.players]), 0, None, None, span=span)]
    if tall:
        columns.append(Columns("excess", Labels.scalar(), n, None, None, span=span))
    objective = Objective(
        "excess" if tall else "total", upper and not tall, Numbers.constant(0, 1), _goal(n, tall), span=span
    )
    program = Program(game.name, tuple(columns), tuple(rows), objective)
    return GameProgram(classified(program, (), ()), game, masks)


def _goal(players: int, tall: bool) -> SparseRows:
    if tall:
        return SparseRows(np.array([0, 1]), np.array([players]), Numbers.constant(1, 1), players + 1)
    return SparseRows(np.array([0, players]), np.arange(players), Numbers.constant(1, players), players)


def _memberships(masks: IntArray, players: int, excess: int, width: int | None = None) -> SparseRows:
    """A row a coalition: 1 for each member, `excess` for the last column where it is not 0."""
    held = ((masks[:, None] >> np.arange(players)) & 1).astype(np.int8)
    if excess:
        held = np.concatenate((held, np.full((len(masks), 1), excess, dtype=np.int8)), axis=1)
    rows, columns = np.nonzero(held)
    starts = np.zeros(len(masks) + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=len(masks)), out=starts[1:])
    coefficients = Numbers.exact(held[rows, columns].astype(np.int64))
    return SparseRows(starts, columns.astype(np.int32), coefficients, width or held.shape[1])
