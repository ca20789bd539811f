"""docs/signs.md for KKT systems: every expectation of every section holds when its KKT system is solved instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import blocks, page, run_mdl

FILES = [
    block
    for block in blocks(page("signs.md"))
    if block.kind == "mdl" and "\nsolve " in block.body and "expect " in block.body and "integer" not in block.body
]


@pytest.mark.parametrize("mode", ["auto", "product"])
@pytest.mark.parametrize("block", FILES, ids=lambda b: str(b.name))
def test_expectations_of_a_section_hold_for_its_kkt_system(block, mode: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    text = re.sub(r"^solve (?!kkt)(?:kkt of )?", "solve kkt of ", block.body, flags=re.MULTILINE)
    assert text.count("solve kkt of ") >= 1
    (tmp_path / "model.mdl").write_text(text, encoding="utf-8")
    output, status = run_mdl(("solve", "model.mdl", "--mode", mode), tmp_path)
    assert status == 0, output
    assert output.count("holds") >= text.count("\nexpect ") + 5


def test_signs_of_the_table() -> None:
    """Section 11: the signs that the program has, side by side with the page's."""
    from mdl.lowering.kkt import sign_of

    table = page("signs.md").split("## 11.")[1]
    words = {"at least 0": 1, "at most 0": -1, "free": 0}
    for relation, side in (("e <= b", "upper"), ("e >= b", "lower"), ("e == b", "equal")):
        row = next(line for line in table.splitlines() if line.startswith(f"| `{relation}`"))
        *_, most, least = [cell.strip() for cell in row.strip("|").split("|")]
        assert (words[most], words[least]) == (sign_of(side, True), sign_of(side, False))
