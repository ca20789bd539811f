"""Which mode solves a KKT system: by the class of its program, unless the user names one."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from mdl.backends import errors
from mdl.diagnostics import Failure
from mdl.lowering.kkt import Kkt
from mdl.program.program import ProgramClass
from mdl.program.solution import Solution, SolverOptions, Status

MODES = ("fischer-burmeister", "product", "big-m", "strong-duality")

DEFAULTS = {ProgramClass.LP: ("strong-duality", "fischer-burmeister")}
"""Tried in this order; other classes as in OTHERS."""

OTHERS = ("fischer-burmeister", "product")


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
    found: Solution | None = None
    for name in DEFAULTS.get(kkt.primal.kind, OTHERS):
        mode = mode_named(name)
        if mode.unfit(kkt) is None:
            again = mode.solve(kkt, options)
            if again.values is not None or found is None:
                found = again
            if found.values is not None or found.status in (Status.LIMIT, Status.INTERRUPTED):
                break
    assert found is not None
    return found
