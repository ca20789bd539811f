"""Certificates and their checker: true ones pass, every false one is refused, and no bytes end in a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.algebra.numbers import Numbers
from mdl.certificate import Malformed, Refused, _unbroken, check, main
from mdl.certify import Outcome, Proof, Refutation, Unboundedness, Unproved, prove
from mdl.certify.document import about, cycle_document, document, path_document, sealed
from tests.certify.families import auction, core, even
from tests.certify.small import Small, confirm, programs
from tests.certify.test_families import FULL, NEARLY_INDEPENDENT, majority
from tests.program import make

TOP = Path(__file__).parents[2]


def encoded(held: object) -> bytes:
    return json.dumps(held).encode()


def verdict(held: object) -> str:
    """What the checker says: "holds", "refused" or "malformed"."""
    try:
        check(encoded(held))
    except Refused:
        return "refused"
    except Malformed:
        return "malformed"
    return "holds"


def proved(outcome: Outcome) -> Proof | Refutation | Unboundedness:
    assert not isinstance(outcome, Unproved)
    return outcome


@settings(max_examples=100, deadline=None)
@given(programs())
def test_every_true_certificate_holds(small: Small) -> None:
    program = small.program()
    assert verdict(document(program, proved(prove(program)))) == "holds"


def read_small(held: dict[str, Any]) -> Small:
    """The program of a file as the tests write programs."""
    data = held["program"]
    width = len(data["columns"]["names"])
    starts, places = data["rows"]["starts"], data["rows"]["columns"]
    matrix = []
    for a, b in pairwise(starts):
        row = [Fraction(0)] * width
        for j, v in zip(places[a:b], data["rows"]["coefficients"][a:b], strict=True):
            row[j] += Fraction(v)
        matrix.append(tuple(row))
    cost = [Fraction(0)] * width
    for j, v in zip(data["objective"]["columns"], data["objective"]["coefficients"], strict=True):
        cost[j] = Fraction(v)

    def sides(name: str) -> tuple[tuple[Fraction | None, Fraction | None], ...]:
        pairs = zip(data[name]["lower"], data[name]["upper"], strict=True)
        return tuple((None if a is None else Fraction(a), None if b is None else Fraction(b)) for a, b in pairs)

    constant = Fraction(data["objective"]["constant"])
    maximize = data["sense"] == "maximize"
    return Small(tuple(cost), tuple(matrix), sides("rows"), sides("columns"), maximize, constant)


def read_outcome(held: dict[str, Any]) -> Outcome:
    def numbers(key: str) -> Numbers:
        return Numbers.of([Fraction(v) for v in held[key]])

    if held["kind"] == "optimal":
        duals, left = numbers("row_multipliers"), numbers("reduced_costs")
        return Proof(Fraction(held["claims"]["objective"]), numbers("point"), duals, left)
    if held["kind"] == "unbounded":
        return Unboundedness(numbers("point"), numbers("ray"), Fraction(held["claims"]["slope"]))
    gap = Fraction(held["claims"]["gap"])
    crossed = next(iter(held["crossed"].items())) if "crossed" in held else None
    return Refutation(gap, numbers("row_weights"), numbers("column_weights"), False, crossed)


def is_true(held: dict[str, Any]) -> bool:
    """The claim by the tests' own definitions; scale is free for weights of rows."""
    small, outcome = read_small(held), read_outcome(held)
    if isinstance(outcome, Refutation) and outcome.crossed is None:
        scale = Fraction(int(np.lcm(outcome.row_weights.denominator, outcome.column_weights.denominator)))
        rows = [w * scale for w in outcome.row_weights.fractions()]
        columns = [w * scale for w in outcome.column_weights.fractions()]
        outcome = Refutation(outcome.gap * scale, Numbers.of(rows), Numbers.of(columns), False)
    if isinstance(outcome, Refutation) and outcome.crossed is not None:
        weights = [*outcome.row_weights.fractions(), *outcome.column_weights.fractions()]
        if any(weights):
            return False
    try:
        confirm(small, outcome)
    except AssertionError:
        return False
    return True


