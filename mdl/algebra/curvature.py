"""Curvature and range of typed expressions, with the proof.

The analysis knows symbols only through `Facts`, so the same rules serve `mdl check`, which has no
data yet, and lowering, which has all of it.  It never says convex, concave or affine of what is not:
ranges contain every value (outward rounding), and a rule that does not apply gives unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Protocol

from mdl.algebra import composition, interval, products
from mdl.algebra.composition import AFFINE, CONCAVE, CONSTANT, CONVEX, UNKNOWN, constant
from mdl.algebra.free import needed
from mdl.algebra.interval import EVERYTHING, NONNEGATIVE, Interval
from mdl.algebra.patterns import recognised
from mdl.algebra.proof import Curvature, Proof
from mdl.semantics import typed
from mdl.semantics.model import LetSymbol, ParamSymbol, SetSymbol, Symbol, TypeSymbol, VarSymbol
from mdl.semantics.typed import Binder, Expr, IndexVar


class Facts(Protocol):
    """What is known of symbols; None where nothing is."""

    def range_of(self, symbol: Symbol) -> Interval | None:
        """Values of a param, a type or a variable over its whole index; numeric members of a set."""

    def size_of(self, symbol: SetSymbol) -> Interval | None:
        """Number of members of a set; of an indexed one, of any of its sets."""

    def coefficient(self, product: Expr) -> Interval | None:
        """Values that the product of the constant factors of a product takes, where it was evaluated."""


class Analysis:
    """Proofs by expression, each made once.  `absent` is true where some agents may not take part."""

    def __init__(self, facts: Facts, *, absent: bool = False) -> None:
        self.facts = facts
        self.absent = absent
        self._proofs: dict[Expr, Proof] = {}
        self._domains: dict[IndexVar, Expr] = {}
        self._lets: dict[LetSymbol, Proof] = {}
        self._variables: dict[VarSymbol, Interval] = {}
        self._partial: Analysis | None = None

    def enter(self, binders: Sequence[Binder]) -> None:
        """Makes known what indices range over."""
        for b in binders:
            if len(b.indices) == 1:
                self._domains[b.indices[0]] = b.domain

    def of(self, expr: Expr) -> Proof:
        found = self._proofs.get(expr)
        if found is None:
            found = self._proofs[expr] = self._of(expr)
        return found

    def range(self, expr: Expr) -> Interval:
        return self.of(expr).range

    def _of(self, expr: Expr) -> Proof:
        match expr:
            case typed.Number(value=value):
                return constant(expr, Interval.point(value), rule="a number")
            case typed.Index(index=index):
                return constant(expr, self._members(index), rule="an index")
            case typed.Ref():
                return self._reference(expr)
            case typed.Neg(arg=arg):
                return _negated(expr, self.of(arg))
            case typed.Add(terms=terms):
                return added(expr, [self.of(t) for t in terms])
            case typed.Mul(factors=factors):
                return products.product(expr, [self.of(f) for f in factors], self.facts.coefficient(expr))
            case typed.Div(numerator=a, denominator=b):
                return products.quotient(expr, self.of(a), self.of(b))
            case typed.Pow(base=a, exponent=b):
                return composition.power(expr, self.of(a), self.of(b))
            case typed.Call(fn="card", args=(arg,)):
                return constant(expr, self.size(arg), rule="number of members")
            case typed.Call(fn=fn, args=args):
                return recognised(composition.call(expr, fn, [self.of(a) for a in args]))
            case typed.If(then=a, otherwise=b):
                return _either(expr, [self.of(a), self.of(b)])
            case typed.Reduce():
                return self._reduced(expr)
            case typed.Without(body=body) | typed.WithOnly(body=body):
                return _same(expr, self._with_absent().of(body), "with some agents absent")
            case _:
                return constant(expr, EVERYTHING, rule="data")

    # ---- references ----

    def _reference(self, expr: typed.Ref) -> Proof:
        match expr.symbol:
            case VarSymbol() as var:
                return Proof(expr, AFFINE, self.variable(var), "a variable", degree=1)
            case LetSymbol() as let:
                body = self.let(let)
                made = _same(expr, body, f"what `{let.name}` stands for")
                if self.absent and let.role == "outcome":
                    return constant(expr, interval.hull((made.range, Interval.point(0))), (body,))
                return made
            case ParamSymbol() | TypeSymbol() as symbol:
                what = "a param" if isinstance(symbol, ParamSymbol) else "a type"
                return constant(expr, self.facts.range_of(symbol) or EVERYTHING, rule=what)
            case _:
                return constant(expr, EVERYTHING, rule="data")

    def let(self, symbol: LetSymbol) -> Proof:
        if symbol not in self._lets:
            for let in needed(symbol, self._lets):
                self.enter(let.index)
                self._lets[let] = self.of(let.body)
        return self._lets[symbol]

    def variable(self, symbol: VarSymbol) -> Interval:
        """What the bounds of a variable leave, over all its members."""
        if symbol not in self._variables:
            self._variables[symbol] = EVERYTHING  # a bound that uses the variable itself says nothing
            self._variables[symbol] = self._variable(symbol)
        return self._variables[symbol]

    def _variable(self, symbol: VarSymbol) -> Interval:
        self.enter(symbol.index)
        held = Interval.of(0, 1) if symbol.domain == "binary" else EVERYTHING
        for bound in symbol.bounds:
            found = self.range(bound.expr)
            low = found.low if bound.op in (">=", ">", "==") else -inf
            high = found.high if bound.op in ("<=", "<", "==") else inf
            strict = (bound.op == ">" and low == 0) or (bound.op == "<" and high == 0)
            held = interval.intersect(held, Interval.of(low, high, nonzero=strict))
        exact = self.facts.range_of(symbol)
        held = held if exact is None else interval.intersect(held, exact)
        if not self.absent:
            return held
        if symbol.absent is None:
            return interval.hull((held, Interval.point(0)))
        self.enter(symbol.absent.indices)
        return interval.hull((held, self.range(symbol.absent.body)))

    def _with_absent(self) -> Analysis:
        if self.absent:
            return self
        if self._partial is None:
            self._partial = Analysis(self.facts, absent=True)
            self._partial._domains = self._domains
        return self._partial

    # ---- reductions and sets ----

    def _reduced(self, expr: typed.Reduce) -> Proof:
        self.enter(expr.binders)
        body = self.of(expr.body)
        match expr.op:
            case "sum":
                return _summed(expr, body, self._count(expr))
            case "mean":
                return _same(expr, body, f"mean of {_articled(body)}")
            case "prod":
                return _multiplied(expr, body)
            case op:
                return composition.extreme(expr, op, [body])

    def _count(self, expr: typed.Reduce) -> Interval:
        found = self._combinations(expr.binders)
        return found if expr.where is None and not self.absent else Interval.of(0, found.high)

    def _combinations(self, binders: Sequence[Binder]) -> Interval:
        found = Interval.point(1)
        for b in binders:
            found = interval.mul(found, self.size(b.domain))
        return found

    def size(self, domain: Expr) -> Interval:
        """Number of members of a set expression."""
        match domain:
            case typed.Ref(symbol=SetSymbol() as symbol):
                return self.facts.size_of(symbol) or NONNEGATIVE
            case typed.SetLiteral(items=items):
                return Interval.of(min(1, len(items)), len(items))
            case typed.Range(low=low, high=high):
                a, b = self.range(low), self.range(high)
                length = interval.add((b, interval.neg(a), Interval.point(1)))
                return Interval.of(max(length.low, 0), max(length.high, 0))
            case typed.SetOp(op="*", left=left, right=right):
                return interval.mul(self.size(left), self.size(right))
            case typed.SetOp(op="|", left=left, right=right):
                both = (self.size(left), self.size(right))
                return Interval.of(max(s.low for s in both), interval.add(both).high)
            case typed.SetOp(left=left):
                return Interval.of(0, self.size(left).high)
            case typed.Comprehension(binders=binders):
                return Interval.of(0, self._combinations(binders).high)
            case _:
                return NONNEGATIVE

    def _members(self, index: IndexVar) -> Interval:
        domain = self._domains.get(index)
        return EVERYTHING if domain is None else self.members(domain)

    def members(self, domain: Expr) -> Interval:
        """Range of the members of a set expression that are numbers."""
        match domain:
            case typed.Ref(symbol=SetSymbol() as symbol):
                return self.facts.range_of(symbol) or EVERYTHING
            case typed.Range(low=low, high=high) | typed.Interval(low=low, high=high):
                a, b = self.range(low), self.range(high)
                return Interval.of(a.low, max(b.high, a.low))
            case typed.SetLiteral(items=items) if items and all(isinstance(i, typed.Number) for i in items):
                return interval.hull(self.range(i) for i in items)
            case typed.Comprehension(binders=(binder,)) if len(binder.indices) == 1:
                return self.members(binder.domain)
            case typed.SetOp(op="|", left=a, right=b):
                return interval.hull((self.members(a), self.members(b)))
            case typed.SetOp(op="&" | "\\", left=a):
                return self.members(a)
            case _:
                return EVERYTHING


# ---- sums and the like ---------------------------------------------------------------------------------


def _same(expr: Expr, inner: Proof, rule: str) -> Proof:
    return Proof(expr, inner.curvature, inner.range, rule, (inner,), (1,), inner.degree)


def _negated(expr: Expr, inner: Proof) -> Proof:
    held, found = interval.neg(inner.range), inner.curvature.negated
    if found is CONSTANT:
        return constant(expr, held, (inner,))
    return Proof(expr, found, held, f"negative of {_articled(inner)}", (inner,), (-1,), inner.degree)


def _articled(inner: Proof) -> str:
    what = inner.curvature.value
    if inner.curvature is UNKNOWN:
        return "an expression of unknown curvature"
    return f"{'an' if what[0] == 'a' else 'a'} {what} expression"


def together(parts: Sequence[Proof]) -> Curvature:
    """Curvature of a sum, or of a choice between expressions that does not depend on variables."""
    curvatures = {p.curvature for p in parts}
    if UNKNOWN in curvatures or {CONVEX, CONCAVE} <= curvatures:
        return UNKNOWN
    for found in (CONVEX, CONCAVE, AFFINE):
        if found in curvatures:
            return found
    return CONSTANT


def _degree(parts: Sequence[Proof]) -> int | None:
    degrees = [p.degree for p in parts]
    return None if None in degrees else max((d for d in degrees if d is not None), default=0)


def added(expr: Expr, terms: Sequence[Proof]) -> Proof:
    held, found = interval.add([t.range for t in terms]), together(terms)
    if found is CONSTANT:
        return constant(expr, held, terms)
    slopes = (1,) * len(terms)
    if found is not UNKNOWN:
        rule = f"sum of {'affine' if found is AFFINE else f'affine and {found.value}'} expressions"
        return Proof(expr, found, held, rule, tuple(terms), slopes, _degree(terms))
    rule, advice = "sum with a term of unknown curvature", ""
    if all(t.known for t in terms):
        rise = next(t for t in terms if t.curvature is CONVEX)
        fall = next(t for t in terms if t.curvature is CONCAVE)
        rule = f"sum of a convex term `{rise.text}` and a concave term `{fall.text}`"
        advice = "keep one kind; the answer is local otherwise"
    return Proof(expr, UNKNOWN, held, rule, tuple(terms), slopes, _degree(terms), advice)


def _either(expr: Expr, parts: Sequence[Proof]) -> Proof:
    held, found = interval.hull([p.range for p in parts]), together(parts)
    if found is CONSTANT:
        return constant(expr, held, parts)
    rule = "choice by a condition on data"
    advice = "" if found is not UNKNOWN or not all(p.known for p in parts) else "use branches of one curvature"
    return Proof(expr, found, held, rule, tuple(parts), (1,) * len(parts), _degree(parts), advice)


def _summed(expr: Expr, body: Proof, count: Interval) -> Proof:
    held = interval.times(body.range, count)
    if body.curvature is CONSTANT:
        return constant(expr, held, (body,))
    return Proof(expr, body.curvature, held, f"sum of {_articled(body)}", (body,), (1,), body.degree)


def _multiplied(expr: Expr, body: Proof) -> Proof:
    if body.range.low >= 1:
        held = Interval.of(1, inf)
    elif body.range.nonnegative:
        held = Interval.of(0, max(body.range.high, 1) if body.range.high <= 1 else inf, nonzero=body.range.positive)
    else:
        held = Interval.of(-1, 1) if body.range.low >= -1 and body.range.high <= 1 else EVERYTHING
    if body.curvature is CONSTANT:
        return constant(expr, held, (body,))
    slope = 1 if body.range.nonnegative else None
    advice = "take the logarithm: a sum of logs is concave where each factor is"
    return Proof(expr, UNKNOWN, held, "product of expressions with variables", (body,), (slope,), None, advice)
