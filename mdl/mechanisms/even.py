"""Whether an outcome treats interchangeable agents alike: only then does one of them stand for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Failure
from mdl.mechanisms import errors
from mdl.mechanisms.reports import Reports
from mdl.semantics.model import RuleSymbol, Symbol, VarSymbol

Places = npt.NDArray[Any]

ROUNDING = 1e-6
"""Entries that a solver rounded are the same up to this, relative to 1 + the largest."""


def even(reports: Reports, rule: RuleSymbol, values: Mapping[Symbol, Numbers]) -> None:
    """Entries of a variable that differ in the agent alone must be equal where the two have one type.

    Raises Failure (MDL621).
    """
    for symbol in reports.instance.model.symbols.values():
        if not isinstance(symbol, VarSymbol):
            continue
        table = reports.instance.domain(symbol)
        held = values[reports.lift.of(symbol)]
        if table.arity:
            for a, b in _pairs(len(reports.spaces)):
                _alike(reports, rule, symbol, held, a, b)


def _pairs(agents: int) -> Iterator[tuple[int, int]]:
    """The first with each other; the others stand in the order of their types, so neighbours are enough."""
    yield from ((0, b) for b in range(1, agents))
    yield from ((b, b + 1) for b in range(1, agents - 1))


def _alike(reports: Reports, rule: RuleSymbol, symbol: VarSymbol, held: Numbers, a: int, b: int) -> None:
    table = reports.instance.domain(symbol)
    first, second = reports.spaces[a].code, reports.spaces[b].code
    entries: Places = np.flatnonzero(np.any([c == first for c in table.columns], axis=0))
    others = table.lookup([np.where(c == first, second, c)[entries] for c in table.columns])
    alike: Places = np.flatnonzero(reports.profiles.own(a) == reports.profiles.own(b))
    if len(entries) and len(alike):
        _compare(reports, rule, symbol, held, alike, entries, others)


def _compare(
    reports: Reports,
    rule: RuleSymbol,
    symbol: VarSymbol,
    held: Numbers,
    cases: Places,
    entries: Places,
    others: Places,
) -> None:
    size = reports.instance.domain(symbol).size
    one = held.take((cases[:, None] * size + entries[None, :]).reshape(-1))
    two = held.take((cases[:, None] * size + others[None, :]).reshape(-1))
    if held.is_exact:
        apart = ~np.asarray(arithmetic.compare("==", one, two))
    else:
        x, y = one.floats(), two.floats()
        apart = np.abs(x - y) > ROUNDING * (1 + np.abs(held.floats()).max(initial=0.0))
    if apart.any():
        case = int(cases[int(np.argmax(apart)) // len(entries)])
        where = reports.profiles.case_name(case)
        raise Failure(errors.uneven_outcome(rule.name, symbol.name, where, rule.span))
