"""LaTeX of linear programs: what stands there, what is left out, and that it is well formed for every design."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import mdl.models
from mdl import driver
from mdl.algebra.numbers import Numbers
from mdl.backends import latex_program
from mdl.backends.latex_names import words
from mdl.backends.write import write
from mdl.data.bind import bind
from mdl.diagnostics import Failure, Source
from mdl.program.labels import Labels
from mdl.program.program import Bound, Columns, Domain, Objective, Program, Rows
from mdl.program.sparse import SparseRows
from mdl.semantics.model import CoalitionTask, MechanismSymbol
from mdl.tasks.game_program import program as program_of_game
from mdl.tasks.mechanism_program import design
from tests.backends.test_latex import rule

FOLDER = Path(next(iter(mdl.models.__path__)))

GAME = """
model game "Gains < 5 & more";
agents P := {a, b};
coalition v[S in subsets(P)] := {{}: 0, {a}: 1/3, {b}: 0.25, {a, b}: 3};
find least_core of v;
"""


def test_a_small_game_is_written_in_full() -> None:
    instance = bind(driver.understand(Source("game.mdl", GAME)), Path())
    (task,) = instance.model.tasks
    assert isinstance(task, CoalitionTask)
    text = write("latex", program_of_game(instance, task), instance.model, None)
    assert (
        text
        == r"""\documentclass{article}
\usepackage{amsmath, amssymb}
\usepackage[margin=2cm]{geometry}
\allowdisplaybreaks
\begin{document}
\section*{Gains \textless{} 5 \& more}
v: minimize excess.
LP, 3 rows, 3 columns.
\begin{align*}
  \min \quad & \mathit{excess} && (\text{excess}) \\
  \text{s.t.} \quad & \mathit{payoff}_{\text{a}} + \mathit{excess} \ge \frac{1}{3} && (\text{coalition[\{a\}]}) \\
  & \mathit{payoff}_{\text{b}} + \mathit{excess} \ge 0.25 && (\text{coalition[\{b\}]}) \\
  & \mathit{payoff}_{\text{a}} + \mathit{payoff}_{\text{b}} = 3 && (\text{everyone}) \\
  & \mathit{payoff}_{\text{a}}, \mathit{payoff}_{\text{b}} \in \mathbb{R} && (\text{payoff, 2 variables}) \\
  & \mathit{excess} \in \mathbb{R} && (\text{excess, 1 variable})
