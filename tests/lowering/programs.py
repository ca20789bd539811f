"""Texts of models to Programs, and a check of a Program against the evaluator at a point."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mdl import driver
from mdl.algebra.absence import Absence
from mdl.algebra.numbers import Numbers
from mdl.data.bind import Overrides, bind
from mdl.data.instance import Instance
from mdl.diagnostics import Diagnostic, Failure, Source
from mdl.lowering.welfare import Lowered, lower
from mdl.program.evaluation import Evaluation
from mdl.program.program import Program, Role, Rows
from mdl.program.sparse import SparseRows
from mdl.semantics import typed
from mdl.semantics.model import RowSymbol, RuleSymbol, Symbol, VarSymbol


def instance_of(text: str, base: Path = Path()) -> Instance:
    return bind(driver.understand(Source("test.mdl", f'model m "t";\n{text}')), base, Overrides())


def rule_of(instance: Instance, name: str | None = None) -> RuleSymbol:
    rules = [s for s in instance.model.symbols.values() if isinstance(s, RuleSymbol) and name in (None, s.name)]
    return rules[0]


def lowered_of(text: str, absence: Absence | None = None) -> Lowered:
    instance = instance_of(text)
    return lower(instance, rule_of(instance), absence)


def program_of(text: str) -> Program:
    return lowered_of(text).program


def refused(text: str) -> tuple[Diagnostic, ...]:
    try:
        lowered_of(text)
    except Failure as failure:
        return failure.diagnostics
    raise AssertionError("not refused")


def dense(rows: SparseRows) -> npt.NDArray[np.float64]:
    out = np.zeros((rows.rows, rows.width))
    out[rows.row_ids(), rows.columns] = rows.coefficients.floats()
    return out


def block(program: Program, name: str) -> Rows:
    (found,) = [r for r in program.rows if r.name == name]
    return found


def sides(rows: Rows) -> list[tuple[float, float]]:
    """Bounds of each row as floats."""
    size = len(rows.labels)
    low = np.full(size, -np.inf) if rows.lower is None else rows.lower.floats(-np.inf)
    high = np.full(size, np.inf) if rows.upper is None else rows.upper.floats(np.inf)
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def names(program: Program, role: Role | None = None) -> list[str]:
    """Every column, or those of one role."""
    return [c.labels.name(c.name, k) for c in program.columns if role in (None, c.role) for k in range(len(c.labels))]


def row_names(program: Program) -> list[str]:
    return [r.labels.name(r.name, k) for r in program.rows for k in range(len(r.labels))]


# ---- against the evaluator ---------------------------------------------------------------------------


def random_point(lowered: Lowered, seed: int) -> dict[Symbol, Numbers]:
    """Values of every variable inside its bounds, 0 or `absent` for absent agents left to the way back."""
    rng = np.random.default_rng(seed)
    columns = np.zeros(lowered.program.width)
    for c in lowered.program.columns:
        if c.role is not Role.USER:
            continue
        size = len(c.labels)
        low = np.full(size, -2.0) if c.lower is None else c.lower.floats(-2.0)
        high = low + 3.0 if c.upper is None else c.upper.floats(2.0)
        columns[c.start : c.start + size] = low + (high - low) * rng.uniform(0.05, 0.95, size)
    return {s: Numbers.inexact(lowered.variable(v, columns)) for s, v in lowered.variables.items()}


def check_point(lowered: Lowered, seed: int) -> None:
    """Objective and rows of the Program at a random point are those of the expressions, evaluated directly."""
    program, values = lowered.program, random_point(lowered, seed)
    x = lowered.start(values)
    for symbol, held in lowered.variables.items():
        assert np.array_equal(lowered.variable(held, x), values[symbol].floats())
    ev = lowered.instance.evaluator(values=values, absence=lowered.absence)
    evaluation = Evaluation(program)
    rule = rule_of(lowered.instance, program.objective.name)
    wanted = ev.number(rule.body, ev.root).floats()[0]
    assert np.isclose(evaluation.objective(x), wanted, rtol=1e-12, atol=1e-12)
    activity = evaluation.rows(x)
    for placed in lowered.placed:
        if not isinstance(placed.symbol, RowSymbol):
            continue
        mine = next(r for r in program.rows if r.start == placed.start)
        check_rows(ev, placed.symbol, placed.positions, mine, activity[placed.start : placed.start + placed.count])
    check_epigraphs(program, activity)


def check_rows(ev: object, symbol: RowSymbol, positions: object, mine: Rows, activity: npt.NDArray[np.float64]) -> None:
    """Distance to each side is the difference of the two sides as written."""
    from mdl.algebra.evaluate import Evaluator

    assert isinstance(ev, Evaluator) and isinstance(symbol.body, typed.Compare)
    frame, present = ev.present_frame(symbol), ev.present(symbol)
    table = np.full(ev.index(symbol).size, np.nan)
    taken = slice(None) if positions is None else positions
    held = [symbol.body.first, *(e for _, e in symbol.body.rest)]
    ends = (
        {".lower": (0, 1), ".upper": (1, 2)} if symbol.body.rest[0][0] == "<=" else {".upper": (0, 1), ".lower": (1, 2)}
    )
    pairs = list(range(len(held) - 1))
    for suffix, (k, _) in ends.items():
        if mine.name == symbol.name + suffix:
            pairs = [k]
    for k in pairs:
        gap = ev.number(held[k + 1], frame).floats() - ev.number(held[k], frame).floats()
        table[slice(None) if present is None else present] = gap
        found = table[taken]
        low, high = (np.array(s) for s in zip(*sides(mine), strict=True))
        distances = np.stack([activity - low, high - activity])
        assert np.isclose(np.abs(distances), np.abs(found), rtol=1e-11, atol=1e-11).any(axis=0).all(), mine.name
        op = symbol.body.rest[k][0]
        if op != "==":
            inside = np.where(op == "<=", found >= 0, found <= 0)
            touched = np.isclose(np.abs(distances), np.abs(found), rtol=1e-11, atol=1e-11)
            held_at = np.where(touched, distances, -np.inf).max(axis=0) >= -1e-11
            assert (inside == held_at)[np.abs(found) > 1e-9].all(), mine.name


def check_epigraphs(program: Program, activity: npt.NDArray[np.float64]) -> None:
    """With the columns at the values of their max, every epigraph row holds."""
    for r in program.rows:
        if r.role is Role.EPIGRAPH:
            for (low, high), value in zip(sides(r), activity[r.start : r.start + len(r.labels)], strict=True):
                assert low - 1e-9 <= value <= high + 1e-9, r.name


def variables(instance: Instance) -> list[VarSymbol]:
    return [s for s in instance.model.symbols.values() if isinstance(s, VarSymbol)]
