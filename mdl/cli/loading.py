"""What several commands do first: bind the data, find the task that is meant."""

from __future__ import annotations

import argparse

from mdl import driver
from mdl.cli import errors
from mdl.data.instance import Instance
from mdl.data.overrides import Overrides
from mdl.diagnostics import Failure, Source, Span
from mdl.diagnostics.similar import nearest
from mdl.semantics.coalitions import CHECKS, FINDS
from mdl.semantics.model import (
    CoalitionTask,
    ExpectTask,
    GameSymbol,
    MechanismSymbol,
    MechanismTask,
    Model,
    OutcomeSymbol,
    PointTask,
    RuleSymbol,
    SolveTask,
    Task,
)
from mdl.syntax import statement_tree, tree


def overrides(arguments: argparse.Namespace) -> Overrides:
    return Overrides(tuple(arguments.data), tuple(arguments.set))


def load(arguments: argparse.Namespace) -> Instance:
    return driver.load(arguments.file, overrides(arguments))


def rules_of(model: Model) -> dict[str, RuleSymbol | OutcomeSymbol]:
    """The outcome rules of a file: objectives and formulas."""
    return {n: s for n, s in model.symbols.items() if isinstance(s, RuleSymbol | OutcomeSymbol)}


def tasks_named(model: Model, names: list[str]) -> list[Task]:
    """The tasks that the user names, or all of the file; a file without tasks: every objective."""
    if not names:
        return list(model.tasks) or [_solve(s) for s in rules_of(model).values()]
    return [task for name in names for task in _on_mechanism(model, name) or [task_named(model, name)]]


def _on_mechanism(model: Model, name: str) -> list[Task]:
    """A mechanism's name alone: its tasks in the file."""
    symbol = model.symbols.get(words(name))
    return [t for t in model.tasks if isinstance(t, MechanismTask) and t.mechanism is symbol]


def task_named(model: Model, name: str) -> Task:
    """`welfare`, `solve welfare`, `welfare without a`, `kkt of welfare`, or any task as the file writes it."""
    wanted = words(name)
    for task in model.tasks:
        text = words(task.span.text)
        if wanted in (text, text.partition(" ")[2]) and not isinstance(task, ExpectTask):
            return task
    rules = rules_of(model)
    plain = wanted.removeprefix("solve ")
    if plain in rules:
        return _solve(rules[plain])
    if plain.startswith("check kkt of "):
        named = rules.get(plain.removeprefix("check kkt of "))
        for task in model.tasks:
            if isinstance(task, PointTask) and words(task.span.text).startswith(f"{plain} at "):
                return task
        if isinstance(named, RuleSymbol):
            return check_kkt(named)
    of = rules.get(plain.removeprefix("kkt of ")) if plain.startswith("kkt of ") else None
    if isinstance(of, RuleSymbol):
        return SolveTask(of, True, None, None, of.span)
    asked = _of_game(model, wanted)
    if asked is not None:
        return asked
    symbol = model.symbols.get(wanted.removeprefix("find "))
    if isinstance(symbol, MechanismSymbol) and symbol.unknown:
        text = f"find {symbol.name};"
        return MechanismTask(True, symbol, (), Span(Source("command line", text), 0, len(text)))
    others = (t for t in model.tasks if isinstance(t, PointTask | CoalitionTask | MechanismTask))
    known = list(rules) + [words(t.span.text) for t in others]
    raise Failure(errors.unknown_task(name, known, nearest(plain, known)))


def _of_game(model: Model, wanted: str) -> CoalitionTask | None:
    """`core of v`, also where the file has no such task."""
    what, _, target = wanted.removeprefix("check ").removeprefix("find ").partition(" of ")
    game = model.symbols.get(target)
    if not isinstance(game, GameSymbol) or what not in (*CHECKS, *FINDS) or what == "in_core":
        return None
    text = f"{'find' if what in FINDS else 'check'} {what} of {target};"
    return CoalitionTask(what, what in FINDS, game, (), Span(Source("command line", text), 0, len(text)))


def game_named(model: Model, name: str | None) -> CoalitionTask | None:
    """The task on a coalitional game that is meant, if it is one."""
    task = None if name is None else task_named(model, name)
    return task if isinstance(task, CoalitionTask) else None


def mechanism_named(model: Model, name: str | None) -> MechanismSymbol | None:
    """The mechanism that is meant, by its name or by a task on it; without a name the only one, where no rule is."""
    if name is None:
        return _only_mechanism(model)
    symbol = model.symbols.get(words(name).removeprefix("find "))
    if isinstance(symbol, MechanismSymbol):
        return symbol
    task = next((t for t in model.tasks if isinstance(t, MechanismTask) and words(t.span.text) == words(name)), None)
    return None if task is None else task.mechanism


def _only_mechanism(model: Model) -> MechanismSymbol | None:
    rules = [n for n, s in rules_of(model).items() if isinstance(s, RuleSymbol)]
    unknown = [s for s in model.symbols.values() if isinstance(s, MechanismSymbol) and s.unknown]
    if len(unknown) + len(rules) > 1 and unknown:
        raise Failure(errors.which_task([*rules, *(s.name for s in unknown)]))
    return unknown[0] if unknown else None


def system_named(model: Model, name: str | None) -> tuple[RuleSymbol, bool]:
    """The objective that `compile` and `inspect` are about, and whether its KKT system is meant."""
    task = None if name is None else task_named(model, name)
    if isinstance(task, SolveTask) and isinstance(task.rule, RuleSymbol) and task.kkt:
        return task.rule, True
    return rule_named(model, name), False


def rule_named(model: Model, name: str | None) -> RuleSymbol:
    """The objective that `explain` is about; with `system_named`, also `compile` and `inspect`."""
    rules = {n: s for n, s in rules_of(model).items() if isinstance(s, RuleSymbol)}
    if name is None:
        if len(rules) != 1:
            raise Failure(errors.which_task(list(rules)))
        return next(iter(rules.values()))
    task = task_named(model, name)
    if isinstance(task, SolveTask) and isinstance(task.rule, RuleSymbol) and not task.kkt:
        return task.rule
    raise Failure(errors.no_program(name, what_it_is(task)))


def what_it_is(task: Task) -> str:
    """The sort of a task that is no objective, for the reader."""
    if isinstance(task, PointTask):
        return "the check of a point"
    if isinstance(task, SolveTask):
        return "a KKT system" if task.kkt else "an outcome formula, which is evaluated and not solved"
    return "a task about a mechanism" if isinstance(task, MechanismTask) else "a task about a coalitional game"


def _solve(rule: RuleSymbol | OutcomeSymbol) -> SolveTask:
    return SolveTask(rule, False, None, None, rule.span)


def with_check(model: Model, tasks: list[Task]) -> list[Task]:
    """For `--point`: the tasks with a check of a KKT point among them, of the only rule where none is named."""
    if any(isinstance(t, PointTask) for t in tasks):
        return tasks
    return [*tasks, check_kkt(rule_named(model, None))]


def check_kkt(rule: RuleSymbol) -> PointTask:
    """`check kkt of R;`, whose point comes from `--point`."""
    what, target = tree.Name(rule.span, "kkt"), tree.Name(rule.span, rule.name)
    return PointTask(statement_tree.CheckTask(rule.span, what, target, (), None), rule.span)


def words(text: str) -> str:
    """A task as it is named: on one line, without its semicolon."""
    return " ".join(text.split()).rstrip("; ")
