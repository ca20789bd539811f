"""What exact arithmetic says of a linear program: an optimum, an impossibility, a ray, or nothing and why.

Signs are those of docs/signs.md and of mdl.program.solution.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mdl.algebra.numbers import Numbers


@dataclass(slots=True, frozen=True, eq=False)
class Proof:
    """An optimum: a feasible point and multipliers that bound every other by the same objective.

    `point` and `reduced_costs` (columns,), `row_multipliers` (rows,): rates of change of the optimum, in the
    program's sense, by the bound of a column and the right-hand side of a row.
    """

    optimum: Fraction
    point: Numbers
    row_multipliers: Numbers
    reduced_costs: Numbers
    pivots: int = 0
    """Exact steps of the simplex method after the solver's last basis."""


@dataclass(slots=True, frozen=True, eq=False)
class Refutation:
    """No point at all (Farkas): rows and bounds, weighted, add up to `0 >= gap`, where the gap is positive.

    `row_weights` (rows,) and `column_weights` (columns,): integers without a common factor; a weight > 0 multiplies
    the lower bound (`row >= lower`), a weight < 0 the upper one.  Weighted so, all variables cancel.
    `crossed` is instead a single row ("row", place) or column ("column", place) whose lower bound is above its upper
    one by `gap`; all weights are then 0.
    `irreducible`: without any one of these rows or bounds, the others can be met.
    """

    gap: Fraction
    row_weights: Numbers
    column_weights: Numbers
    irreducible: bool
    crossed: tuple[str, int] | None = None
    pivots: int = 0

    @property
    def size(self) -> int:
        """How many rows and bounds are used."""
        used = [w.numerators for w in (self.row_weights, self.column_weights)]
        return 1 if self.crossed else sum(int(np.count_nonzero(w)) for w in used if w is not None)


@dataclass(slots=True, frozen=True, eq=False)
class Unboundedness:
    """A feasible `point` and a `ray` (columns,) from it along which the objective improves by `slope` for ever.

    `slope` is the change of the objective a unit of the ray: positive where it is maximised.
    """

    point: Numbers
    ray: Numbers
    slope: Fraction
    pivots: int = 0


@dataclass(slots=True, frozen=True)
class Unproved:
    """Nothing is proved, for this reason (a clause, without a full stop)."""

    reason: str


Outcome = Proof | Refutation | Unboundedness | Unproved
