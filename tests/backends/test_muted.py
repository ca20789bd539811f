"""What C code prints past Python, as HiGHS does in a corner of its presolve, does not come between the answers."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

from mdl.backends.muted import muted

C = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)


def test_only_what_is_printed_inside_is_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    C.printf(b"before\n")
    with muted(True):
        C.printf(b"inside\n")
    C.printf(b"after\n")
    with muted(False):
        C.printf(b"wanted\n")
    C.fflush(None)
    assert capfd.readouterr().out == "before\nafter\nwanted\n"


def test_the_stream_comes_back_after_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), muted(True):
        C.printf(b"inside\n")
        raise KeyboardInterrupt
    os.write(1, b"still there\n")
    assert capfd.readouterr().out == "still there\n"


@pytest.mark.skipif(sys.platform == "win32", reason="closing the stream is a shell's work there")
def test_without_a_standard_output_nothing_happens() -> None:
    code = "import os; os.close(1)\nfrom mdl.backends.muted import muted\nwith muted(True): os.write(2, b'ran')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stderr == b"ran"
