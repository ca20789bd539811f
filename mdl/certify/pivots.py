"""The simplex method for bounded variables in exact arithmetic: the last steps, that a float solver missed.

While something is violated, one violated column or row is the goal: it is driven to its bound, and what is met
stays met.  If it cannot get there, its own row of the tableau is a Farkas proof, and an irreducible one: the rows and
bounds in it are linearly independent but for that one dependency (Gleeson and Ryan 1990).  Then the objective is the
goal.  Each step solves anew with the basis, exactly; after a step that moves nothing, Bland's rule chooses
(Bland 1977), so that it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mdl.algebra.numbers import FloatArray, IntArray
from mdl.algebra.vectors import largest, scaled
from mdl.certify.integers import IntRows, Truths, minus
from mdl.certify.linear import Integral
from mdl.certify.square import FLOAT_BITS, Clock, Solved
from mdl.certify.vertex import BASIC, LOWER, UPPER, ZERO, Basis, Vertex


@dataclass(slots=True, frozen=True, eq=False)
class Optimal:
    point: Solved
    prices: Solved
    pivots: int


@dataclass(slots=True, frozen=True, eq=False)
class Impossible:
    """`weights` (rows,): > 0 multiplies the lower side."""

    weights: IntArray
    pivots: int


@dataclass(slots=True, frozen=True, eq=False)
class Endless:
    """From the point, the direction (columns,) improves for ever."""

    point: Solved
    ray: IntArray
    pivots: int


@dataclass(slots=True, frozen=True, eq=False)
class Stopped:
    """The basis is singular or too hard (`lost`), or the steps allowed are used up."""

    lost: bool
    basis: Basis


End = Optimal | Impossible | Endless | Stopped


@dataclass(slots=True, frozen=True)
class Hint:
    """Columns are 0, 1, ...; row r is the number of columns + r.  `goal` to drive first, `entering` to try first."""

    goal: int | None = None
    entering: int | None = None


@dataclass(slots=True, eq=False)
class _Joint:
    """Columns and rows side by side, as the method sees them."""

    low: IntArray
    has_low: Truths
    high: IntArray
    has_high: Truths
    fixed: Truths
    sizes: FloatArray
    """What a unit of each is, for choosing among them."""

    @staticmethod
    def of(held: Integral) -> _Joint:
        low = np.concatenate((held.low.values, held.low_rows.values))
        high = np.concatenate((held.high.values, held.high_rows.values))
        has_low = np.concatenate((held.low.finite, held.low_rows.finite))
        has_high = np.concatenate((held.high.finite, held.high_rows.finite))
        sizes = np.concatenate((1.0 / norms(held.rows.turned()), norms(held.rows)))
        return _Joint(low, has_low, high, has_high, has_low & has_high & (low == high), sizes)


def norms(rows: IntRows) -> FloatArray:
    """The Euclidean length of each row, 1 of an empty one."""
    if rows.size.bit_length() > FLOAT_BITS // 2:
        return np.ones(rows.height)
    squares = np.bincount(rows.row_ids(), weights=rows.floats() ** 2, minlength=rows.height)
    return np.sqrt(np.where(squares > 0, squares, 1.0))


def finish(held: Integral, basis: Basis, clock: Clock, most: int, hint: Hint | None = None) -> End:
    """At most `most` steps from a basis; raises square.Late."""
    hint = hint or Hint()
    joint = _Joint.of(held)
    goal, entering, bland = hint.goal, hint.entering, False
    for step in range(most + 1):
        clock.check()
        vertex = Vertex.of(held, basis, clock)
        point = vertex.point()
        if point is None:
            return Stopped(True, basis)
        values = np.concatenate((point[0], held.rows.dot(point[0])))
        broken = _broken(joint, values, point[1])
        if goal is None or not broken[goal]:
            goal, bland = _worst(joint, broken, values, point[1]), False
        cost = held.cost if goal is None else _drive(held, joint, goal, values, point[1])
        prices = vertex.prices(cost)
        if prices is None:
            return Stopped(True, basis)
        rates = np.concatenate((vertex.reduced(cost, prices), prices[0]))
        better = _better(joint, basis, rates)
        if not better.any():
            if goal is None:
                return Optimal(point, prices, step)
            return Impossible(_weights(held, joint, goal, prices, values, point[1]), step)
        if step == most:
            break
        if entering is None or not better[entering]:
            entering = int(np.argmax(better)) if bland else _steepest(joint, better, rates)
        way = -1 if rates[entering] > 0 else 1
        moved = _direction(vertex, entering, way)
        if moved is None:
            return Stopped(True, basis)
        leaving = _leaving(joint, basis, entering, values, point[1], moved)
        if leaving is None:
            return Endless(point, moved[0][: held.width], step)
        basis, bland = _exchanged(held, basis, entering, way, leaving), leaving.still
        entering = None
    return Stopped(False, basis)


def _broken(joint: _Joint, values: IntArray, common: int) -> Truths:
    below = joint.has_low & np.asarray(values < scaled(joint.low, common), dtype=np.bool_)
    return below | (joint.has_high & np.asarray(values > scaled(joint.high, common), dtype=np.bool_))


def _worst(joint: _Joint, broken: Truths, values: IntArray, common: int) -> int | None:
    """What is furthest beyond its side, in its own unit."""
    places = np.flatnonzero(broken)
    if not len(places):
        return None
    over = minus(values[places], scaled(joint.high[places], common))
    under = minus(scaled(joint.low[places], common), values[places])
    high = joint.has_high[places] & np.asarray(over > 0, dtype=np.bool_)
    return int(places[np.argmax(_rough(np.where(high, over, under)) / joint.sizes[places])])


def _above(joint: _Joint, goal: int, values: IntArray, common: int) -> bool:
    return bool(joint.has_high[goal]) and int(values[goal]) > int(joint.high[goal]) * common


def _drive(held: Integral, joint: _Joint, goal: int, values: IntArray, common: int) -> IntArray:
    """The cost that falls as the goal comes back to its side."""
    way = 1 if _above(joint, goal, values, common) else -1
    if goal < held.width:
        cost = np.zeros(held.width, dtype=np.int64)
        cost[goal] = way
        return cost
    row = goal - held.width
    here = slice(int(held.rows.starts[row]), int(held.rows.starts[row + 1]))
    out = np.zeros(held.width, dtype=held.rows.values.dtype)
    out[held.rows.columns[here]] = way * held.rows.values[here]
    return out


def _weights(held: Integral, joint: _Joint, goal: int, prices: Solved, values: IntArray, common: int) -> IntArray:
    """Of the rows: no better point for the goal, and this one is not good enough."""
    if goal < held.width:
        return prices[0]
    out = prices[0].astype(object)
    out[goal - held.width] -= prices[1] if _above(joint, goal, values, common) else -prices[1]
    return out


def _better(joint: _Joint, basis: Basis, rates: IntArray) -> Truths:
    """What may enter: held at a side, and the goal falls as it leaves it."""
    states = np.concatenate((basis.columns, basis.rows))
    up: Truths = ((states == LOWER) | (states == ZERO)) & np.asarray(rates < 0, dtype=np.bool_)
    down: Truths = ((states == UPPER) | (states == ZERO)) & np.asarray(rates > 0, dtype=np.bool_)
    return np.asarray((up | down) & ~joint.fixed)


def _steepest(joint: _Joint, better: Truths, rates: IntArray) -> int:
    places = np.flatnonzero(better)
    return int(places[np.argmax(np.abs(_rough(rates[places])) * joint.sizes[places])])


def _direction(vertex: Vertex, entering: int, way: int) -> Solved | None:
    """Changes of all columns and rows as `entering` goes `way`."""
    held = vertex.held
    row = entering - held.width
    right = np.where(vertex.tight == row, way, 0) if row >= 0 else -way * held.rows.column(entering)[vertex.tight]
    found = vertex.direction(right)
    if found is None:
        return None
    columns = found[0].astype(object)
    if row < 0:
        columns[entering] = way * found[1]
    return np.concatenate((columns, held.rows.dot(columns))), found[1]


@dataclass(slots=True, frozen=True)
class _Leaving:
    """What leaves the basis (None: what enters goes to its other side), its new state, and whether nothing moved."""

    place: int | None
    state: int
    still: bool


def _leaving(
    joint: _Joint, basis: Basis, entering: int, values: IntArray, common: int, moved: Solved
) -> _Leaving | None:
    """The first to reach a side; what is beyond one stops where it comes back to it."""
    places = np.flatnonzero(np.concatenate((basis.columns, basis.rows)) == BASIC)
    change, now = moved[0][places], values[places]
    low, high = scaled(joint.low, common)[places], scaled(joint.high, common)[places]
    below = joint.has_low[places] & np.asarray(now < low, dtype=np.bool_)
    above = joint.has_high[places] & np.asarray(now > high, dtype=np.bool_)
    up, down = np.asarray(change > 0, dtype=np.bool_), np.asarray(change < 0, dtype=np.bool_)
    to_low = (up & below) | (down & ~below & ~above & joint.has_low[places])
    to_high = (down & above) | (up & ~below & ~above & joint.has_high[places])
    stops = np.flatnonzero(to_low | to_high)
    rooms = np.abs(minus(np.where(to_low, low, high), now))[stops]
    at, least = _first(rooms, np.abs(change)[stops])
    if joint.has_low[entering] and joint.has_high[entering]:
        across = Fraction((int(joint.high[entering]) - int(joint.low[entering])) * common, moved[1])
        if least is None or across < least:
            return _Leaving(None, 0, False)
    if least is None:
        return None
    found = stops[at]
    return _Leaving(int(places[found]), LOWER if to_low[found] else UPPER, least == 0)


def _first(rooms: IntArray, steps: IntArray) -> tuple[int, Fraction | None]:
    """The place of the least room / step, the first among equals."""
    if not len(rooms):
        return 0, None
    pairs = list(zip(rooms.tolist(), steps.tolist(), strict=True))
    rough = np.array([_quotient(a, b) for a, b in pairs])
    near = np.flatnonzero(rough <= rough.min() * (1 + 1e-12))
    best = min(near.tolist(), key=lambda k: (Fraction(*pairs[k]), k))
    return best, Fraction(*pairs[best])


def _quotient(a: int, b: int) -> float:
    try:
        return a / b
    except OverflowError:
        return float("inf")


def _rough(values: IntArray) -> FloatArray:
    """As floats, all divided by one power of two where they are too large."""
    over = largest(values).bit_length() - FLOAT_BITS
    return (values >> over if over > 0 else values).astype(np.float64)


def _exchanged(held: Integral, basis: Basis, entering: int, way: int, leaving: _Leaving) -> Basis:
    columns, rows = basis.columns.copy(), basis.rows.copy()

    def put(place: int, state: int) -> None:
        if place < held.width:
            columns[place] = state
        else:
            rows[place - held.width] = state

    if leaving.place is None:
        put(entering, UPPER if way > 0 else LOWER)
    else:
        put(entering, BASIC)
        put(leaving.place, leaving.state)
    return Basis(columns, rows)


def of_rays(held: Integral, basis: Basis, dual: FloatArray | None, primal: FloatArray | None) -> Hint:
    """What a float solver's rays say of its last basis: which row of the tableau is a proof, which column enters."""
    goal = entering = None
    if max(held.rows.size, largest(held.factor), largest(held.divisor)).bit_length() > FLOAT_BITS:
        return Hint()
    if dual is not None and len(dual) == held.height:
        goal = _goal_of(held, basis, dual)
    if primal is not None and len(primal) == held.width:
        terms = held.rows.floats() * primal[held.rows.columns]
        change = np.bincount(held.rows.row_ids(), weights=terms, minlength=held.height)
        joint = np.where(np.concatenate((basis.columns, basis.rows)) == BASIC, 0.0, np.concatenate((primal, change)))
        entering = _peak(np.abs(joint) / np.concatenate((np.ones(held.width), norms(held.rows))))
    return Hint(goal, entering)


def _goal_of(held: Integral, basis: Basis, ray: FloatArray) -> int | None:
    """A basic row with a weight, or the basic column that the weighted rows leave over."""
    weights = ray / (held.factor.astype(np.float64) / held.divisor.astype(np.float64))
    row = _peak(np.where(basis.rows == BASIC, np.abs(weights) * norms(held.rows), 0.0))
    if row is not None:
        return held.width + row
    terms = held.rows.floats() * weights[held.rows.row_ids()]
    left = np.bincount(held.rows.columns, weights=terms, minlength=held.width)
    size = np.bincount(held.rows.columns, weights=np.abs(terms), minlength=held.width)
    return _peak(np.where((basis.columns == BASIC) & (size > 0), np.abs(left) / np.where(size > 0, size, 1.0), 0.0))


def _peak(sizes: FloatArray) -> int | None:
    place = int(np.argmax(sizes)) if len(sizes) else 0
    return place if len(sizes) and np.isfinite(sizes[place]) and sizes[place] > 1e-9 else None
