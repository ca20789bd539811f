"""Reductions over many rows are worked out piece by piece: the same answers, little memory."""

from __future__ import annotations

import pytest

from mdl.algebra import evaluate
from tests.mechanisms.test_markets import answers

TEXT = """
model m;
agents A := {a, b, c};
agents B := {d};
set NEAR[A] in A := {a: {b}, b: {}, c: {a, b, c}};
type v[A] in {1, 2, 4};
type w[B] in {0, 1};
prior v ~ uniform;
prior w ~ {0: 1/4, 1: 3/4};
outcome share { q[i in A] = v[i] / sum(j in A) v[j]; r = max(i in A) v[i] - sum(k in B) w[k]; }
let near[i in A] = sum(j in NEAR[i]) q[j] + prod(j in NEAR[i] where j != i) v[j];
valuation[i in A] = v[i] * q[i] - near[i] / 5 + ROOT;
valuation[k in B] = w[k] * r - (sum(i in A, j in A where i != j) q[i] * q[j]);
mechanism m {
    outcome share;
    pay t[i in A] = expected(sum(j in A where j != i) valuation[j] given v[i]) / 3
        - ((sum(j in A) q[j] * v[j]) without i);
    receive s[k in B] = (sum(i in A) q[i]) without k;
}
check m: dominant_ic, bayesian_ic, ex_post_ir, interim_ir, weak_budget_balance, strong_budget_balance, no_subsidy;
"""


@pytest.mark.parametrize("root", ["0", "sqrt(sum(j in A) v[j])"])
@pytest.mark.parametrize("rows", [1, 7, 50])
def test_in_pieces(root: str, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT.replace("ROOT", root)
    (whole,) = answers(text)
    assert whole.refused is None
    monkeypatch.setattr(evaluate, "AT_ONCE", rows)
    (parts,) = answers(text)
    assert parts.checks == whole.checks
    assert parts.values == whole.values


@pytest.mark.parametrize("rows", [1, 5, 1000])
def test_an_error_is_told_at_its_place(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "AT_ONCE", rows)
    (answer,) = answers(TEXT.replace("ROOT", "1 / (sum(j in A) v[j] - 9)"))
    assert answer.refused is not None and answer.refused.code == "MDL340"
    assert "a=1, b=4, c=4" in answer.refused.message
