"""Core and least core of games with too many coalitions to list: rows are made as a payoff breaks them.

A payoff is first taken from the prices of what each player brings (Owen 1975).  Then the separation program
(separation.py) finds the coalition that gains most over it; that coalition's own program says what it is worth,
its row joins the others, and a linear program over the rows so far finds the next payoff.  It ends with a payoff
that no coalition gains over, as proved by the bound of the separation program, or with weights that prove that
there is none (Bondareva 1963, Shapley 1967).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays
from mdl.backends.dispatch import solve
from mdl.backends.highs_integer import solve_integer
from mdl.backends.highs_linear import solve_linear
from mdl.backends.highs_session import Clock
from mdl.coalitions.generation_errors import disagreement, no_optimum, not_generated, too_close
from mdl.coalitions.generation_errors import nobody as no_worth
from mdl.coalitions.membership import Players
from mdl.coalitions.separation import Separation, derive
from mdl.data.instance import Instance
from mdl.diagnostics import Failure
from mdl.lowering.errors import Infeasible
from mdl.lowering.welfare import lower
from mdl.program.program import ProgramClass
from mdl.program.solution import SolverOptions, Status, Stopped, no_answer
from mdl.semantics.model import CoalitionSymbol, RuleSymbol

TOLERANCE = 1e-8
"""How much a coalition may gain over a payoff of the core, relative to what everyone gains."""
LEAST = 1e-6
"""The same in the units of the file: what HiGHS takes for feasible adds up over the players of a coalition."""
AGREEMENT = 1e-6
"""How far the separation program and a coalition's own program may be apart, relative to its worth."""
SMALLEST = 1e-9
"""Weights below this are taken for none."""


@dataclass(slots=True, frozen=True, eq=False)
class Generated:
    """Coalitions are bit masks over the players; payoffs and worths are in the units and sign of the file.

    `excess` is the most that a coalition, neither nobody nor everybody, gains over `payoff` (for costs: saves),
    and `unhappy` that coalition; `bound` is proved to be no less than any coalition's.  `least` is the value of
    the least core of the rows so far.  Where the core is empty, `weights` are balanced and ask for `gap` more
    than everyone has together; else both are empty.
    """

    players: tuple[str | int, ...]
    worth: float
    payoff: tuple[float, ...]
    excess: float
    bound: float
    unhappy: int
    least: float | None
    weights: tuple[tuple[int, Fraction | float], ...]
    gap: float
    worths: dict[int, float]
    """Of every coalition generated."""
    rounds: int
    """Separation programs solved."""
    tolerance: float

    @property
    def empty(self) -> bool:
        return bool(self.weights)

    @property
    def rows(self) -> int:
        return len(self.worths)

    def coalition(self, mask: int) -> str:
        """`{a, b}`."""
        return "{" + ", ".join(str(p) for k, p in enumerate(self.players) if mask >> k & 1) + "}"


def core(instance: Instance, game: CoalitionSymbol, players: Players, options: SolverOptions) -> Generated:
    """A point of the core, or balanced weights that prove that it is empty.

    Raises Failure where the game is not of a kind that can be generated (MDL730-732) or a program has no optimum
    (MDL733), and Stopped where a solver gave up (MDL733, MDL736); nothing is claimed unless a separation program
    was solved to optimality.
    """
    search = _Search.of(instance, game, players, options)
    payoff = search.priced()
    found = search.separated(payoff)
    if search.proved(found):
        return search.told(payoff, found, None)
    search.start(found.mask)
    while True:
        master = search.master()
        if master.least > search.tolerance:
            return search.refuted(master)
        found = search.separated(master.payoff)
        if search.proved(found):
            return search.told(master.payoff, found, None)
        if not search.grows(found.mask):
            raise search.stuck(search.coalition(found.mask))


def least_core(instance: Instance, game: CoalitionSymbol, players: Players, options: SolverOptions) -> Generated:
    """A payoff whose most unhappy coalition is as little unhappy as can be; raises as `core`."""
    search = _Search.of(instance, game, players, options)
    search.start(search.separated(search.priced()).mask)
    while True:
        master = search.master()
        found = search.separated(master.payoff)
        if found.excess <= master.least + search.tolerance:
            return search.told(master.payoff, found, master.least)
        if not search.grows(found.mask):
            raise search.stuck(search.coalition(found.mask))


def most_unhappy(
    instance: Instance, game: CoalitionSymbol, players: Players, payoff: Sequence[float], options: SolverOptions
) -> Generated:
    """The coalition that gains most over a payoff (in the sign of the file); raises as `core`."""
    search = _Search.of(instance, game, players, options)
    gains = search.sign * np.asarray(payoff, dtype=np.float64)
    return search.told(gains, search.separated(gains), None)


