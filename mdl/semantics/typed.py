"""Typed expressions: names resolved to symbols and indices, every node with its kind and span.

Made by the resolver from the syntax tree; read by evaluation, curvature, derivatives and printers.
No node here refers to data.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mdl.diagnostics import Span
from mdl.semantics.kinds import Kind

if TYPE_CHECKING:
    from mdl.semantics.model import Symbol


@dataclass(slots=True, eq=False, repr=False)
class Expr:
    span: Span
    kind: Kind

    def __init_subclass__(cls) -> None:
        # Without a docstring, dataclass writes one from the signature, which costs every start some milliseconds.
        cls.__doc__ = cls.__doc__ or cls.__name__


@dataclass(slots=True, eq=False, repr=False)
class Number(Expr):
    value: Fraction


@dataclass(slots=True, eq=False, repr=False)
class Member(Expr):
    """A set member written out: a name, a quoted text, or an integer where a member is wanted."""

    value: str | int


@dataclass(slots=True, eq=False, repr=False)
class IndexVar:
    """An index brought in by a binder.  Identity is the object: two indices named `i` are two objects.

    `kind` is Element, TupleOf (a single name over a set of tuples: `e in EDGE`) or SetOf (over `subsets(S)`).
    """

    name: str
    kind: Kind
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class Index(Expr):
    """Use of an index in scope."""

    index: IndexVar


@dataclass(slots=True, eq=False, repr=False)
class Ref(Expr):
    """A symbol with its index arguments: a param, type, var, let, valuation, set family, rule, row.

    There are as many `args` as the symbol has components of index, but that one argument of
    TupleOf kind fills as many places as it has items.
    """

    symbol: Symbol
    args: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class Attribute(Expr):
    """`base.name`: `welfare.objective`, `link[AB].dual`, `x[u1].reduced_cost`, `welfare.status`.

    `args` are the index of `v.nucleolus[a]` and `v.worth[{a, b}]`.

    Of a mechanism M (`base` is a Ref to its symbol, without args), by `name`:
    * `objective` (of a mechanism that has one), `revenue` (expected net payments): numbers without args.
    * `status`, and each property: a word (kind Element), without args.
    * `violation[p]`: a number; its one arg is a Member whose value is the property's name.
    * `pay`, `utility`, `value`: numbers; the args are an agent and, or not, a report profile.
    * the name of a transfer or adjustment of M (family transfers are called `pay`): as `pay`; behind the agent of
      an adjustment stand the others' reports.  With args this goes before the answers above of the same name.
    * the name of a variable, let, valuation or outcome item of the file: its index, then a report profile or
      nothing; the kind is the let's.
    A report profile is one value a type component of every agent, in agent order (Number, Member, TupleExpr or an
    expression of data); how many there must be is for the data.  Without one the realised profile is meant.
    """

    base: Expr
    name: str
    args: tuple[Expr, ...] = ()


@dataclass(slots=True, eq=False, repr=False)
class Neg(Expr):
    arg: Expr


@dataclass(slots=True, eq=False, repr=False)
class Add(Expr):
    """Sum of two or more terms; `a - b` is Add((a, Neg(b)))."""

    terms: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class Mul(Expr):
    factors: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class Div(Expr):
    numerator: Expr
    denominator: Expr


@dataclass(slots=True, eq=False, repr=False)
class Pow(Expr):
    base: Expr
    exponent: Expr


@dataclass(slots=True, eq=False, repr=False)
class Call(Expr):
    """`fn` is log, exp, sqrt, abs, min, max (of two or more numbers) or card (of a set)."""

    fn: str
    args: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class If(Expr):
    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(slots=True, eq=False, repr=False)
class Compare(Expr):
    """A chain of comparisons; operators `< <= > >= == !=` and `in`, `not in` (right side a set)."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(slots=True, eq=False, repr=False)
class Logic(Expr):
    """`op` is `and` or `or`."""

    op: str
    args: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class Not(Expr):
    arg: Expr


@dataclass(slots=True, eq=False, repr=False)
class Binder:
    """Indices ranging over a set.

    One index over a set, or several over a set of tuples when `(i, j) in E` was written.
    In a declaration without index names (`param c[LINK]`) the index is there with the name "".
    """

    indices: tuple[IndexVar, ...]
    domain: Expr
    span: Span


@dataclass(slots=True, eq=False, repr=False)
class Reduce(Expr):
    """`op` is sum, prod, min, max or mean; `binders` may use the indices of those before them."""

    op: str
    binders: tuple[Binder, ...]
    where: Expr | None
    body: Expr


@dataclass(slots=True, eq=False, repr=False)
class Without(Expr):
    body: Expr
    agent: Expr


@dataclass(slots=True, eq=False, repr=False)
class WithOnly(Expr):
    body: Expr
    agents: Expr


@dataclass(slots=True, eq=False, repr=False)
class Expected(Expr):
    """Mean over the prior; `given` are references to types whose values are kept.

    Of a type with more indices than the agent, the reference may have the agent alone: all its entries are kept.

    `profile`, of an expression lifted over report profiles (mdl.mechanisms.lift), is the index that `body` is taken
    over; `given` then stands at another one.
    """

    body: Expr
    given: tuple[Expr, ...]
    profile: IndexVar | None = None


# ---- sets ----------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False, repr=False)
class SetLiteral(Expr):
    """Each item is a member, a number (kept as a rational) or a TupleExpr."""

    items: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class TupleExpr(Expr):
    items: tuple[Expr, ...]


@dataclass(slots=True, eq=False, repr=False)
class Range(Expr):
    low: Expr
    high: Expr


@dataclass(slots=True, eq=False, repr=False)
class Comprehension(Expr):
    """The tuples of the binders' indices for which `where` holds (members where there is one index)."""

    binders: tuple[Binder, ...]
    where: Expr | None


@dataclass(slots=True, eq=False, repr=False)
class SetOp(Expr):
    """`op` is `|`, `&`, `\\` or `*` (tuples, flattened)."""

    op: str
    left: Expr
    right: Expr


@dataclass(slots=True, eq=False, repr=False)
class Subsets(Expr):
    arg: Expr


@dataclass(slots=True, eq=False, repr=False)
class Interval(Expr):
    """Domain of a type: `[low, high]`."""

    low: Expr
    high: Expr
