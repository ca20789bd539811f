"""The nonlinear parts of a Program: a graph of vector nodes, closed under differentiation.

Nodes stand in a list; a node refers to earlier ones by their place.  Each node is a vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Span
from mdl.program.sparse import SparseRows


class Function(Enum):
    """Elementwise functions; domain in brackets."""

    LOG = "log"  # [> 0]
    EXP = "exp"
    SQRT = "sqrt"  # [>= 0]
    RECIPROCAL = "reciprocal"  # [!= 0]


@dataclass(slots=True, frozen=True, eq=False)
class Affine:
    """constant + variables x + sum of (map times node).

    `variables` has shape (size, columns of the program); each `nodes` map has shape (size, size of that node).
    """

    size: int
    constant: Numbers
    variables: SparseRows | None
    nodes: tuple[tuple[SparseRows, int], ...]
    span: Span | None = None


@dataclass(slots=True, frozen=True, eq=False)
class Apply:
    """function(argument), elementwise."""

    size: int
    function: Function
    argument: int
    span: Span | None = None


@dataclass(slots=True, frozen=True, eq=False)
class Power:
    """argument ^ exponent, elementwise, exponents constant (a square is exponent 2).

    Domain: any argument where the exponent is a nonnegative integer, nonzero where a negative integer,
    nonnegative where a positive fraction, positive where a negative fraction.
    """

    size: int
    argument: int
    exponent: Numbers
    span: Span | None = None


@dataclass(slots=True, frozen=True, eq=False)
class Product:
    """left * right, elementwise."""

    size: int
    left: int
    right: int
    span: Span | None = None


Node = Affine | Apply | Power | Product
