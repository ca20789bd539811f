"""The search for a mechanism: by shortest paths where payments are a matter of graphs, else by a linear program.

Whatever a solver says is only believed with an exact proof (mdl.certify); where the data are no rationals, or the
proof could not be had, the answer says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.certify.outcome import Outcome, Proof, Refutation, Unboundedness, Unproved
from mdl.certify.search import prove
from mdl.mechanisms.design.back import Design
from mdl.mechanisms.design.build import build
from mdl.mechanisms.design.input import DesignInput
from mdl.mechanisms.design.selection import ALL
from mdl.mechanisms.payments.extreme import Contradiction
from mdl.mechanisms.payments.find import Payments
from mdl.mechanisms.payments.find import find as find_payments
from mdl.mechanisms.payments.separable import Separable, applies
from mdl.mechanisms.structure.generate import generate, tightened
from mdl.mechanisms.structure.neighbours import Structure, incentive, structure
from mdl.mechanisms.unknown import Unknown
from mdl.program.program import Bound, Columns, Domain, Program, ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status

MANY = 20_000
"""Incentive rows beyond which they are generated, where structure does not make them few."""


@dataclass(slots=True, eq=False)
class Found:
    """What a search ended with.

    point      (width,) of the design's own columns, exact where `level` is exact; None without one
    objective  size 1; None without one
    level      exact, interval or numeric: of the optimum, or of the impossibility
    route      how it was found, for the reader
    why        why the answer is not exact; empty where it is
    payments   the answer by graphs, or the contradiction
    design     the program that was solved, with `solution` and what was proved of it
    """

    status: Status
    point: Numbers | None
    objective: Numbers | None
    level: str
    route: str
    why: str = ""
    payments: Payments | None = None
    contradiction: Contradiction | None = None
    design: Design | None = None
    solution: Solution | None = None
    proof: Outcome | None = None
    notes: tuple[str, ...] = ()
    compile_seconds: float = 0.0
    solve_seconds: float = 0.0


def search(unknown: Unknown, options: SolverOptions, *, full: bool = False, via_pyomo: bool = False) -> Found:
    """The best mechanism, or why there is none.

    `full` keeps every incentive row and takes no graphs; `via_pyomo` solves the linear program through Pyomo.
    Raises Failure as building and the backends do.
    """
    if not (full or via_pyomo):
        found = applies(unknown.input)
        if isinstance(found, Separable):
            return _by_graphs(unknown, found)
    return _by_program(unknown, options, full, via_pyomo)


# ---- graphs --------------------------------------------------------------------------------------------


def _by_graphs(unknown: Unknown, held: Separable) -> Found:
    started = perf_counter()
    found = find_payments(held)
    seconds = perf_counter() - started
    notes = unknown.input.notes
    route = "shortest paths over reports"
    if isinstance(found, Contradiction):
        why = "" if found.level != "numeric" else "the valuations are floating point"
        made = Found(Status.INFEASIBLE, None, None, found.level, route, why, notes=notes, solve_seconds=seconds)
        made.contradiction = found
        return made
    return Found(
        Status.OPTIMAL,
        found.values,
        found.objective,
        found.level,
        route,
        _why(found),
        payments=found,
        notes=notes,
        solve_seconds=seconds,
    )


def _why(found: Payments) -> str:
    if found.level == "interval":
        return f"payments are rationals within {found.slack:.0e} of the largest"
    return f"requirements are met within {found.tolerance:.0e}" if found.level == "numeric" else ""


# ---- a linear program ----------------------------------------------------------------------------------


def _by_program(unknown: Unknown, options: SolverOptions, full: bool, via_pyomo: bool) -> Found:
    from mdl.backends.dispatch import solve

    started = perf_counter()
    given, prop = unknown.input, incentive(unknown.input)
    held = _structure(given, full)
    if prop is not None and not full and not via_pyomo and _many_rows(given, held):
        return _by_generation(unknown, prop, held, options, started)
    design = build(given, held.selection)
    compiled = perf_counter() - started
    started = perf_counter()
    basis = design.program.kind is ProgramClass.LP and not via_pyomo
    solution = solve(design.program, replace(options, basis=basis), via_pyomo=via_pyomo)
    made = _of_program(unknown, design, solution, _proof(design.program, solution, options))
    made.compile_seconds, made.solve_seconds = compiled, perf_counter() - started
    made.notes = (*made.notes, *held.lines())
    return made


def program_of(unknown: Unknown, full: bool) -> tuple[Design, tuple[str, ...]]:
    """The program of a search with the incentive rows that imply the others, and what is left out and why.

    Where nothing is implied and there are many rows, a search generates them; here all are built.
    """
    given, held = unknown.input, _structure(unknown.input, full)
    lines = held.lines()
    if _many_rows(given, held):
        lines = (*lines, "`solve` starts with few incentive rows and adds those that solutions break")
    return build(given, held.selection), lines


def _structure(given: DesignInput, full: bool) -> Structure:
    """What may be left out; with `full` nothing."""
    return Structure(ALL, 0, 0, (), frozenset()) if full else structure(given)


def _many_rows(given: DesignInput, held: Structure) -> bool:
    integer = any(c.domain is not Domain.CONTINUOUS for c in given.columns)
    return not integer and held.kept > MANY and len(held.reduced) < len(given.agents)


def _by_generation(unknown: Unknown, prop: str, held: Structure, options: SolverOptions, started: float) -> Found:
    """Rows as solutions break them; what is left out holds exactly at a point that is proved optimal without it."""
    given = unknown.input
    start = {k: held.selection.pairs_of(k, given.agents[k].table) for k in held.reduced}
    found = generate(given, prop, options, start)
    design, solution, notes = found.design, found.solution, found.lines()
    proof = _proof(design.program, solution, options)
    while isinstance(proof, Proof):
        more = tightened(given, prop, design, proof.point)
        if more is None:
            break
        design = more
        proof = prove(design.program, time_limit=options.time_limit or 60.0)
    if isinstance(proof, Proof):
        notes = (*notes, "the rows that are left out hold exactly at the answer")
    elif isinstance(proof, Unproved) and not found.complete:
        proof = Unproved(f"rows that were left out are broken by {found.worst:.0e}")
    made = _of_program(unknown, design, solution, proof)
    made.solve_seconds = perf_counter() - started
    made.notes = (*made.notes, *notes)
    return made


def _proof(program: Program, solution: Solution, options: SolverOptions) -> Outcome:
    if solution.status in (Status.INTERRUPTED, Status.LIMIT):
        return Unproved(f"the solver was stopped ({solution.status.value})")
    return prove(program, solution, time_limit=options.time_limit or 60.0)


def _of_program(unknown: Unknown, design: Design, solution: Solution, proof: Outcome) -> Found:
    width = unknown.input.width
    linear = design.program.kind is ProgramClass.LP
    made = Found(
        solution.status,
        None,
        None,
        "exact",
        "a linear program" if linear else f"a program of class {design.program.kind.value}",
        design=design,
        solution=solution,
        proof=proof,
        notes=design.notes,
    )
    match proof:
        case Proof():
            made.status = Status.OPTIMAL
            made.point, made.objective = proof.point.take(slice(0, width)), Numbers.of([proof.optimum])
        case Refutation():
            made.status = Status.INFEASIBLE
        case Unboundedness():
            made.status = Status.UNBOUNDED
        case Unproved(reason=reason):
            made.level, made.why = "numeric", reason
            made.point = None if solution.values is None else _settled(design.program, solution).take(slice(0, width))
            made.objective = None if solution.objective is None else Numbers.inexact([solution.objective])
    return made


def _settled(program: Program, solution: Solution) -> Numbers:
    """A solver's point; of a program with integer columns the exact optimum with these as they are, where it has one.

    So what a search with integers found can be audited exactly, though that nothing is better is the solver's word.
    """
    assert solution.values is not None
    point = Numbers.inexact(solution.values)
    if all(c.domain is Domain.CONTINUOUS for c in program.columns):
        return point
    columns = tuple(c if c.domain is Domain.CONTINUOUS else _fixed(c, solution) for c in program.columns)
    proof = prove(replace(program, columns=columns, kind=ProgramClass.LP))
    return proof.point if isinstance(proof, Proof) else point


def _fixed(block: Columns, solution: Solution) -> Columns:
    """A block of integer columns held at the nearest integers."""
    assert solution.values is not None
    values = np.rint(solution.values[block.start : block.start + len(block.labels)]).astype(np.int64)
    bound = Bound(Numbers.exact(values))
    return replace(block, lower=bound, upper=bound, domain=Domain.CONTINUOUS)


def optimum(found: Found) -> Fraction | None:
    """The objective where it is exact."""
    if found.objective is None or not found.objective.is_exact:
        return None
    return found.objective.fractions()[0]
