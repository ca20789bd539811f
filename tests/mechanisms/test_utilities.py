"""What agents have at each true type and report, outside, where bounds are broken, and in another's place."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from mdl.algebra.numbers import Numbers
from mdl.diagnostics import Failure
from mdl.mechanisms.known import Known
from tests.mechanisms.making import codes, mechanism_of, outcomes_of, reports_of


def known(text: str) -> Known:
    reports = reports_of(f"model m;\n{text}")
    mechanism = mechanism_of(reports)
    return Known.of(reports, outcomes_of(reports, mechanism), mechanism)


def fractions(found: object) -> list[Fraction]:
    assert isinstance(found, Numbers) and found.is_exact
    return found.fractions()


PLANT = """
agents A := {a, b};
type room[A] in {1, 3, 2};
var x[i in A] >= 0, <= room[i];
subject to demand: sum(i in A) x[i] <= 4;
valuation[i in A] = 2 * x[i];
maximize w: sum(i in A) valuation[i];
mechanism m { outcome w; pay t[i in A] = 0; }
"""


def test_where_a_lie_breaks_a_bound() -> None:
    """a is served first; b gets what is left."""
    held = known(PLANT)
    rooms = [1, 3, 2]
    a, b = held.utilities.broken(0), held.utilities.broken(1)
    assert a is not None and b is not None
    for t, r, s in np.ndindex(3, 3, 3):
        assert a[t, r, s] == (min(rooms[r], 4) > rooms[t])
        assert b[t, r, s] == (min(rooms[r], 4 - rooms[s]) > rooms[t])


@pytest.mark.parametrize("bound", ["<= 3", "<= (if room[i] > 0 then 9 else 0)"])
def test_bounds_that_no_lie_breaks(bound: str) -> None:
    held = known(PLANT.replace("<= room[i]", bound))
    assert held.utilities.broken(0) is None and held.utilities.broken(1) is None


def test_bounds_from_below_and_through_a_let() -> None:
    text = PLANT.replace(">= 0, <= room[i]", ">= least[i], <= 3").replace(
        "var x", "let least[i in A] = room[i] / 2; var x"
    )
    text = text.replace("maximize w: sum(i in A) valuation[i]", "minimize w: sum(i in A) x[i]")
    held = known(text)
    broken = held.utilities.broken(0)
    assert broken is not None
    rooms = [1, 3, 2]
    for t, r, s in np.ndindex(3, 3, 3):
        assert broken[t, r, s] == (rooms[r] < rooms[t])


def test_not_taking_part() -> None:
    """The variable is 0, types and the others' outcome without the agent are there."""
    text = """
agents A := {a, b};
type v[A] in {1, 2};
var x[A] >= 0;
subject to one: sum(i in A) x[i] <= 1;
valuation[i in A] = v[i] * x[i] - (sum(j in A where j != i) v[j] * x[j]) / 4 + v[i] / 8;
maximize w: sum(i in A) v[i] * x[i];
mechanism m { outcome w; pay t[i in A] = 0; }
"""
    held = known(text)
    # the other has it all: - v[j] / 4 + v[i] / 8, rows by own type, columns by the other's
    for agent in (0, 1):
        assert fractions(held.utilities.outside(agent)) == [
            Fraction(v, 8) - Fraction(o, 4) for v in (1, 2) for o in (1, 2)
        ]


def test_an_agent_without_valuation_has_nothing() -> None:
    held = known("agents A := {a}; agents B := {b}; type v[A] in {1, 2}; outcome o { q = sum(i in A) v[i]; }"
                 "valuation[i in A] = v[i] * q; mechanism m { outcome o; pay t[i in B] = q; }")  # fmt: skip
    assert fractions(held.utilities.value(1)) == [0, 0]
    assert fractions(held.utilities.outside(1)) == [0, 0]
    assert fractions(held.payment(1)) == [1, 2]


@pytest.mark.parametrize(
    ("valuation", "others"),
    [
        ("v[i] * q[i]", False),
        ("v[i] * q[i] + sum(j in A) q[j]", False),
        ("v[i] * q[i] + total", True),
        ("own[i] * q[i]", False),
        ("other[i] * q[i]", True),
        ("v[i] * q[i] + (sum(j in A where j != i) v[j])", True),
        ("deep[i]", False),
    ],
)
def test_whether_others_true_types_are_read(valuation: str, others: bool) -> None:
    held = known(f"""
agents A := {{a, b}};
type v[A] in {{1, 2}};
outcome o {{ q[i in A] = sum(j in A) v[j]; }}
let total = sum(j in A) v[j];
let own[i in A] = v[i] + 1;
let deep[i in A] = own[i] * q[i];
let other[i in A] = sum(j in A where j != i) v[j];
valuation[i in A] = {valuation};
mechanism m {{ outcome o; pay t[i in A] = 0; }}
""")
    assert [held.utilities.interdependent(a) for a in (0, 1)] == [others, others]
    assert any("true types of others" in note for note in held.notes()) == others


def test_in_anothers_place() -> None:
    """Outcome parts of the two are exchanged; types stay."""
    held = known("""
agents A := {a, b, c};
type v[A] in {1, 2};
outcome o { q[i in A] = if i == a then 5 else if i == b then 7 else 9; }
let got[i in A] = 2 * q[i];
valuation[i in A] = v[i] * got[i] + (sum(j in A where j != i) q[j]) / 10;
mechanism m { outcome o; pay t[i in A] = q[i]; }
""")
    found = {(e.agent, e.other): fractions(e.value) for e in held.envies()}
    assert sorted(found) == [(a, b) for a in range(3) for b in range(3) if a != b]
    parts = [5, 7, 9]
    for (a, b), values in found.items():
        mine = list(parts)
        mine[a], mine[b] = mine[b], mine[a]
        rest = Fraction(sum(mine) - mine[a], 10)
        own = [1 + (case >> (2 - a) & 1) for case in range(8)]
        assert values == [v * 2 * mine[a] + rest for v in own]


def test_envy_needs_parts() -> None:
    held = known("agents A := {a, b}; type v[A] in {1, 2}; outcome o { q = 1; } valuation[i in A] = v[i] * q;"
                 "mechanism m { outcome o; pay t[i in A] = 0; }")  # fmt: skip
    with pytest.raises(Failure) as told:
        held.envies()
    assert codes(told.value) == ["MDL637"]


def test_efficiency_needs_something_to_choose() -> None:
    held = known("agents A := {a, b}; type v[A] in {1, 2}; outcome o { q = 1; } valuation[i in A] = v[i] * q;"
                 "mechanism m { outcome o; pay t[i in A] = 0; }")  # fmt: skip
    with pytest.raises(Failure) as told:
        held.optimum()
    assert codes(told.value) == ["MDL636"]


def test_many_rows_are_worked_out_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    from mdl.mechanisms import utilities

    whole = fractions(known(PLANT).utilities.value(0))
    monkeypatch.setattr(utilities, "AT_ONCE", 4)
    assert fractions(known(PLANT).utilities.value(0)) == whole
