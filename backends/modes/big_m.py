"""A binary for each pair: the slack is 0 or the multiplier is, by bounds that are proved (HiGHS).

A pair a, b >= 0 with a <= M (1 - t), b <= N t needs M and N that no solution exceeds.  Each is the largest
value of a, or of b, over a relaxation of the system: all conditions but complementarity, and of it
that a multiplier that is not 0 has a slack of 0.  Linear programs add that objectives are
equal.  Where such a maximum is infinite there is no proof, and the mode is refused.
"""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from mdl.algebra.numbers import FloatArray
from mdl.backends.modes.pair_binaries import with_binaries
from mdl.backends.modes.pair_limits import proved
from mdl.lowering.kkt import Kkt, pairs_of
from mdl.program.program import Program, ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status

NAME = "big-M (HiGHS)"

MOST = 60
"""Pairs that branch and bound can be expected to decide; 110 were too many in trials."""


def unfit(kkt: Kkt) -> str | None:
    """It takes linear rows, few pairs, and proved bounds."""
    if not kkt.program.linear_rows:
        row = next(r for r in kkt.program.rows if r.nonlinear)
        return f"`{row.name}` is not linear"
    count = len(pairs_of(kkt).rows)
    if count > MOST:
        return f"{count} pairs are too many for branch and bound, which takes {MOST}"
    found = proved(relaxation(kkt), pairs_of(kkt))
    return found if isinstance(found, str) else None


def solve(kkt: Kkt, options: SolverOptions) -> Solution:
    """A point of the KKT program; INFEASIBLE where there is none."""
    from mdl.backends import highs

    began = perf_counter()
    pairs = pairs_of(kkt)
    limits = proved(relaxation(kkt), pairs)
    assert not isinstance(limits, str)
    if limits is None:
        return Solution(Status.INFEASIBLE, NAME, "even without complementarity the system has no solution")
    mixed = with_binaries(replace(kkt.program, faults=()), pairs, limits)
    found = highs.solve(mixed, replace(options, solver="highs"))
    kept = None
    if found.status is Status.OPTIMAL and found.values is not None:
        kept = found.values[: kkt.program.width]
        kept = polished(kkt, kept)
    return replace(found, solver=NAME, values=kept, objective=None, bound=None, seconds=perf_counter() - began)


def polished(kkt: Kkt, x: FloatArray) -> FloatArray:
    """A binary that is 1e-7 off leaves products that are: Newton steps from there take that away."""
    from mdl.backends.modes import fischer_burmeister as newton

    system = newton.System(kkt)
    better, _, size, _ = newton.newton(system, x, None)
    return better if size < system.residual(x) else x


def relaxation(kkt: Kkt) -> Program:
    if kkt.primal.kind is ProgramClass.LP:
        from mdl.backends.modes.strong_duality import linear_program

        return linear_program(kkt)
    return replace(kkt.program, complementarities=(), kind=ProgramClass.LP, why=None, faults=())
