"""Mechanisms written out, their tasks, and what may be asked of them."""

from __future__ import annotations

import pytest

from mdl.answer.typed_text import text
from mdl.semantics import typed
from mdl.semantics.kinds import Element, Numeric
from mdl.semantics.model import (
    ExpectTask,
    MechanismSymbol,
    MechanismTask,
    OutcomeSymbol,
    RuleSymbol,
    TransferSymbol,
    TypeSymbol,
)
from tests.semantics.texts import COOPERATIVE_PRODUCTION, DATA_MARKET, ROOT, clean, codes, resolved

ENVIRONMENT = (
    "agents USER := {u1, u2}; set LINK := {AB}; param c := 2; type theta[USER] in {1, 2};"
    "type cost[USER, LINK] in {1, 2}; prior theta ~ uniform; prior cost ~ uniform;"
    "var x[USER] >= 0, <= 1; let total = sum(i in USER) x[i]; let k = 2 * c;"
    "valuation[i in USER] = theta[i] * x[i]; maximize welfare: sum(i in USER) valuation[i] - total;"
    "outcome share { q[i in USER] = theta[i] / 2; }"
)


def mechanism(items: str, name: str = "m") -> MechanismSymbol:
    made = clean(ENVIRONMENT + f"mechanism m {{ {items} }}").symbols[name]
    assert isinstance(made, MechanismSymbol)
    return made


def refused(items: str, more: str = "") -> list[str]:
    return codes(ENVIRONMENT + f"mechanism m {{ {items} }} {more}")


def refs(e: typed.Expr | None, to: type) -> bool:
    """Whether an expression is a reference to a symbol of a class."""
    return isinstance(e, typed.Ref) and isinstance(e.symbol, to)


def test_every_form_together() -> None:
    model = resolved((ROOT / "tests" / "good" / "transfers.mdl").read_text(encoding="utf-8"))
    assert model[1] == ()


# ---- items ---------------------------------------------------------------------------------------------


def test_the_parts_of_a_mechanism() -> None:
    model, problems = resolved(COOPERATIVE_PRODUCTION)
    assert problems == ()
    pvcg = model.symbols["pvcg"]
    assert isinstance(pvcg, MechanismSymbol) and isinstance(pvcg.outcome, RuleSymbol) and pvcg.unknown
    (p,), (h,) = pvcg.transfers, pvcg.adjustments
    assert (p.name, p.direction, h.name, h.direction, h.body) == ("p", "receive", "h", "adjust", None)
    assert p.body is not None and text(p.body) == "(surplus - valuation[i]) - (surplus without i) + h[i]"
    assert isinstance(p.body, typed.Add)
    last = p.body.terms[-1]
    assert isinstance(last, typed.Ref) and last.symbol is h
    assert pvcg.income is not None and text(pvcg.income) == "produced"
    assert (pvcg.shortfall, pvcg.maximize, pvcg.goal) == (True, False, None)
    assert [p.name for p in pvcg.soften] == ["ex_post_ir", "weak_budget_balance"] and pvcg.require == ()
    find, check = model.tasks
    assert isinstance(find, MechanismTask) and find.find and find.mechanism is pvcg and find.properties == ()
    assert isinstance(check, MechanismTask) and not check.find
    assert [p.name for p in check.properties] == ["dominant_ic", "ex_post_ir", "weak_budget_balance", "efficient"]


def test_outcomes() -> None:
    assert mechanism("outcome free; pay t[USER];").outcome is None
    formula = ENVIRONMENT.replace("theta[i] * x[i]", "theta[i] * q[i]") + "mechanism m { outcome share; pay t[USER]; }"
    by_formula = clean(formula).symbols["m"]
    assert isinstance(by_formula, MechanismSymbol) and isinstance(by_formula.outcome, OutcomeSymbol)
    assert refused("outcome share; pay t[USER];") == ["MDL727"]
    assert codes(formula + "mechanism n { outcome share; pay t[i in USER] = k * total; }") == ["MDL727"]
    assert isinstance(mechanism("outcome welfare; pay t[USER];").outcome, RuleSymbol)
    assert mechanism("outcome free;").unknown and not mechanism("outcome welfare;").unknown
    assert refused("pay t[USER];") == ["MDL270"]
    assert refused("outcome walfare;") == ["MDL285"]
    assert refused("outcome x;") == ["MDL285"]


