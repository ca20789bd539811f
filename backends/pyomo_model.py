"""A Program as a Pyomo ConcreteModel in the user's names: what any Pyomo solver can take.

One Var a block of columns, one Constraint a block of rows, one Objective with the rule's name.  Names
that Python or Pyomo cannot have are changed as backends/python_names.py says; the name as the user
wrote it is the component's `doc`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mdl.backends import errors
from mdl.backends.expand import Algebra, expand, sums
from mdl.backends.pyomo_keys import is_scalar, keys_of, sides
from mdl.backends.python_names import block_names, legal_names, reserved, user_names
from mdl.diagnostics import Failure
from mdl.program.graph import Function
from mdl.program.labels import Labels
from mdl.program.program import Columns, Domain, Program, Rows


@dataclass(slots=True, frozen=True, eq=False)
class PyomoModel:
    """The model, and its variables and constraints in the program's order.

    A row without any bound has no Pyomo constraint: None stands in its place.
    """

    model: Any
    columns: list[Any]
    rows: list[Any | None]
    names: dict[str, str]
    """Component of the model to the user's block."""


def build(program: Program) -> Any:
    """The ConcreteModel; raises Failure as `assemble` does."""
    return assemble(program).model


def assemble(program: Program) -> PyomoModel:
    """Raises Failure where a constant stands outside a function's domain.

    A complementarity pair is a pyomo.mpec Complementarity beside its constraint and variable.
    """
    import pyomo.environ as pyo

    model = pyo.ConcreteModel(name=program.name, doc=program.name)
    legal = block_names(program)
    width, height = len(program.columns), len(program.rows)
    columns: list[Any] = [None] * program.width
    for name, block in zip(legal[:width], program.columns, strict=True):
        columns[block.start : block.start + len(block.labels)] = add_variables(model, name, block)
    algebra = PyomoAlgebra(model, columns, set(legal))
    try:
        nodes = expand(program, algebra)
        rows: list[Any | None] = [None] * program.height
        for name, rows_block in zip(legal[width : width + height], program.rows, strict=True):
            start = rows_block.start
            added = add_constraints(model, name, rows_block, nodes, algebra)
            rows[start : start + len(rows_block.labels)] = added
        add_objective(model, legal[-1], program, nodes, algebra)
        add_pairs(model, program, columns, rows, set(legal))
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise Failure(errors.constant_without_value(str(error), program.objective.span)) from error
    return PyomoModel(model, columns, rows, dict(zip(legal, user_names(program), strict=True)))


def add_variables(model: Any, name: str, block: Columns) -> list[Any]:
    import pyomo.environ as pyo

    domains = {Domain.CONTINUOUS: pyo.Reals, Domain.INTEGER: pyo.Integers, Domain.BINARY: pyo.Binary}
    component = pyo.Var(*index_of(block.labels), domain=domains[block.domain], doc=block.name)
    model.add_component(name, component)
    made = list(component.values())
    low, high = sides(block.lower, len(made)), sides(block.upper, len(made))
    start = [None] * len(made) if block.initial is None else block.initial.tolist()
    for variable, below, above, value in zip(made, low, high, start, strict=True):
        if below is not None:
            variable.setlb(below)
        if above is not None:
            variable.setub(above)
        if value is not None and value == value:  # NaN: no start given
            variable.set_value(value, skip_validation=True)
    return made


def add_constraints(
    model: Any, name: str, block: Rows, nodes: list[list[Any]], algebra: PyomoAlgebra
) -> list[Any | None]:
    import pyomo.environ as pyo

    component = pyo.Constraint(*index_of(block.labels), doc=block.name)
    model.add_component(name, component)
    size = len(block.labels)
    bodies = sums([0.0] * size, block.linear, block.nonlinear, size, nodes, algebra)
    limits = zip(sides(block.lower, size), sides(block.upper, size), strict=True)
    made: list[Any | None] = []
    for key, body, (low, high) in zip(keys_of(block.labels), bodies, limits, strict=True):
        if low is None and high is None:
            made.append(None)
            continue
        expression = body if hasattr(body, "is_expression_type") else constant(body)
        component[key] = (expression, low) if low == high else (low, expression, high)
        made.append(component[key])
    return made


