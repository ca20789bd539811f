"""Exact proofs about linear programs with rational data: floats propose a basis, integers decide.

HiGHS's last basis is solved exactly (mdl.certify.square); where it is not exactly the end, HiGHS is asked again with
its smallest tolerances, and after that the exact simplex method goes on from there.  What comes out is checked once
more from the definitions (mdl.certify.verify) before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm

import numpy as np

from mdl.algebra.numbers import IntArray, Numbers
from mdl.algebra.vectors import wide
from mdl.certify import verify
from mdl.certify.integers import inner, integers, minus, narrowed
from mdl.certify.linear import Integral, Sides, integral, unfit
from mdl.certify.outcome import Outcome, Proof, Refutation, Unboundedness, Unproved
from mdl.certify.pivots import End, Endless, Hint, Impossible, Optimal, Stopped, finish, of_rays
from mdl.certify.smaller import likely_rows
from mdl.certify.square import Clock, Late
from mdl.certify.vertex import Basis
from mdl.diagnostics import Failure
from mdl.program.program import Program
from mdl.program.restrict import restrict
from mdl.program.solution import Solution

FEW = 3
"""Constraints in a proof of infeasibility that nobody wants fewer of."""

SOON = 10.0
"""Seconds spent on a shorter one."""

WORK = 4_000_000
"""Rows and columns, times exact steps of the simplex method, after which a proof is given up."""


def prove(program: Program, solution: Solution | None = None, *, time_limit: float | None = 60.0) -> Outcome:
    """What is exactly true of a linear program; Unproved with the reason where that could not be found out.

    A `solution` with a basis saves the first run of HiGHS; nothing else of it is believed.  `time_limit` in seconds.
    """
    why = unfit(program)
    if why is not None:
        return Unproved(why)
    held = integral(program)
    crossed = _crossed(held)
    if crossed is not None:
        return crossed
    clock = Clock.of(time_limit)
    try:
        found = _search(program, held, solution, clock)
    except Late:
        return Unproved(f"the time for an exact proof is over ({time_limit:g} s)")
    if isinstance(found, Refutation) and found.size > FEW:
        return _shorter(program, held, found, clock)
    return found


def _shorter(program: Program, held: Integral, found: Refutation, clock: Clock) -> Refutation:
    """A proof from fewer constraints, where one is found soon."""
    left = clock.left
    clock = Clock.of(SOON if left is None else min(left, SOON))
    try:
        rows = likely_rows(held, clock)
        if rows is None or int(rows.sum()) >= found.size:
            return found
        part = restrict(program, rows)
        other = _search(part, integral(part), None, clock)
    except (Failure, Late):
        return found
    if not isinstance(other, Refutation) or other.size >= found.size:
        return found
    weights = np.zeros(held.height, dtype=object)
    weights[rows] = _whole(other.row_weights)
    return replace(other, row_weights=Numbers.exact(narrowed(weights)))


def _search(program: Program, held: Integral, solution: Solution | None, clock: Clock) -> Outcome:
    last = Basis.of_rows(held)
    for basis, hint in _bases(program, held, solution, clock):
        last = basis
        end = finish(held, basis, clock, 0, hint)
        if not isinstance(end, Stopped):
            return _outcome(held, end)
    most = WORK // (held.height + held.width + 1)
    end = finish(held, last, clock, most)
    if isinstance(end, Stopped) and end.lost:
        end = finish(held, Basis.of_rows(held), clock, most)
    return _outcome(held, end)


def _bases(
    program: Program, held: Integral, solution: Solution | None, clock: Clock
) -> Iterator[tuple[Basis, Hint | None]]:
    """From the solution, from HiGHS, and from HiGHS once more with finer tolerances."""
    from mdl.backends.highs import prepare
    from mdl.backends.simplex_end import simplex_end

    if solution is not None and solution.column_basis is not None and solution.row_basis is not None:
        basis = Basis.of(held, solution.column_basis, solution.row_basis)
        if basis is not None:
            yield basis, None
    if not held.width or not held.height:
        return
    try:
        arrays, _ = prepare(program)
    except Failure:
        return
    end = None
    for fine in (False, True):
        end = simplex_end(arrays, clock.left, end, fine=fine)
        clock.check()
        if end is None:
            return
        basis = Basis.of(held, end.column_basis, end.row_basis)
        if basis is not None:
            yield basis, of_rays(held, basis, end.dual_ray, end.primal_ray)


def _outcome(held: Integral, end: End) -> Outcome:
    """In the program's units, if it stands up to the definitions."""
    match end:
        case Optimal():
            return _proof(held, end)
        case Impossible():
            return _refutation(held, end)
        case Endless():
            return _unboundedness(held, end)
        case Stopped(lost=True):
            return Unproved("the basis is too ill-conditioned to be solved exactly")
        case Stopped():
            return Unproved("the solver's basis is not exactly optimal, and an exact one is too many steps away")


