"""KKT conditions in LaTeX: the thesis's form, balanced, and refused where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdl import driver
from mdl.backends.latex_kkt import write
from mdl.diagnostics import Failure, Source
from mdl.semantics.model import RuleSymbol

MODELS = Path(__file__).parents[2] / "models"


def page(name: str) -> str:
    model = driver.read(MODELS / f"{name}.mdl")
    return write(model, next(s for s in model.symbols.values() if isinstance(s, RuleSymbol)))


def test_stationarity_of_unicast_is_thesis_1_4() -> None:
    line = (
        r"\frac{\theta_{i}}{1 + x_{i}} &= \sum_{l \in \mathrm{route}_{i}} \alpha_{i, l} \lambda^{\mathrm{link}}_{l}"
        r" + \underline{\lambda}^{\mathrm{x}}_{i} && \forall\, i \in \mathrm{USER}"
    )
    assert line in page("unicast")


@pytest.mark.parametrize("name", ["unicast", "multicast", "public_good", "walrasian", "kkt/screening", "kkt/ranges"])
def test_a_page_is_balanced(name: str) -> None:
    text = page(name)
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") == text.count(r"\right")
    assert text.count(r"\begin{") == text.count(r"\end{")
    for part in text.split(r"\begin{align*}")[1:]:
        lines = part.split(r"\end{align*}")[0].strip().split(" \\\\\n")
        assert all(line.strip() for line in lines)


def test_a_page_has_the_four_parts_in_order() -> None:
    text = page("unicast")
    parts = ["Stationarity", "Primal feasibility", "Dual feasibility", "Complementarity"]
    places = [text.index(rf"\paragraph{{{p}}}") for p in parts]
    assert places == sorted(places)


def test_what_has_no_single_line_is_refused_at_its_place() -> None:
    text = "model m; var x <= 2; var y >= 0; subject to r: abs(x) + y <= 1; maximize g: x + y;"
    model = driver.understand(Source("test.mdl", text))
    rule = model.symbols["g"]
    assert isinstance(rule, RuleSymbol)
    with pytest.raises(Failure) as caught:
        write(model, rule)
    (found,) = caught.value.diagnostics
    assert found.code == "MDL590" and found.span is not None and found.span.text == "abs(x)"
