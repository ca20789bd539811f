"""Kinds: what an expression stands for, before any data is seen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition."""


@dataclass(frozen=True, slots=True)
class Element:
    """A member of a set.

    `universes` names the declared base sets it may come from.  It is None where nothing is declared
    (ranges, literals): such a member is checked by value when the data is bound.  A member may be
    used as a number when its value is one.
    """

    universes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class TupleOf:
    """A member of a set of tuples."""

    items: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class SetOf:
    """A set of members of one kind; `item` may be a SetOf for `subsets(S)`."""

    item: Element | TupleOf | SetOf


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands where an error has been reported already; agrees with everything."""


Kind = Numeric | Truth | Element | TupleOf | SetOf | Unknown
