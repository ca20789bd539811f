"""`solve kkt of R;`: the KKT system solved by itself, verified, and compared with the direct solve."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from mdl.algebra.absence import Absence
from mdl.algebra.numbers import FloatArray
from mdl.answer import tables
from mdl.answer.answer import Answer, Check, Table
from mdl.answer.explain import column_block, row_block
from mdl.answer.numerals import short
from mdl.lowering.kkt import Kkt, lower_kkt
from mdl.program.program import Program, ProgramClass, Role
from mdl.program.residual import Part, Residuals, residuals
from mdl.program.solution import Solution, Status
from mdl.semantics.model import RuleSymbol
from mdl.tasks.results import Results, Solved

if TYPE_CHECKING:
    from fractions import Fraction

TOLERANCE = 1e-8
"""Scaled residuals up to this hold."""
AGREEMENT = 1e-5
"""How far points and duals of the direct solve may be, over 1 + their size; objectives an order less."""

NOT_REACHED = "the conditions hold only as below; where no point is inside all constraints they may have no solution"

PROVED = {ProgramClass.LP, ProgramClass.QP, ProgramClass.CONVEX}
GIVES_UP = {Status.INFEASIBLE, Status.UNBOUNDED, Status.INFEASIBLE_OR_UNBOUNDED}


def solve_kkt(rule: RuleSymbol, absence: Absence | None, text: str, results: Results) -> tuple[Answer, Solved]:
    """The answer, and what later claims refer to.

    Raises Failure for integers (MDL430), a mode that does not fit (MDL560), or an undefined start (MDL503).
    """
    from mdl.backends.modes.choose import solve

    direct = results.solve(rule, absence)
    answer = Answer(text, "kkt", status=direct.solution.status, compile_seconds=direct.compile_seconds)
    answer.diagnostics = direct.why_not
    if direct.lowered is None:
        return answer, direct
    primal = direct.lowered.program
    started = perf_counter()
    kkt = lower_kkt(primal)
    answer.compile_seconds += perf_counter() - started
    answer.program = tables.size_of(kkt.program)
    answer.notes = list(direct.lowered.notes)
    if direct.solution.status in GIVES_UP:
        answer.message = f"`{rule.name}` is {direct.solution.status.value}, so its KKT system has no solution"
        answer.solver = direct.solution.solver
        return answer, direct
    found = solve(kkt, results.options)
    answer.status, answer.solver, answer.message = found.status, found.solver, found.message
    answer.solve_seconds = found.seconds
    if found.values is None:
        return answer, Solved(rule, direct.lowered, found, answer.compile_seconds)
    point, known = exactly(kkt, found.values)
    solution = kkt.split(point, found.solver)
    if found.status is Status.LOCAL or primal.kind not in PROVED:
        answer.status = Status.LOCAL
    answer.objective = solution.objective
    parts = conditions(primal, residuals(primal, solution), exact=known is not None)
    answer.checks = [*parts, *agreement(primal, solution, direct.solution)]
    if all(c.verdict == "holds" for c in parts):
        answer.checks += facts(kkt, point)
    else:
        answer.status, answer.message = Status.FAILED, NOT_REACHED
    answer.duals = multipliers(kkt, point, known)
    return answer, Solved(rule, direct.lowered, solution, answer.compile_seconds)


def exactly(kkt: Kkt, point: FloatArray) -> tuple[FloatArray, list[Fraction] | None]:
    """The exact solution with the same active set, where there is one, and its nearest floats."""
    from mdl.lowering.kkt_exact import solve_exactly

    known = solve_exactly(kkt, point)
    return (point, None) if known is None else (np.array([float(v) for v in known]), known)


def multipliers(kkt: Kkt, point: FloatArray, known: list[Fraction] | None) -> list[Table]:
    """One table a side of a family of rows, or of a family of bounds; exact where they are known so."""
    out = []
    for m in kkt.multipliers:
        labels = kkt.program.columns[m.columns].labels
        end = m.start + len(m.places)
        held = point[m.start : end].tolist()
        values = held if known is None else [_short(v, f) for v, f in zip(known[m.start : end], held, strict=True)]
        out.append(Table(m.name, list(zip(labels.keys(), values, strict=True))))
    return out


def _short(value: Fraction, nearest: float) -> Fraction | float:
    """A rational that nobody would read becomes its nearest float."""
    return value if value.denominator < 10**6 else nearest


# ---- checks ----------------------------------------------------------------------------------------------


def conditions(primal: Program, found: Residuals, *, exact: bool = False, tolerance: float = TOLERANCE) -> list[Check]:
    """A check for each part of the KKT conditions, with its residual in the user's units and where it is worst."""
    parts = {
        "stationarity": found.stationarity,
        "primal feasibility": found.primal,
        "dual feasibility": found.dual,
        "complementarity": found.complementarity,
    }
    return [condition(primal, name, part, exact, tolerance) for name, part in parts.items() if part is not None]


