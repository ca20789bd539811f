"""The ways of a search give one answer.

By graphs, by a program with the rows that imply the others, with every row, with rows generated as solutions break
them, through Pyomo.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from mdl.mechanisms import search as module
from mdl.mechanisms.search import Found, program_of, search
from mdl.mechanisms.unknown import Unknown, unknown
from mdl.program.solution import SolverOptions, Status
from tests.mechanisms.making import mechanism_of, outcomes_of, reports_of

HEAD = """
model m;
agents A := {a, b};
type v[A] in {1, 2, 4, 5};
prior v ~ {1: 1/4, 2: 1/4, 4: 3/8, 5: 1/8};
var x[A] >= 0;
subject to one: sum(i in A) x[i] <= 1;
valuation[i in A] = v[i] * x[i];
maximize welfare: sum(i in A) valuation[i];
"""
INTERDEPENDENT = HEAD.replace("= v[i] * x[i];", "= (v[i] + (sum(j in A) v[j]) / 3) * x[i];").replace(
    "maximize welfare: sum(i in A) valuation[i];", "maximize welfare: sum(i in A) v[i] * x[i];"
)
RULE = "outcome welfare; pay t[A];"
FREE = "outcome free; pay t[A];"
MOST = "maximize expected sum(i in A) t[i];"

DESIGNS = {
    "payments, dominant": (HEAD, f"{RULE} require dominant_ic, ex_post_ir; {MOST}"),
    "payments, on average": (HEAD, f"{RULE} require bayesian_ic, interim_ir; {MOST}"),
    "payments, balanced": (HEAD, f"{RULE} require bayesian_ic, interim_ir, strong_budget_balance;"),
    "payments without subsidy": (HEAD, f"{RULE} require dominant_ic, ex_post_ir, no_subsidy; {MOST}"),
    "payments, too much asked": (HEAD, f"{RULE} income = -welfare;"
                                 "require dominant_ic, ex_post_ir, weak_budget_balance;"),
    "everything, dominant": (HEAD, f"{FREE} require dominant_ic, ex_post_ir; {MOST}"),
    "everything, on average": (HEAD, f"{FREE} require bayesian_ic, interim_ir; {MOST}"),
    "everything, without envy": (HEAD, f"{FREE} require dominant_ic, ex_post_ir, envy_free; {MOST}"),
    "everything, efficient": (HEAD, f"{FREE} require dominant_ic, ex_post_ir, efficient; {MOST}"),
    "everything, too much asked": (HEAD, f"{FREE} income = -4;"
                                   "require bayesian_ic, interim_ir, ex_ante_budget_balance;"),
    "summed over profiles": (HEAD, f"{FREE} require dominant_ic, ex_post_ir; maximize sum(i in A) t[i];"),
    "softened": (HEAD, f"{RULE} income = -3; require dominant_ic; soften ex_post_ir, weak_budget_balance;"
                 "minimize expected shortfall;"),
    "interdependent": (INTERDEPENDENT, f"{FREE} require dominant_ic, ex_post_ir; {MOST}"),
    "interdependent payments": (INTERDEPENDENT, f"{RULE} require dominant_ic, ex_post_ir; {MOST}"),
    "unbounded": (HEAD, f"{RULE} require dominant_ic; {MOST}"),
}  # fmt: skip


def made(name: str) -> Unknown:
    head, body = DESIGNS[name]
    reports = reports_of(f"{head} mechanism m {{ {body} }}")
    mechanism = mechanism_of(reports)
    return unknown(reports, outcomes_of(reports, mechanism), mechanism)


def told(found: Found) -> tuple[Status, str, Fraction | None]:
    return found.status, found.level, module.optimum(found)


@pytest.mark.parametrize("name", DESIGNS)
def test_every_way_has_one_answer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options = SolverOptions()
    every = told(search(made(name), options, full=True))
    assert every[1] == "exact"
    assert told(search(made(name), options)) == every
    monkeypatch.setattr(module, "applies", lambda given: None)
    assert told(search(made(name), options)) == every
    monkeypatch.setattr(module, "MANY", 0)
    assert told(search(made(name), options)) == every


@pytest.mark.parametrize("name", ["payments, dominant", "everything, on average", "payments, too much asked"])
def test_through_pyomo(name: str) -> None:
    assert told(search(made(name), SolverOptions(), via_pyomo=True)) == told(search(made(name), SolverOptions()))


def test_a_known_revenue() -> None:
    """Myerson: virtual values 1 - 3 = -2, 2 - 2 * 2 = -2, 4 - 1/3 = 11/3 and 5, probabilities 1/4, 1/4, 3/8, 1/8."""
    best = module.optimum(search(made("everything, on average"), SolverOptions()))
    chance = {Fraction(-2): Fraction(1, 2), Fraction(11, 3): Fraction(3, 8), Fraction(5): Fraction(1, 8)}
    assert best == sum(p * q * max(x, y, 0) for x, p in chance.items() for y, q in chance.items())


def test_the_program_that_is_shown() -> None:
    held = made("everything, dominant")
    every, _ = program_of(held, True)
    some, notes = program_of(held, False)
    rows = {r.name: len(r.labels) for r in every.program.rows}
    assert rows == {"one": 16, "ic": 2 * 4 * 3 * 4, "ir": 2 * 16}
    assert {r.name: len(r.labels) for r in some.program.rows}["ic"] == 2 * 6 * 4
    assert any("48 of 96 incentive rows are implied" in n or "48" in n for n in notes)


def test_names_of_rows_and_columns() -> None:
    """`ic[a: 3 -> 2 | b=1]`, `t[a; 3, 1]`, as the language has them."""
    program = program_of(made("everything, dominant"), True)[0].program
    names = {block.labels.name(block.name, k) for block in program.rows for k in range(len(block.labels))}
    assert {"ic[a: 4 -> 2 | b=1]", "ir[a: 4 | b=5]", "one[4, 1]"} <= names
    columns = {c.labels.name(c.name, k) for c in program.columns for k in range(len(c.labels))}
    assert {"t[b; 4, 1]", "x[a; 5, 2]"} <= columns


@pytest.mark.parametrize("full", [False, True])
def test_transfers_of_nobody(full: bool) -> None:
    """An agents set may be empty for this data; 2 of each buyer on average: 1 with value 1, 3 with value 2."""
    reports = reports_of("""
model m;
agents A := {a, b};
agents B := {};
type v[A] in {1, 2};
type c[B] in {1, 2};
prior v ~ uniform;
prior c ~ uniform;
outcome o { q[i in A] = v[i]; }
valuation[i in A] = v[i] * q[i];
valuation[j in B] = -c[j];
mechanism m {
    outcome o;
    pay t[A];
    receive s[B];
    pay u[j in B] = h[j];
    adjust h[B] on others;
    require dominant_ic, ex_post_ir;
    maximize expected(sum(i in A) t[i] - sum(j in B) s[j]);
}
""")
    mechanism = mechanism_of(reports)
    found = search(unknown(reports, outcomes_of(reports, mechanism), mechanism), SolverOptions(), full=full)
    assert told(found) == (Status.OPTIMAL, "exact", 4)
