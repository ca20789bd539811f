"""`exact` is said only where no float was involved."""

from __future__ import annotations

from math import log
from pathlib import Path

import pytest

from mdl.answer.answer import Answer
from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import understand
from mdl.program.solution import SolverOptions
from mdl.tasks.run import run

LOGS = """
model logs;
agents A := {a, b};
type v[A] in {1, 2};
prior v ~ uniform;
var x[A] >= 0;
subject to c: sum(i in A) x[i] <= 1;
valuation[i in A] = v[i] * log(1 + x[i]);
maximize w: sum(i in A) valuation[i];
mechanism solved { outcome w; pay t[A]; require dominant_ic, ex_post_ir; maximize expected sum(i in A) t[i]; }
find solved;
"""


def answers(text: str) -> list[Answer]:
    instance = bind(understand(Source("m.mdl", LOGS + text)), Path(), Overrides())
    return list(run(instance, instance.model.tasks, SolverOptions()))


@pytest.mark.parametrize("what", ["objective", "revenue", "violation[dominant_ic]", "t[a, 1, 1]", "pay[b, 2, 1]"])
def test_payments_from_floats_are_no_exact_answers(what: str) -> None:
    """The optimum is log 3: a low type pays log(3/2) where both have a half, and so on."""
    found, claim = answers(f"expect solved.{what} >= 0;")
    assert isinstance(found.objective, float)
    assert found.objective == pytest.approx(log(3))
    assert [c.level for c in claim.checks] == ["numeric"]


def test_what_was_found_can_be_asked_about_without_a_certificate() -> None:
    """There is none of logarithms; what comes after the search still knows what it found."""
    instance = bind(understand(Source("m.mdl", LOGS + "expect solved.revenue <= 2;")), Path(), Overrides())
    found, claim = run(instance, instance.model.tasks, SolverOptions(), certificate=True)
    assert found.refused is None and found.certificate is None
    assert found.unproved is not None and found.unproved.code == "MDL685"
    assert [c.verdict for c in claim.checks] == ["holds"]


ROOTS = """
model roots "The bound is a root; all else is rational";
agents A := {a, b};
type v[A] in {1, 2};
prior v ~ uniform;
var x[A] >= 0, <= sqrt(2);
subject to one: sum(i in A) x[i] <= 2;
valuation[i in A] = v[i] * x[i];
maximize w: sum(i in A) (v[i] - 1/2) * x[i];
mechanism bid = pay_as_bid(w);
mechanism best { outcome w; pay t[A]; require bayesian_ic, interim_ir; maximize expected sum(i in A) t[i]; }
check bid: dominant_ic, bayesian_ic, efficient;
find best;
expect bid.x[a, 1, 1] == 1.41421356237 within 1e-9;
expect bid.revenue >= 0;
"""


def test_corners_of_rounded_constraints_are_not_exact() -> None:
    instance = bind(understand(Source("m.mdl", ROOTS)), Path(), Overrides())
    checked, found, *claims = run(instance, instance.model.tasks, SolverOptions())
    levels = {c.level for a in (checked, found, *claims) for c in a.checks}
    assert levels == {"numeric"}
    assert isinstance(found.objective, float)
    (said,) = (n for n in checked.notes if "rounded to 40 bits" in n)
    assert "e-13: numbers" in said, said


def test_what_is_best_by_rounded_costs_is_not_exact() -> None:
    """b should win: its weight is 6e-15 more than the root of 2, which 40 bits do not show."""
    text = """
    model near; agents A := {a, b}; type v[A] in {1, 2};
    var x[A] >= 0;
    subject to one: sum(i in A) x[i] <= 1;
    valuation[i in A] = v[i] * x[i];
    maximize w: sqrt(2) * x[a] + (if v[b] == 2 then 1.4142135623731 else 1) * x[b];
    mechanism m { outcome w; pay t[i in A] = x[i] / 2; }
    check m: dominant_ic;
    expect m.x[b, 1, 2] == 1;
    """
    instance = bind(understand(Source("m.mdl", text)), Path(), Overrides())
    for answer in run(instance, instance.model.tasks, SolverOptions()):
        assert [c.level for c in answer.checks] == ["numeric"]
