"""Rows of participation and of subsidies: nobody pays more than taking part is worth to it, or is paid.

ir[a: 3 | b=1]           pay(3, 1) <= value of 3 at (3, 1) - value of 3 when a is not there
ir[a: 3]                 in expectation over the others' types (interim)
ir[a]                    in expectation over all types (ex ante)
no_subsidy[a: 3 | b=1]   pay(3, 1) >= 0
"""

from __future__ import annotations

import numpy as np

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.lowering import terms
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.block import Block, bounded, rows_of, stacked
from mdl.mechanisms.design.conditional import Conditional
from mdl.mechanisms.design.forms import gain_of_taking_part, less, truths
from mdl.mechanisms.design.incentive import weight_of
from mdl.mechanisms.design.input import DesignInput, Wanted
from mdl.mechanisms.design.row_names import RowNames
from mdl.program.labels import Labels
from mdl.program.program import Role


def ex_post(given: DesignInput, wanted: Wanted, name: str) -> Block:
    bodies = [less(a.pay, gain_of_taking_part(a)) for a in given.agents]
    return _truthful(given, wanted, name, bodies, True)


def no_subsidy(given: DesignInput, wanted: Wanted, name: str) -> Block:
    return _truthful(given, wanted, name, [a.pay for a in given.agents], False)


def _truthful(given: DesignInput, wanted: Wanted, name: str, bodies: list[Terms], above: bool) -> Block:
    """A row for every agent, type and scenario: body <= 0, or >= 0."""
    names = RowNames(given.agents)
    codes = []
    for k, agent in enumerate(given.agents):
        t, s = truths(agent)
        codes.append((names.who(k, len(t)), names.typed(k, t), names.others(k, s)))
    labels = names.truths(*(np.concatenate(c) for c in zip(*codes, strict=True)))
    weight = None if given.weight is None else arithmetic.concat([weight_of(a) for a in given.agents])
    return _block(given, wanted, name, bodies, labels, weight, above, Role.PARTICIPATION)


def interim(given: DesignInput, wanted: Wanted, name: str) -> Block:
    """A row for every agent and type of positive probability."""
    names, bodies, codes, weights = RowNames(given.agents), [], [], []
    for k, agent in enumerate(given.agents):
        known = Conditional.of(agent)
        size = agent.table.scenarios
        each = terms.scaled(less(agent.pay, gain_of_taking_part(agent)), known.given)
        types = np.flatnonzero(known.possible)
        whole = terms.summed(each, Segments(np.repeat(np.arange(agent.table.types), size), agent.table.types))
        bodies.append(terms.taken(whole, types))
        codes.append((names.who(k, len(types)), names.typed(k, types)))
        weights.append(known.type_weight.take(types))
    who, types = (np.concatenate(c) for c in zip(*codes, strict=True))
    labels, weight = names.truths(who, types, None), arithmetic.concat(weights)
    return _block(given, wanted, name, bodies, labels, weight, True, Role.PARTICIPATION)


def ex_ante(given: DesignInput, wanted: Wanted, name: str) -> Block:
    """A row for every agent."""
    names, bodies = RowNames(given.agents), []
    for agent in given.agents:
        assert agent.table.weight is not None
        each = terms.scaled(less(agent.pay, gain_of_taking_part(agent)), agent.table.weight)
        bodies.append(terms.summed(each, Segments(np.zeros(each.size, dtype=np.int64), 1)))
    labels = Labels((names.names,), (np.arange(len(bodies)),), len(bodies))
    weight = Numbers.of([a.count for a in given.agents])
    return _block(given, wanted, name, bodies, labels, weight, True, Role.PARTICIPATION)


def _block(
    given: DesignInput,
    wanted: Wanted,
    name: str,
    bodies: list[Terms],
    labels: Labels,
    weight: Numbers | None,
    above: bool,
    role: Role,
) -> Block:
    linear = stacked([rows_of(b, given.width) for b in bodies], given.width)
    zero = [terms.zeros(b.size) for b in bodies]
    sides = [bounded(b, None, z)[1] if above else bounded(b, z, None)[0] for b, z in zip(bodies, zero, strict=True)]
    side = arithmetic.concat([s for s in sides if s is not None])
    low, high = (None, side) if above else (side, None)
    return Block(name, labels, linear, low, high, role, wanted.soft, weight, wanted.span)
