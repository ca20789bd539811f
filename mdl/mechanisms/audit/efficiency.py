"""Efficiency: what the outcome falls short of the largest sum of valuations and income."""

from __future__ import annotations

from mdl.mechanisms.audit.budget import row
from mdl.mechanisms.audit.gaps import Gaps
from mdl.mechanisms.audit.linear import Linear, Term
from mdl.mechanisms.audit.sheets import Sheets
from mdl.mechanisms.tables import MechanismTable


def loss(table: MechanismTable, sheets: Sheets) -> Gaps:
    """optimum - (sum of valuations + income), at every case."""
    values = tuple(Term(-1, table.values, row(table, a)) for a in range(len(table.names)))
    return Linear((Term(1, table.optimum), *values, Term(-1, table.income)), table.cases).gaps(sheets)
