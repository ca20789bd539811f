"""Why a program has no feasible point: a smallest set of row sides and variable bounds that cannot all hold.

Smallest in the sense of inclusion (an irreducible infeasible subsystem): without any one member the
rest can hold, and each of these claims has been solved for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends.arrays import Arrays, to_arrays
from mdl.backends.evidence import column_sums, proves_infeasible, row_ids
from mdl.backends.highs_integer import solve_integer
from mdl.backends.highs_linear import PLAIN, solve_linear
from mdl.backends.highs_session import Clock, open_highs
from mdl.backends.muted import muted
from mdl.backends.phase_one import even, folded
from mdl.program.program import Program, ProgramClass
from mdl.program.residual import Sides
from mdl.program.solution import Solution, SolverOptions, Status

FEW = 3
"""Members that nobody would want fewer of."""

SHRINK = 60
"""Members from which HiGHS's own search goes before the one here."""


class Side(Enum):
    """Which demand: `LOWER` body >= lower, `UPPER` body <= upper, `INTEGER` the variable is an integer."""

    LOWER = "lower"
    UPPER = "upper"
    INTEGER = "integer"


@dataclass(slots=True, frozen=True)
class Member:
    """A side of row `place` of the program (`row`), or of the bounds of column `place`.

    The bound of an integer variable counts with the integrality that rounds it inwards.
    """

    row: bool
    place: int
    side: Side


@dataclass(slots=True, frozen=True)
class Conflict:
    """`members` cannot all hold.

    `minimal`: each was left out in turn, and the others found to hold together.
    `weights`, one a member and positive, where linear arithmetic alone proves the conflict (None where
    integrality or a nonlinear row is needed): the weighted sum of the `LOWER` bodies less that of the
    `UPPER` ones is zero whatever the variables are, and the same sum of the sides is `gap` > 0 (Farkas).
    `exact`: in the program's own rationals, not only in floating point.
    """

    members: tuple[Member, ...]
    minimal: bool
    weights: tuple[Fraction | float, ...] | None = None
    gap: Fraction | float | None = None
    exact: bool = False


Places = npt.NDArray[np.int64]

Oracle = Callable[[Sequence[Member]], bool | None]
"""Whether these cannot all hold; None where a limit came first."""


def find_conflict(program: Program, options: SolverOptions | None = None) -> Conflict | None:
    """A conflict among the rows, the bounds and the integrality of a program, of linear rows alone where these do.

    None where all can hold, where nonlinear rows are to blame and the program is not convex (so that
    nobody can say), or where a limit came before an answer.  Raises Failure (MDL551, MDL554) as
    `to_arrays` does.
    """
    options = options or SolverOptions()
    clock = Clock.of(options)
    arrays = without_nonlinear_rows(program, to_arrays(program))
    crossed = _crossed(arrays)
    if crossed is not None:
        return weighed(program, arrays, Conflict(crossed, minimal=True), options)
    relaxed = replace(arrays, integer=None, cost=np.zeros(arrays.width), offset=0.0)
    found = solve_linear(relaxed, options, clock)
    if found.status is Status.INFEASIBLE:
        members = _few(relaxed, found.farkas, options, clock)
        return _linear_conflict(program, relaxed, members, options, clock)
    if arrays.integer is not None:
        return _integer_conflict(arrays, options, clock)
    if program.linear_rows or program.kind is not ProgramClass.CONVEX:
        return None
    from mdl.backends.conflict_convex import find_convex_conflict

    return find_convex_conflict(program, options, clock)


def without_nonlinear_rows(program: Program, arrays: Arrays) -> Arrays:
    """The arrays with no bounds on rows whose linear part is not all of them."""
    lower, upper = arrays.row_lower.copy(), arrays.row_upper.copy()
    for block in program.rows:
        if block.nonlinear:
            lower[block.start : block.start + len(block.labels)] = -np.inf
            upper[block.start : block.start + len(block.labels)] = np.inf
    return replace(arrays, row_lower=lower, row_upper=upper)


