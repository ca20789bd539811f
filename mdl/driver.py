"""From a file to an answer: each stage is one call here.

    model = read(path)                           # text -> tree -> Model
    instance = load(path, overrides)             # -> Instance: the Model with its data
    lowered = compile_rule(instance, rule)       # -> Program and the way back
    solution = solve_program(lowered.program)    # -> Solution

Every stage raises Failure with all the diagnostics it found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Diagnostic, Failure, Source, Span
from mdl.semantics.resolve import resolve
from mdl.syntax.parse import parse, read_source

WORD = re.compile(r"\w+")
COMMENT = re.compile(r"#.*")

if TYPE_CHECKING:
    from mdl.algebra.absence import Absence
    from mdl.data.instance import Instance
    from mdl.lowering.kkt import Kkt
    from mdl.lowering.welfare import Lowered
    from mdl.program.program import Program
    from mdl.program.solution import Solution, SolverOptions
    from mdl.semantics.model import Model, RuleSymbol


def understand(source: Source) -> Model:
    """The Model of a text; Failure with all errors of syntax and of meaning together."""
    file, wrong = parse(source)
    model, meaning = resolve(file)
    if wrong:
        meaning = certain(meaning, lost_words(source, [s.span for s in file.statements]))
    if wrong or meaning:
        raise Failure(sorted([*wrong, *meaning], key=lambda d: d.span.start if d.span else -1))
    return model


def lost_words(source: Source, kept: Sequence[Span]) -> frozenset[str]:
    """The words of the text that is in no statement of the tree, since it could not be read."""
    at, lost = 0, []
    for span in kept:
        lost.append(source.text[at : span.start])
        at = max(at, span.end)
    lost.append(source.text[at:])
    return frozenset(WORD.findall(COMMENT.sub("", "\n".join(lost))))


def certain(found: Sequence[Diagnostic], lost: frozenset[str]) -> tuple[Diagnostic, ...]:
    """Mistakes of meaning that cannot come from a statement that was not read."""
    return tuple(d for d in found if d.span is not None and not lost.intersection(WORD.findall(d.span.text)))


def read(path: str | Path) -> Model:
    return understand(read_source(path))


def load(path: str | Path, overrides: Overrides | None = None) -> Instance:
    """The model of a file with its data, from the file's own folder, `--data` and `--set`."""
    return bind(read(path), Path(path).parent, overrides or Overrides())


def compile_rule(instance: Instance, rule: RuleSymbol, absence: Absence | None = None) -> Lowered:
    from mdl.lowering.welfare import lower

    return lower(instance, rule, absence=absence)


def kkt_of(program: Program) -> Kkt:
    """The KKT system of a program, as a program again."""
    from mdl.lowering.kkt import lower_kkt

    return lower_kkt(program)


def solve_program(program: Program, options: SolverOptions | None = None, *, via_pyomo: bool = False) -> Solution:
    from mdl.backends.dispatch import solve

    return solve(program, options, via_pyomo=via_pyomo)
