"""Slips on the command line: a code, a status of 2, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdl.cli.main import main

MODELS = Path(__file__).parents[2] / "models"
UNICAST = str(MODELS / "unicast.mdl")
AUCTION = str(Path(__file__).parents[1] / "good" / "auction.mdl")

SLIPS: dict[str, tuple[list[str], str]] = {
    "no command": ([], "MDL002"),
    "no file": (["solve"], "MDL001]: the following arguments are required: FILE\n"),
    "no such command": (["zolve", UNICAST], "MDL011"),
    "no such file": (["solve", "nowhere.mdl"], "MDL120"),
    "a folder": (["check", str(MODELS)], "MDL121"),
    "no such task": (["solve", UNICAST, "welfar"], "MDL003"),
    "no row": (["inspect", UNICAST, "--rows", "zzz"], "MDL013"),
    "no time": (["solve", UNICAST, "--time-limit", "0"], "MDL001"),
    "no such solver": (["solve", UNICAST, "--solver", "gurobi"], "MDL009"),
    "not a value": (["solve", UNICAST, "--set", "alpha"], "MDL334"),
    "not a scalar": (["solve", UNICAST, "--set", "capacity=3"], "MDL333"),
    "no such param": (["solve", UNICAST, "--set", "zz=3"], "MDL330"),
    "a variable": (["solve", UNICAST, "--set", "x=3"], "MDL332"),
    "no data file": (["solve", UNICAST, "--data", "nowhere.json"], "MDL300"),
    "output is a folder": (["compile", UNICAST, "--to", "nl", "-o", "."], "MDL005]: cannot write .: it is a folder\n"),
    "output nowhere": (["compile", UNICAST, "--to", "nl", "-o", "no/where.nl"], "MDL005"),
    "nonlinear": (["compile", UNICAST, "--to", "lp", "-o", "a.lp"], "MDL581"),
    "which mechanism": (["inspect", AUCTION], "MDL004"),
    "nothing to find": (["inspect", AUCTION, "vickrey"], "MDL683"),
    "nothing to explain": (["explain", AUCTION, "vickrey"], "MDL683"),
    "a certificate of two searches": (["solve", AUCTION, "--certificate", "a.json"], "MDL014"),
    "a certificate of no search": (["solve", AUCTION, "vickrey", "--certificate", "a.json"], "MDL015"),
    "the largest of no param": (["solve", AUCTION, "optimal", "--largest", "value"], "MDL017"),
    "no such model": (["models", "unicats"], "MDL008"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    given, told = SLIPS[name]
    assert main(given) == 2
    out, err = capsys.readouterr()
    assert (told if "]" in told else f"error[{told}]") in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []
