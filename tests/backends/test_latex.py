"""LaTeX of objectives: what stands there, and that it is well formed for every model."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

import mdl.models
from mdl import driver
from mdl.backends import latex, latex_names
from mdl.diagnostics import Source
from mdl.semantics.model import Model, RuleSymbol

MODELS = sorted(Path(next(iter(mdl.models.__path__))).glob("*.mdl"))

SAMPLE = """
model sample "Signs & sums: 50% of $x_1$";
agents USER := {u1, u2};
set LINK := {AB, BC};
set PAIR := {(u1, AB), (u2, BC)};
set near[l in LINK] = {i in USER where (i, l) in PAIR or not l == AB};
param c[USER] >= 0 := {u1: 1, u2: 2};
param theta_max = 1/3 + 0.25;
type θ[USER] in {1, 2} := {u1: 1, u2: 2};
var x[USER] >= 0, <= c[i in USER];
"""


def test_unicast() -> None:
    model = driver.read(next(p for p in MODELS if p.name == "unicast.mdl"))
    assert (
        latex.write(model, rule(model))
        == r"""\documentclass{article}
\usepackage{amsmath, amssymb}
\allowdisplaybreaks
\begin{document}
\section*{Rate allocation for unicast flows, thesis ch. 1, figure 6}
\begin{align*}
  \max \quad & \sum_{i \in \mathrm{USER}} \mathit{valuation}_{i} && && (\text{welfare}) \\
  \text{s.t.} \quad & \sum_{i \in \mathrm{users}_{l}} \alpha_{i, l} x_{i} \le \mathit{capacity}_{l} """
        + (
            r"""&& \forall\, l \in \mathrm{LINK} && (\text{link}) \\
   & x_{i} \ge 0 && \forall\, i \in \mathrm{USER} &&
\end{align*}
where
\begin{align*}
  \mathrm{users}_{l} &= \{i \in \mathrm{USER} \mid l \in \mathrm{route}_{i}\} && \forall\, l \in \mathrm{LINK} \\
  \mathit{valuation}_{i} &= \theta_{i} \log\left(1 + x_{i}\right) && \forall\, i \in \mathrm{USER}
\end{align*}
\paragraph{Agents} $\mathrm{USER}$.
\paragraph{Sets} $\mathrm{LINK}$, $\mathrm{route}_{i} \ (\forall\, i \in \mathrm{USER})$.
\paragraph{Private types} $\theta_{i} \ (\forall\, i \in \mathrm{USER})$.
\paragraph{Parameters} $\alpha_{i, l} \ (\forall\, i \in \mathrm{USER}, l \in \mathrm{route}_{i})$, """
            r"""$\mathit{capacity}_{l} \ (\forall\, l \in \mathrm{LINK})$.
