"""The models are part of the package, with their data."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from mdl import driver
from mdl.cli.main import main
from tests.models.expects import texts
from tests.models.reference import MODELS


def test_the_package_holds_the_models_and_their_data() -> None:
    shipped = files("mdl.models")
    assert {p.name for p in shipped.iterdir() if p.name.endswith(".mdl")} == {f"{name}.mdl" for name in texts()}
    for path in (MODELS / "data").glob("*.csv"):
        assert (shipped / "data" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", sorted(texts()))
def test_a_copy_stands_alone(name: str, tmp_path: Path) -> None:
    assert main(["models", name, "--copy", str(tmp_path)]) == 0
    assert driver.load(tmp_path / f"{name}.mdl").model.name == name


def test_no_folder_is_left_out_of_the_package() -> None:
    top = Path(__file__).parents[2]
    told = tomllib.loads((top / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    folders = {".".join(path.parent.relative_to(top).parts) for path in (top / "mdl").rglob("__init__.py")}
    assert set(told["packages"]) == {*folders, *told["package-dir"]}
