"""The syntax tree: one node a construct of the language, each with its span.  Here expressions; for statements
see statement_tree.py.

The tree says what was written, not what it means: names are unresolved, `S * T` and `2 * x` are
the same node.  Chains of `+ -`, `* /`, `and`, `or` are flat, so that long sums do not nest.
Spans do not take part in equality: two trees are equal when the texts mean the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from mdl.diagnostics.source import Span


@dataclass(slots=True, eq=False, repr=False)
class Node:
    """Equality and text are defined here, once: making them for every class would cost each start 15 ms."""

    span: Span

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._compared())

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._compared())
        return f"{type(self).__name__}({parts})"

    __hash__ = None  # type: ignore[assignment]

    def _compared(self) -> list[str]:
        return [name for name in self.__match_args__ if name != "span"]

    def __init_subclass__(cls) -> None:
        # Without a docstring, dataclass writes one from the signature: a quarter of the time of this import.
        cls.__doc__ = cls.__doc__ or cls.__name__


@dataclass(slots=True, eq=False, repr=False)
class Expr(Node):
    pass


@dataclass(slots=True, eq=False, repr=False)
class Number(Expr):
    """A decimal as written, exactly: `0.1` is 1/10."""

    value: Fraction


@dataclass(slots=True, eq=False, repr=False)
class Text(Expr):
    """A quoted member."""

    value: str


@dataclass(slots=True, eq=False, repr=False)
class Name(Expr):
    name: str


@dataclass(slots=True, eq=False, repr=False)
class Subscript(Expr):
    """`base[args]`."""

    base: Name
    args: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class Call(Expr):
    """`fn(args)`: log exp sqrt abs min max card subsets, a family such as vcg, or a mistake."""

    fn: Name
    args: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class Attribute(Expr):
    """`welfare.objective`, `link[AB].dual`."""

    base: Expr
    name: Name
    args: tuple[Expr, ...] = ()
    """Of `v.nucleolus[a]`: the index after the attribute."""


@dataclass(slots=True, eq=False, repr=False)
class Unary(Expr):
    """`op` is `-`, `+` or `not`."""

    op: str
    operand: Expr


@dataclass(slots=True, eq=False, repr=False)
class Add(Expr):
    """A flat sum: the operators `+`, `-`, `|` or `\\` (set union, difference) before each term but the first."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(slots=True, eq=False, repr=False)
class Mul(Expr):
    """A flat product: `*`, `/` or `&` (set intersection) before each factor but the first."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(slots=True, eq=False, repr=False)
class Power(Expr):
    """`base ^ exponent`, right associative, binds tighter than unary minus on its left."""

    base: Expr
    exponent: Expr


@dataclass(slots=True, eq=False, repr=False)
class Compare(Expr):
    """A chain: operators `< <= > >= == != in`, `not in`."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(slots=True, eq=False, repr=False)
class Logic(Expr):
    """`op` is `and` or `or`."""

    op: str
    operands: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class If(Expr):
    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(slots=True, eq=False, repr=False)
class Binding(Node):
    """`i in S`, `(i, j) in E`, or (in a declaration) a bare set with no names."""

    names: tuple[Name, ...]
    domain: Expr
    pattern: bool = False
    """True for a parenthesised pattern `(i, j) in E`."""


@dataclass(slots=True, eq=False, repr=False)
class Reduce(Expr):
    """`op(bindings where condition) body`; op is sum prod min max mean."""

    op: str
    bindings: tuple[Binding, ...]
    where: Expr | None
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class Without(Expr):
    """`body without agent`."""

    body: Expr
    agent: Expr


@dataclass(slots=True, eq=False, repr=False)
class WithOnly(Expr):
    """`body with only agents`."""

    body: Expr
    agents: Expr


@dataclass(slots=True, eq=False, repr=False)
class Expected(Expr):
    """`expected body` or `expected(body given theta[i], ...)`."""

    body: Expr
    given: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class SetLiteral(Expr):
    """`{a, b}`; also the empty set `{}` where a set is wanted."""

    items: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class MapLiteral(Expr):
    """`{a: 1, (a, b): 2}`: data by key."""

    entries: tuple[tuple[Expr, Expr], ...]


@dataclass(slots=True, eq=False, repr=False)
class Range(Expr):
    """`lo..hi`, integers, both ends included."""

    low: Expr
    high: Expr


@dataclass(slots=True, eq=False, repr=False)
class Interval(Expr):
    """`[lo, hi]`, only as the domain of a type."""

    low: Expr
    high: Expr


@dataclass(slots=True, eq=False, repr=False)
class Comprehension(Expr):
    """`{i in S where c}`; `{(i, j) in E where c}`; `{i in S, j in T where c}` gives tuples."""

    bindings: tuple[Binding, ...]
    where: Expr | None


@dataclass(slots=True, eq=False, repr=False)
class TupleExpr(Expr):
    items: tuple[Expr, ...]