def number_places(held: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every number that is a string, and to every bound that is not there."""
    if isinstance(held, dict):
        return [p for k, v in held.items() if k not in ("names", "name", "model") for p in number_places(v, (*at, k))]
    if isinstance(held, list):
        return [p for k, v in enumerate(held) for p in number_places(v, (*at, k))]
    top = at and at[0] in ("format", "version", "kind")
    return [at] if not top and (held is None or (isinstance(held, str) and held[-1:].isdigit())) else []


def put(held: Any, at: tuple[Any, ...], value: object) -> None:
    for key in at[:-1]:
        held = held[key]
    held[at[-1]] = value


def get(held: Any, at: tuple[Any, ...]) -> Any:
    for key in at:
        held = held[key]
    return held


SAMPLES = [
    make.linear([3, 2], [[1, 1], [1, 3]], None, [4, 6], maximize=True),
    make.linear([1, 2, -1], [[1, Fraction(1, 3), 1], [1, -1, 0]], [2, -1], [5, None], [0, None, -3], [None, 7, 4]),
    make.linear([1, 1], [[1, 1], [1, -1], [-1, 0]], [3, 0, -1], None, upper=[None, 5], maximize=True),
    make.linear([1, 1], [[1, 1], [1, -1], [-1, 0]], [3, 0, -1], None, upper=[None, 1]),
    make.linear([1, 2], [[1, -1], [2, -3]], None, [0, 5], maximize=True),
    make.linear([1, -2], [[1, -1], [0, 1]], [-2, 0], [3, None], [None, 0]),
    make.linear([1], [[1], [2]], [None, 3], [2, 1]),
    auction([1, 2], NEARLY_INDEPENDENT, dominant=True),
    auction([1, 2], even(2), dominant=True, revenue=Fraction(8, 5)),
    core(3, majority(3), least=False),
]
SEALED = [json.loads(encoded(document(p, proved(prove(p))))) for p in SAMPLES]
FILES = [{key: value for key, value in file.items() if key != "seal"} for file in SEALED]
"""Without their seals: a claim is checked whatever its file has gone through; the command looks at the seal, too."""


def test_the_samples_are_of_every_kind() -> None:
    assert {f["kind"] for f in FILES} == {"optimal", "infeasible", "unbounded"}
    assert any("crossed" in f for f in FILES)
    assert all(verdict(f) == "holds" and is_true(f) for f in FILES)


CHANGE = st.one_of(
    st.sampled_from([Fraction(1), Fraction(-1), Fraction(1, 10**12), Fraction(-1, 10**12)]),
    st.fractions(max_denominator=50).filter(bool),
)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_other_number_is_refused_where_it_makes_the_claim_wrong(data: st.DataObject) -> None:
    held = deepcopy(data.draw(st.sampled_from(FILES)))
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.sampled_from(number_places(held)))
        old, change = get(held, at), data.draw(CHANGE)
        if old is None:
            put(held, at, str(change))
        elif "lower" in at or "upper" in at:
            put(held, at, data.draw(st.sampled_from([None, str(Fraction(old) + change)])))
        else:
            put(held, at, str(Fraction(old) + change))
    assert verdict(held) == ("holds" if is_true(held) else "refused")


@pytest.mark.parametrize("key", ["claims", "row_multipliers", "reduced_costs", "row_weights", "column_weights"])
def test_no_number_of_a_claim_or_a_multiplier_may_change(key: str) -> None:
    for file in FILES:
        for at in number_places(file.get(key, []), (key,)):
            for change in (Fraction(1), Fraction(-1, 10**15)):
                held = deepcopy(file)
                put(held, at, str(Fraction(get(held, at)) + change))
                assert verdict(held) == "refused", (file["kind"], at)


def test_signs_and_senses_cannot_be_turned() -> None:
    for file in FILES[:6]:
        held = deepcopy(file)
        held["program"]["sense"] = "minimize" if file["program"]["sense"] == "maximize" else "maximize"
        assert verdict(held) == ("holds" if file["kind"] == "infeasible" else "refused")
    for file in FILES:
        kinds = {"optimal", "infeasible", "unbounded", "cycle", "path"} - {file["kind"]}
        assert {verdict(file | {"kind": k}) for k in kinds} == {"malformed"}


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 10**30), st.floats(), st.text(max_size=3), st.just("1/0")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=4,
)


def places(held: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside: list[tuple[Any, Any]] = []
    if isinstance(held, dict):
        inside = list(held.items())
    elif isinstance(held, list):
        inside = list(enumerate(held))
    return [*([at] if at else []), *(p for k, v in inside for p in places(v, (*at, k)))]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_structure_ends_in_a_traceback(data: st.DataObject) -> None:
    held = deepcopy(data.draw(st.sampled_from([*FILES, CYCLE, PATH])))
    at = data.draw(st.sampled_from(places(held)))
    action = data.draw(st.sampled_from(["put", "drop", "twice"]))
    inside = get(held, at[:-1])
    if action == "put":
        put(held, at, data.draw(JSON))
    elif action == "drop":
        del inside[at[-1]]
    elif isinstance(inside, list):
        inside.append(inside[at[-1]])
    else:
        inside[f"{at[-1]}'"] = inside[at[-1]]
    assert verdict(held) in ("holds", "refused", "malformed")


@settings(max_examples=200)
@given(st.binary(max_size=60), st.integers(0, 400))
def test_no_bytes_end_in_a_traceback(noise: bytes, cut: int) -> None:
    whole = encoded(FILES[0])
    for data in (noise, whole[:cut], whole[:cut] + noise + whole[cut:]):
        try:
            check(data)
        except (Refused, Malformed):
            continue
        assert data == whole or json.loads(data) is not None


DEEP = b"[" * 200_000
MALFORMED = {
    "empty": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"format": "\xff\xfe"}',
    "deep": DEEP,
    "a list": b"[]",
    "another format": b'{"format": "proof"}',
    "NaN": b'{"format": "mdl-certificate", "version": NaN}',
    "another version": encoded(FILES[0] | {"version": 2}),
    "version true": encoded(FILES[0] | {"version": True}),
    "unhashable kind": encoded(FILES[0] | {"kind": ["optimal"]}),
    "more claims": encoded(FILES[0] | {"claims": {"objective": "12", "revenue": "100"}}),
    "a number": encoded(FILES[0] | {"claims": {"objective": 12}}),
    "no integer": encoded(FILES[0] | {"claims": {"objective": "1e3"}}),
    "Arabic digits": encoded(FILES[0] | {"claims": {"objective": "١٢"}}),
    "spaces": encoded(FILES[0] | {"claims": {"objective": " 12"}}),
    "underscore": encoded(FILES[0] | {"claims": {"objective": "1_2"}}),
    "no denominator": encoded(FILES[0] | {"claims": {"objective": "12/0"}}),
    "long": encoded(FILES[0] | {"claims": {"objective": "1" * 100_001}}),
    "long integer": b'{"format": "mdl-certificate", "version": ' + b"1" * 10_000 + b"}",
    "twice": encoded(FILES[0])[:-1] + b', "claims": {"objective": "13"}}',
    "short point": encoded(FILES[0] | {"point": ["1"]}),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_malformed_files_exit_with_2_and_one_line(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "out.json"
    file.write_bytes(MALFORMED[what])
    assert main([str(file)]) == 2
    out, err = capsys.readouterr()
    assert not out and err.startswith("malformed: ") and err.count("\n") == 1 and len(err) < 300


def test_numbers_of_any_length_are_written_and_read() -> None:
    huge = Fraction(10**9000 + 7, 10**8999 + 3)
    small = Small((huge,), ((Fraction(1),),), ((None, huge),), ((Fraction(0), None),), maximize=True)
    program = small.program()
    found = proved(prove(program))
    assert isinstance(found, Proof) and found.optimum == huge * huge
    held = document(program, found)
    assert verdict(held) == "holds"
    top = held["claims"]["objective"]
    assert verdict(held | {"claims": {"objective": str(int(top[0]) % 9 + 1) + top[1:]}}) == "refused"


# ---- the command -----------------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mdl.certificate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_proves_refuses_and_says_the_row(tmp_path: Path) -> None:
    program = auction([1, 2], NEARLY_INDEPENDENT, dominant=True)
    file = tmp_path / "out.json"
    held = document(program, proved(prove(program)), about("auction.mdl", "model auction;"))
    file.write_bytes(encoded(held))
    good = run(str(file))
    assert good.returncode == 0 and not good.stderr
    assert f"the largest `income` is {FULL} exactly" in good.stdout
    assert "name of the model: auction.mdl" in good.stdout and held["model"]["sha256"] in good.stdout
    wrong = deepcopy(held)
    row = wrong["program"]["rows"]["names"].index("participation[1,0]")
    wrong["program"]["rows"]["lower"][row] = "1/1000"
    file.write_bytes(encoded(wrong))
    bad = run(str(file))
    assert bad.returncode == 1 and not bad.stdout
    assert bad.stderr == "refused: row `participation[1,0]` is 0, below its lower bound 1/1000\n"
    assert run().returncode == run(str(tmp_path / "none.json")).returncode == run(str(tmp_path)).returncode == 2


def test_the_checker_imports_nothing_else_of_mdl() -> None:
    code = "import sys, mdl.certificate; print(*sorted(m for m in sys.modules if not m.startswith('_')))"
    found = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [m for m in found if m.partition(".")[0] == "mdl"] == ["mdl", "mdl.certificate"]
    assert not {"numpy", "scipy", "flint", "highspy"} & set(found)


def test_names_from_a_file_stay_on_their_line() -> None:
    held = deepcopy(FILES[0])
    held["program"]["objective"]["name"] = "gain\n\x1b[31moptimal: 100" + "x" * 500
    lines = check(encoded(held))
    assert all(line.isprintable() and len(line) < 300 for line in lines)


# ---- payments as potentials ------------------------------------------------------------------------

CYCLE = cycle_document(
    [("a", "b", Fraction(1, 2), "b says a"), ("b", "c", Fraction(-2), "c says b"), ("c", "a", Fraction(1), "a says c")],
    "payments of one agent",
)
PATH = path_document(
    ["a", "b", "c"],
    Numbers.of([Fraction(0), Fraction(1, 2), Fraction(-1)]),
    (np.array([0, 1, 2]), np.array([1, 2, 0]), Numbers.of([Fraction(1, 2), Fraction(-3, 2), Fraction(1)])),
    "payments of one agent",
)


def test_cycles() -> None:
    lines = check(encoded(CYCLE))
    assert lines[0].startswith("impossible: a closed cycle adds up to -1/2")
    assert lines[1:] == ["  b says a: +1/2", "  c says b: -2", "  a says c: +1"]
    for edge in range(3):
        for key, value in (("weight", "1"), ("weight", "-7/3"), ("from", "z"), ("to", "z")):
            held = deepcopy(CYCLE)
            held["edges"][edge][key] = value
            changed = held["edges"][edge] != CYCLE["edges"][edge]
            assert verdict(held) == ("refused" if changed else "holds")
    assert verdict(CYCLE | {"claims": {"sum": "-1"}}) == "refused"
    assert verdict(CYCLE | {"edges": []}) == "malformed"
    harmless = cycle_document([("a", "b", Fraction(1), "x"), ("b", "a", Fraction(-1), "y")], "nothing wrong")
    assert verdict(harmless) == "refused"


def test_potentials() -> None:
    assert check(encoded(PATH)) == ["feasible: the potentials of 3 nodes meet all 3 edges (payments of one agent)"]
    # Every edge is tight, so that no potential and no weight can be made worse.
    for at in range(3):
        held = deepcopy(PATH)
        held["edges"]["weight"][at] = str(Fraction(held["edges"]["weight"][at]) - Fraction(1, 10**9))
        assert verdict(held) == "refused"
        held = deepcopy(PATH)
        held["potentials"][at] = str(Fraction(held["potentials"][at]) + Fraction(1, 10**9))
        assert verdict(held) == "refused"
    assert verdict(PATH | {"claims": {"edges": 2}}) == "refused"
    assert verdict(PATH | {"nodes": ["a", "b"]}) == "malformed"


def test_the_time_of_a_large_certificate() -> None:
    """A hundred thousand coefficients in seconds, whatever else the machine does."""
    from time import process_time

    size = 300
    random = np.random.default_rng(5)
    matrix = random.integers(1, 100, (size, size))
    program = make.linear([1] * size, matrix.tolist(), None, [10_000] * size, maximize=True)
    data = encoded(document(program, proved(prove(program))))
    started = process_time()
    check(data)
    assert process_time() - started < 5


def test_a_proof_of_another_program_is_refused() -> None:
    program = make.linear([3, 2], [[1, 1], [1, 3]], None, [4, 6], maximize=True)
    found = proved(prove(program))
    tighter = replace(program, rows=make.linear([3, 2], [[1, 1], [1, 3]], None, [3, 6]).rows)
    assert verdict(document(tighter, found)) == "refused"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_that_was_changed_is_refused_even_where_its_claim_is_still_true(data: st.DataObject) -> None:
    held = deepcopy(data.draw(st.sampled_from(SEALED)))
    _unbroken(held)
    what = data.draw(st.sampled_from(["model", "names", "seal", "number"]))
    if what == "model":
        held["model"]["name"] = "another"
    elif what == "names":
        held["program"]["columns"]["names"][0] += "'"
    elif what == "seal":
        del held["seal"]
    else:
        at = data.draw(st.sampled_from(number_places({k: v for k, v in held.items() if k != "seal"})))
        put(held, at, "12345/678")
    with pytest.raises(Refused, match="its seal does not fit"):
        _unbroken(held)


def test_the_command_compares_the_model(tmp_path: Path) -> None:
    model, proof = tmp_path / "m.mdl", tmp_path / "out.json"
    model.write_text("model m;\n", "utf-8")
    proof.write_bytes(encoded(document(SAMPLES[0], proved(prove(SAMPLES[0])), about("m.mdl", "model m;\n"))))
    same = run(str(proof), str(model))
    assert same.returncode == 0 and same.stdout.endswith("the model is the one that the certificate names\n")
    model.write_bytes(b"model m;\r\n")
    assert run(str(proof), str(model)).returncode == 0
    model.write_text("model n;\n", "utf-8")
    other = run(str(proof), str(model))
    assert (other.returncode, other.stdout) == (1, "") and other.stderr.startswith("refused: it is about another model")


def test_streams_that_cannot_take_the_words(tmp_path: Path) -> None:
    """Letters that a stream has not are written otherwise; a full disk is one line."""
    path = tmp_path / "cycle.json"
    path.write_bytes(encoded(sealed(CYCLE | {"title": "payments of \u03b8"})))
    run = [sys.executable, "-m", "mdl.certificate", str(path)]
    done = subprocess.run(run, capture_output=True, text=True, check=False, env={"PYTHONIOENCODING": "ascii"}, cwd=TOP)
    assert done.returncode == 0 and "payments of \\u03b8" in done.stdout and not done.stderr
    if Path("/dev/full").exists():
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(run, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=TOP)
        assert (done.returncode, done.stderr) == (2, "cannot write: No space left on device\n")
