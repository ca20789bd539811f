"""Which lies pay at a point: the incentive rows that it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.irrational import quantity
from mdl.irrational.quantity import Quantity
from mdl.mechanisms.design.back import Design
from mdl.mechanisms.design.conditional import Conditional
from mdl.mechanisms.design.input import DesignAgent
from mdl.mechanisms.tables import AgentTable, Flags, Places

PER_TRUTH = 2
"""Of the lies of one type in one scenario, the worst few become rows at a time."""


@dataclass(slots=True, frozen=True, eq=False)
class Broken:
    """rows (n, 3) true type, report, scenario (0 in expectation); gains (n,) in money, floats."""

    rows: Places
    gains: FloatArray

    @property
    def worst(self) -> float:
        return float(self.gains.max(initial=0.0))


def broken(design: Design, x: Numbers, prop: str, tolerance: float) -> list[Broken]:
    """Of each agent, the rows of `prop` that a point x over the columns breaks by more than `tolerance`."""
    tables = design.tables(x)
    return [_of(a, t, prop, tolerance) for a, t in zip(design.given.agents, tables, strict=True)]


def _of(agent: DesignAgent, table: AgentTable, prop: str, tolerance: float) -> Broken:
    found, gains = [np.zeros((0, 3), dtype=np.int64)], [np.zeros(0)]
    for true, gain in _gains(agent, table, prop):
        most = np.argsort(-gain, axis=0)[:PER_TRUTH]
        held = np.take_along_axis(gain, most, axis=0)
        which, scenario = np.nonzero(held > tolerance)
        report = most[which, scenario]
        found.append(np.stack([np.full(len(report), true), report, scenario], axis=1))
        gains.append(held[which, scenario])
    return Broken(np.concatenate(found), np.concatenate(gains))


def _gains(agent: DesignAgent, table: AgentTable, prop: str) -> Iterator[tuple[int, FloatArray]]:
    """For each true type, what every report gains over the truth, (L, S) or (L, 1); minus infinity where it may not."""
    size, scenarios = table.types, table.scenarios
    shape = (size, scenarios)
    pay = quantity.floats(_known(table.pay)).reshape(shape)
    value = quantity.floats(table.value).reshape(size, *shape)
    known = Conditional.of(agent) if prop == "bayesian_ic" else None
    for true in range(size):
        worth = value[true] - pay
        if known is None:
            gain = worth - worth[true]
            gain[~table.allowed[true]] = -np.inf
            if table.broken is not None:
                gain[np.asarray(table.broken).reshape(size, *shape)[true]] = -np.inf
        else:
            if not known.possible[true]:
                continue
            weight = known.given.take(known.of_type(true)).floats()
            gain = ((worth - worth[true]) @ weight)[:, None]
            gain[~_bearable(table, known, true)] = -np.inf
        gain[true] = -np.inf
        yield true, gain


def _bearable(table: AgentTable, known: Conditional, true: int) -> Flags:
    """(L,) reports that are allowed and break no bound in a scenario that may happen."""
    out: Flags = np.array(table.allowed[true])
    if table.broken is not None:
        held = np.asarray(table.broken).reshape(table.types, table.types, table.scenarios)[true]
        out &= ~(held & known.happens(true)).any(axis=1)
    return out


def _known(pay: Quantity | None) -> Quantity:
    assert pay is not None
    return pay


def unproved(design: Design, x: Numbers, prop: str) -> list[Places]:
    """Of each agent, the rows (n, 3) that an exact point does not meet, or not provably; all empty is a proof.

    This is what a proof on fewer rows needs: an exact optimum of the smaller program that also meets the rows left
    out is an optimum of the whole one.
    """
    return [
        _exactly(a, t, prop) for a, t in zip(design.given.agents, design.tables(x), strict=True)
    ]  # fmt: skip


def _exactly(agent: DesignAgent, table: AgentTable, prop: str) -> Places:
    size, scenarios = table.types, table.scenarios
    known = Conditional.of(agent) if prop == "bayesian_ic" else None
    cells = np.arange(size * scenarios)
    pay, found = _known(table.pay), [np.zeros((0, 3), dtype=np.int64)]
    for true in range(size):
        worth = quantity.sub(quantity.take(table.value, true * len(cells) + cells), pay)
        gain = quantity.sub(worth, quantity.take(worth, true * scenarios + cells % scenarios))
        if known is None:
            signs = quantity.signs(gain).reshape(size, scenarios) > 0
            signs &= np.asarray(table.allowed)[true][:, None]
            if table.broken is not None:
                signs &= ~np.asarray(table.broken).reshape(size, size, scenarios)[true]
        elif not known.possible[true]:
            continue
        else:
            signs = _expected_signs(gain, known, true, size)[:, None] > 0
            signs &= _bearable(table, known, true)[:, None]
        signs[true] = False
        report, scenario = np.nonzero(signs)
        found.append(np.stack([np.full(len(report), true), report, scenario], axis=1))
    return np.concatenate(found)


def _expected_signs(gain: Quantity, known: Conditional, true: int, size: int) -> Any:
    from mdl.algebra.values import Segments

    rows = Segments(np.repeat(np.arange(size), known.scenarios), size)
    return quantity.signs(quantity.total(quantity.scale(gain, known.tiled(true, size)), rows))
