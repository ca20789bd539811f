"""From a solution of the Program back to the user's variables and rows, and from their values to a start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mdl.algebra.absence import Absence
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.data.instance import Instance
from mdl.lowering.bounds import Variable
from mdl.lowering.epigraph import Epigraph
from mdl.lowering.finish import Placed
from mdl.lowering.lift import Lift
from mdl.program.program import Program
from mdl.program.solution import Solution
from mdl.semantics import typed
from mdl.semantics.model import RowSymbol, Symbol, VarSymbol


@dataclass(slots=True, frozen=True, eq=False)
class Lowered:
    """A Program and the way back.  Every array is over the whole index table of its symbol, in its order.

    Entries that are not in the program (absent agents, rows without variables) have their value from the
    model (0 or what `absent` declares), dual 0 and reduced cost 0.
    `notes` are for the user: what was left out.
    """

    program: Program
    instance: Instance
    absence: Absence | None
    variables: dict[VarSymbol, Variable]
    placed: tuple[Placed, ...]
    epigraphs: tuple[Epigraph, ...]
    lifts: tuple[Lift, ...] = ()
    notes: tuple[str, ...] = ()
    multipliers: Mapping[Symbol, tuple[tuple[Placed, int], ...]] = field(default_factory=dict)
    """Of rows of followers, and of their variables with bounds: where in the index table each side is, and the
    first of the columns that are its multipliers."""

    # ---- values ----

    def values(self, solution: Solution) -> dict[Symbol, Numbers]:
        """Each variable at the solver's point; empty where there is none."""
        if solution.values is None:
            return {}
        return {s: Numbers.inexact(self.variable(v, solution.values)) for s, v in self.variables.items()}

    def variable(self, held: Variable, columns: FloatArray) -> FloatArray:
        """Entries of one variable from a vector over the columns."""
        found = columns[held.start : held.start + held.count]
        if held.present is None:
            return found
        out = self._absent_values(held)
        out[held.present] = found
        return out

    def _absent_values(self, held: Variable) -> FloatArray:
        absent = held.symbol.absent
        if absent is None:
            return np.zeros(held.size)
        assert self.absence is not None and held.present is not None
        frame = self.instance.frame(held.symbol)
        ev = self.instance.evaluator(values={}, absence=self.absence)
        gone = np.setdiff1d(np.arange(held.size), held.present)
        out = np.zeros(held.size)
        ref = _own(held.symbol)
        out[gone] = ev.number(ref, frame.take(gone).with_absence(self.absence)).floats()
        return out

    # ---- duals ----

    def dual(self, row: Symbol, solution: Solution) -> FloatArray | None:
        """One a row of a family: the rate of change of the objective in its right-hand side.

        Of a chain `a <= e <= b` with variables at its ends, which is two rows, the sum: the rate as
        both ends move together.  Of a follower's row, the rate of its own objective.  None where the solver
        gave no duals.
        """
        if row in self.multipliers and solution.values is not None:
            return self._of_follower(row, solution.values)
        if solution.row_duals is None:
            return None
        out = np.zeros(self.instance.domain(row).size)
        for p in self.placed:
            if p.symbol is row:
                found = solution.row_duals[p.start : p.start + p.count]
                out[slice(None) if p.positions is None else p.positions] += found
        return out

    def _of_follower(self, symbol: Symbol, columns: FloatArray) -> FloatArray:
        out = np.zeros(self.instance.domain(symbol).size)
        for p, start in self.multipliers[symbol]:
            out[slice(None) if p.positions is None else p.positions] += columns[start : start + p.count]
        return out

    def reduced_cost(self, variable: Symbol, solution: Solution) -> FloatArray | None:
        """One an entry: the rate of change of the objective in the variable's active bound; of a follower's
        variable, the rate of its own objective.
        """
        if variable in self.multipliers and solution.values is not None:
            return self._of_follower(variable, solution.values)
        if solution.column_duals is None:
            return None
        assert isinstance(variable, VarSymbol)
        held = self.variables[variable]
        out = np.zeros(held.size)
        out[slice(None) if held.present is None else held.present] = solution.column_duals[
            held.start : held.start + held.count
        ]
        return out

    def slack(self, row: Symbol, solution: Solution) -> FloatArray | None:
        """One a row: how far the row as written is from its nearest side; negative where broken, inf where absent.

        Taken from the expressions of the file, so a max counts by its value and not by its column.
        """
        if solution.values is None:
            return None
        assert isinstance(row, RowSymbol) and isinstance(row.body, typed.Compare)
        ev = self.instance.evaluator(values=self.values(solution), absence=self.absence)
        frame, present = ev.present_frame(row), ev.present(row)
        sides = [ev.number(e, frame).floats() for e in (row.body.first, *(side for _, side in row.body.rest))]
        found = np.full(frame.size, np.inf)
        for k, (op, _) in enumerate(row.body.rest):
            gap = sides[k + 1] - sides[k]
            found = np.minimum(found, gap if op == "<=" else -gap if op == ">=" else -np.abs(gap))
        out = np.full(self.instance.domain(row).size, np.inf)
        out[slice(None) if present is None else present] = found
        return out

    # ---- places ----

    def row_owner(self, row: int) -> tuple[Symbol | None, int]:
        """The symbol that a row of the program belongs to and the entry of its index table; None for epigraph rows."""
        for p in self.placed:
            if p.start <= row < p.start + p.count:
                return p.symbol, row - p.start if p.positions is None else int(p.positions[row - p.start])
        raise IndexError(row)

    # ---- start ----

    def start(self, values: Mapping[Symbol, Numbers]) -> FloatArray:
        """A vector over the columns from values of every variable; columns of a max or a sum have its value there."""
        out = np.zeros(self.program.width)
        for symbol, held in self.variables.items():
            given = values[symbol].floats()
            out[held.start : held.start + held.count] = given if held.present is None else given[held.present]
        ev = self.instance.evaluator(values=values, absence=self.absence)
        for e in self.epigraphs:
            out[e.start : e.start + len(e.labels)] = ev.number(e.at, e.frame).floats()
        for lift in self.lifts:
            row = next(r for r in self.program.rows if r.name == lift.name)
            assert row.lower is not None
            # sum - t == -constant, with t still 0 in `out`
            terms = row.linear.coefficients.floats() * out[row.linear.columns]
            total = np.bincount(row.linear.row_ids(), terms, row.linear.rows)
            out[lift.start : lift.start + len(lift.labels)] = total - row.lower.floats(0.0)
        return out


def _own(symbol: VarSymbol) -> typed.Ref:
    """The variable at its own indices."""
    from mdl.semantics.kinds import Numeric

    args = tuple(typed.Index(v.span, v.kind, v) for b in symbol.index for v in b.indices)
    return typed.Ref(symbol.span, Numeric(), symbol, args)
