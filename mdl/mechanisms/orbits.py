"""Entries of variables that are one number where interchangeable agents are counted.

A case says what the first agent reports and how many of the others report what, so that one profile is listed once
for each type that somebody has.  Exchanging agents takes an entry at one case to an entry at another: agents among its
indices are known by their types alone.  One number for all of them is what it means that the agents are alike.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mdl.mechanisms.profiles import CountedProfiles
from mdl.mechanisms.reports import Reports
from mdl.semantics.model import VarSymbol

Places = npt.NDArray[np.int64]

WIDE = 2**40


def orbits(reports: Reports, symbol: VarSymbol) -> Places:
    """For each entry at each case, the first (in that order) that exchanging agents takes it to.

    Shape (cases * entries,), the entries fastest, as a lifted variable has them.
    """
    profiles = reports.profiles
    assert isinstance(profiles, CountedProfiles)
    table = reports.instance.domain(symbol)
    shape = (profiles.cases, table.size)
    place = {s.code: a for a, s in enumerate(reports.spaces)}
    own = np.stack([profiles.own(a) for a in range(len(reports.spaces))])
    key = np.broadcast_to(profiles.same[:, None], shape)
    who = [np.array([place.get(int(c), -1) for c in column]) for column in table.columns]
    for k, (column, agents) in enumerate(zip(table.columns, who, strict=True)):
        # a member is itself, or an agent, known by its type and by whether an index before was the same agent
        among = agents >= 0
        before = np.zeros(table.size, dtype=np.int64)
        for j in range(k - 1, -1, -1):
            before[among & (who[j] == agents)] = j + 1
        types = own[np.maximum(agents, 0)].T * 2 + 1
        key = _folded(key, np.where(among[None, :], types, 2 * column.astype(np.int64)[None, :]))
        key = _folded(key, np.broadcast_to(before[None, :], shape))
    _, first, group = np.unique(key.reshape(-1), return_index=True, return_inverse=True)
    return np.asarray(first[group.reshape(-1)], dtype=np.int64)


def _folded(key: Places, part: Places) -> Places:
    """One number for each pair of numbers; they are not negative."""
    if int(key.max(initial=0)) >= WIDE:
        _, inverse = np.unique(key, return_inverse=True)
        key = inverse.reshape(key.shape)
    return np.asarray(key * (int(part.max(initial=0)) + 1) + part)
