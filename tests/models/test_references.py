"""The numbers in the models' expectations against independent computations."""

from __future__ import annotations

import csv
from fractions import Fraction

import pytest

from tests.models import reference, reference_linear, second_method
from tests.models.expects import count, equalities, ranges, texts
from tests.models.reference import MODELS

TEXTS = texts()
REFERENCES = {**reference.NONLINEAR, **reference_linear.LINEAR}
LITERAL = 2e-12
"""Literals are printed with twelve digits after the point."""


def test_every_model_has_references_and_a_source() -> None:
    assert set(TEXTS) == set(REFERENCES) | {"facility"}
    for text in TEXTS.values():
        assert text.startswith("# Source: ")
        assert "# Derived here: " in text


@pytest.mark.parametrize("name", sorted(REFERENCES))
def test_literals_are_the_reference_numbers(name: str) -> None:
    expects = equalities(TEXTS[name])
    assert len(expects) + len(ranges(TEXTS[name])) == count(TEXTS[name])
    assert all(e.why for e in expects)
    numbers = REFERENCES[name]()
    assert [e.claim for e in expects] == list(dict.fromkeys(e.claim for e in expects))
    assert {e.claim for e in expects} == set(numbers)
    for e in expects:
        assert float(e.value) == pytest.approx(float(numbers[e.claim]), abs=LITERAL, rel=1e-12), e.claim


def test_facility_expects_follow_their_rule() -> None:
    parts = TEXTS["facility"].split("\nsolve ")[1:]
    assert [part.split(";")[0] for part in parts] == ["total", "farthest", "worst_off"]
    for part, numbers in zip(parts, reference_linear.facility(), strict=True):
        assert {e.claim: e.value for e in equalities(part)} == numbers


def test_ranges_of_owners_in_the_core() -> None:
    expected = {f"sold[{h}].dual": low_high for h, low_high in reference_linear.core_ranges().items()}
    assert ranges(TEXTS["assignment"]) == expected


def test_the_quadratic_data_are_the_documented_draw() -> None:
    assert reference.quadratic_data() == reference.quadratic_draw()
    for _, theta, sigma in reference.quadratic_data():
        assert Fraction(-25, 2) < theta < Fraction(-1, 50)
        assert 10 < sigma < 20


def test_instances_in_the_files_are_those_of_the_references() -> None:
    """The few instances that the references repeat are repeated without a slip."""
    flat = "".join(TEXTS["cooperative_production"].split())
    for table, name in ((reference.CAPACITY, "capacity"), (reference.COST, "cost")):
        written = flat.split(f"type{name}[PRODUCER]in")[1].split("{")[1].split("}")[0]
        assert {int(k): float(v) for k, v in (e.split(":") for e in written.split(","))} == table
    flat = "".join(TEXTS["assignment_core"].split())
    for h, row in enumerate(reference_linear.WORTH):
        for b, worth in enumerate(row):
            assert f"(h{h + 1},b{b + 1}):{worth}" in flat


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("unicast", {"x[u1]": 0, "x[u2]": 1, "x[u3]": 2, "x[u4]": 3}),
        ("multicast_network", {"x[r11]": 0, "x[r12]": 1, "x[r21]": 2, "x[r22]": 3, "m[g2, branch]": 7}),
        ("kelly", {"x[long]": 0, "x[short1]": 1, "x[short2]": 2}),
        ("smart_grid", {"x[1]": 0, "x[n]": 99}),
        ("cooperative_production", {"x[1]": 0, "x[2]": 1, "x[6]": 5, "x[8]": 7, "x[3]": 2}),
        ("data_sharing", {f"quality[f{k + 1}]": k for k in range(4)}),
        ("transport", {"ship[seattle, chicago]": 1, "ship[san_diego, topeka]": 5, "ship[seattle, topeka]": 2}),
        ("winner_determination", {f"accept[b{k + 1}]": k for k in range(8)}),
        ("procurement_flow", {"bought": 10, "flow[mine]": 0, "flow[press_west]": 4, "flow[truck]": 8}),
        ("multicast", {}),
    ],
)
def test_a_solver_agrees_with_the_reference(name: str, places: dict[str, int]) -> None:
    objective, point = getattr(second_method, name)()
    numbers = REFERENCES[name]()
    (best,) = [v for k, v in numbers.items() if k.endswith(".objective")]
    assert objective == pytest.approx(float(best), abs=1e-7)
    for claim, place in places.items():
        assert point[place] == pytest.approx(float(numbers[claim]), abs=2e-5), claim


def test_linear_solves_agree_on_the_quadratic_economy() -> None:
    value, x = second_method.quadratic(common=False)
    numbers = reference.walrasian()
    assert value == pytest.approx(float(numbers["welfare.objective"]), abs=1e-9)
    assert x[15] == pytest.approx(float(numbers["x[a16]"]), abs=1e-10)
    value, x = second_method.quadratic(common=True)
    assert value == pytest.approx(float(reference.lindahl()["welfare.objective"]), abs=1e-9)
    assert x[0] == pytest.approx(float(reference.lindahl()["common"]), abs=1e-10)


def test_claims_in_the_headers() -> None:
    assert second_method.winner_relaxation() == pytest.approx(68 / 3, abs=1e-9)
    assert "68/3" in TEXTS["winner_determination"]
    sharing = reference.data_sharing()
    assert sharing["revenue"] > sharing["welfare.objective"]


def test_table_2_of_the_thesis() -> None:
    """Every number of table 2 of chapter 5, with deviations over N - 1; the Gini coefficient both ways."""
    high, low = (float(reference.smart_grid()[k]) for k in ("x[1]", "x[n]"))
    value = [15 * high - high**2 / 4] * 10 + [5 * low - low**2 / 4] * 90
    assert f"{high:.3f} {low:.3f} {value[0]:.3f}" == "1.477 0.100 21.609"  # printed 21.608: cut, not rounded

    def tax(highs: int, lows: int, own: float) -> float:
        def welfare(h: int, k: int) -> float:
            x = (15 - 0.6 * 0.1 * k) / (0.5 + 0.6 * h)
            return h * (15 * x - x * x / 4) + k * 0.4975 - 0.3 * (h * x + 0.1 * k) ** 2

        return welfare(highs, lows) - (welfare(10, 90) - own)

    taxes = [tax(9, 90, value[0])] * 10 + [tax(10, 89, value[99])] * 90
    assert f"{taxes[0]:.2f} {taxes[99]:.2f}" == "21.01 1.43"

    def deviation(z: list[float]) -> float:
        mean = sum(z) / 100
        return float((sum((v - mean) ** 2 for v in z) / 99) ** 0.5)

    def gini(z: list[float], pairs: int) -> float:
        return sum(abs(v - w) for v in z for w in z) / (2 * pairs) / (sum(z) / 100)

    assert f"{deviation([high] * 10 + [low] * 90):.4f} {deviation(taxes):.2f}" == "0.4152 5.90"
    assert f"{deviation(value):.2f}" == "6.37"  # printed 6.36: cut, not rounded
    assert round(100 * gini(value, 100 * 99)) == 74  # table 2
    assert round(100 * gini(value, 100 * 100)) == 73  # sec. 7
    assert round(100 * gini([high] * 10 + [low] * 90, 100 * 99)) == 53


def test_data_files_are_used_and_well_formed() -> None:
    for path in sorted((MODELS / "data").glob("*.csv")):
        assert any(f"data/{path.name}" in text for text in TEXTS.values()), path.name
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        assert len({len(row) for row in rows}) == 1
