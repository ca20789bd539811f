"""Curvature of functions, powers and extremes of expressions.

The rule behind all of them (Boyd and Vandenberghe 2004, sec. 3.2.4): a convex function that is nondecreasing
in an argument may have a convex expression there, one that is nonincreasing a concave one, and any
may have an affine one; likewise concave.  Functions count as -inf or inf outside their domain, on the side
that keeps them concave or convex, so `log(e)` of a concave `e` is concave on the convex set where e > 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from mdl.algebra import interval
from mdl.algebra.interval import Interval
from mdl.algebra.proof import Curvature, Proof
from mdl.semantics.typed import Expr

CONSTANT, AFFINE, CONVEX, CONCAVE, UNKNOWN = Curvature


def composed(outer: Curvature, slope: int | None, inner: Curvature) -> Curvature:
    """Curvature of f(inner) for an f of this curvature and slope in its argument."""
    if inner is CONSTANT:
        return CONSTANT
    if inner is AFFINE:
        return outer
    if outer.affine and slope is not None:
        return inner if slope > 0 else inner.negated
    if (outer is CONVEX and (slope, inner) in ((1, CONVEX), (-1, CONCAVE))) or (
        outer is CONCAVE and (slope, inner) in ((1, CONCAVE), (-1, CONVEX))
    ):
        return outer
    return UNKNOWN


def constant(expr: Expr, held: Interval, children: Sequence[Proof] = (), rule: str = "no variable in it") -> Proof:
    return Proof(expr, CONSTANT, held, rule, tuple(children), (0,) * len(children), 0)


def applied(expr: Expr, outer: Curvature, slope: int | None, inner: Proof, held: Interval, what: str) -> Proof:
    """f(inner); `what` names f for the reader."""
    found = composed(outer, slope, inner.curvature)
    if found is CONSTANT:
        return constant(expr, held, (inner,))
    if found is not UNKNOWN:
        rule = f"{what} of {_a(inner.curvature)} expression"
        return Proof(expr, found, held, rule, (inner,), (slope,), None)
    if not inner.known:
        return Proof(expr, UNKNOWN, held, f"{what} of an expression of unknown curvature", (inner,), (slope,), None)
    wanted = CONVEX if (outer is CONVEX) == (slope == 1) else CONCAVE
    needs = (
        f"{_a(wanted)} or affine expression" if slope is not None and outer is not UNKNOWN else "an affine expression"
    )
    rule = f"{what} of {_a(inner.curvature)} expression: its rule needs {needs}"
    return Proof(expr, UNKNOWN, held, rule, (inner,), (slope,), None, _advice(slope, needs))


def _advice(slope: int | None, needs: str) -> str:
    if slope is None:
        return "bound the variables so that the sign of the inner expression is known, or rewrite it"
    return f"rewrite it with {needs} inside"


def _a(curvature: Curvature) -> str:
    return f"an {curvature.value}" if curvature.value[0] in "au" else f"a {curvature.value}"


# ---- functions -------------------------------------------------------------------------------------


def call(expr: Expr, fn: str, args: Sequence[Proof]) -> Proof:
    """log, exp, sqrt, abs, min or max."""
    if fn in ("min", "max"):
        return extreme(expr, fn, args)
    inner = args[0]
    match fn:
        case "exp":
            return applied(expr, CONVEX, 1, inner, interval.exponential(inner.range), "exp (convex, nondecreasing)")
        case "log":
            made = applied(expr, CONCAVE, 1, inner, interval.logarithm(inner.range), "log (concave, nondecreasing)")
        case "sqrt":
            held = interval.power(inner.range, Fraction(1, 2))
            made = applied(expr, CONCAVE, 1, inner, held, "sqrt (concave, nondecreasing)")
        case _:
            return absolute(expr, inner)
    if inner.range.high < 0 or (fn == "log" and inner.range.high <= 0):
        wrong = f"{fn} of an expression that is never {'positive' if fn == 'log' else 'nonnegative'}: {inner.range}"
        return replace(made, curvature=UNKNOWN, rule=wrong, suggestion="check the bounds of the variables in it")
    return made


def absolute(expr: Expr, inner: Proof) -> Proof:
    held = interval.absolute(inner.range)
    if inner.curvature is CONSTANT:
        return constant(expr, held, (inner,))
    if inner.range.nonnegative or inner.range.nonpositive:
        up = inner.range.nonnegative
        found = inner.curvature if up else inner.curvature.negated
        rule = f"abs of {'a nonnegative' if up else 'a nonpositive'} expression is {'it' if up else 'its negative'}"
        return Proof(expr, found, held, rule, (inner,), (1 if up else -1,), inner.degree)
    made = applied(expr, CONVEX, None, inner, held, "abs (convex)")
    return replace(made, degree=1 if inner.degree == 1 else None)


def extreme(expr: Expr, fn: str, args: Sequence[Proof]) -> Proof:
    """max (convex) or min (concave) of one or more, nondecreasing in each; of one: over a set."""
    held = interval.maximum([a.range for a in args]) if fn == "max" else interval.minimum([a.range for a in args])
    outer = CONVEX if fn == "max" else CONCAVE
    if all(a.curvature is CONSTANT for a in args):
        return constant(expr, held, args)
    slopes = (1,) * len(args)
    if all(composed(outer, 1, a.curvature) is not UNKNOWN for a in args):
        degree = 1 if all(a.degree is not None and a.degree <= 1 for a in args) else None
        wanted = "affine or convex" if fn == "max" else "affine or concave"
        return Proof(expr, outer, held, f"{fn} of {wanted} expressions", tuple(args), slopes, degree)
    needs = "convex" if fn == "max" else "concave"
    rule = f"{fn} needs {needs} expressions, one of these is not"
    return Proof(expr, UNKNOWN, held, rule, tuple(args), slopes, None, f"rewrite it with {needs} expressions inside")


# ---- powers ----------------------------------------------------------------------------------------


def power(expr: Expr, base: Proof, exponent: Proof) -> Proof:
    if exponent.curvature is not CONSTANT:
        return exponential(expr, base, exponent)
    p = exponent.range
    held = _power_range(base.range, p)
    if base.curvature is CONSTANT:
        return constant(expr, held, (base, exponent))
    if p.value == 0:
        return constant(expr, interval.Interval.point(1), (base, exponent), "power 0 is 1")
    if p.value == 1:
        return Proof(expr, base.curvature, base.range, "power 1", (base, exponent), (1, 0), base.degree)
    outer, slope, what = _power_rule(base.range, p)
    made = applied(expr, outer, slope, base, held, what)
    degree = 2 if p.value == 2 and base.degree == 1 else None
    if outer is UNKNOWN:
        made = replace(made, curvature=UNKNOWN, rule=what, suggestion=_power_advice(base, p))
    return replace(made, children=(base, exponent), slopes=(slope, 0), degree=degree)


def _power_range(base: Interval, p: Interval) -> Interval:
    if not isinstance(p.low, Fraction) or not isinstance(p.high, Fraction):
        return interval.NONNEGATIVE if base.nonnegative else interval.EVERYTHING
    return interval.power_between(base, p.low, p.high)


def _power_rule(base: Interval, p: Interval) -> tuple[Curvature, int | None, str]:
    """Curvature of b^p in b, its slope, and the rule in words."""
    k = p.value
    whole = k is not None and k.denominator == 1
    shown = f"power {k}" if k is not None else f"power from {p}"
    # a fraction is only defined from 0 on, so the sign of the base need not be proved for it
    defined = base.nonnegative or (k is not None and not whole)
    if whole and k is not None and k > 0 and k % 2 == 0:
        slope = 1 if base.nonnegative else -1 if base.nonpositive else None
        return CONVEX, slope, f"{shown} (convex, even)"
    if defined and p.low >= 1:
        # beyond its domain a convex power cannot be both infinite and nondecreasing
        return CONVEX, 1 if base.nonnegative else None, f"{shown} (convex, nondecreasing where the base is >= 0)"
    if defined and p.low >= 0 and p.high <= 1:
        return CONCAVE, 1, f"{shown} (concave, nondecreasing)"
    if p.high <= 0 and (base.positive or (k is not None and not whole)):
        return CONVEX, -1, f"{shown} (convex, nonincreasing where the base is > 0)"
    if whole and k is not None and base.nonpositive:
        if k > 0:
            return CONCAVE, 1, f"{shown} (concave, nondecreasing where the base is <= 0)"
        if base.negative:
            even = k % 2 == 0
            return (CONVEX, 1, f"{shown} (convex, nondecreasing where the base is < 0)") if even else (
                CONCAVE, -1, f"{shown} (concave, nonincreasing where the base is < 0)"
            )  # fmt: skip
    if whole and k is not None and k > 0:
        return UNKNOWN, 1, f"{shown} of an expression whose sign is not known ({base})"
    return UNKNOWN, None, f"{shown} of an expression in {base}: neither convex nor concave there"


def _power_advice(base: Proof, p: Interval) -> str:
    if p.low < 0 and not base.range.never_zero:
        return f"bound `{base.text}` away from 0"
    if not base.range.nonnegative:
        return f"give the variables in `{base.text}` bounds that keep it at least 0"
    return "write one exponent that is at most 0, between 0 and 1, or at least 1 for all members"


def exponential(expr: Expr, base: Proof, exponent: Proof) -> Proof:
    """base ^ exponent with variables in the exponent: exp(exponent log base)."""
    both = (base, exponent)
    held = interval.POSITIVE if base.range.positive else interval.EVERYTHING
    if base.curvature is not CONSTANT:
        rule = "power with variables in base and exponent"
        return Proof(expr, UNKNOWN, held, rule, both, (None, None), None, "take logarithms, or fix one of the two")
    if not base.range.positive:
        rule = f"power with variables in the exponent of a base that may be 0 or negative ({base.range})"
        return Proof(expr, UNKNOWN, held, rule, both, (0, None), None, "use a positive base")
    logs = interval.logarithm(base.range)
    held = interval.exponential(interval.mul(exponent.range, logs))
    slope = 1 if base.range.low >= 1 else -1 if base.range.high <= 1 else None
    made = applied(expr, CONVEX, slope, exponent, held, "a positive number to a power (convex)")
    return replace(made, children=both, slopes=(0, slope))
