"""A mechanism whose outcomes are known, as tables over types and reports: what audits and payments work on.

For each agent a: its own types are 0 .. L-1, and a *scenario* s in 0 .. S-1 says what the others are and report
(they report the truth).  With everybody listed, scenarios are the others' profiles in agent order, last fastest.
Where agents are interchangeable one of them stands for all and scenarios are counts of the others' types.

Flat vectors are row-major in the shape given.  A vector is `Numbers` (exact, or float64 where a solver or a
rounded function was involved) or an irrational form (mdl.irrational): mdl.irrational.quantity works on both.
Money is in the file's unit; `pay` is from the agent, so what an agent receives is negative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import Numbers

Quantity = Any
"""`Numbers` or an irrational form."""

PARTICIPATION = ("ex_post_ir", "interim_ir", "ex_ante_ir")
"""Properties that compare with not taking part."""

Flags = npt.NDArray[Any]
Places = npt.NDArray[Any]


@dataclass(slots=True, eq=False)
class AgentTable:
    """One agent (or the representative of interchangeable ones).

    Shapes:
    value   (L, L, S)  valuation of true type, report, scenario; the outcome is that of the reports
    broken  (L, L, S)  True where the outcome breaks the true type's own bounds: utility minus infinity; None: nowhere
    allowed (L, L)     whether true type may report the other; the diagonal is True
    outside (L, S)     valuation when the agent does not take part; None until asked for
    pay     (L, S)     net payment from the agent at its report and the scenario; None where payments are unknown
    weight  (L, S)     probability of own type and scenario together, exact; None without a prior
    case    (L, S)     the report profile (a case of MechanismTable) of own report and scenario
    """

    name: Atom
    types: int
    scenarios: int
    value: Quantity
    broken: Flags | None
    allowed: Flags
    outside: Quantity
    pay: Quantity | None
    weight: Numbers | None
    case: Places
    type_name: Callable[[int], str]
    """`3`, or `(1, 0.2)` for a composite type."""
    scenario_name: Callable[[int], str]
    """`b=1, c=2`; empty where there is nobody else."""
    called: str = "type"
    """The name of the one type it has, `value`, for sentences: `a with value 3`."""


@dataclass(slots=True, eq=False)
class Envy:
    """For agents a and b: what a's valuation would be with b's part of the outcome, at each case; shape (cases,)."""

    agent: int
    other: int
    value: Quantity


@dataclass(slots=True, eq=False)
class MechanismTable:
    """All agents, and what concerns the profile as a whole; `cases` report profiles.

    pays    (agents, cases): net payment of each agent; None where unknown
    values  (agents, cases): valuation of each agent at the true profile that is the report
    income  (cases,) money from outside that enters the budget
    weight  (cases,) prior probability of the case, exact, summing to 1; None without a prior
    optimum (cases,) the largest sum of valuations and income over all feasible outcomes; None until asked for
    `multiplicity` says how many agents each row of `agents` stands for (ones, unless agents are interchangeable);
    `pays` and `values` then still have a row for every agent of the model, in agent order.
    """

    agents: tuple[AgentTable, ...]
    cases: int
    pays: Quantity | None
    values: Quantity
    income: Quantity
    weight: Numbers | None
    optimum: Quantity | None
    case_name: Callable[[int], str]
    """`a=3, b=1`."""
    names: tuple[Atom, ...]
    """Every agent of the model, in agent order."""
    envy: Callable[[], tuple[Envy, ...]] | None = None
    notes: tuple[str, ...] = ()
