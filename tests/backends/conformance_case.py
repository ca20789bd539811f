"""A problem with its answer, and an adapter that may be able to solve it (conformance.py)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from mdl.program.program import Program
from mdl.program.solution import Solution, SolverOptions, Status

Vector = Sequence[float | None]
NONE_KNOWN = frozenset({Status.INFEASIBLE})


class Ability(Enum):
    LP = "LP"
    QP = "QP"
    MIP = "MIP"
    CONVEX = "convex NLP"
    NLP = "NLP"


@dataclass(frozen=True)
class Adapter:
    name: str
    solve: Callable[[Program, SolverOptions], Solution]
    abilities: frozenset[Ability]
    tolerance: float = 1e-6
    """Of objective, values and duals, relative to 1 + their size."""


@dataclass(frozen=True, eq=False)
class Case:
    """`values`, `row_duals`, `column_duals`: None where not unique (also single entries)."""

    name: str
    ability: Ability
    program: Program
    status: frozenset[Status] = frozenset({Status.OPTIMAL})
    objective: float | None = None
    values: Vector | None = None
    row_duals: Vector | None = None
    column_duals: Vector | None = None
    options: SolverOptions = SolverOptions()  # noqa: RUF009 - frozen
    moves: bool = False
    """Also hold the duals to what re-solving with moved sides says: no row or bound is degenerate."""

    def __str__(self) -> str:
        return self.name
