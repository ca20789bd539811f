"""The KKT models: every expectation, every residual, the level of the verdict and what is said about uniqueness."""

from __future__ import annotations

from typing import Any

import pytest

from tests.models.reference import MODELS
from tests.models.test_models import mdl

# by hand: is the verdict exact (rational LP or QP), and are the multipliers the only ones
KNOWN = {
    "unicast": (False, True),
    "multicast": (False, True),
    "public_good": (False, False),
    "walrasian": (True, True),
    "ranges": (True, True),
    "degenerate": (True, False),
    "screening": (True, True),
}
PARTS = ("stationarity", "primal feasibility", "dual feasibility", "complementarity")


def tasks(name: str, *words: str) -> list[dict[str, Any]]:
    import json

    out, err, status = mdl("solve", str(MODELS / "kkt" / f"{name}.mdl"), "--json", *words)
    assert status == 0, out + err
    found: list[dict[str, Any]] = json.loads(out)["tasks"]
    return found


def test_every_model_is_known() -> None:
    assert {p.stem for p in (MODELS / "kkt").glob("*.mdl")} == set(KNOWN)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_model_is_solved_and_verified(name: str) -> None:
    found = tasks(name)
    assert all(c["verdict"] == "holds" for t in found for c in t["checks"])
    kkt = next(t for t in found if t["kind"] == "kkt")
    checks = {c["property"]: c for c in kkt["checks"]}
    exact, unique = KNOWN[name]
    for part in PARTS:
        assert checks[part]["level"] == ("exact" if exact else "numeric")
        assert checks[part]["violation"] <= (0 if exact else 1e-8)
    assert ("multipliers unique" in checks) == unique
    assert ("multipliers not unique" in checks) == (not unique)
    assert "KKT sufficient for a global optimum" in checks
    assert kkt["program"]["class"] == "complementarity"


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_files_are_formatted(name: str) -> None:
    out, err, status = mdl("fmt", "--check", str(MODELS / "kkt" / f"{name}.mdl"))
    assert status == 0, out + err
