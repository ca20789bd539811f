"""Rows of incentive compatibility: what a lie could save an agent in payment is at most what it costs it in value.

ic[a: 3 -> 2 | b=1]    pay(3, 1) - pay(2, 1) <= value of 3 at (3, 1) - value of 3 at (2, 1)
ic[a: 3 -> 2]          the same in expectation over the others' types, given the own type (Bayesian)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.irrational import quantity
from mdl.lowering import terms
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.block import Block, bounded, rows_of, stacked
from mdl.mechanisms.design.conditional import Conditional
from mdl.mechanisms.design.ell import CHUNK, Differences, Part, compressed, ell_of
from mdl.mechanisms.design.forms import constant_gain, form, less, paid, pay_rows, value_rows, valued
from mdl.mechanisms.design.input import DesignAgent, DesignInput, Wanted
from mdl.mechanisms.design.row_names import RowNames
from mdl.mechanisms.design.selection import Selection
from mdl.program.program import Role
from mdl.program.sparse import SparseRows

Places = npt.NDArray[Any]


def dominant(given: DesignInput, selection: Selection, wanted: Wanted, name: str) -> Block:
    """Every selected deviation in every scenario.  Lies that break a bound of the true type have no row."""
    names = RowNames(given.agents)
    rows = [selection.rows_of(k, a.table) for k, a in enumerate(given.agents)]
    codes = [
        (names.who(k, len(t)), names.typed(k, t), names.typed(k, r), names.others(k, s))
        for k, (t, r, s) in enumerate(rows)
    ]
    labels = names.deviations(*(np.concatenate(c) for c in zip(*codes, strict=True)))
    high = arithmetic.concat([constant_gain(a, *held) for a, held in zip(given.agents, rows, strict=True)])
    linear = _differences(given, rows)
    return Block(name, labels, linear, None, high, Role.INCENTIVE, wanted.soft, _weight(given, rows), wanted.span)


def _weight(given: DesignInput, rows: Sequence[tuple[Places, Places, Places]]) -> Numbers | None:
    if given.weight is None:
        return None
    return arithmetic.concat(
        [weight_of(a).take(pay_rows(a, t, s)) for a, (t, _, s) in zip(given.agents, rows, strict=True)]
    )


def weight_of(agent: DesignAgent) -> Numbers:
    """Probability of own type and scenario, times the agents that this one stands for; size L*S."""
    assert agent.table.weight is not None
    if agent.count == 1:
        return agent.table.weight
    return arithmetic.mul(agent.table.weight, Numbers.constant(agent.count, len(agent.table.weight)))


def _differences(given: DesignInput, rows: Sequence[tuple[Places, Places, Places]]) -> SparseRows:
    """pay(truth) - pay(lie), less value(truth) - value(lie) as far as that is to be found."""
    groups = []
    for agent, (t, r, s) in zip(given.agents, rows, strict=True):
        pay, value = ell_of(agent.pay), None if agent.value is None else ell_of(agent.value)
        if pay is None or (agent.value is not None and value is None):
            return _by_terms(given, rows)
        parts = [Part(pay, 1, *paid(agent))]
        if value is not None:
            parts.append(Part(value, -1, *valued(agent)))
        groups.append(Differences(parts, t, r, s))
    return compressed(groups, given.width)


def _by_terms(given: DesignInput, rows: Sequence[tuple[Places, Places, Places]]) -> SparseRows:
    """Of forms whose rows have very different lengths."""
    parts = []
    for agent, (t, r, s) in zip(given.agents, rows, strict=True):
        for first in range(0, len(t), CHUNK):
            held = tuple(x[first : first + CHUNK] for x in (t, r, s))
            parts.append(rows_of(_difference(agent, *held), given.width))
    return stacked(parts, given.width)


def _difference(agent: DesignAgent, t: Places, r: Places, s: Places) -> Terms:
    parts = [
        terms.taken(agent.pay, pay_rows(agent, t, s)),
        terms.negated(terms.taken(agent.pay, pay_rows(agent, r, s))),
    ]
    if agent.value is not None:
        parts.append(terms.negated(terms.taken(agent.value, value_rows(agent, t, t, s))))
        parts.append(terms.taken(agent.value, value_rows(agent, t, r, s)))
    return terms.added(parts)


# ---- in expectation ----


def bayesian(given: DesignInput, selection: Selection, wanted: Wanted, name: str) -> Block:
    """Every selected pair of a type of positive probability and a report."""
    names = RowNames(given.agents)
    codes, linear, highs, weights = [], [], [], []
    for k, agent in enumerate(given.agents):
        given_own = Conditional.of(agent)
        for true, reports in _by_type(selection.pairs_of(k, agent.table), given_own):
            reports = _unbroken(agent, given_own, true, reports)
            if not len(reports):
                continue
            n = len(reports)
            rows, high = _expected(agent, given_own, true, reports, given.width)
            linear.append(rows)
            highs.append(high)
            weights.append(given_own.type_weight.take(np.full(n, true)))
            own = names.typed(k, np.full(n, true))
            codes.append((names.who(k, n), own, names.typed(k, reports)))
    who, truth, report = (
        (np.concatenate(c) for c in zip(*codes, strict=True)) if codes else [np.zeros(0, dtype=np.int64)] * 3
    )
    labels = names.deviations(who, truth, report, None)
    high = arithmetic.concat(highs)
    weight = arithmetic.concat(weights)
    return Block(
        name, labels, stacked(linear, given.width), None, high, Role.INCENTIVE, wanted.soft, weight, wanted.span
    )


def _by_type(pairs: Places, known: Conditional) -> Iterator[tuple[int, Places]]:
    for true in np.flatnonzero(known.possible).tolist():
        yield true, pairs[pairs[:, 0] == true, 1]


def _unbroken(agent: DesignAgent, known: Conditional, true: int, reports: Places) -> Places:
    """Reports that break no bound in a scenario that may happen."""
    table = agent.table
    if table.broken is None:
        return reports
    broken = np.asarray(table.broken).reshape(table.types, table.types, table.scenarios)[true][reports]
    kept: Places = reports[~(broken & known.happens(true)[None, :]).any(axis=1)]
    return kept


def _expected(
    agent: DesignAgent, known: Conditional, true: int, reports: Places, width: int
) -> tuple[SparseRows, Numbers]:
    """Rows and right-hand sides of one true type."""
    size, n = agent.table.scenarios, len(reports)
    all_reports = np.concatenate(([true], reports))
    report, scenario = np.repeat(all_reports, size), np.tile(np.arange(size), n + 1)
    truth = np.full(len(report), true)
    held = terms.taken(agent.pay, pay_rows(agent, report, scenario))
    rows = value_rows(agent, truth, report, scenario)
    if agent.value is not None:
        held = less(held, terms.taken(agent.value, rows))
    weight, segments = known.tiled(true, n + 1), Segments(np.repeat(np.arange(n + 1), size), n + 1)
    each = terms.summed(terms.scaled(held, weight), segments)
    body = less(terms.taken(each, np.zeros(n, dtype=np.int64)), terms.taken(each, np.arange(1, n + 1)))
    high = terms.zeros(n)
    if agent.value is None:
        worth = quantity.total(quantity.scale(quantity.take(agent.table.value, rows), weight), segments)
        own = quantity.take(worth, np.zeros(n, dtype=np.int64))
        high = form(quantity.sub(own, quantity.take(worth, np.arange(1, n + 1)))).constant
    return rows_of(body, width), _high(body, high)


def _high(body: Terms, high: Numbers) -> Numbers:
    found = bounded(body, None, high)[1]
    assert found is not None
    return found
