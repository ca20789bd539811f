"""Individual rationality: what agents lose by taking part, against their valuation without taking part."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mdl.mechanisms.audit.gaps import Block, Gaps
from mdl.mechanisms.audit.linear import Linear, Term, expectation, weights
from mdl.mechanisms.audit.sheets import Sheets
from mdl.mechanisms.tables import AgentTable, Flags


def _loss(agent: AgentTable) -> Linear:
    """outside[t, s] - (value[t, t, s] - pay[t, s])."""
    types, scenarios = agent.types, agent.scenarios
    own = (np.arange(types) * (types + 1))[:, None] * scenarios + np.arange(scenarios)
    terms = (Term(1, agent.outside), Term(-1, agent.value, own.ravel()), Term(1, agent.pay))
    return Linear(terms, types * scenarios)


def _broken_truth(agent: AgentTable) -> Flags | None:
    """Where the truthful outcome is worth minus infinity, shape (L * S,)."""
    if agent.broken is None:
        return None
    own = np.arange(agent.types)
    held = np.asarray(agent.broken, dtype=np.bool_).reshape(agent.types, agent.types, agent.scenarios)
    found = held[own, own].reshape(-1)
    return found if found.any() else None


def ex_post(agent: AgentTable, sheets: Sheets) -> Gaps:
    """Every type in every scenario; positions of shape (L, S)."""
    broken = _broken_truth(agent)
    return _loss(agent).gaps(sheets, None, None if broken is None else int(np.argmax(broken)))


def expected(agent: AgentTable, sheets: Sheets, groups: int) -> Gaps:
    """Each type of positive probability (`groups` types), or all of them together (1 group), on average."""
    assert agent.weight is not None
    w = weights(agent.weight, groups)
    found = expectation(_loss(agent), w, sheets)
    broken = _broken_truth(agent)
    if broken is None:
        return found
    hit = (broken.reshape(groups, -1) & (w.numerators > 0)).any(axis=1)
    if not hit.any():
        return found
    bad = set(np.flatnonzero(hit).tolist())

    def blocks() -> Iterator[Block]:
        return (b for b in found.blocks() if b.start not in bad)

    return Gaps(found.count, found.level, blocks, found.margin, min(bad), found.decide)
