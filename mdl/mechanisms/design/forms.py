"""What an agent pays, values and could gain, as affine forms over the columns of a design."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.irrational import quantity
from mdl.lowering import terms
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.ell import Rows, gains
from mdl.mechanisms.design.input import DesignAgent, DesignInput
from mdl.mechanisms.design.selection import cell
from mdl.mechanisms.tables import Quantity

Places = npt.NDArray[Any]


def form(q: Quantity | Terms) -> Terms:
    return q if isinstance(q, Terms) else terms.of(quantity.numbers(q))


def at(agent: DesignAgent) -> Places:
    """(L, S) the column of the valuations' table that belongs to own report and scenario."""
    return np.asarray(agent.table.case if agent.at is None else agent.at)


def truths(agent: DesignAgent) -> tuple[Places, Places]:
    """Own type and scenario of each of the L*S rows."""
    t = np.repeat(np.arange(agent.table.types), agent.table.scenarios)
    return t, np.tile(np.arange(agent.table.scenarios), agent.table.types)


def value_rows(agent: DesignAgent, true: Places, report: Places, scenario: Places) -> Places:
    """Rows of `agent.value` (or places in `table.value`)."""
    if agent.value is None:
        return cell(agent.table, true, report, scenario)
    held = at(agent)
    out = true.astype(np.int64)
    out *= agent.value.size // agent.table.types
    out += held.reshape(-1)[pay_rows(agent, report, scenario)]
    return out


def pay_rows(agent: DesignAgent, report: Places, scenario: Places) -> Places:
    out = report.astype(np.int64)
    out *= agent.table.scenarios
    out += scenario
    return out


def gain_of_taking_part(agent: DesignAgent) -> Terms:
    """Valuation when everybody reports the truth, less that of not taking part; size L*S."""
    t, s = truths(agent)
    rows = value_rows(agent, t, t, s)
    if agent.value is None:
        # forms subtract exactly, floats would not
        return form(quantity.sub(quantity.take(agent.table.value, rows), agent.table.outside))
    return less(terms.taken(agent.value, rows), form(agent.table.outside))


def truthful_value(agent: DesignAgent) -> Terms:
    """Valuation when everybody reports the truth; size L*S."""
    t, s = truths(agent)
    rows = value_rows(agent, t, t, s)
    return form(quantity.take(agent.table.value, rows)) if agent.value is None else terms.taken(agent.value, rows)


def less(a: Terms, b: Terms) -> Terms:
    return terms.added([a, terms.negated(b)])


def paid(agent: DesignAgent) -> tuple[Rows, Rows]:
    """Rows of `agent.pay` for the truth and for a lie."""
    return lambda t, r, s: pay_rows(agent, t, s), lambda t, r, s: pay_rows(agent, r, s)


def valued(agent: DesignAgent) -> tuple[Rows, Rows]:
    """Rows of the valuation for the truth and for a lie."""
    return lambda t, r, s: value_rows(agent, t, t, s), lambda t, r, s: value_rows(agent, t, r, s)


def constant_gain(agent: DesignAgent, true: Places, report: Places, scenario: Places) -> Numbers:
    """What is constant in U(true, true, s) - U(true, report, s), one a row."""
    parts: list[Numbers] = []
    pay = agent.pay.constant
    if not arithmetic.is_constant(pay):
        own, lie = paid(agent)
        parts.append(_gain(pay, lie, own, true, report, scenario))
    value = agent.table.value if agent.value is None else agent.value.constant
    if not (isinstance(value, Numbers) and arithmetic.is_constant(value)):
        own, lie = valued(agent)
        parts.append(_gain(value, own, lie, true, report, scenario))
    return arithmetic.total(parts) if parts else terms.zeros(len(true))


def _gain(held: Quantity, plus: Rows, minus: Rows, true: Places, report: Places, scenario: Places) -> Numbers:
    found = gains(held, plus, minus, true, report, scenario) if isinstance(held, Numbers) else None
    if found is not None:
        return found
    rows = (true, report, scenario)
    return quantity.numbers(quantity.sub(quantity.take(held, plus(*rows)), quantity.take(held, minus(*rows))))


# ---- the whole profile ----


def everybody(given: DesignInput, per_agent: list[Terms]) -> Terms:
    """The sum over all agents of the model of a form (L*S) of each, at every case; size cases."""
    parts = []
    for share in given.shares:
        here = terms.taken(per_agent[share.agent], share.rows)
        parts.append(here if share.times is None else terms.scaled(here, Numbers.exact(np.asarray(share.times))))
    return terms.added(parts)