def test_what_a_formula_may_use() -> None:
    made = mechanism(
        "outcome welfare; pay t[USER]; receive r[i in USER] = 2 * s[i] - t[i] + (if x[i] > 0 then total else q[i]);"
        "pay s[j in USER] = (welfare with only {j}) + (valuation[j] without u1) + expected(welfare) + theta[j];"
    )
    assert [t.name for t in made.transfers] == ["t", "r", "s"]
    s = made.transfers[2].body
    assert isinstance(s, typed.Add) and isinstance(s.terms[0], typed.WithOnly)
    assert refs(s.terms[0].body, RuleSymbol)


def test_names_of_transfers_are_local() -> None:
    model = clean(
        ENVIRONMENT + "mechanism m { outcome welfare; pay t[USER]; } mechanism n { outcome free; receive t[USER]; }"
    )
    assert "t" not in model.symbols
    assert codes(ENVIRONMENT + "mechanism m { outcome welfare; pay t[USER]; } let z = t[u1];") == ["MDL204"]
    assert refused("outcome welfare; pay welfare[USER];") == ["MDL206"]
    assert refused("outcome welfare; pay t[USER]; receive t[USER];") == ["MDL206"]


@pytest.mark.parametrize(
    "items, expected",
    [
        ("pay t[i in USER] = t[i];", ["MDL210"]),
        ("pay t[i in USER] = s[i]; pay s[i in USER] = r[i]; pay r[i in USER] = t[i];", ["MDL210"]),
        ("pay t[i in USER] = s[i]; pay s[i in USER] = r[i]; pay r[USER];", []),
        ("pay t[i in LINK] = 1;", ["MDL271"]),
        ("pay t[i in USER] = h[i]; adjust h[USER] on others;", []),
        ("adjust h[USER] on others;", ["MDL272"]),
        ("pay t[USER]; pay s[i in USER] = (t[i] without i);", ["MDL723"]),
        ("pay t[USER]; pay s[i in USER] = 1 + t[i]; income = (sum(i in USER) s[i]) with only {u1};", ["MDL723"]),
        ("pay s[i in USER] = 1; income = (sum(i in USER) s[i]) with only {u1};", []),
        ("pay t[i in USER] = u[i];", ["MDL204"]),
        ("pay t[i in USER] = welfare.objective;", ["MDL278"]),
        ("pay t[i in USER] = share;", ["MDL268"]),
        ("pay t[i in USER] = m;", ["MDL268"]),
        ("pay t[i in USERS] = 1;", ["MDL203"]),
        ("income = 1; income = 1;", ["MDL269"]),
        ("outcome share;", ["MDL269"]),
        ("require dominant_ic, dominant_ic;", ["MDL299"]),
        ("require dominant_ci;", ["MDL286"]),
        ("pay t[USER]; soften efficient; minimize expected shortfall;", ["MDL273"]),
        ("pay t[USER]; soften ex_post_ir;", ["MDL274"]),
        ("pay t[USER]; soften ex_post_ir; maximize expected welfare;", ["MDL274"]),
        ("pay t[USER]; minimize expected shortfall;", ["MDL274"]),
        ("pay t[USER]; soften ex_post_ir; minimize shortfall;", ["MDL274"]),
        ("maximize expected welfare; minimize expected welfare;", ["MDL269"]),
        ("maximize expected(welfare given theta[u1]);", []),
        ("maximize expected(welfare given c);", ["MDL266"]),
        ("maximize expected(welfare given u1);", ["MDL266"]),
        ("maximize expected(welfare given theta);", ["MDL230"]),
        ("maximize expected(welfare given theta[AB]);", []),
    ],
)
def test_items(items: str, expected: list[str]) -> None:
    assert refused(f"outcome welfare; {items}") == expected


def test_given_types_may_name_the_agent_alone() -> None:
    made = mechanism("outcome welfare; pay t[i in USER] = expected(x[i] given theta[i], cost[i], cost[i, AB]);")
    body = made.transfers[0].body
    assert isinstance(body, typed.Expected)
    assert [(g.symbol.name, len(g.args)) for g in body.given if isinstance(g, typed.Ref)] == [
        *(("theta", 1), ("cost", 1), ("cost", 2))
    ]
    assert all(refs(g, TypeSymbol) for g in body.given)


