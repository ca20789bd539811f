"""Readers that go away, disks that are full, streams that are closed: a status and at most one message."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
MDL = [sys.executable, "-m", "mdl.cli.main"]
KELLY = str(TOP / "models" / "kelly.mdl")


@pytest.mark.skipif(os.name != "posix", reason="pipes and /dev/full of POSIX")
@pytest.mark.parametrize("command", ["check", "fmt"])
def test_a_reader_that_has_gone_is_no_error(command: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.mdl"
    path.write_text("model m;\nparam p := ;\n")
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*MDL, command, "--json", str(path)], stdout=writing, stderr=subprocess.PIPE, cwd=TOP, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*MDL, "check", KELLY], stdout=full, stderr=subprocess.PIPE, cwd=TOP, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(b"error[MDL005]: cannot write the output: No space left")
    assert b"Traceback" not in done.stderr and b"Exception" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="closed streams of a POSIX shell")
def test_closed_streams() -> None:
    line = " ".join([*MDL, "check", KELLY])
    assert subprocess.run(f"{line} >&- 2>&-", shell=True, cwd=TOP, check=False).returncode == 0
