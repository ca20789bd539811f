"""The largest or smallest payments of one agent that meet its constraints, or rows that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from mdl.algebra.numbers import IntArray, Numbers
from mdl.algebra.vectors import finish
from mdl.irrational import quantity
from mdl.irrational.quantity import Level, Quantity
from mdl.mechanisms.payments.constraints import Constraints
from mdl.mechanisms.payments.paths import Graphs, Loop, Paths, shortest
from mdl.mechanisms.payments.whole import Whole, whole
from mdl.mechanisms.tables import Places


@dataclass(slots=True, frozen=True)
class Step:
    """One row of a contradiction, `times` over: `row` is ic, ir, no_subsidy or budget.

    Of ic, `true` reports `report`; of ir and no_subsidy both are the report.  Of budget, `agent` is -1 and
    `scenario` the case, or -1 of the expected budget.  Where only expectations matter, `scenario` is -1 too.
    """

    row: str
    agent: int
    true: int
    report: int
    scenario: int
    bound: Quantity
    """Right-hand side, size 1: of the row written as `payments <= bound`."""
    times: Fraction | int = 1


@dataclass(slots=True, frozen=True)
class Contradiction:
    """Rows whose left-hand sides add up to 0 and whose right-hand sides to `total` < 0: there are no payments.

    `kind` is cycle (of reports: cyclic monotonicity is broken), floor (what participation leaves an agent to pay
    is less than nothing) or budget.  `total` has size 1.
    """

    kind: str
    steps: tuple[Step, ...]
    total: Quantity
    level: Level
    tolerance: float = 0.0


@dataclass(slots=True, frozen=True, eq=False)
class Extreme:
    """x (L, S) over `denominator`, the unknown parts of the payments of one agent.

    All its constraints hold: exactly where the level is exact, proved where it is interval, and with `tolerance`
    (in money) where it is numeric.  It is the largest (smallest) such x, at the level interval up to `slack`.
    `paths` prove that.
    """

    x: IntArray
    denominator: int
    level: Level
    tolerance: float
    slack: float
    paths: Paths
    least: bool

    def numbers(self) -> Numbers:
        """Shape (L*S,)."""
        return finish(self.x.reshape(-1), self.denominator)


def extreme(held: Constraints, agent: int, least: bool) -> Extreme | Contradiction:
    """The smallest x where `least`, else the largest; without a bound on that side one that meets the rows."""
    bounds = whole([held.gap, *(q for q in (held.ceiling, held.floor) if q is not None)])
    low = _solve(held, bounds, 0, least)
    if isinstance(low, Paths):
        slack = 0.0
        if bounds.level == "interval":
            high = _solve(held, bounds, 1, least)
            assert isinstance(high, Paths), "a cycle in the wider system"
            slack = float(np.max(high.distance - low.distance, initial=0)) / bounds.denominator
        return _extreme(held, low, bounds, least, bounds.level, 0.0, slack)
    if bounds.level == "exact":
        return _contradiction(held, low, agent, least, bounds.level, 0.0)
    high = _solve(held, bounds, 1, least)
    if isinstance(high, Paths):
        tolerance = _widest(bounds)
        return _extreme(held, high, bounds, least, "numeric", tolerance, tolerance * held.reports)
    return _contradiction(held, high, agent, least, bounds.level, bounds.tolerance)


def _widest(bounds: Whole) -> float:
    """How far the upper ends are above the lower ones."""
    return max(float((high - low).max(initial=0)) for low, high in bounds.parts) / bounds.denominator


def _extreme(
    held: Constraints, paths: Paths, bounds: Whole, least: bool, level: Level, tolerance: float, slack: float
) -> Extreme:
    x = -paths.distance if least else paths.distance
    if held.free is not None and held.ceiling is not None and not least:
        x = _lifted(held, x, bounds, 0 if level != "numeric" else 1)
    return Extreme(x, bounds.denominator, level, tolerance, slack, paths, least)


def _lifted(held: Constraints, x: IntArray, bounds: Whole, side: int) -> IntArray:
    """Payments at reports that no type has to make: so much that nobody gains from them, and not less than 0."""
    assert held.free is not None
    shape = (held.reports, held.reports, held.scenarios)
    there = held.there & ~held.free[:, None]
    needed = np.where(there, x[:, None] - bounds.parts[0][side].reshape(shape), 0).max(axis=0)
    return np.where(held.free, np.maximum(needed, 0), x)


def _solve(held: Constraints, bounds: Whole, side: int, least: bool) -> Paths | tuple[Loop, None] | tuple[Paths, int]:
    """Paths; or a cycle; or paths and the flat place where the base closes a cycle."""
    shape = (held.reports, held.reports, held.scenarios)
    parts = [p[side] for p in bounds.parts]
    weight, there = parts[0].reshape(shape), held.there
    if held.same is not None:
        weight = np.where(held.same, np.where(there, np.minimum(weight, 0), 0), weight)
        there = there | held.same
    rest = iter(parts[1:])
    ceiling = None if held.ceiling is None else next(rest).reshape(shape[1:])
    floor = None if held.floor is None else next(rest).reshape(shape[1:])
    if least:
        weight, there, start, end = weight.transpose(1, 0, 2), there.transpose(1, 0, 2), floor, ceiling
    else:
        start, end = ceiling, floor
        if held.free is not None and start is not None:
            there = there & ~held.free[None]
    if start is None:
        start = np.zeros(shape[1:], dtype=np.int64)
    paths = shortest(Graphs.of(weight, start, there))
    if isinstance(paths, Loop):
        return paths, None
    if end is not None:
        over = paths.distance + end
        if held.free is not None:
            over = np.where(held.free, 0, over)
        place = int(over.argmin())
        if over.reshape(-1)[place] < 0:
            return paths, place
    return paths


def _contradiction(
    held: Constraints, found: tuple[Loop, None] | tuple[Paths, int], agent: int, least: bool, level: Level,
    tolerance: float,
) -> Contradiction:  # fmt: skip
    paths, place = found
    if isinstance(paths, Loop):
        onward = paths.nodes[1:] + paths.nodes[:1]
        steps = _lies(held, zip(paths.nodes, onward, strict=True), paths.graph, agent, least)
        return contradiction("cycle", steps, level, tolerance)
    assert place is not None
    node, scenario = divmod(place, held.scenarios)
    steps = path_steps(held, paths, node, scenario, agent, least)
    return contradiction("floor", [*steps, _end(held, node, scenario, agent, not least)], level, tolerance)


def contradiction(kind: str, steps: Sequence[Step], level: Level, tolerance: float) -> Contradiction:
    """With the sum of the bounds; a row that comes up several times stands once."""
    held: dict[tuple[object, ...], Step] = {}
    for s in steps:
        key = s.row, s.agent, s.true, s.report, s.scenario
        held[key] = replace(s, times=held[key].times + s.times) if key in held else s
    total = quantity.sum_of([quantity.scale(s.bound, Fraction(s.times)) for s in held.values()])
    return Contradiction(kind, tuple(held.values()), total, level, tolerance)


def path_steps(held: Constraints, paths: Paths, node: int, scenario: int, agent: int, least: bool) -> list[Step]:
    """The rows whose sum bounds one unknown: the first of the path, then the lies along it."""
    nodes = paths.path(node, scenario)
    return [
        _end(held, nodes[0], scenario, agent, least),
        *_lies(held, pairwise(nodes), scenario, agent, least),
    ]


def _lies(held: Constraints, arcs: Iterable[tuple[int, int]], scenario: int, agent: int, least: bool) -> list[Step]:
    steps = []
    for start, to in arcs:
        true, report = (start, to) if least else (to, start)
        if held.same is not None and held.same[true, report, scenario]:
            bound = quantity.take(held.gap, _place(held, true, report, scenario))
            if not held.there[true, report, scenario] or quantity.signs(bound)[0] >= 0:
                continue  # one unknown: its difference with itself
        bound = quantity.take(held.gap, _place(held, true, report, scenario))
        steps.append(Step("ic", agent, true, report, scenario, bound))
    return steps


def _place(held: Constraints, true: int, report: int, scenario: int) -> Places:
    return np.array([(true * held.reports + report) * held.scenarios + scenario])


def _end(held: Constraints, node: int, scenario: int, agent: int, floor: bool) -> Step:
    """The row that bounds one unknown by itself, from below where `floor`."""
    side = held.floor if floor else held.ceiling
    assert side is not None
    bound = quantity.take(side, np.array([node * held.scenarios + scenario]))
    return Step("no_subsidy" if floor else "ir", agent, node, node, scenario, bound)
