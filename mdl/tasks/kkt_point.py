"""`check kkt of R at {x: {...}, link: {...}};`: how far a given point and given duals are from the KKT conditions.

Given are the user's variables and the duals of the user's rows.  Multipliers that a file cannot name, of bounds and of
rows made for a max, are those that fit best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from mdl import driver
from mdl.algebra.numbers import FloatArray, Numbers
from mdl.answer.answer import Answer
from mdl.data.entries import Entries, Listed
from mdl.data.fill import fill, missing_entries
from mdl.data.instance import Instance
from mdl.data.literals import constant, entries_of_map
from mdl.data.nested import Nested, entries_of
from mdl.diagnostics import Diagnostic, Failure, Span
from mdl.lowering.back import Lowered
from mdl.lowering.kkt import Kkt, lower_kkt, pairs_of
from mdl.program.functions import Functions
from mdl.program.pairs import Pairs
from mdl.program.program import Role
from mdl.program.residual import residuals
from mdl.semantics.kinds import Numeric
from mdl.semantics.model import RowSymbol, RuleSymbol, Symbol, VarSymbol
from mdl.syntax import statement_tree, tree
from mdl.tasks import kkt_errors as errors
from mdl.tasks.kkt import conditions

TOLERANCE = 1e-6
"""Scaled residuals up to this hold: points are given with a few digits."""
ACTIVE = 1e-6

Given = dict[Symbol, FloatArray]


def check_point(instance: Instance, task: statement_tree.CheckTask, text: str, path: str | None) -> Answer:
    """Raises Failure for names and entries that are missing, unknown or twice (MDL452-MDL455, MDL312-MDL315)."""
    started = perf_counter()
    rule = instance.model.symbols[task.target.name]
    if not isinstance(rule, RuleSymbol):
        raise Failure(errors.formula(task.target.name, task.target.span))
    given = from_file(instance, path) if path is not None else from_literal(instance, task)
    lowered = driver.compile_rule(instance, rule)
    kkt = lower_kkt(lowered.program)
    point = placed(lowered, kkt, given)
    best_fit(kkt, point)
    solution = kkt.split(point)
    answer = Answer(text, "check", objective=solution.objective, compile_seconds=perf_counter() - started)
    answer.checks = conditions(lowered.program, residuals(lowered.program, solution), tolerance=TOLERANCE)
    answer.message = "a KKT point" if all(c.verdict == "holds" for c in answer.checks) else "not a KKT point"
    return answer


# ---- reading ---------------------------------------------------------------------------------------------


def wanted(instance: Instance) -> dict[str, Symbol]:
    """Every variable and every row of the file."""
    return {n: s for n, s in instance.model.symbols.items() if isinstance(s, VarSymbol | RowSymbol)}


def from_literal(instance: Instance, task: statement_tree.CheckTask) -> Given:
    if task.at is None:
        raise Failure(errors.no_point(task.span))
    if not isinstance(task.at, tree.MapLiteral):
        raise Failure(errors.not_a_point(task.at.span))
    names: dict[str, Span] = {}
    entries: list[tuple[str, Span, Callable[[Symbol], FloatArray]]] = []
    wrong: list[Diagnostic] = []
    for key, value in task.at.entries:
        if not isinstance(key, tree.Name):
            wrong.append(errors.not_a_point(key.span))
            continue
        if key.name in names:
            wrong.append(errors.twice(key.name, key.span, names[key.name]))
        names[key.name] = key.span
        entries.append((key.name, key.span, partial(written, instance, value)))
    return collected(instance, entries, wrong, task.at.span)


def written(instance: Instance, value: tree.Expr, symbol: Symbol) -> FloatArray:
    """The values of one variable or row, over its index table."""
    domain = instance.domain(symbol)
    if isinstance(value, tree.SetLiteral) and not value.items and not domain.size:
        return np.zeros(0)
    if domain.arity and not isinstance(value, tree.MapLiteral):
        raise Failure(errors.shape(symbol.name, True, value.span))
    if not domain.arity:
        if isinstance(value, tree.MapLiteral):
            raise Failure(errors.shape(symbol.name, False, value.span))
        return np.array([float(constant(value))])
    assert isinstance(value, tree.MapLiteral)
    return filled(instance, symbol, entries_of_map(symbol, value, domain.arity, 1))


def from_file(instance: Instance, path: str) -> Given:
    from mdl.data.json_reader import json_place, load_json
    from mdl.data.read import exists

    exists(Path(path), path, None)
    value, source = load_json(Path(path), path, None)
    whole = Span(source, 0, 0)
    if not isinstance(value, dict):
        raise Failure(errors.not_a_point(whole))
    locate = partial(json_place, source)

    def read(inner: object, key: str, symbol: Symbol) -> FloatArray:
        domain = instance.domain(symbol)
        return filled(instance, symbol, entries_of(symbol, Nested(inner, (key,), locate), domain.arity, 1))

    entries = [(key, locate((key,)).span or whole, partial(read, inner, key)) for key, inner in value.items()]
    return collected(instance, entries, [], whole)


def filled(instance: Instance, symbol: Symbol, data: Entries | Listed) -> FloatArray:
    domain = instance.domain(symbol)
    found = fill(symbol, Numeric(), data, domain)
    assert isinstance(found.values, Numbers)
    if isinstance(data, Entries):
        missing_entries(symbol, found.positions, domain, data.whole)
    out = np.zeros(domain.size)
    out[found.positions] = found.values.floats()
    return out


def collected(
    instance: Instance,
    entries: Sequence[tuple[str, Span, Callable[[Symbol], FloatArray]]],
    wrong: list[Diagnostic],
    whole: Span,
) -> Given:
    """Every entry read, and everything wrong with them in one Failure."""
    known, out = wanted(instance), Given()
    for name, span, read in entries:
        symbol = known.get(name)
        if symbol is None:
            wrong.append(errors.unknown(name, span, list(known)))
            continue
        try:
            out[symbol] = read(symbol)
        except Failure as f:
            wrong += f.diagnostics
            out[symbol] = np.zeros(0)
    lost = [n for n, s in known.items() if s not in out and instance.domain(s).size]
    if lost:
        wrong.append(errors.missing(lost, whole))
    if wrong:
        raise Failure(wrong)
    return {s: v for s, v in out.items() if len(v)}


# ---- the point of the KKT program ------------------------------------------------------------------------


def placed(lowered: Lowered, kkt: Kkt, given: Given) -> FloatArray:
    """Variables, columns made for a max, and the duals of the user's rows; other multipliers 0.

    A dual of two rows (`a <= e <= b`) belongs to the one whose sign it has.
    """
    values: dict[Symbol, Numbers] = {s: Numbers.inexact(v) for s, v in given.items() if isinstance(s, VarSymbol)}
    for symbol in lowered.variables:
        values.setdefault(symbol, Numbers.inexact(np.zeros(lowered.variables[symbol].size)))
    out = np.zeros(kkt.program.width)
    out[: kkt.primal.width] = lowered.start(values)
    duals, named = np.zeros(kkt.primal.height), np.zeros(kkt.primal.height, dtype=np.bool_)
    for p in lowered.placed:
        if isinstance(p.symbol, RowSymbol):
            here = slice(p.start, p.start + p.count)
            duals[here] = given[p.symbol][slice(None) if p.positions is None else p.positions]
            named[here] = True
    for m in kkt.multipliers:
        if m.of_rows:
            found = np.where(named[m.places], duals[m.places], 0.0)
            if _has_other_side(kkt, m.places, m.name) and m.sign:
                found = m.sign * np.maximum(m.sign * found, 0.0)
            out[m.start : m.start + len(m.places)] = found
    return out


def _has_other_side(kkt: Kkt, places: np.ndarray, name: str) -> bool:
    return any(m.of_rows and m.name != name and np.intersect1d(m.places, places).size for m in kkt.multipliers)


def best_fit(kkt: Kkt, point: FloatArray) -> None:
    """Sets the multipliers of bounds and of rows made for a max: least sum of what stationarity is off, signs kept.

    Only sides that hold with equality may have one other than 0.
    """
    functions, pairs, width = Functions(kkt.program), pairs_of(kkt), kkt.primal.width
    open_columns = np.array(sorted(_open(kkt, functions, pairs, point)), dtype=np.intp)
    if not len(open_columns):
        return
    off = functions.rows(point)[:width] - _right(kkt)[:width]
    places = np.full(kkt.program.width, -1, dtype=np.intp)
    places[open_columns] = np.arange(len(open_columns))
    kept = (functions.jacobian_row < width) & (places[functions.jacobian_column] >= 0)
    row, column = functions.jacobian_row[kept], places[functions.jacobian_column[kept]]
    value = functions.jacobian(point)[kept]
    sign = np.zeros(kkt.program.width)
    sign[pairs.columns] = pairs.sign
    point[open_columns] = least_sum(row, column, value, off, sign[open_columns])


def least_sum(row: np.ndarray, column: np.ndarray, value: FloatArray, off: FloatArray, sign: FloatArray) -> FloatArray:
    """u with sign * u >= 0 that makes the sum of |off + A u| least."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, eye_array, hstack

    width, count = len(off), len(sign)
    used = np.isfinite(off).all() and np.isfinite(value).all()
    if not used:
        return np.zeros(count)
    held = coo_array((value, (row, column)), shape=(width, count))
    whole = hstack([held, eye_array(width), -eye_array(width)]).tocsr()
    bounds = [(0 if s > 0 else None, 0 if s < 0 else None) for s in sign.tolist()] + [(0, None)] * (2 * width)
    cost = np.concatenate((np.zeros(count), np.ones(2 * width)))
    found = linprog(cost, A_eq=whole, b_eq=-off, bounds=bounds, method="highs")
    return np.asarray(found.x[:count]) if found.status == 0 else np.zeros(count)


def _right(kkt: Kkt) -> FloatArray:
    from mdl.program.residual import row_sides

    sides = row_sides(kkt.program)
    return np.where(np.isfinite(sides.lower), sides.lower, sides.upper)


def _open(kkt: Kkt, functions: Functions, pairs: Pairs, point: FloatArray) -> Iterator[int]:
    """Columns of multipliers that nobody named, of sides that hold with equality."""
    slack = pairs.direction * (functions.rows(point)[pairs.rows] - pairs.limit)
    tight = set(pairs.columns[np.abs(slack) <= ACTIVE * (1 + np.abs(pairs.limit))].tolist())
    for m in kkt.multipliers:
        made = m.of_rows and kkt.program.rows[m.rows].role is Role.EPIGRAPH
        if made or not m.of_rows:
            yield from (c for c in range(m.start, m.start + len(m.places)) if not m.sign or c in tight)
