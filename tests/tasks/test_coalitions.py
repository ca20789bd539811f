"""Games through the command line: answers in text and JSON, exit codes, bad input, conventions."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from mdl.cli.main import main

HEAD = 'model m "test";\nagents A := {a, b, c};\n'
MAJORITY = HEAD + "coalition v[S in subsets(A)] = if card(S) >= 2 then 1 else 0;\n"
TABLE = HEAD + (
    "coalition v[subsets(A)] := { {a}: 0, {b}: 0, {c}: 0, {a, b}: 1, {a, c}: 1, {b, c}: 1, {a, b, c}: 1 };\n"
)


def mdl(*words: str) -> tuple[str, str, int]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(list(words))
    return out.getvalue(), err.getvalue(), status


def run(tmp_path: Path, text: str, *words: str) -> tuple[str, str, int]:
    path = tmp_path / "m.mdl"
    path.write_text(text, encoding="utf-8")
    return mdl(words[0] if words else "solve", str(path), *words[1:])


def tasks(tmp_path: Path, text: str, *words: str) -> list[dict[str, Any]]:
    out, err, _ = run(tmp_path, text, "solve", "--json", *words)
    assert out, err
    found: list[dict[str, Any]] = json.loads(out)["tasks"]
    return found


@pytest.mark.parametrize("head", [MAJORITY, TABLE])
def test_an_empty_core_has_weights_and_exit_status_1(tmp_path: Path, head: str) -> None:
    out, err, status = run(tmp_path, head + "check core of v;\n")
    assert status == 1 and not err
    assert "core: fails (exact)" in out and "= 1.5" in out
    (task,) = tasks(tmp_path, head + "check core of v;\n")
    (check,) = task["checks"]
    assert (task["kind"], check["property"], check["verdict"], check["level"]) == ("check", "core", "fails", "exact")
    assert check["violation"] == 0.5
    assert task["values"]["weights"] == [["{a, b}", 0.5], ["{a, c}", 0.5], ["{b, c}", 0.5]]


def test_properties_and_answers(tmp_path: Path) -> None:
    text = MAJORITY + (
        "check superadditive of v; check convex of v; check balanced of v;"
        "check in_core {a: 1, b: 0, c: 0} of v; check in_core {a: 1, b: 1, c: 0} of v;"
        "find least_core of v; find nucleolus of v; find prenucleolus of v; find shapley of v; find banzhaf of v;"
    )
    found = tasks(tmp_path, text)
    verdicts = [(c["property"], c["verdict"], c["violation"]) for t in found[:5] for c in t["checks"]]
    assert verdicts == [
        ("superadditive", "holds", None),
        ("convex", "fails", 1),
        ("balanced", "fails", 0.5),
        ("in_core", "fails", 1),
        ("in_core", "fails", 1),
    ]
    assert "{b, c} can have 1 by itself and is given 0" in found[3]["checks"][0]["witness"]
    assert "the payoffs sum to 2, and all together have 1" in found[4]["checks"][0]["witness"]
    assert found[5]["values"]["excess"] == [[1 / 3]]
    for task in found[6:9]:
        (table,) = task["values"].values()
        assert table == [["a", 1 / 3], ["b", 1 / 3], ["c", 1 / 3]]
    assert found[9]["values"]["banzhaf"] == [["a", 0.5], ["b", 0.5], ["c", 0.5]]


def test_cost_games_speak_of_costs(tmp_path: Path) -> None:
    text = HEAD + (
        "param r[A] := {a: 3, b: 6, c: 12};\n"
        "coalition cost v[S in subsets(A)] = if card(S) == 0 then 0 else max(i in S) r[i];\n"
        "check core of v; find core_range of v; check in_core {a: 4, b: 4, c: 4} of v; find core_vertices of v;"
    )
    core, ranges, payoff, corners = tasks(tmp_path, text)
    assert sum(x for _, x in core["values"]["payoff"]) == 12
    assert ranges["values"]["core_min"] == [["a", 0], ["b", 0], ["c", 6]]
    assert ranges["values"]["core_max"] == [["a", 3], ["b", 6], ["c", 12]]
    assert "{a, b} would pay 6 by itself and is asked for 8" in payoff["checks"][0]["witness"]
    points: dict[int, dict[str, float]] = {}
    for k, who, x in corners["values"]["corner"]:
        points.setdefault(k, {})[who] = x
    assert {tuple(p.values()) for p in points.values()} == {(3, 3, 6), (0, 6, 6), (3, 0, 9), (0, 0, 12)}


def test_expectations(tmp_path: Path) -> None:
    text = TABLE + (
        'expect v.core == empty "x"; expect v.core != nonempty "x"; expect v.gap == 1/2 "x"; expect v[{a, b}] == 1 "x";'
        'expect v.worth[{a}] == 0 "x"; expect v.weight[{a, b}] == 1/2 "x"; expect sum(i in A) v.shapley[i] == 1 "x";'
        'expect v.superadditive == yes "x"; expect v.convex == yes "wrong"; expect v.nucleolus[a] == 1/2 "wrong";'
    )
    found = [t["checks"][0] for t in tasks(tmp_path, text)]
    assert [c["verdict"] for c in found] == ["holds"] * 8 + ["fails"] * 2
    assert all(c["level"] == "exact" for c in found)


RULE = HEAD + (
    "param brings[A] := {a: 1, b: 2, c: 0.1};\nvar x[A] >= 0;\n"
    "subject to enough: sum(i in A) x[i] <= sum(i in A) brings[i];\n"
    "valuation[i in A] = 3 * x[i];\nmaximize gain: sum(i in A) valuation[i];\n"
)


def test_a_game_of_a_rule_is_exact_where_the_rule_is_linear(tmp_path: Path) -> None:
    text = (
        RULE + "coalition v = gain; check core of v; expect v[{a, c}] == 3.3; check in_core {a: 3, b: 6, c: 0.3} of v;"
    )
    core, worth, payoff = tasks(tmp_path, text)
    assert core["checks"][0]["level"] == worth["checks"][0]["level"] == payoff["checks"][0]["level"] == "exact"
    assert core["values"]["payoff"] == [["a", 3], ["b", 6], ["c", 0.3]]
    again = RULE + "coalition v[S in subsets(A)] = gain with only S; expect v[{a, c}] == 3.3 within 1e-9;"
    (only,) = tasks(tmp_path, again)
    assert only["checks"][0]["verdict"] == "holds"


def test_a_rule_that_is_not_linear_says_numeric(tmp_path: Path) -> None:
    text = HEAD + (
        "var x[A] >= 0, <= 1;\nmaximize gain: sqrt(sum(i in A) x[i]) - 0.1 * sum(i in A) x[i];\n"
        "coalition v = gain; check core of v;"
    )
    (core,) = tasks(tmp_path, text)
    assert core["checks"][0]["level"] == "numeric" and core["checks"][0]["verdict"] == "fails"
    assert "count as equal" in core["notes"][0]


def test_the_convention_for_outsiders_is_said(tmp_path: Path) -> None:
    text = RULE.replace("3 * x[i]", "3 * x[i] - sum(j in A) x[j]") + "coalition v = gain; check core of v;"
    (core,) = tasks(tmp_path, text)
    assert "through `x`; outsiders take no part (the absent-agent rule)" in core["notes"][0]
    (plain,) = tasks(tmp_path, RULE + "coalition v = gain; check core of v;")
    assert "notes" not in plain
    mixed = text.replace("coalition v = gain", "coalition v[S in subsets(A)] = (gain with only S) - 0 * gain")
    (both,) = tasks(tmp_path, mixed)
    assert "two conventions in one game" in both["notes"][1]


def test_tables_from_files(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text('who,worth\n{a},0\n{b},0\n{c},0\n"{a, b}",1\n"{a,c}",1\n"{c,b}",1\n"{a,b,c}",2\n')
    text = HEAD + 'coalition v[subsets(A)] := {};\ndata "v.csv" : v[who] = worth;\nexpect v.gap == -1/2 "x";\n'
    (task,) = tasks(tmp_path, text)
    assert task["checks"][0]["verdict"] == "holds"
    (tmp_path / "v.json").write_text(
        json.dumps({"v": {"{}": 0, "{a}": 0, "{b}": 0, "{c}": 0, "{a,b}": 1, "{a,c}": 1, "{b,c}": 1, "{a,b,c}": 1.5}})
    )
    (task,) = tasks(tmp_path, TABLE + 'expect v.gap == 0 "x";', "--data", str(tmp_path / "v.json"))
    assert task["checks"][0]["verdict"] == "holds"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("MDL711", HEAD + "coalition v[S in subsets(A)] = 1 + card(S); check core of v;"),
        ("MDL711", TABLE.replace("{a}: 0", "{}: 1, {a}: 0") + "check core of v;"),
        ("MDL710", 'model m "t"; agents A := 1..40; coalition v[S in subsets(A)] = card(S); find shapley of v;'),
        ("MDL712", 'model m "t"; agents A := 1..0; coalition v[S in subsets(A)] = card(S); check core of v;'),
        (
            "MDL713",
            RULE.replace("<= sum", ">= 1 + sum").replace("x[A] >= 0", "x[A] >= 0, <= 1")
            + "coalition v = gain; check core of v;",
        ),
        ("MDL714", MAJORITY + "check in_core {a: 1, b: 0, c: 0, d: 0} of v;"),
        ("MDL715", MAJORITY + "check in_core {a: 1} of v;"),
        ("MDL716", MAJORITY + "find core_range of v;"),
        ("MDL716", MAJORITY + "find core_vertices of v;"),
        ("MDL717", HEAD + "coalition v[S in subsets(A)] = min(card(S), 2); find nucleolus of v;"),
        ("MDL718", 'model m "t"; agents A := 1..9; coalition v[S in subsets(A)] = card(S)^2; find core_vertices of v;'),
        ("MDL714", MAJORITY + "expect v.nucleolus[d] == 0;"),
        ("MDL714", MAJORITY + "expect v.worth[{a, d}] == 0;"),
    ],
)
def test_bad_input(tmp_path: Path, code: str, text: str) -> None:
    out, err, status = run(tmp_path, text)
    assert "Traceback" not in err
    if text.startswith(MAJORITY) and "expect" in text:
        assert status == 1 and "is no player" in out
        return
    assert status == 2 and f"error[{code}]" in err, err + out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TABLE.replace("{b}: 0, ", ""), "{b}"),
        (TABLE.replace("{a}: 0", "{d}: 0"), "d"),
        (TABLE.replace("{a, c}: 1", "{a, b}: 2"), "{a"),
    ],
)
def test_wrong_tables_are_refused(tmp_path: Path, text: str, said: str) -> None:
    _, err, status = run(tmp_path, text + "check core of v;")
    assert status == 2 and "Traceback" not in err and said in err and "error[MDL3" in err


def test_inspect_and_compile(tmp_path: Path) -> None:
    out, err, status = run(tmp_path, MAJORITY, "inspect", "core of v", "--rows", "coalition[{a, b}]")
    assert (out, status) == ("coalition[{a,b}]  payoff[a] + payoff[b] >= 1\n", 0)
    for form in ("lp", "mps", "nl", "json", "pyomo", "latex"):
        out, err, status = run(tmp_path, MAJORITY, "compile", "least_core of v", "--to", form)
        assert status == 0 and out
    out, err, status = run(tmp_path, MAJORITY, "inspect", "shapley of v")
    assert status == 2 and "MDL719" in err
    out, err, status = run(tmp_path, MAJORITY, "solve", "shapley of v")
    assert status == 0 and "1/3" in out


def test_check_finds_what_needs_no_solver(tmp_path: Path) -> None:
    out, err, status = run(tmp_path, TABLE + RULE.removeprefix(HEAD) + "coalition u = gain;", "check")
    assert status == 0 and "  v: game of 3 players, by table\n" in out and "  u: game of 3 players, of `gain`\n" in out
    out, err, status = run(tmp_path, HEAD + "coalition v[S in subsets(A)] = 1 + card(S);", "check")
    assert status == 2 and "MDL711" in err


def test_words_are_exact_only_where_the_worths_are(tmp_path: Path) -> None:
    text = MAJORITY + (
        "coalition w[S in subsets(A)] = sqrt(card(S));\n"
        'expect v.core == empty "3/2 > 1"; expect w.convex == no "diminishing"; expect w.core == nonempty "false";'
    )
    checks = [task["checks"][0] for task in tasks(tmp_path, text)]
    assert [(c["verdict"], c["level"]) for c in checks] == [
        ("holds", "exact"),
        ("holds", "numeric"),
        ("fails", "numeric"),
    ]
    assert checks[2]["witness"] == "`w.core` is empty"


def test_a_small_gap_beside_large_worths_is_written(tmp_path: Path) -> None:
    pairs = "{a, b}: 2000000, {a, c}: 2000000, {b, c}: 2000000, {a, b, c}: 2999999.75"
    text = HEAD + f"coalition v[subsets(A)] := {{ {{a}}: 0, {{b}}: 0, {{c}}: 0, {pairs} }};\ncheck core of v;\n"
    (task,) = tasks(tmp_path, text)
    assert task["checks"][0]["violation"] == 0.25
    assert task["checks"][0]["witness"].endswith("all together have 2999999.75: off by 0.25")
