"""`mdl explain`: why a program is infeasible, unbounded or not convex."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from mdl import driver
from mdl.answer.explain import conflict_lines, ray_lines
from mdl.cli import loading
from mdl.cli.main import DONE, FAILS, STOPPED, show
from mdl.cli.progress import progress
from mdl.cli.solve import solver_options
from mdl.data.instance import Instance
from mdl.diagnostics import Failure
from mdl.lowering.errors import Infeasible
from mdl.program.program import Program
from mdl.program.solution import NOT_FINISHED, Solution, SolverOptions, Status
from mdl.semantics.model import MechanismSymbol, MechanismTask


def run(arguments: argparse.Namespace) -> int:
    options = solver_options(arguments)
    instance = loading.load(arguments)
    mechanism = loading.mechanism_named(instance.model, arguments.task)
    if mechanism is not None:
        return explain_mechanism(arguments, instance, mechanism)
    rule = loading.rule_named(instance.model, arguments.task)
    try:
        program = driver.compile_rule(instance, rule).program
    except Infeasible as found:
        show(found.diagnostics, arguments.json)
        return FAILS
    with progress("solving"):
        solution = driver.solve_program(program, options, via_pyomo=arguments.via == "pyomo")
        lines = list(reasons(program, solution, options))
    if arguments.json:
        print_json(rule.name, solution, lines)
    elif not arguments.quiet:
        for line in lines:
            print(line)
        show(program.faults, False)
    if solution.status in NOT_FINISHED:
        return STOPPED
    return DONE if solution.status in (Status.OPTIMAL, Status.LOCAL) else FAILS


def explain_mechanism(arguments: argparse.Namespace, instance: Instance, mechanism: MechanismSymbol) -> int:
    """Why a search ends as it does: the proof, in the words of the file; Failure (MDL683) where nothing is unknown."""
    from mdl.tasks.mechanism_errors import nothing_unknown
    from mdl.tasks.mechanisms import answer
    from mdl.tasks.results import Results

    if not mechanism.unknown:
        raise Failure(nothing_unknown(mechanism.name, mechanism.span))
    results = Results(instance, solver_options(arguments), arguments.via == "pyomo", full=arguments.full)
    task = MechanismTask(True, mechanism, (), mechanism.span)
    found = answer(instance, task, f"find {mechanism.name}", results)
    assert found.status is not None
    if arguments.json:
        import json

        print(json.dumps({"rule": mechanism.name, "status": found.status.value, "reason": found.reasons}))
    elif not arguments.quiet:
        print(f"{mechanism.name} is {found.status.value}" + ("" if found.reasons else ": nothing to explain"))
        for line in found.reasons:
            print(f"  {line}")
    if found.status in NOT_FINISHED:
        return STOPPED
    return DONE if found.status is Status.OPTIMAL else FAILS


def reasons(program: Program, solution: Solution, options: SolverOptions) -> Iterator[str]:
    status = solution.status
    if program.followers and status is Status.INFEASIBLE:
        yield from follower_lines(program, options)
    elif status in (Status.INFEASIBLE, Status.INFEASIBLE_OR_UNBOUNDED):
        from mdl.backends.conflict import find_conflict

        conflict = find_conflict(program, options)
        if conflict is not None:
            yield from conflict_lines(program, conflict)
        else:
            yield f"{status.value}: {solution.message or 'the linear rows and bounds can all hold'}"
            yield "  the conflict needs a nonlinear row; leave out one after the other to find it"
    elif status is Status.UNBOUNDED and solution.ray is not None:
        yield from ray_lines(program, solution.ray)
    elif status in (Status.OPTIMAL, Status.LOCAL):
        yield f"{program.objective.name} has an optimum ({status.value}): nothing to explain"
    else:
        yield f"{status.value}: {solution.message}"


def follower_lines(program: Program, options: SolverOptions) -> Iterator[str]:
    from mdl.tasks.followers import why_infeasible

    found = why_infeasible(program, options)
    for reason in found:
        yield reason.message
        yield from (f"  {note}" for note in reason.notes)
    if not found:
        yield "infeasible: the leader's rows leave no point at which every follower has a best answer"


def print_json(rule: str, solution: Solution, lines: list[str]) -> None:
    import json

    print(json.dumps({"rule": rule, "status": solution.status.value, "reason": lines}))
