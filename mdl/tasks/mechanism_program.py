"""The program of a mechanism's design, for `compile`, `inspect` and `explain`."""

from __future__ import annotations

from mdl.data.instance import Instance
from mdl.diagnostics import Failure, Span
from mdl.mechanisms.design.back import Design
from mdl.mechanisms.payments.separable import Separable, applies
from mdl.mechanisms.search import program_of
from mdl.mechanisms.unknown import unknown
from mdl.program.solution import SolverOptions
from mdl.semantics.model import MechanismSymbol
from mdl.tasks import mechanism_errors as errors
from mdl.tasks.mechanisms import in_words, mechanisms
from mdl.tasks.results import Results


def design(instance: Instance, mechanism: MechanismSymbol, span: Span, full: bool) -> tuple[Design, list[str]]:
    """The design with the rows that a search would have, or all of them, and what to say about it.

    Raises Failure (MDL683) where nothing is to be found.
    """
    if not mechanism.unknown:
        raise Failure(errors.nothing_unknown(mechanism.name, span))
    held = mechanisms(instance, Results(instance, SolverOptions()))
    with in_words(held.reports):
        made = unknown(held.reports, held.of(mechanism).outcomes, mechanism)
        design, notes = program_of(made, full)
    said = list(dict.fromkeys([*design.notes, *notes]))
    if not full and isinstance(applies(made.input), Separable):
        said.append("`solve` needs no program here: these payments are found by shortest paths over reports")
    return design, said
