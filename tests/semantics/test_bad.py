"""Programs with mistakes: one a constructor, each with what the user must see, letter for letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mdl.diagnostics.text import render
from tests.semantics.texts import BAD, FILES, ROOT, constructors, resolved

PROGRAMS = sorted(BAD.glob("*.mdl"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_message(path: Path) -> None:
    _, problems = resolved(path.read_text(encoding="utf-8"), path.name)
    expected = path.with_suffix(".expected")
    assert render(problems) == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name, code", sorted(constructors().items()))
def test_every_constructor_has_a_program(name: str, code: str) -> None:
    _, problems = resolved((BAD / f"{name}.mdl").read_text(encoding="utf-8"), f"{name}.mdl")
    assert code in {problem.code for problem in problems}


def test_constructors_are_found_and_codes_are_unique() -> None:
    found = constructors()
    text = "".join((ROOT / "mdl" / "semantics" / f).read_text(encoding="utf-8") for f in FILES)
    assert len(found) == len(re.findall(r"-> Diagnostic:", text))
    assert len(set(found.values())) == len(found)
    for name, code in found.items():
        body = re.search(rf"^def {name}\(.*?(?=^def |\Z)", text, re.M | re.S)
        assert body is not None
        assert set(re.findall(r'Diagnostic\("(MDL\d+)"', body.group())) == {code}


def test_every_program_is_named_after_a_constructor() -> None:
    assert {path.stem for path in PROGRAMS} == set(constructors())


def test_every_diagnostic_says_what_to_do() -> None:
    for path in PROGRAMS:
        _, problems = resolved(path.read_text(encoding="utf-8"), path.name)
        for problem in problems:
            assert problem.span is not None
            assert problem.help and problem.label, (path.name, problem.message)


def test_the_golden_message_of_the_language() -> None:
    text = "model unicast;\n\nagents USER := {u1, u2};\nset LINK := {AB, BC};\n\n\n\n\nparam capacity[LINKS] > 0;\n"
    _, problems = resolved(text, "unicast.mdl")
    assert render(problems).splitlines() == [
        "error[MDL203]: unknown set `LINKS`",
        "  --> unicast.mdl:9:16",
        "   |",
        " 9 | param capacity[LINKS] > 0;",
        "   |                ^^^^^ no set of this name",
        "   = help: did you mean `LINK`?",
    ]
