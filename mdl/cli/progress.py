"""A line on a terminal while something takes long; nothing in a pipe."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

QUIET_SECONDS = 2.0
"""What is done by then shows nothing."""


@contextmanager
def progress(doing: str) -> Iterator[Callable[[], None]]:
    """Shows `solving ... 12 s` on standard error until the block ends.

    Yields what takes the line away, to be called before something else is printed.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    line = _Line(doing)
    line.start()
    try:
        yield line.clear
    finally:
        line.done.set()
        line.join()
        line.clear()


class _Line(threading.Thread):
    def __init__(self, doing: str) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self._doing = doing
        self._since = perf_counter()
        self._shown = False
        self._lock = threading.Lock()

    def run(self) -> None:
        while not self.done.wait(0.5):
            seconds = perf_counter() - self._since
            if seconds >= QUIET_SECONDS:
                with self._lock:
                    sys.stderr.write(f"\r{self._doing} ... {seconds:.0f} s")
                    sys.stderr.flush()
                    self._shown = True

    def clear(self) -> None:
        with self._lock:
            if self._shown:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
            self._shown = False
