"""Decimals written as text, exactly: one by one, and a whole column at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from mdl.algebra.arithmetic import has_float, merge
from mdl.algebra.numbers import Numbers

_DECIMAL = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?", re.ASCII)

MOST_DIGITS = 1000
MOST_EXPONENT = 400

_WIDEST = 32
"""Longer texts are read one by one."""


class BadNumber(Exception):  # noqa: N818 - becomes a diagnostic where the place is known
    """`text` in row `row` is no number; `why` says what it is instead."""

    def __init__(self, row: int, text: str, why: str) -> None:
        super().__init__(f"{text!r}: {why}")
        self.row = row
        self.text = text
        self.why = why


def parse_decimal(text: str, row: int = 0) -> Fraction:
    """The rational that a decimal such as `-0.1` or `2.5e3` is.  Raises BadNumber."""
    found = _DECIMAL.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        raise BadNumber(row, text, _what_instead(text))
    digits, fraction = found[2], found[3] or ""
    exponent = _exponent(found[4], row, text) - len(fraction)
    if len(digits) + len(fraction) > MOST_DIGITS:
        raise BadNumber(row, text, f"a number of more than {MOST_DIGITS} digits")
    value = Fraction(int(digits + fraction or "0"))
    value = value * Fraction(10**exponent) if exponent >= 0 else value / Fraction(10**-exponent)
    if not has_float(value.numerator, value.denominator):
        raise BadNumber(row, text, "too large for floating point")
    return -value if found[1] == "-" else value


def _exponent(text: str | None, row: int, whole: str) -> int:
    if text is None:
        return 0
    if len(text.lstrip("+-0")) > 3 or abs(int(text)) > MOST_EXPONENT:
        raise BadNumber(row, whole, f"an exponent beyond {MOST_EXPONENT}")
    return int(text)


def _what_instead(text: str) -> str:
    lowered = text.strip().lower().lstrip("+-")
    if not lowered:
        return "an empty cell"
    if lowered in ("nan", "na", "n/a", "null", "none"):
        return "no number"
    if lowered in ("inf", "infinity"):
        return "infinity"
    return "not a number"


def parse_decimals(texts: Sequence[str]) -> Numbers:
    """A column of decimals; raises BadNumber for the first that is none."""
    if not texts:
        return Numbers.constant(0, 0)
    try:
        packed = np.array(texts, dtype=np.bytes_)
    except UnicodeEncodeError:
        return _one_by_one(texts, range(len(texts)))
    width = packed.dtype.itemsize
    if width > _WIDEST or len(texts) < 16:
        return _one_by_one(texts, range(len(texts)))
    return parse_packed(packed.view(np.uint8).reshape(len(texts), width), texts.__getitem__)


def parse_packed(cells: npt.NDArray[np.uint8], text: Callable[[int], str]) -> Numbers:
    """From characters, shape (rows, width), zeros after the end; `text` gives a row's text for what is not plain."""
    mantissa, places, plain = _digits(cells)
    if plain.all():
        return _scaled(mantissa, places)
    simple, rest = np.flatnonzero(plain), np.flatnonzero(~plain)
    slow = _one_by_one([text(int(r)) for r in rest], rest.tolist())
    return merge([(simple, _scaled(mantissa[simple], places[simple])), (rest, slow)], len(cells))


def _digits(
    cells: npt.NDArray[np.uint8],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
    """Digits as one integer, digits after the point, and whether that is all there is (at most 18 digits)."""
    rows, width = cells.shape
    mantissa = np.zeros(rows, dtype=np.int64)
    places, count = np.zeros(rows, dtype=np.int8), np.zeros(rows, dtype=np.int8)
    dotted, ended, plain = (np.zeros(rows, dtype=np.bool_) for _ in range(3))
    first = cells[:, 0]
    negative = first == ord("-")
    signed = negative | (first == ord("+"))
    plain[:] = True
    for k in range(width):
        column = cells[:, k]
        digit = column - np.uint8(ord("0"))
        is_digit, is_dot, is_end = digit < 10, column == ord("."), column == 0
        known = is_digit | is_end | (is_dot & ~dotted)
        if k == 0:
            known |= signed
        plain &= known & ~(ended & ~is_end)
        ended |= is_end
        counted = is_digit & (count < 18)
        np.multiply(mantissa, 10, out=mantissa, where=counted)
        np.add(mantissa, digit, out=mantissa, where=counted)
        plain &= ~(is_digit & ~counted)
        count += is_digit
        places += is_digit & dotted
        dotted |= is_dot
    plain &= count > 0
    np.negative(mantissa, out=mantissa, where=negative)
    return mantissa, places, plain


def _scaled(mantissa: npt.NDArray[np.int64], places: npt.NDArray[np.int8]) -> Numbers:
    most = int(places.max()) if len(places) else 0
    if most == 0:
        return Numbers.exact(mantissa, 1)
    room = 10 ** (most - places.astype(np.int64))
    if int((np.abs(mantissa).astype(np.float64) * room).max()) < 2**62:
        return Numbers.exact(mantissa * room, 10**most)
    return Numbers.exact(mantissa.astype(object) * room.astype(object), 10**most)


def _one_by_one(texts: Sequence[str], rows: Sequence[int]) -> Numbers:
    known: dict[str, Fraction] = {}
    for row, text in zip(rows, texts, strict=True):
        if text not in known:
            known[text] = parse_decimal(text, row)
    distinct = Numbers.of(known.values())
    place = {t: k for k, t in enumerate(known)}
    return distinct.take(np.array([place[t] for t in texts], dtype=np.int64))
