"""A ConcreteModel with linear rows as arrays, by Pyomo's own compiler: a route apart from backends/arrays.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import FloatArray
from mdl.backends import errors
from mdl.backends.arrays import Arrays
from mdl.backends.highs_session import Hessian
from mdl.backends.pyomo_model import PyomoModel
from mdl.diagnostics import Failure

Form = tuple[float, FloatArray, Hessian | None]
"""Constant, linear part (width,) and Hessian of an objective."""


def to_arrays(held: PyomoModel) -> tuple[Arrays, Hessian | None]:
    """Rows and columns in the program's order, and the Hessian where the objective is quadratic.

    Raises Failure (MDL581) where a row is nonlinear or the objective is not quadratic.
    """
    from pyomo.core import maximize

    objective = next(iter(held.model.component_data_objects(ctype=_objective_type(), active=True)))
    offset, cost, hessian = objective_form(held, objective)
    lower, upper = bounds(held)
    whole = np.array([not v.is_continuous() for v in held.columns], dtype=np.bool_)
    starts, columns, values, row_lower, row_upper = row_arrays(held, objective)
    arrays = Arrays(
        maximize=objective.sense == maximize,
        offset=offset,
        cost=cost,
        lower=lower,
        upper=upper,
        row_lower=row_lower,
        row_upper=row_upper,
        starts=starts,
        columns=columns,
        values=values,
        integer=whole if whole.any() else None,
    )
    return arrays, hessian


def _objective_type() -> Any:
    from pyomo.core import Objective

    return Objective


def objective_form(held: PyomoModel, objective: Any) -> Form:
    from pyomo.repn import generate_standard_repn

    form = generate_standard_repn(objective.expr, quadratic=True)
    if form.nonlinear_expr is not None:
        raise Failure(errors.nonlinear_in_file("LP", held.names[objective.parent_component().local_name], None))
    place = {id(v): k for k, v in enumerate(held.columns)}
    cost = np.zeros(len(held.columns))
    cost[[place[id(v)] for v in form.linear_vars]] = form.linear_coefs
    pairs = np.array([(place[id(a)], place[id(b)]) for a, b in form.quadratic_vars], dtype=np.int32).reshape(-1, 2)
    if not len(pairs):
        return float(form.constant), cost, None
    return float(form.constant), cost, triangle(pairs, np.array(form.quadratic_coefs, dtype=np.float64), len(cost))


def triangle(pairs: npt.NDArray[np.int32], coefficients: FloatArray, width: int) -> Hessian:
    """x'Hx/2 has H = 2c on the diagonal for c x^2, and c on either side of it for c x y."""
    row, column = pairs.max(axis=1), pairs.min(axis=1)
    values = np.where(row == column, 2.0, 1.0) * coefficients
    order = np.lexsort((row, column))
    starts = np.zeros(width + 1, dtype=np.int32)
    np.cumsum(np.bincount(column, minlength=width), out=starts[1:])
    return Hessian(starts, row[order], values[order])


def bounds(held: PyomoModel) -> tuple[FloatArray, FloatArray]:
    """With those of the domain (binary)."""
    lower = np.array([-np.inf if v.lb is None else v.lb for v in held.columns], dtype=np.float64)
    upper = np.array([np.inf if v.ub is None else v.ub for v in held.columns], dtype=np.float64)
    whole = np.array([not v.is_continuous() for v in held.columns], dtype=np.bool_)
    # HiGHS wants integers for bounds of integer variables; 1e-9 is for bounds that lost digits on the way.
    lower[whole], upper[whole] = np.ceil(lower[whole] - 1e-9), np.floor(upper[whole] + 1e-9)
    return lower, upper


def row_arrays(
    held: PyomoModel, objective: Any
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], FloatArray, FloatArray, FloatArray]:
    """Starts, columns and values by rows, and the sides of the rows (height,).

    Pyomo's compiler gives a range as two rows, and leaves out rows and columns without entries: here
    they are put back in their places.
    """
    found = compiled(held, objective)
    height = len(held.rows)
    place = {id(row): k for k, row in enumerate(held.rows) if row is not None}
    rows = np.array([place[id(entry.constraint)] for entry in found.rows], dtype=np.int64)
    kinds = np.array([entry.bound_type for entry in found.rows], dtype=np.int8)
    lower, upper = constant_sides(held, set(rows.tolist()))
    sides = np.array(found.rhs, dtype=np.float64)
    lower[rows[kinds <= 0]] = sides[kinds <= 0]
    upper[rows[kinds >= 0]] = sides[kinds >= 0]
    first = np.ones(len(rows), dtype=np.bool_)
    first[1:] = rows[1:] != rows[:-1]
    matrix = found.A.tocsr()[first]
    column = {id(v): k for k, v in enumerate(held.columns)}
    columns = np.array([column[id(v)] for v in found.columns], dtype=np.int32)[matrix.indices]
    lengths = np.diff(matrix.indptr)
    counts = np.zeros(height, dtype=np.int64)
    counts[rows[first]] = lengths
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    order = np.lexsort((columns, np.repeat(rows[first], lengths)))
    return starts, columns[order], matrix.data[order], lower, upper


def constant_sides(held: PyomoModel, compiled: set[int]) -> tuple[FloatArray, FloatArray]:
    """Sides of the rows without variables, which Pyomo's compiler leaves out; infinite for the others."""
    from pyomo.core import value

    lower, upper = np.full(len(held.rows), -np.inf), np.full(len(held.rows), np.inf)
    for k, row in enumerate(held.rows):
        if row is None or k in compiled:
            continue
        body = value(row.body)
        lower[k] = -np.inf if row.lb is None else row.lb - body
        upper[k] = np.inf if row.ub is None else row.ub - body
    return lower, upper


def compiled(held: PyomoModel, objective: Any) -> Any:
    """Pyomo's LinearStandardFormInfo of the rows; the objective is switched off meanwhile, as it may be quadratic."""
    from pyomo.common.errors import InfeasibleConstraintException, InvalidConstraintError
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    def compile_rows() -> Any:
        return LinearStandardFormCompiler().write(held.model, mixed_form=True, set_sense=None)

    objective.deactivate()
    without: list[Any] = []
    try:
        return compile_rows()
    except InvalidConstraintError:
        row = next(r for r in held.rows if r is not None and r.body.polynomial_degree() not in (0, 1))
        name = held.names[row.parent_component().local_name]
        raise Failure(errors.nonlinear_in_file("LP", name, None)) from None
    except InfeasibleConstraintException:
        without = [r for r in held.rows if r is not None and r.body.polynomial_degree() == 0]
        for row in without:
            row.deactivate()
        return compile_rows()
    finally:
        objective.activate()
        for row in without:
            row.activate()
