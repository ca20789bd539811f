"""What payments of one agent have to satisfy, as graphs: one a scenario, whose nodes are the agent's reports.

With true type t, report r, scenario s, and x the unknown part of the payment p[r, s] = x[r, s] + known[r, s]:

    ic[t -> r | s]   x[t] - x[r] <= value[t, t] - value[t, r] - known[t] + known[r]    an arc into t from r
    ir[t | s]        x[t]        <= value[t, t] - outside[t] - known[t]                an arc into t from the base
    no_subsidy[t, s]      - x[t] <= known[t]                                           an arc into the base from t

(multi_party_learning.txt, appendix A.1, where lies go down only.)  Where one unknown stands at several reports, as an
adjustment on the others' reports does, their difference is 0: arcs of weight 0 both ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.irrational import quantity
from mdl.irrational.quantity import Quantity
from mdl.mechanisms.tables import AgentTable, Flags, Places


@dataclass(slots=True, eq=False)
class Constraints:
    """One agent's: L reports, S graphs (scenarios; one where only expectations matter).

    gap     (L*L*S,) right-hand side of ic, row (t*L + r)*S + s
    there   (L, L, S) which ic rows there are
    same    (L, L, S) where two reports share their unknown; None: nowhere
    ceiling (L*S,)   right-hand side of ir; None where it is not required
    free    (L, S)   reports without an ir row; None: none
    floor   (L*S,)   right-hand side of no_subsidy; None where it is not required
    """

    reports: int
    scenarios: int
    gap: Quantity
    there: Flags
    same: Flags | None
    ceiling: Quantity | None
    free: Flags | None
    floor: Quantity | None


def gaps(value: Quantity, reports: int, scenarios: int) -> Quantity:
    """value[t, t, s] - value[t, r, s], shape (L*L*S,)."""
    return quantity.sub(quantity.take(value, _diagonal(reports, scenarios, True)), value)


def _diagonal(reports: int, scenarios: int, spread: bool) -> Places:
    """Places of value[t, t, s]: at every (t, r, s) where `spread`, else at (t, s)."""
    own = np.arange(reports)[:, None] * ((reports + 1) * scenarios) + np.arange(scenarios)
    if spread:
        own = np.broadcast_to(own[:, None], (reports, reports, scenarios))
    return own.reshape(-1)


def truths(value: Quantity, reports: int, scenarios: int) -> Quantity:
    """value[t, t, s], shape (L*S,)."""
    return quantity.take(value, _diagonal(reports, scenarios, False))


def there(table: AgentTable) -> Flags:
    """Lies that are allowed and whose outcome the true type can bear; shape (L, L, S)."""
    flags = table.allowed[:, :, None] & ~np.eye(table.types, dtype=bool)[:, :, None]
    flags = np.broadcast_to(flags, (table.types, table.types, table.scenarios))
    return flags if table.broken is None else flags & ~table.broken


def by_scenario(
    table: AgentTable, unknown: Places, known: Quantity | None, participation: bool, floor: bool
) -> Constraints:
    """Constraints at every profile of the others.  `unknown` (L, S) tells unknowns apart, `known` (L*S,) is added."""
    reports, scenarios = table.types, table.scenarios
    gap = gaps(table.value, reports, scenarios)
    ceiling = quantity.sub(truths(table.value, reports, scenarios), table.outside) if participation else None
    if known is not None:
        report, own = _known_places(reports, scenarios)
        shift = quantity.sub(quantity.take(known, report), quantity.take(known, own))
        gap = quantity.add(gap, shift)
        ceiling = None if ceiling is None else quantity.sub(ceiling, known)
    nothing = Numbers.constant(0, reports * scenarios)
    least = None if not floor else nothing if known is None else known
    return Constraints(reports, scenarios, gap, there(table), _same(unknown), ceiling, None, least)


def _known_places(reports: int, scenarios: int) -> tuple[Places, Places]:
    """Of (report, scenario) and of (true type, scenario) at every (t, r, s)."""
    held = np.arange(reports * scenarios).reshape(reports, scenarios)
    shape = (reports, reports, scenarios)
    return np.broadcast_to(held[None], shape).reshape(-1), np.broadcast_to(held[:, None], shape).reshape(-1)


def _same(unknown: Places) -> Flags | None:
    found = unknown[:, None, :] == unknown[None, :, :]
    found &= ~np.eye(len(unknown), dtype=bool)[:, :, None]
    return found if found.any() else None


@dataclass(slots=True, frozen=True, eq=False)
class Belief:
    """What an agent believes about the others whatever its own type: scenarios (S,) and own types (L,), exact."""

    scenarios: Numbers
    types: Numbers


def belief(table: AgentTable) -> Belief | None:
    """None where beliefs depend on the own type: weight[t, s] is not the product of its margins, exactly."""
    assert table.weight is not None
    reports, scenarios = table.types, table.scenarios
    own, other = np.divmod(np.arange(reports * scenarios), scenarios)
    types = segments.total(table.weight, Segments(own, reports))
    turned = table.weight.take(np.arange(reports * scenarios).reshape(reports, scenarios).T.reshape(-1))
    others = segments.total(turned, Segments(np.repeat(np.arange(scenarios), reports), scenarios))
    product = arithmetic.mul(types.take(own), others.take(other))
    return Belief(others, types) if bool(arithmetic.compare("==", product, table.weight).all()) else None


def expected(q: Quantity, scenarios: Numbers) -> Quantity:
    """The mean over the last axis, of size S."""
    size = len(scenarios)
    rows = len(q) // size
    tiled = scenarios.take(np.tile(np.arange(size), rows))
    return quantity.total(quantity.scale(q, tiled), Segments(np.repeat(np.arange(rows), size), rows))


def in_expectation(table: AgentTable, held: Belief, participation: bool, floor: bool) -> Constraints:
    """Constraints on expected payments, one a report: those of every type that has a positive probability.

    Only these matter where beliefs do not depend on the own type: p[r, s] may be its expectation at every s.
    A lie is ruled out where some scenario of positive probability breaks it.
    """
    reports, scenarios = table.types, table.scenarios
    possible = arithmetic.signs(held.types) > 0
    flags = table.allowed & ~np.eye(reports, dtype=bool) & possible[:, None]
    if table.broken is not None:
        flags = flags & ~table.broken[:, :, arithmetic.signs(held.scenarios) > 0].any(axis=2)
    gap = expected(gaps(table.value, reports, scenarios), held.scenarios)
    ceiling = None
    if participation:
        net = quantity.sub(truths(table.value, reports, scenarios), table.outside)
        ceiling = expected(net, held.scenarios)
    least = Numbers.constant(0, reports) if floor else None
    return Constraints(reports, 1, gap, flags[:, :, None], None, ceiling, ~possible[:, None], least)
