"""Whether the tables of a mechanism have room in this machine's memory, estimated before anything is allocated."""

from __future__ import annotations

import os
from fractions import Fraction

from mdl.algebra.free import needed_lets
from mdl.diagnostics import Failure, Span
from mdl.mechanisms import errors
from mdl.mechanisms.profiles import Profiles
from mdl.semantics import typed
from mdl.semantics.model import LetSymbol, MechanismSymbol, Model
from mdl.semantics.typed import Expr
from mdl.semantics.walks import walk

RATIONAL, IRRATIONAL = 40, 250
"""Bytes that a utility takes at the peak, measured: integers, and combinations of logarithms, roots and powers."""

ASSUMED = 8 * 2**30
"""Bytes of memory where the system does not say."""

SHARE = Fraction(7, 10)
"""Of the memory, what tables may take."""


def refuse(model: Model, profiles: Profiles, span: Span) -> None:
    """Raises Failure (MDL609) where the tables would not fit."""
    each = IRRATIONAL if irrational(model) else RATIONAL
    wanted, there = profiles.utilities * each, memory()
    if wanted > there * SHARE:
        size = (profiles.cases, profiles.sizes(), wanted / 2**30, there / 2**30)
        raise Failure(errors.no_room(*size, each == IRRATIONAL, span))


def memory() -> int:
    """Bytes of memory of this machine."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return ASSUMED


def irrational(model: Model) -> bool:
    """Whether a valuation or a transfer has a function whose values are no rationals."""
    bodies: list[Expr] = []
    for symbol in model.symbols.values():
        if isinstance(symbol, LetSymbol) and symbol.role == "valuation":
            bodies.append(symbol.body)
        if isinstance(symbol, MechanismSymbol):
            bodies += [t.body for t in symbol.transfers if t.body is not None]
    return any(_of(part) for body in bodies for part in (body, *(let.body for let in needed_lets(body))))


def _of(body: Expr) -> bool:
    return any(
        (isinstance(e, typed.Call) and e.fn in ("log", "exp", "sqrt"))
        or (isinstance(e, typed.Pow) and not _whole(e.exponent))
        for e in walk(body)
    )


def _whole(exponent: Expr) -> bool:
    return isinstance(exponent, typed.Number) and exponent.value.denominator == 1