\end{align*}
\end{document}
"""
    )


def wide(size: int = 60) -> Program:
    """x with bounds of all sorts, a binary, an integer named after rows; long rows, many rows, an empty one."""
    names = Labels.of([(f"a_{k}%", k) for k in range(size)])
    upper = Bound(Numbers.of(range(size)), np.arange(size) != 2)
    columns = (
        Columns("x_1", names, 0, Bound(Numbers.constant(0, size)), upper),
        Columns("on", Labels.scalar(), size, None, None, Domain.BINARY),
        Columns(
            "short[ir]", Labels.of([("a", 1, 2)], ("", ": ", " -> ", "")), size + 1,
            Bound(Numbers.of([Fraction(-1, 3)])), Bound(Numbers.of([7])), Domain.INTEGER,
        ),
    )  # fmt: skip
    width = size + 2
    every = SparseRows(np.array([0, width]), np.arange(width), Numbers.inexact(np.full(width, -2.5e-9)), width)
    pairs = SparseRows(np.arange(10) * 2, np.arange(18), Numbers.of([Fraction(1, 3), -1] * 9), width)
    low, high = Bound(Numbers.inexact([-1.5e20] * 9)), Bound(Numbers.constant(2, 9), np.arange(9) != 1)
    rows = (
        Rows("pair", Labels.of([(k,) for k in range(9)]), 0, "range", low, high, pairs),
        Rows("all", Labels.scalar(), 9, "<=", None, Bound(Numbers.of([-4])), every),
        Rows("none", Labels.scalar(), 10, "<=", None, Bound(Numbers.of([0])), SparseRows.empty(1, width)),
    )
    goal = Objective("goal", True, Numbers.of([Fraction(-5, 2)]), SparseRows.empty(1, width))
    return Program("wide", columns, rows, goal)


def test_sides_bounds_domains_and_what_is_left_out() -> None:
    text = latex_program.write(wide(), "Wide")
    assert text.isascii()
    lines = [line.strip().removesuffix(r" \\") for line in text.splitlines()]
    for line in [
        r"\max \quad & - 2.5 && (\text{goal})",
        r"\text{s.t.} \quad & -1.5 \cdot 10^{20} \le \frac{1}{3} \, x_{1, \text{a\_0\%,0}} "
        r"- x_{1, \text{a\_1\%,1}} \le 2 && (\text{pair[0]})",
        r"& \frac{1}{3} \, x_{1, \text{a\_2\%,2}} - x_{1, \text{a\_3\%,3}} \ge -1.5 \cdot 10^{20} && (\text{pair[1]})",
        r"& \dots && (\text{3 more rows of pair})",
        r"& 0 \le 0 && (\text{none})",
        r"& x_{1, \text{a\_0\%,0}} = 0",
        r"& 0 \le x_{1, \text{a\_1\%,1}} \le 1",
        r"& x_{1, \text{a\_2\%,2}} \ge 0",
        r"& \dots && (\text{54 more variables of x\_1})",
        r"& \mathit{on} \in \{0, 1\} && (\text{on, 1 variable})",
        r"& -\frac{1}{3} \le \mathit{short}_{\text{ir[a: 1 $\to$ 2]}} \le 7 \quad (\text{integer}) "
        r"&& (\text{short[ir], 1 variable})",
    ]:
        assert line in lines, text
    assert text.count(r"2.5 \cdot 10^{-9} \, x_{1, ") == latex_program.TERMS
    assert r"+ \cdots \ (\text{22 more terms}) \le -4" in text


def test_long_programs_are_not_written_in_full() -> None:
    assert len(latex_program.write(wide(100_000), "Long")) < 10_000


def designs() -> list[tuple[str, str]]:
    out = []
    for path in sorted((FOLDER / "mechanisms").glob("*.mdl")):
        if path.stem == "fairness_grid_taxes":  # takes 4 s to build
            continue
        found = driver.read(path).symbols.values()
        out += [(path.name, s.name) for s in found if isinstance(s, MechanismSymbol) and s.unknown]
    return out


@pytest.mark.parametrize(("file", "name"), designs())
def test_designs_are_well_formed(file: str, name: str) -> None:
    instance = driver.load(FOLDER / "mechanisms" / file)
    mechanism = instance.model.symbols[name]
    assert isinstance(mechanism, MechanismSymbol)
    program = design(instance, mechanism, mechanism.span, False)[0].program
    text = write("latex", program, instance.model, None)
    body = text[text.index(r"\begin{align*}") : text.index(r"\end{align*}")]
    for line in body.splitlines()[1:]:
        assert line.count("{") - line.count(r"\{") == line.count("}") - line.count(r"\}")
        assert line.count(" & ") == 1 and line.count("&&") <= 1 and line.count("$") % 2 == 0
    for block in program.rows:
        assert f"(\\text{{{words(block.name)}" in body


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "+ 0.30000000000000004"),
        (-3.0, "- 3"),
        (-1e-7, r"- 1 \cdot 10^{-7}"),
        (6.02e23, r"+ 6.02 \cdot 10^{23}"),
    ],
)
def test_floats_are_written_in_full(value: float, text: str) -> None:
    assert latex_program.signed(Numbers.inexact([value])) == text


def test_what_is_not_linear_is_refused() -> None:
    model = driver.understand(Source("m.mdl", "model m; var x; subject to r: exp(x) <= 2; minimize goal: x;"))
    program = driver.compile_rule(bind(model, Path()), rule(model)).program
    with pytest.raises(Failure) as caught:
        latex_program.write(program, "m")
    assert [d.code for d in caught.value.diagnostics] == ["MDL581"]
