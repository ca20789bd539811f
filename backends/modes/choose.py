"""Which mode solves a KKT system: by the class of its program, unless the user names one."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from mdl.backends import errors
from mdl.diagnostics import Failure
from mdl.lowering.kkt import Kkt
from mdl.program.program import ProgramClass
from mdl.program.residual import residuals
from mdl.program.solution import Solution, SolverOptions, Status

MODES = ("fischer-burmeister", "product", "big-m", "strong-duality")

DEFAULTS = {ProgramClass.LP: ("strong-duality", "fischer-burmeister")}
"""Tried in this order; other classes as in OTHERS."""

OTHERS = ("fischer-burmeister", "product")

GOOD = 1e-8
"""Scaled residual with which no other mode is tried."""


class Mode(Protocol):
    """`solve` gives a point of the KKT program in `values`; no mode is given a solution of the program."""

    NAME: str

    def unfit(self, kkt: Kkt) -> str | None: ...

    def solve(self, kkt: Kkt, options: SolverOptions) -> Solution: ...


def mode_named(name: str) -> Mode:
    return cast(Mode, import_module(f"mdl.backends.modes.{name.replace('-', '_')}"))


def solve(kkt: Kkt, options: SolverOptions) -> Solution:
    """A point of the KKT program.  Raises Failure (MDL560) where the mode asked for does not fit it."""
    if options.mode != "auto":
        mode = mode_named(options.mode)
        why = mode.unfit(kkt)
        if why is not None:
            raise Failure(errors.mode_unfit(options.mode, why, kkt.program.objective.span))
        return mode.solve(kkt, options)
    best: Solution | None = None
    least = float("inf")
    for name in DEFAULTS.get(kkt.primal.kind, OTHERS):
        mode = mode_named(name)
        if mode.unfit(kkt) is not None:
            continue
        try:
            found = mode.solve(kkt, options)
        except Failure:
            if best is None:
                raise
            break  # such as a solver that is not installed: what there is must do
        off = float("inf") if found.values is None else residuals(kkt.primal, kkt.split(found.values)).worst
        if best is None or off < least:
            best, least = found, off
        if least <= GOOD or found.status in (Status.LIMIT, Status.INTERRUPTED):
            break
    assert best is not None
    return best
