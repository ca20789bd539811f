"""Which objectives are a sum of valuations: what is accepted moves one for one with every valuation."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl.semantics import additive
from mdl.semantics.model import LetSymbol, RuleSymbol
from tests.semantics.meaning import World, worth
from tests.semantics.texts import clean

ENVIRONMENT = (
    "agents A := {a1, a2}; agents B := {b1}; set FEW in A := {a1}; param k := 2; var x[A] >= 0; var y[B] >= 0;"
    "valuation[i in A] = x[i]; valuation[j in B] = y[j];"
    "let all = sum(i in A) valuation[i]; let net[i in A] = valuation[i] - 3; let half[i in A] = valuation[i] / 2;"
    "let nothing = 5; let twice = all + all;"
)
SETS = {"A": ("a1", "a2"), "B": ("b1",), "FEW": ("a1",)}


def misfit(body: str, weight: int = 1) -> additive.Misfit | None:
    model = clean(ENVIRONMENT + f"maximize r: {body};")
    rule = model.symbols["r"]
    assert isinstance(rule, RuleSymbol)
    valuations = [s for s in model.symbols.values() if isinstance(s, LetSymbol) and s.role == "valuation"]
    return additive.misfit(rule.body, valuations, weight)


OTHER = " + sum(j in B) valuation[j]"


@pytest.mark.parametrize(
    "body",
    [
        "sum(i in A) valuation[i]" + OTHER,
        "all" + OTHER,
        "sum(i in A) net[i] - nothing" + OTHER,
        "2 * (sum(i in A) half[i])" + OTHER,
        "sum(i in A) (half[i] + half[i])" + OTHER,
        "-(-all) - 7 * k" + OTHER,
        "all / 2 + all / 2" + OTHER,
        "twice / 2" + OTHER,
    ],
)
def test_sums_are_recognised(body: str) -> None:
    found = misfit(body)
    if "half[i] + half[i]" in body or "all / 2" in body or "twice" in body:
        assert found is not None and found.why == "enters more than once"  # right, but more than one term
    else:
        assert found is None


@pytest.mark.parametrize(
    "body, why",
    [
        ("all", "not in the objective"),
        ("2 * all" + OTHER, "enters with weight 2, not 1"),
        ("all / 4" + OTHER, "enters with weight 1/4, not 1"),
        ("-all" + OTHER, "enters with weight -1, not 1"),
        ("k * all" + OTHER, "not a term of a sum over all its agents"),
        ("sum(i in A where i != a1) valuation[i]" + OTHER, "not a term of a sum over all its agents"),
        ("sum(i in FEW) valuation[i]" + OTHER, "not a term of a sum over all its agents"),
        ("valuation[a1] + valuation[a2]" + OTHER, "not a term of a sum over all its agents"),
        ("sum(i in A, j in A) valuation[i]" + OTHER, "not a term of a sum over all its agents"),
        ("(all without a1)" + OTHER, "not a term of a sum over all its agents"),
        ("max(all, 0)" + OTHER, "not a term of a sum over all its agents"),
        ("sum(i in A) all" + OTHER, "not a term of a sum over all its agents"),
    ],
)
def test_others_are_told(body: str, why: str) -> None:
    found = misfit(body)
    assert found is not None and found.why == why


def test_costs_have_weight_minus_one() -> None:
    assert misfit("-all - sum(j in B) valuation[j] + 3", -1) is None
    assert misfit("all" + OTHER, -1) is not None


def sums(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} + {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} - {p[1]})"),
        inner.map(lambda e: f"-({e})"),
        st.tuples(st.sampled_from(["2", "1/2", "-1", "k"]), inner).map(lambda p: f"({p[0]}) * ({p[1]})"),
        inner.map(lambda e: f"({e}) / 2"),
        inner.map(lambda e: f"max({e}, 1)"),
        inner.map(lambda e: f"(({e}) without a1)"),
    )


LEAVES = st.sampled_from(
    [
        *("sum(i in A) valuation[i]", "sum(j in B) valuation[j]", "sum(i in A) net[i]", "all", "nothing", "3"),
        *("valuation[a1]", "sum(i in FEW) valuation[i]", "sum(i in A) half[i]", "sum(i in A) (valuation[i] + 1)"),
    ]
)
BODIES = st.recursive(LEAVES, sums, max_leaves=6)


@settings(max_examples=300, deadline=None)
@given(BODIES, st.data())
def test_what_is_accepted_moves_one_for_one(body: str, data: st.DataObject) -> None:
    """A change of one agent's valuation alone changes the objective by just as much."""
    whole = data.draw(st.sampled_from([body, f"all{OTHER}", f"{body} + all{OTHER}"]))
    if misfit(whole) is not None:
        return
    rule = clean(ENVIRONMENT + f"maximize r: {whole};").symbols["r"]
    assert isinstance(rule, RuleSymbol)
    values = {a: Fraction(data.draw(st.integers(-5, 5))) for a in ("a1", "a2", "b1")}
    agent, step = data.draw(st.sampled_from(sorted(values))), Fraction(data.draw(st.integers(1, 5)))

    def objective(held: dict[str, Fraction]) -> Fraction:
        model_k = World(SETS, lambda a, present, _: held[a], prior=None)
        return Fraction(worth(rule.body, model_k, {}))

    assert objective({**values, agent: values[agent] + step}) - objective(values) == step
