"""Whether an outcome treats interchangeable agents alike: only then does one of them stand for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Failure
from mdl.mechanisms import errors
from mdl.mechanisms.orbits import orbits
from mdl.mechanisms.reports import Reports
from mdl.semantics.model import RuleSymbol, Symbol, VarSymbol

Places = npt.NDArray[Any]

ROUNDING = 1e-6
"""Entries that a solver rounded are the same up to this, relative to 1 + the largest."""


def even(reports: Reports, rule: RuleSymbol, values: Mapping[Symbol, Numbers]) -> None:
    """Entries of a variable that differ in agents of one type alone, at one profile, must be equal.

    Raises Failure (MDL621).
    """
    for symbol in reports.instance.model.symbols.values():
        if isinstance(symbol, VarSymbol):
            _compare(reports, rule, symbol, values[reports.lift.of(symbol)])


def _compare(reports: Reports, rule: RuleSymbol, symbol: VarSymbol, held: Numbers) -> None:
    first = orbits(reports, symbol)
    other: Places = np.flatnonzero(first != np.arange(len(first)))
    one, two = held.take(first[other]), held.take(other)
    if held.is_exact:
        apart = ~np.asarray(arithmetic.compare("==", one, two))
    else:
        x, y = one.floats(), two.floats()
        apart = np.abs(x - y) > ROUNDING * (1 + np.abs(held.floats()).max(initial=0.0))
    if apart.any():
        case = int(other[int(np.argmax(apart))]) // reports.instance.domain(symbol).size
        where = reports.profiles.case_name(case)
        raise Failure(errors.uneven_outcome(rule.name, symbol.name, where, rule.span))