# ---- objectives ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written, shown",
    [
        ("expected sum(i in USER) t[i]", "expected(sum(i in USER) t[i])"),
        ("2 * expected t[u1] - expected welfare / k", "expected(2*t[u1] - welfare/k)"),
        ("-expected t[u1] + c", "expected(-t[u1] + c)"),
        ("(expected t[u1]) * c", "expected(t[u1]*c)"),
        ("sum(i in USER) t[i] + welfare", "sum(i in USER) t[i] + welfare"),
        ("expected(t[u1] given theta[u2])", "expected(t[u1] given theta[u2])"),
    ],
)
def test_objectives_are_one_expectation_or_none(written: str, shown: str) -> None:
    made = mechanism(f"outcome welfare; pay t[USER]; maximize {written};")
    assert made.goal is not None and text(made.goal) == shown and made.maximize
    assert not any(isinstance(e, typed.Expected) and not e.given for e in below(made.goal))


def below(e: typed.Expr) -> list[typed.Expr]:
    """What stands under an objective, its own `expected` aside."""
    found = []
    todo: list[object] = [e.body if isinstance(e, typed.Expected) else e]
    while todo:
        at = todo.pop()
        if isinstance(at, typed.Expr):
            found.append(at)
            todo.extend(getattr(at, name) for name in at.__match_args__)
        elif isinstance(at, tuple):
            todo.extend(at)
    return found


@pytest.mark.parametrize(
    "goal", ["expected t[u1] + t[u2]", "t[u1] * expected t[u1]", "1 / expected t[u1]", "log(expected c)"]
)
def test_objectives_that_are_partly_an_expectation(goal: str) -> None:
    assert refused(f"outcome welfare; pay t[USER]; maximize {goal};") == ["MDL720"]


def test_an_objective_of_all_profiles() -> None:
    desirable = resolved(DATA_MARKET)[0].symbols["desirable"]
    assert isinstance(desirable, MechanismSymbol) and desirable.goal is not None
    assert text(desirable.goal) == "sum(i in FIRM) p[i]"


# ---- priors --------------------------------------------------------------------------------------------

BARE = (
    "agents USER := {u1, u2}; type theta[USER] in {1, 2}; type cost[USER] in {1, 2}; var x[USER] >= 0, <= 1;"
    "valuation[i in USER] = theta[i] * x[i]; maximize welfare: sum(i in USER) valuation[i];"
)


@pytest.mark.parametrize("prior", ["", "prior theta ~ uniform;"])
@pytest.mark.parametrize(
    "rest, needs",
    [
        ("mechanism m { outcome welfare; pay t[USER]; require dominant_ic, ex_post_ir; }", False),
        ("mechanism m { outcome welfare; pay t[USER]; maximize welfare; }", False),
        ("mechanism m { outcome welfare; pay t[USER]; maximize expected welfare; }", True),
        ("mechanism m { outcome welfare; pay t[USER]; require bayesian_ic, interim_ir; }", True),
        ("mechanism m { outcome welfare; pay t[USER]; soften ex_post_ir; minimize expected shortfall; }", True),
        ("mechanism m { outcome welfare; pay t[i in USER] = expected(welfare given theta[i]); }", True),
        ("mechanism m = agv(welfare);", True),
        ("mechanism m = vcg(welfare);", False),
        ("mechanism m = vcg(welfare); check m: dominant_ic, efficient;", False),
        ("mechanism m = vcg(welfare); check m: dominant_ic, ex_ante_ir;", True),
        ("mechanism m = vcg(welfare); expect m.revenue == 1;", True),
        ("mechanism m = vcg(welfare); expect m.pay[u1] == 1;", False),
    ],
)
def test_expectations_need_every_prior(rest: str, needs: bool, prior: str) -> None:
    assert codes(BARE + prior + rest) == (["MDL296"] if needs else [])
    assert codes(BARE + "prior theta ~ uniform; prior cost ~ uniform;" + rest) == []
    assert codes(BARE + "prior joint := {((1, 1), (1, 1)): 1};" + rest) == []


def test_without_types_there_is_nothing_to_expect() -> None:
    clean(
        "agents USER := {u1}; var x[USER] >= 0, <= 1; valuation[i in USER] = x[i];"
        "maximize w: sum(i in USER) valuation[i]; mechanism m { outcome w; pay t[USER]; maximize expected w; } find m;"
    )


# ---- tasks and answers ---------------------------------------------------------------------------------


