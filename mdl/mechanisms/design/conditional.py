"""What an agent of a type expects of the others: probabilities of the scenarios given its own type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.mechanisms.design.input import DesignAgent

Places = npt.NDArray[Any]


@dataclass(slots=True, eq=False)
class Conditional:
    """`given` (L*S): probability of scenario s given type t, 0 where t cannot be; `own` (L,): of the type."""

    scenarios: int
    own: Numbers
    given: Numbers
    possible: npt.NDArray[np.bool_]
    type_weight: Numbers
    """(L,) of the type, times the agents that this one stands for."""

    @staticmethod
    def of(agent: DesignAgent) -> Conditional:
        table = agent.table
        assert table.weight is not None, "an expectation needs a prior"
        size = table.types * table.scenarios
        place = np.repeat(np.arange(table.types), table.scenarios)
        own = segments.total(table.weight, Segments(place, table.types))
        possible = arithmetic.signs(own) > 0
        divisor = arithmetic.select(possible, own, Numbers.constant(1, table.types)).take(place)
        given = arithmetic.div(table.weight, divisor)
        assert len(given) == size
        counted = arithmetic.mul(own, Numbers.constant(agent.count, table.types))
        return Conditional(table.scenarios, own, given, possible, counted)

    def of_type(self, true: int) -> Places:
        return np.arange(true * self.scenarios, (true + 1) * self.scenarios)

    def happens(self, true: int) -> npt.NDArray[np.bool_]:
        """(S,) scenarios of positive probability."""
        found: npt.NDArray[np.bool_] = arithmetic.signs(self.given.take(self.of_type(true))) > 0
        return found

    def tiled(self, true: int, times: int) -> Numbers:
        """The probabilities of all scenarios, `times` times."""
        return self.given.take(np.tile(self.of_type(true), times))
