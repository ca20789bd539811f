"""Columns of the user's variables: bounds, start and domain as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.algebra.values import Positions
from mdl.diagnostics import Diagnostic
from mdl.lowering import drafts, errors
from mdl.lowering.builder import Builder
from mdl.program.program import Bound, Columns, Domain
from mdl.semantics.model import VarSymbol

DOMAINS = {"continuous": Domain.CONTINUOUS, "integer": Domain.INTEGER, "binary": Domain.BINARY}


@dataclass(slots=True, eq=False)
class Variable:
    """Block of a variable: columns from `start` on, for entries `present` (None: all) of its index table of `size`."""

    symbol: VarSymbol
    start: int
    present: Positions | None
    size: int
    columns: Columns | None = None

    @property
    def count(self) -> int:
        return self.size if self.present is None else len(self.present)


def declared(ev: Evaluator, builder: Builder, symbols: Iterator[VarSymbol]) -> list[Variable]:
    """Columns for every variable, in the order of the file, before any expression is looked at."""
    made = []
    for symbol in symbols:
        size, present = ev.index(symbol).size, ev.present(symbol)
        made.append(Variable(symbol, builder.columns.add_variable(symbol, size, present), present, size))
    return made


def bounded(ev: Evaluator, held: Variable) -> Iterator[Diagnostic]:
    """Fills in `columns`; bounds that contradict each other are reported."""
    symbol, frame = held.symbol, ev.present_frame(held.symbol)
    lower: Numbers | None = None
    upper: Numbers | None = None
    if symbol.domain == "binary":
        lower, upper = Numbers.constant(0, held.count), Numbers.constant(1, held.count)
    for bound in symbol.bounds:
        limit = ev.number(bound.expr, frame)
        assert isinstance(limit, Numbers), "bounds are data"
        if bound.op in (">=", ">", "=="):
            lower = limit if lower is None else arithmetic.maximum(lower, limit)
        if bound.op in ("<=", "<", "=="):
            upper = limit if upper is None else arithmetic.minimum(upper, limit)
    labels = drafts.labels_of_symbol(ev, symbol, held.present)
    if lower is not None and upper is not None:
        wrong = np.flatnonzero(arithmetic.compare(">", lower, upper))
        if len(wrong):
            names = [labels.name(symbol.name, int(k)) for k in wrong[: errors.MOST]]
            first = wrong[:1]
            ends = [str(side.take(first).fractions()[0]) for side in (lower, upper)]
            yield errors.empty_bounds(symbol, names, len(wrong), *ends)
    held.columns = Columns(
        symbol.name,
        labels,
        held.start,
        None if lower is None else Bound(lower),
        None if upper is None else Bound(upper),
        DOMAINS[symbol.domain],
        initial=_start(ev, symbol, frame),
        span=symbol.span,
    )


def _start(ev: Evaluator, symbol: VarSymbol, frame: Frame) -> FloatArray | None:
    if symbol.start is None:
        return None
    found = ev.number(symbol.start, frame)
    assert isinstance(found, Numbers)
    return found.floats()
