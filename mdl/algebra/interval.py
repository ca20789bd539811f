"""Intervals with rational ends: what values an expression can take, never narrower than the truth.

Ends are Fractions or an infinity.  Results that no rational holds (log, exp, roots) are rounded
outward, and so are ends that would need more than BITS bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import exp, inf, isinf, isqrt, log, nextafter

End = Fraction | float
"""A Fraction, or the float `inf` or `-inf`; no other float."""

BITS = 2000
"""Longest numerator or denominator of an end."""

ZERO, ONE = Fraction(0), Fraction(1)
LARGEST = Fraction(1.7976931348623157e308)
SMALLEST = Fraction(2.2250738585072014e-308)


@dataclass(slots=True, frozen=True)
class Interval:
    """Values from `low` to `high`; `nonzero` says that 0 is none of them though an end may be 0."""

    low: End
    high: End
    nonzero: bool = False

    @staticmethod
    def of(low: End | int, high: End | int, *, nonzero: bool = False) -> Interval:
        low = low if isinstance(low, float) else Fraction(low)
        high = high if isinstance(high, float) else Fraction(high)
        return Interval(_outward(low, -1), _outward(high, 1), nonzero or low > 0 or high < 0)

    @staticmethod
    def point(value: Fraction | int) -> Interval:
        return Interval.of(value, value)

    # ---- signs ----

    @property
    def nonnegative(self) -> bool:
        return self.low >= 0

    @property
    def nonpositive(self) -> bool:
        return self.high <= 0

    @property
    def positive(self) -> bool:
        return self.low > 0 or (self.low == 0 and self.nonzero)

    @property
    def negative(self) -> bool:
        return self.high < 0 or (self.high == 0 and self.nonzero)

    @property
    def never_zero(self) -> bool:
        return self.nonzero or self.low > 0 or self.high < 0

    @property
    def value(self) -> Fraction | None:
        """The one value, where there is only one."""
        return self.low if self.low == self.high and isinstance(self.low, Fraction) else None

    @property
    def finite(self) -> bool:
        return not isinf(self.low) and not isinf(self.high)

    def contains(self, value: Fraction | float) -> bool:
        return self.low <= value <= self.high and not (self.nonzero and value == 0)

    def __str__(self) -> str:
        low = "(-inf" if self.low == -inf else f"{'(' if self.low == 0 and self.nonzero else '['}{_text(self.low)}"
        high = "inf)" if self.high == inf else f"{_text(self.high)}{')' if self.high == 0 and self.nonzero else ']'}"
        return f"{low}, {high}"


EVERYTHING = Interval(-inf, inf)
NONNEGATIVE = Interval(ZERO, inf)
POSITIVE = Interval(ZERO, inf, True)


def _text(end: End) -> str:
    if isinstance(end, Fraction) and (end.denominator > 1000 or abs(end) >= 10**12):
        return f"{float(end):g}" if abs(end) <= LARGEST else f"{'-' if end < 0 else ''}1.8e308"
    return str(end)


def _outward(end: End, way: int) -> End:
    """The end itself, or one of few bits on its outer side."""
    if isinstance(end, float) or max(end.numerator.bit_length(), end.denominator.bit_length()) <= BITS:
        return end
    if way < 0:
        return -_outward(-end, 1)
    if end > LARGEST:
        return inf
    if abs(end) < SMALLEST:
        return SMALLEST if end > 0 else ZERO
    return Fraction(_above(end))


# ---- arithmetic ------------------------------------------------------------------------------------


def _plus(a: End, b: End) -> End:
    if isinstance(a, float) or isinstance(b, float):
        return a if isinstance(a, float) else b
    return a + b


def _times(a: End, b: End) -> End:
    if a == 0 or b == 0:
        return ZERO
    if isinstance(a, float) or isinstance(b, float):
        return inf if (a > 0) == (b > 0) else -inf
    return a * b


def add(terms: Iterable[Interval]) -> Interval:
    low: End = ZERO
    high: End = ZERO
    held = list(terms)
    for t in held:
        low, high = _plus(low, t.low), _plus(high, t.high)
    one_side = all(t.nonnegative for t in held) or all(t.nonpositive for t in held)
    return Interval.of(low, high, nonzero=one_side and any(t.never_zero for t in held))


def neg(a: Interval) -> Interval:
    return Interval(-a.high, -a.low, a.nonzero)


def mul(a: Interval, b: Interval) -> Interval:
    ends = [_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Interval.of(min(ends), max(ends), nonzero=a.never_zero and b.never_zero)


def times(a: Interval, count: Interval) -> Interval:
    """Sum of `count` values of `a`, `count` a whole number at least 0."""
    found = mul(a, count)
    return Interval.of(found.low, found.high, nonzero=a.never_zero and count.low >= 1 and (a.positive or a.negative))


def reciprocal(a: Interval) -> Interval:
    """1/a where a is not 0."""
    if a.low < 0 < a.high:
        return Interval(-inf, inf, True)
    if a.low >= 0:
        return Interval.of(_over(a.high), inf if a.low == 0 else _over(a.low), nonzero=True)
    return Interval.of(-inf if a.high == 0 else _over(a.high), _over(a.low), nonzero=True)


def _over(end: End) -> End:
    if isinstance(end, float):
        return ZERO
    return inf if end == 0 else 1 / end


def hull(parts: Iterable[Interval]) -> Interval:
    held = list(parts)
    return Interval.of(min(p.low for p in held), max(p.high for p in held), nonzero=all(p.never_zero for p in held))


def intersect(a: Interval, b: Interval) -> Interval:
    """What both say; where they contradict each other, the first."""
    low, high = max(a.low, b.low), min(a.high, b.high)
    return Interval.of(low, high, nonzero=a.never_zero or b.never_zero) if low <= high else a


def maximum(parts: Iterable[Interval]) -> Interval:
    held = list(parts)
    sure = any(p.positive for p in held) or all(p.never_zero for p in held)
    return Interval.of(max(p.low for p in held), max(p.high for p in held), nonzero=sure)


def minimum(parts: Iterable[Interval]) -> Interval:
    return neg(maximum(neg(p) for p in parts))


def absolute(a: Interval) -> Interval:
    if a.low >= 0:
        return a
    if a.high <= 0:
        return neg(a)
    return Interval.of(ZERO, max(-a.low, a.high), nonzero=a.nonzero)


# ---- functions ---------------------------------------------------------------------------------------


def _below(end: End) -> float:
    """A float64 at most this."""
    if isinstance(end, float):
        return end
    if abs(end) > LARGEST:
        return -inf if end < 0 else float(LARGEST)
    found = float(end)
    return found if Fraction(found) <= end else nextafter(found, -inf)


def _above(end: End) -> float:
    return -_below(-end)


def _rounded(value: float, way: int) -> End:
    """One unit beyond what a function of the C library gave, since its last bit is not sure."""
    beyond = nextafter(nextafter(value, way * inf), way * inf) if not isinf(value) else value
    return beyond if isinf(beyond) else Fraction(beyond)


def _exp(value: float) -> float:
    try:
        return exp(value)
    except OverflowError:
        return inf


def exponential(a: Interval) -> Interval:
    bottom = _exp(_below(a.low))
    low = max(_rounded(bottom, -1), ZERO) if not isinf(bottom) else LARGEST
    high = _rounded(_exp(_above(a.high)), 1)
    return Interval.of(ONE if a.low == 0 else low, ONE if a.high == 0 else high, nonzero=True)


def logarithm(a: Interval) -> Interval:
    """Of the positive part of `a`."""
    if a.high <= 0:
        return EVERYTHING
    bottom, top = _below(a.low), _above(a.high)
    low = -inf if bottom <= 0 else _rounded(log(bottom), -1)
    high = inf if isinf(top) else _rounded(log(top), 1) if top > 0 else -inf
    low, high = (ZERO if a.low == 1 else low), (ZERO if a.high == 1 else high)
    return Interval.of(low, high, nonzero=a.low > 1 or a.high < 1)


def power(a: Interval, exponent: Fraction) -> Interval:
    """a ^ exponent where it is defined: of the nonnegative part of `a` where the exponent is a fraction."""
    if exponent == 0:
        return Interval.point(1)
    if exponent < 0:
        return reciprocal(power(a, -exponent))
    if exponent.denominator == 1:
        return _whole_power(a, exponent.numerator)
    low = max(a.low, ZERO)
    high = max(a.high, low)
    return Interval.of(_root_power(low, exponent, -1), _root_power(high, exponent, 1), nonzero=a.never_zero)


def _whole_power(a: Interval, k: int) -> Interval:
    if k % 2 == 0:
        size = absolute(a)
        return Interval.of(_end_power(size.low, k, -1), _end_power(size.high, k, 1), nonzero=a.never_zero)
    return Interval.of(_end_power(a.low, k, -1), _end_power(a.high, k, 1), nonzero=a.never_zero)


def _end_power(end: End, k: int, way: int) -> End:
    if isinstance(end, float):
        return end if k % 2 else inf
    bits = max(end.numerator.bit_length(), end.denominator.bit_length()) * k
    if bits <= 16 * BITS or end in (0, 1, -1):
        return end**k
    up = way if end > 0 else -way  # the way in which the size may grow
    if abs(end) > 1:
        size: End = inf if up > 0 else LARGEST if bits > 64 * BITS else ONE
    else:
        size = ONE if up > 0 else ZERO
    return size if end > 0 or k % 2 == 0 else -size


def _root_power(end: End, exponent: Fraction, way: int) -> End:
    """end ^ exponent for an end and a fraction at least 0."""
    if isinstance(end, float) or end in (0, 1):
        return end
    if exponent.denominator == 2:
        top, bottom = isqrt(end.numerator), isqrt(end.denominator)
        if top * top == end.numerator and bottom * bottom == end.denominator:
            return _end_power(Fraction(top, bottom), exponent.numerator, way)
    sided = _below(end) if way < 0 else _above(end)
    if sided <= 0 or isinf(sided):
        return ZERO if sided <= 0 and way < 0 else inf if way > 0 else ZERO
    size = log(sided) * float(exponent)
    slack = abs(size) * 2.0**-50 + 2.0**-50
    found = _exp(size + way * slack)
    return _rounded(found, way) if not isinf(found) else (inf if way > 0 else LARGEST)


def power_between(a: Interval, low: Fraction, high: Fraction) -> Interval:
    """a ^ p for exponents p from `low` to `high`."""
    if low == high:
        return power(a, low)
    if a.low < 0:
        return EVERYTHING
    # for each base monotone in the exponent, for each exponent monotone in the base: the corners decide
    return hull((power(a, low), power(a, high)))
