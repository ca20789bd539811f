"""Proofs in words: every line is an inequality of the program, and the lines add up to the last one."""

from __future__ import annotations

import re
from fractions import Fraction

from mdl.certify import Refutation, Unproved, prove, words
from tests.certify.families import core, payments
from tests.certify.test_families import majority
from tests.program import make


def test_a_cycle_of_reports() -> None:
    # Type 1 gains 5 by reporting 2 and type 2 loses only 3 by telling the truth: no payments stop both.
    program = payments([[0, 5], [0, 3]])
    assert words(prove(program), program) == [
        "these constraints, with these weights, add up to 0 >= 2:",
        "  +1 times incentive[0,1]: -pay[0] + pay[1] >= 5",
        "  +1 times incentive[1,0]: pay[0] - pay[1] >= -3",
        "sum: 0 >= 2",
        "without any one of them, the others can be met",
    ]


def test_the_lines_add_up() -> None:
    program = core(5, majority(5), least=False)
    found = prove(program)
    assert isinstance(found, Refutation)
    head, *lines, total, _ = words(found, program)
    left: dict[str, Fraction] = {}
    right = Fraction(0)
    for line in lines:
        weight, body, relation, side = re.fullmatch(
            r"  (\S+) times .*?(?:: | bound )(.*) ([<>=]=) (\S+)", line
        ).groups()  # type: ignore[union-attr]
        factor = Fraction(weight)
        assert relation == "==" or (relation == ">=") == (factor > 0)
        for sign, size, name in re.findall(r"([+-]?) ?(?:(\d+)\*)?(x\[\d\])", body):
            left[name] = left.get(name, Fraction(0)) + factor * int(size or 1) * (-1 if sign == "-" else 1)
        right += factor * Fraction(side)
    assert not any(left.values()) and len(left) == 5
    assert total == f"sum: 0 >= {right}" and right == found.gap > 0 and head.endswith(f"0 >= {right}:")


def test_upper_sides_have_negative_weights_and_long_rows_only_names() -> None:
    program = make.linear([0] * 9, [[1] * 9], [10], None, upper=1)
    lines = words(prove(program), program)
    assert lines[1] == "  +1 times r[1]" and lines[2] == "  -1 times the bound x[1] <= 1"
    assert lines[-2:] == ["sum: 0 >= 1", "without any one of them, the others can be met"]
    short = words(prove(program), program, most=3)
    assert short[1:5] == [*lines[1:4], "  and 7 more"]


def test_one_row_alone_and_crossed_bounds() -> None:
    alone = make.linear([1], [[0]], [1], None)
    assert words(prove(alone), alone) == [
        "these constraints, with these weights, add up to 0 >= 1:",
        "  +1 times r[1]: 0 >= 1",
        "sum: 0 >= 1",
    ]
    row = make.linear([1], [[2]], [Fraction(7, 2)], [3])
    assert words(prove(row), row) == ["`r[1]` has a lower bound above its upper one, by 1/2: nothing can meet both"]
    column = make.linear([1], lower=4, upper=1)
    assert words(prove(column), column) == ["`x[1]` has a lower bound above its upper one, by 3: nothing can meet both"]


def test_optima_rays_and_what_is_not_proved() -> None:
    best = make.linear([3, 2], [[1, 1], [8, 24]], None, [4, 48], maximize=True, constant=Fraction(1, 8))
    assert words(prove(best), best) == ["optimum proved: primal and dual agree at 97/8 exactly"]
    endless = make.linear([3, -1], [[1, -2]], None, 5, maximize=True)
    assert words(prove(endless), endless) == [
        "no optimum: from a feasible point the objective rises for ever, by 5 with every step of:",
        "  x[1]: +2",
        "  x[2]: +1",
    ]
    assert words(Unproved("the program is a MIP"), best) == ["not proved: the program is a MIP"]


def test_numbers_that_nobody_reads_are_said_about() -> None:
    """Python itself refuses to write more than 4,300 digits."""
    long = Fraction(7**6000, 7**6000 - 1)
    row = make.linear([1], [[1]], [long], [3], upper=[Fraction(1, 2)])
    assert words(prove(row), row) == [
        "these constraints, with these weights, add up to 0 >= about 0.5:",
        "  +1 times r[1]: x[1] >= about 1.0",
        "  -1 times the bound x[1] <= 1/2",
        "sum: 0 >= about 0.5",
        "without any one of them, the others can be met",
    ]
