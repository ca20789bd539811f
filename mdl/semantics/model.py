"""The model: symbols and tasks of a file, every name resolved, before data.

A symbol's `index` is the tuple of its binders (empty for a scalar) and `where` their condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from mdl.diagnostics import Span
from mdl.semantics.kinds import Kind
from mdl.semantics.typed import Binder, Expr, IndexVar
from mdl.syntax import statement_tree, tree


@dataclass(slots=True, eq=False, repr=False)
class Symbol:
    name: str
    span: Span
    """Span of the declared name."""
    index: tuple[Binder, ...]
    where: Expr | None


@dataclass(slots=True, eq=False, repr=False)
class Given:
    """What a file gives after `:=` (`replaceable` by data files and `--set`) or `=`.

    Data written out by key (`{AB: 10}`, `{u1: {AB, BC}}`) stays a syntax literal, since its keys and
    members are read as data, not as names in scope.  Everything else is a typed expression over the
    symbol's indices.
    """

    replaceable: bool
    literal: tree.MapLiteral | None
    expr: Expr | None
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class SetSymbol(Symbol):
    """`item` is the kind of a member.  `universe` is true for a base set: its own name is its universe."""

    agents: bool
    item: Kind
    universe: bool
    within: Expr | None
    given: Given | None


@dataclass(slots=True, eq=False, repr=False)
class Bound:
    """`op` is one of `> >= < <= ==`."""

    op: str
    expr: Expr
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class ParamSymbol(Symbol):
    """`within` and an Element `kind` where the values are members of a set."""

    kind: Kind
    within: Expr | None
    bounds: tuple[Bound, ...]
    integer: bool
    default: Expr | None
    given: Given | None


@dataclass(slots=True, eq=False, repr=False)
class TypeSymbol(Symbol):
    """A private type of the agents in `index`; `given` is the realised profile.

    `domain` is a set expression or an Interval; `report` is `any`, `at most truth`, `at least truth` or `fixed`.
    """

    kind: Kind
    domain: Expr
    step: Expr | None
    given: Given | None
    report: str = "any"


@dataclass(slots=True, eq=False, repr=False)
class VarSymbol(Symbol):
    """`domain` is continuous, integer or binary; `absent` is the value for an absent agent (None: 0)."""

    bounds: tuple[Bound, ...]
    domain: str
    start: Expr | None
    absent: AbsentValue | None = None


@dataclass(slots=True, eq=False, repr=False)
class AbsentValue:
    """`absent x[i] = body;` with its own indices, in the order of the variable's."""

    indices: tuple[Binder, ...]
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class LetSymbol(Symbol):
    """`role` is let, valuation or outcome; `outcome` names the outcome rule that it belongs to."""

    kind: Kind
    body: Expr
    role: str
    outcome: str | None = None


@dataclass(slots=True, eq=False, repr=False)
class RowSymbol(Symbol):
    """A constraint family; `body` is a Compare chain of one or two comparisons."""

    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class RuleSymbol(Symbol):
    """An objective: `sense` is maximize or minimize."""

    sense: str
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class OutcomeSymbol(Symbol):
    items: tuple[LetSymbol, ...]


@dataclass(slots=True, eq=False, repr=False)
class Owned:
    """A variable that a follower decides on: `args`, one a component of its index, is the follower's index
    that stands there, or None for every member."""

    variable: VarSymbol
    args: tuple[IndexVar | None, ...]
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class FollowerSymbol(Symbol):
    """A problem that a follower solves once the leader has chosen; of an indexed one, each member its own.

    `rows` are the follower's alone (they are not among the symbols of the model); their indices begin with
    those of `index`, the same objects.  Bounds of the variables in `own` are the follower's too.
    """

    sense: str
    body: Expr
    own: tuple[Owned, ...]
    rows: tuple[RowSymbol, ...]


@dataclass(slots=True, eq=False, repr=False)
class CoalitionSymbol(Symbol):
    """A coalitional game: what each coalition can gain (or, with `cost`, must pay).

    Either `body`, a formula in the coalition of `index`, or `rule`: the worth of a coalition is the optimum
    with only its members taking part.  `players` is the set they come from (None: every agents set).
    """

    cost: bool
    players: Expr | None
    body: Expr | None
    rule: RuleSymbol | None


