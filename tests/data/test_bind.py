"""Binding: what is read, and for each mistake its code, its place and the text marked."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.data.binding import HEAD, bound, members, problem, problems, values


def test_decimals_are_exact(tmp_path: Path) -> None:
    instance = bound(tmp_path, HEAD + "param p := 0.1; param c[L] := {a: -2.5e-1, b: 1/3};")
    assert values(instance, "p") == [Fraction(1, 10)]
    assert values(instance, "c") == [Fraction(-1, 4), Fraction(1, 3)]


def test_maps_by_tuple_and_nested(tmp_path: Path) -> None:
    text = HEAD + "param c[L, L] := {(a, a): 1, (a, b): 2, b: {b: 4, a: 3}};"
    assert values(bound(tmp_path, text), "c") == [1, 2, 3, 4]


def test_defaults_fill_what_is_missing(tmp_path: Path) -> None:
    text = HEAD + "param d[L] default 3; param e[i in L] default d[i] + 1 := {a: 0.5};"
    instance = bound(tmp_path, text)
    assert values(instance, "d") == [3, 3]
    assert values(instance, "e") == [Fraction(1, 2), 4]


def test_families_from_literals_and_formulas(tmp_path: Path) -> None:
    text = HEAD + "set r[L] in L := {b: {b, a}, a: {}}; set back[i in L] = {j in L where i in r[j]};"
    instance = bound(tmp_path, text)
    assert members(instance, "r") == [[], ["b", "a"]]
    assert members(instance, "back") == [["b"], ["b"]]


def test_set_operations(tmp_path: Path) -> None:
    text = 'model m "t"; set W := {w, x, y, z}; set A in W := {x, y, z}; set B in W := {z, w}; set N := 0..2;\n'
    text += "set P := {(1, q), (2, r)};"
    text += "set u = A | B; set d = A \\ B; set i = A & B; set c = B * N; set t = {(n, q) in P where n > 1};"
    text += 'set e = N \\ N; set one = {k in N where k > 0} | {7}; set s = subsets({1, 2}); set odd := {"a b", 7};'
    instance = bound(tmp_path, text)
    assert members(instance, "u") == ["x", "y", "z", "w"]
    assert members(instance, "d") == ["x", "y"]
    assert members(instance, "i") == ["z"]
    assert members(instance, "c") == [("z", 0), ("z", 1), ("z", 2), ("w", 0), ("w", 1), ("w", 2)]
    assert members(instance, "t") == [(2, "r")]
    assert members(instance, "e") == []
    assert members(instance, "one") == [1, 2, 7]
    assert members(instance, "s") == ["{}", "{1}", "{2}", "{1,2}"]
    assert members(instance, "odd") == ["a b", 7]


def test_params_over_subsets(tmp_path: Path) -> None:
    text = (
        'model m "t"; set N := {1, 2}; param v[S in subsets(N)] = card(S); param w[subsets(N)] default 0 := {{2}: 5};'
    )
    text += "param top = v[N] + w[{2}]; param marginal[i in N, S in subsets(N) where i not in S] = v[S | {i}] - v[S];"
    instance = bound(tmp_path, text)
    assert values(instance, "v") == [0, 1, 1, 2]
    assert values(instance, "w") == [0, 0, 5, 0]
    assert values(instance, "top") == [7]
    assert values(instance, "marginal") == [1, 1, 1, 1]


def test_element_valued_params(tmp_path: Path) -> None:
    text = 'model m "t"; set V := {s, t}; set E := {e, f}; param tail[E] in V := {e: s, f: t};'
    text += "param out[v in V] = sum(k in E where tail[k] == v) 1; param level[V] := {s: 3, t: 5};"
    text += "param at[k in E] = level[tail[k]];"
    instance = bound(tmp_path, text)
    assert values(instance, "out") == [1, 1]
    assert values(instance, "at") == [3, 5]


FILES = {
    "t.csv": "from,to,km\na,a,1\na,b,2.5\nb,a,-1e-3\nb,b,4\n",
    "t.tsv": 'from\tto\tkm\n"a"\ta\t1\na\tb\t2.5\n\nb\ta\t-1e-3\nb\tb\t 4 \n',
    "t.json": '[{"from":"a","to":"a","km":1},{"from":"a","to":"b","km":2.5},'
    '{"from":"b","to":"a","km":-1e-3},{"from":"b","to":"b","km":"4"}]',
    "t.toml": 'from = ["a", "a", "b", "b"]\nto = ["a", "b", "a", "b"]\nkm = [1, 2.5, -1e-3, 4]\n',
    "r.toml": '[[row]]\nfrom = "a"\nto = "a"\nkm = 1\n[[row]]\nfrom = "a"\nto = "b"\nkm = 2.5\n'
    '[[row]]\nfrom = "b"\nto = "a"\nkm = -0.001\n[[row]]\nfrom = "b"\nto = "b"\nkm = 4\n',
}


@pytest.mark.parametrize("name", FILES)
def test_tables_of_every_ending(tmp_path: Path, name: str) -> None:
    text = f'{HEAD}param c[L, L]; set to[L] in L; data "{name}" : c[from, to] = km, to[from] = to;'
    instance = bound(tmp_path, text, {name: FILES[name]})
    assert values(instance, "c") == [1, Fraction(5, 2), Fraction(-1, 1000), 4]
    assert members(instance, "to") == [["a", "b"], ["a", "b"]]


def test_xlsx_and_parquet(tmp_path: Path) -> None:
    openpyxl, pa = pytest.importorskip("openpyxl"), pytest.importorskip("pyarrow")
    from pyarrow import parquet

    book = openpyxl.Workbook()
    for row in [["from", "to", "km"], ["a", "a", 1], ["a", "b", 0.1], ["b", "a", 2.5], ["b", "b", 4]]:
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    columns = {"from": ["a", "a", "b", "b"], "to": ["a", "b", "a", "b"], "km": [1.0, 0.1, 2.5, 4.0]}
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    for name in ("t.xlsx", "t.parquet"):
        text = f'{HEAD}param c[L, L]; data "{name}" : c[from, to] = km;'
        assert values(bound(tmp_path, text), "c") == [1, Fraction(1, 10), Fraction(5, 2), 4]


def test_parquet_decimals_and_integers_are_exact(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from decimal import Decimal

    from pyarrow import parquet

    decimals = pa.array([Decimal("0.10"), Decimal("123456789012345678.90")], pa.decimal128(30, 2))
    table = pa.table({"l": ["a", "b"], "v": decimals, "n": pa.array([2**60, -1], pa.int64())})
    parquet.write_table(table, tmp_path / "t.parquet")
    instance = bound(tmp_path, HEAD + 'param v[L]; param n[L]; data "t.parquet" : v[l] = v, n[l] = n;')
    assert values(instance, "v") == [Fraction(1, 10), Fraction("123456789012345678.90")]
    assert values(instance, "n") == [2**60, -1]


def test_sets_from_columns(tmp_path: Path) -> None:
    text = 'model m "t"; set S; set A; param c[A]; data "s.csv" : S = [s];'
    text += 'data "t.csv" : A = [from, to], c[from, to] = km;'
    instance = bound(tmp_path, text, {"t.csv": FILES["t.csv"], "s.csv": "s\nnorth\n12\n0.5\n007\n"})
    assert members(instance, "A") == [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    assert members(instance, "S") == ["north", 12, Fraction(1, 2), "007"]
    assert values(instance, "c") == [1, Fraction(5, 2), Fraction(-1, 1000), 4]


OVERRIDES = [
    '{"c": {"a": 1, "b": 0.1}}',
    '{"c": [1, 0.1]}',
    '{"c": [["b", 0.1], ["a", 1]]}',
    '{"c": {"b": 0.1, "a": "1"}}',
]


@pytest.mark.parametrize("text", OVERRIDES)
def test_data_option_replaces_values(tmp_path: Path, text: str) -> None:
    instance = bound(tmp_path, HEAD + "param c[L] := {a: 7, b: 8};", {"d.json": text}, "d.json")
    assert values(instance, "c") == [1, Fraction(1, 10)]


def test_data_option_takes_tuple_keys_sets_and_families(tmp_path: Path) -> None:
    text = 'model m "t"; set L; set r[L] in L; set P; param c[L, L]; param e[L] in L; param n;'
    data = '{"L": ["u", "v"], "r": {"u": ["v"], "v": []}, "P": [["x", 1], "(y, 2)"], "n": 0.1,'
    data += '"c": {"u,u": 1, "(u, v)": 2, "v": {"u": 3, "v": 4}}, "e": {"u": "v", "v": "v"}}'
    text = text.replace("set P;", "set P := {(q, 0)};")
    instance = bound(tmp_path, text, {"d.json": data}, "d.json")
    assert members(instance, "r") == [["v"], []]
    assert members(instance, "P") == [("x", 1), ("y", 2)]
    assert values(instance, "c") == [1, 2, 3, 4]
    assert values(instance, "n") == [Fraction(1, 10)]


def test_data_option_in_toml(tmp_path: Path) -> None:
    text = 'L = ["u", "v"]\nn = 0.1\n[c]\nu = 1\nv = 2_000.5\n'
    instance = bound(tmp_path, HEAD + "param n; param c[L];", {"d.toml": text}, "d.toml")
    assert values(instance, "c") == [1, Fraction(4001, 2)]
    assert values(instance, "n") == [Fraction(1, 10)]


def test_set_option_replaces_a_scalar_and_wins(tmp_path: Path) -> None:
    text = HEAD + "param n := 3; param who in L := a; param twice = 2 * n;"
    instance = bound(tmp_path, text, {"d.json": '{"n": 5}'}, "d.json", ("n=0.1", "who=b"))
    assert values(instance, "twice") == [Fraction(1, 5)]


CSV = HEAD + 'param c[L]; data "x.csv" : c[l] = v;'

MISTAKES: list[tuple[str, str, dict[str, str | bytes], tuple[str, str, str]]] = [
    ("below its bound", HEAD + "param c[L] > 0 := {a: 1, b: 0};", {}, ("MDL320", "m.mdl:3:29", "0")),
    ("unknown key", HEAD + "param c[L] := {a: 1, b: 2, d: 0};", {}, ("MDL313", "m.mdl:3:28", "d")),
    ("missing key", HEAD + "param c[L] := {a: 1};", {}, ("MDL315", "m.mdl:3:15", "{a: 1}")),
    ("key twice", HEAD + "param c[L] := {a: 1, b: 1, a: 2};", {}, ("MDL314", "m.mdl:3:28", "a")),
    ("no number", HEAD + "param c[L] := {a: 1, b: x};", {}, ("MDL310", "m.mdl:3:25", "x")),
    ("no integer", HEAD + "param c[L] integer := {a: 1, b: 1.5};", {}, ("MDL321", "m.mdl:3:33", "1.5")),
    ("missing member", HEAD + "set r[L] in L := {a: {a, c}, b: {}};", {}, ("MDL317", "m.mdl:3:26", "c")),
    ("missing set", HEAD + "set r[L] in L := {a: {a, b}};", {}, ("MDL315", "m.mdl:3:18", "{a: {a, b}}")),
    ("member twice", 'model m "t"; set A := {a, b, a};', {}, ("MDL316", "m.mdl:1:30", "a")),
    ("member twice in family", HEAD + "set r[L] := {a: {a, a}, b: {}};", {}, ("MDL316", "m.mdl:3:21", "a")),
    ("no data", HEAD + "param c[L];", {}, ("MDL323", "m.mdl:3:7", "c")),
    ("no set", 'model m "t"; set A;', {}, ("MDL323", "m.mdl:1:18", "A")),
    ("division by zero", HEAD + "param d = 1 / 0;", {}, ("MDL340", "m.mdl:3:11", "1 / 0")),
    ("0/0", HEAD + "param z := 0; param d[i in L] = z / z;", {}, ("MDL341", "m.mdl:3:33", "z / z")),
    ("log of nought", HEAD + "param d = log(0);", {}, ("MDL342", "m.mdl:3:11", "log(0)")),
    ("sqrt of a negative", HEAD + "param d = sqrt(-1);", {}, ("MDL343", "m.mdl:3:11", "sqrt(-1)")),
    ("root of a negative", HEAD + "param d = (-8)^(1/3);", {}, ("MDL344", "m.mdl:3:11", "(-8)^(1/3)")),
    ("overflow", HEAD + "param d = exp(1000);", {}, ("MDL345", "m.mdl:3:11", "exp(1000)")),
    ("max of nothing", HEAD + "param d = max(i in L \\ L) 1;", {}, ("MDL346", "m.mdl:3:11", "max(i in L \\ L) 1")),
    ("outside", 'model m "t"; set T := 1..3; param p[T] := {1: 1, 2: 2, 3: 3}; param q[t in T] = p[t + 1];', {},
     ("MDL347", "m.mdl:1:81", "p[t + 1]")),
    ("type outside its set", 'model m "t"; agents P := 1..2; type t[P] in {0.2, 0.6} := {1: 0.2, 2: 0.7};', {},
     ("MDL322", "m.mdl:1:71", "0.7")),
    ("type outside its interval", 'model m "t"; agents P := 1..2; type t[P] in [0, 1] := {1: 0.2, 2: 1.5};', {},
     ("MDL322", "m.mdl:1:67", "1.5")),
    ("too many subsets", 'model m "t"; set N := 1..21; param v[subsets(N)] default 0;', {},
     ("MDL350", "m.mdl:1:38", "subsets(N)")),
    ("range of fractions", 'model m "t"; set N := 1..2.5;', {}, ("MDL349", "m.mdl:1:26", "2.5")),
    ("huge range", 'model m "t"; set N := 1..10^12;', {}, ("MDL351", "m.mdl:1:26", "10^12")),
    ("huge product", 'model m "t"; set N := 1..10^5; param c[N, N] = 1;', {}, ("MDL351", "m.mdl:1:40", "N")),
    ("NaN cell", CSV, {"x.csv": "l,v\na,0.1\nb,NaN\n"}, ("MDL310", "x.csv:3:3", "NaN")),
    ("infinite cell", CSV, {"x.csv": "l,v\na,inf\nb,1\n"}, ("MDL310", "x.csv:2:3", "inf")),
    ("empty cell", CSV, {"x.csv": "l,v\na,0.1\nb,\n"}, ("MDL310", "x.csv:3:3", "")),
    ("a unit", CSV, {"x.csv": "l,v\na, 5 kg \nb,1\n"}, ("MDL310", "x.csv:2:4", "5 kg")),
    ("huge exponent", CSV, {"x.csv": "l,v\na,1e999999999\nb,1\n"}, ("MDL310", "x.csv:2:3", "1e999999999")),
    ("extra row", CSV, {"x.csv": "l,v\na,1\nb,2\nc,4\n"}, ("MDL313", "x.csv:4:1", "c")),
    ("row twice", CSV, {"x.csv": 'l,v\na,1\nb,2\n"a",4\n'}, ("MDL314", "x.csv:4:2", "a")),
    ("missing row", CSV, {"x.csv": "l,v\na,1\n"}, ("MDL315", "m.mdl:3:28", "c[l] = v")),
    ("empty key", CSV, {"x.csv": "l,v\n,1\nb,2\n"}, ("MDL311", "x.csv:2:1", "")),
    ("wrong column", CSV, {"x.csv": "l,w\na,1\nb,2\n"}, ("MDL306", "m.mdl:3:28", "c[l] = v")),
    ("column twice", CSV, {"x.csv": "l,v,v\na,1,1\nb,2,2\n"}, ("MDL307", "x.csv:1:1", "l,v,v")),
    ("ragged row", CSV, {"x.csv": "l,v\na,1\nb,2,3\n"}, ("MDL305", "x.csv:3:1", "b,2,3")),
    ("no file", CSV, {"y.csv": "l,v\n"}, ("MDL300", "m.mdl:3:13", 'data "x.csv" : c[l] = v;')),
    ("empty file", CSV, {"x.csv": ""}, ("MDL304", "x.csv:1:1", "")),
    ("binary file", CSV, {"x.csv": b"\xff\xfe\x00\x01"}, ("MDL301", "m.mdl:3:13", 'data "x.csv" : c[l] = v;')),
    ("open quote", CSV, {"x.csv": 'l,v\na,"1\nb,2\n'}, ("MDL304", "x.csv:3:1", "b,2")),
    ("below its bound in a file", HEAD + 'param c[L] > 0; data "x.csv" : c[l] = v;', {"x.csv": "l,v\nb,-1\na,1\n"},
     ("MDL320", "x.csv:2:3", "-1")),
    ("JSON", CSV.replace(".csv", ".json"), {"x.json": '[{"l": "a", "v": 1},\n {"l": "b", "v": "x"}]'},
     ("MDL310", "x.json:2:18", '"x"')),
    ("JSON NaN", CSV.replace(".csv", ".json"), {"x.json": '{"l": ["a", "b"], "v": [1, NaN]}'},
     ("MDL310", "x.json:1:28", "NaN")),
    ("JSON syntax", CSV.replace(".csv", ".json"), {"x.json": '{"l": ["a", }'}, ("MDL304", "x.json:1:13", "}")),
    ("JSON form", CSV.replace(".csv", ".json"), {"x.json": "3"}, ("MDL304", "x.json:1:1", "3")),
    ("TOML syntax", CSV.replace(".csv", ".toml"), {"x.toml": "l = [\nv ="}, ("MDL304", "x.toml:2:1", "v")),
    ("ending", CSV.replace(".csv", ".txt"), {"x.txt": "l,v\n"}, ("MDL302", "m.mdl:3:13", 'data "x.txt" : c[l] = v;')),
]  # fmt: skip


@pytest.mark.parametrize("what", [m[0] for m in MISTAKES])
def test_each_mistake_has_its_code_and_place(tmp_path: Path, what: str) -> None:
    _, text, files, wanted = next(m for m in MISTAKES if m[0] == what)
    assert problem(tmp_path, text, files) == wanted


def test_an_element_is_named_in_an_evaluation_error(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, HEAD + "param c[L] := {a: 1, b: 0}; param d[i in L] = 1 / c[i];")
    assert "i = b" in found.message


def test_nearest_names_are_offered(tmp_path: Path) -> None:
    text = 'model m "t"; set CITY := {london, paris}; param c[CITY] := {london: 1, pariss: 2, paris: 3}; param n := 1;'
    (found,) = problems(tmp_path, text)
    assert found.help == "did you mean `paris`?"
    text = text.replace("pariss: 2, ", "")
    (found,) = problems(tmp_path, text, sets=("nn=3",))
    assert found.code == "MDL330"
    (found,) = problems(tmp_path, text, {"d.json": '{"CITI": []}'}, "d.json")
    assert found.help == "did you mean `CITY`?"
    (found,) = problems(tmp_path, HEAD + 'param c[L]; data "x.csv" : c[link] = v;', {"x.csv": "Link,v\na,1\nb,2\n"})
    assert found.help == "did you mean `Link`?"
    (found,) = problems(tmp_path, HEAD + 'param c[L]; data "lnks.csv" : c[link] = v;', {"links.csv": "link,v\n"})
    assert found.help == "did you mean `links.csv`?"


def test_definitions_are_not_replaced(tmp_path: Path) -> None:
    text = HEAD + "param n = 3; var x; param c[L] := {a: 1, b: 2};"
    (found,) = problems(tmp_path, text, sets=("n=4",))
    assert found.code == "MDL331"
    assert [d.code for d in problems(tmp_path, text, sets=("x=4", "c=5", "c", "n", "=3"))] == [
        "MDL332", "MDL333", "MDL334", "MDL334", "MDL334",
    ]  # fmt: skip


def test_all_mistakes_are_told_once(tmp_path: Path) -> None:
    text = HEAD + "param c[L] > 0 := {a: 0, b: 1}; param d[L]; param e[i in L] = d[i] + c[i]; param f = 1 / 0;"
    assert [d.code for d in problems(tmp_path, text)] == ["MDL320", "MDL323", "MDL340"]


def test_empty_sets_are_sets(tmp_path: Path) -> None:
    text = 'model m "t"; set A := {}; param c[A] := {}; param d[i in A, j in A] = c[i]; param s = sum(i in A) 1 / c[i];'
    instance = bound(tmp_path, text)
    assert values(instance, "d") == []
    assert values(instance, "s") == [0]


def test_placed_in_the_sheet_and_row_of_a_workbook(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [["l", "v"], ["a", 1], ["b", "many"]]:
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    (found,) = problems(tmp_path, HEAD + 'param c[L]; data "x.xlsx" : c[l] = v;')
    assert found.code == "MDL310"
    assert "x.xlsx, sheet Sheet, row 3, column v" in found.message and "`many`" in found.message
