"""The evaluator's operations on numbers that need not be rational.

    ev = Evaluator(model, store, irrational=Irrational())
    ev.number(expr, frame)      # Numbers, or Forms where an entry is irrational

Signs that an operation needs are rigorous; `Fault` "undecided" where one could not be found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.frame import Frame
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Positions, Segments, Truths
from mdl.algebra.vectors import Fault
from mdl.irrational import forms
from mdl.irrational.atoms import Row
from mdl.irrational.forms import Forms, Quantity
from mdl.irrational.quantity import concat, select, sub
from mdl.irrational.rows import Rows
from mdl.irrational.signs import signs
from mdl.semantics.model import VarSymbol
from mdl.semantics.typed import Expr

_HOLDS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1), "==": (0,), "!=": (-1, 1)}
"""Signs of the difference for which a comparison holds."""


class Irrational:
    """`mdl.algebra.values.Real`: its quantities are Forms, all over one table of atoms."""

    __slots__ = ("table",)

    def __init__(self) -> None:
        self.table = Rows()

    # ---- functions ----

    def power(self, base: Quantity, exponent: Quantity, at: Expr | None = None) -> Quantity:
        if isinstance(exponent, Forms):
            return self._map(self._general_power, arithmetic.power, base, exponent)
        if isinstance(base, Numbers) and base.is_exact and exponent.is_exact and arithmetic.is_whole(exponent).all():
            return arithmetic.power(base, exponent)
        return self._map(lambda a, b: self.table.power(a, b[0]), arithmetic.power, base, exponent)

    def _general_power(self, a: Row, b: Row) -> Row:
        if not b[1]:
            return self.table.power(a, b[0])
        try:
            return self.table.exp(self.table.multiply(b, self.table.log(a)))
        except Fault as f:
            what = "power" if f.what == "log" else f.what
            raise Fault(what, 0, f.value) from None

    def call(self, fn: str, args: Sequence[Quantity], at: Expr | None = None, frame: Frame | None = None) -> Quantity:
        match fn:
            case "log":
                return self._map(self.table.log, arithmetic.log, args[0])
            case "exp":
                return self._map(self.table.exp, arithmetic.exp, args[0])
            case "sqrt":
                return self._sqrt(args[0])
            case "abs":
                return select(self.decided(args[0]) >= 0, args[0], forms.negate(args[0]))
            case _:
                result = args[0]
                for other in args[1:]:
                    result = self._extreme(fn, result, other)
                return result

    def _sqrt(self, arg: Quantity) -> Quantity:
        try:
            return self._map(lambda a: self.table.power(a, Fraction(1, 2)), arithmetic.sqrt, arg)
        except Fault as f:
            raise Fault("sqrt" if f.what == "power" else f.what, f.position, f.value) from None

    def _map(self, exact: Callable[..., Row], rounded: Callable[..., Numbers], *operands: Quantity) -> Quantity:
        if any(isinstance(q, Numbers) and not q.is_exact for q in operands):
            return rounded(*map(forms.numeric, operands))
        return forms.mapped(self.table, exact, *operands)

    def _extreme(self, fn: str, a: Quantity, b: Quantity) -> Quantity:
        if isinstance(a, Numbers) and isinstance(b, Numbers):
            return arithmetic.minimum(a, b) if fn == "min" else arithmetic.maximum(a, b)
        sign = self.decided(sub(a, b))
        return select(sign <= 0 if fn == "min" else sign >= 0, a, b)

    # ---- signs ----

    def decided(self, q: Quantity) -> Positions:
        """-1, 0 or 1 of each entry."""
        found = signs(q)
        if (found == 2).any():
            raise Fault("undecided", int(np.argmax(found == 2)))
        return found

    def compare(self, op: str, a: Quantity, b: Quantity) -> Truths:
        """`a op b` elementwise."""
        if isinstance(a, Numbers) and isinstance(b, Numbers):
            return arithmetic.compare(op, a, b)
        return np.isin(self.decided(sub(a, b)), _HOLDS[op])

    # ---- field operations ----

    def add(self, terms: Sequence[Quantity], at: Expr | None = None) -> Quantity:
        return forms.add(terms)

    def negate(self, arg: Quantity, at: Expr | None = None) -> Quantity:
        return forms.negate(arg)

    def multiply(self, left: Quantity, right: Quantity, at: Expr | None = None) -> Quantity:
        return forms.multiply(left, right)

    def divide(self, left: Quantity, right: Quantity, at: Expr | None = None) -> Quantity:
        if not isinstance(right, Numbers):
            return self._map(self.table.divide, arithmetic.div, left, right)
        if isinstance(left, Numbers) or not right.is_exact:
            return arithmetic.div(forms.numeric(left), right)
        return forms.scale(left, arithmetic.div(Numbers.constant(1, len(right)), right))

    # ---- assembly and reductions ----

    def variable(self, symbol: VarSymbol, positions: Positions, at: Expr) -> Quantity:
        raise AssertionError(f"the value of {symbol.name} must be given")

    def take(self, arg: Quantity, positions: Positions) -> Quantity:
        return forms.take(arg, positions)

    def merge(self, parts: Sequence[tuple[Positions, Quantity]], size: int, at: Expr | None = None) -> Quantity:
        return forms.merge(parts, size)

    def reduce(
        self, op: str, body: Quantity, segments: Segments, at: Expr | None = None, child: Frame | None = None
    ) -> Quantity:
        if op == "sum":
            return forms.total(body, segments)
        if op == "mean":
            return self.divide(forms.total(body, segments), Numbers.exact(segments.counts))
        if op == "prod":
            return self._folded(body, segments, forms.multiply)
        return self._folded(body, segments, lambda a, b: self._extreme(op, a, b))

    def _folded(
        self, body: Quantity, segments: Segments, combine: Callable[[Quantity, Quantity], Quantity]
    ) -> Quantity:
        """Each segment combined to one row by halving; an empty one (of prod) gives 1."""
        owners = segments.parents
        while len(owners) > 1:
            starts = np.searchsorted(owners, owners)
            place = np.arange(len(owners)) - starts
            paired = np.flatnonzero((place % 2 == 0) & (np.append(owners[1:], -1) == owners))
            if not len(paired):
                break
            alone = np.flatnonzero((place % 2 == 0) & (np.append(owners[1:], -1) != owners))
            made = combine(forms.take(body, paired), forms.take(body, paired + 1))
            places = np.concatenate((paired, alone))
            order = np.argsort(places, kind="stable")
            body = forms.take(concat([made, forms.take(body, alone)]), order)
            owners = owners[places[order]]
        empty = np.setdiff1d(np.arange(segments.size), owners)
        return forms.merge([(owners, body), (empty, Numbers.constant(1, len(empty)))], segments.size)
