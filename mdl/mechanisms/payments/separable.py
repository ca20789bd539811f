"""When payments are a matter of graphs: where no requirement joins the payments of two agents or two scenarios.

Dominance, ex post participation and no subsidies concern one agent in one scenario at a time, so that the largest
payments can be found for each apart, and they are largest for all together.  Then weak budget balance (at every
profile, or expected), which only asks that payments be large enough, holds for some payments exactly where it holds
for the largest ones (multi_party_learning.txt, theorem 6), and these maximise every objective that no payment lowers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.irrational import quantity
from mdl.irrational.quantity import Quantity
from mdl.lowering.entries import assembled
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.build import IMPLIED
from mdl.mechanisms.design.input import DesignAgent, DesignInput
from mdl.mechanisms.payments.constraints import Belief, belief, truths
from mdl.mechanisms.tables import Places

EX_POST = {
    "dominant_ic", "ex_post_ir", "no_subsidy", "weak_budget_balance", "ex_ante_budget_balance", "efficient",
}  # fmt: skip
INTERIM = {"bayesian_ic", "interim_ir", "no_subsidy", "ex_ante_budget_balance", "efficient"}


@dataclass(slots=True, eq=False)
class Unknown:
    """The payments of one agent: p[r, s] = `sign` * column[r, s] + known[r*S + s]."""

    column: Places
    sign: int
    known: Numbers | None


@dataclass(slots=True, eq=False)
class Separable:
    """A design whose payments can be found by graphs.

    `beliefs` has one an agent where only expected payments matter, else None.  `least`: the smallest payments are
    asked for.  `budget` and `expected_budget`: what comes in must cover what goes out, at every case or on average.
    """

    design: DesignInput
    unknowns: tuple[Unknown, ...]
    beliefs: tuple[Belief, ...] | None
    incentive: bool
    participation: bool
    floor: bool
    budget: bool
    expected_budget: bool
    least: bool

    @property
    def why(self) -> str:
        """For `inspect`."""
        if self.beliefs is not None:
            return (
                "the outcome is given, only expected payments matter, and beliefs do not depend on the own type: "
                "payments are shortest paths among each agent's reports"
            )
        joined = ", or asks for large payments" if self.budget or self.expected_budget else ""
        return (
            f"the outcome is given, and every requirement concerns one agent at one profile of the others{joined}: "
            "payments are shortest paths among each agent's reports"
        )


def applies(design: DesignInput) -> Separable | str:
    """The design with its payments taken apart, or the reason why graphs will not do."""
    if any(a.value is not None for a in design.agents) or isinstance(design.income, Terms):
        return "the outcome is not given"
    if soft := [w.name for w in design.wanted if w.soft]:
        return f"`{soft[0]}` is softened"
    if design.goal.shortfall:
        return "the shortfall is minimised"
    names = {w.name for w in design.wanted}
    names -= {name for name in names if names & set(IMPLIED.get(name, ()))}
    interim = bool(names & {"bayesian_ic", "interim_ir", "ex_ante_ir"})
    for name in sorted(names):
        if name not in (INTERIM if interim else EX_POST):
            return f"`{name}` joins payments of several agents or profiles" if not interim else _mixed(name)
    unknowns = []
    for agent in design.agents:
        found = unknown_of(agent)
        if isinstance(found, str):
            return found
        unknowns.append(found)
    columns = np.concatenate([np.unique(u.column) for u in unknowns])
    if len(np.unique(columns)) < len(columns):
        return "one unknown stands in the payments of several agents"
    if not interim:
        for agent, u in zip(design.agents, unknowns, strict=True):
            if reason := _apart(agent, u):
                return reason
    beliefs = _beliefs(design, unknowns) if interim else None
    if isinstance(beliefs, str):
        return beliefs
    if reason := _unbearable(design) or (_inefficient(design) if "efficient" in names else None):
        return reason
    if "ex_ante_budget_balance" in names and design.weight is None:
        return "there is no prior"
    least = _direction(design, unknowns, beliefs, names)
    if isinstance(least, str):
        return least
    return Separable(
        design, tuple(unknowns), beliefs,
        incentive=bool(names & {"dominant_ic", "bayesian_ic"}),
        participation=bool(names & {"ex_post_ir", "interim_ir"}),
        floor="no_subsidy" in names,
        budget="weak_budget_balance" in names,
        expected_budget="ex_ante_budget_balance" in names,
        least=least,
    )  # fmt: skip


def _mixed(name: str) -> str:
    if name in EX_POST:
        return f"`{name}` stands beside requirements in expectation"
    return f"`{name}` joins payments of several types or agents"


def unknown_of(agent: DesignAgent) -> Unknown | str:
    """Where the unknown of each payment stands, or why it is not one with coefficient 1 or -1."""
    held, shape = agent.pay, (agent.table.types, agent.table.scenarios)
    rows = assembled(list(held.variables), held.size, 2**31 - 1)
    if held.nodes or not (np.diff(rows.starts) == 1).all():
        return f"the payment of {agent.table.name} is not one unknown a profile"
    one = rows.coefficients.fractions() if len(rows.coefficients) == 1 else None
    signs = arithmetic.signs(rows.coefficients)
    sign = int(signs[0]) if one is None else (1 if one[0] > 0 else -1)
    units = arithmetic.compare("==", rows.coefficients, Numbers.constant(sign, held.size))
    if not units.all():
        return f"the payment of {agent.table.name} is a multiple of an unknown"
    known = held.constant if bool(arithmetic.signs(held.constant).any()) else None
    return Unknown(rows.columns.reshape(shape).astype(np.int64), sign, known)


def _apart(agent: DesignAgent, unknown: Unknown) -> str | None:
    """An unknown may stand at several reports, not in several scenarios."""
    scenario = np.broadcast_to(np.arange(agent.table.scenarios), unknown.column.shape)
    pairs = np.unique(np.stack([unknown.column.reshape(-1), scenario.reshape(-1)]), axis=1)
    if len(np.unique(pairs[0])) < pairs.shape[1]:
        return f"one unknown stands in the payments of {agent.table.name} at several reports of the others"
    return None


def _beliefs(design: DesignInput, unknowns: Sequence[Unknown]) -> tuple[Belief, ...] | str:
    out = []
    for agent, unknown in zip(design.agents, unknowns, strict=True):
        if agent.table.weight is None:
            return "there is no prior"
        if len(np.unique(unknown.column)) < unknown.column.size:
            return f"one unknown stands at several profiles of {agent.table.name}"
        found = belief(agent.table)
        if found is None:
            return f"what {agent.table.name} believes about the others depends on its own type"
        out.append(found)
    return tuple(out)


def _unbearable(design: DesignInput) -> str | None:
    for agent in design.agents:
        broken = agent.table.broken
        if broken is not None and broken[np.arange(agent.table.types), np.arange(agent.table.types)].any():
            return f"the outcome breaks the bounds of {agent.table.name} even where it reports the truth"
    return None


def _inefficient(design: DesignInput) -> str | None:
    """Efficiency concerns the outcome alone: it holds, or there is something to be told about it."""
    if design.optimum is None:
        return "the optimum is not known"
    parts = [income(design), quantity.neg(design.optimum)]
    for share in design.shares:
        table = design.agents[share.agent].table
        held = quantity.take(truths(table.value, table.types, table.scenarios), share.rows)
        parts.append(held if share.times is None else quantity.scale(held, Numbers.exact(share.times)))
    signs = quantity.signs(quantity.sum_of(parts))
    at = slice(None) if design.distinct is None else design.distinct[0]
    return None if (signs[at] == 0).all() else "the outcome is not seen to be efficient"


def _direction(
    design: DesignInput, unknowns: Sequence[Unknown], beliefs: Sequence[Belief] | None, names: set[str]
) -> bool | str:
    """Whether the smallest payments are asked for."""
    ceiling, floor = bool(names & {"ex_post_ir", "interim_ir"}), "no_subsidy" in names
    budget = bool(names & {"weak_budget_balance", "ex_ante_budget_balance"})
    goal = design.goal
    wanted = 0
    if goal.terms is not None:
        if goal.terms.nodes:
            return "the objective is not linear in the payments"
        found = _goal(goal.terms, design, unknowns, beliefs)
        if isinstance(found, str):
            return found
        wanted = found if goal.maximize else -found
    if wanted > 0 or (wanted == 0 and (budget or ceiling)):
        return False if ceiling else "nothing bounds payments from above"
    if wanted < 0 and budget:
        return "payments are to be small, and the budget asks for large ones"
    if wanted < 0 and not floor:
        return "nothing bounds payments from below"
    return wanted < 0 or floor


def _goal(
    terms: Terms, design: DesignInput, unknowns: Sequence[Unknown], beliefs: Sequence[Belief] | None
) -> int | str:
    """1 where the objective rises with every payment that it names, -1 where it falls, 0 without payments.

    Payments at types of probability 0, which nothing need bound, must not be named.
    """
    row = assembled(list(terms.variables), 1, design.width)
    every = np.concatenate([u.column.reshape(-1) for u in unknowns])
    if not np.isin(row.columns, every).all():
        return "the objective names unknowns that are no payments"
    ways: set[int] = set()
    for k, unknown in enumerate(unknowns):
        coefficients = at_columns(row.columns, row.coefficients, unknown.column.reshape(-1))
        ways |= {int(s) * unknown.sign for s in np.unique(arithmetic.signs(coefficients))} - {0}
        if beliefs is not None and not _possible(coefficients, unknown.column.shape, beliefs[k]):
            return "the objective counts payments at types of probability 0"
        if beliefs is not None and not _in_expectation(coefficients, unknown.column.shape, beliefs[k]):
            return "the objective weighs payments otherwise than the beliefs do"
    if len(ways) > 1:
        return "the objective rises with some payments and falls with others"
    return ways.pop() if ways else 0


def at_columns(columns: Places, coefficients: Numbers, wanted: Places) -> Numbers:
    """The coefficients of some columns, 0 where there is none; `columns` ascend."""
    place = np.searchsorted(columns, wanted)
    place[place == len(columns)] = 0
    there = columns[place] == wanted if len(columns) else np.zeros(len(wanted), dtype=bool)
    yes = np.flatnonzero(there)
    zeros = Numbers.constant(0, len(wanted) - len(yes))
    return arithmetic.merge([(yes, coefficients.take(place[yes])), (np.flatnonzero(~there), zeros)], len(wanted))


def _possible(coefficients: Numbers, shape: tuple[int, ...], held: Belief) -> bool:
    named = (arithmetic.signs(coefficients).reshape(shape) != 0).any(axis=1)
    return not (named & (arithmetic.signs(held.types) == 0)).any()


def _in_expectation(coefficients: Numbers, shape: tuple[int, ...], held: Belief) -> bool:
    """Whether the coefficient of p[r, s] is that of r times the belief in s."""
    reports, scenarios = shape
    own, other = np.divmod(np.arange(reports * scenarios), scenarios)
    sums = segments.total(coefficients, Segments(own, reports))
    product = arithmetic.mul(sums.take(own), held.scenarios.take(other))
    return bool(arithmetic.compare("==", product, coefficients).all())


def payments(unknown: Unknown, x: Numbers) -> tuple[Numbers, Numbers]:
    """(payment, column value) at each report and scenario, from the unknown parts x of the payments."""
    pay = x if unknown.known is None else arithmetic.add(x, unknown.known)
    return pay, x if unknown.sign > 0 else arithmetic.neg(x)


def income(design: DesignInput) -> Quantity:
    held: Quantity | Terms = design.income
    assert not isinstance(held, Terms)
    return held
