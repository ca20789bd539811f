"""docs/mechanisms.md: its models hold, with every row as well."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.pages import blocks, page, run_mdl, write

PAGE = page("mechanisms.md")
MODELS = [block for block in blocks(PAGE) if block.kind == "mdl"]


def test_every_model_has_a_file_and_every_expectation_holds(tmp_path: Path) -> None:
    assert all(block.name for block in MODELS)
    for block in MODELS:
        write(block, tmp_path)
    claiming = [b.name for b in MODELS if b.name and "\nexpect " in b.body]
    output, status = run_mdl(("test", *sorted(claiming)), tmp_path)
    claims = sum(len(re.findall(r"^expect ", block.body, re.MULTILINE)) for block in MODELS)
    assert f"{claims} hold, 0 fail" in output and status == 0 and claims >= 14, output


def test_the_same_with_every_row(tmp_path: Path) -> None:
    for block in MODELS:
        if block.body.count("\nfind "):
            write(block, tmp_path)
            output, status = run_mdl(("solve", block.name or "", "--full"), tmp_path)
            assert "expect" not in output or "undecided" not in output
            assert not re.search(r"^expect .*: fails", output, re.MULTILINE), output
            assert status in (0, 1)
