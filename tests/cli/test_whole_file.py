"""Output files: whole or not at all; links are followed, devices and pipes written to."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from mdl.cli.whole_file import write_whole
from mdl.diagnostics import Failure


def test_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target.name)
    for text in ("first", "second"):  # a link to nothing, then to a file
        write_whole(link, text)
        assert link.is_symlink() and target.read_text() == text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "target"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name")
def test_a_pipe_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write_whole(pipe, "told")
    reader.join(10)
    assert read == ["told"] and stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_device_is_told_and_stays_one() -> None:
    with pytest.raises(Failure) as failure:
        write_whole("/dev/full", "text")
    assert failure.value.diagnostics[0].code == "MDL005"
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)
