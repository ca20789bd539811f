"""IPOPT: conformance, refusals, starts, interrupts."""

from __future__ import annotations

import pytest

from mdl.backends import ipopt
from tests.backends.conformance import Ability, Adapter, Case, cases, check

ADAPTER = Adapter("IPOPT", ipopt.solve, frozenset({Ability.LP, Ability.QP, Ability.CONVEX, Ability.NLP}))


@pytest.mark.parametrize("case", cases(ADAPTER), ids=str)
def test_conformance(case: Case) -> None:
    check(ADAPTER, case)
