"""Program: the one form that leaves the front end, and that every backend takes.

    minimize or maximize   objective(x)
    subject to             row_lower <= linear x + nonlinear(x) <= row_upper
                           lower <= x <= upper, some x integer

Rows and columns come in blocks, one a family of the user's, each over an index table.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.diagnostics import Diagnostic, Span
from mdl.program.graph import Node
from mdl.program.labels import Labels
from mdl.program.sparse import SparseRows


@dataclass(slots=True, frozen=True, eq=False)
class Bound:
    """One side of a block: `values` where `finite`, no bound elsewhere (`finite` None: everywhere finite)."""

    values: Numbers
    finite: npt.NDArray[np.bool_] | None = None

    def floats(self, none: float) -> FloatArray:
        """As float64 with `none` (an infinity) where there is no bound."""
        out = self.values.floats()
        return out if self.finite is None else np.where(self.finite, out, none)


class Domain(Enum):
    CONTINUOUS = "continuous"
    INTEGER = "integer"
    BINARY = "binary"


class Role(Enum):
    """What a block is for."""

    USER = "user"
    """A variable or constraint family of the file."""
    EPIGRAPH = "epigraph"
    """Made for a max, min, abs; reported under `origin`."""
    MULTIPLIER = "multiplier"
    STATIONARITY = "stationarity"
    COMPLEMENTARITY = "complementarity"
    INCENTIVE = "incentive"
    PARTICIPATION = "participation"
    BUDGET = "budget"
    SHORTFALL = "shortfall"
    """By how much a softened row is missed."""
    COALITION = "coalition"


@dataclass(slots=True, frozen=True, eq=False)
class Columns:
    """A block of variables, columns `start : start + len(labels)`."""

    name: str
    labels: Labels
    start: int
    lower: Bound | None
    upper: Bound | None
    domain: Domain = Domain.CONTINUOUS
    role: Role = Role.USER
    initial: FloatArray | None = None
    span: Span | None = None
    origin: str | None = None
    """Name of the user's block that this one was made for."""


@dataclass(slots=True, frozen=True, eq=False)
class Rows:
    """A block of constraints, rows `start : start + len(labels)`.

    Body = linear x + sum of (map times node); constants have gone to the bounds.
    `relation` is how the user wrote it: `<=`, `>=`, `==`, or `range`.
    """

    name: str
    labels: Labels
    start: int
    relation: str
    lower: Bound | None
    upper: Bound | None
    linear: SparseRows
    nonlinear: tuple[tuple[SparseRows, int], ...] = ()
    role: Role = Role.USER
    span: Span | None = None
    origin: str | None = None


@dataclass(slots=True, frozen=True, eq=False)
class Objective:
    """`linear` and the maps in `nonlinear` have one row; `constant` has size 1."""

    name: str
    maximize: bool
    constant: Numbers
    linear: SparseRows
    nonlinear: tuple[tuple[SparseRows, int], ...] = ()
    span: Span | None = None


class ProgramClass(Enum):
    LP = "LP"
    QP = "QP"
    """Linear rows, convex quadratic objective (concave where maximised)."""
    MIP = "MIP"
    """Linear but for integer variables."""
    CONVEX = "convex NLP"
    NLP = "NLP"
    """Convexity not proved: an answer is local."""
    COMPLEMENTARITY = "complementarity"


@dataclass(slots=True, frozen=True, eq=False)
class Complementarity:
    """0 <= side one, perpendicular to side two >= 0, pairwise over two blocks; used by KKT systems."""

    name: str
    rows: int
    columns: int


@dataclass(slots=True, frozen=True, eq=False)
class Follower:
    """The optimality conditions of a follower inside a leader's program; numbers of blocks.

    `stationarity` has blocks of rows with the column that each row is the derivative by; `sides` pairs of
    a block of rows (the follower's constraints and bounds, a side each) and of columns (their multipliers).
    `members` (columns,) is the member that decides on each of `columns`.
    """

    name: str
    maximize: bool
    columns: npt.NDArray[Any]
    members: npt.NDArray[Any]
    stationarity: tuple[tuple[int, npt.NDArray[Any]], ...]
    sides: tuple[tuple[int, int], ...]
    span: Span | None = None


@dataclass(slots=True, frozen=True, eq=False)
class Program:
    name: str
    columns: tuple[Columns, ...]
    rows: tuple[Rows, ...]
    objective: Objective
    nodes: tuple[Node, ...] = ()
    complementarities: tuple[Complementarity, ...] = ()
    kind: ProgramClass = ProgramClass.LP
    why: Any = field(default=None, repr=False)
    """The proof of `kind` (mdl.lowering.classify.Verdict)."""
    faults: tuple[Diagnostic, ...] = field(default=(), repr=False)
    """Where convexity could not be proved: warnings, empty unless `kind` is NLP."""
    followers: tuple[Follower, ...] = ()
    """Whose conditions are among the rows; `kind` is then COMPLEMENTARITY."""
    relaxed: ProgramClass | None = None
    """The class without `complementarities`, where there are followers."""

    @property
    def width(self) -> int:
        return sum(len(c.labels) for c in self.columns)

    @property
    def height(self) -> int:
        return sum(len(r.labels) for r in self.rows)

    @property
    def linear_rows(self) -> bool:
        return not any(r.nonlinear for r in self.rows)