@dataclass(slots=True, eq=False, repr=False)
class CoalitionTable(ParamSymbol):
    """A coalitional game given by a table: a param over `subsets(players)`, whose empty coalition may be left out."""

    cost: bool = False
    players: Expr | None = None


GameSymbol = CoalitionSymbol | CoalitionTable


@dataclass(slots=True, eq=False, repr=False)
class PriorSymbol(Symbol):
    """What everybody believes about the types: of one type, each agent's on its own, or a joint table.

    `of` is the type (None for a joint table over whole profiles).  `distribution` is None for `uniform`, else a
    map literal: its keys are values of the type (of a joint table: profiles in agent order) read as data, its
    values typed numbers over the prior's index.
    """

    of: TypeSymbol | None
    distribution: tuple[tuple[tree.Expr, Expr], ...] | None


@dataclass(slots=True, eq=False, repr=False)
class TransferSymbol(Symbol):
    """Money of the agents in `index`: `direction` is pay (from the agent), receive (to it) or adjust.

    `index` is one index over agents.  `body` is a formula at the reported profile, which may use other transfers
    of the mechanism, without circle; None: unknown, a number a report profile (of `adjust`, a number a profile of
    the others' reports).
    """

    direction: str
    body: Expr | None


@dataclass(slots=True, eq=False, repr=False)
class Property:
    """`name` is one of mdl.semantics.properties.PROPERTIES."""

    name: str
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class MechanismSymbol(Symbol):
    """An outcome rule and transfers.

    `family` is vcg, agv, mep, pay_as_bid or "" where the file writes the items out; a family's transfers are
    formulas like any other.  `outcome` None: free, to be found.  `transfers` and `adjustments` are in the order of
    the file and local to the mechanism.

    `goal` is a typed.Expected without `given` (the mean over the prior), or an expression without one (its sum over
    all report profiles).  It is None without an objective and, with `shortfall`, where the expected shortfall of the
    softened properties is minimised.
    """

    family: str
    outcome: RuleSymbol | OutcomeSymbol | None
    transfers: tuple[TransferSymbol, ...]
    adjustments: tuple[TransferSymbol, ...]
    income: Expr | None
    require: tuple[Property, ...]
    soften: tuple[Property, ...]
    maximize: bool
    goal: Expr | None
    shortfall: bool

    @property
    def unknown(self) -> bool:
        """Whether something is left to be found."""
        return self.outcome is None or bool(self.adjustments) or any(t.body is None for t in self.transfers)


@dataclass(slots=True, eq=False, repr=False)
class MechanismTask:
    """`check M: p, q;` (`properties`) or, with `find`, `find M;`."""

    find: bool
    mechanism: MechanismSymbol
    properties: tuple[Property, ...]
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class ColumnSource:
    """One column mapping of a `data` statement; `symbol` may be a set, param or type."""

    symbol: Symbol
    keys: tuple[str, ...]
    value: str | None
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class DataSource:
    path: str
    columns: tuple[ColumnSource, ...]
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class SolveTask:
    rule: Symbol
    kkt: bool
    without: Expr | None
    only: Expr | None
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class ExpectTask:
    """`claim` is a typed Compare or other condition; `within` the tolerance for `==` (None: exact)."""

    claim: Expr
    within: Fraction | None
    why: str
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class PointTask:
    """`check kkt of R at {...};`: the point stays a syntax literal, read as data when the task runs."""

    syntax: statement_tree.CheckTask
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class CoalitionTask:
    """`check core of v;` or, with `find`, `find nucleolus of v;`.  `payoff` is that of `check in_core {...}`."""

    what: str
    find: bool
    game: GameSymbol
    payoff: tuple[tuple[Expr, Expr], ...]
    span: Span


Task = SolveTask | ExpectTask | CoalitionTask | MechanismTask | PointTask


@dataclass(slots=True, eq=False, repr=False)
class Model:
    """A resolved file.

    `symbols` holds every declared name in the order of the file.  `order` lists sets, params, types
    and lets so that each comes after all it uses (bounds and index sets included).
    """

    name: str
    title: str
    span: Span
    symbols: dict[str, Symbol]
    order: tuple[Symbol, ...]
    data: tuple[DataSource, ...]
    tasks: tuple[Task, ...]
    priors: tuple[PriorSymbol, ...] = ()
    symmetric: tuple[SetSymbol, ...] = ()
    """Agents sets that `symmetric` says are interchangeable."""