@dataclass(slots=True, frozen=True, eq=False)
class _Master:
    """In gains: the payoff of everyone's gain with the least greatest excess over the rows, and their weights."""

    payoff: FloatArray
    least: float
    weights: FloatArray


@dataclass(slots=True, frozen=True, eq=False)
class _Found:
    mask: int
    excess: float
    bound: float


@dataclass(slots=True, eq=False)
class _Search:
    """Everything is in gains: the worths, or the costs with the other sign."""

    instance: Instance
    game: CoalitionSymbol
    rule: RuleSymbol
    players: Players
    options: SolverOptions
    separation: Separation
    whole: float = 0.0
    gains: dict[int, float] = field(default_factory=dict)
    rounds: int = 0
    clock: Clock = field(default_factory=lambda: Clock(None))

    @staticmethod
    def of(instance: Instance, game: CoalitionSymbol, players: Players, options: SolverOptions) -> _Search:
        assert game.rule is not None
        if len(players.names) < 2:
            raise Failure(not_generated("it has one player", game.span))
        made = _Search(instance, game, game.rule, players, options, None, clock=Clock.of(options))  # type: ignore[arg-type]
        made.whole = made.gain(made.everyone)  # also tells what is wrong with the rule in itself
        made.separation = derive(instance, game.rule, players)
        nobody = made.gain(0)
        if abs(nobody) > made.tolerance:
            raise Failure(no_worth(game.name, f"{made.sign * nobody:.9g}", game.span))
        return made

    @property
    def sign(self) -> float:
        return -1.0 if self.game.cost else 1.0

    @property
    def size(self) -> int:
        return len(self.players.names)

    @property
    def everyone(self) -> int:
        return (1 << self.size) - 1

    @property
    def tolerance(self) -> float:
        return max(LEAST, TOLERANCE * abs(self.whole))

    # ---- worths ----

    def gain(self, mask: int) -> float:
        """The optimum of the rule with only the members of a coalition."""
        try:
            program = lower(self.instance, self.rule, self.players.only(mask)).program
        except Infeasible:
            raise self._no_optimum(self.coalition(mask), Status.INFEASIBLE) from None
        if program.kind not in (ProgramClass.LP, ProgramClass.MIP):
            raise Failure(not_generated(f"the rule is of class {program.kind.value}, not linear", self.rule.span))
        found = solve(program, self.options)
        if found.status is not Status.OPTIMAL or found.objective is None:
            raise self._no_optimum(self.coalition(mask), found.status)
        return self.sign * float(found.objective)

    def _no_optimum(self, coalition: str, status: Status) -> Failure:
        return no_answer(status, no_optimum(self.game.name, coalition, status, self.game.span))

    def coalition(self, mask: int) -> str:
        inside = [str(p) for k, p in enumerate(self.players.names) if mask >> k & 1]
        return "everyone" if len(inside) == self.size else "{" + ", ".join(inside) + "}"

    def grows(self, mask: int) -> bool:
        """Adds the row of a coalition; False where it is there already."""
        if mask in self.gains:
            return False
        self.gains[mask] = self.gain(mask)
        return True

    def proved(self, found: _Found) -> bool:
        """Whether no coalition gains over the payoff, by the bound of the separation program and not by its point."""
        if found.excess > self.tolerance:
            return False
        if found.bound > 2 * self.tolerance:
            raise self.stuck(self.coalition(found.mask))
        return True

    def start(self, mask: int) -> None:
        """The first rows: a broken one, and the players alone, with whom every payoff of the master is bounded."""
        for k in range(self.size):
            self.grows(1 << k)
        self.grows(mask)

    def stuck(self, coalition: str) -> Failure:
        return Stopped(Status.FAILED, too_close(self.game.name, coalition, self.game.span))

    # ---- programs ----

    def priced(self) -> FloatArray:
        """The prices of what each player brings, with what is left shared equally, (n,)."""
        found = solve_linear(self.separation.with_everyone(), self.options, self.clock)
        if found.column_duals is None:
            return np.full(self.size, self.whole / self.size)
        first = self.separation.first
        prices = self.sign * found.column_duals[first : first + self.size]
        shared: FloatArray = prices + (self.whole - prices.sum()) / self.size
        return shared

    def separated(self, payoff: FloatArray) -> _Found:
        """The coalition of greatest excess, with its own worth; the separation program is held against it."""
        self.rounds += 1
        found = solve_integer(self.separation.against(self.sign * payoff), self.options, self.clock)
        if found.status is not Status.OPTIMAL or found.values is None or found.bound is None:
            raise self._no_optimum("the most unhappy coalition", found.status)
        first = self.separation.first
        members = np.flatnonzero(found.values[first : first + self.size] > 0.5)
        mask = sum(1 << int(k) for k in members)
        derived = self.sign * self.separation.value(found.values)
        real = self.gains[mask] if mask in self.gains else self.gain(mask)
        if abs(derived - real) > AGREEMENT * max(1.0, abs(real), abs(self.whole)):
            real, derived = self.sign * real, self.sign * derived
            raise Failure(disagreement(self.game.name, self.coalition(mask), derived, real, self.game.span))
        return _Found(mask, real - float(payoff[members].sum()), self.sign * found.bound)

    def master(self) -> _Master:
        """The least core of the rows so far."""
        n, masks = self.size, list(self.gains)
        body = np.ones((len(masks) + 1, n + 1))
        for k, mask in enumerate(masks):
            body[k, :n] = [mask >> j & 1 for j in range(n)]
        body[-1, n] = 0.0
        sides = np.array([*self.gains.values(), self.whole])
        row, column = np.nonzero(body)
        far = np.full(n + 1, np.inf)
        program = Arrays(
            maximize=False,
            offset=0.0,
            cost=np.append(np.zeros(n), 1.0),
            lower=-far,
            upper=far,
            row_lower=sides,
            row_upper=np.append(np.full(len(masks), np.inf), self.whole),
            starts=np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(body))))).astype(np.int32),
            columns=column.astype(np.int32),
            values=body[row, column],
            integer=None,
        )
        found = solve_linear(program, self.options, self.clock)
        if found.status is not Status.OPTIMAL or found.values is None or found.row_duals is None:
            raise self._no_optimum("the coalitions so far", found.status)
        return _Master(found.values[:n], float(found.values[n]), np.maximum(found.row_duals[:-1], 0.0))

    # ---- answers ----

    def told(self, payoff: FloatArray, found: _Found, least: float | None) -> Generated:
        return self._answer(payoff, found, least, (), 0.0)

    def refuted(self, master: _Master) -> Generated:
        """The duals of the rows are weights of one sum for every player: divided by it they are balanced."""
        weights = _balanced(self.size, list(self.gains), master.weights)
        gap = sum(float(w) * self.gains[mask] for mask, w in weights) - self.whole
        if gap <= self.tolerance / self.size:
            raise self.stuck("the coalitions so far")
        excess = {mask: gain - _share(master.payoff, mask) for mask, gain in self.gains.items()}
        worst = max(excess, key=lambda mask: excess[mask])
        found = _Found(worst, excess[worst], np.inf)
        return self._answer(master.payoff, found, master.least, weights, gap)

    def _answer(
        self,
        payoff: FloatArray,
        found: _Found,
        least: float | None,
        weights: tuple[tuple[int, Fraction | float], ...],
        gap: float,
    ) -> Generated:
        return Generated(
            self.players.names,
            self.sign * self.whole,
            tuple((self.sign * payoff).tolist()),
            found.excess,
            found.bound,
            found.mask,
            least,
            weights,
            gap,
            {mask: self.sign * gain for mask, gain in self.gains.items()},
            self.rounds,
            self.tolerance,
        )


