"""What `mdl check` says of coalitional games: every mistake that shows without solving."""

from __future__ import annotations

from mdl.algebra.free import walk
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure
from mdl.program.solution import SolverOptions
from mdl.semantics import typed
from mdl.semantics.model import CoalitionSymbol, CoalitionTable, GameSymbol, RuleSymbol
from mdl.tasks.games import listed, players_of
from mdl.tasks.results import Results


def mistakes(instance: Instance, game: GameSymbol) -> list[Diagnostic]:
    """Errors of the players, and of the worths where these are data (MDL710-712)."""
    try:
        players = players_of(instance, game)
        if not needs_solver(game):
            listed(instance, game, Results(instance, SolverOptions()), players)
    except Failure as failure:
        return list(failure.diagnostics)
    return []


def needs_solver(game: GameSymbol) -> bool:
    """Whether worths are optima: of a rule, or of one named in the formula."""
    if isinstance(game, CoalitionTable):
        return False
    body = [] if game.body is None else walk(game.body)
    return game.rule is not None or any(isinstance(e, typed.Ref) and isinstance(e.symbol, RuleSymbol) for e in body)


def summary(instance: Instance, game: GameSymbol) -> str:
    """`game of 3 players, by formula`."""
    size = players_of(instance, game).size
    how = "by formula"
    if isinstance(game, CoalitionTable):
        how = "by table"
    elif isinstance(game, CoalitionSymbol) and game.rule is not None:
        how = f"of `{game.rule.name}`"
    return f"game of {size} player{'' if size == 1 else 's'}, {how}"
