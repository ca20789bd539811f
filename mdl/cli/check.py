"""`mdl check`: every mistake that can be found without solving, and the class of each rule."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mdl import driver
from mdl.cli import loading
from mdl.cli.main import DONE, FAILS, show
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure
from mdl.lowering.errors import Infeasible
from mdl.program.program import Program
from mdl.semantics.model import (
    GameSymbol,
    MechanismSymbol,
    Model,
    OutcomeSymbol,
    RuleSymbol,
    SolveTask,
    TypeSymbol,
)

if TYPE_CHECKING:
    from mdl.mechanisms.reports import Reports
    from mdl.tasks.check_mechanisms import Sketch


@dataclass(slots=True)
class Checked:
    """What was seen: a program for each rule (None for a formula), types that others wait for, and mistakes.

    `first` are the rules whose types have no values and that were looked at where the first profile is reported.
    """

    programs: dict[str, Program | None] = field(default_factory=dict)
    first: set[str] = field(default_factory=set)
    waiting: dict[str, tuple[str, ...]] = field(default_factory=dict)
    games: list[str] = field(default_factory=list)
    sketches: list[Sketch] = field(default_factory=list)
    wrong: list[Diagnostic] = field(default_factory=list)
    false: list[Diagnostic] = field(default_factory=list)

    def mistakes(self, found: Iterable[Diagnostic]) -> None:
        self.wrong += [d for d in found if d not in self.wrong]


def run(arguments: argparse.Namespace) -> int:
    instance = loading.load(arguments)
    checked = Checked()
    reports = check_mechanisms(instance, checked)
    for name, rule in loading.rules_of(instance.model).items():
        if isinstance(rule, OutcomeSymbol):
            checked.programs[name] = None
        else:
            check_rule(instance, rule, reports, checked)
    check_games(instance, checked)
    if checked.wrong:
        raise Failure([*checked.wrong, *checked.false])
    if checked.false:
        show(checked.false, arguments.json)
        return FAILS
    if arguments.json:
        print_json(instance.model.name, checked)
    elif not arguments.quiet:
        print(f"{arguments.file}: no mistakes")
        for line in lines(instance, checked):
            print(f"  {line}")
        show([reason for p in checked.programs.values() if p is not None for reason in reasons(p)], False)
    return DONE


def check_mechanisms(instance: Instance, checked: Checked) -> Reports | None:
    """The report profiles; None without mechanisms, or where something is wrong with them."""
    mechanisms = [s for s in instance.model.symbols.values() if isinstance(s, MechanismSymbol)]
    if not mechanisms and not instance.model.priors:
        return None
    from mdl.tasks.check_mechanisms import reports_of, sketch, too_early

    reports, wrong = reports_of(instance)
    if not mechanisms:  # a prior is looked at wherever it stands; types need no list of values yet
        checked.mistakes([d for d in wrong if d.code.startswith("MDL61")])
        return None
    checked.mistakes([*wrong, *too_early(instance)])
    if reports is not None:
        checked.sketches = [sketch(reports, m) for m in mechanisms]
    return reports


def check_rule(instance: Instance, rule: RuleSymbol, reports: Reports | None, checked: Checked) -> None:
    name = rule.name
    try:
        program = checked.programs[name] = driver.compile_rule(instance, rule).program
        if any(isinstance(t, SolveTask) and t.kkt and t.rule is rule for t in instance.model.tasks):
            driver.kkt_of(program)  # integers and followers have none
    except Infeasible as failure:
        where = ("at the first report profile",) if name in checked.first else ()
        told = (replace(d, notes=(*d.notes, *where)) for d in failure.diagnostics)
        checked.false += [d for d in told if d not in checked.false]
    except Failure as failure:
        needs = unrealised(instance.model, failure)
        if not needs:
            checked.mistakes(failure.diagnostics)
        elif reports is None:
            checked.waiting[name] = needs
        else:
            from mdl.tasks.check_mechanisms import at_first_profile

            checked.first.add(name)
            check_rule(at_first_profile(reports), rule, None, checked)


def check_games(instance: Instance, checked: Checked) -> None:
    for name, game in instance.model.symbols.items():
        if not isinstance(game, GameSymbol):
            continue
        from mdl.tasks.check_games import mistakes, summary

        wrong = mistakes(instance, game)
        needs = unrealised(instance.model, Failure(wrong)) if wrong else ()
        if needs:
            checked.waiting[name] = needs
        elif wrong:
            checked.mistakes(wrong)
        else:
            checked.games.append(f"{name}: {summary(instance, game)}")


def lines(instance: Instance, checked: Checked) -> Iterator[str]:
    """One a rule, game and mechanism."""
    for name, made in checked.programs.items():
        yield f"{name}: {summary(made)}" + (" (at the first report profile)" if name in checked.first else "")
    yield from checked.games
    for name, needs in checked.waiting.items():
        yield f"{name}: class not known before {' and '.join(needs)} {'have' if needs[1:] else 'has'} values"
    for sketch in checked.sketches:
        yield f"{sketch.mechanism}: {sketch.line()}"


def unrealised(model: Model, failure: Failure) -> tuple[str, ...]:
    """The types whose missing profile is all that stands in the way; a model of a mechanism needs none."""
    types = {s.span: s.name for s in model.symbols.values() if isinstance(s, TypeSymbol)}
    places = [d.labels[0].span if d.code == "MDL354" and d.labels else None for d in failure.diagnostics]
    if any(place not in types for place in places):
        return ()
    return tuple(dict.fromkeys(types[place] for place in places if place is not None))


def summary(program: Program | None) -> str:
    if program is None:
        return "by formula"
    sizes = f"{count(program.width, 'variable')}, {count(program.height, 'row')}"
    return f"{program.kind.value}; {sizes}"


def count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def reasons(program: Program) -> list[Diagnostic]:
    """Why a program is not convex: the expressions at fault, as warnings."""
    return list(program.faults)


def print_json(model: str, checked: Checked) -> None:
    import json

    from mdl.diagnostics.as_json import encode

    rules: list[dict[str, Any]] = [
        {
            "rule": name,
            "class": p.kind.value if p else "formula",
            "rows": p.height if p else 0,
            "columns": p.width if p else 0,
            "diagnostics": [encode(d) for d in reasons(p)] if p else [],
        }
        for name, p in checked.programs.items()
    ]
    rules += [
        {"rule": name, "class": None, "needs": list(needs), "diagnostics": []}
        for name, needs in checked.waiting.items()
    ]
    told: dict[str, Any] = {"model": model, "rules": rules, "diagnostics": []}
    if checked.sketches:
        told["mechanisms"] = [
            {"mechanism": s.mechanism, "outcome": s.outcome, "profiles": s.profiles, "unknowns": s.unknowns}
            for s in checked.sketches
        ]
    print(json.dumps(told))
