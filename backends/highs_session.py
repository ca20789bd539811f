"""One run of HiGHS on arrays, that Ctrl-C and a time limit can end."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays
from mdl.backends.errors import solver_missing
from mdl.backends.muted import muted
from mdl.diagnostics import Failure
from mdl.program.solution import SolverOptions

GRACE = 5.0
"""Seconds that HiGHS has to stop after Ctrl-C; parts of it (presolve, the active-set QP code) never look."""

SMALL_MATRIX_VALUE = 1e-12
"""The smallest that HiGHS lets itself be told: entries below are dropped, so they are refused before."""


@dataclass(slots=True, frozen=True, eq=False)
class Hessian:
    """Lower triangle of a symmetric matrix by columns, diagonal included: the objective has x'Hx/2."""

    starts: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]
    values: FloatArray


@dataclass(slots=True, frozen=True)
class Clock:
    """Seconds left of the user's time limit."""

    ends: float | None

    @staticmethod
    def of(options: SolverOptions) -> Clock:
        return Clock(None if options.time_limit is None else monotonic() + options.time_limit)

    @property
    def left(self) -> float | None:
        return None if self.ends is None else max(0.0, self.ends - monotonic())


@dataclass(slots=True, frozen=True, eq=False)
class Run:
    """`highs` is None where HiGHS did not stop in time after Ctrl-C: nothing may be read from it."""

    highs: Any
    status: str
    """Name of the HighsModelStatus: `kOptimal`."""


def run(arrays: Arrays, hessian: Hessian | None, options: SolverOptions, clock: Clock, **settings: str | float) -> Run:
    """Passes the arrays and runs HiGHS with these options.

    Raises Failure (MDL550) where HiGHS refuses an option: it would go on with another solver and say nothing.
    """
    return run_from(None, arrays, hessian, options, clock, settings)


def run_from(
    start: tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]] | None,
    arrays: Arrays,
    hessian: Hessian | None,
    options: SolverOptions,
    clock: Clock,
    settings: Mapping[str, str | float],
) -> Run:
    """As `run`, from a basis of columns and rows (states as in highs_linear.basis).

    Raises Failure (MDL550) where HiGHS refuses an option: it would go on with another solver and say nothing.
    """
    import highspy

    if clock.left == 0.0:
        return Run(None, "kTimeLimit")
    highs = open_highs(arrays, hessian, options, **settings)
    if highs is None:
        return Run(None, "kModelError")
    if clock.left is not None:
        _set(highs, "time_limit", clock.left)
    if start is not None:
        _start(highs, *start)
    with muted(options.quiet):
        ended = _run(highs)
    if not ended:
        return Run(None, "kInterrupt")
    status = highs.getModelStatus()
    return Run(highs, "kNotset" if status is None else highspy.HighsModelStatus(status).name)


def open_highs(arrays: Arrays, hessian: Hessian | None, options: SolverOptions, **settings: str | float) -> Any | None:
    """A Highs that holds the arrays, or None where it does not take them."""
    import highspy

    highs = highspy.Highs()
    _set(highs, "output_flag", not options.quiet)
    _set(highs, "small_matrix_value", SMALL_MATRIX_VALUE)
    if options.tolerance is not None:
        tolerance = max(options.tolerance, 1e-10)
        for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "ipm_optimality_tolerance"):
            _set(highs, name, max(tolerance, 1e-12))
    for name, value in settings.items():
        _set(highs, name, value)
    no_index, no_value = np.zeros(1, dtype=np.int32), np.zeros(1)
    quadratic = (no_index, no_index, no_value) if hessian is None else (hessian.starts, hessian.rows, hessian.values)
    whole = np.zeros(arrays.width, np.int32) if arrays.integer is None else arrays.integer.astype(np.int32)
    sense = highspy.ObjSense.kMaximize if arrays.maximize else highspy.ObjSense.kMinimize
    status = highs.passModel(
        arrays.width,
        arrays.height,
        len(arrays.values),
        0 if hessian is None else len(hessian.values),
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.HessianFormat.kTriangular),
        int(sense),
        arrays.offset,
        arrays.cost,
        arrays.lower,
        arrays.upper,
        arrays.row_lower,
        arrays.row_upper,
        arrays.starts,
        arrays.columns,
        arrays.values,
        *quadratic,
        whole,
    )
    return None if status == highspy.HighsStatus.kError else highs


def _start(highs: Any, columns: npt.NDArray[np.int8], rows: npt.NDArray[np.int8]) -> None:
    import highspy

    held = highspy.HighsBasis()
    held.col_status = [highspy.HighsBasisStatus(s) for s in columns.tolist()]
    held.row_status = [highspy.HighsBasisStatus(s) for s in rows.tolist()]
    held.valid = True
    highs.setBasis(held)


def _set(highs: Any, name: str, value: str | float | bool) -> None:
    import highspy

    if highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
        raise Failure(solver_missing("highs", f"HiGHS does not take {name} = {value}: install `highspy[extras]`"))


def _run(highs: Any) -> bool:
    """Whether HiGHS came to an end (Ctrl-C included) and may be read.

    HiGHS keeps Python's own handler from running, so it works in a thread while this one listens.
    An interrupted `Thread.join` may call a running thread dead (CPython 3.11), so an event says it.
    """
    if threading.current_thread() is not threading.main_thread():
        highs.run()
        return True
    highs.HandleUserInterrupt = True
    ended = threading.Event()

    def work() -> None:
        try:
            highs.run()
        finally:
            ended.set()

    threading.Thread(target=work, daemon=True).start()
    try:
        while not ended.wait(0.1):
            pass
    except KeyboardInterrupt:
        highs.cancelSolve()
        try:
            ended.wait(GRACE)
        except KeyboardInterrupt:
            return False
    if not ended.is_set():
        return False
    highs.disableCallbacks()
    return True
