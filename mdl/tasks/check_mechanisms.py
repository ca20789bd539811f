"""What `mdl check` says of mechanisms: mistakes in types, priors and the order of tasks, and what is to be found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdl.algebra.evaluate import Evaluator
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Members
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure
from mdl.mechanisms.profiles import CountedProfiles
from mdl.mechanisms.reports import Reports, over_reports
from mdl.semantics.model import MechanismSymbol, MechanismTask, Symbol, TransferSymbol, TypeSymbol, VarSymbol
from mdl.tasks import mechanism_errors as errors


@dataclass(slots=True, frozen=True)
class Sketch:
    """A mechanism before anything is solved: report profiles (or cases, where agents are counted) and unknowns."""

    mechanism: str
    outcome: str
    profiles: int
    unknowns: int
    counted: str = ""

    def line(self) -> str:
        """`outcome free; 36 unknowns over 9 report profiles`."""
        over = _count(self.profiles, "report profile")
        if self.counted:
            over = f"{_count(self.profiles, 'case')} of {self.counted}"
        found = f"{_count(self.unknowns, 'unknown')} over {over}" if self.unknowns else f"{over}, nothing to find"
        return f"{self.outcome}; {found}"


def reports_of(instance: Instance) -> tuple[Reports | None, list[Diagnostic]]:
    """The report profiles of a file with mechanisms, or what is wrong with them."""
    try:
        return over_reports(instance), []
    except Failure as failure:
        return None, list(failure.diagnostics)


def at_first_profile(reports: Reports) -> Instance:
    """The instance with the first report profile for its types."""
    held: dict[Symbol, Numbers | Members] = {}
    for symbol in reports.instance.model.symbols.values():
        if isinstance(symbol, TypeSymbol):
            values = reports.lifted.store.values[reports.lift.of(symbol)]
            first = np.arange(reports.instance.domain(symbol).size)
            held[symbol] = values.take(first) if isinstance(values, Numbers) else Members((values.codes[0][first],))
    store = reports.instance.store.over(held)
    return Instance(reports.instance.model, store, Evaluator(reports.instance.model, store))


def too_early(instance: Instance) -> list[Diagnostic]:
    """Checks of what an earlier `find` should have found (MDL680)."""
    found: set[MechanismSymbol] = set()
    wrong = []
    for task in instance.model.tasks:
        if isinstance(task, MechanismTask):
            if task.find:
                found.add(task.mechanism)
            elif task.mechanism.unknown and task.mechanism not in found:
                wrong.append(errors.not_found_yet(task.mechanism.name, False, task.span))
    return wrong


def sketch(reports: Reports, mechanism: MechanismSymbol) -> Sketch:
    outcome = "free" if mechanism.outcome is None else mechanism.outcome.name
    told = f"{mechanism.family}({outcome})" if mechanism.family else f"outcome {outcome}"
    unknowns = sum(_transfers(reports, t) for t in (*mechanism.transfers, *mechanism.adjustments) if t.body is None)
    if mechanism.outcome is None:
        variables = (s for s in reports.instance.model.symbols.values() if isinstance(s, VarSymbol))
        unknowns += sum(reports.instance.domain(v).size for v in variables) * reports.cases
    counted = reports.profiles.sizes() if isinstance(reports.profiles, CountedProfiles) else ""
    return Sketch(mechanism.name, told, reports.cases, unknowns, counted)


def _transfers(reports: Reports, transfer: TransferSymbol) -> int:
    """Unknown transfers of the agents in its index, a number a report profile; of `adjust` one an others' profile."""
    profiles = reports.profiles
    codes = np.array([reports.spaces[a].code for a in profiles.audited], dtype=np.int32)
    inside = reports.instance.domain(transfer).contains((codes,))
    mine = [a for a, has in zip(profiles.audited, inside.tolist(), strict=True) if has]
    return sum(profiles.scenarios(a) if transfer.direction == "adjust" else profiles.cases for a in mine)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