def _proof(held: Integral, end: Optimal) -> Outcome:
    point, common = end.point
    prices, unit = end.prices
    if not (verify.feasible(held, point, common) and verify.optimal(held, point, common, prices, unit)):
        return Unproved("the optimum found does not stand up to its own check")
    value = Fraction(inner(held.cost, point), common * held.unit * held.price)
    left = minus(wide(held.cost) * unit, held.rows.combination(prices))
    return Proof(
        optimum=held.sign * value + held.constant,
        point=_numbers(point, common * held.unit),
        row_multipliers=_of_rows(held, held.sign * wide(prices), unit * held.price),
        reduced_costs=_numbers(held.sign * left, unit * held.price),
        pivots=end.pivots,
    )


def _refutation(held: Integral, end: Impossible) -> Outcome:
    gap = verify.contradiction(held, end.weights)
    if gap is None:
        return Unproved("the proof of infeasibility found does not stand up to its own check")
    rows = _of_rows(held, wide(end.weights), 1)
    columns = -wide(held.rows.combination(end.weights))
    tops, common = _whole(rows), rows.denominator
    shared = gcd(*tops.tolist(), *(int(c) * common for c in columns.tolist()))
    return Refutation(
        gap=Fraction(gap * common, held.unit * shared),
        row_weights=Numbers.exact(narrowed(wide(tops) // shared)),
        column_weights=Numbers.exact(narrowed(columns * common // shared)),
        irreducible=True,
        pivots=end.pivots,
    )


def _unboundedness(held: Integral, end: Endless) -> Outcome:
    point, common = end.point
    if not (verify.feasible(held, point, common) and verify.endless(held, end.ray)):
        return Unproved("the ray found does not stand up to its own check")
    shared = gcd(*(int(v) for v in end.ray.tolist()))
    ray = narrowed(wide(end.ray) // shared)
    slope = Fraction(held.sign * inner(held.cost, ray), held.price)
    return Unboundedness(_numbers(point, common * held.unit), Numbers.exact(ray), slope, end.pivots)


def _crossed(held: Integral) -> Refutation | None:
    """A lower bound above an upper one."""
    for kind, low, high in (("column", held.low, held.high), ("row", held.low_rows, held.high_rows)):
        place = _apart(low, high)
        if place is None:
            continue
        gap = Fraction(int(low.values[place]) - int(high.values[place]), held.unit)
        if kind == "row":
            gap *= Fraction(int(held.divisor[place]), int(held.factor[place]))
        none = Numbers.constant(0, held.height), Numbers.constant(0, held.width)
        return Refutation(gap, *none, irreducible=True, crossed=(kind, place))
    return None


def _apart(low: Sides, high: Sides) -> int | None:
    apart = low.finite & high.finite & np.asarray(low.values > high.values, dtype=np.bool_)
    return int(np.argmax(apart)) if apart.any() else None


def _numbers(tops: IntArray, common: int) -> Numbers:
    """In lowest terms."""
    shared = gcd(common, *tops.tolist())
    return Numbers.exact(narrowed(wide(tops) // shared), common // shared)


def _of_rows(held: Integral, weights: IntArray, common: int) -> Numbers:
    """From weights of the integral rows to those of the program's."""
    used = np.flatnonzero(weights)
    divisors = [int(d) for d in held.divisor[used].tolist()]
    shared = lcm(*divisors)
    factors = [int(f) * (shared // d) for f, d in zip(held.factor[used].tolist(), divisors, strict=True)]
    out = np.zeros(len(weights), dtype=object)
    out[used] = weights[used] * integers(factors).astype(object)
    return _numbers(out, common * shared)


def _whole(numbers: Numbers) -> IntArray:
    assert numbers.numerators is not None
    return numbers.numerators
