"""The program of a task on a coalitional game, for `compile`, `inspect` and `explain`."""

from __future__ import annotations

from mdl.coalitions.rows import PROGRAMS, lower_game
from mdl.data.instance import Instance
from mdl.diagnostics import Failure
from mdl.program.program import Program
from mdl.program.solution import SolverOptions
from mdl.semantics.model import CoalitionTask
from mdl.tasks import game_errors as errors
from mdl.tasks import generated
from mdl.tasks.coalitions import solved_game
from mdl.tasks.results import Results


def program(instance: Instance, task: CoalitionTask) -> Program:
    """Raises Failure (MDL719) for answers that are no single program."""
    if task.what not in PROGRAMS:
        raise Failure(errors.not_a_program(task.what, task.game.name, task.span))
    players = generated.too_large(instance, task.game)
    if players is not None:
        raise Failure(errors.generated_rows(task.game.name, players.size, task.what, task.game.span))
    game = solved_game(instance, task.game, Results(instance, SolverOptions())).game
    return lower_game(game, task.what, task.game.span).program