def subset(arrays: Arrays, members: Sequence[Member]) -> tuple[Arrays, Places, Places]:
    """The program of these members alone, without objective; and its rows and columns as places in `arrays`."""
    rows = np.array(sorted({m.place for m in members if m.row}), dtype=np.int64)
    kept = np.isin(row_ids(arrays), rows)
    bounded = [m.place for m in members if not m.row]
    columns = np.union1d(arrays.columns[kept], np.array(bounded, dtype=np.int64)).astype(np.int64)
    counts = np.diff(arrays.starts)[rows]
    sides = {side: _places(members, True, side) for side in (Side.LOWER, Side.UPPER)}
    bounds = {side: _places(members, False, side) for side in Side}
    integer = np.isin(columns, bounds[Side.INTEGER])
    part = Arrays(
        maximize=False,
        offset=0.0,
        cost=np.zeros(len(columns)),
        lower=np.where(np.isin(columns, bounds[Side.LOWER]), arrays.lower[columns], -np.inf),
        upper=np.where(np.isin(columns, bounds[Side.UPPER]), arrays.upper[columns], np.inf),
        row_lower=np.where(np.isin(rows, sides[Side.LOWER]), arrays.row_lower[rows], -np.inf),
        row_upper=np.where(np.isin(rows, sides[Side.UPPER]), arrays.row_upper[rows], np.inf),
        starts=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        columns=np.searchsorted(columns, arrays.columns[kept]).astype(np.int32),
        values=arrays.values[kept],
        integer=integer if integer.any() else None,
    )
    return part, rows, columns


def smallest(members: Sequence[Member], cannot_hold: Oracle) -> tuple[Member, ...]:
    """A smallest subset that cannot hold, of members that together cannot; earlier ones are kept by preference.

    QuickXplain (Junker 2004).  An oracle that does not know makes the subset larger, never wrong.
    """

    def search(given: list[Member], changed: bool, left: list[Member]) -> list[Member]:
        if changed and cannot_hold(given):
            return []
        if len(left) == 1:
            return left
        first, second = left[: len(left) // 2], left[len(left) // 2 :]
        from_second = search([*given, *first], True, second)
        from_first = search([*given, *from_second], bool(from_second), first)
        return [*from_first, *from_second]

    return tuple(search([], False, list(members)))


def cannot_do_without(members: Sequence[Member], cannot_hold: Oracle) -> bool:
    """Whether the members cannot hold, and can without any one of them."""
    if not cannot_hold(members):
        return False
    return all(cannot_hold([*members[:k], *members[k + 1 :]]) is False for k in range(len(members)))


def weighed(program: Program, arrays: Arrays, found: Conflict, options: SolverOptions) -> Conflict:
    """With Farkas weights, in rationals where the program's numbers allow."""
    from mdl.backends.conflict_weights import exact_weights, float_weights

    part, rows, columns = subset(arrays, found.members)
    solved = solve_linear(part, options, Clock(None))
    if solved.farkas is None and _crossed(part) is None:
        return found
    floats = float_weights(found.members, part, rows, columns, solved.farkas)
    if floats is None:
        return found
    weights, gap = floats
    exact = exact_weights(program, found.members, weights)
    if exact is not None:
        return replace(found, weights=exact[0], gap=exact[1], exact=True)
    return replace(found, weights=weights, gap=gap)


def _linear_conflict(
    program: Program, arrays: Arrays, members: tuple[Member, ...], options: SolverOptions, clock: Clock
) -> Conflict:
    def cannot_hold(members: Sequence[Member]) -> bool | None:
        return _said(solve_linear(subset(arrays, members)[0], options, clock))

    if len(members) > SHRINK:
        members = _highs_subsystem(arrays, members, options, cannot_hold) or members
    members = smallest(members, cannot_hold)
    minimal = cannot_do_without(members, cannot_hold)
    return weighed(program, arrays, Conflict(members, minimal), options)


def _few(arrays: Arrays, farkas: FloatArray | None, options: SolverOptions, clock: Clock) -> tuple[Member, ...]:
    """Sides that cannot all hold: of HiGHS's own proof or of one with least weights, the fewer."""
    members = _every_member(arrays) if farkas is None else support(arrays, farkas)
    if len(members) <= FEW:
        return members
    other = solve_linear(even(arrays), options, clock)
    if other.row_duals is None or not proves_infeasible(arrays, folded(arrays, other.row_duals)):
        return members
    return min(members, support(arrays, folded(arrays, other.row_duals)), key=len)


def support(arrays: Arrays, farkas: FloatArray) -> tuple[Member, ...]:
    """The sides that these multipliers use: rows, then the bounds of the columns that are left in their sum."""
    scale = np.abs(farkas).max(initial=0.0) or 1.0
    weights = np.where(np.abs(farkas) > 1e-12 * scale, farkas, 0.0)
    terms = arrays.values * np.repeat(weights, np.diff(arrays.starts))
    sums, size = column_sums(arrays, terms), column_sums(arrays, np.abs(terms))
    sums = np.where(np.abs(sums) > 1e-9 * (scale + size), sums, 0.0)
    rows = [Member(True, int(r), Side.LOWER if weights[r] > 0 else Side.UPPER) for r in np.flatnonzero(weights)]
    bounds = [Member(False, int(c), Side.UPPER if sums[c] > 0 else Side.LOWER) for c in np.flatnonzero(sums)]
    return (*rows, *bounds)


def _integer_conflict(arrays: Arrays, options: SolverOptions, clock: Clock) -> Conflict | None:
    """HiGHS's own search is for the relaxation, which has no conflict here."""

    def cannot_hold(members: Sequence[Member]) -> bool | None:
        part = subset(arrays, members)[0]
        solve = solve_linear if part.integer is None else solve_integer
        return _said(solve(part, options, clock))

    assert arrays.integer is not None
    members = _every_member(arrays)
    if not cannot_hold(members):
        return None
    members = smallest(members, cannot_hold)
    return Conflict(members, cannot_do_without(members, cannot_hold))


def all_sides(rows: Sides, columns: Sides) -> tuple[Member, ...]:
    """Every finite side, rows before bounds: what a reader would rather see first."""
    return tuple(
        Member(row, int(place), side)
        for row, sides in ((True, rows), (False, columns))
        for side, held in ((Side.LOWER, sides.lower), (Side.UPPER, sides.upper))
        for place in np.flatnonzero(np.isfinite(held))
    )


def _every_member(arrays: Arrays) -> tuple[Member, ...]:
    """Rows, then integrality, then bounds."""
    sides = all_sides(Sides(arrays.row_lower, arrays.row_upper), Sides(arrays.lower, arrays.upper))
    integer = () if arrays.integer is None else np.flatnonzero(arrays.integer)
    rows, bounds = ([m for m in sides if m.row is row] for row in (True, False))
    return (*rows, *(Member(False, int(place), Side.INTEGER) for place in integer), *bounds)


def _highs_subsystem(
    arrays: Arrays, members: Sequence[Member], options: SolverOptions, cannot_hold: Oracle
) -> tuple[Member, ...] | None:
    """HiGHS's irreducible subsystem of these members (strategy: from the LP, then made irreducible), checked."""
    part, rows, columns = subset(arrays, members)
    highs = open_highs(part, None, options, iis_strategy=6, **PLAIN)
    if highs is None:
        return None
    with muted(options.quiet):
        highs.run()
        _, found = highs.getIis()
    if not found.valid_:
        return None
    held = {(False, Side.LOWER): part.lower, (False, Side.UPPER): part.upper}
    held |= {(True, Side.LOWER): part.row_lower, (True, Side.UPPER): part.row_upper}
    sides = {2: (Side.LOWER,), 3: (Side.UPPER,), 4: (Side.LOWER, Side.UPPER)}
    chosen = [
        Member(row, int(places[k]), side)
        for row, places, index, status in (
            (True, rows, found.row_index_, found.row_bound_),
            (False, columns, found.col_index_, found.col_bound_),
        )
        for k, s in zip(index, status, strict=True)
        for side in sides.get(int(s), ())
        if np.isfinite(held[row, side][k])
    ]
    return tuple(chosen) if chosen and cannot_hold(chosen) else None


def _said(found: Solution) -> bool | None:
    if found.status is Status.INFEASIBLE:
        return True
    return False if found.status in (Status.OPTIMAL, Status.UNBOUNDED) else None


def _crossed(arrays: Arrays) -> tuple[Member, ...] | None:
    """A row or column whose own two sides exclude each other."""
    for row, lower, upper in ((False, arrays.lower, arrays.upper), (True, arrays.row_lower, arrays.row_upper)):
        crossed = np.flatnonzero(lower > upper)
        if len(crossed):
            place = int(crossed[0])
            return Member(row, place, Side.LOWER), Member(row, place, Side.UPPER)
    return None


def _places(members: Sequence[Member], row: bool, side: Side) -> list[int]:
    return [m.place for m in members if m.row is row and m.side is side]
