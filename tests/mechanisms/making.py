"""Instances and report profiles from a text."""

from __future__ import annotations

from pathlib import Path

from mdl.data.bind import bind
from mdl.data.instance import Instance
from mdl.data.overrides import Overrides
from mdl.diagnostics import Failure, Source
from mdl.driver import understand
from mdl.mechanisms.outcomes import Outcomes
from mdl.mechanisms.reports import Reports, over_reports
from mdl.program.solution import SolverOptions
from mdl.semantics.model import MechanismSymbol, RuleSymbol


def instance_of(text: str) -> Instance:
    return bind(understand(Source("m.mdl", text)), Path(), Overrides())


def reports_of(text: str) -> Reports:
    return over_reports(instance_of(text))


def mechanism_of(reports: Reports, name: str = "m") -> MechanismSymbol:
    found = reports.instance.model.symbols[name]
    assert isinstance(found, MechanismSymbol)
    return found


def outcomes_of(reports: Reports, mechanism: MechanismSymbol) -> Outcomes:
    chosen = mechanism.outcome if isinstance(mechanism.outcome, RuleSymbol) else None
    return Outcomes(reports, chosen, SolverOptions())


def codes(failure: Failure) -> list[str]:
    return [d.code for d in failure.diagnostics]
