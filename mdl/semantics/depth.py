"""Room on the stack for the deepest expression that the syntax lets through (200 levels of brackets)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

FRAMES = 10_000
"""More than 200 levels times the frames a pass takes for each; Python frames only, no C stack."""


@contextmanager
def room() -> Iterator[None]:
    """Let recursion over an expression go as deep as the syntax does."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
