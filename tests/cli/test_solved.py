"""Programs about mechanisms, right ones: what `mdl check` and `mdl solve` print of them, and that expectations hold.

The normative examples of the language stand in `tests/good`, the others in `tests/solved`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mdl.cli.main import main
from tests.golden import HERE, compare, models_in

NORMATIVE = [HERE / "good" / f"{name}.mdl" for name in ("auction", "data_market", "cooperative_production")]
ROUNDED = re.compile(r"(?<=\(numeric\)).*|(?<=numeric, )to \S+(?=:)")
TINY = re.compile(r"-?\b\d(\.\d+)?e-1\d\b")
"""What a solver's last bits decide differs from machine to machine."""


@pytest.mark.parametrize("path", [*NORMATIVE, *models_in("solved")], ids=lambda p: p.stem)
def test_answers(path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    told = []
    for command in ("check", "solve"):
        status = main([command, path.name])
        out, err = capsys.readouterr()
        assert err == ""
        told.append(f"$ mdl {command} {path.name}\n{TINY.sub('0', ROUNDED.sub('<rounding>', out))}exit {status}\n")
    compare(HERE / "solved" / path.name, "\n".join(told))


@pytest.mark.parametrize("path", [*NORMATIVE, *models_in("solved")], ids=lambda p: p.stem)
def test_every_expectation_holds_also_with_every_row(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["solve", str(path), "--full"])
    claims = [line for line in capsys.readouterr().out.splitlines() if line.startswith("expect ")]
    assert all(": holds" in line for line in claims), claims
