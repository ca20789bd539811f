"""Pyomo expressions as affine forms over variables and nonlinear elements."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mdl.backends import errors
from mdl.diagnostics import Failure


@dataclass(slots=True, eq=False)
class Form:
    """constant + sum of coefficient * column + sum of coefficient * element."""

    constant: float = 0.0
    linear: dict[int, float] = field(default_factory=dict)
    elements: dict[int, float] = field(default_factory=dict)

    @property
    def is_constant(self) -> bool:
        return not self.linear and not self.elements


@dataclass(slots=True, frozen=True, eq=False)
class Element:
    """`function`(left), left ^ exponent (`power`) or left * right (`product`).

    `depth` is greater than that of every element in the arguments.
    """

    function: str
    depth: int
    left: Form
    right: Form | None = None
    exponent: float = 1.0


CONSTANTS: dict[str, Callable[[float], float]] = {
    "log": math.log,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "reciprocal": lambda v: 1 / v,
}
"""The functions of a Program, for arguments without variables."""


class Collector:
    """Turns expressions into forms, and keeps the nonlinear elements it finds.

    `columns` gives the column of a variable by its id().  A named Pyomo Expression is walked once.
    """

    def __init__(self, columns: dict[int, int]) -> None:
        from pyomo.core.expr.visitor import StreamBasedExpressionVisitor

        self.columns = columns
        self.elements: list[Element] = []
        self.named: dict[int, Form] = {}
        self.walker = StreamBasedExpressionVisitor(beforeChild=self.before, exitNode=self.leave)

    def form(self, expression: Any) -> Form:
        descend, known = self.before(None, expression, 0)
        if not descend:
            assert isinstance(known, Form)
            return known
        result = self.walker.walk_expression(expression)
        assert isinstance(result, Form)
        return result

    # ---- the walk ----

    def before(self, _parent: Any, child: Any, _place: int) -> tuple[bool, Form | None]:
        """Leaves; whether to go into the child."""
        if isinstance(child, (int, float)):
            return False, Form(float(child))
        if child.is_variable_type():
            return False, Form(0.0, {self.columns[id(child)]: 1.0})
        if not child.is_potentially_variable():
            return False, Form(float(child()))
        if child.__class__.__name__ == "MonomialTermExpression":
            coefficient, variable = child.args
            held = float(coefficient if isinstance(coefficient, (int, float)) else coefficient())
            return False, Form(0.0, {self.columns[id(variable)]: held} if held else {})
        if child.is_named_expression_type() and id(child) in self.named:
            return False, self.named[id(child)]
        return True, None

    def leave(self, node: Any, parts: list[Form]) -> Form:
        from pyomo.core.expr import numeric_expr as kinds

        match node:
            case kinds.SumExpression():
                return total(parts)
            case kinds.ProductExpression():
                return self.product(*parts)
            case kinds.NegationExpression():
                return scaled(parts[0], -1.0)
            case kinds.DivisionExpression():
                return self.quotient(*parts)
            case kinds.PowExpression():
                return self.power(*parts)
            case kinds.AbsExpression():
                raise Failure(errors.foreign_expression("abs"))
            case kinds.UnaryFunctionExpression():
                return self.function(node.getname(), parts[0])
        if node.is_named_expression_type():
            self.named[id(node)] = parts[0]
            return parts[0]
        raise Failure(errors.foreign_expression(node.__class__.__name__))

    # ---- operations ----

    def product(self, left: Form, right: Form) -> Form:
        if left.is_constant:
            return scaled(right, left.constant)
        if right.is_constant:
            return scaled(left, right.constant)
        if same(left, right):
            return self.element("power", left, exponent=2.0)
        return self.element("product", left, right)

    def quotient(self, numerator: Form, denominator: Form) -> Form:
        return self.product(numerator, self.function("reciprocal", denominator))

    def power(self, base: Form, exponent: Form) -> Form:
        """A variable exponent is exp(exponent * log(base)), so that its base must be positive."""
        if not exponent.is_constant:
            return self.function("exp", self.product(exponent, self.function("log", base)))
        if base.is_constant:
            return Form(valued(lambda v: pow_real(v, exponent.constant), base.constant))
        if exponent.constant in (0.0, 1.0):
            return base if exponent.constant else Form(1.0)
        return self.element("power", base, exponent=exponent.constant)

    def function(self, name: str, argument: Form) -> Form:
        if name == "log10":
            return scaled(self.function("log", argument), 1 / math.log(10))
        if name not in CONSTANTS:
            raise Failure(errors.foreign_expression(name))
        if argument.is_constant:
            return Form(valued(CONSTANTS[name], argument.constant))
        return self.element(name, argument)

    def element(self, function: str, left: Form, right: Form | None = None, exponent: float = 1.0) -> Form:
        inside = [*left.elements, *(right.elements if right is not None else ())]
        depth = 1 + max((self.elements[k].depth for k in inside), default=0)
        self.elements.append(Element(function, depth, left, right, exponent))
        return Form(0.0, {}, {len(self.elements) - 1: 1.0})


def total(forms: list[Form]) -> Form:
    out = Form()
    for form in forms:
        out.constant += form.constant
        for column, value in form.linear.items():
            out.linear[column] = out.linear.get(column, 0.0) + value
        for element, value in form.elements.items():
            out.elements[element] = out.elements.get(element, 0.0) + value
    return out


def same(one: Form, two: Form) -> bool:
    equal = one.constant == two.constant and one.linear == two.linear and one.elements == two.elements
    return one is two or equal


def scaled(form: Form, factor: float) -> Form:
    if not factor:
        return Form()
    return Form(
        form.constant * factor,
        {k: v * factor for k, v in form.linear.items()},
        {k: v * factor for k, v in form.elements.items()},
    )


def valued(function: Callable[[float], float], argument: float) -> float:
    try:
        return function(argument)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise Failure(errors.constant_without_value(f"{error} at {argument!r}", None)) from None


def pow_real(base: float, exponent: float) -> float:
    if base < 0 and not exponent.is_integer():
        raise ValueError("a fractional power of a negative number")
    return float(base**exponent)
