"""Small designs written out: two agents with given valuations, one unknown payment each at every profile."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mdl.algebra.numbers import Numbers
from mdl.lowering.entries import Entries
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.input import DesignAgent, DesignInput, Goal, Share, Wanted
from mdl.mechanisms.design.names import CaseNames
from mdl.mechanisms.tables import AgentTable
from mdl.program.labels import Labels
from mdl.program.program import Columns

Table = dict[tuple[int, int, int], Fraction]
"""Valuation by true type, report, scenario."""


def agent_table(name: str, types: int, scenarios: int, value: Any, outside: Any, case: Any, **more: Any) -> AgentTable:
    """`value` and `outside` are flat lists of rationals."""
    return AgentTable(
        name=name,
        types=types,
        scenarios=scenarios,
        value=value if not isinstance(value, list) else Numbers.of(value),
        broken=more.get("broken"),
        allowed=more.get("allowed", np.ones((types, types), dtype=bool)),
        outside=outside if not isinstance(outside, list) else Numbers.of(outside),
        pay=None,
        weight=more.get("weight"),
        case=case,
        type_name=str,
        scenario_name=lambda s: f"o={s}",
    )


def columns_as(places: Any, sign: int = 1) -> Terms:
    flat = np.asarray(places).reshape(-1)
    return Terms(len(flat), Numbers.constant(0, len(flat)), (Entries(None, flat, Numbers.constant(sign, len(flat))),))


def design(
    tables: Sequence[AgentTable],
    wanted: Sequence[str],
    income: Sequence[Fraction] | None = None,
    objective: Sequence[Fraction] | None = None,
    maximize: bool = True,
    shared: bool = False,
) -> DesignInput:
    """A payment column for each agent and case (`shared`: for each agent and scenario)."""
    agents, shares, width = [], [], 0
    cases = 1 + max(int(t.case.max()) for t in tables)
    for k, t in enumerate(tables):
        size = t.scenarios if shared else t.types * t.scenarios
        own = np.arange(size).reshape(-1, t.scenarios)
        agents.append(DesignAgent(t, tuple(range(t.types)), columns_as(width + np.broadcast_to(own, t.case.shape))))
        rows = np.zeros(cases, dtype=np.int64)
        rows[t.case.reshape(-1)] = np.arange(t.types * t.scenarios)
        shares.append(Share(k, rows))
        width += size
    goal = None
    if objective is not None:
        one = Entries(np.array([0, width]), np.arange(width), Numbers.of(objective))
        goal = Terms(1, Numbers.constant(0, 1), (one,))
    names = Labels.of([(k,) for k in range(width)])
    return DesignInput(
        name="m",
        agents=tuple(agents),
        cases=cases,
        names=CaseNames(Labels.of([(k,) for k in range(cases)]), Labels.of([(k,) for k in range(cases)])),
        shares=tuple(shares),
        columns=(Columns("t", names, 0, None, None),),
        rows=(),
        income=Numbers.of(income if income is not None else [0] * cases),
        goal=Goal("revenue", maximize, goal),
        wanted=tuple(Wanted(w, False) for w in wanted),
    )


def two_agents(
    values: Sequence[Sequence[Fraction]], outsides: Sequence[Sequence[Fraction]], sizes: tuple[int, int], **more: Any
) -> list[AgentTable]:
    """Agents 0 and 1 with `sizes` types; case of (i, j) is i * sizes[1] + j."""
    a, b = sizes
    grid = np.arange(a * b).reshape(a, b)
    per = [{k: v[n] for k, v in more.items()} for n in range(2)]
    return [
        agent_table("a", a, b, list(values[0]), list(outsides[0]), grid, **per[0]),
        agent_table("b", b, a, list(values[1]), list(outsides[1]), grid.T.copy(), **per[1]),
    ]
