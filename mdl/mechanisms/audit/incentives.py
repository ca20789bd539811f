"""Incentive compatibility: what agents gain by lying, at every scenario or on average.

The gain of true type t from reporting r in scenario s is
(value[t, r, s] - pay[r, s]) - (value[t, t, s] - pay[t, s]); the others tell the truth.
A lie whose outcome breaks the true type's bounds is worth minus infinity, so it never gains; where the truth does,
every lie that does not gains without bound.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mdl.mechanisms.audit.gaps import CHUNK, Block, Gaps, lowest
from mdl.mechanisms.audit.linear import Weights, averaged, averaging_error, exactly, weights
from mdl.mechanisms.audit.sheets import Aligned, Array, Sheets, aligned
from mdl.mechanisms.tables import AgentTable, Flags, Places, Quantity


def deviations(agent: AgentTable, sheets: Sheets) -> Gaps:
    """Every lie of every type in every scenario; positions are those of shape (L, L, S).

    Where the truth is broken a lie is either broken too and left out, or it is `infinite` and decides alone.
    """
    types, scenarios = agent.types, agent.scenarios
    common = aligned([sheets.of(agent.value), sheets.of(agent.pay)], 2)
    value, pay = _shaped(agent, common)
    own = np.arange(types)
    at_truth = common.columns[0].read(value[own, own]) - pay
    lies = _lies(agent)
    broken = _broken(agent)

    def blocks() -> Iterator[Block]:
        for first, last, low, high in _tiles(types, scenarios):
            gaps = common.columns[0].read(value[first:last, low:high]) - pay[low:high]
            gaps -= at_truth[first:last, None, :]
            gaps[~lies[first:last, low:high]] = lowest(gaps.dtype)
            if broken is not None:
                gaps[broken[first:last, low:high]] = lowest(gaps.dtype)
            yield Block((first * types + low) * scenarios, gaps.reshape(-1), common.unit)

    def decide(places: Places) -> Quantity:
        return _gains(agent, places)

    count = int(np.count_nonzero(lies)) * scenarios
    return Gaps(count, common.level, blocks, common.error, _without_bound(broken, lies), decide)


def expected_deviations(agent: AgentTable, sheets: Sheets) -> Gaps:
    """Every lie of every type of positive probability, on average given the type; positions of shape (L, L)."""
    assert agent.weight is not None
    types, scenarios = agent.types, agent.scenarios
    w = weights(agent.weight, types)
    common = aligned([sheets.of(agent.value), sheets.of(agent.pay)], 2, w.most)
    means = _means(agent, common, w)
    lies = _lies(agent)
    lies[w.mass == 0] = False
    broken = _broken(agent)
    infinite: int | None = None
    worthless: Flags = np.zeros((types, types), dtype=np.bool_)
    if broken is not None:
        worthless = np.asarray(np.any(broken & (w.numerators > 0)[:, None, :], axis=2))
        infinite = _without_bound(worthless[:, :, None], lies)
    own = np.arange(types)
    gaps = means - means[own, own][:, None]
    gaps[~lies | worthless] = lowest(gaps.dtype)
    mass = w.mass.tolist()
    exact = common.level == "exact"

    def blocks() -> Iterator[Block]:
        return (
            Block(t * types, gaps[t], common.unit / mass[t] if exact else common.unit) for t in range(types) if mass[t]
        )

    def decide(places: Places) -> Quantity:
        type_, report = places // types, places % types
        ids = np.repeat(np.arange(len(places)), scenarios)
        s = np.tile(np.arange(scenarios), len(places))
        gains = _gains(agent, (type_[ids] * types + report[ids]) * scenarios + s)
        return averaged(gains, type_[ids] * scenarios + s, ids, type_, w)

    margin = 2 * averaging_error(common, scenarios)
    return Gaps(int(np.count_nonzero(lies)), common.level, blocks, margin, infinite, decide)


def _means(agent: AgentTable, common: Aligned, w: Weights) -> Array:
    """sum over s of weight[t, s] * (value[t, r, s] - pay[r, s]); of floats, given the type.  Shape (L, L)."""
    types, scenarios = agent.types, agent.scenarios
    value, pay = _shaped(agent, common)
    shares = w.numerators if common.level == "exact" else w.shares()
    if common.dtype == np.int64 and shares.dtype == object:
        pay = pay.astype(object)
    out = np.zeros((types, types), dtype=np.result_type(pay.dtype, shares.dtype))
    for first, last, low, high in _tiles(types, scenarios):
        utilities = common.columns[0].read(value[first:last, low:high]) - pay[low:high]
        out[first:last, low:high] = np.matmul(utilities, shares[first:last, :, None])[:, :, 0]
    return out


def _gains(agent: AgentTable, places: Places) -> Quantity:
    """True gains at positions of shape (L, L, S)."""
    types, scenarios = agent.types, agent.scenarios
    pairs, s = places // scenarios, places % scenarios
    t, r = pairs // types, pairs % types
    return exactly(
        [
            (1, agent.value, places),
            (-1, agent.pay, r * scenarios + s),
            (-1, agent.value, (t * types + t) * scenarios + s),
            (1, agent.pay, t * scenarios + s),
        ]
    )


def _shaped(agent: AgentTable, common: Aligned) -> tuple[Array, Array]:
    """`value` as it is held, (L, L, S), and `pay` in the common unit, (L, S)."""
    value, pay = common.columns
    shape = (agent.types, agent.types, agent.scenarios)
    return value.array.reshape(shape), pay.read(pay.array).reshape(shape[1:])


def _lies(agent: AgentTable) -> Flags:
    return np.asarray(agent.allowed, dtype=np.bool_).reshape(agent.types, agent.types) & ~np.eye(
        agent.types, dtype=np.bool_
    )


def _broken(agent: AgentTable) -> Flags | None:
    if agent.broken is None or not np.any(agent.broken):
        return None
    return np.asarray(agent.broken, dtype=np.bool_).reshape(agent.types, agent.types, agent.scenarios)


def _without_bound(broken: Flags | None, lies: Flags) -> int | None:
    """The first lie that is worth something where the truth is worth minus infinity."""
    if broken is None:
        return None
    types, scenarios = broken.shape[0], broken.shape[2]
    own = np.arange(types)
    at_truth = broken[own, own]
    for t in np.flatnonzero(at_truth.any(axis=1)).tolist():
        found = lies[t][:, None] & ~broken[t] & at_truth[t][None, :]
        if found.any():
            return int(t * types * scenarios + int(np.argmax(found)))
    return None


def _tiles(types: int, scenarios: int) -> Iterator[tuple[int, int, int, int]]:
    """Ranges of true types and of reports, in order, of about CHUNK comparisons each."""
    reports = max(1, min(types, CHUNK // max(scenarios, 1)))
    step = max(1, CHUNK // max(types * scenarios, 1)) if reports == types else 1
    for first in range(0, types, step):
        for low in range(0, types, reports):
            yield first, min(first + step, types), low, min(low + reports, types)