def _share(payoff: FloatArray, mask: int) -> float:
    return float(sum(p for k, p in enumerate(payoff) if mask >> k & 1))


def _balanced(size: int, masks: Sequence[int], duals: FloatArray) -> tuple[tuple[int, Fraction | float], ...]:
    """Weights with which every player is in coalitions of total weight 1: exact, unless rounding took that away."""
    inside = np.array([[mask >> k & 1 for k in range(size)] for mask in masks])
    weights = duals / (duals @ inside).mean()
    support = np.flatnonzero(weights > SMALLEST).tolist()
    exact = solved_exactly(inside[support].T)
    if exact is not None and all(w >= 0 for w in exact):
        return tuple(sorted((masks[k], w) for k, w in zip(support, exact, strict=True) if w))
    return tuple(sorted((masks[k], float(weights[k])) for k in support))


def solved_exactly(matrix: npt.NDArray[np.int64]) -> list[Fraction] | None:
    """The only w with matrix w = (1, ..., 1), by elimination in integers (Bareiss 1968); None where there is none."""
    rows, columns = matrix.shape
    work = np.concatenate((matrix, np.ones((rows, 1), dtype=np.int64)), axis=1).astype(object)
    det = 1
    for k in range(columns):
        found = next((r for r in range(k, rows) if work[r, k] != 0), None)
        if found is None:
            return None
        work[[k, found]] = work[[found, k]]
        pivot, kept = work[k, k], work[k].copy()
        work = (work * pivot - np.outer(work[:, k], kept)) // det
        work[k] = kept
        det = pivot
    if any(value != 0 for value in work[columns:, columns]):
        return None
    return [Fraction(int(value), int(det)) for value in work[:columns, columns]]
