"""Rows of a program in the user's names."""

from fractions import Fraction

from mdl.answer.inspect import matching, overview
from mdl.answer.rows import RowPrinter, needs_brackets
from tests.program.make import linear, quadratic, utility


def test_a_row_reads_as_written() -> None:
    program = linear(
        [1, -2, 0],
        [[1, -1, 0], [Fraction(1, 3), 0, Fraction("-2.5")], [0, 0, 1], [1, 0, 0]],
        [None, 0, 1, 2],
        [4, None, 1, 5],
    )
    printer = RowPrinter(program)
    block = program.rows[0]
    assert [printer.row(block, k) for k in range(4)] == [
        "x[1] - x[2] <= 4",
        "1/3*x[1] - 2.5*x[3] >= 0",
        "x[3] == 1",
        "2 <= x[1] <= 5",
    ]
    assert printer.objective() == "minimize x[1] - 2*x[2]"


def test_nonlinear_parts_are_written_from_the_graph() -> None:
    program = quadratic([[2, -1], [-1, 4]], [0, 3], constant=7)
    assert RowPrinter(program).objective() == "minimize x[1]^2 + 2*x[2]^2 - x[2]*x[1] + 3*x[2] + 7"


def test_sums_inside_functions() -> None:
    assert RowPrinter(utility(2)).objective() == "maximize 1.9*log(x[1] + 1) + 2*log(x[2] + 1)"


def test_brackets_are_put_only_where_they_are_needed() -> None:
    assert not needs_brackets("x[a,b]")
    assert not needs_brackets("log(1 + x)")
    assert needs_brackets("x + 1")
    assert needs_brackets("-x")
    assert needs_brackets("2*x")


def test_patterns_take_brackets_as_they_are() -> None:
    program = linear([1, 1], [[1, 1], [1, 0]], None, [3, 1])
    assert list(matching(program, "r[2]")) == ["r[2]  x[1] <= 1"]
    assert list(matching(program, "r[*]")) == ["r[1]  x[1] + x[2] <= 3", "r[2]  x[1] <= 1"]
    assert list(matching(program, "x[?]")) == ["0 <= x[1]", "0 <= x[2]"]
    assert list(matching(program, "r")) == list(matching(program, "r[*]"))
    assert list(matching(program, "nothing")) == []


def test_the_overview_shows_three_rows_a_block_and_says_how_many_more() -> None:
    program = linear([1], [[k] for k in range(1, 6)], None, 10)
    lines = list(overview(program))
    assert lines[0] == "linear: LP, 1 columns, 5 rows"
    assert "    r[3]  3*x[1] <= 10" in lines
    assert "    ... 2 more: --rows 'r[*]'" in lines
    assert "  rows r: 5, 5 linear nonzeros, coefficients 1..5" in lines
