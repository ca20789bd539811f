"""A design whose incentive rows are made as solutions break them.

The program starts with the rows between types that stand next to each other in the list.  Each answer is searched
for lies that pay, over all reports at once; the worst of them join the rows, and HiGHS goes on from its last basis.
An answer that no lie breaks is one of the whole program.  A program without a point proves that the whole one has
none.  A program without a bound proves nothing yet: all rows are then built at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import Numbers
from mdl.backends.highs import prepare
from mdl.backends.highs_linear import solve_linear
from mdl.backends.highs_session import Clock
from mdl.mechanisms.design.back import Design
from mdl.mechanisms.design.build import build
from mdl.mechanisms.design.input import DesignInput
from mdl.mechanisms.design.selection import ALL, Selection
from mdl.mechanisms.structure.oracle import broken, unproved
from mdl.mechanisms.tables import Flags, Places
from mdl.program.program import Program, ProgramClass, Role
from mdl.program.solution import Solution, SolverOptions, Status

TOLERANCE = 1e-7
"""A lie that gains more than this (relative to the largest coefficient on the right-hand side, at least 1) is a row."""

BASIC = 1
"""The status of a row in a basis that it joins."""


@dataclass(slots=True, eq=False)
class Generated:
    """The last program, its solution, and how much of the whole it is.

    complete  the solution meets every incentive row within `tolerance`, or is a proof of impossibility
    kept, all numbers of incentive rows
    """

    design: Design
    solution: Solution
    kept: int
    all: int
    rounds: int
    worst: float
    tolerance: float
    complete: bool

    def lines(self) -> tuple[str, ...]:
        """For `inspect`."""
        left = self.all - self.kept
        if not left:
            return (f"all {self.all:,} incentive rows are kept",)
        if self.solution.status is Status.INFEASIBLE:
            return (f"{self.kept:,} of {self.all:,} incentive rows, generated in {self.rounds} rounds, are impossible",)
        return (
            f"{left:,} of {self.all:,} incentive rows are left out: rows were generated as solutions broke them, in "
            f"{self.rounds} rounds, and the last solution breaks none by more than {self.tolerance:.0e}",
        )


@dataclass(slots=True, eq=False)
class _Rows:
    """Rows by agent, in the order in which they came."""

    prop: str
    held: dict[int, list[Places]] = field(default_factory=dict)
    known: dict[int, Flags] = field(default_factory=dict)

    def add(self, agent: int, rows: Places) -> int:
        """Those that are new; how many."""
        seen = self.known[agent]
        at = tuple(rows.T) if self.prop == "dominant_ic" else (rows[:, 0], rows[:, 1], np.zeros(len(rows), np.int64))
        fresh = ~seen[at]
        seen[at] = True
        if fresh.any():
            self.held[agent].append(rows[fresh])
        return int(fresh.sum())

    def selection(self) -> Selection:
        rows = {k: np.concatenate(parts) for k, parts in self.held.items()}
        if self.prop == "dominant_ic":
            return Selection({}, rows)
        return Selection({k: r[:, :2] for k, r in rows.items()}, {})

    def counts(self, design: DesignInput) -> list[int]:
        selection = self.selection()
        if self.prop == "dominant_ic":
            return [len(selection.rows_of(k, a.table)[0]) for k, a in enumerate(design.agents)]
        return [len(selection.pairs_of(k, a.table)) for k, a in enumerate(design.agents)]


def generate(
    given: DesignInput, prop: str, options: SolverOptions, start: Mapping[int, Places] | None = None
) -> Generated:
    """Solves a linear design; `prop` is its one (required) incentive property, dominant_ic or bayesian_ic.

    `start` gives pairs (n, 2) of true type and report to begin with, by agent; neighbours in the list of types for an
    agent that it does not name.
    Raises Failure as `build` does.
    """
    rows = _first(given, prop, start)
    clock, rounds, worst = Clock.of(options), 0, np.inf
    basis: _Basis | None = None
    tolerance = None
    while True:
        design = build(given, rows.selection())
        tolerance = tolerance or _tolerance(design)
        rounds += 1
        counts = rows.counts(given)
        solution = _solve(design.program, options, clock, basis, counts)
        every = _every(given, prop)
        if solution.status is Status.UNBOUNDED and sum(counts) < every:
            design = build(given, ALL)
            solution = _solve(design.program, options, clock, None, [every])
            counts = [every]
        if solution.status is not Status.OPTIMAL or solution.values is None:
            done = solution.status in (Status.INFEASIBLE, Status.UNBOUNDED)
            return Generated(design, solution, sum(counts), every, rounds, 0.0, tolerance, done)
        found = broken(design, Numbers.inexact(solution.values), prop, tolerance)
        worst = max((b.worst for b in found), default=0.0)
        fresh = sum(rows.add(k, b.rows) for k, b in enumerate(found) if len(b.rows))
        if not fresh:
            return Generated(design, solution, sum(counts), every, rounds, worst, tolerance, worst <= tolerance)
        basis = _Basis.of(design.program, solution, counts)


def tightened(given: DesignInput, prop: str, held: Design, x: Numbers) -> Design | None:
    """A design with the rows besides that an exact optimum x of `held` breaks; None where it breaks none.

    None proves x optimal for the whole program, as far as `held` proves it optimal for its own.
    """
    missing = unproved(held, x, prop)
    if not any(len(m) for m in missing):
        return None
    rows = _Rows(prop, {}, {})
    for k, agent in enumerate(given.agents):
        rows.held[k], rows.known[k] = [], _nothing(agent.table.types, agent.table.scenarios)
        if prop == "dominant_ic":
            rows.add(k, np.stack(held.selection.rows_of(k, agent.table), axis=1).astype(np.int64))
        else:
            pairs = held.selection.pairs_of(k, agent.table)
            rows.add(k, np.concatenate((pairs, np.zeros((len(pairs), 1), dtype=pairs.dtype)), axis=1))
        rows.add(k, missing[k])
    return build(given, rows.selection())


def _first(given: DesignInput, prop: str, start: Mapping[int, Places] | None) -> _Rows:
    rows = _Rows(prop)
    for k, agent in enumerate(given.agents):
        size, scenarios = agent.table.types, agent.table.scenarios
        rows.held[k], rows.known[k] = [np.zeros((0, 3), dtype=np.int64)], _nothing(size, scenarios)
        chosen = None if start is None else start.get(k)
        pairs = _adjacent(size) if chosen is None else np.asarray(chosen)
        pairs = pairs[np.asarray(agent.table.allowed)[pairs[:, 0], pairs[:, 1]]]
        many = scenarios if prop == "dominant_ic" else 1
        scenario = np.tile(np.arange(many), len(pairs))
        rows.add(k, np.concatenate((np.repeat(pairs, many, axis=0), scenario[:, None]), axis=1))
    return rows


def _nothing(types: int, scenarios: int) -> Flags:
    return np.zeros((types, types, scenarios), dtype=bool)


def _adjacent(size: int) -> Places:
    up = np.stack([np.arange(size - 1), np.arange(1, size)], axis=1)
    return np.concatenate((up, up[:, ::-1]))


def _every(given: DesignInput, prop: str) -> int:
    if prop == "dominant_ic":
        return sum(
            int((a.table.allowed.sum() - a.table.types) * a.table.scenarios)
            - (0 if a.table.broken is None else int((a.table.broken & a.table.allowed[:, :, None]).sum()))
            for a in given.agents
        )
    return sum(len(ALL.pairs_of(k, a.table)) for k, a in enumerate(given.agents))


def _tolerance(design: Design) -> float:
    sizes = [
        float(np.abs(b.floats(0.0)).max(initial=0.0))
        for r in design.program.rows
        for b in (r.lower, r.upper)
        if b is not None
    ]
    return TOLERANCE * max(1.0, *sizes) if sizes else TOLERANCE


# ---- going on from a basis -----------------------------------------------------------------------------


@dataclass(slots=True, frozen=True, eq=False)
class _Basis:
    """Statuses by block of rows; those of the incentive rows by agent."""

    columns: npt.NDArray[np.int8]
    blocks: dict[str, npt.NDArray[np.int8]]
    incentive: list[npt.NDArray[np.int8]]

    @staticmethod
    def of(program: Program, solution: Solution, counts: Sequence[int]) -> _Basis | None:
        if solution.column_basis is None or solution.row_basis is None:
            return None
        blocks = {}
        incentive: list[npt.NDArray[np.int8]] = []
        for block in program.rows:
            held = solution.row_basis[block.start : block.start + len(block.labels)]
            if block.role is not Role.INCENTIVE:
                blocks[block.name] = held
            elif len(held) != sum(counts):
                return None  # rows without variables were left out: which, is not known here
            else:
                incentive = np.split(held, np.cumsum(counts)[:-1])
        return _Basis(solution.column_basis, blocks, incentive)

    def onto(self, program: Program, counts: Sequence[int]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]] | None:
        """The basis of a program with more incentive rows, each agent's new ones behind its old ones."""
        rows = []
        for block in sorted(program.rows, key=lambda b: b.start):
            size = len(block.labels)
            if block.role is not Role.INCENTIVE:
                if len(self.blocks.get(block.name, ())) != size:
                    return None
                rows.append(self.blocks[block.name])
                continue
            if size != sum(counts) or len(self.incentive) != len(counts):
                return None
            for old, count in zip(self.incentive, counts, strict=True):
                rows += [old, np.full(count - len(old), BASIC, dtype=np.int8)]
        return self.columns, np.concatenate(rows)


def _solve(
    program: Program, options: SolverOptions, clock: Clock, basis: _Basis | None, counts: Sequence[int]
) -> Solution:
    assert program.kind is ProgramClass.LP, "rows are generated for linear programs"
    arrays, _ = prepare(program)
    start = None if basis is None else basis.onto(program, counts)
    found: Solution = solve_linear(replace(arrays, integer=None), replace(options, basis=True), clock, start)
    return found
