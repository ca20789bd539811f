"""Priors: of one type, joint, and what their tables may say."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mdl.answer.typed_text import text
from mdl.semantics.model import Model, PriorSymbol
from mdl.syntax import tree
from tests.semantics.texts import clean, codes

AGENTS = (
    "agents USER := {u1, u2}; param p[USER] := 0.5; set SIZE := {small, large};"
    "type theta[USER] in {1, 2, 0.5}; type size[USER] in SIZE; type place[USER] in SIZE * SIZE;"
)


def only(model: Model) -> PriorSymbol:
    (prior,) = model.priors
    return prior


def test_a_prior_of_a_type() -> None:
    model = clean(AGENTS + "prior theta[i in USER] ~ {1: p[i], 2: 1/2 - p[i] / 2, 1/2: 0.25};")
    prior = only(model)
    assert prior.of is model.symbols["theta"] and prior.name == "theta"
    assert [i.name for b in prior.index for i in b.indices] == ["i"]
    assert prior.distribution is not None
    keys, values = zip(*prior.distribution, strict=True)
    assert isinstance(keys[0], tree.Number) and keys[0].value == 1
    assert [text(v) for v in values] == ["p[i]", "1/2 - p[i]/2", "0.25"]
    assert list(model.symbols) == ["USER", "p", "SIZE", "theta", "size", "place"]


def test_uniform_priors_with_and_without_index() -> None:
    model = clean(AGENTS + "prior size[USER] ~ uniform; prior theta ~ uniform; prior place ~ uniform;")
    assert [(p.name, p.distribution, len(p.index)) for p in model.priors] == [
        *(("size", None, 1), ("theta", None, 0), ("place", None, 0))
    ]


def test_members_and_tuples_as_values() -> None:
    model = clean(AGENTS + 'prior size ~ {small: 0.5, "large": 0.5}; prior place ~ {(small, large): 1};')
    assert [len(p.distribution or ()) for p in model.priors] == [2, 1]


def test_a_joint_prior_is_a_declared_name() -> None:
    model = clean(
        "agents USER := {u1, u2}; type theta[USER] in {1, 2}; type size[USER] in {low, high};"
        "param rest := 0.25; prior joint := {((1, low), (1, high)): 0.75, (2, high, 2, low): rest};"
    )
    prior = only(model)
    assert prior.of is None and model.symbols["joint"] is prior
    assert prior.distribution is not None and [text(v) for _, v in prior.distribution] == ["0.75", "rest"]


@pytest.mark.parametrize(
    "statement, expected",
    [
        ("prior theta ~ {1: theta[u1]};", ["MDL276"]),
        ("var x >= 0; prior theta ~ {1: x, 2: 1 - x};", ["MDL275", "MDL275"]),
        ("prior theta ~ {small: 1};", ["MDL249"]),
        ("prior place ~ {small: 1};", ["MDL249"]),
        ("prior size ~ {1: 1};", ["MDL249"]),
        ("prior theta ~ {1: k};", ["MDL204"]),
        ("prior theta ~ 1;", ["MDL248"]),
        ("prior theta ~ {};", ["MDL248"]),
        ("prior joint := 0.5;", ["MDL248"]),
        ("prior joint[USER] := {(1, 1): 1};", ["MDL247"]),
        ("prior joint := {(theta[u1], 1): 1};", ["MDL249"]),
        ("prior joint := {(1, 1): 1}; prior joint := {(1, 1): 1};", ["MDL206"]),
        ("prior p ~ uniform;", ["MDL213"]),
        ("prior tehta ~ uniform;", ["MDL213"]),
        ("prior theta ~ uniform; prior theta ~ uniform;", ["MDL214"]),
        ("prior theta ~ uniform; prior joint := {(1, 1): 1}; prior size ~ uniform;", ["MDL246"]),
        ("prior theta[i in USER, j in USER] ~ uniform;", ["MDL247"]),
        ("prior theta[i in SIZE] ~ uniform;", ["MDL247"]),
        ("prior theta[i in USERS] ~ uniform;", ["MDL203"]),
        ("type joint[USER] in {1, 2}; prior joint := {(1, 1): 1};", ["MDL206"]),
    ],
)
def test_what_is_refused(statement: str, expected: list[str]) -> None:
    assert codes(AGENTS + statement) == expected


def test_symmetric_agents() -> None:
    model = clean(AGENTS + "symmetric USER;")
    assert model.symmetric == (model.symbols["USER"],)
    assert codes(AGENTS + "symmetric USER; symmetric USER;") == ["MDL214"]
    assert codes(AGENTS + "symmetric SIZE;") == ["MDL289"]


def test_numbers_of_a_prior_are_exact() -> None:
    prior = only(clean(AGENTS + "prior theta ~ {1: 0.1, 2: 0.9};"))
    assert prior.distribution is not None
    assert [getattr(v, "value", None) for _, v in prior.distribution] == [Fraction(1, 10), Fraction(9, 10)]
