"""Real numbers to 500 bits that share no code with mdl.irrational: what differs by less than 1e-100 counts as equal."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from tests.algebra.oracle import Undefined

BITS = 500
EQUAL = arb(10) ** -100


class Wide:
    """One number; mixes with Fractions."""

    def __init__(self, value: Any) -> None:
        self.ball = value

    def __add__(self, other: Any) -> Wide:
        with ctx.workprec(BITS):
            return within(self.ball + ball(other))

    def __sub__(self, other: Any) -> Wide:
        with ctx.workprec(BITS):
            return within(self.ball - ball(other))

    def __rsub__(self, other: Any) -> Wide:
        with ctx.workprec(BITS):
            return within(ball(other) - self.ball)

    def __mul__(self, other: Any) -> Wide:
        with ctx.workprec(BITS):
            return within(self.ball * ball(other))

    def __truediv__(self, other: Any) -> Wide:
        with ctx.workprec(BITS):
            return within(self.ball / ball(other))

    def __rtruediv__(self, other: Any) -> Wide:
        with ctx.workprec(BITS):
            return within(ball(other) / self.ball)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Wide:
        return Wide(-self.ball)

    def __abs__(self) -> Wide:
        return Wide(abs(self.ball))

    def __eq__(self, other: object) -> bool:
        return sign(self - other) == 0

    def __lt__(self, other: Any) -> bool:
        return sign(self - other) < 0

    def __le__(self, other: Any) -> bool:
        return sign(self - other) <= 0

    def __gt__(self, other: Any) -> bool:
        return sign(self - other) > 0

    def __ge__(self, other: Any) -> bool:
        return sign(self - other) >= 0

    def __hash__(self) -> int:
        raise TypeError

    def __float__(self) -> float:
        return float(self.ball.mid())


def ball(value: Any) -> Any:
    if isinstance(value, Wide):
        return value.ball
    with ctx.workprec(BITS):
        return arb(fmpq(Fraction(value).numerator, Fraction(value).denominator))


def within(value: Any) -> Wide:
    if not value.is_finite() or not abs(value) < arb(1.7e308):
        raise Undefined("overflow")
    return Wide(value)


def sign(value: Any) -> int:
    held = ball(value)
    if abs(held) < EQUAL:
        return 0
    return 1 if held > 0 else -1


def power(a: Any, b: Any) -> Any:
    if sign(a) == 0 and sign(b) < 0:
        raise Undefined("zero")
    if isinstance(b, Fraction) and b.denominator == 1:
        if isinstance(a, Fraction):
            return a ** int(b)
        with ctx.workprec(BITS):
            return within(ball(a) ** int(b))
    if sign(a) == 0:
        return Fraction(0) if sign(b) else Fraction(1)
    if sign(a) < 0:
        raise Undefined("power")
    with ctx.workprec(BITS):
        return within((ball(a).log() * ball(b)).exp())


def call(fn: str, args: list[Any]) -> Any:
    if fn in ("min", "max"):
        return min(args) if fn == "min" else max(args)
    (a,) = args
    with ctx.workprec(BITS):
        if fn == "abs":
            return abs(a)
        if fn == "exp":
            return within(ball(a).exp())
        if fn == "log":
            if sign(a) <= 0:
                raise Undefined("log")
            return within(ball(a).log())
        return power(a, Fraction(1, 2))
