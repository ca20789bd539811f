"""A line on a terminal while something takes long; nothing in a pipe."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

QUIET_SECONDS = 2.0
"""What is done by then shows nothing."""


@contextmanager
def progress(doing: str) -> Iterator[None]:
    """Shows `solving ... 12 s` on standard error until the block ends."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_tick, args=(doing, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _tick(doing: str, done: threading.Event) -> None:
    started = perf_counter()
    shown = False
    while not done.wait(0.5):
        seconds = perf_counter() - started
        if seconds >= QUIET_SECONDS:
            sys.stderr.write(f"\r{doing} ... {seconds:.0f} s")
            sys.stderr.flush()
            shown = True
    if shown:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
