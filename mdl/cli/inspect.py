"""`mdl inspect`: the program of a task in the names of the file."""

from __future__ import annotations

import argparse

from mdl import driver
from mdl.cli import loading
from mdl.cli.main import DONE


def run(arguments: argparse.Namespace) -> int:
    from mdl.answer.inspect import matching, overview
    from mdl.answer.proof import lines

    instance = loading.load(arguments)
    rule, kkt = loading.system_named(instance.model, arguments.task)
    program = driver.compile_rule(instance, rule).program
    if kkt:
        program = driver.kkt_of(program).program
    if arguments.json:
        from mdl.backends.write import write

        print(write("json", program, instance.model, rule), end="")
        return DONE
    if arguments.rows is not None:
        for line in matching(program, arguments.rows):
            print(line)
        return DONE
    for line in overview(program):
        print(line)
    for line in lines(program):
        print(line)
    return DONE
