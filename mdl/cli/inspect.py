"""`mdl inspect`: the program of a task in the names of the file."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from mdl import driver
from mdl.cli import errors, loading
from mdl.cli.main import DONE
from mdl.diagnostics import Failure
from mdl.semantics.model import Model, RuleSymbol


def run(arguments: argparse.Namespace) -> int:
    from mdl.answer.inspect import matching, overview
    from mdl.answer.proof import lines

    instance = loading.load(arguments)
    mechanism = loading.mechanism_named(instance.model, arguments.task)
    game = None if mechanism is not None else loading.game_named(instance.model, arguments.task)
    rule, kkt = None, False
    notes: list[str] = []
    if mechanism is not None:
        from mdl.tasks.mechanism_program import design

        made, notes = design(instance, mechanism, mechanism.span, arguments.full)
        program = made.program
    elif game is not None:
        from mdl.tasks.game_program import program as program_of_game

        program = program_of_game(instance, game)
    else:
        rule, kkt = loading.system_named(instance.model, arguments.task)
        program = driver.compile_rule(instance, rule).program
    if kkt:
        program = driver.kkt_of(program).program
    if arguments.json:
        from mdl.backends.write import write

        print(write("json", program, instance.model, rule), end="")
        return DONE
    if arguments.rows is not None:
        found = list(matching(program, arguments.rows))
        if not found:
            raise Failure(errors.no_row(arguments.rows, [block.name for block in program.rows]))
        print("\n".join(found))
        return DONE
    if kkt and rule is not None:
        for line in conditions(instance.model, rule):
            print(line)
    for line in overview(program):
        print(line)
    for line in lines(program):
        print(line)
    for note in notes:
        print(f"note: {note}")
    return DONE


def conditions(model: Model, rule: RuleSymbol) -> Iterator[str]:
    """The KKT conditions by families; why not, where an expression has no derivative in one line."""
    from mdl.algebra.differentiate import Unwritable
    from mdl.answer.typed_text import lines
    from mdl.lowering.kkt_families import families

    try:
        found = families(model, rule)
    except Unwritable as why:
        yield f"KKT conditions of {rule.name}: only row by row, since {why.why} (line {why.span.line})"
        return
    yield f"KKT conditions of {rule.name} ({rule.sense})"
    yield from lines(found)
