"""`mdl test`: run every `expect` of files and folders."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mdl import driver
from mdl.answer.answer import Answer
from mdl.answer.text import check_text
from mdl.cli import errors, loading
from mdl.cli.main import DONE, FAILS, STOPPED, WRONG, show
from mdl.cli.progress import progress
from mdl.cli.solve import solver_options
from mdl.data.overrides import Overrides
from mdl.diagnostics import Diagnostic, Failure
from mdl.program.solution import NOT_FINISHED, SolverOptions


@dataclass(slots=True)
class Tested:
    """One file: its expectations, and what went wrong besides."""

    path: str
    answers: list[Answer] = field(default_factory=list)
    wrong: tuple[Diagnostic, ...] = ()
    stopped: bool = False
    """Whether all that went wrong is that solvers gave up."""

    @property
    def claims(self) -> list[Answer]:
        return [a for a in self.answers if a.kind == "expect"]

    @property
    def failed(self) -> list[Answer]:
        return [a for a in self.claims if any(c.verdict != "holds" for c in a.checks)]

    @property
    def status(self) -> int:
        if self.wrong and not self.stopped:
            return WRONG
        if self.stopped or any(a.status in NOT_FINISHED for a in self.answers):
            return STOPPED
        return FAILS if self.failed else DONE


def run(arguments: argparse.Namespace) -> int:
    options = solver_options(arguments)
    changes = loading.overrides(arguments)
    tested = []
    with progress("testing") as clear:
        for path in files(arguments.paths):
            found = one(path, options, arguments.via == "pyomo", changes)
            tested.append(found)
            clear()
            if not arguments.json:
                tell(found, arguments.quiet)
    if arguments.json:
        print_json(tested)
    elif not arguments.quiet:
        held = sum(len(t.claims) - len(t.failed) for t in tested)
        broken = sum(len(t.failed) for t in tested)
        print(f"{held} hold, {broken} fail, in {len(tested)} file{'s' if len(tested) != 1 else ''}")
    statuses = {t.status for t in tested}
    return next((s for s in (WRONG, STOPPED, FAILS) if s in statuses), DONE)


def files(paths: list[str]) -> Iterator[str]:
    """The .mdl files named, and those in the folders named."""
    for path in paths:
        if Path(path).is_dir():
            found = sorted(str(p) for p in Path(path).rglob("*.mdl"))
            if not found:
                raise Failure(errors.no_such_path(path))
            yield from found
        else:
            yield path


def one(path: str, options: SolverOptions, via_pyomo: bool, changes: Overrides) -> Tested:
    from mdl.tasks.run import run as run_tasks

    try:
        instance = driver.load(path, changes)
        answers = list(run_tasks(instance, instance.model.tasks, options, via_pyomo=via_pyomo))
    except Failure as failure:
        return Tested(path, wrong=failure.diagnostics, stopped=failure.stopped)
    refused = [a for a in answers if a.refused is not None]
    stopped = bool(refused) and all(a.status in NOT_FINISHED for a in refused)
    return Tested(path, answers, tuple(a.refused for a in refused if a.refused is not None), stopped)


def tell(tested: Tested, quiet: bool) -> None:
    if tested.wrong:
        show(tested.wrong, False)
    bad = [f"  {a.task}\n    {check_text(c)}" for a in tested.failed for c in a.checks if c.verdict != "holds"]
    bad += [
        f"  {a.task}: {a.status.value}: {a.message}"
        for a in tested.answers
        if a.status in NOT_FINISHED and a.status and a.refused is None
    ]
    if bad or not quiet:
        count = len(tested.claims)
        held = f"{count - len(tested.failed)} of {count} hold"
        verdict = held if not tested.wrong else "STOPPED" if tested.stopped else "WRONG"
        print(f"{tested.path}: {verdict if count or tested.wrong else 'no expectations'}")
    for line in bad:
        print(line)


def print_json(tested: list[Tested]) -> None:
    import json

    from mdl.answer.as_json import task
    from mdl.diagnostics.as_json import encode

    out = [
        {"file": t.path, "tasks": [task(a) for a in t.answers], "diagnostics": [encode(d) for d in t.wrong]}
        for t in tested
    ]
    print(json.dumps({"files": out}))
