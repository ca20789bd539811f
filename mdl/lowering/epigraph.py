"""max, min and abs of expressions with variables as new columns and rows.

    t >= e for each e of a max          t <= e for each e of a min          t >= e, t >= -e for abs(e)

Exact where the program pushes t against its rows, which positions.py checks.  The columns and rows
carry the name of the row or objective they were made for: `link.max[g1]` and `link.max[g1,r11] ...`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.atoms import Atom
from mdl.algebra.domain import Domain
from mdl.algebra.frame import Frame
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Positions, Segments
from mdl.lowering import terms
from mdl.lowering.columns import ColumnTable
from mdl.lowering.entries import identity
from mdl.lowering.terms import Terms
from mdl.program.labels import Labels
from mdl.semantics.typed import Expr


@dataclass(slots=True, eq=False)
class Epigraph:
    """One block of columns `start...` standing for `at` on the rows of `frame`, and the rows that hold them.

    `body` minus the column is at most 0 (`relation` `<=`) or at least 0 (`>=`).  `side` is a bound on
    the columns themselves, from operands that are data.
    """

    name: str
    origin: str
    at: Expr
    frame: Frame
    labels: Labels
    start: int
    relation: str
    body: Terms
    row_labels: Labels
    side: Numbers | None
    operands: Terms
    owners: Positions

    @property
    def values(self) -> Terms:
        size = len(self.labels)
        columns = np.arange(self.start, self.start + size, dtype=np.int32)
        return Terms(size, terms.zeros(size), (identity(columns),))

    def stands_for(self, relation: str, operands: Terms, owners: Positions, side: Numbers | None) -> bool:
        """Whether the columns are those that these operands would get."""
        if self.relation != relation or not np.array_equal(self.owners, owners):
            return False
        sided = side is self.side or (side is not None and self.side is not None and terms.equal(side, self.side))
        return sided and terms.same(operands, self.operands)


class Epigraphs:
    """Makes them for the row or objective `origin` at hand; `made` keeps all, in order."""

    def __init__(self, columns: ColumnTable) -> None:
        self.columns = columns
        self.origin = ""
        self.made: list[Epigraph] = []
        self._names: set[str] = set()

    def extreme(self, fn: str, args: Sequence[Terms | Numbers], at: Expr, frame: Frame) -> Terms:
        """max or min of two or more operands, elementwise."""
        known = [a for a in args if isinstance(a, Numbers)]
        others = [a for a in args if isinstance(a, Terms)]
        side: Numbers | None = None
        for a in known:
            pick = arithmetic.maximum if fn == "max" else arithmetic.minimum
            side = a if side is None else pick(side, a)
        if len(others) == 1 and side is None:
            return others[0]
        return self._made(fn, others, range(1, len(others) + 1), at, frame, side)

    def absolute(self, arg: Terms, at: Expr, frame: Frame) -> Terms:
        return self._made("abs", [arg, terms.negated(arg)], ("+", "-"), at, frame, None)

    def over(self, op: str, body: Terms, segments: Segments, at: Expr, child: Frame) -> Terms:
        """max or min over the rows of each segment."""
        frame = child.outer
        while frame is not None and frame.size != segments.size:
            frame = frame.outer
        assert frame is not None
        owners = segments.parents
        return self._new(op, body, owners, labels_of(child), at, frame, segments.size, None)

    def _made(
        self, fn: str, bodies: Sequence[Terms], marks: Sequence[Atom], at: Expr, frame: Frame, side: Numbers | None
    ) -> Terms:
        """The operands one after the other, rows of each operand in the order of the frame."""
        size = frame.size
        parts = [(np.arange(k * size, (k + 1) * size), b) for k, b in enumerate(bodies)]
        body = terms.merged(parts, size * len(bodies))
        owners = np.tile(np.arange(size, dtype=np.int32), len(bodies))
        held = labels_of(frame)
        labels = held if len(bodies) == 1 else marked(held, marks)
        return self._new(fn, body, owners, labels, at, frame, size, side)

    def _new(
        self,
        fn: str,
        body: Terms,
        owners: Positions,
        rows: Labels,
        at: Expr,
        frame: Frame,
        size: int,
        side: Numbers | None,
    ) -> Terms:
        relation = ">=" if fn == "min" else "<="
        for known in self.made:
            # one expression written twice, as in `e * e`, must stay one
            if known.origin == self.origin and known.stands_for(relation, body, owners, side):
                return known.values
        start = self.columns.add(size)
        columns = np.arange(start, start + size, dtype=np.int32)
        less = terms.negated(Terms(len(owners), terms.zeros(len(owners)), (identity(columns[owners]),)))
        held = terms.added([body, less])
        made = Epigraph(
            self._name(fn), self.origin, at, frame, labels_of(frame), start, relation, held, rows, side, body, owners
        )
        self.made.append(made)
        return made.values

    def _name(self, fn: str) -> str:
        name, k = f"{self.origin}.{fn}", 1
        while name in self._names:
            k += 1
            name = f"{self.origin}.{fn}{k}"
        self._names.add(name)
        return name


def labels_of(frame: Frame) -> Labels:
    """The members of a frame's indices, the outermost first."""
    scope = frame.scope()
    columns = [c for v in scope for c in frame.codes(v)]
    bases = tuple(b for v in scope for b in frame.bases(v))
    if not columns:
        return Labels((), (), frame.size)
    # a relation's rows are distinct in meaning; only its labels are used, so repeated rows do no harm
    return Labels(*Domain.relation(frame.universe, columns, bases).labels(), frame.size)


def marked(labels: Labels, marks: Sequence[Atom]) -> Labels:
    """The labels once for each mark, which becomes the last component."""
    times, size = len(marks), len(labels)
    codes = tuple(np.tile(c, times) for c in labels.codes)
    return Labels((*labels.atoms, tuple(marks)), (*codes, np.repeat(np.arange(times), size)), size * times)
