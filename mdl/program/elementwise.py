"""Values and derivatives of the elementwise functions of a graph.

Undefined values are NaN or an infinity; no warning is given, callers look.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from mdl.algebra.numbers import FloatArray
from mdl.program.graph import Apply, Function, Power


class Elementwise(Protocol):
    """A function of one argument, element by element."""

    def value(self, argument: FloatArray) -> FloatArray: ...

    def slope(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        """First derivative, given the value too."""
        ...

    def bend(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        """Second derivative, given the value too."""
        ...


class Log:
    def value(self, argument: FloatArray) -> FloatArray:
        return np.log(argument)

    def slope(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return 1.0 / argument

    def bend(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return -1.0 / (argument * argument)


class Exp:
    def value(self, argument: FloatArray) -> FloatArray:
        return np.exp(argument)

    def slope(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return value

    def bend(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return value


class Sqrt:
    def value(self, argument: FloatArray) -> FloatArray:
        return np.sqrt(argument)

    def slope(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return 0.5 / value

    def bend(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return -0.25 / (argument * value)


class Reciprocal:
    def value(self, argument: FloatArray) -> FloatArray:
        return 1.0 / argument

    def slope(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return -value * value

    def bend(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return 2.0 * value * value * value


class Square:
    def value(self, argument: FloatArray) -> FloatArray:
        return argument * argument

    def slope(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return 2.0 * argument

    def bend(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        return np.full_like(argument, 2.0)


class Powers:
    """argument ^ exponents; 0 ^ 0 is 1, and derivatives of degree above an integer exponent are 0 also at 0."""

    def __init__(self, exponents: FloatArray) -> None:
        self.exponents = exponents

    def value(self, argument: FloatArray) -> FloatArray:
        return np.power(argument, self.exponents)

    def slope(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        p = self.exponents
        return np.where(p == 0, 0.0, p * np.power(argument, p - 1.0))

    def bend(self, argument: FloatArray, value: FloatArray) -> FloatArray:
        p = self.exponents
        factor = p * (p - 1.0)
        return np.where(factor == 0, 0.0, factor * np.power(argument, p - 2.0))


def elementwise(node: Apply | Power) -> Elementwise:
    if isinstance(node, Power):
        exponents = node.exponent.floats()
        return Square() if bool((exponents == 2.0).all()) else Powers(exponents)
    match node.function:
        case Function.LOG:
            return Log()
        case Function.EXP:
            return Exp()
        case Function.SQRT:
            return Sqrt()
        case Function.RECIPROCAL:
            return Reciprocal()
