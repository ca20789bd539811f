"""Tasks on mechanisms: `check M: ...;` audits one, `find M;` searches for it; what expectations ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from time import perf_counter

from mdl.algebra.numerals import shown
from mdl.answer import tables
from mdl.answer.answer import Answer, Check
from mdl.certify.outcome import Refutation, Unboundedness
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure, Span
from mdl.mechanisms.audit.audit import audit_many
from mdl.mechanisms.audit.verdict import Verdict
from mdl.mechanisms.known import Known
from mdl.mechanisms.outcomes import Outcomes
from mdl.mechanisms.reports import Reports, over_reports
from mdl.mechanisms.rule_errors import named
from mdl.mechanisms.search import Found, search
from mdl.mechanisms.tables import PARTICIPATION, MechanismTable
from mdl.mechanisms.unknown import Unknown, unknown
from mdl.program.solution import SolverOptions, Status, Stopped
from mdl.semantics.model import (
    MechanismSymbol,
    MechanismTask,
    Property,
    RuleSymbol,
    Symbol,
)
from mdl.tasks import mechanism_errors as errors
from mdl.tasks.certificates import certificate
from mdl.tasks.mechanism_tables import columns, everything_else, multipliers, transfers
from mdl.tasks.results import Results


@dataclass(slots=True, eq=False)
class Studied:
    """One mechanism with what is known of it so far."""

    mechanism: MechanismSymbol
    outcomes: Outcomes
    found: Found | None = None
    known: Known | None = None
    table: MechanismTable | None = None
    verdicts: dict[str, Verdict] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Mechanisms:
    """All mechanisms of an instance; the report profiles are made once."""

    results: Results
    reports: Reports
    studied: dict[Symbol, Studied] = field(default_factory=dict)

    def of(self, mechanism: MechanismSymbol) -> Studied:
        held = self.studied.get(mechanism)
        if held is None:
            chosen = mechanism.outcome if isinstance(mechanism.outcome, RuleSymbol) else None
            made = Outcomes(self.reports, chosen, self.results.options)
            for other in self.studied.values():
                made.known = other.outcomes.known  # rules are the same whatever the mechanism
                break
            held = self.studied[mechanism] = Studied(mechanism, made)
        return held

    def table(self, held: Studied, span: Span) -> MechanismTable:
        """The audited table of a mechanism whose payments are known; Failure (MDL680) before it was found."""
        if held.table is None:
            if held.mechanism.unknown and (held.found is None or held.found.point is None):
                raise Failure(errors.not_found_yet(held.mechanism.name, held.found is not None, span))
            held.known = held.known or Known.of(self.reports, held.outcomes, held.mechanism)
            held.table = held.known.table()
        return held.table

    def audit(self, held: Studied, properties: Sequence[Property], span: Span) -> list[Verdict]:
        table = self.table(held, span)
        assert held.known is not None
        if any(p.name == "efficient" for p in properties) and table.optimum is None:
            try:
                table.optimum = held.known.optimum()
            except Stopped:
                raise
            except Failure as failure:
                if failure.diagnostics[0].code != "MDL630":
                    raise
                # there is no best outcome at some profile; the other properties are judged all the same
                held.verdicts["efficient"] = undecided("efficient", failure.diagnostics[0])
        left = [p for p in properties if p.name not in held.verdicts]
        if any(p.name in PARTICIPATION for p in left):
            held.known.participation(table)
        for p, verdict in zip(left, audit_many(table, [p.name for p in left], [p.span for p in left]), strict=True):
            held.verdicts[p.name] = verdict
        return [held.verdicts[p.name] for p in properties]


def undecided(name: str, why: Diagnostic) -> Verdict:
    """A property for which there is nothing to compare with."""
    way_out = "costs and benefits that no valuation has belong in `income = ...;`, which counts as surplus"
    return Verdict(name, "undecided", "numeric", Fraction(0), None, f"{why.message} ({why.code}: {way_out})", 0)


def mechanisms(instance: Instance, results: Results) -> Mechanisms:
    """Those of an instance; Failure as listing report profiles does."""
    if results.mechanisms is None:
        results.mechanisms = Mechanisms(results, over_reports(instance))
    assert isinstance(results.mechanisms, Mechanisms)
    return results.mechanisms


@contextmanager
def in_words(reports: Reports) -> Iterator[None]:
    """Inside, a Failure that names a profile by its number names it by its reports."""
    try:
        yield
    except Stopped as stopped:
        raise Stopped(stopped.status, named(stopped.diagnostics[0], reports.profiles)) from None
    except Failure as failure:
        raise Failure([named(d, reports.profiles) for d in failure.diagnostics]) from None


# ---- tasks ---------------------------------------------------------------------------------------------


def answer(instance: Instance, task: MechanismTask, text: str, results: Results) -> Answer:
    """Raises Failure where the task cannot be done."""
    started = perf_counter()
    held = mechanisms(instance, results)
    with in_words(held.reports):
        studied = held.of(task.mechanism)
        made = _find(held, studied, text) if task.find else _check(held, studied, task, text)
    if not made.compile_seconds:
        made.compile_seconds = perf_counter() - started - made.solve_seconds
    return made


def _check(held: Mechanisms, studied: Studied, task: MechanismTask, text: str) -> Answer:
    found = held.audit(studied, task.properties, task.span)
    made = Answer(text, "check", checks=[check_of(v) for v in found])
    assert studied.table is not None
    made.notes = _unique([*studied.table.notes, *(n for v in found for n in v.notes)])
    made.values = transfers(held.reports, studied.mechanism, studied.known)
    made.more = partial(everything_else, held.reports, studied.mechanism, studied.known, made.values)
    return made


def _find(held: Mechanisms, studied: Studied, text: str) -> Answer:
    results = held.results
    studied.outcomes.given = {}  # what an earlier `find` found is asked for anew
    design = unknown(held.reports, studied.outcomes, studied.mechanism)
    found = search(design, results.options, full=results.full, via_pyomo=results.via_pyomo)
    studied.found, studied.known, studied.table, studied.verdicts = found, None, None, {}
    if found.point is not None:
        studied.outcomes.given = design.found(found.point)
        studied.known = Known.of(held.reports, studied.outcomes, studied.mechanism)
    made = Answer(text, "find", status=found.status, solver=_solver(found), compile_seconds=found.compile_seconds)
    made.solve_seconds, made.level = found.solve_seconds, found.level
    if found.design is not None:
        made.program = tables.size_of(found.design.program)
    made.notes = _unique(found.notes)
    if results.certificate:
        try:
            made.certificate = certificate(design, found)
        except Failure as failure:
            made.unproved = failure.diagnostics[0]
    if found.point is None:
        made.reasons = _why_none(design, found, results.options)
        made.notes += [found.why] if found.why else []
        return made
    if found.objective is not None and (studied.mechanism.goal is not None or studied.mechanism.shortfall):
        exact = found.level == "exact"
        made.objective = found.objective.fractions()[0] if exact else float(found.objective.floats()[0])
        made.notes += _optimality(found)
    required = studied.mechanism.require
    if required:
        made.checks = [check_of(v) for v in held.audit(studied, required, studied.mechanism.span)]
    made.values = columns(design, found) + transfers(held.reports, studied.mechanism, studied.known)
    made.more = partial(everything_else, held.reports, studied.mechanism, studied.known, made.values)
    made.duals = multipliers(found)
    return made


def _solver(found: Found) -> str:
    return found.solution.solver if found.solution is not None else found.route


def check_of(verdict: Verdict) -> Check:
    held = verdict.as_check()
    violation = held["violation"]
    witness = held["witness"]
    why = str(held["why"])
    return Check(
        verdict.property,
        verdict.verdict,
        verdict.level,
        None if violation is None else float(violation),
        None if witness is None else str(witness),
        why,
    )


def _optimality(found: Found) -> list[str]:
    if found.level == "exact":
        assert found.objective is not None
        how = "the shortest paths" if found.payments else "exact multipliers"
        return [f"the optimum is exactly {_exactly(found.objective.fractions()[0])}, proved by {how}"]
    return [f"the optimum is not exact: {found.why}"] if found.why else []


def _exactly(value: Fraction) -> str:
    """Short only where nothing is lost: `1.7499999999`, `2/3`, `1/10000000000000061 (about 1e-16)`."""
    text = shown(value)
    if Fraction(text) == value:
        return text
    long = max(abs(value.numerator), value.denominator) >= 10**40
    return f"a long fraction (about {text})" if long else f"{value} (about {text})"


def _why_none(design: Unknown, found: Found, options: SolverOptions) -> list[str]:
    """Which requirements conflict, and the proof; without a proof nothing is said."""
    from mdl.tasks.conflicts import conflict

    held = conflict(design, found, options) if found.status is Status.INFEASIBLE else None
    if held is None:
        return reasons(design, found)
    return [held.line(), *reasons(held.design, held.found)]


def reasons(design: Unknown, found: Found) -> list[str]:
    """Why there is no mechanism, in the words of the file; empty where nothing was proved."""
    from mdl.certify.words import words as of_program
    from mdl.mechanisms.payments.words import words as of_payments

    if found.contradiction is not None:
        return of_payments(found.contradiction, design.input)
    if found.design is not None and isinstance(found.proof, Refutation | Unboundedness):
        return of_program(found.proof, found.design.program)
    return []


def _unique(notes: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(notes))
