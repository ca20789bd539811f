"""The process's standard output shut for a while, below Python: for lines that HiGHS prints whatever it is told.

`output_flag = false` quiets its log; some of its parts (HighsPostsolveStack::DuplicateColumn::undo in 1.15) write with
`printf` past it, and the answers of `--json` would not be JSON.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

STDOUT = 1


@contextmanager
def muted(quiet: bool) -> Iterator[None]:
    """What C code prints inside is dropped, if `quiet`.  Does nothing where there is no standard output."""
    flush = _flush() if quiet else None
    if flush is None:
        yield
        return
    try:
        kept = os.dup(STDOUT)
    except OSError:
        yield
        return
    if sys.stdout is not None:
        sys.stdout.flush()
    flush(None)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDOUT)
    try:
        yield
    finally:
        flush(None)
        os.dup2(kept, STDOUT)
        os.close(kept)
        os.close(nowhere)


@cache
def _flush() -> Callable[[None], object] | None:
    """`fflush` of the C library: what `printf` holds back would come out later."""
    try:
        library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        return library.fflush
    except (AttributeError, OSError):
        return None
