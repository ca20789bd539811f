"""Interchangeable agents: what counting finds is what the same file says with every profile listed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from mdl.answer.answer import Answer
from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import understand
from mdl.program.solution import SolverOptions
from mdl.tasks.run import run

MARKET = """
model market;
agents A := 1..{agents};
type v[A] in {{1, 2, 5}};
prior v ~ {{1: 1/2, 2: 1/3, 5: 1/6}};
{symmetric}
var x[A] >= 0, <= 1{domain};
var y >= 0, <= 1;
var pair[A, A] >= 0, <= 1;
subject to two: sum(i in A) x[i] + y <= {items};
subject to among[i in A, j in A]: pair[i, j] <= x[j];
subject to little: sum(i in A, j in A) pair[i, j] <= 1;
valuation[i in A] = v[i] * x[i] + (sum(j in A where j != i) pair[i, j]) / 3{shared};
mechanism m {{
    outcome free;
    pay t[A];
    require {wanted};
    {goal};
}}
find m;
"""

TIES = """
model ties "Whoever is first wins where everybody differs; nobody has anything elsewhere";
agents A := 1..3;
type v[A] in {1, 2, 3};
prior v ~ uniform;
symmetric A;
let differ = prod(i in A, j in A where j != i) abs(v[i] - v[j]);
var x[A] >= 0;
subject to one: sum(i in A) x[i] <= 1;
valuation[i in A] = v[i] * x[i];
maximize first: sum(i in A) (if differ > 0 then 1 else -1) * x[i];
mechanism m { outcome first; pay t[i in A] = x[i]; }
check m: dominant_ic;
"""


def answers(text: str) -> list[Answer]:
    instance = bind(understand(Source("m.mdl", text)), Path(), Overrides())
    return list(run(instance, instance.model.tasks, SolverOptions()))


REVENUE = "maximize expected sum(i in A) t[i]"


@pytest.mark.parametrize(
    ("agents", "wanted", "goal"),
    [
        (3, "bayesian_ic, interim_ir", REVENUE),
        (4, "bayesian_ic, interim_ir", REVENUE),
        (3, "dominant_ic, ex_post_ir", REVENUE),
        (4, "dominant_ic, ex_post_ir", REVENUE),
        (3, "bayesian_ic, weak_budget_balance", "maximize expected sum(i in A) (2 * valuation[i] - x[i] / 2)"),
        (3, "dominant_ic, no_subsidy", "maximize expected sum(i in A) (valuation[i] - v[i] * t[i])"),
    ],
)
def test_a_free_outcome_is_the_same_with_counts_and_with_every_profile(agents: int, wanted: str, goal: str) -> None:
    found = []
    for symmetric in ("symmetric A;", ""):
        text = MARKET.format(
            agents=agents, symmetric=symmetric, domain="", items=2, wanted=wanted, goal=goal,
            shared="" if "_ir" in wanted else " + y",  # what an outsider would have of it is not known
        )  # fmt: skip
        (answer,) = answers(text)
        assert answer.refused is None, answer.refused
        assert all((c.verdict, c.level) == ("holds", "exact") for c in answer.checks)
        found.append(answer.objective)
    assert isinstance(found[0], Fraction | int)
    assert found[0] == found[1]


def test_revenue_of_one_item_counted() -> None:
    """Three bidders, values 1 and 2 with equal chances: virtual values 0 and 2, so 2 (1 - 1/8)."""
    text = """
    model one; agents A := 1..3; type v[A] in {1, 2}; prior v ~ uniform; symmetric A;
    var x[A] >= 0; subject to item: sum(i in A) x[i] <= 1; valuation[i in A] = v[i] * x[i];
    mechanism m { outcome free; pay t[A]; require bayesian_ic, interim_ir; maximize expected sum(i in A) t[i]; }
    find m;
    """
    assert answers(text)[0].objective == Fraction(7, 4)


def test_free_integers_are_not_counted() -> None:
    """The mean over all ways of exchanging agents is an outcome only where outcomes are convex."""
    text = MARKET.format(
        agents=3,
        symmetric="symmetric A;",
        domain=", binary",
        shared="",
        items=1,
        wanted="dominant_ic, ex_post_ir",
        goal=REVENUE,
    ).replace("var x[A] >= 0, <= 1, binary", "var x[A] binary")
    (answer,) = answers(text)
    assert any("all profiles are listed, since an outcome is free and `x` is binary" in n for n in answer.notes)


def test_an_outcome_that_depends_on_who_is_first_is_refused() -> None:
    """With everybody different nobody is like another, but the views of one profile differ."""
    (answer,) = answers(TIES)
    assert answer.refused is not None
    assert answer.refused.code == "MDL621"


AVERAGES = """
model averages;
agents A := 1..4;
type v[A] in {1, 3};
prior v ~ {1: 2/3, 3: 1/3};
SYMMETRIC
outcome share { x[i in A] = v[i] / (1 + sum(j in A) v[j]); }
valuation[i in A] = v[i] * x[i] - (sum(j in A where j != i) x[j]) / 2;
mechanism m = agv(share);
mechanism n { outcome share; pay t[i in A] = sum(j in A where j != i) expected(valuation[j] * x[j] given v[j])
    - expected(x[i]); }
check m: dominant_ic, bayesian_ic, ex_post_ir, strong_budget_balance, no_subsidy;
check n: dominant_ic, bayesian_ic, ex_post_ir, weak_budget_balance, no_subsidy;
"""


def test_means_given_the_type_of_another_agent_are_those_with_every_profile() -> None:
    counted, every = (answers(AVERAGES.replace("SYMMETRIC", s)) for s in ("symmetric A;", ""))
    for one, other in zip(counted, every, strict=True):
        assert [(c.verdict, c.level, c.violation) for c in one.checks] == [
            (c.verdict, c.level, c.violation) for c in other.checks
        ]
    assert [c.verdict for c in counted[0].checks if c.property == "strong_budget_balance"] == ["holds"]


def test_a_mean_about_two_agents_is_refused() -> None:
    (answer,) = answers("""
    model two; agents A := 1..3; type v[A] in {1, 3}; prior v ~ uniform; symmetric A;
    outcome share { x[i in A] = v[i] / (sum(j in A) v[j]); }
    valuation[i in A] = v[i] * x[i];
    mechanism m { outcome share; pay t[i in A] = sum(j in A where j != i) expected(x[j] given v[i]); }
    check m: dominant_ic;
    """)
    assert answer.refused is not None and answer.refused.code == "MDL622"
