"""Not taking part is looked at where a property asks about it, and nowhere else."""

from __future__ import annotations

from pathlib import Path

from mdl.answer.answer import Answer
from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import understand
from mdl.program.solution import SolverOptions
from mdl.tasks.run import run

BOTH = """
model both "Two carry one thing together: without one of them nothing is feasible";
agents A := {a, b};
type v[A] in {1, 2};
prior v ~ uniform;
var x[A] >= 0, <= 1;
subject to need: sum(i in A) x[i] == 2;
valuation[i in A] = v[i] * x[i] + (sum(j in A where j != i) x[j]);
maximize w: sum(i in A) valuation[i];
"""


def answers(text: str) -> list[Answer]:
    instance = bind(understand(Source("m.mdl", BOTH + text)), Path(), Overrides())
    return list(run(instance, instance.model.tasks, SolverOptions()))


def test_an_audit_without_participation_needs_no_outcome_without_an_agent() -> None:
    held, asked = answers("mechanism m = pay_as_bid(w); check m: dominant_ic; check m: ex_post_ir;")
    (check,) = held.checks
    assert (check.verdict, check.level, check.violation) == ("fails", "exact", 1.0)
    assert asked.refused is not None and asked.refused.code == "MDL630"


def test_a_free_outcome_may_have_externalities_where_nobody_may_leave() -> None:
    text = """mechanism m {{ outcome free; pay t[A]; require dominant_ic, {}; minimize expected sum(i in A) t[i]; }}
    find m;"""
    (found,) = answers(text.format("no_subsidy"))
    assert found.objective == 0
    (asked,) = answers(text.format("ex_post_ir"))
    assert asked.refused is not None and asked.refused.code == "MDL635"
