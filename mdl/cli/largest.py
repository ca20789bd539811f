"""`mdl solve FILE 'find M' --largest D`: the largest integer value of a param for which a task has an answer."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

from mdl import driver
from mdl.cli import errors, loading
from mdl.cli.main import DONE, FAILS
from mdl.cli.progress import progress
from mdl.diagnostics import Failure
from mdl.mechanisms.payments.boundary import Boundary, boundary
from mdl.program.solution import SolverOptions, Status, no_answer
from mdl.semantics.model import CoalitionTask, ExpectTask, MechanismTask, ParamSymbol, Task

ANSWERED = (Status.OPTIMAL, Status.LOCAL)
IMPOSSIBLE = (Status.INFEASIBLE,)
LIMIT = 2**20


def run(arguments: argparse.Namespace, options: SolverOptions) -> int:
    """Doubles the param from 1 until the task is impossible, then halves what is between.

    Right where more of it never helps, as more types never do.  Raises Failure: not one task (MDL016), no such param
    (MDL017), and whatever loading and the task raise.
    """
    name = arguments.largest
    held = loading.load(arguments)
    symbol = held.model.symbols.get(name)
    if not isinstance(symbol, ParamSymbol) or symbol.index:
        raise Failure(errors.no_scalar(name))
    tasks = [t for t in loading.tasks_named(held.model, arguments.tasks) if not isinstance(t, ExpectTask)]
    meant = tasks if arguments.tasks else [t for t in tasks if isinstance(t, MechanismTask | CoalitionTask) and t.find]
    if len(meant) != 1:
        raise Failure(errors.one_task(len(meant)))
    text = loading.words(meant[0].span.text)
    with progress("searching") as clear:
        found = boundary(lambda size: _possible(arguments, options, name, size, text), 1, LIMIT)
        clear()
    _tell(arguments, text, name, found)
    return DONE if found.largest is not None else FAILS


def _possible(arguments: argparse.Namespace, options: SolverOptions, name: str, size: int, text: str) -> bool:
    from mdl.tasks.run import run as run_tasks

    given = loading.overrides(arguments)
    instance = driver.load(arguments.file, replace(given, sets=(*given.sets, f"{name}={size}")))
    task: Task = loading.task_named(instance.model, text)
    (answer,) = run_tasks(instance, [task], options, full=arguments.full)
    if answer.refused is not None:
        if answer.status is not None:
            raise no_answer(answer.status, answer.refused)
        raise Failure([answer.refused, *answer.diagnostics])
    if answer.status not in (*ANSWERED, *IMPOSSIBLE):
        raise Failure(errors.no_verdict(text, name, size, answer.status.value if answer.status else "no status"))
    possible = answer.status in ANSWERED
    if not (arguments.json or arguments.quiet):
        level = f" ({answer.level})" if answer.level else ""
        print(f"  {name} = {size}: {'possible' if possible else 'impossible'}{level}", flush=True)
    return possible


def _tell(arguments: argparse.Namespace, text: str, name: str, found: Boundary) -> None:
    if arguments.json:
        tried = [[size, possible] for size, possible in found.tried]
        out = {
            "task": text,
            "param": name,
            "largest": found.largest,
            "smallest_impossible": found.smallest,
            "tried": tried,
        }
        print(json.dumps(out))
    elif not arguments.quiet:
        if found.largest is None:
            print(f"{text}: impossible even at {name} = {found.smallest}")
        elif found.smallest is None:
            print(f"{text}: still possible at {name} = {found.largest}, where the search ends")
        else:
            print(f"{text}: the largest {name} is {found.largest}; at {found.smallest} it is impossible")
