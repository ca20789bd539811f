"""What a solver found, in the program's order of rows and columns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.diagnostics import Diagnostic, Failure


class Status(Enum):
    OPTIMAL = "optimal"
    """Proved optimal up to the solver's tolerances (global)."""
    LOCAL = "locally optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INFEASIBLE_OR_UNBOUNDED = "infeasible or unbounded"
    LIMIT = "stopped at a limit"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


NOT_FINISHED = frozenset({Status.LIMIT, Status.INTERRUPTED, Status.FAILED})
"""The solver came to no verdict, so nothing is said of the program."""


class Stopped(Failure):
    """There is no answer because a solver failed or was stopped; `status` is in NOT_FINISHED."""

    stopped = True

    def __init__(self, status: Status, why: Diagnostic) -> None:
        super().__init__(why)
        self.status = status


def no_answer(status: Status, why: Diagnostic) -> Failure:
    """Stopped where the solver came to no verdict; a plain Failure where its verdict is what is wrong."""
    return Stopped(status, why) if status in NOT_FINISHED else Failure(why)


@dataclass(slots=True, frozen=True, eq=False)
class Solution:
    """`values` (columns,) and `objective` are None where there is no point; never read one that is not there.

    Signs: `row_duals` (rows,) and `column_duals` (columns,) are the rate of change of the optimal
    objective, in the user's sense, per unit of the row's right-hand side or the variable's bound.
    So a binding `<=` row of a maximisation has a dual >= 0, of a minimisation <= 0.
    None for integer programs.
    """

    status: Status
    solver: str
    message: str = ""
    values: FloatArray | None = None
    objective: float | None = None
    row_duals: FloatArray | None = None
    column_duals: FloatArray | None = None
    bound: float | None = None
    """Best proved bound on the objective, for integer programs."""
    ray: FloatArray | None = None
    """A direction (columns,) along which an unbounded objective improves for ever."""
    farkas: FloatArray | None = None
    """Row multipliers (rows,) that prove infeasibility."""
    column_basis: npt.NDArray[Any] | None = None
    row_basis: npt.NDArray[Any] | None = None
    iterations: int = 0
    seconds: float = 0.0


@dataclass(slots=True, frozen=True)
class SolverOptions:
    time_limit: float | None = None
    """Seconds."""
    quiet: bool = True
    tolerance: float | None = None
    solver: str = "auto"
    mode: str = "auto"
    """How complementarity is treated in KKT systems (mdl.backends.modes)."""
    basis: bool = False
    """Whether to give the simplex basis of a linear program."""
