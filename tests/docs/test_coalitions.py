"""docs/coalitions.md: its models hold, and it lists every code of coalitional games."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.pages import blocks, page, run_mdl

PAGE = page("coalitions.md")
ROOT = Path(__file__).parents[2]
SOURCES = ("mdl/semantics/coalition_errors.py", "mdl/tasks/game_errors.py", "mdl/coalitions/generation_errors.py")


def test_every_expectation_of_the_models_holds(tmp_path: Path) -> None:
    models = [b for b in blocks(PAGE) if b.kind == "mdl"]
    assert models
    for block in models:
        (tmp_path / f"line{block.line}.mdl").write_text(block.body, encoding="utf-8")
    output, status = run_mdl(("test", *sorted(p.name for p in tmp_path.glob("*.mdl"))), tmp_path)
    claims = sum(len(re.findall(r"^expect ", block.body, re.MULTILINE)) for block in models)
    assert f"{claims} hold, 0 fail" in output and status == 0 and claims >= 4


def test_every_code_is_listed_and_none_is_invented() -> None:
    texts = [(ROOT / source).read_text("utf-8") for source in SOURCES]
    given = sorted({code for text in texts for code in re.findall(r'"""(MDL7\d\d): ', text)})
    assert re.findall(r"^\| (MDL7\d\d) \|", PAGE, re.MULTILINE) == given
    assert set(re.findall(r"MDL7\d\d", PAGE)) <= set(given)
