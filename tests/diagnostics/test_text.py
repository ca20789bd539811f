from __future__ import annotations

import re

from mdl.diagnostics import Diagnostic, Label, Severity, Source, Span
from mdl.diagnostics.text import render

EXAMPLE = """\
error[MDL203]: unknown set `LINKS`
  --> unicast.mdl:9:16
   |
 9 | param capacity[LINKS] > 0;
   |                ^^^^^ no set of this name
   = help: did you mean `LINK`?
"""


def at(source: Source, text: str) -> Span:
    start = source.text.index(text)
    return Span(source, start, start + len(text))


def unknown_set() -> Diagnostic:
    source = Source("unicast.mdl", "\n" * 8 + "param capacity[LINKS] > 0;\n")
    return Diagnostic(
        "MDL203", "unknown set `LINKS`", at(source, "LINKS"), "no set of this name", "did you mean `LINK`?"
    )


def test_the_example_of_the_language_page() -> None:
    # The page prints column 15, which is the bracket; columns count from 1, so that the mark stands in column 16.
    assert render([unknown_set()]) == EXAMPLE


def test_several_are_separated_by_a_blank_line() -> None:
    assert render([unknown_set(), unknown_set()]) == EXAMPLE + "\n" + EXAMPLE
    assert render([]) == ""


def test_no_place() -> None:
    d = Diagnostic("MDL120", "there is no file `a.mdl`", help="check the path", notes=("one", "two\nlines"))
    assert render([d]) == (
        "error[MDL120]: there is no file `a.mdl`\n"
        "   = note: one\n"
        "   = note: two\n"
        "           lines\n"
        "   = help: check the path\n"
    )


def test_second_places_and_gaps() -> None:
    source = Source("a.mdl", "set A := {a};\nset B := {b};\nset C := {c};\nset A := {d};\n")
    second = Span(source, source.text.rindex("A"), source.text.rindex("A") + 1)
    d = Diagnostic(
        "MDL201",
        "`A` is declared twice",
        second,
        "again",
        labels=(Label(at(source, "A"), "declared here"),),
        severity=Severity.WARNING,
    )
    assert render([d]) == (
        "warning[MDL201]: `A` is declared twice\n"
        "  --> a.mdl:4:5\n"
        "   |\n"
        " 1 | set A := {a};\n"
        "   |     - declared here\n"
        "...\n"
        " 4 | set A := {d};\n"
        "   |     ^ again\n"
    )


def test_two_places_on_one_line_and_another_file() -> None:
    source, other = Source("a.mdl", "let y = x + x;"), Source("b.csv", "x,y\n")
    d = Diagnostic(
        "MDL299",
        "both",
        Span(source, 12, 13),
        "here",
        labels=(Label(Span(source, 8, 9), "and here"), Label(at(other, "y"), "from")),
    )
    assert render([d]) == (
        "error[MDL299]: both\n"
        "  --> a.mdl:1:13\n"
        "   |\n"
        " 1 | let y = x + x;\n"
        "   |             ^ here\n"
        "   |         - and here\n"
        "  ::: b.csv:1:3\n"
        "   |\n"
        " 1 | x,y\n"
        "   |   - from\n"
    )


def test_a_place_over_several_lines_shows_both_ends() -> None:
    source = Source("a.mdl", "let y = a +\n    b +\n    c;\n")
    d = Diagnostic("MDL299", "long", Span(source, 8, len(source.text) - 2), "this sum")
    assert render([d]) == (
        "error[MDL299]: long\n"
        "  --> a.mdl:1:9\n"
        "   |\n"
        " 1 | let y = a +\n"
        "   |         ^^^\n"
        "...\n"
        " 3 |     c;\n"
        "   |     ^ this sum\n"
    )


def test_gutter_grows_with_the_line_number() -> None:
    source = Source("a.mdl", "\n" * 99 + "x\n")
    d = Diagnostic("MDL101", "m", at(source, "x"), "l", "h")
    assert render([d]) == "error[MDL101]: m\n   --> a.mdl:100:1\n    |\n100 | x\n    | ^ l\n    = help: h\n"


def test_tabs_wide_letters_and_controls() -> None:
    source = Source("a.mdl", "\tset 漢字 = \x1b[31mé;")
    d = Diagnostic("MDL104", "\x1b[31mred", at(source, "é"), "here")
    lines = render([d]).splitlines()
    assert lines[0] == "error[MDL104]: \ufffd[31mred"
    assert lines[3] == " 1 |     set 漢字 = \ufffd[31mé;"
    # The two wide letters take two columns each.
    assert lines[4] == "   | " + " " * (len("    set 漢字 = \ufffd[31m") + 2) + "^ here"


def test_place_at_the_end_of_a_line_and_of_the_file() -> None:
    source = Source("a.mdl", "model a\r\nset A;\n")
    d = Diagnostic("MDL102", "missing `;`", Span(source, 7, 7), "the statement ends here")
    assert render([d]).splitlines()[3:] == [" 1 | model a", "   |        ^ the statement ends here"]
    end = Diagnostic("MDL101", "end", Span(source, len(source.text), len(source.text)), "here")
    assert render([end]).splitlines()[1:] == ["  --> a.mdl:3:1", "   |", " 3 |", "   | ^ here"]
    empty = Source("a.mdl", "")
    assert render([Diagnostic("MDL116", "empty", Span(empty, 0, 0))]).splitlines()[-1] == "   | ^"


def test_long_lines_are_cropped_around_the_mark() -> None:
    text = "let y = " + " + ".join(f"x{i}" for i in range(1000)) + ";"
    source = Source("a.mdl", text)
    for name in ("x0 ", "x500 ", "x999;"):
        lines = render([Diagnostic("MDL203", "m", at(source, name), "here")]).splitlines()
        assert len(lines[3]) <= 120
        mark = lines[4].index("^")
        assert lines[3][mark : mark + len(name)] == name
        assert lines[4] == lines[4][:mark] + "^" * len(name) + " here"
    whole = render([Diagnostic("MDL203", "m", Span(source, 8, len(text) - 1), "here")]).splitlines()
    assert len(whole[4]) <= 125


def test_colors_change_nothing_else() -> None:
    colored = render([unknown_set()], color=True)
    assert "\x1b[1;31m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == EXAMPLE


def test_a_long_line_and_a_long_list_cost_little() -> None:
    source = Source("a.mdl", "x" * 3_000_000 + " WRONG " + "y" * 3_000_000)
    d = Diagnostic("MDL204", "unknown", at(source, "WRONG"), "here")
    text = render([d] * 1000)
    assert text.endswith("\nand 850 more (all of them with --json)\n")
    page = text.split("\n\n")[0].split("\n")
    assert page[1] == "  --> a.mdl:1:3000002"
    line, mark = page[3], page[4]
    assert line.startswith(" 1 | ...x") and line.endswith("y...") and len(line) < 130
    assert line[mark.index("^") : mark.rindex("^") + 1] == "WRONG"
