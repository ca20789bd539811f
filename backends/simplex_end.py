"""Where HiGHS's simplex method ends: its last basis and its ray, whatever it says of the program.

For exact arithmetic, which takes the basis as a proposal and decides by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays
from mdl.backends.highs_linear import PLAIN, basis
from mdl.backends.highs_session import Clock, run_from
from mdl.program.solution import SolverOptions

States = npt.NDArray[np.int8]

FINEST = 1e-10
"""The smallest tolerance that HiGHS takes."""


@dataclass(slots=True, frozen=True, eq=False)
class SimplexEnd:
    """States are those of highs_linear.basis; `dual_ray` (rows,) and `primal_ray` (columns,) where HiGHS has one."""

    status: str
    column_basis: States
    row_basis: States
    dual_ray: FloatArray | None
    primal_ray: FloatArray | None


def simplex_end(
    arrays: Arrays, seconds: float | None = None, start: SimplexEnd | None = None, *, fine: bool = False
) -> SimplexEnd | None:
    """Runs the simplex method without presolve, from the basis of `start`, with the smallest tolerances where `fine`.

    None where there is no basis at the end.
    """
    settings: dict[str, str | float] = dict(PLAIN)
    if fine:
        settings |= {"primal_feasibility_tolerance": FINEST, "dual_feasibility_tolerance": FINEST}
    options = SolverOptions(time_limit=seconds)
    first = None if start is None else (start.column_basis, start.row_basis)
    found = run_from(first, arrays, None, options, Clock.of(options), settings)
    if found.highs is None:
        return None
    states = basis(found.highs)
    if states is None:
        return None
    dual = _ray(found.highs.getDualRay) if found.status == "kInfeasible" else None
    primal = _ray(found.highs.getPrimalRay) if found.status in ("kUnbounded", "kUnboundedOrInfeasible") else None
    return SimplexEnd(found.status, *states, dual, primal)


def _ray(ask: Any) -> FloatArray | None:
    _, has, ray = ask()
    return np.asarray(ray, dtype=np.float64) if has else None
