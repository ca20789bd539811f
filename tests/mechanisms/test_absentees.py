"""Rules without an agent are solved once for each of the others' reports, where its types are not read then."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdl.data.bind import bind
from mdl.data.overrides import Overrides
from mdl.diagnostics import Source
from mdl.driver import load, understand
from mdl.mechanisms.absentees import Absent, reads_absent
from mdl.mechanisms.outcomes import Outcomes
from mdl.mechanisms.reports import Reports, over_reports
from mdl.program.program import Program
from mdl.semantics.model import RuleSymbol

MODELS = Path(__file__).parents[2] / "models"

HEAD = """model m;
agents A := {a, b, c};
type t[A] in {1, 2, 4};
var x[A] >= 0;
subject to all: sum(i in A) x[i] <= 3;
subject to one[i in A]: x[i] <= 2;
"""

NOT_READ = {
    "private values": "valuation[i in A] = t[i] * x[i]; maximize w: sum(i in A) valuation[i];",
    "rows that read types": "subject to own[i in A]: x[i] <= t[i] / 2; maximize w: sum(i in A) x[i] * (5 - t[i]);",
    "a sum over who is there": "let all_t = sum(j in A) t[j]; maximize w: all_t * sum(i in A) t[i] * x[i];",
    "a let of one agent": "let sq[i in A] = t[i] ^ 2; maximize w: sum(i in A) sq[i] * x[i] * (9 - t[i]);",
    "bounds": "var y[i in A] >= 0, <= t[i]; maximize w: sum(i in A) (t[i] * y[i] + x[i]);",
    "pairs": "maximize w: sum(i in A, j in A where i != j) t[i] * t[j] * x[i];",
    "outcome formulas skip": "outcome o { q[i in A] = sum(j in A) t[j]; } valuation[i in A] = t[i] * x[i] * q[i];"
    " maximize w: sum(i in A) valuation[i];",
}
READ = {
    "others' true types": "valuation[i in A] = (sum(j in A) t[j]) * x[i]; maximize w: sum(i in A) valuation[i];",
    "one agent by name": "maximize w: sum(i in A) t[a] * x[i];",
    "a let in a valuation": "let all_t = sum(j in A) t[j]; valuation[i in A] = all_t * x[i];"
    " maximize w: sum(i in A) valuation[i];",
    "a set of agents": "maximize w: sum(i in A) (1 + card({j in A where t[j] > 1})) * x[i];",
    "what the absent have": "var y[A] >= 0, <= 1; absent y[i] = t[i]; maximize w: sum(i in A) (x[i] * t[i] + y[i]);",
    "lets of others": "let next[i in A] = if i == a then t[b] else t[a]; maximize w: sum(i in A) next[i] * x[i];",
}  # fmt: skip


def reports_of(text: str) -> Reports:
    return over_reports(bind(understand(Source("m.mdl", text)), Overrides()))


def rule_of(reports: Reports, name: str = "w") -> RuleSymbol:
    found = reports.instance.model.symbols[name]
    assert isinstance(found, RuleSymbol)
    return found


def first(reports: Reports) -> Absent:
    types = {c.symbol for c in reports.spaces[0].components}
    return Absent(types, reports.without(0, skips=True).restrictions[0].universes)


def compare(reports: Reports, rule: RuleSymbol) -> None:
    """Once for each of the others' reports, and once for each report profile."""
    outcomes = Outcomes(reports, rule)
    for agent in range(len(reports.spaces)):
        absence = reports.without(agent, skips=True)
        assert outcomes._representatives(rule, absence) is not None
        once, every = outcomes.solve(rule, absence), outcomes._solve_at(rule, absence, reports.lifted, None)
        assert once.optimum.fractions() == every.optimum.fractions()
        assert (once.ties, once.unsure, once.exact) == (every.ties, every.unsure, every.exact)
        assert once.values.keys() == every.values.keys()
        for symbol, values in every.values.items():
            assert once.values[symbol].fractions() == values.fractions()


@pytest.mark.parametrize("body", NOT_READ.values(), ids=NOT_READ)
def test_types_that_are_not_read(body: str) -> None:
    reports = reports_of(HEAD + body)
    assert not reads_absent(reports.instance.model, rule_of(reports), first(reports))
    compare(reports, rule_of(reports))


@pytest.mark.parametrize("body", READ.values(), ids=READ)
def test_types_that_are_read(body: str) -> None:
    reports = reports_of(HEAD + body)
    rule = rule_of(reports)
    assert reads_absent(reports.instance.model, rule, first(reports))
    assert Outcomes(reports, rule)._representatives(rule, reports.without(0, skips=True)) is None


@pytest.mark.parametrize("name", ["combinatorial", "double_auction", "public_project"])
def test_models_of_the_package(name: str) -> None:
    reports = over_reports(load(MODELS / "mechanisms" / f"{name}.mdl"))
    rule = next(s for s in reports.instance.model.symbols.values() if isinstance(s, RuleSymbol))
    compare(reports, rule)


def test_what_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine cases without an agent, not 27; a rule that has no answer is told at the reports of everybody."""
    import mdl.mechanisms.outcomes as module
    from mdl.diagnostics import Failure

    reports = reports_of(HEAD + NOT_READ["private values"])
    rule, solve, seen = rule_of(reports), module.solve_batch, []

    def watched(batch, options):  # type: ignore[no-untyped-def]
        assert isinstance(batch.program, Program)
        seen.append(batch.cases)
        return solve(batch, options)

    monkeypatch.setattr(module, "solve_batch", watched)
    outcomes = Outcomes(reports, rule)
    outcomes.solve(rule)
    outcomes.solve(rule, reports.without(1, skips=True))
    assert seen == [27, 9]

    reports = reports_of(HEAD + "subject to much: sum(i in A) t[i] * x[i] >= 13; maximize w: sum(i in A) x[i];")
    with pytest.raises(Failure) as failure:
        Outcomes(reports, rule_of(reports)).solve(rule_of(reports), reports.without(1, skips=True))
    assert failure.value.diagnostics[0].code == "MDL630"
    assert "a=1, b=1, c=1" in failure.value.diagnostics[0].message
