"""Curvature of products and quotients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from mdl.algebra import interval
from mdl.algebra.alike import alike
from mdl.algebra.composition import AFFINE, CONCAVE, CONSTANT, CONVEX, UNKNOWN, applied, constant
from mdl.algebra.interval import EVERYTHING, Interval
from mdl.algebra.proof import Curvature, Proof
from mdl.semantics import typed
from mdl.semantics.typed import Expr


def product(expr: Expr, factors: Sequence[Proof], observed: Interval | None) -> Proof:
    """`observed` is the exact range of the product of the constant factors, where the data has been seen."""
    fixed = [f for f in factors if f.curvature is CONSTANT]
    others = [f for f in factors if f.curvature is not CONSTANT]
    scale = Interval.point(1)
    for f in fixed:
        scale = interval.mul(scale, f.range)
    scale = interval.intersect(scale, observed) if observed is not None else scale
    if not others:
        return constant(expr, scale, factors)
    if len(others) == 1:
        return scaled(expr, others[0], scale, factors)
    if scale.value == 0:
        return constant(expr, scale, factors, "multiple by 0")
    bare, sign = _without_signs(others)
    inner = _several(expr, bare)
    signed = scale if sign > 0 else interval.neg(scale)
    made = scaled(expr, inner, signed, (inner,)) if inner.known and signed.value != 1 else inner
    held = made.range if made.known else interval.mul(signed, made.range)
    return replace(made, expr=expr, range=held, children=tuple(factors), slopes=_slopes(factors, others, scale))


def scaled(expr: Expr, inner: Proof, scale: Interval, children: Sequence[Proof], what: str = "multiple") -> Proof:
    """scale * inner, children in the order written."""
    held = interval.mul(scale, inner.range)
    slope = 1 if scale.nonnegative else -1 if scale.nonpositive else None
    slopes = tuple(slope if c is inner else 0 for c in children)
    if inner.curvature is AFFINE or scale.value == 0:
        zero = scale.value == 0
        found = CONSTANT if zero else AFFINE
        return Proof(expr, found, held, f"{what} of an affine expression", tuple(children), slopes, 0 if zero else 1)
    if slope is None:
        rule = f"{what} of {_article(inner)} by numbers of both signs ({scale})"
        advice = "" if not inner.known else "split it into its positive and its negative part"
        return Proof(expr, UNKNOWN, held, rule, tuple(children), slopes, inner.degree, advice)
    sign = "nonnegative" if slope > 0 else "nonpositive"
    found = inner.curvature if slope > 0 else inner.curvature.negated
    rule = f"{sign} {what} of {_article(inner)}"
    return Proof(expr, found, held, rule, tuple(children), slopes, inner.degree)


def _article(inner: Proof) -> str:
    what = inner.curvature.value
    if what == "unknown":
        return "an expression of unknown curvature"
    return f"{'an' if what[0] == 'a' else 'a'} {what} expression"


def _slopes(factors: Sequence[Proof], others: Sequence[Proof], scale: Interval) -> tuple[int | None, ...]:
    """How a product moves with each of its factors: by the sign of the rest."""
    slopes: list[int | None] = []
    for f in factors:
        rest = scale
        for other in others:
            if other is not f:
                rest = interval.mul(rest, other.range)
        slopes.append(0 if f.curvature is CONSTANT else _sign(rest))
    return tuple(slopes)


def _without_signs(factors: Sequence[Proof]) -> tuple[list[Proof], int]:
    """Factors written `-e` as e, and the sign of all of them together."""
    bare = [f.children[0] if isinstance(f.expr, typed.Neg) else f for f in factors]
    return bare, (-1) ** sum(b is not f for b, f in zip(bare, factors, strict=True))


def _several(expr: Expr, factors: Sequence[Proof]) -> Proof:
    """A product of two or more expressions with variables."""
    held = factors[0].range
    for f in factors[1:]:
        held = interval.mul(held, f.range)
    if len(factors) == 2:
        a, b = factors
        if alike(a.expr, b.expr):
            return _square(expr, a)
        for x, y in ((a, b), (b, a)):
            if x.curvature is AFFINE and _is_log_of(y.expr, x.expr):
                return Proof(expr, CONVEX, EVERYTHING, "negative entropy e log(e) of an affine e", degree=None)
    degree = 2 if len(factors) == 2 and all(f.degree == 1 for f in factors) else None
    names = " and ".join(f"`{f.text}`" for f in factors)
    number = "two" if len(factors) == 2 else str(len(factors))
    rule = f"product of {number} expressions with variables: {names}"
    if len(factors) == 2 and all(isinstance(f.expr, typed.Ref) for f in factors):
        rule = f"product of two variables: {names}"
    advice = "if one of them is data, declare it `param`; otherwise the answer is local"
    return Proof(expr, UNKNOWN, held, rule, degree=degree, suggestion=advice)


def _is_log_of(expr: Expr, inner: Expr) -> bool:
    return isinstance(expr, typed.Call) and expr.fn == "log" and alike(expr.args[0], inner)


def _square(expr: Expr, base: Proof) -> Proof:
    held = interval.power(base.range, Fraction(2))
    slope = 1 if base.range.nonnegative else -1 if base.range.nonpositive else None
    made = applied(expr, CONVEX, slope, base, held, "square (convex)")
    return replace(made, degree=2 if base.degree == 1 else None)


# ---- quotients -------------------------------------------------------------------------------------


def quotient(expr: Expr, top: Proof, bottom: Proof) -> Proof:
    both = (top, bottom)
    if bottom.curvature is CONSTANT:
        over = interval.reciprocal(bottom.range)
        if top.curvature is CONSTANT:
            return constant(expr, interval.mul(top.range, over), both)
        return scaled(expr, top, over, both, "multiple (a quotient by a number)")
    inverse = _reciprocal(expr, bottom)
    held = interval.mul(top.range, inverse.range)
    slopes = (_sign(inverse.range), _slope_below(top.range, bottom.range))
    if top.curvature is CONSTANT:
        made = scaled(expr, inverse, top.range, (inverse,))
        rule = made.rule if not inverse.known else f"{_of_sign(top.range)} over {inverse.rule}"
        return replace(
            made, rule=rule if made.known else inverse.rule if not inverse.known else made.rule, children=both,
            slopes=(0, slopes[1]), degree=None, suggestion=made.suggestion or inverse.suggestion,
        )  # fmt: skip
    special = _over_square(expr, top, bottom) or _share(expr, top, bottom)
    if special is not None:
        found, rule, held = special[0], special[1], special[2] or held
        return Proof(expr, found, held, rule, both, slopes, None)
    rule = f"quotient of two expressions with variables: `{top.text}` over `{bottom.text}`"
    return Proof(expr, UNKNOWN, held, rule, both, slopes, None, "if one of them is data, declare it `param`")


def _sign(held: Interval) -> int | None:
    return 1 if held.nonnegative else -1 if held.nonpositive else None


def _slope_below(top: Interval, bottom: Interval) -> int | None:
    """How top / bottom moves with bottom, where that keeps its sign."""
    if not (bottom.positive or bottom.negative):
        return None
    return -1 if top.nonnegative else 1 if top.nonpositive else None


def _of_sign(held: Interval) -> str:
    return "nonnegative number" if held.nonnegative else "nonpositive number"


def _reciprocal(expr: Expr, bottom: Proof) -> Proof:
    held = interval.reciprocal(bottom.range)
    if bottom.range.positive:
        return applied(expr, CONVEX, -1, bottom, held, "a positive expression (1/e is convex, nonincreasing)")
    if bottom.range.negative:
        return applied(expr, CONCAVE, -1, bottom, held, "a negative expression (1/e is concave, nonincreasing)")
    rule = f"division by `{bottom.text}`, which is not proved to keep its sign ({bottom.range})"
    advice = f"bound the variables in `{bottom.text}` so that it stays above 0"
    return Proof(expr, UNKNOWN, held, rule, (bottom,), (None,), None, advice)


def _over_square(expr: Expr, top: Proof, bottom: Proof) -> tuple[Curvature, str, Interval | None] | None:
    """e^2 / d with e affine, d concave and positive: Boyd and Vandenberghe 2004, sec. 3.1.5, quadratic over linear."""
    if not bottom.range.positive or not bottom.curvature.concave:
        return None
    base = square_root(top.expr)
    if base is None or not any(c.curvature is AFFINE and c.expr is base for c in top.children):
        return None
    return CONVEX, "square of an affine expression over a positive concave one", None


def _share(expr: Expr, top: Proof, bottom: Proof) -> tuple[Curvature, str, Interval | None] | None:
    """e / (e + c) = 1 - c / (e + c) with e affine, e + c > 0."""
    if not isinstance(bottom.expr, typed.Add) or top.curvature is not AFFINE or not bottom.range.positive:
        return None
    rest = [c for c in bottom.children if not alike(c.expr, top.expr)]
    if len(rest) != len(bottom.children) - 1 or any(c.curvature is not CONSTANT for c in rest):
        return None
    more = interval.add([c.range for c in rest])
    if more.nonnegative or more.nonpositive:
        loss = interval.mul(more, interval.reciprocal(bottom.range))
        held = interval.add([Interval.point(1), interval.neg(loss)])
        rule = "e / (e + c) = 1 - c / (e + c) with e affine, e + c > 0 and c of one sign"
        return (CONCAVE if more.nonnegative else CONVEX), rule, held
    return None


def square_root(expr: Expr) -> Expr | None:
    """e where the expression is written e^2 or e*e."""
    match expr:
        case typed.Pow(base=base, exponent=typed.Number(value=value)) if value == 2:
            return base
        case typed.Mul(factors=(a, b)) if alike(a, b):
            return a
        case _:
            return None
