"""`mdl check` on what a mechanism's file leaves open."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mdl.models
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
    assert "  welfare: LP; 2 variables, 1 row (at the first report profile)\n" in capsys.readouterr().out
    assert main(["check", str(path), "--json"]) == 0
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert rule["class"] == "LP"


def test_a_rule_without_a_mechanism_waits_for_its_types(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "auction.mdl"
    path.write_text(AUCTION.partition("mechanism")[0], encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert "welfare: class not known before value has values" in capsys.readouterr().out
    assert main(["check", str(path), "--json"]) == 0
    (rule,) = json.loads(capsys.readouterr().out)["rules"]
    assert rule["class"] is None
    assert rule["needs"] == ["value"]


def test_what_is_not_convex_is_told_though_types_have_no_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "auction.mdl"
    path.write_text(AUCTION.replace("value[i] * win[i]", "value[i] * win[i]^2"), encoding="utf-8")
    assert main(["check", str(path)]) == 0
    out, err = capsys.readouterr()
    assert "  welfare: NLP; 2 variables, 1 row (at the first report profile)\n" in out
    assert "MDL400" in err and "`welfare` is not concave" in err


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


def test_what_is_to_be_found_over_how_many_profiles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        AUCTION
        + """\
mechanism optimal { outcome free; pay t[BIDDER]; require bayesian_ic, interim_ir; }
mechanism shifted { outcome welfare; pay t[i in BIDDER] = h[i]; adjust h[BIDDER] on others; require interim_ir; }
"""
    )
    path = tmp_path / "auction.mdl"
    path.write_text(text, encoding="utf-8")
    assert main(["check", str(path)]) == 0
    told = capsys.readouterr().out
    assert "  vickrey: vcg(welfare); 9 report profiles, nothing to find\n" in told
    assert "  optimal: outcome free; 36 unknowns over 9 report profiles\n" in told  # 18 win, 18 t
    assert "  shifted: outcome welfare; 6 unknowns over 9 report profiles\n" in told  # 3 reports of the other each
    assert main(["check", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["mechanisms"]
    assert [(m["mechanism"], m["profiles"], m["unknowns"]) for m in found] == [
        ("vickrey", 9, 0),
        ("optimal", 9, 36),
        ("shifted", 9, 6),
    ]


def test_counted_agents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """\
model share;
agents A := 1..100;
type v[A] in {0, 1};
outcome all { q[i in A] = v[i]; }
valuation[i in A] = v[i] * q[i];
symmetric A;
mechanism m { outcome all; pay t[A]; require dominant_ic; }
"""
    path = tmp_path / "share.mdl"
    path.write_text(text, encoding="utf-8")
    assert main(["check", str(path)]) == 0
    # the own report, and how many of the 99 others report 1
    assert "  m: outcome all; 200 unknowns over 200 cases of 100 interchangeable agents with 2 types\n" in (
        capsys.readouterr().out
    )


def test_every_mistake_of_priors_and_of_the_order_of_tasks_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = AUCTION.replace("uniform", "{1: 0.333, 2: 0.333, 3: 0.333}") + "check m: dominant_ic;\n"
    text += "mechanism m { outcome welfare; pay t[BIDDER]; require dominant_ic; }\nfind m;\n"
    path = tmp_path / "auction.mdl"
    path.write_text(text, encoding="utf-8")
    assert main(["check", str(path)]) == 2
    told = capsys.readouterr().err
    assert "MDL610" in told and "adds up to 0.999, not 1" in told
    assert "MDL680" in told


def test_a_file_without_mechanisms_loads_nothing_of_them(tmp_path: Path) -> None:
    path = tmp_path / "plain.mdl"
    path.write_text("model m; var x >= 0, <= 3; maximize gain: x;", encoding="utf-8")
    program = (
        "import sys; from mdl.cli.main import main; main(sys.argv[1:]); "
        "assert not [m for m in sys.modules if m.startswith(('mdl.mechanisms', 'mdl.irrational', 'mdl.certify'))]"
    )
    done = subprocess.run([sys.executable, "-c", program, "check", str(path)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


HEAVY = ("scipy", "flint", "highspy", "pyomo", "cyipopt", "casadi", "lark", "pyarrow", "openpyxl", "hashlib", "random")


@pytest.mark.parametrize("model", ["unicast", "mechanisms/second_price", "coalitions/glove", "kkt/unicast"])
def test_check_loads_no_solver(model: str) -> None:
    path = Path(next(iter(mdl.models.__path__))) / f"{model}.mdl"
    program = (
        "import sys; from mdl.cli.main import main; status = main(sys.argv[1:]); "
        f"print('loaded', [m for m in {HEAVY} if m in sys.modules], status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "check", str(path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "loaded [] 0", done.stdout + done.stderr
