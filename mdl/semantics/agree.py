"""When kinds agree: members of overlapping sets, members that are numbers, and kinds in words."""

from __future__ import annotations

from mdl.semantics.kinds import Element, Kind, Numeric, SetOf, Truth, TupleOf, Unknown


def describe(kind: Kind) -> str:
    """A kind in words, with its article."""
    match kind:
        case Numeric():
            return "a number"
        case Truth():
            return "a condition"
        case Element(None):
            return "a member of a set"
        case Element():
            return f"a member of {sets(kind)}"
        case TupleOf():
            return f"a tuple of {len(kind.items)} members"
        case SetOf():
            return "a set"
        case _:
            return "an error"


def sets(kind: Kind) -> str:
    """The universes of a member, each quoted: `` `USER` or `LINK` ``."""
    if isinstance(kind, Element) and kind.universes:
        return " or ".join(f"`{name}`" for name in sorted(kind.universes))
    return "a set"


def disjoint(a: Kind, b: Kind) -> bool:
    """True where two members can never be the same: both come from declared sets, none shared."""
    if isinstance(a, Element) and isinstance(b, Element):
        return a.universes is not None and b.universes is not None and not a.universes & b.universes
    if isinstance(a, TupleOf) and isinstance(b, TupleOf):
        return len(a.items) != len(b.items) or any(disjoint(x, y) for x, y in zip(a.items, b.items, strict=True))
    if isinstance(a, SetOf) and isinstance(b, SetOf):
        return disjoint(a.item, b.item)
    return False


def is_named(kind: Kind, named: set[str]) -> bool:
    """True where a member is known to be a name or text, hence no number."""
    return isinstance(kind, Element) and bool(kind.universes) and kind.universes <= named  # type: ignore[operator]


def is_number(kind: Kind, named: set[str]) -> bool:
    """A number, or a member that may turn out to be one."""
    return isinstance(kind, Numeric | Unknown) or (isinstance(kind, Element) and not is_named(kind, named))


def join(a: Kind, b: Kind) -> Kind | None:
    """The kind of something that is either; None where nothing covers both."""
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return a if isinstance(b, Unknown) else b
    if isinstance(a, Element) and isinstance(b, Element):
        if a.universes is None or b.universes is None:
            return Element(None)
        return Element(a.universes | b.universes)
    if isinstance(a, TupleOf) and isinstance(b, TupleOf) and len(a.items) == len(b.items):
        joined = [join(x, y) for x, y in zip(a.items, b.items, strict=True)]
        return TupleOf(tuple(x for x in joined if isinstance(x, Element)))
    if isinstance(a, SetOf) and isinstance(b, SetOf):
        item = join(a.item, b.item)
        return SetOf(item) if isinstance(item, Element | TupleOf | SetOf) else None
    if isinstance(a, Numeric | Element) and isinstance(b, Numeric | Element):
        return Numeric() if a == b or Numeric() in (a, b) else None
    return a if a == b else None
