"""Elementwise arithmetic on vectors of numbers: exact while the operation allows, never wrapping around.

Operands have the same length; a constant of stride 0 stays one.  Exact results are int64 while a
bound on their size fits and Python integers beyond.  An exact result whose common denominator would
need more than BITS bits in all becomes float64, since it could not be held.  Where a value is not defined, or
leaves the range of float64, `Fault` says what and at which position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isqrt, lcm
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import LIMIT, FloatArray, IntArray, Numbers
from mdl.algebra.vectors import BITS, Truths, compact, different, finish, repeated, scaled, wide
from mdl.algebra.vectors import Fault as Fault
from mdl.algebra.vectors import has_float as has_float
from mdl.algebra.vectors import inexact as inexact
from mdl.algebra.vectors import is_constant as is_constant
from mdl.algebra.vectors import largest as largest
from mdl.algebra.vectors import reduced as reduced


def _aligned(a: Numbers, b: Numbers) -> tuple[IntArray, IntArray, int]:
    """Numerators of two exact vectors over one denominator."""
    common = lcm(a.denominator, b.denominator)
    if common > LIMIT:
        a, b = reduced(a), reduced(b)
        common = lcm(a.denominator, b.denominator)
    assert a.numerators is not None and b.numerators is not None
    return scaled(a.numerators, common // a.denominator), scaled(b.numerators, common // b.denominator), common


def _too_long(size: int, denominator: int) -> bool:
    return denominator > LIMIT and size * denominator.bit_length() > BITS


def _binary(
    a: Numbers, b: Numbers, exact: Callable[[Numbers, Numbers], Numbers | None], ufunc: Callable[..., FloatArray]
) -> Numbers:
    size = len(a)
    if size == 0:
        return Numbers.constant(0, 0)
    a, b = compact(a), compact(b)
    result = exact(a, b) if a.is_exact and b.is_exact else None
    if result is None:
        with np.errstate(all="ignore"):
            result = inexact(ufunc(a.floats(), b.floats()))
    return repeated(result, size)


# ---- arithmetic --------------------------------------------------------------------------------


def add(a: Numbers, b: Numbers) -> Numbers:
    return _binary(a, b, lambda x, y: _sum(np.add, x, y), np.add)


def sub(a: Numbers, b: Numbers) -> Numbers:
    return _binary(a, b, lambda x, y: _sum(np.subtract, x, y), np.subtract)


def _sum(ufunc: Callable[..., IntArray], a: Numbers, b: Numbers) -> Numbers | None:
    if _too_long(max(len(a), len(b)), lcm(a.denominator, b.denominator)):
        return None
    left, right, common = _aligned(a, b)
    if left.dtype != object and right.dtype != object and largest(left) + largest(right) <= LIMIT:
        return finish(ufunc(left, right), common)
    return finish(ufunc(wide(left), wide(right)), common)


def total(terms: Sequence[Numbers]) -> Numbers:
    """The sum of one or more vectors."""
    out = terms[0]
    for t in terms[1:]:
        out = add(out, t)
    return out


def neg(a: Numbers) -> Numbers:
    size, a = len(a), compact(a)
    if a.numerators is not None:
        return repeated(Numbers.exact(-a.numerators, a.denominator), size)
    return repeated(Numbers(None, 1, -a.floats()), size)


def mul(a: Numbers, b: Numbers) -> Numbers:
    return _binary(a, b, _mul_exact, np.multiply)


def _mul_exact(a: Numbers, b: Numbers) -> Numbers | None:
    assert a.numerators is not None and b.numerators is not None
    size, common = max(len(a), len(b)), a.denominator * b.denominator
    fits = a.numerators.dtype != object and b.numerators.dtype != object
    fits = fits and largest(a.numerators) * largest(b.numerators) <= LIMIT
    if fits and common <= LIMIT:
        return finish(a.numerators * b.numerators, common)
    a, b = reduced(a), reduced(b)
    assert a.numerators is not None and b.numerators is not None
    common = a.denominator * b.denominator
    bound = largest(a.numerators) * largest(b.numerators)
    if bound <= LIMIT and a.numerators.dtype != object and b.numerators.dtype != object:
        return None if _too_long(size, common) else finish(a.numerators * b.numerators, common)
    if size * max(common.bit_length(), bound.bit_length()) > 16 * BITS or _too_long(size, common):
        return None
    return finish(wide(a.numerators) * wide(b.numerators), common)


def div(a: Numbers, b: Numbers) -> Numbers:
    """Fault "zero" where `b` is 0 ("nought" where both are)."""
    _no_zero(a, b)
    return _binary(a, b, _div_exact, np.divide)


def _no_zero(a: Numbers, b: Numbers) -> None:
    zero = signs(b) == 0
    if zero.any():
        at = int(np.argmax(zero))
        raise Fault("nought" if signs(a.take(slice(at, at + 1)))[0] == 0 else "zero", at)


def _div_exact(a: Numbers, b: Numbers) -> Numbers | None:
    assert a.numerators is not None and b.numerators is not None
    size = max(len(a), len(b))
    divisor = b.numerators
    tops = scaled(a.numerators, b.denominator)
    if len(divisor) == 1:
        value = int(divisor[0])
        tops, value = (tops if value > 0 else -tops), abs(value)
        return None if _too_long(size, a.denominator * value) else _reduced_result(tops, a.denominator * value)
    tops = np.broadcast_to(tops, (size,))
    if tops.dtype == object or divisor.dtype == object:
        tops, divisor = wide(tops), wide(divisor)
    shared = np.gcd(tops, divisor)
    tops, divisor = tops // shared, divisor // shared
    tops, divisor = np.where(divisor < 0, -tops, tops), np.abs(divisor)
    common = 1
    for value in different(divisor).tolist():
        common = lcm(common, value)
        if _too_long(size, common * a.denominator):
            return None
    factors = common // (divisor if common <= LIMIT else wide(divisor))
    if tops.dtype == object or factors.dtype == object or largest(tops) * largest(factors) > LIMIT:
        tops, factors = wide(tops), wide(factors)
    return _reduced_result(tops * factors, a.denominator * common)


def _reduced_result(numerators: IntArray, denominator: int) -> Numbers:
    return reduced(Numbers.exact(numerators, denominator))


def absolute(a: Numbers) -> Numbers:
    size, a = len(a), compact(a)
    if a.numerators is not None:
        return repeated(Numbers.exact(np.abs(a.numerators), a.denominator), size)
    return repeated(Numbers(None, 1, np.abs(a.floats())), size)


def minimum(a: Numbers, b: Numbers) -> Numbers:
    return _binary(a, b, lambda x, y: _extreme(np.minimum, x, y), np.minimum)


def maximum(a: Numbers, b: Numbers) -> Numbers:
    return _binary(a, b, lambda x, y: _extreme(np.maximum, x, y), np.maximum)


def _extreme(ufunc: Callable[..., IntArray], a: Numbers, b: Numbers) -> Numbers | None:
    if _too_long(max(len(a), len(b)), lcm(a.denominator, b.denominator)):
        return None
    left, right, common = _aligned(a, b)
    return finish(ufunc(left, right), common)


# ---- comparison --------------------------------------------------------------------------------


def signs(a: Numbers) -> npt.NDArray[Any]:
    """-1, 0 or 1."""
    size, a = len(a), compact(a)
    held = a.floats_ if a.numerators is None else a.numerators
    assert held is not None
    found = (held > 0).astype(np.int8) - (held < 0).astype(np.int8)
    return found if len(found) == size else np.broadcast_to(found, (size,))


_COMPARISONS: dict[str, Callable[..., Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def compare(op: str, a: Numbers, b: Numbers) -> Truths:
    """`a op b` elementwise; exact where both are, else as float64."""
    size, a, b = len(a), compact(a), compact(b)
    exact = a.is_exact and b.is_exact
    if exact and not _too_long(max(len(a), len(b)), lcm(a.denominator, b.denominator)):
        left, right, _ = _aligned(a, b)
    else:
        left, right = a.floats(), b.floats()
    return np.broadcast_to(np.asarray(_COMPARISONS[op](left, right), dtype=np.bool_), (size,))


# ---- functions ---------------------------------------------------------------------------------


def log(a: Numbers) -> Numbers:
    """Natural logarithm; fault "log" where an operand is not positive."""
    return _unary(a, "log", signs(compact(a)) <= 0, np.log)


def exp(a: Numbers) -> Numbers:
    return _unary(a, "exp", None, np.exp)


def sqrt(a: Numbers) -> Numbers:
    """Exact where every entry is the square of a rational; fault "sqrt" of a negative."""
    held = compact(a)
    exact = _sqrt_exact(held) if held.is_exact and len(held) and not (signs(held) < 0).any() else None
    return _unary(a, "sqrt", signs(held) < 0, np.sqrt) if exact is None else repeated(exact, len(a))


def _sqrt_exact(a: Numbers) -> Numbers | None:
    # n/d = n*d/d^2, so the root is rational exactly where n*d is a square
    a = reduced(a)
    assert a.numerators is not None
    if a.numerators.dtype != object and largest(a.numerators) * a.denominator <= 2**52:
        squares = a.numerators * a.denominator
        roots = np.rint(np.sqrt(squares.astype(np.float64))).astype(np.int64)
        return _reduced_result(roots, a.denominator) if bool((roots * roots == squares).all()) else None
    out = []
    for n in a.numerators.tolist():
        root = isqrt(n * a.denominator)
        if root * root != n * a.denominator:
            return None
        out.append(root)
    held = np.empty(len(out), dtype=object)
    held[:] = out
    return finish(held, a.denominator)


def _unary(a: Numbers, what: str, undefined: Truths | None, ufunc: Callable[..., FloatArray]) -> Numbers:
    size, held = len(a), compact(a)
    if size == 0:
        return Numbers.constant(0, 0)
    if undefined is not None and undefined.any():
        at = int(np.argmax(undefined))
        raise Fault(what, at, value_at(held, at))
    with np.errstate(all="ignore"):
        return repeated(inexact(ufunc(held.floats())), size)


def value_at(a: Numbers, position: int) -> Fraction | float:
    one = a.take(slice(position, position + 1))
    return one.fractions()[0] if one.is_exact else float(one.floats()[0])


def power(base: Numbers, exponent: Numbers) -> Numbers:
    """`base ^ exponent`; 0^0 is 1.  Faults: "zero" of 0 to a negative, "power" of a negative to a fraction."""
    size = len(base)
    if size == 0:
        return Numbers.constant(0, 0)
    _power_defined(base, exponent)
    held, power_of = compact(base), compact(exponent)
    if not held.is_exact or not power_of.is_exact:
        return repeated(_power_floats(held, power_of), size)
    distinct = list(dict.fromkeys(power_of.fractions()))
    if len(distinct) == 1:
        exact = _power_exact(held, distinct[0])
        return repeated(_power_floats(held, power_of) if exact is None else exact, size)
    return _power_groups(repeated(held, size), repeated(power_of, size), distinct)


def _power_groups(base: Numbers, exponent: Numbers, distinct: Sequence[Fraction]) -> Numbers:
    if len(distinct) > 64:
        return _power_floats(base, exponent)
    parts = []
    for value in distinct:
        rows = np.flatnonzero(compare("==", exponent, Numbers.constant(value, len(exponent))))
        part = _power_exact(base.take(rows), value)
        if part is None:
            return _power_floats(base, exponent)
        parts.append((rows, part))
    return merge(parts, len(base))


def _power_defined(base: Numbers, exponent: Numbers) -> None:
    sign, power_sign = signs(base), signs(exponent)
    zero = (sign == 0) & (power_sign < 0)
    if zero.any():
        raise Fault("zero", int(np.argmax(zero)))
    if (sign < 0).any():
        wrong = (sign < 0) & ~is_whole(exponent)
        if wrong.any():
            at = int(np.argmax(wrong))
            raise Fault("power", at, value_at(base, at))


def _power_floats(base: Numbers, exponent: Numbers) -> Numbers:
    with np.errstate(all="ignore"):
        return inexact(np.power(base.floats(), exponent.floats()))


def _power_exact(base: Numbers, exponent: Fraction) -> Numbers | None:
    if exponent.denominator == 2:
        root = _sqrt_exact(base) if len(base) else base
        return None if root is None else _power_exact(root, Fraction(exponent.numerator))
    if exponent.denominator != 1:
        return None
    k = exponent.numerator
    base = reduced(base)
    assert base.numerators is not None
    if k < 0:
        return _power_exact(div(Numbers.constant(1, len(base)), base), -exponent) if len(base) else base
    bits = max(largest(base.numerators).bit_length(), base.denominator.bit_length()) * k
    if bits > 62 and bits * len(base) > BITS:
        return None
    if bits <= 62 and base.numerators.dtype != object:
        return finish(base.numerators ** np.int64(k), base.denominator**k)
    return finish(wide(base.numerators) ** k, base.denominator**k)


# ---- whole numbers, assembly -------------------------------------------------------------------


def is_whole(a: Numbers) -> Truths:
    """Where the value is an integer."""
    size, a = len(a), compact(a)
    if a.numerators is None:
        whole = a.floats() == np.floor(a.floats())
    elif a.denominator == 1:
        whole = np.ones(len(a), dtype=np.bool_)
    elif a.denominator > LIMIT:
        whole = (wide(a.numerators) % a.denominator == 0).astype(np.bool_)
    else:
        whole = (a.numerators % a.denominator == 0).astype(np.bool_)
    return np.broadcast_to(whole, (size,))


def spread(a: Numbers, inner: tuple[int, ...], shape: tuple[int, ...]) -> Numbers:
    """Repeated over the axes of `shape` on which `inner` has 1; row-major."""
    held = a.floats_ if a.numerators is None else a.numerators
    assert held is not None
    size = int(np.prod(shape, dtype=np.int64))
    if is_constant(a):
        return repeated(compact(a), size)
    full = np.broadcast_to(held.reshape(inner), shape).reshape(-1)
    return Numbers.exact(full, a.denominator) if a.numerators is not None else Numbers(None, 1, full)


def merge(parts: Sequence[tuple[npt.NDArray[Any], Numbers]], size: int) -> Numbers:
    """result[positions[k]] = part[k]; all positions together are 0..size-1.  Exact where every part is."""
    parts = [(rows, part) for rows, part in parts if len(rows)]
    if not parts:
        return Numbers.constant(0, size)
    if len(parts) == 1 and len(parts[0][0]) == size and is_constant(parts[0][1]):
        return parts[0][1]
    common = lcm(*(p.denominator for _, p in parts))
    if not all(p.is_exact for _, p in parts) or _too_long(size, common):
        floats = np.empty(size)
        for rows, part in parts:
            floats[rows] = part.floats()
        return Numbers(None, 1, floats)
    placed = []
    for rows, part in parts:
        assert part.numerators is not None
        placed.append((rows, scaled(part.numerators, common // part.denominator)))
    out = np.empty(size, dtype=object if any(v.dtype == object for _, v in placed) else np.int64)
    for rows, values in placed:
        out[rows] = wide(values) if out.dtype == object else values
    return finish(out, common)


def concat(parts: Sequence[Numbers]) -> Numbers:
    """One after the other."""
    at, placed = 0, []
    for part in parts:
        placed.append((np.arange(at, at + len(part)), part))
        at += len(part)
    return merge(placed, at)


def select(mask: Truths, a: Numbers, b: Numbers) -> Numbers:
    """`a` where the mask holds, `b` elsewhere."""
    yes, no = np.flatnonzero(mask), np.flatnonzero(~mask)
    return merge([(yes, a.take(yes)), (no, b.take(no))], len(mask))


def extremes(a: Numbers) -> tuple[Fraction, Fraction] | None:
    """Least and greatest value, exactly; None of an empty vector."""
    if not len(a):
        return None
    held = a.floats_ if a.numerators is None else a.numerators
    assert held is not None
    low, high = held.min(), held.max()
    if a.numerators is None:
        return Fraction(float(low)), Fraction(float(high))
    return Fraction(int(low), a.denominator), Fraction(int(high), a.denominator)
