"""`mdl compile`: the program of a task for another tool."""

from __future__ import annotations

import argparse
from pathlib import Path

from mdl import driver
from mdl.cli import loading
from mdl.cli.main import DONE
from mdl.cli.whole_file import write_whole


def run(arguments: argparse.Namespace) -> int:
    from mdl.backends.write import beside, write

    instance = loading.load(arguments)
    mechanism = loading.mechanism_named(instance.model, arguments.task)
    game = None if mechanism is not None else loading.game_named(instance.model, arguments.task)
    if mechanism is not None:
        from mdl.tasks.mechanism_program import design

        program = design(instance, mechanism, mechanism.span, arguments.full)[0].program
        text = write(arguments.to, program, instance.model, None)
    elif game is not None:
        from mdl.tasks.game_program import program as program_of_game

        program = program_of_game(instance, game)
        text = write(arguments.to, program, instance.model, None)
    else:
        rule, kkt = loading.system_named(instance.model, arguments.task)
        program = driver.compile_rule(instance, rule).program
        if kkt:
            program = driver.kkt_of(program).program
        text = write(arguments.to, program, instance.model, rule)
    if arguments.output is None:
        print(text, end="")
    else:
        write_whole(arguments.output, text)
        for ending, names in beside(arguments.to, program).items():
            write_whole(Path(arguments.output).with_suffix(ending), names)
    return DONE
