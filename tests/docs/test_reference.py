"""docs/reference.md: its models hold and its fragments parse; it lists every code of the static pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mdl.diagnostics import Source
from mdl.semantics.resolve import resolve
from mdl.syntax.parse import parse
from tests.docs.pages import Block, blocks, page, run_mdl, write
from tests.semantics.texts import constructors

PAGE = page("reference.md")
BLOCKS = [block for block in blocks(PAGE) if block.kind.startswith("mdl")]


def named(block: Block) -> str:
    return f"line {block.line}"


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "mdl"], ids=named)
def test_models_resolve(block: Block) -> None:
    file, problems = parse(Source("reference.md", block.body))
    assert problems == ()
    assert resolve(file)[1] == ()


def test_every_expectation_of_the_models_holds(tmp_path: Path) -> None:
    for block in blocks(PAGE):
        if block.name is not None:
            write(block, tmp_path)
    models = [block for block in BLOCKS if block.kind == "mdl"]
    for block in models:
        (tmp_path / f"line{block.line}.mdl").write_text(block.body, encoding="utf-8")
    output, status = run_mdl(("test", *sorted(p.name for p in tmp_path.glob("*.mdl"))), tmp_path)
    claims = sum(len(re.findall(r"^expect ", block.body, re.MULTILINE)) for block in models)
    assert f"{claims} hold, 0 fail" in output
    assert claims >= 12 and status == 0


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind == "mdl fragment"], ids=named)
def test_fragments_parse(block: Block) -> None:
    assert parse(Source("reference.md", block.body))[1] == ()


def test_every_static_code_is_listed_and_none_is_invented() -> None:
    listed = re.findall(r"^\| (MDL2\d\d) \|", PAGE, re.MULTILINE)
    assert listed == sorted(code for code in constructors().values() if code.startswith("MDL2"))
    assert set(re.findall(r"MDL2\d\d", PAGE)) == set(listed)


def test_every_code_of_mechanisms_is_listed_and_none_is_invented() -> None:
    sources = (Path(__file__).parents[2] / "mdl").rglob("*.py")
    given = {code for path in sources for code in re.findall(r'"(MDL6\d\d)"', path.read_text("utf-8"))}
    assert re.findall(r"^\| (MDL6\d\d) \|", PAGE, re.MULTILINE) == sorted(given)
    assert set(re.findall(r"MDL6\d\d", PAGE)) == given


def test_errors_that_fragments_announce_are_given() -> None:
    """`# MDL231: ...` at the end of a line stands for the error that the line gives."""
    for block in BLOCKS:
        for line in block.body.splitlines():
            said = re.search(r"# (MDL2\d\d): ", line)
            if said is not None:
                file, _ = parse(Source("reference.md", "model m;\n" + block.body))
                assert said[1] in {problem.code for problem in resolve(file)[1]}


def test_a_formula_is_evaluated(tmp_path: Path) -> None:
    (tmp_path / "share.mdl").write_text("model m; outcome share { q = 3; }\nsolve share; expect q == 3;")
    output, status = run_mdl(("solve", "share.mdl"), tmp_path)
    assert "solve share: evaluated\n  q = 3\n" in output and status == 0
