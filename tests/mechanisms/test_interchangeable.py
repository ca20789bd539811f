"""`symmetric`: what tells agents apart is found, and where nothing is found counting gives what listing gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.diagnostics import Failure
from mdl.mechanisms.profiles import CountedProfiles, Profiles
from tests.mechanisms.making import codes, reports_of
from tests.mechanisms.test_markets import answers


def model(
    *,
    declared: str = "",
    types: str = "type v[A] in {0, 1}; prior v ~ {0: 1/3, 1: 2/3};",
    valuation: str = "v[i] * q[i]",
    outcome: str = "v[i] / (1 + sum(j in A) v[j])",
    pay: str = "q[i] / 3",
    symmetric: bool = True,
    agents: str = "{a, b, c}",
) -> str:
    return f"""
model m;
agents A := {agents};
{declared}
{types}
outcome share {{ q[i in A] = {outcome}; }}
valuation[i in A] = {valuation};
mechanism m {{ outcome share; pay t[i in A] = {pay}; }}
{"symmetric A;" if symmetric else ""}
check m: dominant_ic, bayesian_ic, ex_post_ir, interim_ir, weak_budget_balance, no_subsidy;
"""


ALIKE = [
    {},
    {"agents": "1..3"},
    {"declared": "param w[A] := {a: 2, b: 2, c: 2};", "valuation": "w[i] * v[i] * q[i]"},
    {"declared": "param w[A, A] default 1 := {(a, a): 0, (b, b): 0, (c, c): 0};",
     "valuation": "v[i] * q[i] - sum(j in A) w[i, j] * q[j] / 9"},
    {"declared": "set S[A] in A := {a: {b, c}, b: {a, c}, c: {a, b}};",
     "valuation": "v[i] * q[i] - sum(j in S[i]) q[j] / 9"},
    {"declared": "set S in A = {i in A where card(A) > 2};", "valuation": "v[i] * q[i] - sum(j in S) q[j] / 9"},
    {"declared": "param n = card(A);", "valuation": "v[i] * q[i] - q[i]^2 / n"},
    {"valuation": "v[i] * q[i] - sum(j in A where j != i) v[j] * q[j] / 2"},
    {"valuation": "v[i] * q[i] - (max(j in A) v[j]) / 4"},
    {"pay": "(sum(j in A where j != i) (valuation[j] without i)) - (sum(j in A where j != i) valuation[j])"},
    {"pay": "expected(sum(j in A where j != i) valuation[j] given v[i]) / 4"},
    {"types": "type v[A] in {0, 1, 3}; type w[A] in {1, 2}; prior v ~ uniform; prior w ~ uniform;",
     "valuation": "v[i] * w[i] * q[i]"},
    {"types": "type v[A] in {0, 1}; report v at most truth; prior v ~ uniform;"},
    {"outcome": "if v[i] == (max(j in A) v[j]) then 1 else 0"},
]  # fmt: skip

APART = {
    "a param": {"declared": "param w[A] := {a: 2, b: 2, c: 3};", "valuation": "w[i] * v[i] * q[i]"},
    "a param of pairs": {"declared": "param w[A, A] default 1 := {(a, b): 0, (b, c): 0, (c, a): 0};"},
    "a set": {"declared": "set S in A := {a, b};"},
    "a family": {"declared": "set S[A] in A := {a: {b}, b: {c}, c: {a}};"},
    "a family elsewhere": {"declared": "set K := {k}; set S[K] in A := {k: {a}};"},
    "a member as a value": {"declared": "param boss in A := a;"},
    "a name in an expression": {"valuation": "v[i] * q[i] + (if i == b then 1 else 0)"},
    "a name as an index": {"valuation": "v[i] * q[i] + v[a]"},
    "a name in the outcome": {"outcome": "if i == a then 1 else 0"},
    "a name in a transfer": {"pay": "if i == a then 1 else 0"},
    "a set written out": {"valuation": "v[i] * q[i] + sum(j in {a, b}) q[j]"},
    "an index of a transfer": {"declared": "mechanism n { outcome share; pay t[i in A where i == a] = 1; }"},
    "an agent as a number": {"agents": "1..3", "valuation": "v[i] * q[i] + i"},
    "the order of agents": {"agents": "1..3", "valuation": "v[i] * q[i] + sum(j in A where j < i) q[j]"},
    "an agent beside a number": {"agents": "1..3", "valuation": "v[i] * q[i] + (if i == 1 + 1 then 1 else 0)"},
    "a neighbour": {"agents": "1..3", "valuation": "v[i] * q[i] + (if i < 3 then q[i + 1] else 0)"},
    "a range": {"agents": "1..3", "valuation": "v[i] * q[i] + sum(j in 1..2) q[j]"},
    "domains": {"declared": "param k[A] := {a: 1, b: 1, c: 2};",
                "types": "type v[i in A] in 0..k[i]; prior v ~ uniform;"},
    "a prior": {"declared": "param p[A] := {a: 1/2, b: 1/2, c: 1/3};",
                "types": "type v[A] in {0, 1}; prior v[i in A] ~ {0: p[i], 1: 1 - p[i]};"},
    "a type of some": {"declared": "agents B in A := {a}; type w[B] in {1, 2}; prior w ~ uniform;"},
}  # fmt: skip


def verdicts(text: str) -> dict[str, tuple[str, float | None]]:
    answer = answers(text)[0]
    assert answer.refused is None, answer.refused
    return {c.property: (c.verdict, c.violation) for c in answer.checks}


@pytest.mark.parametrize("parts", ALIKE, ids=str)
def test_counting_gives_what_listing_gives(parts: dict[str, str]) -> None:
    assert isinstance(reports_of(model(**parts)).profiles, CountedProfiles)
    assert verdicts(model(**parts)) == verdicts(model(**parts, symmetric=False))


@pytest.mark.parametrize("why", APART)
def test_what_tells_agents_apart(why: str) -> None:
    with pytest.raises(Failure) as told:
        reports_of(model(**APART[why]))
    assert codes(told.value) == ["MDL620"]


def test_a_joint_prior_is_not_counted() -> None:
    table = ", ".join(f"({x}, {y}, {z}): 1/8" for x in (0, 1) for y in (0, 1) for z in (0, 1))
    with pytest.raises(Failure) as told:
        reports_of(model(types=f"type v[A] in {{0, 1}}; prior joint := {{{table}}};"))
    assert codes(told.value) == ["MDL620"]


def test_two_agents_and_other_agents_are_listed_with_a_note() -> None:
    two = reports_of(model(agents="{a, b}"))
    assert type(two.profiles) is Profiles and "only two agents" in two.notes[0]
    others = reports_of(model(declared="agents B := {z};"))
    assert type(others.profiles) is Profiles and "other agents" in others.notes[0]


NUMBERS = ["v[i]", "q[i]", "1", "w[i]", "sum(j in A) v[j]", "sum(j in A) q[j]", "max(j in A) q[j]",
           "sum(j in A where j != i) v[j] * q[j]", "sum(j in A, k in A where j != k) v[j] * q[k]", "k[i]",
           "sum(j in S[i]) q[j]", "if i in T then q[i] else 0", "sum(j in T) v[j]", "prod(j in A) (1 + q[j])",
           "if v[i] == (min(j in A) v[j]) then q[i] else 0", "card(S[i]) * q[i]"]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(NUMBERS), st.integers(-2, 2)), min_size=1, max_size=3),
    st.sampled_from(NUMBERS[:10]),
    st.sampled_from(["{a: 1, b: 1, c: 1}", "{a: 1, b: 2, c: 1}"]),
    st.sampled_from(["{a: {b, c}, b: {a, c}, c: {a, b}}", "{a: {a}, b: {b}, c: {c}}", "{a: {b}, b: {c}, c: {a}}"]),
    st.sampled_from(["{a, b, c}", "{}", "{a, c}"]),
)
def test_what_is_believed_is_true(terms: list[tuple[str, int]], pay: str, k: str, family: str, part: str) -> None:
    """Whatever is accepted as symmetric has the verdicts of the file without the claim."""
    declared = f"param k[A] := {k}; set S[A] in A := {family}; set T in A := {part}; param w[A] default 2;"
    parts = {
        "declared": declared,
        "valuation": " + ".join(f"({e}) * ({c})" for e, c in terms) + " + v[i] * q[i]",
        "pay": pay,
    }
    try:
        counted = isinstance(reports_of(model(**parts)).profiles, CountedProfiles)
    except Failure as told:
        assert codes(told) == ["MDL620"]
        return
    assert counted
    assert verdicts(model(**parts)) == verdicts(model(**parts, symmetric=False))


PARTS = [
    "v[i]",
    "v[i] / (1 + sum(j in A) v[j])",
    "if v[i] == (max(j in A) v[j]) then 1 else 0",
    "3 - v[i]",
    "v[i]^2 / 4",
]
WORTH = ["v[i] * q[i]", "v[i] * q[i] - q[i]^2", "v[i] * q[i] - (sum(j in A where j != i) q[j]) / 3",
         "v[i] * q[i] + (sum(j in A) v[j]) * q[i] / 5"]  # fmt: skip
NEEDS = ["dominant_ic", "bayesian_ic", "ex_post_ir", "interim_ir", "ex_ante_ir", "weak_budget_balance",
         "strong_budget_balance", "ex_ante_budget_balance", "no_subsidy"]  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(PARTS),
    st.sampled_from(WORTH),
    st.lists(st.sampled_from(NEEDS), min_size=1, max_size=4, unique=True),
    st.lists(st.sampled_from(NEEDS[2:]), max_size=2, unique=True),
    st.integers(-3, 1),
    st.booleans(),
    st.booleans(),
)
def test_a_search_with_counts_finds_what_one_with_every_profile_does(
    part: str, worth: str, require: list[str], soften: list[str], income: int, expected: bool, truthful: bool
) -> None:
    soft = [p for p in soften if p not in require]
    goal = f"maximize {'expected ' if expected else ''}sum(i in A) t[i];"
    body = f"require {', '.join(require)};" + (
        f"soften {', '.join(soft)}; minimize expected shortfall;" if soft else goal
    )
    text = f"""
model m;
agents A := {{a, b, c}};
type v[A] in {{0, 1, 2}};
prior v ~ {{0: 1/2, 1: 1/3, 2: 1/6}};
{"report v at most truth;" if truthful else ""}
outcome share {{ q[i in A] = {part}; }}
valuation[i in A] = {worth};
mechanism m {{ outcome share; pay t[A]; income = {income}; {body} }}
SYMMETRIC
find m;
"""
    (counted,) = answers(text.replace("SYMMETRIC", "symmetric A;"))
    (listed,) = answers(text.replace("SYMMETRIC", ""))
    assert counted.refused is None and listed.refused is None, (counted.refused, listed.refused)
    assert counted.status is listed.status, text
    assert counted.objective == listed.objective, text
    assert [(c.property, c.verdict) for c in counted.checks] == [(c.property, c.verdict) for c in listed.checks]
