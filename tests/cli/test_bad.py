"""Programs that are wrong beyond syntax and names: what the commands say of them, and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdl.cli.main import main
from tests.golden import compare, models_in

COMMANDS = {
    "bad/data": ("check",),
    "bad/compile": ("check", "solve", "explain"),
    "bad/kkt": ("solve",),
    "bad/mechanisms": ("check", "solve"),
}


@pytest.mark.parametrize("path", [p for f in COMMANDS for p in models_in(f)], ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_message_and_status(path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    told = []
    for command in COMMANDS[f"bad/{path.parent.name}"]:
        status = main([command, path.name])
        out, err = capsys.readouterr()
        told.append(f"$ mdl {command} {path.name}\n{out}{err}exit {status}\n")
    compare(path, "\n".join(told))
