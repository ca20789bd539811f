"""Envy: what agents would gain by having another's part of the outcome and its payment."""

from __future__ import annotations

from mdl.mechanisms.audit.budget import row
from mdl.mechanisms.audit.gaps import Gaps
from mdl.mechanisms.audit.linear import Linear, Term
from mdl.mechanisms.audit.sheets import Sheets
from mdl.mechanisms.tables import Envy, MechanismTable


def envy(table: MechanismTable, between: Envy, sheets: Sheets) -> Gaps:
    """(value of the other's part - its payment) - (own value - own payment), at every case."""
    own, other = row(table, between.agent), row(table, between.other)
    terms = (
        Term(1, between.value),
        Term(-1, table.pays, other),
        Term(-1, table.values, own),
        Term(1, table.pays, own),
    )
    return Linear(terms, table.cases).gaps(sheets)