def test_tasks_of_mechanisms() -> None:
    known = "outcome welfare; pay t[i in USER] = 1; require dominant_ic;"
    assert refused(known, "check m: dominant_ic;") == []
    assert refused(known, "find m;") == ["MDL297"]
    assert refused(known, "find n;") == ["MDL292"]
    assert refused(known, "find welfare;") == ["MDL292"]
    assert refused(known, "find nucleus of m;") == ["MDL291"]
    assert refused(known, "check m: dominant;") == ["MDL286"]
    assert refused("outcome welfare; pay t[USER];", "check m: dominant_ic; find m;") == []


def asked(claim: str) -> typed.Attribute:
    model = clean(
        ENVIRONMENT + "mechanism m { outcome welfare; pay t[i in USER] = h[i]; receive revenue[USER];"
        f"adjust h[USER] on others; maximize expected welfare; }} expect {claim};"
    )
    (task,) = model.tasks
    assert isinstance(task, ExpectTask) and isinstance(task.claim, typed.Compare)
    found = task.claim.first
    assert isinstance(found, typed.Attribute) and refs(found.base, MechanismSymbol)
    return found


@pytest.mark.parametrize(
    "claim, args",
    [
        ("m.objective == 1", []),
        ("m.revenue == 1", []),
        ("m.revenue[u1] == 1", ["u1"]),
        ("m.violation[ex_post_ir] <= 1", ["ex_post_ir"]),
        ("m.pay[u1] == 1", ["u1"]),
        ("m.pay[u1, 1, 0.5, 2, -3] == 1", ["u1", "1", "0.5", "2", "-3"]),
        ("m.pay[u1, c, low] == 1", ["u1", "c", "low"]),
        ("m.utility[u1] == 1", ["u1"]),
        ("m.value[u2, 1, 1, 1, 1] == 1", ["u2", "1", "1", "1", "1"]),
        ("m.t[u1, 1, 1, 1, 1] == 1", ["u1", "1", "1", "1", "1"]),
        ("m.h[u1, 1, 1] == 1", ["u1", "1", "1"]),
        ("m.x[u1, 1, 1, 1, 1] == 1", ["u1", "1", "1", "1", "1"]),
        ("m.total == 1", []),
        ("m.total[1, 1, 1, 1] == 1", ["1", "1", "1", "1"]),
        ("m.q[u1] == 1", ["u1"]),
        ("m.valuation[u1] == 1", ["u1"]),
    ],
)
def test_numbers_that_may_be_asked(claim: str, args: list[str]) -> None:
    found = asked(claim)
    assert found.kind == Numeric() and [text(a) for a in found.args] == args


@pytest.mark.parametrize("name", ["status", "dominant_ic", "efficient", "ex_ante_budget_balance"])
def test_words_that_may_be_asked(name: str) -> None:
    found = asked(f"m.{name} == holds")
    assert found.kind == Element(None) and found.name == name and found.args == ()


@pytest.mark.parametrize(
    "claim, expected",
    [
        ("m.revenues == 1", ["MDL724"]),
        ("m.welfare == 1", ["MDL724"]),
        ("m.pay == 1", ["MDL725"]),
        ("m.pay[c] == 1", ["MDL233"]),
        ("m.status[u1] == optimal", ["MDL725"]),
        ("m.violation[dominant_ci] == 1", ["MDL286"]),
        ("m.violation[1] == 1", ["MDL725"]),
        ("m[u1].pay == 1", ["MDL725"]),
        ("m.objective == 1", ["MDL726"]),
        ("m == 1", ["MDL268"]),
        ("n.revenue == 1", ["MDL204"]),
        ("m.t[u1, zz[1]] == 1", ["MDL204"]),
        ("m.t[u1, welfare == 1] == 1", ["MDL250"]),
        ("expected welfare == 1", ["MDL279"]),
        ("m.revenue", ["MDL295"]),
    ],
)
def test_questions_that_are_refused(claim: str, expected: list[str]) -> None:
    assert refused("outcome welfare; pay t[USER];", f"expect {claim};") == expected


def test_answers_stay_in_claims() -> None:
    assert refused("outcome welfare; pay t[USER];", "let z = m.revenue;") == ["MDL278"]


def test_a_transfer_is_a_symbol_over_agents() -> None:
    (t,) = mechanism("outcome welfare; pay t[USER];").transfers
    assert isinstance(t, TransferSymbol) and [b.domain.kind for b in t.index] and t.body is None
