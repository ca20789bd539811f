"""The payments of a design by shortest paths, agent by agent, or a proof that there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.irrational import quantity
from mdl.irrational.quantity import Level, Quantity
from mdl.mechanisms.design.input import Share
from mdl.mechanisms.payments.constraints import Constraints, by_scenario, in_expectation
from mdl.mechanisms.payments.extreme import Contradiction, Extreme, Step, contradiction, extreme, path_steps
from mdl.mechanisms.payments.separable import Separable, income, payments


@dataclass(slots=True, frozen=True, eq=False)
class Payments:
    """Payments that meet every requirement, the largest (`least`: the smallest) of all, each of them at once.

    pays    per agent of the design, (L*S,): net payment from it, row r*S + s
    values  (width,) value of every column of the design; 0 where it is no payment
    level   exact, interval (rational payments, proved to meet the requirements; within `slack` of the largest) or
            numeric (requirements met within `tolerance`, in money)
    """

    pays: tuple[Numbers, ...]
    values: Numbers
    objective: Numbers | None
    level: Level
    tolerance: float
    slack: float
    least: bool
    extremes: tuple[Extreme, ...]
    constraints: tuple[Constraints, ...]


_LEVELS: tuple[Level, ...] = ("exact", "interval", "numeric")


def find(design: Separable) -> Payments | Contradiction:
    """Payments of a design that `separable.applies` has taken apart."""
    held = [_constraints(design, k) for k in range(len(design.unknowns))]
    found: list[Extreme] = []
    for k, constraints in enumerate(held):
        one = extreme(constraints, k, design.least)
        if isinstance(one, Contradiction):
            return _in_words(one, design)
        found.append(one)
    made = [_payments(design, k, e) for k, e in enumerate(found)]
    level = max((e.level for e in found), key=_LEVELS.index)
    tolerance, slack = max(e.tolerance for e in found), max(e.slack for e in found)
    pays = tuple(p for p, _ in made)
    if design.budget or design.expected_budget:
        short = _short(design, pays, found, held)
        if isinstance(short, Contradiction):
            return short
        level = max(level, short, key=_LEVELS.index)
    values = _values(design, [c for _, c in made])
    return Payments(
        pays, values, _objective(design, values), level, tolerance, slack, design.least, tuple(found), tuple(held)
    )


def _constraints(design: Separable, k: int) -> Constraints:
    table, unknown = design.design.agents[k].table, design.unknowns[k]
    if design.beliefs is None:
        held = by_scenario(table, unknown.column, unknown.known, design.participation, design.floor)
    else:
        held = in_expectation(table, design.beliefs[k], design.participation, design.floor)
    if not design.incentive:
        held.there = np.zeros_like(held.there)
    return held


def _in_words(found: Contradiction, design: Separable) -> Contradiction:
    """Where only expectations matter, the one graph is no scenario."""
    if design.beliefs is None:
        return found
    steps = tuple(replace(s, scenario=-1) for s in found.steps)
    return replace(found, steps=steps)


def _payments(design: Separable, k: int, found: Extreme) -> tuple[Numbers, Numbers]:
    unknown, x = design.unknowns[k], found.numbers()
    if design.beliefs is None:
        return payments(unknown, x)
    scenarios = design.design.agents[k].table.scenarios
    pay = x.take(np.repeat(np.arange(len(x)), scenarios))
    return payments(unknown, pay if unknown.known is None else arithmetic.sub(pay, unknown.known))


def _values(design: Separable, columns: Sequence[Numbers]) -> Numbers:
    """Of all columns; an unknown that stands at several reports has one value at all of them."""
    parts, width = [], design.design.width
    left = np.ones(width, dtype=bool)
    for unknown, values in zip(design.unknowns, columns, strict=True):
        place, first = np.unique(unknown.column.reshape(-1), return_index=True)
        parts.append((place, values.take(first)))
        left[place] = False
    rest = np.flatnonzero(left)
    return arithmetic.merge([*parts, (rest, Numbers.constant(0, len(rest)))], width)


def _objective(design: Separable, values: Numbers) -> Numbers | None:
    terms = design.design.goal.terms
    if terms is None:
        return None
    sums = [terms.constant]
    for entries in terms.variables:
        product = arithmetic.mul(entries.coefficients, values.take(entries.columns))
        sums.append(_total(product))
    return arithmetic.total(sums)


def _total(terms: Numbers) -> Numbers:
    return segments.total(terms, _whole(len(terms)))


# ---- the budget ----


def _short(
    design: Separable, pays: Sequence[Numbers], found: Sequence[Extreme], held: Sequence[Constraints]
) -> Contradiction | Level:
    """The case where the largest payments, with money from outside, fall most below 0 (or that they do so on
    average); else the level of the proof that they do not."""
    given = design.design
    total = quantity.sum_of([income(given), *(_paid(s, pays[s.agent]) for s in given.shares)])
    level: Level = "exact"
    if design.budget:
        signs = quantity.signs(total)
        if (signs < 0).any():
            worst = int(np.argmin(quantity.floats(total)))
            return _contradiction(design, [(worst, Fraction(1))], worst, found, held)
        level = "numeric" if (signs == 2).any() else quantity.level(total)
    if design.expected_budget:
        assert given.weight is not None
        mean = quantity.total(quantity.scale(total, given.weight), _whole(given.cases))
        sign = int(quantity.signs(mean)[0])
        if sign < 0:
            weights = [(c, w) for c, w in enumerate(given.weight.fractions()) if w]
            return _contradiction(design, weights, -1, found, held)
        level = max(level, "numeric" if sign == 2 else quantity.level(mean), key=_LEVELS.index)
    return level


def _whole(size: int) -> Segments:
    return Segments(np.zeros(size, dtype=np.int64), 1)


def _contradiction(
    design: Separable,
    weights: Sequence[tuple[int, Fraction]],
    case: int,
    found: Sequence[Extreme],
    held: Sequence[Constraints],
) -> Contradiction | Level:
    """The rows that bound the payments at some cases, so often as the cases weigh, and the budget row."""
    given = design.design
    steps: list[Step] = []
    for (agent, place), times in _places(design, weights).items():
        node, scenario = divmod(place, given.agents[agent].table.scenarios)
        in_graph = scenario if design.beliefs is None else 0
        bounding = path_steps(held[agent], found[agent].paths, node, in_graph, agent, False)
        steps.extend(replace(s, times=times, scenario=s.scenario if design.beliefs is None else -1) for s in bounding)
    rest = _outside(design, weights)
    level = quantity.level(rest, *(s.bound for s in steps))
    steps.append(Step("budget", -1, -1, -1, case, rest))
    made = contradiction("budget", steps, level, max(e.tolerance for e in found))
    return made if quantity.signs(made.total)[0] == -1 else "numeric"


def _places(design: Separable, weights: Sequence[tuple[int, Fraction]]) -> dict[tuple[int, int], Fraction]:
    """How often the payment of an agent at a row of its table is in the budget."""
    out: dict[tuple[int, int], Fraction] = {}
    for case, weight in weights:
        for share in design.design.shares:
            times = weight * (1 if share.times is None else int(share.times[case]))
            if times:
                key = share.agent, int(share.rows[case])
                out[key] = out.get(key, Fraction(0)) + times
    return out


def _outside(design: Separable, weights: Sequence[tuple[int, Fraction]]) -> Quantity:
    """Income, and what is known of the payments, where the bounds do not contain that already."""
    at = np.array([case for case, _ in weights])
    parts = [quantity.scale(quantity.take(income(design.design), at), Numbers.of([w for _, w in weights]))]
    for (agent, place), times in _places(design, weights).items():
        known = design.unknowns[agent].known
        if known is not None and design.beliefs is None:
            parts.append(quantity.scale(known.take(np.array([place])), times))
    joined = quantity.concat(parts)
    return quantity.total(joined, _whole(len(joined)))


def _paid(share: Share, pay: Numbers) -> Numbers:
    """What an agent pays at each case, as often as it stands there."""
    held = pay.take(share.rows)
    return held if share.times is None else arithmetic.mul(held, Numbers.exact(share.times.astype(np.int64)))
