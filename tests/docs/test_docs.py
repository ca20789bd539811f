"""Every code block of the documentation runs: files are written, commands give what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import DOCS, blocks, commands, comparable, run, write

PAGES = sorted(path.name for path in DOCS.glob("*.md"))
KINDS = {"mdl", "mdl fragment", "csv", "json", "toml", "console", "sh", ""}
"""`sh` blocks install software `` blocks are figures or formulas, fragments are no whole model; these are not run."""


def test_pages_that_are_promised_are_there() -> None:
    assert {"tour.md", "signs.md"} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, tmp_path: Path) -> None:
    for block in blocks((DOCS / name).read_text(encoding="utf-8")):
        where = f"{name}:{block.line}"
        assert block.kind in KINDS, where
        if block.name is not None:
            write(block, tmp_path)
        if block.kind == "console":
            for command in commands(block.body):
                output, status = run(command.words, tmp_path)
                assert comparable(output) == comparable(command.output), f"{where}: $ {' '.join(command.words)}"
                assert status == command.status, f"{where}: $ {' '.join(command.words)}"
