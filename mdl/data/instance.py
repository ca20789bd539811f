"""A model with its data: what everything after binding works from.

    instance = bind(model, base, overrides)        # mdl.data.bind; Failure with every data error
    instance.domain(symbol)                        # index table of any symbol (Domain, everyone present)
    instance.frame(symbol)                         # Frame with a row for each entry, to evaluate bodies on
    instance.values(symbol)                        # Numbers or Members of a param or realised type
    instance.set(symbol)                           # Domain of a set, Family of an indexed one
    instance.range_of(symbol)                      # exact least and greatest value of a param or type
    instance.evaluator(symbolic=..., values=..., solved=..., absence=...)   # mdl.algebra.evaluate.Evaluator
    instance.without(codes), instance.with_only(domain)                     # an Absence for a whole program

Positions in the index table of a symbol are the order of everything that a program holds for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mdl.algebra import arithmetic
from mdl.algebra.absence import Absence
from mdl.algebra.domain import Domain, Family
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame
from mdl.algebra.free import of_data
from mdl.algebra.numbers import Numbers
from mdl.algebra.store import Store
from mdl.algebra.values import Members, Real, Solved, Symbolic
from mdl.diagnostics import Failure
from mdl.semantics.model import LetSymbol, Model, Symbol


@dataclass(slots=True, eq=False)
class Instance:
    """`data` evaluates expressions without variables; its frames and index tables are shared by all evaluators."""

    model: Model
    store: Store
    data: Evaluator = field(repr=False)

    def domain(self, symbol: Symbol) -> Domain:
        """Index table of a symbol; one empty member for a scalar.  Failure where its sets cannot be evaluated."""
        return self.data.index(symbol)

    def frame(self, symbol: Symbol) -> Frame:
        """One row for each entry of the index table, in its order."""
        return self.data.frame(symbol)

    def values(self, symbol: Symbol) -> Numbers | Members:
        """A param's or type's values, one for each entry of its index table; KeyError where it has none."""
        return self.store.values[symbol]

    def has_values(self, symbol: Symbol) -> bool:
        return symbol in self.store.values

    def set(self, symbol: Symbol) -> Domain | Family:
        return self.store.sets[symbol]

    def range_of(self, symbol: Symbol) -> tuple[Fraction, Fraction] | None:
        """Least and greatest value of a numeric param or realised type, or of a let made of such.

        None where it has no entry, no values (its use will say so), or depends on variables.
        """
        held: object = self.store.values.get(symbol)
        if isinstance(symbol, LetSymbol) and of_data(symbol):
            try:
                held = self.data.table(symbol)
            except Failure:
                return None
        return arithmetic.extremes(held) if isinstance(held, Numbers) else None

    def evaluator(
        self,
        *,
        symbolic: Symbolic | None = None,
        values: Mapping[Symbol, Numbers] | None = None,
        solved: Solved | None = None,
        absence: Absence | None = None,
        irrational: Real | None = None,
    ) -> Evaluator:
        """An evaluator that shares this instance's frames."""
        return self.data.sharing(
            symbolic=symbolic, values=values, solved=solved, absence=absence, irrational=irrational
        )
