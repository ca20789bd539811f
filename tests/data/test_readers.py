"""Readers on random and mutated text: an answer or a Failure, never another exception; fast and plain CSV alike."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mdl.algebra.universe import Universe
from mdl.data import csv_reader
from mdl.data.columns import BadMember
from mdl.data.csv_fast import fast_columns
from mdl.data.decimal_text import MOST_EXPONENT, BadNumber, parse_decimal, parse_decimals
from mdl.data.read import read_table
from mdl.diagnostics import Failure
from tests.data.binding import HEAD, bound

GOOD = {
    ".csv": 'l,v\na,1\n"b", 2.5e3\n',
    ".tsv": "l\tv\na\t1\nb\t2.5e3\n",
    ".json": '{"rows": [{"l": "a", "v": 1}, {"l": "b", "v": 2.5e3}]}',
    ".toml": '[[rows]]\nl = "a"\nv = 1\n[[rows]]\nl = "b"\nv = 2.5e3\n',
}
MODEL = HEAD + 'param c[L]; data "xENDING" : c[l] = v;'
PIECES = [
    "",
    ",",
    "\t",
    '"',
    "\n",
    "\r\n",
    "\r",
    "{",
    "}",
    "[",
    "]",
    ":",
    "NaN",
    "1e9999",
    "-",
    "é",
    "\x00",
    "0.1",
    "=",
    "a",
    "null",
]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good file with pieces put in, taken out or repeated."""
    ending = draw(st.sampled_from(sorted(GOOD)))
    text = GOOD[ending]
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + draw(st.integers(0, 5)) :]
    return ending, text.encode()


def run(ending: str, content: bytes, model: str = MODEL) -> None:
    with TemporaryDirectory() as folder:
        try:
            bound(Path(folder), model.replace("ENDING", ending), {"x" + ending: content})
        except Failure as f:
            assert f.diagnostics
            for d in f.diagnostics:
                assert d.code.startswith("MDL3") and d.message
                assert d.span is None or 0 <= d.span.start <= d.span.end <= len(d.span.source.text)


@settings(max_examples=300, deadline=None)
@given(mutated())
@example((".csv", b"l,v\r\ra,1"))
@example((".json", b"[" * 5000))
@example((".toml", b"a = " + b"[" * 5000))
@example((".json", b'{"l": ["a", "b"], "v": [' + b"9" * 5000 + b", 1]}"))
@example((".toml", b'l = ["a", "b"]\nv = [' + b"9" * 5000 + b", 1979-05-27]"))
def test_mutated_files(file: tuple[str, bytes]) -> None:
    run(*file)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_random_files(ending: str, content: bytes) -> None:
    run(ending, content)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([".xlsx", ".parquet"]), st.binary(max_size=60))
def test_random_binary_files(ending: str, content: bytes) -> None:
    run(ending, content)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["a", "b", "a,b", "(a, b)", "", "1"])
KEYS = st.sampled_from(["a", "b", "a,b", "(b, a)", "c"])
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["L", "r", "P", "c", "d", "n", "e", "t", "zz", "x"]), JSON, max_size=4))
def test_random_overrides(data: dict[str, object]) -> None:
    import json

    text = HEAD + "set r[L] in L := {a: {}, b: {}}; set P := {(a, 1)}; param c[L] := {a: 1, b: 2}; param n := 1; var x;"
    text += "param d[L, L] default 0; param e[L] in L := {a: a, b: b}; agents U := {a1}; type t[U] in {1, 2};"
    with TemporaryDirectory() as folder:
        try:
            bound(Path(folder), text, {"d.json": json.dumps(data)}, "d.json")
        except Failure as f:
            assert f.diagnostics and all(d.code.startswith("MDL3") for d in f.diagnostics)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='nwLc=1.5e+-ab "{}(,', max_size=12))
