"""Random expressions: what is claimed convex, affine or within a range is so at sampled points."""

from __future__ import annotations

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.curvature import Analysis
from mdl.algebra.proof import Curvature, Proof
from mdl.semantics import typed
from mdl.semantics.typed import Expr
from tests.algebra.expressions import Known, expression
from tests.algebra.numeric import FUNCTIONS, UndefinedError, value

BOXES = {"x": (-3, 3), "y": (-3, 3), "u": (0, 5), "w": (1, 4), "v": (-5, 0), "d": (-6, -1)}
DATA = {"p": 2.0, "n": -3.0, "z": 1.0, "half": 0.5}

leaves = st.sampled_from([*BOXES, *DATA, "1", "2", "0.3", "aff", "sq", "root"])


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, inner)
    return st.one_of(
        two.map(lambda e: f"({e[0]} + {e[1]})"),
        two.map(lambda e: f"({e[0]} - {e[1]})"),
        two.map(lambda e: f"{e[0]} * {e[1]}"),
        two.map(lambda e: f"({e[0]}) / ({e[1]})"),
        two.map(lambda e: f"max({e[0]}, {e[1]})"),
        two.map(lambda e: f"min({e[0]}, {e[1]})"),
        inner.map(lambda e: f"({e}) * ({e})"),
        inner.map(lambda e: f"({e}) / (1 + {e})"),
        inner.map(lambda e: f"({e}) * log({e})"),
        two.map(lambda e: f"log(exp({e[0]}) + 2 * exp({e[1]}))"),
        two.map(lambda e: f"sqrt(({e[0]})^2 + 2 * ({e[1]})^2 + 0.1)"),
        st.tuples(st.sampled_from(["log", "exp", "sqrt", "abs", "-"]), inner).map(lambda e: f"{e[0]}({e[1]})"),
        st.tuples(inner, st.sampled_from(["2", "3", "0.5", "1.5", "(-1)", "(-2)", "(-0.5)", "p", "half"])).map(
            lambda e: f"({e[0]})^{e[1]}"
        ),
        st.tuples(st.sampled_from(["2", "half"]), inner).map(lambda e: f"{e[0]}^({e[1]})"),
    )


texts = st.recursive(leaves, grow, max_leaves=6)


def points(seed: int, count: int) -> list[dict[str, float]]:
    rng = random.Random(seed)
    return [{**DATA, **{k: rng.uniform(*box) for k, box in BOXES.items()}} for _ in range(count)]


def at(proof: Proof, point: dict[str, float]) -> float | None:
    try:
        return value(proof.expr, point)
    except UndefinedError:
        return None


@settings(max_examples=400, deadline=None)
@given(texts, st.integers(0, 10**6))
def test_claims_hold_at_sampled_points(text: str, seed: int) -> None:
    whole = Analysis(Known()).of(expression(text))
    first, second = points(seed, 8), points(seed + 1, 8)
    for proof in whole.walk():
        for a, b in zip(first, second, strict=True):
            check_pair(proof, a, b)


def check_pair(proof: Proof, a: dict[str, float], b: dict[str, float]) -> None:
    fa, fb = at(proof, a), at(proof, b)
    for found in (fa, fb):
        if found is not None:
            slack = 1e-9 * (1 + abs(found))
            assert proof.range.low - slack <= found <= proof.range.high + slack, (
                f"{proof.text}: {found} not in {proof.range}"
            )
    if fa is None or fb is None or not proof.known:
        return
    middle = at(proof, {k: (a[k] + b[k]) / 2 for k in a})
    assert middle is not None, f"{proof.text}: domain is not convex"
    gap, slack = (fa + fb) / 2 - middle, 1e-8 * (1 + abs(fa) + abs(fb) + abs(middle))
    if proof.curvature is Curvature.CONVEX:
        assert gap >= -slack, f"{proof.text} is not convex"
    elif proof.curvature is Curvature.CONCAVE:
        assert gap <= slack, f"{proof.text} is not concave"
    else:
        assert abs(gap) <= slack, f"{proof.text} is not {proof.curvature.value}"


# ---- slopes ----------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(texts, st.integers(0, 10**6))
def test_slopes_hold_with_the_other_operands_fixed(text: str, seed: int) -> None:
    rng = random.Random(seed)
    for proof in Analysis(Known()).of(expression(text)).walk():
        assert len(proof.slopes) == len(proof.children)
        for k, slope in enumerate(proof.slopes):
            if slope is not None and not isinstance(proof.expr, typed.Ref):
                for _ in range(5):
                    check_slope(proof, k, slope, rng)


def check_slope(proof: Proof, k: int, slope: int, rng: random.Random) -> None:
    held = [draw(c, rng) for c in proof.children]
    low, high = sorted((draw(proof.children[k], rng), draw(proof.children[k], rng)))
    try:
        first = operate(proof.expr, [*held[:k], low, *held[k + 1 :]])
        second = operate(proof.expr, [*held[:k], high, *held[k + 1 :]])
    except (ValueError, ZeroDivisionError, OverflowError):
        return
    if proof.children[k].curvature is Curvature.CONSTANT or not math.isfinite(first - second):
        return  # data do not move; infinities are not compared
    assert (second - first) * slope >= -1e-9 * (1 + abs(first) + abs(second)), f"{proof.text} in operand {k}"


def draw(proof: Proof, rng: random.Random) -> float:
    low, high = max(-8.0, float(max(proof.range.low, -8))), min(8.0, float(min(proof.range.high, 8)))
    return rng.uniform(low, high) if low <= high else low


def operate(expr: Expr, operands: list[float]) -> float:
    match expr:
        case typed.Neg():
            return -operands[0]
        case typed.Add():
            return sum(operands)
        case typed.Mul():
            return math.prod(operands)
        case typed.Div():
            return operands[0] / operands[1]
        case typed.Pow():
            return math.pow(operands[0], operands[1])
        case typed.Call(fn=fn):
            return float(FUNCTIONS[fn](*operands))
        case _:
            raise NotImplementedError(type(expr))
