"""What IPOPT calls while it runs: functions of the problem, and whether to go on.

An exception must not cross the solver's code: it is kept, the values become NaN, and the next
iteration ends the run.  So does Ctrl-C, after which the last iterate is still known.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.nlp import Problem

INTERRUPTED, TIME = "interrupted", "time"


class Callbacks:
    """In the form of cyipopt's `problem_obj`; multipliers are IPOPT's, of sign * objective + multipliers'rows."""

    def __init__(self, problem: Problem, ends: float | None) -> None:
        self.functions, self.sign, self.ends = problem.functions, problem.sign, ends
        self.width, self.idle = problem.functions.width, problem.idle
        rows, columns = self.functions.jacobian_row, self.functions.jacobian_column
        # IPOPT does not take rows with no entry at all
        self.hollow = self.functions.height > 0 and not len(rows)
        self.jacobian_places = (np.zeros(1, dtype=np.intp),) * 2 if self.hollow else (rows, columns)
        self.iterations = 0
        self.stopped: str | None = None
        """INTERRUPTED or TIME, where the run was ended from here."""
        self.error: BaseException | None = None
        self.last = problem.start[: self.width]
        """The last iterate."""

    def objective(self, x: FloatArray) -> float:
        x = x[: self.width]
        return float(self._guard(lambda: np.array([self.sign * self.functions.objective(x)]), 1)[0])

    def gradient(self, x: FloatArray) -> FloatArray:
        self.last = np.array(x[: self.width])
        found = self._guard(lambda: self.sign * self.functions.gradient(self.last), self.width)
        return np.append(found, np.zeros(self.idle)) if self.idle else found

    def constraints(self, x: FloatArray) -> FloatArray:
        x = x[: self.width]
        return self._guard(lambda: self.functions.rows(x), self.functions.height)

    def jacobian(self, x: FloatArray) -> FloatArray:
        if self.hollow:
            return np.zeros(1)
        x = x[: self.width]
        return self._guard(lambda: self.functions.jacobian(x), len(self.functions.jacobian_row))

    def hessian(self, x: FloatArray, multipliers: FloatArray, weight: float) -> FloatArray:
        x, size = x[: self.width], len(self.functions.hessian_row)
        return self._guard(lambda: self.functions.hessian(x, self.sign * weight, multipliers), size)

    def jacobianstructure(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        return self.jacobian_places

    def hessianstructure(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        return self.functions.hessian_row, self.functions.hessian_column

    def intermediate(self, mode: int, iteration: int, *_: float) -> bool:
        """Once an iteration; False ends the run."""
        self.iterations = iteration
        if self.stopped is None and self.ends is not None and monotonic() >= self.ends:
            self.stopped = TIME
        return self.stopped is None and self.error is None

    def _guard(self, compute: Callable[[], FloatArray], size: int) -> FloatArray:
        if self.error is None:
            try:
                return compute()
            except KeyboardInterrupt:
                self.stopped = INTERRUPTED
            except BaseException as error:
                self.error = error
        return np.full(size, np.nan)


@contextmanager
def interruptible(callbacks: Callbacks) -> Iterator[None]:
    """Ctrl-C ends the run at the next iteration, a second one at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def note(number: int, frame: Any) -> None:
        if callbacks.stopped == INTERRUPTED:
            raise KeyboardInterrupt
        callbacks.stopped = INTERRUPTED

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
