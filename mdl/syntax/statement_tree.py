"""The syntax tree of statements: declarations, mechanisms, tasks, and the file that holds them; see tree.py."""

from __future__ import annotations

from dataclasses import dataclass, field

from mdl.syntax.tree import Binding, Expr, Name, Node, Text

# ---- the environment ----------------------------------------------------------------------


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
