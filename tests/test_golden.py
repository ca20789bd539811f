"""Every model in these folders gives exactly the expected output beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import golden

OUTPUT_OF = {
    "good": golden.statements,
    "bad/syntax": golden.syntax_errors,
}
CASES = [(folder, path) for folder in OUTPUT_OF for path in golden.models_in(folder)]


@pytest.mark.parametrize(("folder", "path"), CASES, ids=[f"{folder}/{path.stem}" for folder, path in CASES])
def test_output(folder: str, path: Path) -> None:
    golden.compare(path, OUTPUT_OF[folder](path))


@pytest.mark.parametrize("folder", OUTPUT_OF)
def test_expected_files_have_models(folder: str) -> None:
    models = {path.stem for path in golden.models_in(folder)}
    assert models
    assert {path.stem for path in (golden.HERE / folder).glob("*.expected")} == models