def add_objective(model: Any, name: str, program: Program, nodes: list[list[Any]], algebra: PyomoAlgebra) -> None:
    import pyomo.environ as pyo

    held = program.objective
    (body,) = sums(held.constant.floats(), held.linear, held.nonlinear, 1, nodes, algebra)
    sense = pyo.maximize if held.maximize else pyo.minimize
    model.add_component(name, pyo.Objective(expr=body, sense=sense, doc=held.name))


def add_pairs(model: Any, program: Program, columns: list[Any], rows: list[Any | None], taken: set[str]) -> None:
    """Both sides of each pair as expressions that are at least 0."""
    from pyomo.mpec import Complementarity, complements

    names = legal_names([c.name for c in program.complementarities], {*taken, *reserved()})
    for name, pair in zip(names, program.complementarities, strict=True):
        row_block, column_block = program.rows[pair.rows], program.columns[pair.columns]
        size = len(row_block.labels)
        found = []
        for row, column in zip(rows[row_block.start :][:size], columns[column_block.start :][:size], strict=True):
            assert row is not None
            slack = row.body - row.lower if row.upper is None else row.upper - row.body
            found.append(complements(slack >= 0, (column if column_block.upper is None else -column) >= 0))
        if is_scalar(row_block.labels):
            model.add_component(name, Complementarity(expr=found[0], doc=pair.name))
            continue
        component = Complementarity(keys_of(row_block.labels), doc=pair.name)
        model.add_component(name, component)
        for key, each in zip(keys_of(row_block.labels), found, strict=True):
            component.add(key, each)


def index_of(labels: Labels) -> tuple[list[Any], ...]:
    """Arguments that index a component: none for a scalar."""
    return () if is_scalar(labels) else (keys_of(labels),)


def constant(value: float) -> Any:
    """A body without variables; Pyomo takes no plain number for one."""
    from pyomo.core.expr.numeric_expr import LinearExpression

    return LinearExpression([value])


class PyomoAlgebra(Algebra[Any]):
    """Expressions over the variables of a model."""

    def __init__(self, model: Any, columns: list[Any], taken: set[str]) -> None:
        import pyomo.environ as pyo
        from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression, SumExpression

        self.model, self.columns, self.taken = model, columns, taken
        self.linear, self.monomial, self.sum = LinearExpression, MonomialTermExpression, SumExpression
        self.functions = {Function.LOG: pyo.log, Function.EXP: pyo.exp, Function.SQRT: pyo.sqrt}

    def affine(self, constant: float, columns: list[tuple[float, int]], terms: list[tuple[float, Any]]) -> Any:
        parts = [self.columns[k] if c == 1 else self.monomial((c, self.columns[k])) for c, k in columns]
        if terms:
            return self.nonlinear_sum(constant, parts, terms)
        if not parts:
            return constant
        if constant == 0 and len(parts) == 1:
            return parts[0]
        return self.linear(([constant] if constant else []) + parts)

    def nonlinear_sum(self, constant: float, parts: list[Any], terms: list[tuple[float, Any]]) -> Any:
        """Numbers among the terms (parts of the graph without variables) go to the constant."""
        whole = parts + [t if c == 1 else c * t for c, t in terms]
        fixed = sum((t for t in whole if isinstance(t, float)), constant)
        moving = [t for t in whole if not isinstance(t, float)]
        if not moving:
            return fixed
        if fixed:
            moving.append(fixed)
        return moving[0] if len(moving) == 1 else self.sum(moving)

    def apply(self, function: Function, argument: Any) -> Any:
        return 1.0 / argument if function is Function.RECIPROCAL else self.functions[function](argument)

    def power(self, argument: Any, exponent: float) -> Any:
        if isinstance(argument, float) and argument < 0 and not exponent.is_integer():
            raise ValueError(f"{argument} to the power {exponent}")
        return argument ** (int(exponent) if exponent.is_integer() else exponent)

    def product(self, left: Any, right: Any) -> Any:
        return left * right

    def share(self, node: int, elements: list[tuple[int, Any]]) -> list[Any]:
        """A named Expression `part3`, indexed by the element's place in the node."""
        import pyomo.environ as pyo

        moving = {k: e for k, e in elements if not isinstance(e, float)}
        if not moving:
            return [e for _, e in elements]
        name = f"part{node}"
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        component = pyo.Expression(list(moving), rule=lambda _, k: moving[k])
        self.model.add_component(name, component)
        return [component[k] if k in moving else e for k, e in elements]
