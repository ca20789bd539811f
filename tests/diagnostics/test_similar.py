from __future__ import annotations

import pytest

from mdl.diagnostics.similar import nearest


@pytest.mark.parametrize(
    ("word", "candidates", "expected"),
    [
        ("LINKS", ["USER", "LINK"], "LINK"),
        ("link", ["LINK", "USER"], "LINK"),
        ("LNIK", ["LINK", "LIN"], "LINK"),  # a swap is one edit; on a tie the exact case and order decide
        ("valutaion", ["valuation", "value"], "valuation"),
        ("x", ["y", "X"], "X"),
        ("x", ["y", "z"], None),
        ("ab", ["cd"], None),
        ("welfare", [], None),
        ("welfare", ["welfare"], None),  # the word itself is no suggestion
        ("alhpa", ["alpha", "beta"], "alpha"),
        ("capcity", ["capacity", "cap"], "capacity"),
        ("θ", ["θ1", "Θ"], "Θ"),
        ("abcdefghijklmnop", ["abcdefghij"], None),  # six edits are too many, however long the word
        ("abcdefghijklmnop", ["abcdefghijk"], "abcdefghijk"),
    ],
)
def test_nearest(word: str, candidates: list[str], expected: str | None) -> None:
    assert nearest(word, candidates) == expected
