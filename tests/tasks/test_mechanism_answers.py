"""What expectations ask of mechanisms, against numbers worked out by hand; and the tasks around them."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from mdl.answer.answer import Answer
from mdl.cli.main import main
from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import understand
from mdl.program.solution import SolverOptions, Status
from mdl.tasks.run import run

GOODS = """\
model goods "Two buyers with a size and a value, one seller; shares by size";
agents BUYER := {b, c};
agents SELLER := {s};
type value[BUYER] in {1, 3} := {b: 3, c: 1};
type size[BUYER] in {1, 2} := {b: 1, c: 2};
type cost[SELLER] in {0, 1} := {s: 1};
prior value ~ {1: 1/4, 3: 3/4};
prior size ~ uniform;
prior cost ~ uniform;
outcome by_size {
    share[i in BUYER] = size[i] / sum(j in BUYER) size[j];
    sold = sum(j in BUYER) size[j];
}
let spent[i in BUYER, k in SELLER] = share[i] * cost[k];
valuation[i in BUYER] = value[i] * share[i];
valuation[k in SELLER] = -cost[k];
mechanism m {
    outcome by_size;
    pay price[i in BUYER] = value[i] / 2;
    pay levy[i in BUYER where i == b] = 1/4;
    receive fee[k in SELLER] = sold / 2;
    income = 1;
}
mechanism found {
    outcome by_size;
    pay t[i in BUYER] = h[i] - 1;
    receive revenue[SELLER];
    adjust h[BUYER] on others;
    require ex_post_ir;
    maximize expected(sum(i in BUYER) t[i] - sum(k in SELLER) revenue[k]);
}
mechanism thing = mep(by_size);
"""

CLAIMS = [
    # at the realised profile: b (3, 1), c (1, 2), s 1
    ("m.pay[b]", Fraction(7, 4)),  # 3/2 + 1/4
    ("m.pay[c]", Fraction(1, 2)),
    ("m.pay[s]", Fraction(-3, 2)),  # gets 3/2
    ("m.price[b]", Fraction(3, 2)),
    ("m.levy[b]", Fraction(1, 4)),
    ("m.fee[s]", Fraction(3, 2)),
    ("m.value[b]", Fraction(1)),
    ("m.utility[b]", Fraction(-3, 4)),
    ("m.utility[s]", Fraction(1, 2)),
    ("m.share[c]", Fraction(2, 3)),
    ("m.sold", Fraction(3)),
    ("m.spent[c, s]", Fraction(2, 3)),
    # at others, one value a type in agent order: b, c, s
    ("m.pay[b, 1, 2, 3, 2, 0]", Fraction(3, 4)),
    ("m.pay[s, 1, 2, 3, 2, 0]", Fraction(-2)),
    ("m.value[c, 1, 2, 3, 2, 0]", Fraction(3, 2)),
    ("m.utility[c, 1, 2, 3, 1, 0]", Fraction(-1, 2)),  # 3 / 3 - 3 / 2
    ("m.share[b, 1, 2, 3, 1, 0]", Fraction(2, 3)),
    ("m.sold[1, 2, 3, 1, 0]", Fraction(3)),
    ("m.spent[b, s, 1, 1, 1, 1, 1]", Fraction(1, 2)),
    ("m.pay[b, (1, 2), (3, 2), 0]", Fraction(3, 4)),  # composite types as they are printed
    # expressions around them
    ("sum(i in BUYER) m.pay[i]", Fraction(9, 4)),
    ("sum(i in BUYER where m.price[i] > 1) m.value[i]", Fraction(1)),
    ("max(i in BUYER) m.pay[i, 1, 1, 1, 1, 0] - m.pay[c, 1, 1, 1, 1, 0]", Fraction(1, 4)),
    # expected: values 5/2 each, half of it, a quarter, and 3/2 for the seller
    ("m.revenue", Fraction(5, 2) + Fraction(1, 4) - Fraction(3, 2)),
    ("m.violation[ex_post_ir]", Fraction(3, 4)),  # b with value 3 and size 1 against 2: 3/2 + 1/4 for 1
    # what was found: buyers pay what a share is worth with value 1 and size 1; the seller has its cost anyway
    ("found.objective", Fraction(5, 6)),  # 1/2 or 1/3 of each buyer
    ("found.t[b, 3, 2, 1, 1, 0]", Fraction(1, 2)),
    ("found.h[b, 1, 1, 0]", Fraction(3, 2)),
    ("found.h[c, 3, 2, 1]", Fraction(4, 3)),
    ("found.revenue[s, 1, 1, 1, 1, 1]", Fraction(0)),
    ("found.revenue", Fraction(5, 6)),
    ("thing.pay[b, 3, 1, 1, 1, 0]", Fraction(3, 2)),  # 3/2 with, 0 without
]


def answers(text: str, **options: bool) -> list[Answer]:
    instance = bind(understand(Source("goods.mdl", text)), Path(), Overrides())
    return list(run(instance, instance.model.tasks, SolverOptions(), **options))


def asked(claim: str, value: Fraction) -> str:
    return f"{GOODS}find found;\nexpect {claim} == {value};\n"


@pytest.mark.parametrize(("claim", "value"), CLAIMS)
def test_the_number(claim: str, value: Fraction) -> None:
    _, claimed = answers(asked(claim, value))
    (check,) = claimed.checks
    assert (check.verdict, check.level) == ("holds", "exact"), (check.witness, claim)
    _, claimed = answers(asked(claim, value + Fraction(1, 10**9)))
    assert claimed.checks[0].verdict == "fails"


def test_a_found_answer_waits_for_its_find() -> None:
    for claim in ("found.objective == 1", "found.dominant_ic == holds", "found.t[b] == 1", "found.status == optimal"):
        before, _, after = answers(f"{GOODS}expect {claim};\nfind found;\nexpect {claim};")
        assert before.checks[0].verdict == "undecided"
        assert "nothing before this line finds it" in (before.checks[0].witness or "")
        assert after.checks[0].verdict != "undecided"


def test_words_of_answers() -> None:
    claims = ("found.status == optimal", "m.ex_post_ir == fails", "m.no_subsidy == holds")
    text = f"{GOODS}find found;\n" + "".join(f"expect {claim};\n" for claim in claims)
    _, status, fails, wrong = answers(text)
    assert [a.checks[0].verdict for a in (status, fails, wrong)] == ["holds", "holds", "fails"]


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("m.pay[b, 2, 1, 1, 1, 0] == 0", "(2, 1, 1, 1, 0) is no profile"),
        ("m.pay[b, 1, 1, 1, 1] == 0", "is no profile"),
        ("m.pay[b, 1, 1, 1, 1, 0, 0] == 0", "is no profile"),
        ("m.pay[j] == 0", "j is no agent"),
        ("m.share[s, 1, 1, 1, 1, 0] == 0", "there is no `share[s]`"),
        ("m.spent[b, c] == 0", "there is no `spent[b, c]`"),
        ("m.levy[c] == 0", "c has no transfer `levy`"),
    ],
)
def test_what_is_not_there_is_undecided(claim: str, why: str) -> None:
    (answer,) = answers(f"{GOODS}expect {claim};")
    assert answer.checks[0].verdict == "undecided"
    assert why in (answer.checks[0].witness or "")


def test_a_second_find_replaces_the_first() -> None:
    answer = answers(f"{GOODS}find found;\nfind found;\nexpect found.revenue == 5/6;")[-1]
    assert answer.checks[0].verdict == "holds"


def test_values_are_listed_by_agent_and_profile() -> None:
    """One table a transfer; composite types follow each other in JSON, as in the index of an expectation."""
    from mdl.answer.as_json import encode

    (check,) = answers(f"{GOODS}check m: ex_post_ir;")
    (task,) = json.loads(encode("goods", [check]))["tasks"]
    price = {tuple(row[:-1]): row[-1] for row in task["values"]["price"]}
    assert price["b", 1, 2, 3, 2, 0] == 0.5
    assert len(price) == 2 * 32
    assert {row[0] for row in task["values"]["levy"]} == {"b"}
    assert {row[0] for row in task["values"]["fee"]} == {"s"}


def test_a_family_over_two_sets_is_one_table() -> None:
    from mdl.answer.as_json import encode

    (check,) = answers(f"{GOODS}check thing: ex_post_ir;")
    (task,) = json.loads(encode("goods", [check]))["tasks"]
    assert {row[0] for row in task["values"]["pay"]} == {"b", "c", "s"}


def test_the_search_says_how_it_ended() -> None:
    (found,) = answers(f"{GOODS}find found;")
    assert found.status is Status.OPTIMAL and found.objective == Fraction(5, 6)
    assert any("5/6" in note for note in found.notes)
    (full,) = answers(f"{GOODS}find found;", full=True)
    assert full.objective == found.objective


def certified(tmp_path: Path, text: str, *words: str) -> tuple[int, Path]:
    file, proof = tmp_path / "goods.mdl", tmp_path / "proof.json"
    file.write_text(text, encoding="utf-8")
    return main(["solve", str(file), *words, "--certificate", str(proof), "--quiet"]), proof


def checked(proof: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "mdl.certificate", str(proof)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_a_certificate_is_about_the_model_and_is_believed(tmp_path: Path) -> None:
    status, proof = certified(tmp_path, f"{GOODS}find found;")
    assert status == 0
    held = json.loads(proof.read_text("utf-8"))
    assert held["model"]["name"] == "goods.mdl"
    assert held["claims"] == {"objective": "5/6"}
    done = checked(proof)
    assert done.returncode == 0 and "5/6 exactly" in done.stdout


@pytest.mark.parametrize("key", ["objective", "point", "row_multipliers", "rows"])
def test_a_tampered_certificate_is_refused(key: str, tmp_path: Path) -> None:
    _, proof = certified(tmp_path, f"{GOODS}find found;")
    held = json.loads(proof.read_text("utf-8"))
    if key == "objective":
        held["claims"]["objective"] = "1/2"
    elif key == "rows":
        place = next(k for k, v in enumerate(held["program"]["rows"]["upper"]) if v is not None)
        held["program"]["rows"]["upper"][place] = "-100"
    else:
        place = next(k for k, v in enumerate(held[key]) if v != "0")
        held[key][place] = str(Fraction(held[key][place]) + 1)
    proof.write_text(json.dumps(held), encoding="utf-8")
    done = checked(proof)
    assert done.returncode == 1 and done.stderr.startswith("refused: "), done


ROOTS = """\
model roots;
agents A := {a};
type v[A] in {2, 3};
outcome all { q[i in A] = sqrt(v[i]); }
valuation[i in A] = v[i] * q[i];
mechanism m { outcome all; pay t[A]; require dominant_ic, ex_post_ir; maximize sum(i in A) t[i]; }
mechanism n { outcome all; pay t[A]; require dominant_ic, ex_post_ir; }
find m;
"""


def test_no_certificate_of_roots(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, proof = certified(tmp_path, ROOTS)
    assert status == 2 and not proof.exists()
    assert "MDL685" in capsys.readouterr().err


def test_one_certificate_is_about_one_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, proof = certified(tmp_path, GOODS + "find found;\nfind found;")
    assert status == 2 and not proof.exists()
    assert "MDL014" in capsys.readouterr().err
    status, proof = certified(tmp_path, GOODS + "check m: ex_post_ir;")
    assert status == 2 and not proof.exists()
    assert "MDL015" in capsys.readouterr().err


IMPOSSIBLE = """\
model impossible;
agents A := {a};
type v[A] in {1, 2};
outcome less { q[i in A] = 3 - v[i]; }
valuation[i in A] = v[i] * q[i];
mechanism m { outcome less; pay t[A]; require dominant_ic; }
find m;
"""


def test_the_certificate_of_an_impossibility(tmp_path: Path) -> None:
    """Around the two reports (2 - 1) - (4 - 2) is lost: q falls in v."""
    status, proof = certified(tmp_path, IMPOSSIBLE)
    assert status == 1
    held = json.loads(proof.read_text("utf-8"))
    done = checked(proof)
    assert done.returncode == 0 and "ic[a: 1 -> 2]" in done.stdout and "ic[a: 2 -> 1]" in done.stdout
    told = json.dumps(held).replace('"-2"', '"2"')
    assert told != json.dumps(held)
    proof.write_text(told, encoding="utf-8")
    assert checked(proof).returncode == 1


def test_transfers_by_formula_are_told_where_everything_is_softened() -> None:
    """There is nothing to audit then, and yet `p` is what agents receive."""
    text = """
    model soft; agents A := {a, b}; type v[A] in {1, 2}; prior v ~ uniform;
    outcome half { x[i in A] = 1/2; }
    valuation[i in A] = v[i] * x[i];
    mechanism m { outcome half; receive p[i in A] = v[i] + h[i]; adjust h[A] on others;
        soften ex_post_ir, weak_budget_balance; minimize expected shortfall; }
    find m;
    """
    instance = bind(understand(Source("m.mdl", text)), Path(), Overrides())
    (answer,) = run(instance, instance.model.tasks, SolverOptions())
    tables = {t.name: dict(t.rows) for t in answer.values}
    assert set(tables) == {"h", "p"}
    h, p = tables["h"], tables["p"]
    assert all(p["a", s, t] == s + h["a", t] and p["b", s, t] == t + h["b", s] for s in (1, 2) for t in (1, 2))
