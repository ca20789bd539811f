"""What the resolver knows while it works: declared names, indices in scope, what was reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from mdl.diagnostics import Diagnostic, Label, Span
from mdl.diagnostics.similar import nearest
from mdl.semantics.kinds import Kind, TupleOf, Unknown
from mdl.semantics.model import (
    CoalitionSymbol,
    CoalitionTable,
    FollowerSymbol,
    LetSymbol,
    MechanismSymbol,
    OutcomeSymbol,
    ParamSymbol,
    PriorSymbol,
    RowSymbol,
    RuleSymbol,
    SetSymbol,
    Symbol,
    TransferSymbol,
    TypeSymbol,
    VarSymbol,
)
from mdl.semantics.typed import IndexVar


@dataclass(slots=True, eq=False)
class Scope:
    """The indices that a place can see.  Never changed: `adding` makes a new one."""

    indices: dict[str, IndexVar]

    def adding(self, index: IndexVar) -> Scope:
        return Scope({**self.indices, index.name: index})


EMPTY = Scope({})

MOST_COMPARISONS = 50_000
"""Names compared for suggestions in one file, so that thousands of mistakes do not take minutes."""


@dataclass(slots=True, frozen=True)
class Use:
    """A place where the model's unknowns or private types enter an expression.

    `what` is `variable` or `type`; `name` is the variable or type, `via` the let it came through.
    """

    span: Span
    what: str
    name: str
    via: str = ""


@dataclass(slots=True, frozen=True)
class Place:
    """One component of a symbol's index: the kind wanted there, and where that is said."""

    kind: Kind
    span: Span


@dataclass(slots=True, eq=False)
class Context:
    """State of one resolution.

    `declared`: every declared name with the place of its declaration; `symbols`: those resolved so
    far.  `members`: names written out as members, with the set and the place.  `named`: universes
    whose members are known to be names, not numbers.  `agents`: universes of agents sets.
    `closed`: indices of reductions that have ended in the declaration at hand.
    `late`: names that have no value in the model (objectives, constraints, mechanisms, ...), with what they are.
    `uses` grows with each variable or type that an expression touches.  `answers` is true where
    results of solving (a rule's value, duals) may be read: in the claim of an `expect`.  `reports` is true
    inside a mechanism, where rules have been solved for the reports: a rule's name and `expected` have values.
    `priors` are all of the file, once they are known.
    """

    declared: dict[str, Span] = field(default_factory=dict)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    members: dict[str, tuple[str, Span]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    agents: set[str] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    let_uses: dict[LetSymbol, tuple[Use, ...]] = field(default_factory=dict)
    valuations: list[LetSymbol] = field(default_factory=list)
    answers: bool = False
    reports: bool = False
    priors: tuple[PriorSymbol, ...] = ()
    comparisons: int = 0
    late: dict[str, str] = field(default_factory=dict)
    closed: dict[str, Span] = field(default_factory=dict)
    clashes: set[str] = field(default_factory=set)
    places: dict[Symbol, tuple[Place, ...] | None] = field(default_factory=dict)

    def report(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.append(diagnostic)

    def places_of(self, symbol: Symbol) -> tuple[Place, ...] | None:
        """Components of a symbol's index, tuples opened; None where an index set is in error."""
        if symbol not in self.places:
            self.places[symbol] = _places(symbol)
        return self.places[symbol]

    def suggestion(self, word: str, among: list[str]) -> tuple[str | None, tuple[Label, ...]]:
        """The nearest of some names and, where it is declared, the place as a label."""
        self.comparisons += len(among)
        near = nearest(word, among) if self.comparisons <= MOST_COMPARISONS else None
        if near is None or near not in self.declared:
            return near, ()
        return near, (Label(self.declared[near], "declared here"),)

    @contextmanager
    def inside(self, local: Mapping[str, Symbol]) -> Iterator[None]:
        """In a mechanism: its transfers are names too, which nothing else may have."""
        self.symbols.update(local)
        self.declared.update({name: symbol.span for name, symbol in local.items()})
        self.reports = True
        try:
            yield
        finally:
            self.reports = False
            for name in local:
                del self.symbols[name], self.declared[name]

    def names_of(self, *classes: type[Symbol]) -> list[str]:
        return [name for name, symbol in self.symbols.items() if isinstance(symbol, classes)]


def _places(symbol: Symbol) -> tuple[Place, ...] | None:
    places: list[Place] = []
    for binder in symbol.index:
        for index in binder.indices:
            if isinstance(index.kind, Unknown):
                return None
            items: tuple[Kind, ...] = index.kind.items if isinstance(index.kind, TupleOf) else (index.kind,)
            places.extend(Place(kind, binder.span) for kind in items)
    return tuple(places)


def what_is(symbol: Symbol) -> str:
    """What a symbol was declared as, in words."""
    match symbol:
        case SetSymbol():
            return "set"
        case CoalitionSymbol() | CoalitionTable():
            return "coalition"
        case ParamSymbol():
            return "param"
        case TypeSymbol():
            return "type"
        case VarSymbol():
            return "variable"
        case RowSymbol():
            return "constraint"
        case RuleSymbol():
            return "objective"
        case OutcomeSymbol():
            return "outcome rule"
        case LetSymbol():
            return symbol.role
        case FollowerSymbol():
            return "follower"
        case MechanismSymbol():
            return "mechanism"
        case TransferSymbol():
            return "adjustment" if symbol.direction == "adjust" else "transfer"
        case PriorSymbol():
            return "prior"
        case _:
            return "name"