\end{document}
"""
        )
    )


def rule(model: Model) -> RuleSymbol:
    return next(s for s in model.symbols.values() if isinstance(s, RuleSymbol))


def rules() -> list[tuple[str, str]]:
    out = []
    for path in MODELS:
        model = driver.read(path)
        out += [(path.name, s.name) for s in model.symbols.values() if isinstance(s, RuleSymbol)]
    return out


@pytest.mark.parametrize(("file", "name"), rules())
def test_every_model_is_well_formed(file: str, name: str) -> None:
    model = driver.read(next(p for p in MODELS if p.name == file))
    chosen = model.symbols[name]
    assert isinstance(chosen, RuleSymbol)
    well_formed(latex.write(model, chosen))


def well_formed(text: str) -> None:
    """Braces, brackets that grow and environments close in order; ASCII only; no tab in a line twice too many."""
    assert text.isascii()
    stack: list[str] = []
    pairs = {"}": "{", r"\right": r"\left"}
    for token in re.findall(r"\\left|\\right|\\begin\{\w+\*?\}|\\end\{\w+\*?\}|\\.|[{}]", text):
        if token in ("{", r"\left") or token.startswith(r"\begin"):
            stack.append(token)
        elif token in pairs:
            assert stack.pop() == pairs[token]
        elif token.startswith(r"\end"):
            assert stack.pop() == token.replace("end", "begin")
    assert not stack
    for block in re.findall(r"\\begin\{align\*\}\n(.*?)\n\\end\{align\*\}", text, re.DOTALL):
        outside = re.sub(r"\\begin\{cases\}.*?\\end\{cases\}", "", block).replace(r"\&", "")
        assert {line.count("&") for line in outside.splitlines()} <= {3, 5}
        assert all(line.endswith(r"\\") for line in outside.splitlines()[:-1])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("-c[u1] * x[u1]", r"-c_{\mathrm{u1}} x_{\mathrm{u1}}"),
        ("x[u1] - (x[u2] - 1)", r"x_{\mathrm{u1}} - \left(x_{\mathrm{u2}} - 1\right)"),
        ("2 * (x[u1] + 1)^2", r"2 \left(x_{\mathrm{u1}} + 1\right)^{2}"),
        ("2 * 3 * x[u1]", r"2 \cdot 3 x_{\mathrm{u1}}"),
        ("(x[u1]^2)^0.5", r"\left(x_{\mathrm{u1}}^{2}\right)^{0.5}"),
        ("log(x[u1])^2", r"\left(\log\left(x_{\mathrm{u1}}\right)\right)^{2}"),
        ("(1 / x[u1])^2", r"\left(\frac{1}{x_{\mathrm{u1}}}\right)^{2}"),
        ("sum(i in USER) (x[i] + 1)", r"\sum_{i \in \mathrm{USER}} \left(x_{i} + 1\right)"),
        ("(sum(i in USER) x[i]) * x[u1]", r"\left(\sum_{i \in \mathrm{USER}} x_{i}\right) x_{\mathrm{u1}}"),
        ("x[u1] * sum(i in USER) x[i]", r"x_{\mathrm{u1}} \sum_{i \in \mathrm{USER}} x_{i}"),
        (
            "sum((i, l) in PAIR where l != AB) x[i]",
            r"\sum_{(i, l) \in \mathrm{PAIR} : l \ne \mathrm{AB}} x_{i}",
        ),
        ("theta_max * θ[u1]", r"\theta_{\mathrm{max}} \theta_{\mathrm{u1}}"),
        ("abs(x[u1]) + sqrt(x[u2])", r"\left|x_{\mathrm{u1}}\right| + \sqrt{x_{\mathrm{u2}}}"),
        ("max(x[u1], 0) * card(USER)", r"\max\left\{x_{\mathrm{u1}}, 0\right\} \left|\mathrm{USER}\right|"),
        (
            "if 1 < 2 and 1 in {1, 2} then x[u1] else 0",
            r"\begin{cases} x_{\mathrm{u1}} & \text{if } 1 < 2 \land 1 \in \{1, 2\} \\ "
            r"0 & \text{otherwise} \end{cases}",
        ),
        ("sum(i in USER \\ {u1}) x[i]", r"\sum_{i \in \mathrm{USER} \setminus \{\mathrm{u1}\}} x_{i}"),
        (
            "mean(i in USER, k in 1..3) k * x[i]",
            r"\operatorname*{mean}_{i \in \mathrm{USER}, k \in \{1, \dots, 3\}} k x_{i}",
        ),
    ],
)
def test_expressions(expression: str, expected: str) -> None:
    text = SAMPLE.replace("<= c[i in USER]", "<= 5") + f"maximize goal: {expression};\n"
    model = driver.understand(Source("sample.mdl", text))
    found = latex.write(model, rule(model))
    well_formed(found)
    assert rf"\max \quad & {expected} && && (\text{{goal}})" in found


def test_definitions_bounds_and_titles() -> None:
    text = SAMPLE.replace("var x[USER] >= 0, <= c[i in USER];", "var x[i in USER] >= 0, <= c[i];") + (
        "var n[LINK] integer >= 1; var b binary; var f;\n"
        "subject to row[l in LINK where l != AB]: 0 <= sum(i in near[l]) x[i] + n[l] + b <= 4 * theta_max;\n"
        "minimize goal: f;\n"
    )
    model = driver.understand(Source("sample.mdl", text))
    found = latex.write(model, rule(model))
    well_formed(found)
    for line in [
        r"\section*{Signs \& sums: 50\% of \$x\_1\$}",
        r"\min \quad & f && && (\text{goal})",
        r"&& \forall\, l \in \mathrm{LINK} : l \ne \mathrm{AB} && (\text{row})",
        r"& 0 \le x_{i} \le c_{i} && \forall\, i \in \mathrm{USER} &&",
        r"& n_{l} \ge 1, \ n_{l} \in \mathbb{Z} && \forall\, l \in \mathrm{LINK} &&",
        r"& b \in \{0, 1\} &&  &&",
        r"& f \in \mathbb{R} &&  &&",
        r"\theta_{\mathrm{max}} &= \frac{1}{3} + 0.25",
        r"\{i \in \mathrm{USER} \mid (i, l) \in \mathrm{PAIR} \lor \lnot l = \mathrm{AB}\}",
    ]:
        assert line in found, found


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 3), r"\frac{1}{3}"), (Fraction(1, 8), "0.125"), (Fraction(5), "5"), (Fraction(-5, 2), "2.5")],
)
def test_numbers(value: Fraction, text: str) -> None:
    assert latex_names.number(value) == text


@pytest.mark.parametrize(
    ("name", "base", "below"),
    [
        ("x", "x", ""),
        ("x12", "x", "12"),
        ("theta_max", r"\theta", r"\mathrm{max}"),
        ("θ", r"\theta", ""),
        ("Δx", r"\mathit{Deltax}", ""),
        ("must_run", r"\mathit{must\_run}", ""),
        ("Gamma", r"\Gamma", ""),
        ("_", r"\mathit{\_}", ""),
        ("é", "e", ""),
    ],
)
def test_names(name: str, base: str, below: str) -> None:
    assert latex_names.name(name) == (base, below)
