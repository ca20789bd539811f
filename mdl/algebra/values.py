"""What an expression evaluates to on a frame, and what a caller must give to meet its variables.

On a frame of n rows (assignments of members to indices, see frame.py) an expression is
a number (`Numbers`, or an opaque quantity that a `Symbolic` made), a member (`Members`), a truth
value (bool array) or a set (`Fixed`, the same on every row, or `Varying`); always n of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from mdl.algebra.domain import Domain, Family
from mdl.algebra.numbers import Numbers
from mdl.algebra.universe import Codes
from mdl.semantics.model import Symbol, VarSymbol
from mdl.semantics.typed import Attribute, Expected, Expr

if TYPE_CHECKING:
    from mdl.algebra.evaluate import Evaluator
    from mdl.algebra.frame import Frame

Positions = npt.NDArray[Any]
"""Shape (n,), int32 or int64."""

Truths = npt.NDArray[np.bool_]

Quantity = Any
"""A `Numbers`, or what the `Symbolic` in use makes for an expression with variables, or a `Real` for numbers."""


@dataclass(slots=True, frozen=True, eq=False)
class Members:
    """One member a row: `codes` holds one array a component (one for plain members)."""

    codes: tuple[Codes, ...]


@dataclass(slots=True, frozen=True, eq=False)
class Fixed:
    """The same set on every row."""

    domain: Domain


@dataclass(slots=True, frozen=True, eq=False)
class Varying:
    """Row k has the set that stands in row `rows[k]` of `family` (`rows` None: in row k)."""

    family: Family
    rows: Positions | None


Value = Any
"""A Quantity, `Members` or `Truths`."""


SetValue = Fixed | Varying


class Segments:
    """Rows of a child frame by the row of the outer frame they belong to; `parents` (n,) ascends."""

    __slots__ = ("_starts", "parents", "size")

    def __init__(self, parents: Positions, size: int, starts: npt.NDArray[np.int64] | None = None) -> None:
        self.parents = parents
        self.size = size
        self._starts = starts

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """Shape (size + 1,): rows of outer row k are `starts[k]:starts[k+1]`."""
        if self._starts is None:
            starts = np.zeros(self.size + 1, dtype=np.int64)
            np.cumsum(np.bincount(self.parents, minlength=self.size), out=starts[1:])
            self._starts = starts
        return self._starts

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        return np.diff(self.starts)


class Symbolic(Protocol):
    """Builds quantities for expressions with variables.

    Operands are `Numbers` or quantities that this object made; in each call at least one is such a
    quantity.  All vectors have one entry a row of the frame.  `at` is the expression, for its span and
    for proofs.  Methods raise Failure where the form is not supported.
    """

    def variable(self, symbol: VarSymbol, positions: Positions, at: Expr) -> Quantity:
        """Entries `positions` of the variable's index table."""

    def add(self, terms: Sequence[Quantity], at: Expr) -> Quantity: ...

    def negate(self, arg: Quantity, at: Expr) -> Quantity: ...

    def multiply(self, left: Quantity, right: Quantity, at: Expr) -> Quantity: ...

    def divide(self, left: Quantity, right: Quantity, at: Expr) -> Quantity: ...

    def power(self, base: Quantity, exponent: Quantity, at: Expr) -> Quantity: ...

    def call(self, fn: str, args: Sequence[Quantity], at: Expr, frame: Frame) -> Quantity:
        """`fn` is log, exp, sqrt, abs, min or max; the last two elementwise over two or more operands."""

    def reduce(self, op: str, body: Quantity, segments: Segments, at: Expr, child: Frame) -> Quantity:
        """`op` is sum, prod, min, max or mean; no segment is empty where op is min, max or mean.

        `body` has a row for each row of `child`, whose `outer` frames name the rows of the result.
        """

    def take(self, arg: Quantity, positions: Positions) -> Quantity:
        """Rows `positions`."""

    def merge(self, parts: Sequence[tuple[Positions, Quantity]], size: int, at: Expr) -> Quantity:
        """Rows from parts: result[positions[k]] = part[k]; the positions of all parts are 0..size-1 in some order."""


class Real(Symbolic, Protocol):
    """Keeps numbers exact that are no rationals; its quantities stand where `Numbers` do.

    Operands may all be `Numbers`, and results are wherever all entries are rational.  Methods raise `Fault`
    (arithmetic.py) where a value is not defined, also where the sign that an operation needs cannot be found.
    """

    def compare(self, op: str, a: Quantity, b: Quantity) -> Truths:
        """`a op b` elementwise."""


class Solved(Protocol):
    """Answers `Attribute` expressions (`welfare.objective`, `link[AB].dual`) once something has been solved."""

    def attribute(self, symbol: Symbol, name: str, positions: Positions, at: Expr) -> Numbers:
        """Values of `symbol.name` at entries `positions` of the symbol's index table."""

    def answer(self, expr: Attribute, frame: Frame, ev: Evaluator) -> Numbers:
        """An answer of a coalitional game or a mechanism, one a row of the frame."""

    def rule(self, symbol: Symbol, frame: Frame, at: Expr) -> Numbers:
        """The optimal value of an objective, one a row (`frame.absence` says who takes part)."""


class Worlds(Protocol):
    """Outcomes at every report profile, and means over the prior, for a model lifted over profiles."""

    def variable(self, symbol: VarSymbol, positions: Positions, frame: Frame) -> Numbers | None:
        """Entries of a variable on the rows of a frame, whose absence says who takes part; None: not known here."""

    def expected(self, ev: Evaluator, expr: Expected, frame: Frame) -> Quantity:
        """`expected(... given ...)`, one a row."""
