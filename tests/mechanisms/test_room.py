"""Tables that would not fit are refused before they are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Failure, Source
from mdl.driver import understand
from mdl.mechanisms import room
from mdl.mechanisms.reports import over_reports

TEXT = """model m;
agents A := {{a, b}};
type v[A] in 1..{n};
outcome f {{ x[i in A] = v[i]; }}
let worth[i in A] = {worth};
valuation[i in A] = worth[i] * x[i];
mechanism g {{ outcome f; pay t[i in A] = 0; }}
"""


def reports(worth: str, n: int = 100) -> int:
    model = understand(Source("m.mdl", TEXT.format(worth=worth, n=n)))
    return over_reports(bind(model, Path(), Overrides())).cases


@pytest.mark.parametrize(
    ("worth", "irrational"),
    [("v[i]^2", False), ("v[i]^0.5", True), ("sqrt(v[i])", True), ("log(v[i])", True), ("v[i] / 3", False)],
)
def test_roots_and_logarithms_behind_lets_are_seen(worth: str, irrational: bool) -> None:
    assert room.irrational(understand(Source("m.mdl", TEXT.format(worth=worth, n=3)))) is irrational


def test_what_fits_rationals_need_not_fit_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    # 2 agents, 100 types, 10,000 profiles: 2 million utilities, 80 MB of integers and 500 MB of forms
    monkeypatch.setattr(room, "memory", lambda: 200 * 10**6)
    assert reports("v[i]^2") == 10_000
    with pytest.raises(Failure) as caught:
        reports("v[i]^0.5")
    (found,) = caught.value.diagnostics
    assert found.code == "MDL609"
    assert "10,000 report profiles (100 x 100)" in found.message and "0.5 GiB" in found.message


def test_the_memory_of_a_machine_is_some() -> None:
    assert room.memory() > 2**28