def condition(primal: Program, name: str, part: Part, exact: bool, tolerance: float) -> Check:
    if exact:
        return Check(name, "holds", "exact", 0.0)
    holds = part.scaled <= tolerance
    where = f" at {place_name(primal, part)}" if part.place is not None and part.size > 0 else ""
    return Check(name, "holds" if holds else "fails", "numeric", part.size, f"residual {part.size:.1e}{where}")


def place_name(primal: Program, part: Part) -> str:
    assert part.place is not None
    block, position = (row_block if part.in_rows else column_block)(primal, part.place)
    return block.labels.name(block.name, position)


def agreement(primal: Program, solution: Solution, direct: Solution) -> list[Check]:
    """Objective, point and duals against the solver that was given the program itself."""
    if direct.values is None or direct.objective is None:
        return [Check("as in the direct solve", "undecided", "numeric", witness=direct.status.value)]
    assert solution.objective is not None and solution.values is not None
    far = abs(solution.objective - direct.objective)
    out = [_agrees("objective as in the direct solve", far, 1 + abs(direct.objective), 0.1 * AGREEMENT)]
    if out[0].verdict == "fails" and primal.kind not in PROVED:
        told = f"{short(solution.objective)} here, {short(direct.objective)} there: no sign of a mistake"
        return [Check("another stationary point than the direct solve", "holds", "numeric", far, told)]
    same = out[0].verdict == "holds"
    own = np.concatenate(
        [np.zeros(0, np.bool_), *(np.full(len(c.labels), c.role is Role.USER) for c in primal.columns)]
    )
    pairs = [("point", solution.values[own], direct.values[own]), ("duals", solution.row_duals, direct.row_duals)]
    for name, mine, other in pairs:
        if mine is None or other is None or not len(mine):
            continue
        k = int(np.argmax(np.abs(mine - other)))
        far = float(abs(mine[k] - other[k]))
        check = _agrees(f"{name} as in the direct solve", far, 1 + float(np.abs(other).max()), AGREEMENT)
        if check.verdict == "fails" and same:
            # one objective: as good as each other, to the accuracy of the direct solve
            check = Check(
                f"{name} of equal objective", "holds", "numeric", far,
                f"differs by {short(far)}: not unique, or as flat as the direct solve is accurate",
            )  # fmt: skip
        out.append(check)
    return out


def _agrees(name: str, far: float, scale: float, tolerance: float) -> Check:
    return Check(name, "holds" if far <= tolerance * scale else "fails", "numeric", far, f"differs by {far:.1e}")


def facts(kkt: Kkt, point: FloatArray) -> list[Check]:
    """Whether the multipliers are unique, and what the conditions prove."""
    from mdl.backends.kkt_unique import unique

    out = []
    found = unique(kkt, point)
    name = "multipliers unique" if found.unique else "multipliers not unique"
    out.append(Check(name, "holds", "numeric", None, found.why))
    if kkt.primal.kind in PROVED:
        out.append(Check("KKT sufficient for a global optimum", "holds", "exact", None, kkt.primal.kind.value))
    else:
        out.append(
            Check(
                "KKT necessary, not sufficient", "holds", "exact", None, "convexity is not proved: a stationary point"
            )
        )
    return out
