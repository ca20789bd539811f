"""Types that no chain of lies connects, as where a part of a type is public: each block is looked at by itself."""

from __future__ import annotations

import numpy as np

from mdl.mechanisms.tables import Flags, Places


def blocks(allowed: Flags) -> Places:
    """A number for each type, the same for types that lies connect in either direction; 0, 1, ... as they come."""
    reach = allowed | allowed.T | np.eye(len(allowed), dtype=bool)
    while True:
        further = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
        if (further == reach).all():
            break
        reach = further
    first = reach.argmax(axis=1)
    found: Places = np.unique(first, return_inverse=True)[1]
    return found


def complete(allowed: Flags, block: Places) -> bool:
    """Whether each type may report every other of its block."""
    return bool((allowed == (block[:, None] == block[None, :])).all())
