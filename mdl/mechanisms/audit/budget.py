"""Money of all agents together, and of each: budgets and subsidies.

The budget of a report profile is the sum of what agents pay, plus income from outside.
"""

from __future__ import annotations

import numpy as np

from mdl.mechanisms.audit.gaps import Gaps
from mdl.mechanisms.audit.linear import Linear, Term, expectation, weights
from mdl.mechanisms.audit.sheets import Sheets
from mdl.mechanisms.tables import MechanismTable, Places


def row(table: MechanismTable, agent: int) -> Places:
    """Positions of an agent of the model in `pays` and `values`."""
    return np.arange(agent * table.cases, (agent + 1) * table.cases)


def _deficit(table: MechanismTable) -> Linear:
    """Minus the budget, at every case."""
    pays = tuple(Term(-1, table.pays, row(table, a)) for a in range(len(table.names)))
    return Linear((*pays, Term(-1, table.income)), table.cases)


def deficit(table: MechanismTable, sheets: Sheets) -> Gaps:
    """How much the budget falls short, at every case."""
    return _deficit(table).gaps(sheets)


def surplus(table: MechanismTable, sheets: Sheets) -> Gaps:
    """How much is left over, at every case."""
    return _deficit(table).negated().gaps(sheets)


def expected_deficit(table: MechanismTable, sheets: Sheets) -> Gaps:
    """How much the budget falls short on average: one comparison."""
    assert table.weight is not None
    return expectation(_deficit(table), weights(table.weight, 1), sheets)


def subsidy(table: MechanismTable, agent: int, sheets: Sheets) -> Gaps:
    """What an agent of the model receives, at every case."""
    return Linear((Term(-1, table.pays, row(table, agent)),), table.cases).gaps(sheets)
