"""From a point of a design's program back to payments, valuations and shortfalls, by agents, types and profiles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra import arithmetic, segments
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.algebra.values import Segments
from mdl.lowering.entries import joined
from mdl.lowering.terms import Terms
from mdl.mechanisms.design.forms import value_rows
from mdl.mechanisms.design.input import DesignInput
from mdl.mechanisms.design.selection import Selection
from mdl.mechanisms.tables import AgentTable
from mdl.program.program import Columns, Program, Role, Rows
from mdl.program.solution import Solution


@dataclass(slots=True, frozen=True, eq=False)
class Design:
    """A program and the way back.  A point `x` is a vector over the columns: exact, or a solver's floats.

    `notes` are for the user: what was left out, and why that may be.
    """

    program: Program
    given: DesignInput
    selection: Selection
    notes: tuple[str, ...]

    # ---- values ----

    def payments(self, x: Numbers) -> list[Numbers]:
        """Net payment from each of `given.agents` at its report and scenario, size L*S."""
        return [evaluated(a.pay, x) for a in self.given.agents]

    def pays(self, x: Numbers) -> Numbers:
        """Net payment in each of `given.shares` at every case, (shares, cases), times `times` where it has some."""
        parts, held = [], self.payments(x)
        for share in self.given.shares:
            here = held[share.agent].take(share.rows)
            parts.append(here if share.times is None else arithmetic.mul(here, Numbers.exact(np.asarray(share.times))))
        return arithmetic.concat(parts)

    def tables(self, x: Numbers) -> tuple[AgentTable, ...]:
        """The agents' tables with the payments (and valuations, where the outcome was free) of this point."""
        out = []
        for agent, pay in zip(self.given.agents, self.payments(x), strict=True):
            value = agent.table.value
            if agent.value is not None:
                size = agent.table.types
                t, r, s = (p.reshape(-1) for p in np.indices((size, size, agent.table.scenarios)))
                value = evaluated(agent.value, x).take(value_rows(agent, t, r, s))
            out.append(replace(agent.table, value=value, pay=pay))
        return tuple(out)

    def outcome(self, x: Numbers) -> dict[str, Numbers]:
        """Every block of columns that was given: lifted outcome variables, transfers, adjustments."""
        return {c.name: block_of(c, x) for c in self.given.columns}

    def shortfalls(self, x: Numbers) -> dict[str, Numbers]:
        """By the name of the softened rows."""
        return {str(c.origin): block_of(c, x) for c in self.program.columns if c.role is Role.SHORTFALL}

    # ---- rows ----

    def row_of(self, row: int) -> tuple[Rows, int]:
        """The block that a row of the program is in, and its place there."""
        for block in self.program.rows:
            if block.start <= row < block.start + len(block.labels):
                return block, row - block.start
        raise IndexError(row)

    def name_of(self, row: int) -> str:
        """`ic[a: 3 -> 2 | b=1]`."""
        block, place = self.row_of(row)
        return block.labels.name(block.name, place)

    def duals(self, solution: Solution) -> dict[str, FloatArray] | None:
        """By block of rows; None where the solver gave none."""
        if solution.row_duals is None:
            return None
        found = solution.row_duals
        return {b.name: found[b.start : b.start + len(b.labels)] for b in self.program.rows}

    def slack(self, x: Numbers) -> dict[str, FloatArray]:
        """By block of rows: how far each is from its nearest side; negative where it is broken."""
        return {b.name: _slack(b, x) for b in self.program.rows}

    # ---- start ----

    def start(self, values: dict[str, Numbers]) -> FloatArray:
        """A vector over the columns from values of every given block; shortfalls are what the rows then miss."""
        out = np.zeros(self.program.width)
        for c in self.given.columns:
            out[c.start : c.start + len(c.labels)] = values[c.name].floats()
        point = Numbers.inexact(out)
        for c in self.program.columns:
            if c.role is Role.SHORTFALL:
                here = [b for b in self.program.rows if c.origin in (b.name, b.origin)]
                missed = np.maximum.reduce([-_slack(b, point) for b in here])
                out[c.start : c.start + len(c.labels)] = np.maximum(missed, 0.0)
        return out


def block_of(columns: Columns, x: Numbers) -> Numbers:
    return x.take(slice(columns.start, columns.start + len(columns.labels)))


def evaluated(form: Terms, x: Numbers) -> Numbers:
    """The values of affine forms at a point; exact where all of it is."""
    parts = [e for e in form.variables if e.nonzeros]
    if not parts:
        return form.constant
    whole = joined(parts, form.size)
    products = arithmetic.mul(whole.coefficients, x.take(whole.columns))
    if whole.starts is not None:
        products = segments.total(products, _rows(whole.starts))
    return arithmetic.add(form.constant, products)


def _rows(starts: npt.NDArray[Any]) -> Segments:
    size = len(starts) - 1
    return Segments(np.repeat(np.arange(size), np.diff(starts)), size, np.asarray(starts, dtype=np.int64))


def _slack(block: Rows, x: Numbers) -> FloatArray:
    held = block.linear
    products = arithmetic.mul(held.coefficients, x.take(held.columns))
    body = segments.total(products, _rows(held.starts)).floats()
    low = np.full(len(body), np.inf) if block.lower is None else body - block.lower.floats(-np.inf)
    high = np.full(len(body), np.inf) if block.upper is None else block.upper.floats(np.inf) - body
    found: FloatArray = np.minimum(low, high)
    return found
