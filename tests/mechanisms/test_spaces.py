"""Which lies are allowed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import understand
from mdl.mechanisms.spaces import spaces


@pytest.mark.parametrize(
    ("domain", "values"),
    [
        ("{2, 1/5, 4}", (2, 0.2, 4)),
        ("{2, 1, 4}", (2, 1, 4)),
        ("{3, -1/2, (1/3), 0}", (3, -0.5, 1 / 3, 0)),
        ("D[i]", (2, 0.5, 1)),
    ],
)
def test_numbers_are_compared_by_size_however_they_are_listed(domain: str, values: tuple[float, ...]) -> None:
    for rule, op in (("at most", np.less_equal), ("at least", np.greater_equal)):
        text = f"model m; agents A := {{a}}; set D[A] := {{a: {{2, 1/2, 1}}}}; type v[i in A] in {domain};"
        text += f"report v {rule} truth; valuation[i in A] = v[i];"
        (space,) = spaces(bind(understand(Source("m.mdl", text)), Path(), Overrides()))
        held = np.array(values)
        np.testing.assert_array_equal(space.allowed(), op(held[None, :], held[:, None]))


def test_names_are_compared_as_listed() -> None:
    text = "model m; agents A := {a}; set L := {low, mid, high}; type v[A] in L; report v at most truth;"
    (space,) = spaces(bind(understand(Source("m.mdl", text + "valuation[i in A] = 0;")), Path(), Overrides()))
    np.testing.assert_array_equal(space.allowed(), np.tril(np.ones((3, 3), dtype=bool)))
