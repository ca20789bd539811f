"""Whether a rule that an agent stays away from still reads that agent's types.

It does not where types are read at indices that skip the absent alone: then all cases that differ in the absent
agent's report have the same answer.  Valuations skip nobody, so they may read an outsider's type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field

from mdl.algebra.free import walk
from mdl.semantics import typed
from mdl.semantics.kinds import Element
from mdl.semantics.model import (
    LetSymbol,
    Model,
    ParamSymbol,
    RowSymbol,
    RuleSymbol,
    SetSymbol,
    Symbol,
    TypeSymbol,
    VarSymbol,
)
from mdl.semantics.typed import Expr, IndexVar

Indices = frozenset[IndexVar]


@dataclass(slots=True, frozen=True, eq=False)
class Absent:
    """The absent agent: its types, and the universes of the indices that skip it.  `seen` lets are not read again."""

    types: Set[Symbol]
    universes: frozenset[str]
    seen: set[tuple[LetSymbol, Indices, bool]] = field(default_factory=set)


def reads_absent(model: Model, rule: RuleSymbol, gone: Absent) -> bool:
    """Whether the answer of a rule may depend on the types of an absent agent.

    False is certain; True is said wherever this is not plain.
    """
    if _reads(rule.body, frozenset(), True, gone):
        return True
    for symbol in model.symbols.values():
        if isinstance(symbol, RowSymbol | VarSymbol):
            own = _skipping(_indices(symbol), gone)
            parts = [symbol.body] if isinstance(symbol, RowSymbol) else [b.expr for b in symbol.bounds]
            parts += [] if symbol.where is None else [symbol.where]
            if any(_reads(e, own, True, gone) for e in parts):
                return True
            absent = symbol.absent if isinstance(symbol, VarSymbol) else None
            if absent is not None and _reads(absent.body, frozenset(), True, gone):
                return True
    return False


def _reads(expr: Expr, safe: Indices, skips: bool, gone: Absent) -> bool:
    """Whether a type is read at an index that is neither `safe` nor, where absent agents are skipped, summed over."""
    below = list(walk(expr))
    if skips:
        binders = (b for e in below if isinstance(e, typed.Reduce) for b in e.binders)
        safe = safe | _skipping([v for b in binders for v in b.indices], gone)
    return any(_one(e, safe, skips, gone) for e in below)


def _one(e: Expr, safe: Indices, skips: bool, gone: Absent) -> bool:
    if isinstance(e, typed.Attribute | typed.Without | typed.WithOnly | typed.Expected):
        return True
    if not isinstance(e, typed.Ref):
        return False
    match e.symbol:
        case TypeSymbol() as own:
            return own in gone.types and not _at_safe(e.args[:1], safe)
        case LetSymbol() as let:
            return _in_let(let, e, safe, skips, gone)
        case VarSymbol() | ParamSymbol() | SetSymbol():
            return False
        case _:
            return True


def _in_let(let: LetSymbol, ref: typed.Ref, safe: Indices, skips: bool, gone: Absent) -> bool:
    indices = list(_indices(let))
    same = len(indices) == len(ref.args)
    own = (
        frozenset(v for v, arg in zip(indices, ref.args, strict=True) if _at_safe((arg,), safe)) if same else Indices()
    )
    inside = skips if let.role not in ("valuation", "outcome") else let.role == "outcome"
    if (let, own, inside) in gone.seen:
        return False
    gone.seen.add((let, own, inside))
    parts = [let.body] if let.where is None else [let.body, let.where]
    return any(_reads(part, own, inside, gone) for part in parts)


def _at_safe(args: Sequence[Expr], safe: Indices) -> bool:
    return all(isinstance(a, typed.Index) and a.index in safe for a in args) and bool(args)


def _skipping(indices: Iterable[IndexVar], gone: Absent) -> Indices:
    """The indices that never stand at the absent agent where agents are skipped."""
    return frozenset(
        v for v in indices if isinstance(v.kind, Element) and (v.kind.universes or frozenset()) & gone.universes
    )


def _indices(symbol: Symbol) -> Iterator[IndexVar]:
    return (v for b in symbol.index for v in b.indices)
