"""Data for one symbol, whatever it came from: keys, values, and where each was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from mdl.data.columns import Column
from mdl.data.table import Place

Where = Callable[[int], Place]


@dataclass(slots=True, frozen=True, eq=False)
class Entries:
    """Values by key: `keys` one column a component of the index, `values` one column a component of a value."""

    keys: tuple[Column, ...]
    values: tuple[Column, ...]
    size: int
    key_place: Where
    value_place: Where
    whole: Place


@dataclass(slots=True, frozen=True, eq=False)
class Listed:
    """Values in the order of the index table, without keys."""

    values: tuple[Column, ...]
    size: int
    value_place: Where
    whole: Place


@dataclass(slots=True, frozen=True, eq=False)
class Sets:
    """Members by key: member k, a row of `members`, belongs to the key in row `owners[k]` of `keys`.

    A set without index has no key columns.  `complete`: every entry of the index table must have a key.
    """

    keys: tuple[Column, ...]
    owners: npt.NDArray[Any]
    members: tuple[Column, ...]
    key_place: Where
    member_place: Where
    whole: Place
    complete: bool
