"""A primal-dual interior-point method for large convex programs that fall apart by variables.

    minimise f(x), f convex with a diagonal second derivative,
    subject to A x = r, row_lower <= r <= row_upper, lower <= x <= upper

Network utility, welfare of separable valuations over linear resources, and all that becomes so once
arguments of several variables have columns of their own (mdl.program.lift).  Newton's system
collapses to A D A' + E over the rows (Wright, Primal-Dual Interior-Point Methods, ch. 11), which is
small and often narrow: several times faster than factoring the whole system.  Predictor and
corrector as Mehrotra's (ibid., ch. 10).

It answers only where it converges and its answer passes the same check as any other; everything
else goes to IPOPT.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic, perf_counter

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends import ipopt
from mdl.backends.banded import Factor
from mdl.backends.interior_system import System, make_system
from mdl.backends.nlp import Problem, empty_side, prepare, refuse
from mdl.backends.nlp_solve import is_convex
from mdl.backends.one_thread import one_thread
from mdl.backends.runaway import direction
from mdl.program.program import Domain, Program
from mdl.program.residual import residuals
from mdl.program.solution import Solution, SolverOptions, Status

NAME = "MDL interior point"
SMALL = 1000
"""Programs of fewer columns go straight to IPOPT, which takes no longer."""
ROUNDS = 80
TOLERANCE = 1e-9
KEEP = 0.995
"""Share of the way to the boundary that a step may go."""
SHORTEST = 1e-10
"""A step shorter than this means that it does not converge."""


@dataclass(slots=True, frozen=True, eq=False)
class State:
    """v = (x, r), shape (columns + rows,); y (rows,); multipliers >= 0 of v's lower and upper sides."""

    v: FloatArray
    y: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(slots=True, frozen=True, eq=False)
class Point:
    """What Newton's system is made of, at a state."""

    gradient: FloatArray
    dual: FloatArray
    """Gradient - K'y - low + high, 0 where v does not move."""
    primal: FloatArray
    """A x - r."""
    room_low: FloatArray
    room_high: FloatArray
    gap: float
    objective: float


def solve(program: Program, options: SolverOptions | None = None) -> Solution:
    """As ipopt.solve, and faster on what this method is for; IPOPT's answer on everything else."""
    options = options or SolverOptions()
    began = perf_counter()
    ends = None if options.time_limit is None else monotonic() + options.time_limit
    found = _try(program, ends) if suits(program) else None
    if found is not None:
        return replace(found, seconds=perf_counter() - began)
    left = None if ends is None else max(0.0, ends - monotonic())
    return ipopt.solve(program, replace(options, time_limit=left))


def suits(program: Program) -> bool:
    """By class and size; whether second derivatives are diagonal is seen when they are made."""
    continuous = all(b.domain is Domain.CONTINUOUS for b in program.columns)
    return program.width >= SMALL and program.linear_rows and continuous and is_convex(program)


def _try(program: Program, ends: float | None) -> Solution | None:
    refuse(program, NAME)
    if empty_side(program) is not None:
        return None
    problem = prepare(program, wide=1)
    system = make_system(problem)
    return None if system is None else _iterate(problem, system, ends)


def _iterate(problem: Problem, system: System, ends: float | None) -> Solution | None:
    state, rounds = _first(system), 0
    with one_thread(), np.errstate(all="ignore"):
        try:
            for rounds in range(ROUNDS):
                point = _at(system, state)
                if _converged(system, state, point):
                    return _answer(problem, system, state, rounds)
                if ends is not None and monotonic() >= ends:
                    return _last(problem, state, Status.LIMIT, "the time limit was reached", rounds)
                moved = _step(system, state, point)
                if moved is None:
                    return None
                state = moved
        except KeyboardInterrupt:
            return _last(problem, state, Status.INTERRUPTED, "interrupted", rounds)
        except np.linalg.LinAlgError:
            return None
    return None


def _first(system: System) -> State:
    rows = system.sides_start
    v = np.concatenate((system.start, rows))
    low = np.where(system.has_low, 1.0 / np.where(system.has_low, v - system.low, 1.0), 0.0)
    high = np.where(system.has_high, 1.0 / np.where(system.has_high, system.high - v, 1.0), 0.0)
    return State(v, np.zeros(system.height), low, high)


def _at(system: System, state: State) -> Point:
    x = state.v[: system.width]
    gradient = system.gradient(x)
    dual = np.concatenate((gradient, np.zeros(system.height))) - system.pull(state.y) - state.low + state.high
    room_low = np.where(system.has_low, state.v - system.low, 1.0)
    room_high = np.where(system.has_high, system.high - state.v, 1.0)
    return Point(
        gradient=gradient,
        dual=np.where(system.still, 0.0, dual),
        primal=system.gap(state.v),
        room_low=room_low,
        room_high=room_high,
        gap=float(np.sum(state.low * room_low + state.high * room_high)),
        objective=system.objective(x),
    )


def _converged(system: System, state: State, point: Point) -> bool:
    def small(part: FloatArray, beside: FloatArray) -> bool:
        return bool(np.abs(part).max(initial=0.0) <= TOLERANCE * (1.0 + np.abs(beside).max(initial=0.0)))

    return (
        point.gap <= TOLERANCE * (1.0 + abs(point.objective))
        and small(point.dual, point.gradient)
        and small(point.primal, state.v[system.width :])
    )


