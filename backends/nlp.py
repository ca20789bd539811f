"""A Program as the problem that an interior-point solver of nonlinear programs takes.

    minimize sign * objective(x)   subject to   row_lower <= rows(x) <= row_upper, lower <= x <= upper

with wide arguments lifted and a start strictly inside the bounds where the program is defined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mdl.algebra.numbers import FloatArray, Numbers
from mdl.backends import errors
from mdl.backends.arrays import name_of_column
from mdl.diagnostics import Failure, Span
from mdl.program.evaluation import Evaluation, Values
from mdl.program.functions import Functions
from mdl.program.graph import Affine, Apply, Node, Power
from mdl.program.lift import WIDE, Lifted, lift
from mdl.program.program import Columns, Domain, Program, ProgramClass, Rows
from mdl.program.residual import Sides, column_sides, row_sides

PUSH = 1e-2
"""How far inside its bounds a start lies: this share of max(1, |bound|), and of the room between two (as IPOPT's)."""

GUESSES = (0.0, 1.0, 0.1, 10.0)
"""Starts of variables that the user gives none, tried in turn until the program is defined there."""


@dataclass(slots=True, frozen=True, eq=False)
class Problem:
    """`program` is the user's, `lifted` what the solver sees; bounds and start are of the lifted one."""

    program: Program
    evaluation: Evaluation
    lifted: Lifted
    functions: Functions
    columns: Sides
    rows: Sides
    start: FloatArray
    sign: float
    """1 to minimise, -1 to maximise."""
    idle: int
    """Columns at the end that stand in no row: IPOPT refuses fewer free columns than equality rows, and of as
    many it only solves the rows."""


def prepare(program: Program, near: FloatArray | None = None, wide: int = WIDE) -> Problem:
    """`near` replaces the user's starts; arguments of more than `wide` variables are lifted.

    Raises Failure (MDL503) where the program is undefined at the start.
    """
    evaluation = Evaluation(program)
    lifted = lift(program, wide)
    functions = Functions(lifted.program)
    point = _start(program, evaluation, near)
    columns, rows = column_sides(lifted.program), row_sides(lifted.program)
    start = inside(lifted.extend(point, evaluation), columns)
    free, equal = int((columns.lower < columns.upper).sum()), int((rows.lower == rows.upper).sum())
    idle = max(0, equal - free + 1) if free and equal else 0
    columns = Sides(np.append(columns.lower, np.full(idle, -1.0)), np.append(columns.upper, np.full(idle, 1.0)))
    start = np.append(start, np.zeros(idle))
    sign = -1.0 if program.objective.maximize else 1.0
    return Problem(program, evaluation, lifted, functions, columns, rows, start, sign, idle)


def empty_side(program: Program) -> str | None:
    """The name of a column or row whose lower side is above its upper one."""
    for blocks, sides in ((program.columns, column_sides(program)), (program.rows, row_sides(program))):
        crossed = np.flatnonzero(sides.lower > sides.upper)
        for block in blocks:
            here = crossed[(crossed >= block.start) & (crossed < block.start + len(block.labels))]
            if len(here):
                return block.labels.name(block.name, int(here[0]) - block.start)
    return None


# ---- refusals ----------------------------------------------------------------------------------


def refuse(program: Program, solver: str) -> None:
    """Raises Failure: integer variables (MDL501), complementarity (MDL502), a number that is not finite (MDL551)."""
    whole = next((b for b in program.columns if b.domain is not Domain.CONTINUOUS), None)
    if whole is not None:
        raise Failure(errors.no_integers(solver, whole.name, whole.span))
    if program.complementarities or program.kind is ProgramClass.COMPLEMENTARITY:
        raise Failure(errors.no_complementarity(solver, program.objective.span))
    found = []
    for what, numbers, span in _numbers(program):
        value = _not_finite(numbers)
        if value is not None:
            found.append(errors.not_a_number(what, value, span))
    if found:
        raise Failure(found)


def _numbers(program: Program) -> Iterator[tuple[str, Numbers, Span | None]]:
    goal = program.objective
    yield f"constant of {goal.name}", goal.constant, goal.span
    for maps, name, span in [((goal.linear, *(m for m, _ in goal.nonlinear)), goal.name, goal.span)] + [
        ((b.linear, *(m for m, _ in b.nonlinear)), b.name, b.span) for b in program.rows
    ]:
        for held in maps:
            yield f"coefficient in {name}", held.coefficients, span
    blocks: list[Columns | Rows] = [*program.columns, *program.rows]
    for block in blocks:
        for side, bound in (("lower", block.lower), ("upper", block.upper)):
            if bound is not None:
                kept = bound.values if bound.finite is None else bound.values.take(np.flatnonzero(bound.finite))
                yield f"{side} bound of {block.name}", kept, block.span
    for node in program.nodes:
        if isinstance(node, Affine):
            yield "constant of an expression", node.constant, node.span
            for held in ([] if node.variables is None else [node.variables]) + [m for m, _ in node.nodes]:
                yield "coefficient of an expression", held.coefficients, node.span
        elif isinstance(node, Power):
            yield "exponent of an expression", node.exponent, node.span


def _not_finite(numbers: Numbers) -> float | None:
    try:
        values = numbers.floats()
    except OverflowError:
        return float("inf")
    bad = ~np.isfinite(values)
    return float(values[np.argmax(bad)]) if bad.any() else None


# ---- the start ---------------------------------------------------------------------------------


def _start(program: Program, evaluation: Evaluation, near: FloatArray | None) -> FloatArray:
    """The user's starts, and the first guess for the rest at which everything is defined."""
    sides, given = column_sides(program), np.full(program.width, np.nan)
    for block in program.columns:
        if block.initial is not None:
            given[block.start : block.start + len(block.labels)] = block.initial
    given = given if near is None else near
    points = [inside(np.where(np.isnan(given), guess, given), sides) for guess in GUESSES]
    if not np.isnan(given).any():
        points = points[:1]
    found = next((p for p in points if is_defined(evaluation, p)), None)
    if found is None:
        raise Failure(errors.undefined(*why_undefined(program, evaluation, points[0])))
    return found


def inside(x: FloatArray, sides: Sides) -> FloatArray:
    """The nearest point that keeps the distance PUSH asks for from every bound; fixed variables at their value."""
    low, high = sides.lower, sides.upper
    with np.errstate(invalid="ignore"):
        room = PUSH * (high - low)
        from_low = low + np.minimum(PUSH * np.maximum(1.0, np.abs(low)), room)
        from_high = high - np.minimum(PUSH * np.maximum(1.0, np.abs(high)), room)
    out = np.where(np.isfinite(low), np.maximum(x, from_low), x)
    out = np.where(np.isfinite(high), np.minimum(out, from_high), out)
    return np.where(low == high, low, out)


def is_defined(evaluation: Evaluation, x: FloatArray) -> bool:
    """Objective, rows and the gradient of both are finite numbers at x."""
    nodes = evaluation.nodes(x)
    ones = np.ones(evaluation.height)
    values = (evaluation.rows(x, nodes), evaluation.gradient(nodes, 1.0), evaluation.gradient(nodes, 0.0, ones))
    return bool(np.isfinite(evaluation.objective(x, nodes))) and all(bool(np.isfinite(v).all()) for v in values)


def why_undefined(program: Program, evaluation: Evaluation, x: FloatArray) -> tuple[str, str, Span | None]:
    """What is not defined, the values of variables that make it so, and its place in the file."""
    nodes = evaluation.nodes(x)
    for place, node in enumerate(program.nodes):
        if isinstance(node, Affine) or np.isfinite(nodes[place]).all():
            continue
        element = int(np.argmin(np.isfinite(nodes[place])))
        return _operation(node, nodes, element), _where(program, evaluation, place, element, x), node.span
    for place, node in enumerate(program.nodes):  # a value is there, its slope is not: sqrt at 0
        if not isinstance(node, (Apply, Power)):
            continue
        function = evaluation.functions[place]
        assert function is not None
        with np.errstate(all="ignore"):
            slope = function.slope(nodes[node.argument], nodes[place])
        if not np.isfinite(slope).all():
            element = int(np.argmin(np.isfinite(slope)))
            what = f"the derivative of {_operation(node, nodes, element)}"
            return what, _where(program, evaluation, place, element, x), node.span
    return "the model", "", program.objective.span


def _operation(node: Node, nodes: Values, element: int) -> str:
    if isinstance(node, Apply):
        return f"{node.function.value} of {nodes[node.argument][element]:g}"
    if isinstance(node, Power):
        return f"{nodes[node.argument][element]:g} ^ {node.exponent.floats()[element]:g}"
    return "a product too large for a floating-point number"


def _where(program: Program, evaluation: Evaluation, place: int, element: int, x: FloatArray) -> str:
    """`x[u1] = 0, x[u2] = 0`: a few of the variables that the element depends on."""
    from mdl.program.slopes import Slopes

    pattern = Slopes(evaluation, [place]).pattern[place]
    columns = pattern.column[pattern.starts[element] : pattern.starts[element + 1]]
    shown = [f"{name_of_column(program, int(c))} = {x[c]:g}" for c in columns[:4]]
    return ", ".join(shown) + (", ..." if len(columns) > 4 else "")
