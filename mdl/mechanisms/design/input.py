"""What a design program is made from: agents with their tables, forms over columns, and what is required of them.

Whatever is unknown (transfers, adjustments, a free outcome) is a column, made beforehand: see names.py for
blocks of transfers and adjustments.  Whatever depends on it is `Terms`, a vector of affine forms over those
columns.  A known quantity is `Numbers` (or an irrational form), as in mdl.mechanisms.tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mdl.algebra.atoms import Atom
from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Span
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.names import CaseNames
from mdl.mechanisms.tables import AgentTable, Places, Quantity
from mdl.program.graph import Node
from mdl.program.program import Columns, Rows


@dataclass(slots=True, eq=False)
class DesignAgent:
    """One agent (or the representative of interchangeable ones); L own types, S scenarios.

    table     as for audits; `table.value` is read where `value` is None, `table.pay` never
    types     (L,) its types as members of labels: 3, or "(1, 0.2)" of a composite type
    pay       Terms of size L*S, row r*S + s: net payment *from* the agent at report r and scenario s
    value     outcome free: Terms of size L*K, row t*K + at[r, s]: valuation of true type t where the reports are
              (r, s).  `at` is (L, S) with entries below K = value.size / L; None: `table.case`.  None: `table.value`
    count     how many agents of the model this one stands for; weighs its softened rows
    """

    table: AgentTable
    types: Sequence[Atom]
    pay: Terms
    value: Terms | None = None
    at: Places | None = None
    count: int = 1


@dataclass(slots=True, eq=False)
class Share:
    """What one agent of the model pays and values at each case, for rows about the profile as a whole.

    agent     its place in `DesignInput.agents` (or that of the one who stands for it)
    rows      (cases,) the row r*S + s of that agent's `pay` (and the place [r, s] of its tables)
    times     (cases,) how many agents of the model are meant; None: one.  With interchangeable agents there is
              one Share a type: `times` is the number of agents of that type in the case
    """

    agent: int
    rows: Places
    times: Places | None = None


@dataclass(slots=True, eq=False)
class Envied:
    """What `agent` would value with the part and the payment of `other`: both are places in `DesignInput.shares`.

    value     (cases,) Quantity, or Terms where the outcome is free
    """

    agent: int
    other: int
    value: Quantity | Terms


@dataclass(slots=True, frozen=True)
class Wanted:
    """A property of language.md sec. 4 that is required, or softened: broken at a price."""

    name: str
    soft: bool
    span: Span | None = None


@dataclass(slots=True, eq=False)
class Goal:
    """`terms` has size 1 (None: nothing but the shortfall, or no objective at all).

    With `shortfall` the expected shortfall of the softened rows is added to what is minimised.
    """

    name: str
    maximize: bool
    terms: Terms | None
    shortfall: bool = False
    span: Span | None = None


@dataclass(slots=True, eq=False)
class DesignInput:
    """A design: `columns` and `rows` are the blocks made so far, tiling 0 .. width-1 and 0 .. height-1.

    cases     number of report profiles; `names` has their names
    shares    every agent of the model at each case, as the budget, efficiency and envy see it
    columns   lifted outcome variables (if the outcome is free), transfers, adjustments
    rows      the environment's own rows over the outcome variables, at every case
    income    (cases,) money from outside: Quantity, or Terms where it depends on the outcome
    weight    (cases,) prior probability of each case; None without a prior
    optimum   (cases,) the largest total of valuations and income; needed by `efficient` only
    distinct  the cases that get rows about the whole profile, with the probability of each; None: all cases, and
              `weight`.  With interchangeable agents several cases are one profile
    """

    name: str
    agents: tuple[DesignAgent, ...]
    cases: int
    names: CaseNames
    shares: tuple[Share, ...]
    columns: tuple[Columns, ...]
    rows: tuple[Rows, ...]
    income: Quantity | Terms
    goal: Goal
    wanted: tuple[Wanted, ...]
    weight: Numbers | None = None
    optimum: Quantity | None = None
    distinct: tuple[Places, Numbers | None] | None = None
    envied: tuple[Envied, ...] = ()
    nodes: tuple[Node, ...] = ()
    notes: tuple[str, ...] = ()
    span: Span | None = None

    @property
    def width(self) -> int:
        return sum(len(c.labels) for c in self.columns)
