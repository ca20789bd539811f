"""`mdl check`: every mistake that can be found without solving, and the class of each rule."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mdl import driver
from mdl.cli import loading
from mdl.cli.main import DONE, FAILS, show
from mdl.diagnostics import Diagnostic, Failure
from mdl.lowering.errors import Infeasible
from mdl.program.program import Program
from mdl.semantics.model import GameSymbol, MechanismSymbol, Model, OutcomeSymbol, SolveTask, TypeSymbol

if TYPE_CHECKING:
    from mdl.tasks.check_mechanisms import Sketch


def run(arguments: argparse.Namespace) -> int:
    instance = loading.load(arguments)
    found: dict[str, Program | None] = {}
    waiting: dict[str, tuple[str, ...]] = {}
    wrong: list[Diagnostic] = []
    false: list[Diagnostic] = []
    for name, rule in loading.rules_of(instance.model).items():
        if isinstance(rule, OutcomeSymbol):
            found[name] = None
            continue
        try:
            program = found[name] = driver.compile_rule(instance, rule).program
            if any(isinstance(t, SolveTask) and t.kkt and t.rule is rule for t in instance.model.tasks):
                driver.kkt_of(program)  # integers and followers have none
        except Infeasible as failure:
            false += [d for d in failure.diagnostics if d not in false]
        except Failure as failure:
            needs = unrealised(instance.model, failure)
            if needs:
                waiting[name] = needs
            else:
                wrong += [d for d in failure.diagnostics if d not in wrong]
    games = {n: s for n, s in instance.model.symbols.items() if isinstance(s, GameSymbol)}
    for name, game in games.items():
        from mdl.tasks.check_games import mistakes

        found_wrong = mistakes(instance, game)
        needs = unrealised(instance.model, Failure(found_wrong)) if found_wrong else ()
        if needs:
            waiting[name] = needs
        else:
            wrong += [d for d in found_wrong if d not in wrong]
    sketches: list[Sketch] = []
    mechanisms = [s for s in instance.model.symbols.values() if isinstance(s, MechanismSymbol)]
    if mechanisms:
        from mdl.tasks.check_mechanisms import reports_of, sketch, too_early

        reports, found_wrong = reports_of(instance)
        wrong += [d for d in (*found_wrong, *too_early(instance)) if d not in wrong]
        if reports is not None:
            sketches = [sketch(reports, m) for m in mechanisms]
    if wrong:
        raise Failure([*wrong, *false])
    if false:
        show(false, arguments.json)
        return FAILS
    if arguments.json:
        print_json(instance.model.name, found, waiting, sketches)
    elif not arguments.quiet:
        print(f"{arguments.file}: no mistakes")
        for name, made in found.items():
            print(f"  {name}: {summary(made)}")
        for name, game in games.items():
            if name not in waiting:
                from mdl.tasks.check_games import summary as summary_of_game

                print(f"  {name}: {summary_of_game(instance, game)}")
        for name, needs in waiting.items():
            print(f"  {name}: class not known before {' and '.join(needs)} {'have' if needs[1:] else 'has'} values")
        for made_of in sketches:
            print(f"  {made_of.mechanism}: {made_of.line()}")
        show([reason for p in found.values() if p is not None for reason in reasons(p)], False)
    return DONE


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


def print_json(
    model: str,
    found: dict[str, Program | None],
    waiting: dict[str, tuple[str, ...]],
    sketches: Sequence[Sketch],
) -> None:
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
        for name, p in found.items()
    ]
    rules += [{"rule": name, "class": None, "needs": list(needs), "diagnostics": []} for name, needs in waiting.items()]
    told: dict[str, Any] = {"model": model, "rules": rules, "diagnostics": []}
    if sketches:
        told["mechanisms"] = [
            {"mechanism": s.mechanism, "outcome": s.outcome, "profiles": s.profiles, "unknowns": s.unknowns}
            for s in sketches
        ]
    print(json.dumps(told))
