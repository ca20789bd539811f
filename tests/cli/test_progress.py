"""The progress line: on terminals alone, gone before anything else is printed."""

from __future__ import annotations

import io
import sys
import time

import pytest

from mdl.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_it_and_loses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    with progress.progress("solving") as clear:
        deadline = time.monotonic() + 10
        while "solving" not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.05)
        clear()
        assert terminal.getvalue().startswith("\rsolving ... ")
        assert terminal.getvalue().endswith("\r\x1b[K")
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_a_pipe_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)
    with progress.progress("solving") as clear:
        clear()
    assert pipe.getvalue() == ""
