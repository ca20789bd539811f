"""A coalitional game with its answers, each found once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from mdl.coalitions import core, nucleolus, shape, values
from mdl.coalitions.core import Core, Payoff
from mdl.coalitions.game import Game
from mdl.coalitions.nucleolus import NoImputation, Nucleolus
from mdl.diagnostics import Failure, Span
from mdl.semantics.model import GameSymbol
from mdl.tasks import game_errors as errors
from mdl.tasks.games import Players

if TYPE_CHECKING:
    from mdl.coalitions.shape import Break


@dataclass(eq=False)
class SolvedGame:
    """Payoffs are gains; `told` turns them into what the file speaks of (costs change sign)."""

    symbol: GameSymbol
    players: Players
    game: Game

    @property
    def level(self) -> str:
        return "exact" if self.game.exact else "numeric"

    def told(self, value: Fraction) -> Fraction | float:
        """In the units and sign of the file; a float where the game is not exact."""
        signed = self.game.sign * value
        return signed if self.game.exact else float(signed)

    @cached_property
    def core(self) -> Core:
        return core.core(self.game)

    @property
    def core_is_empty(self) -> bool:
        return self.core.empty(self.game.tolerance)

    @cached_property
    def least_core(self) -> Nucleolus:
        return nucleolus.least_core(self.game)

    @cached_property
    def prenucleolus(self) -> Nucleolus:
        return nucleolus.prenucleolus(self.game)

    @cached_property
    def _nucleolus(self) -> Nucleolus | None:
        try:
            return nucleolus.nucleolus(self.game)
        except NoImputation:
            return None

    def nucleolus(self, span: Span) -> Nucleolus:
        """Raises Failure (MDL717) where there is no imputation."""
        if self._nucleolus is None:
            raise Failure(errors.no_imputation(self.symbol.name, span))
        return self._nucleolus

    @cached_property
    def shapley(self) -> Payoff:
        return values.shapley(self.game)

    @cached_property
    def banzhaf(self) -> Payoff:
        return values.banzhaf(self.game)

    @cached_property
    def not_convex(self) -> Break | None:
        return self._large(shape.convex(self.game))

    @cached_property
    def not_superadditive(self) -> Break | None:
        return self._large(shape.superadditive(self.game))

    def _large(self, found: Break | None) -> Break | None:
        return found if found is not None and found.violation > self.game.tolerance else None

    def core_range(self, span: Span) -> list[tuple[Fraction, Fraction]]:
        """Raises Failure (MDL716) where the core is empty."""
        if self.core_is_empty:
            raise Failure(errors.empty_core(self.symbol.name, "range", span))
        return self._range

    @cached_property
    def _range(self) -> list[tuple[Fraction, Fraction]]:
        return core.core_range(self.not_empty)

    @property
    def not_empty(self) -> Game:
        """The game, its worth of everyone raised by what is within tolerance, so that its core has a point."""
        if self.core.gap <= 0:
            return self.game
        gains = self.game.gains.copy()
        gains[-1] += ceil(self.core.gap * self.game.scale)
        return replace(self.game, gains=gains)
