"""numpy's linear algebra on one thread, for a while.

OpenBLAS hands even small matrices to all cores and waits for them busily: on a machine with other
work, hundreds of small factorisations then take ten times longer, not shorter.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np

NAMES = ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads64_", "openblas_{}_num_threads")


@contextmanager
def one_thread() -> Iterator[None]:
    """Does nothing where numpy does not bring its own OpenBLAS."""
    found = _switches()
    if found is None:
        yield
        return
    get, put = found
    before = get()
    put(1)
    try:
        yield
    finally:
        put(before)


@cache
def _switches() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")) if folder.is_dir() else []:
            try:
                held = ctypes.CDLL(str(path))
            except OSError:
                continue
            for name in NAMES:
                if hasattr(held, name.format("set")) and hasattr(held, name.format("get")):
                    return getattr(held, name.format("get")), getattr(held, name.format("set"))
    return None