def test_random_set_options(text: str) -> None:
    with TemporaryDirectory() as folder:
        try:
            bound(Path(folder), HEAD + "param n := 1; param w in L := a; param c[L] := {a: 1, b: 1};", sets=(text,))
        except Failure as f:
            assert f.diagnostics


DECIMALS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=6).map(str),
    st.integers(-(10**25), 10**25).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.text(alphabet="0123456789.eE+-", max_size=12),
    st.sampled_from(["", "-", ".", "+.5", "5.", "1e5", "00012", "-0", "1_000", "0x10", " 1", "١", "1" * 40, "nan"]),
)


def fraction_of(text: str) -> Fraction | None:
    """Fraction reads decimals too, but also `1_0`, `1/2`, blanks and digits of other scripts, which are refused."""
    if not text.isascii() or any(c in text for c in "_/ "):
        return None
    exponent = re.fullmatch(r"[^eE]*[eE]([+-]?\d+)", text)
    if exponent is not None and abs(int(exponent[1])) > MOST_EXPONENT:
        return None
    try:
        value = Fraction(text)
        float(value)
    except (ValueError, OverflowError):
        return None
    return value


@settings(max_examples=300, deadline=None)
@given(st.lists(DECIMALS, min_size=16, max_size=30))
def test_a_column_of_decimals_is_what_fraction_reads(texts: list[str]) -> None:
    wanted = [fraction_of(t) for t in texts]
    if None in wanted:
        with pytest.raises(BadNumber) as caught:
            parse_decimals(texts)
        assert caught.value.row == wanted.index(None)
        texts = [t for t, w in zip(texts, wanted, strict=True) if w is not None]
        wanted = [w for w in wanted if w is not None]
    assert parse_decimals(texts).fractions() == wanted


@given(DECIMALS)
def test_one_decimal_is_what_fraction_reads(text: str) -> None:
    wanted = fraction_of(text)
    if wanted is None:
        with pytest.raises(BadNumber):
            parse_decimal(text)
    else:
        assert parse_decimal(text) == wanted


CELLS = st.sampled_from(["a", "bb", " c ", "12", "007", "-3", "0.5", "Zürich", "a longer name than eight", "0", "\t1"])


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=6)),
       st.sampled_from(["\n", "\r\n"]), st.booleans())  # fmt: skip
def test_fast_and_plain_csv_agree(rows: list[list[str]], end: str, last: bool) -> None:
    header = [f"h{k}" for k in range(len(rows[0]))]
    text = end.join(",".join(row) for row in [header, *rows]) + (end if last else "")
    found = fast_columns(text.encode(), ",")
    assert found is not None
    names, columns, size = found
    assert names == header and size == len(rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.encode())
        plain = read_table(path, "x.csv", None)
    for name, column in zip(names, columns, strict=True):
        other = plain.columns[name]
        assert [column.text(k) for k in range(size)] == [other.text(k) for k in range(size)]
        assert column.codes(Universe(), True).tolist() == other.codes(Universe(), True).tolist()
        try:
            wanted = other.numbers().fractions()
        except BadNumber as bad:
            with pytest.raises(BadNumber) as caught:
                column.numbers()
            assert (caught.value.row, caught.value.text) == (bad.row, bad.text)
        else:
            assert column.numbers().fractions() == wanted


def test_fast_csv_names_an_empty_member() -> None:
    found = fast_columns(b"h,g\na,1\n,2\n", ",")
    assert found is not None
    with pytest.raises(BadMember) as caught:
        found[1][0].codes(Universe(), True)
    assert caught.value.row == 1


def test_large_files_take_the_fast_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reader, "FAST_FROM", 0)
    text = 'model m "t"; set N := 0..999; param c[N]; data "x.csv" : c[n] = v;'
    instance = bound(tmp_path, text, {"x.csv": "n,v\n" + "".join(f"{k},{k}.25\n" for k in reversed(range(1000)))})
    held = instance.values(instance.model.symbols["c"])
    assert held.fractions() == [Fraction(4 * k + 1, 4) for k in range(1000)]  # type: ignore[union-attr]
