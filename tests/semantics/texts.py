"""Texts through the front end, for tests."""

from __future__ import annotations

import re
from pathlib import Path

from mdl.diagnostics import Diagnostic, Source
from mdl.semantics.model import Model
from mdl.semantics.resolve import resolve
from mdl.syntax.parse import parse

ROOT = Path(__file__).parents[2]
BAD = ROOT / "tests" / "bad" / "semantics"

UNICAST = """model unicast "Rate allocation for unicast flows, thesis ch. 1, figure 6";

agents USER := {u1, u2, u3, u4};
set LINK := {AB, BC};
set route[USER] in LINK := {u1: {AB, BC}, u2: {AB, BC}, u3: {AB, BC}, u4: {AB}};
set users[l in LINK] = {i in USER where l in route[i]};
param capacity[LINK] > 0 := {AB: 10, BC: 6};
param alpha[i in USER, l in route[i]] > 0 default 1;

type theta[USER] in {1, 2, 4} := {u1: 1, u2: 2, u3: 4, u4: 2};

var x[USER] >= 0;
valuation[i in USER] = theta[i] * log(1 + x[i]);

subject to link[l in LINK]: sum(i in users[l]) alpha[i, l] * x[i] <= capacity[l];
maximize welfare: sum(i in USER) valuation[i];

solve welfare;
solve kkt of welfare;
"""

MULTICAST = """model multicast "Multirate multicast on one link, thesis ch. 2, figure 9";
agents RECEIVER := {r11, r12, r21};
set GROUP := {g1, g2};
set member[GROUP] in RECEIVER := {g1: {r11, r12}, g2: {r21}};
param theta[RECEIVER] := {r11: 3, r12: 1, r21: 2};
var x[RECEIVER] >= 0;
valuation[i in RECEIVER] = theta[i] * log(1 + x[i]);
subject to link: sum(k in GROUP) max(i in member[k]) x[i] <= 1;
maximize welfare: sum(i in RECEIVER) valuation[i];
solve welfare;
solve kkt of welfare;
"""

AUCTION = """model auction "One item, two bidders, three values";
agents BIDDER := {a, b};
type value[BIDDER] in {1, 2, 3};
prior value ~ uniform;
var win[BIDDER] >= 0;
subject to one_item: sum(i in BIDDER) win[i] <= 1;
valuation[i in BIDDER] = value[i] * win[i];
maximize welfare: sum(i in BIDDER) valuation[i];

mechanism vickrey = vcg(welfare);
check vickrey: dominant_ic, ex_post_ir, weak_budget_balance;

mechanism priced {                 # given outcome rule, unknown payments
    outcome welfare;
    pay t[BIDDER];
    require dominant_ic, ex_post_ir;
    maximize expected sum(i in BIDDER) t[i];
}
find priced;

mechanism optimal {                # outcome and payments both unknown: automated mechanism design
    outcome free;
    pay t[BIDDER];
    require bayesian_ic, interim_ir;
    maximize expected sum(i in BIDDER) t[i];
}
find optimal;
expect optimal.objective == 2 within 1e-7 "Myerson: E max(0, virtual value)";
"""

DATA_MARKET = """model data_market "Competing firms share data, multi_party_learning.txt sec. 7.2";
param k := 4;
param alpha := -0.8;
agents FIRM := {f1, f2};
type size[FIRM] in 1..k;
report size at most truth;
outcome share { model_size[i in FIRM] = sum(j in FIRM) size[j]; }
let quality[i in FIRM] = max(model_size[i], size[i]);
valuation[i in FIRM] = (sum(j in FIRM) quality[j])^alpha * quality[i];
mechanism desirable {
    outcome share;
    pay p[FIRM];
    require dominant_ic, ex_post_ir, weak_budget_balance;
    maximize sum(i in FIRM) p[i];          # over all profiles
}
find desirable;
mechanism exploit = mep(share);
check exploit: dominant_ic, ex_post_ir;
"""

COOPERATIVE_PRODUCTION = """model cooperative_production "Procurement VCG with adjustment payments, pvcg.txt";
agents PRODUCER := 1..2;
param n := 2;
param demand := 1.0;                                   # sum of the consumers' theta
type capacity[PRODUCER] in {1, 2};
type cost[PRODUCER] in {0.2, 0.6};
prior capacity ~ uniform;
prior cost ~ uniform;
var x[i in PRODUCER] >= 0, <= capacity[i];
valuation[i in PRODUCER] = -cost[i] * x[i];
let produced = demand * sqrt(n * sum(i in PRODUCER) x[i]);
maximize surplus: produced + sum(i in PRODUCER) valuation[i];
mechanism pvcg {
    outcome surplus;
    receive p[i in PRODUCER] = (surplus - valuation[i]) - (surplus without i) + h[i];
    adjust h[PRODUCER] on others;
    income = produced;
    soften ex_post_ir, weak_budget_balance;
    minimize expected shortfall;
}
find pvcg;
check pvcg: dominant_ic, ex_post_ir, weak_budget_balance, efficient;
"""

TALMUD = """model talmud "Bankruptcy, estate 200";
agents CREDITOR := {a, b, c};
param claim[CREDITOR] := {a: 100, b: 200, c: 300};
coalition v[S in subsets(CREDITOR)] = max(0, 200 - sum(i in CREDITOR \\ S) claim[i]);
check core of v;
find nucleolus of v;
find shapley of v;
find least_core of v;
"""

EXAMPLES = (UNICAST, MULTICAST, AUCTION, DATA_MARKET, COOPERATIVE_PRODUCTION, TALMUD)
"""The examples of the language's definition, word for word."""


def resolved(text: str, name: str = "test.mdl") -> tuple[Model, tuple[Diagnostic, ...]]:
    """Resolve a text that has no syntax error."""
    file, problems = parse(Source(name, text))
    assert not problems, [p.message for p in problems]
    return resolve(file)


def clean(body: str) -> Model:
    """The model of a text, after `model m;`, that must have no diagnostics."""
    model, problems = resolved("model m;\n" + body)
    assert not problems, [(p.code, p.message, str(p.span)) for p in problems]
    return model


def codes(body: str) -> list[str]:
    """The codes of the diagnostics of a text after `model m;`, in the order of the text."""
    return [problem.code for problem in resolved("model m;\n" + body)[1]]


FILES = ("errors.py", "task_errors.py", "coalition_errors.py", "follower_errors.py", "mechanism_errors.py")


def constructors() -> dict[str, str]:
    """Every error constructor of the semantics with its code, read from the source."""
    found: dict[str, str] = {}
    for file in FILES:
        text = (ROOT / "mdl" / "semantics" / file).read_text(encoding="utf-8")
        found.update(re.findall(r'^def ([a-z]\w*)\((?:[^"]|\n)*?-> Diagnostic:\n    """(MDL[27]\d\d): ', text, re.M))
    return found
