"""Rows about the profile as a whole: budget, efficiency, envy.

budget[a=3, b=1]         payments and income add up to 0 (strong), or to 0 or more (weak)
budget                   the same in expectation over all profiles (ex ante)
efficient[a=3, b=1]      valuations and income add up to the most that is feasible
envy[a: b | a=3, b=1]    a does not gain by having b's part and b's payment
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Segments
from mdl.irrational import quantity
from mdl.lowering import terms
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.block import Block, bounded, rows_of, stacked
from mdl.mechanisms.design.forms import everybody, form, less, truthful_value
from mdl.mechanisms.design.input import DesignInput, Wanted
from mdl.program.labels import Labels
from mdl.program.program import Role

Places = npt.NDArray[Any]


def cases(given: DesignInput) -> tuple[Places, Numbers | None]:
    """The profiles that have rows of their own, and their probabilities."""
    return given.distinct if given.distinct is not None else (np.arange(given.cases), given.weight)


def net(given: DesignInput) -> Terms:
    """What is paid, less what is received, and income, at every case."""
    return terms.added([everybody(given, [a.pay for a in given.agents]), form(given.income)])


def budget(given: DesignInput, wanted: Wanted, name: str, strong: bool) -> Block:
    at, weight = cases(given)
    body = terms.taken(net(given), at)
    zero = terms.zeros(body.size)
    return _profile_rows(given, wanted, name, body, zero, zero if strong else None, at, weight, Role.BUDGET)


def expected_budget(given: DesignInput, wanted: Wanted, name: str) -> Block:
    assert given.weight is not None
    each = terms.scaled(net(given), given.weight)
    body = terms.summed(each, Segments(np.zeros(each.size, dtype=np.int64), 1))
    low, _ = bounded(body, terms.zeros(1), None)
    one = Numbers.constant(1, 1)
    return Block(
        name, Labels.scalar(), rows_of(body, given.width), low, None, Role.BUDGET, wanted.soft, one, wanted.span
    )


def efficient(given: DesignInput, wanted: Wanted, name: str) -> Block:
    assert given.optimum is not None, "efficiency needs the optimum to compare with"
    at, weight = cases(given)
    body = terms.added([everybody(given, [truthful_value(a) for a in given.agents]), form(given.income)])
    low = quantity.numbers(given.optimum).take(at)
    return _profile_rows(given, wanted, name, terms.taken(body, at), low, None, at, weight, Role.USER)


def _profile_rows(
    given: DesignInput,
    wanted: Wanted,
    name: str,
    body: Terms,
    low: Numbers,
    high: Numbers | None,
    at: Places,
    weight: Numbers | None,
    role: Role,
) -> Block:
    labels = given.names.said if len(at) == given.cases else given.names.said.take(at)
    below, above = bounded(body, low, high)
    return Block(name, labels, rows_of(body, given.width), below, above, role, wanted.soft, weight, wanted.span)


def envy_free(given: DesignInput, wanted: Wanted, name: str) -> Block:
    """A row for every pair of agents that could have each other's part, at every case."""
    linear, highs, weights, codes = [], [], [], []
    said = given.names.said
    for pair in given.envied:
        own, other = given.shares[pair.agent], given.shares[pair.other]
        me, you = given.agents[own.agent], given.agents[other.agent]
        mine = less(terms.taken(me.pay, own.rows), terms.taken(truthful_value(me), own.rows))
        body = terms.added([mine, form(pair.value), terms.negated(terms.taken(you.pay, other.rows))])
        linear.append(rows_of(body, given.width))
        high = bounded(body, None, terms.zeros(body.size))[1]
        assert high is not None
        highs.append(high)
        codes.append((np.full(given.cases, own.agent), np.full(given.cases, other.agent), *said.codes))
        if given.weight is not None:
            weights.append(given.weight)
    who = tuple(a.table.name for a in given.agents)
    pieces = said.form or ("",) * (len(said.codes) + 1)
    form_ = ("", ": ", f" | {pieces[0]}", *pieces[1:]) if said.codes else ("", ": ", "")
    columns = tuple(np.concatenate(c) for c in zip(*codes, strict=True)) if codes else ()
    labels = Labels((who, who, *said.atoms), columns, given.cases * len(codes), form_) if codes else Labels((), (), 0)
    weight = arithmetic.concat(weights) if given.weight is not None else None
    return Block(
        name, labels, stacked(linear, given.width), None, arithmetic.concat(highs), Role.USER, wanted.soft, weight,
        wanted.span,
    )  # fmt: skip
