"""The syntax tree: one node a construct of the language, each with its span.

The tree says what was written, not what it means: names are unresolved, `S * T` and `2 * x` are
the same node.  Chains of `+ -`, `* /`, `and`, `or` are flat, so that long sums do not nest.
Spans do not take part in equality: two trees are equal when the texts mean the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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


# ---- expressions -------------------------------------------------------------------------------


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


# ---- statements of the environment -------------------------------------------------------------


@dataclass(slots=True, eq=False, repr=False)
class Index(Node):
    """`[i in S, j in T where c]` after a declared name; no bindings where there are no brackets."""

    bindings: tuple[Binding, ...]
    where: Expr | None


@dataclass(slots=True, eq=False, repr=False)
class Statement(Node):
    pass


@dataclass(slots=True, eq=False, repr=False)
class ModelHeader(Statement):
    name: Name
    title: str


@dataclass(slots=True, eq=False, repr=False)
class Value(Node):
    """What follows `:=` (data, `replaceable`) or `=` (a definition)."""

    replaceable: bool
    expr: Expr


@dataclass(slots=True, eq=False, repr=False)
class SetDecl(Statement):
    agents: bool
    name: Name
    index: Index
    within: Expr | None
    value: Value | None


@dataclass(slots=True, eq=False, repr=False)
class Bound(Node):
    """One of `> e`, `>= e`, `< e`, `<= e`, `== e` after a declared param or var."""

    op: str
    expr: Expr


@dataclass(slots=True, eq=False, repr=False)
class ParamDecl(Statement):
    name: Name
    index: Index
    within: Expr | None
    bounds: tuple[Bound, ...]
    integer: bool
    default: Expr | None
    value: Value | None


@dataclass(slots=True, eq=False, repr=False)
class TypeDecl(Statement):
    name: Name
    index: Index
    domain: Expr
    step: Expr | None
    value: Value | None


@dataclass(slots=True, eq=False, repr=False)
class Prior(Statement):
    """`prior theta ~ uniform;` (`distribution` None), `prior theta[i in S] ~ {...};`, or a joint table with `:=`."""

    name: Name
    index: Index
    joint: bool
    distribution: Expr | None


@dataclass(slots=True, eq=False, repr=False)
class Report(Statement):
    """`rule` is `at most truth`, `at least truth`, `fixed`."""

    name: Name
    rule: str


@dataclass(slots=True, eq=False, repr=False)
class VarDecl(Statement):
    """`domain` is continuous, integer or binary; `:= e` is the start point."""

    name: Name
    index: Index
    bounds: tuple[Bound, ...]
    domain: str
    value: Value | None


@dataclass(slots=True, eq=False, repr=False)
class LetDecl(Statement):
    """`let y[i in S] = e;` and `valuation[i in S] = e;` (name `valuation`)."""

    valuation: bool
    name: Name
    index: Index
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class AbsentDecl(Statement):
    """`absent x[i] = e;`."""

    name: Name
    args: tuple[Name, ...]
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class ConstraintDecl(Statement):
    name: Name
    index: Index
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class ObjectiveDecl(Statement):
    sense: str
    name: Name
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class OutcomeItem(Node):
    name: Name
    index: Index
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class OutcomeDecl(Statement):
    name: Name
    items: tuple[OutcomeItem, ...]


@dataclass(slots=True, eq=False, repr=False)
class Column(Node):
    """`capacity[link] = mbps` or, where `members`, `LINK = [link]`."""

    target: Name
    keys: tuple[Name, ...]
    value: Name | None
    members: bool


@dataclass(slots=True, eq=False, repr=False)
class DataDecl(Statement):
    path: Text
    columns: tuple[Column, ...]


@dataclass(slots=True, eq=False, repr=False)
class FollowerDecl(Statement):
    """`follower NAME: maximize e over q[i], r subject to name[idx]: c, ...;`."""

    name: Name
    index: Index
    sense: str
    objective: Expr
    over: tuple[Expr, ...]
    constraints: tuple[ConstraintDecl, ...]


@dataclass(slots=True, eq=False, repr=False)
class SymmetricDecl(Statement):
    name: Name


# ---- mechanisms and coalitions -----------------------------------------------------------------


@dataclass(slots=True, eq=False, repr=False)
class Property(Node):
    name: Name


@dataclass(slots=True, eq=False, repr=False)
class MechanismItem(Node):
    pass


@dataclass(slots=True, eq=False, repr=False)
class UseOutcome(MechanismItem):
    """`outcome welfare;` or `outcome free;`."""

    name: Name


@dataclass(slots=True, eq=False, repr=False)
class Transfer(MechanismItem):
    """`pay t[I];`, `receive p[i in I] = e;`, `adjust h[I] on others;`. `direction` is pay, receive or adjust."""

    direction: str
    name: Name
    index: Index
    body: Expr | None


@dataclass(slots=True, eq=False, repr=False)
class Income(MechanismItem):
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class Require(MechanismItem):
    properties: tuple[Property, ...]


@dataclass(slots=True, eq=False, repr=False)
class Soften(MechanismItem):
    properties: tuple[Property, ...]


@dataclass(slots=True, eq=False, repr=False)
class MechanismObjective(MechanismItem):
    """`maximize expected e;`, `minimize expected shortfall;` (a Name `shortfall`)."""

    sense: str
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class MechanismDecl(Statement):
    """Either `family` (`= vcg(welfare)`) or `items`."""

    name: Name
    family: Expr | None
    items: tuple[MechanismItem, ...]


@dataclass(slots=True, eq=False, repr=False)
class CoalitionDecl(Statement):
    cost: bool
    name: Name
    index: Index
    body: Expr
    table: bool = False
    """True after `:=`: a table of worths, which data may replace."""


# ---- tasks ---------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False, repr=False)
class SolveTask(Statement):
    """`solve RULE;`, `solve kkt of RULE;`, `solve RULE without a;`, `solve RULE with only S;`."""

    kkt: bool
    rule: Name
    without: Expr | None = None
    only: Expr | None = None


@dataclass(slots=True, eq=False, repr=False)
class CheckTask(Statement):
    """`check M: p, q;` (`properties`), `check core of v;` (`what` of `target`), `check kkt of R at {...};`.

    In `check in_core {a: 1, b: 2} of v;` the payoff is `at`.
    """

    what: Name | None
    target: Name
    properties: tuple[Property, ...]
    at: Expr | None


@dataclass(slots=True, eq=False, repr=False)
class FindTask(Statement):
    """`find M;` or `find nucleolus of v;`."""

    what: Name | None
    target: Name


@dataclass(slots=True, eq=False, repr=False)
class ExpectTask(Statement):
    """`expect e == v within tol "source";`."""

    claim: Expr
    within: Expr | None
    why: str


@dataclass(slots=True, eq=False, repr=False)
class Comment(Node):
    """`text` starts with `#`; kept for the formatter."""

    text: str


@dataclass(slots=True)
class File:
    source: object = field(compare=False, repr=False)
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...] = field(compare=False, default=())
