"""`expected(e given theta[i])`: means over the prior at fixed types of some agents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic, segments
from mdl.algebra.evaluate import Evaluator
from mdl.algebra.frame import Frame, Given
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Members, Quantity, Segments
from mdl.diagnostics import Failure
from mdl.mechanisms import errors
from mdl.mechanisms.profiles import CountedProfiles
from mdl.mechanisms.reports import Reports
from mdl.mechanisms.spaces import text
from mdl.semantics import typed
from mdl.semantics.kinds import Element
from mdl.semantics.typed import Expected, IndexVar

Places = npt.NDArray[np.int64]


def expected(reports: Reports, ev: Evaluator, expr: Expected, frame: Frame) -> Quantity:
    """One a row of the frame: E[e | the given types are what they are on this row].

    The body is evaluated once for each assignment of its indices and each profile.  Raises Failure: no prior
    (MDL616), a given type of probability zero (MDL617), agents absent around it (MDL618).
    """
    if frame.absence is not None and frame.absence.restrictions:
        raise Failure(errors.expectation_of_transfer(expr.span))
    weights = reports.weights
    if weights is None:
        missing = reports.prior.missing
        raise Failure(errors.no_prior("`expected`", missing.name if missing is not None else "theta", expr.span))
    assert expr.profile is not None
    here = _outer_indices(ev, expr)
    agents = _for_all(reports, expr, here, frame)
    owner, first = _distinct(frame, [v for v in here if v not in agents])
    cases = reports.cases
    profile = np.tile(np.arange(cases, dtype=np.int32), len(first))
    given = {expr.profile: profile, **{v: np.full(len(profile), code, dtype=np.int32) for v, code in agents.items()}}
    inner = Frame(
        frame.universe,
        len(first) * cases,
        frame,
        np.repeat(first, cases),
        given={v: Given((codes,), (None,)) for v, codes in given.items()},
    )
    there, wanted = _keys(reports, ev, expr, inner, frame)
    span = int(max(there.max(initial=0), wanted.max(initial=0))) + 1
    group = np.repeat(np.arange(len(first)), cases) * span + there
    distinct, place = np.unique(group, return_inverse=True)
    order = np.argsort(place, kind="stable")
    held = Segments(place[order], len(distinct))
    chance = weights.take(profile[order])
    mass = segments.total(chance, held)
    asked = np.searchsorted(distinct, owner * span + wanted)
    asked = np.minimum(asked, len(distinct) - 1)
    lost = (distinct[asked] != owner * span + wanted) | (arithmetic.signs(mass)[asked] == 0)
    if lost.any():
        row = int(np.argmax(lost))
        raise Failure(errors.impossible_type(_said(ev, expr, frame, row), expr.span))
    positive = np.where(arithmetic.signs(mass) == 0)[0]
    if len(positive):
        mass = arithmetic.merge([(positive, Numbers.constant(1, len(positive))), _rest(mass, positive)], len(mass))
    share = arithmetic.div(chance, mass.take(held.parents))
    return _mean(ev, expr, inner, order, share, held, asked)


def _rest(mass: Numbers, taken: Places) -> tuple[Places, Numbers]:
    rest = np.setdiff1d(np.arange(len(mass)), taken)
    return rest, mass.take(rest)


def _mean(
    ev: Evaluator, expr: Expected, inner: Frame, order: Places, share: Numbers, held: Segments, asked: Places
) -> Quantity:
    body = ev.number(expr.body, inner)
    if isinstance(body, Numbers):
        return segments.total(arithmetic.mul(body.take(order), share), held).take(asked)
    builder = ev.builder(expr)
    weighted = builder.multiply(builder.take(body, order), share, expr)
    return builder.take(builder.reduce("sum", weighted, held, expr, inner.take(order)), asked)


def _outer_indices(ev: Evaluator, expr: Expected) -> list[IndexVar]:
    """Indices that the body, and the agents whose types are given, depend on."""
    found = set(ev.free.of(expr.body)) - {expr.profile}
    for ref in expr.given:
        assert isinstance(ref, typed.Ref)
        for arg in ref.args[1:]:
            found |= ev.free.of(arg)
    return sorted((v for v in found if v is not None), key=lambda v: (v.span.start, v.name))


def _for_all(reports: Reports, expr: Expected, indices: Sequence[IndexVar], frame: Frame) -> dict[IndexVar, int]:
    """Indices over agents, each with the agent that stands for it; empty where every profile is listed.

    Counted cases say of the first agent alone what it reports: the others stand in the order of their types.  So the
    mean is worked out for the first agent; with one agent on a row that is the same mean.  Raises Failure (MDL622) of
    two.
    """
    if not isinstance(reports.profiles, CountedProfiles):
        return {}
    universes = reports.instance.store.agent_universes
    agents = [
        v for v in indices if isinstance(v.kind, Element) and (v.kind.universes is None or v.kind.universes & universes)
    ]
    columns = [column for v in agents for column in frame.codes(v)]
    if any((column != columns[0]).any() for column in columns[1:]):
        raise Failure(errors.mean_of_two(expr.span))
    first = reports.spaces[reports.profiles.members[0]].code
    return dict.fromkeys(agents, first)


def _distinct(frame: Frame, indices: Sequence[IndexVar]) -> tuple[Places, Places]:
    """For each row the number of its assignment of the indices, and for each assignment a row that has it."""
    key = np.zeros(frame.size, dtype=np.int64)
    for v in indices:
        for column in frame.codes(v):
            _, place = np.unique(column, return_inverse=True)
            key = key * (int(place.max(initial=0)) + 1) + place
            _, key = np.unique(key, return_inverse=True)
    _, first, owner = np.unique(key, return_index=True, return_inverse=True)
    return owner, first


def _keys(reports: Reports, ev: Evaluator, expr: Expected, inner: Frame, frame: Frame) -> tuple[Places, Places]:
    """The given types as one number a row: in each profile of `inner`, and on the rows of `frame`."""
    there, here = np.zeros(inner.size, dtype=np.int64), np.zeros(frame.size, dtype=np.int64)
    assert expr.profile is not None
    for ref in expr.given:
        assert isinstance(ref, typed.Ref)
        values = _numbered(reports.lifted.store.values[ref.symbol])
        other = typed.Index(ref.span, expr.profile.kind, expr.profile)
        moved = typed.Ref(ref.span, ref.kind, ref.symbol, (other, *ref.args[1:]))
        count = int(values.max(initial=0)) + 1
        there = there * count + values[ev.positions(moved, inner)]
        here = here * count + values[ev.positions(ref, frame)]
    return there, here


def _numbered(values: Numbers | Members) -> Places:
    """The same number for the same value."""
    if isinstance(values, Members):
        return np.asarray(np.unique(values.codes[0], return_inverse=True)[1], dtype=np.int64)
    assert values.numerators is not None
    if values.numerators.dtype != object:
        return np.asarray(np.unique(values.numerators, return_inverse=True)[1], dtype=np.int64)
    known: dict[int, int] = {}
    return np.array([known.setdefault(v, len(known)) for v in values.numerators.tolist()], dtype=np.int64)


def _said(ev: Evaluator, expr: Expected, frame: Frame, row: int) -> str:
    """`value[a] is 1`."""
    parts, at = [], frame.take(np.array([row]))
    for ref in expr.given:
        assert isinstance(ref, typed.Ref)
        agents = (ev.value(arg, at) for arg in ref.args[1:])
        whose = ", ".join(text(frame.universe.atom(int(a.codes[0][0]))) for a in agents if isinstance(a, Members))
        value = ev.values_at(ref, at)
        held = value.fractions()[0] if isinstance(value, Numbers) else frame.universe.atom(int(value.codes[0][0]))
        parts.append(f"{ref.symbol.name}[{whose}] is {text(held)}")
    return " and ".join(parts)
