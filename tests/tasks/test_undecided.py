"""A property with nothing to compare with is undecided, says why, and leaves the others alone."""

from __future__ import annotations

from pathlib import Path

from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import understand
from mdl.program.solution import SolverOptions
from mdl.tasks.run import run

COSTLY = """model m;
agents A := {a, b};
type v[A] in {1, 2};
var g >= 0;
valuation[i in A] = v[i] * g;
maximize w: sum(i in A) valuation[i] - g^2;
mechanism clarke = vcg(w);
check clarke: efficient, dominant_ic;
"""


def verdicts(text: str) -> dict[str, tuple[str, str]]:
    instance = bind(understand(Source("m.mdl", text)), Path(), Overrides())
    (answer,) = run(instance, instance.model.tasks, SolverOptions())
    assert answer.refused is None
    return {c.property: (c.verdict, c.why) for c in answer.checks}


def test_a_cost_that_is_nobodys_belongs_in_income() -> None:
    found = verdicts(COSTLY)
    assert found["efficient"][0] == "undecided" and "`income = ...;`" in found["efficient"][1]
    assert found["dominant_ic"][0] == "holds"
