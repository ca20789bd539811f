"""`mdl check` on what a mechanism's file leaves open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mdl.cli.main import main

AUCTION = """\
model auction "One item";
agents BIDDER := {a, b};
type value[BIDDER] in {1, 2, 3};
prior value ~ uniform;
var win[BIDDER] >= 0;
subject to one_item: sum(i in BIDDER) win[i] <= 1;
valuation[i in BIDDER] = value[i] * win[i];
maximize welfare: sum(i in BIDDER) valuation[i];
mechanism vickrey = vcg(welfare);
"""


def test_types_need_no_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reports choose the profile of a mechanism, so that its file may leave it open."""
    path = tmp_path / "auction.mdl"
    path.write_text(AUCTION, encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert "welfare: class not known before value has values" in capsys.readouterr().out
    assert main(["check", str(path), "--json"]) == 0
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert rule["class"] is None
    assert rule["needs"] == ["value"]


def test_params_do_need_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "auction.mdl"
    path.write_text(AUCTION.replace("value[i] * win[i]", "weight * win[i]") + "param weight;\n", encoding="utf-8")
    assert main(["check", str(path)]) == 2
    assert "`weight`" in capsys.readouterr().err


def test_a_kkt_system_that_there_is_not_is_told_before_solving(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "whole.mdl"
    text = "model m; var x >= 0, <= 3, integer; maximize gain: x;"
    path.write_text(text + " solve kkt of gain;", encoding="utf-8")
    assert main(["check", str(path)]) == 2
    assert "MDL430" in capsys.readouterr().err
    path.write_text(text + " solve gain;", encoding="utf-8")
    assert main(["check", str(path)]) == 0