def _step(system: System, state: State, point: Point) -> State | None:
    x = state.v[: system.width]
    stiffness = state.low / point.room_low + state.high / point.room_high
    stiffness[: system.width] += system.bend(x)
    if not (stiffness[~system.still] > 0).all():
        return None  # a free column on which nothing bends
    give = np.where(system.still, 0.0, 1.0 / np.where(system.still, 1.0, stiffness))
    factor = system.factor(give)
    none = np.zeros_like(state.v)
    guess = _direction(system, state, point, give, factor, none, none)
    forward, dual = _lengths(system, state, point, guess)
    ahead = float(
        np.sum((state.low + dual * guess.low) * (point.room_low + forward * np.where(system.has_low, guess.v, 0.0)))
        + np.sum(
            (state.high + dual * guess.high) * (point.room_high - forward * np.where(system.has_high, guess.v, 0.0))
        )
    )
    aim = max(ahead / point.gap, 0.0) ** 3 * point.gap / system.sides if point.gap > 0 else 0.0
    found = _direction(system, state, point, give, factor, aim - guess.low * guess.v, aim + guess.high * guess.v)
    forward, dual = (min(1.0, KEEP * a) for a in _lengths(system, state, point, found))
    while not system.defined((state.v + forward * found.v)[: system.width]):
        forward *= 0.5
        if forward < SHORTEST:
            return None
    if max(forward, dual) < SHORTEST or not np.isfinite(found.y).all():
        return None
    return State(
        state.v + forward * found.v,
        state.y + dual * found.y,
        state.low + dual * found.low,
        state.high + dual * found.high,
    )


def _direction(
    system: System,
    state: State,
    point: Point,
    give: FloatArray,
    factor: Factor,
    aim_low: FloatArray,
    aim_high: FloatArray,
) -> State:
    """Newton's step towards products room * multiplier = aim; as a State of differences."""
    push = point.dual + state.low - state.high
    push -= np.where(system.has_low, aim_low / point.room_low, 0.0)
    push += np.where(system.has_high, aim_high / point.room_high, 0.0)
    right = system.gap(give * push) - point.primal
    y = factor.solve(right)
    y += factor.solve(right - system.gap(give * system.pull(y)))
    v = give * (system.pull(y) - push)
    low = np.where(system.has_low, (aim_low - state.low * v) / point.room_low - state.low, 0.0)
    high = np.where(system.has_high, (aim_high + state.high * v) / point.room_high - state.high, 0.0)
    return State(v, y, low, high)


def _lengths(system: System, state: State, point: Point, step: State) -> tuple[float, float]:
    """How far the step can go, for v and for the multipliers, before a room or a multiplier is 0; at most 1."""

    def far(held: FloatArray, change: FloatArray, mask: npt.NDArray[np.bool_]) -> float:
        falls = mask & (change < 0)
        return float((-held[falls] / change[falls]).min(initial=1.0))

    forward = min(far(point.room_low, step.v, system.has_low), far(point.room_high, -step.v, system.has_high))
    return forward, min(far(state.low, step.low, system.has_low), far(state.high, step.high, system.has_high))


# ---- answers -----------------------------------------------------------------------------------


def _answer(problem: Problem, system: System, state: State, rounds: int) -> Solution | None:
    """With the user's columns, rows and signs; None where it does not hold."""
    program, width = problem.program, problem.program.width
    x = np.clip(state.v[:width], problem.columns.lower[:width], problem.columns.upper[:width])
    row_duals = np.zeros(problem.functions.height)
    row_duals[system.kept] = problem.sign * state.y
    row_duals = row_duals[: program.height]
    nodes = problem.evaluation.nodes(x)
    column_duals = problem.sign * (state.low - state.high)[:width]
    fixed = system.still[:width]
    if fixed.any():
        gradient = problem.evaluation.gradient(nodes, 1.0) - problem.evaluation.gradient(nodes, 0.0, row_duals)
        column_duals = np.where(fixed, gradient, column_duals)
    found = Solution(
        Status.OPTIMAL,
        NAME,
        values=x,
        objective=problem.evaluation.objective(x, nodes),
        row_duals=row_duals,
        column_duals=column_duals,
        iterations=rounds,
    )
    sound = residuals(program, found, problem.evaluation).accepted() and direction(problem, x) is None
    return found if sound else None


def _last(problem: Problem, state: State, status: Status, message: str, rounds: int) -> Solution:
    program, width = problem.program, problem.program.width
    x = np.clip(state.v[:width], problem.columns.lower[:width], problem.columns.upper[:width])
    objective = problem.evaluation.objective(x)
    held = Solution(status, NAME, message, values=x, objective=objective, iterations=rounds)
    off = residuals(program, held, problem.evaluation).primal
    if not np.isfinite(objective) or not np.isfinite(off.size):
        return replace(held, values=None, objective=None)
    feasible = "feasible" if off.scaled <= 1e-6 else f"infeasible by {off.size:.1e}"
    return replace(held, message=f"{message}; the last point is {feasible}")
