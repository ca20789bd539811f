"""Requirements that conflict: those that are named are impossible, and possible without any one of them."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.program.solution import Status
from tests.mechanisms.market import Market, markets
from tests.mechanisms.test_designs import BUDGET, IC, IR
from tests.mechanisms.test_markets import answers


def text(m: Market, require: tuple[str, ...], income: int) -> str:
    needs = f"require {', '.join(require)};" if require else ""
    design = f"mechanism best {{ outcome trade; pay t[PLANT]; receive s[SHOP]; income = {income}; {needs} }}"
    return m.text(design + "\nfind best;")


def possible(m: Market, require: tuple[str, ...], income: int) -> bool:
    (answer,) = answers(text(m, require, income))
    assert answer.status in (Status.OPTIMAL, Status.INFEASIBLE)
    return answer.status is Status.OPTIMAL


@settings(max_examples=40, deadline=None)
@given(
    markets(small=True),
    st.lists(st.sampled_from([*IC, *IR, *BUDGET, "efficient"]), min_size=2, max_size=5, unique=True),
    st.integers(-12, 0),
)
def test_what_is_named_is_a_smallest_conflict(m: Market, require: list[str], income: int) -> None:
    (answer,) = answers(text(m, tuple(require), income))
    if answer.status is Status.OPTIMAL:
        return
    assert answer.status is Status.INFEASIBLE, answer.refused
    line = answer.reasons[0]
    named = tuple(p for p in require if p in line.replace(",", " ").split())
    assert "cannot hold" in line and named, answer.reasons
    assert not possible(m, named, income)
    if len(named) > 1:
        assert line.endswith("without any one of them the others can")
        for fewer in combinations(named, len(named) - 1):
            assert possible(m, fewer, income), (named, fewer)


@pytest.mark.parametrize(
    ("require", "line"),
    [
        ("dominant_ic, ex_post_ir, weak_budget_balance, no_subsidy",
         "ex_post_ir and weak_budget_balance cannot hold together"),
        ("bayesian_ic, interim_ir, no_subsidy, ex_ante_budget_balance",
         "interim_ir and ex_ante_budget_balance cannot hold together"),
    ],
)  # fmt: skip
def test_what_has_nothing_to_do_with_it_is_not_named(require: str, line: str) -> None:
    (answer,) = answers(f"""
model m; agents A := {{a}}; type v[A] in {{1, 2}}; prior v ~ uniform;
outcome give {{ q[i in A] = 1; }} valuation[i in A] = v[i] * q[i];
mechanism m {{ outcome give; pay t[A]; income = -3; require {require}; }}
find m;
""")
    assert answer.status is Status.INFEASIBLE
    assert answer.reasons[0].startswith(line)


def test_constraints_that_leave_no_outcome_name_no_requirement() -> None:
    (answer,) = answers("""
model m; agents A := {a}; type v[A] in {1, 2};
var x[A] >= 0;
subject to little: sum(i in A) x[i] <= 1;
subject to much: sum(i in A) x[i] >= 2;
valuation[i in A] = v[i] * x[i];
mechanism m { outcome free; pay t[A]; require dominant_ic; }
find m;
""")
    assert answer.status is Status.INFEASIBLE
    assert not any("cannot hold" in line for line in answer.reasons)
    assert any("little" in line for line in answer.reasons) and any("much" in line for line in answer.reasons)
