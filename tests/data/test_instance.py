"""What an instance offers to the stages after it."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import pytest

from mdl.program.labels import Labels
from mdl.semantics.model import TypeSymbol
from tests.data.binding import HEAD, bound, problem, problems

TEXT = """model m "t"; agents U := {u, v}; set N := 1..3; set fam[U] in N := {u: {3, 1}, v: {2}};
param p[U, N] = 0.1; param c[i in U, n in fam[i]] = n / 3; param e[1..0] default 1;
type t[U] in 1..3 := {u: 1, v: 3}; type s[U] in {1, 2};
var x[U, N]; var y[i in U, n in fam[i] where n > 1]; var z;
let double[i in U] = 2 * t[i]; let mixed = z + 1; let later[i in U] = double[i] + s[i];
"""


def test_index_tables_and_labels(tmp_path: Path) -> None:
    instance = bound(tmp_path, TEXT)
    symbols = instance.model.symbols
    rows = {name: list(instance.domain(symbols[name]).members()) for name in ("x", "y", "z", "c")}
    assert rows["x"] == [(i, n) for i in "uv" for n in (1, 2, 3)]
    assert rows["y"] == [("u", 3), ("v", 2)]
    assert rows["z"] == [()]
    assert rows["c"] == [("u", 3), ("u", 1), ("v", 2)]
    for name in ("x", "y"):
        domain = instance.domain(symbols[name])
        labels = Labels(*domain.labels(), domain.size)
        assert [labels.key(k) for k in range(domain.size)] == rows[name]
        frame = instance.frame(symbols[name])
        assert frame.size == domain.size


def test_ranges(tmp_path: Path) -> None:
    instance = bound(tmp_path, TEXT)
    ranges = {name: instance.range_of(symbol) for name, symbol in instance.model.symbols.items()}
    assert ranges["p"] == (Fraction(1, 10), Fraction(1, 10))
    assert ranges["c"] == (Fraction(1, 3), 1)
    assert ranges["t"] == (1, 3)
    assert ranges["double"] == (2, 6)
    assert ranges["e"] is ranges["mixed"] is ranges["z"] is ranges["s"] is ranges["later"] is None


def test_types_without_a_realised_profile_are_no_mistake(tmp_path: Path) -> None:
    instance = bound(tmp_path, TEXT)
    unknown = instance.model.symbols["s"]
    assert isinstance(unknown, TypeSymbol) and not instance.has_values(unknown)


@pytest.mark.parametrize(("ending", "package"), [(".xlsx", "openpyxl"), (".parquet", "pyarrow")])
def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.parquet", None)
    text = f'{HEAD}param c[L]; data "x{ending}" : c[l] = v;'
    (found,) = problems(tmp_path, text, {"x" + ending: b"PK"})
    assert found.code == "MDL303" and package in found.message and package in found.help


def test_no_package_is_loaded_that_the_data_does_not_need() -> None:
    import subprocess

    unwanted = ("scipy", "pandas", "pyarrow", "openpyxl", "csv", "json", "tomllib")
    script = f"import sys, mdl.data.bind; print([m for m in {unwanted} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_file_whose_names_are_all_given_elsewhere_is_not_looked_for(tmp_path: Path) -> None:
    text = HEAD + 'param c[L]; data "nowhere.json" : c[l] = v;'
    instance = bound(tmp_path, text, {"d.json": '{"c": [1, 2]}'}, "d.json")
    assert instance.range_of(instance.model.symbols["c"]) == (1, 2)


def test_data_files_are_read_once_and_only_where_asked(tmp_path: Path) -> None:
    text = HEAD + 'param c[L]; param d[L]; data "x.csv" : c[l] = v, d[l] = w;'
    assert problem(tmp_path, text) == ("MDL300", "m.mdl:3:25", 'data "x.csv" : c[l] = v, d[l] = w;')
