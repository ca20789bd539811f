"""What `mdl check` knows of mechanisms before anything is solved."""

from __future__ import annotations

import pytest

from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Members
from mdl.tasks.check_mechanisms import at_first_profile, reports_of, sketch, too_early
from tests.mechanisms.making import instance_of, mechanism_of

HEAD = """
model m;
agents A := {a, b};
agents B := {c};
type v[A] in {1, 3, 4};
type w[B] in {low, high};
var x[A] >= 0;
var y[A, B] >= 0;
var z >= 0;
subject to one: sum(i in A) x[i] <= 1;
valuation[i in A] = v[i] * x[i];
maximize welfare: sum(i in A) valuation[i];
outcome gift { q[i in A] = 1; }
"""


@pytest.mark.parametrize(
    ("mechanism", "line"),
    [
        ("mechanism m = vcg(welfare);", "vcg(welfare); 18 report profiles, nothing to find"),
        ("mechanism m = pay_as_bid(welfare);", "pay_as_bid(welfare); 18 report profiles, nothing to find"),
        ("mechanism m { outcome welfare; pay t[A]; }", "outcome welfare; 36 unknowns over 18 report profiles"),
        ("mechanism m { outcome welfare; pay t[i in A where i == a]; }",
         "outcome welfare; 18 unknowns over 18 report profiles"),
        ("mechanism m { outcome welfare; pay t[A]; receive s[B]; }",
         "outcome welfare; 54 unknowns over 18 report profiles"),
        # of a and b the other has 3 values and c has 2; of c the other two have 9
        ("mechanism m { outcome welfare; pay t[i in A] = h[i]; adjust h[A] on others; }",
         "outcome welfare; 12 unknowns over 18 report profiles"),
        ("mechanism m { outcome welfare; receive s[k in B] = h[k]; adjust h[B] on others; }",
         "outcome welfare; 9 unknowns over 18 report profiles"),
        # x, y and z: 5 entries
        ("mechanism m { outcome free; pay t[A]; }", "outcome free; 126 unknowns over 18 report profiles"),
    ],
)  # fmt: skip
def test_the_line_of_a_mechanism(mechanism: str, line: str) -> None:
    reports, wrong = reports_of(instance_of(HEAD + mechanism))
    assert reports is not None and not wrong
    assert sketch(reports, mechanism_of(reports)).line() == line


def test_the_unknowns_are_those_of_the_search() -> None:
    from mdl.mechanisms.unknown import unknown
    from tests.mechanisms.making import outcomes_of

    for text in ("outcome free; pay t[A];", "outcome welfare; pay t[i in A] = h[i]; adjust h[A] on others;"):
        reports, _ = reports_of(instance_of(f"{HEAD}mechanism m {{ {text} require dominant_ic; }}"))
        assert reports is not None
        mechanism = mechanism_of(reports)
        made = unknown(reports, outcomes_of(reports, mechanism), mechanism)
        assert sketch(reports, mechanism).unknowns == made.input.width


def test_mistakes_of_types_and_priors_are_all_told() -> None:
    text = HEAD + "prior v ~ {1: 1}; prior w ~ {low: 1, high: 1}; mechanism m = vcg(welfare);"
    reports, wrong = reports_of(instance_of(text))
    assert reports is None
    assert [d.code for d in wrong] == ["MDL613", "MDL610"]


def test_a_check_before_its_find() -> None:
    text = HEAD + "mechanism m { outcome welfare; pay t[A]; require dominant_ic; } mechanism n = vcg(welfare);"
    early = instance_of(text + "check m: dominant_ic; find m; check m: ex_post_ir; check n: dominant_ic;")
    (wrong,) = too_early(early)
    assert wrong.code == "MDL680" and wrong.span is not None and wrong.span.text.startswith("check m: dominant_ic")
    assert too_early(instance_of(text + "find m; check m: dominant_ic;")) == []


def test_the_first_profile() -> None:
    reports, _ = reports_of(instance_of(HEAD + "mechanism m = vcg(welfare);"))
    assert reports is not None
    made = at_first_profile(reports)
    symbols = made.model.symbols
    v, w = made.values(symbols["v"]), made.values(symbols["w"])
    assert isinstance(v, Numbers) and v.fractions() == [1, 1]
    assert isinstance(w, Members) and made.store.universe.atoms(w.codes[0]) == ["low"]
    assert not reports.instance.has_values(symbols["v"])
