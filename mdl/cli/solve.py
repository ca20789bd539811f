"""`mdl solve`: run the tasks of a file, in order."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from time import perf_counter

from mdl.answer import text
from mdl.answer.answer import Answer
from mdl.cli import errors, loading
from mdl.cli.main import DONE, FAILS, STOPPED, WRONG, show
from mdl.cli.progress import progress
from mdl.cli.whole_file import write_whole
from mdl.diagnostics import Failure
from mdl.program.solution import NOT_FINISHED, SolverOptions, Status
from mdl.semantics.model import MechanismTask, Task

NO_ANSWER = {Status.INFEASIBLE, Status.UNBOUNDED, Status.INFEASIBLE_OR_UNBOUNDED}


def run(arguments: argparse.Namespace) -> int:
    from mdl.tasks.run import run as run_tasks

    started = perf_counter()
    options = solver_options(arguments)
    if arguments.largest is not None:
        from mdl.cli.largest import run as run_largest

        return run_largest(arguments, options)
    instance = loading.load(arguments)
    tasks = loading.tasks_named(instance.model, arguments.tasks)
    if arguments.point is not None:
        tasks = loading.with_check(instance.model, tasks)
    if arguments.certificate is not None:
        one_search(tasks)
    front = perf_counter() - started
    answers: list[Answer] = []
    loud = not (arguments.json or arguments.quiet)
    if loud:
        print(text.heading(instance.model.name, instance.model.title))
    with progress("solving") as clear:
        pyomo = arguments.via == "pyomo"
        for answer in run_tasks(
            instance,
            tasks,
            options,
            via_pyomo=pyomo,
            front_seconds=front,
            point=arguments.point,
            full=arguments.full,
            certificate=arguments.certificate is not None,
        ):
            answers.append(answer)
            if loud:
                clear()
                tell(answer)
    if arguments.certificate is not None:
        write_certificate(arguments.certificate, answers)
        show([a.unproved for a in answers if a.unproved is not None], False)
    if arguments.json:
        from mdl.answer.as_json import encode

        print(encode(instance.model.name, answers))
    elif arguments.quiet:
        show([a.refused for a in answers if a.refused is not None], False)
    return status(answers)


def one_search(tasks: Iterable[Task]) -> None:
    """A certificate is about one `find`: Failure (MDL014, MDL015) where there are more, or none."""
    searches = [t for t in tasks if isinstance(t, MechanismTask) and t.find]
    if len(searches) > 1:
        raise Failure(errors.several_searches([t.mechanism.name for t in searches]))
    if not searches:
        raise Failure(errors.no_search())


def write_certificate(path: str, answers: Iterable[Answer]) -> None:
    """Nothing is written where the search was refused."""
    for answer in answers:
        if answer.certificate is not None:
            write_whole(path, json.dumps(answer.certificate, indent=1) + "\n")


def tell(answer: Answer) -> None:
    """One answer: to standard output, or as a diagnostic where the task was refused."""
    if answer.refused is not None:
        sys.stdout.flush()
        show([answer.refused, *answer.diagnostics], False)
        return
    sys.stdout.write(text.render(answer))
    if answer.diagnostics:
        sys.stdout.flush()
        show(answer.diagnostics, False)


def solver_options(arguments: argparse.Namespace) -> SolverOptions:
    if arguments.via == "direct" and arguments.solver not in ("auto", "highs", "ipopt"):
        raise Failure(errors.solver_needs_pyomo(arguments.solver))
    return SolverOptions(arguments.time_limit, solver=arguments.solver, mode=getattr(arguments, "mode", "auto"))


def status(answers: Iterable[Answer]) -> int:
    """What the command returns: a refusal before a solver's failure before a false claim."""
    found = DONE
    for answer in answers:
        if answer.status in NOT_FINISHED:
            found = STOPPED
        elif answer.refused is not None or answer.unproved is not None:
            return WRONG
        elif found == DONE and (answer.status in NO_ANSWER or any(c.verdict != "holds" for c in answer.checks)):
            found = FAILS
    return found
