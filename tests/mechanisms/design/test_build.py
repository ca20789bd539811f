"""Programs of designs: row by row against a slow builder, and optima known from theory."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdl import driver
from mdl.algebra.numbers import Numbers
from mdl.answer.rows import RowPrinter
from mdl.diagnostics import Failure
from mdl.mechanisms.design import ell, incentive
from mdl.mechanisms.design.back import Design
from mdl.mechanisms.design.build import build
from mdl.mechanisms.design.selection import Selection
from mdl.mechanisms.design.size import estimate, size_of
from mdl.program.program import Program, ProgramClass, Role
from mdl.program.solution import Status
from tests.mechanisms.design.by_hand import Hand, uniform
from tests.mechanisms.design.slow import SHORT, Form, Row, Slow

THREE = {"a": (1, 2, 3), "b": (1, 2, 3)}


# ---- reading a program back, by names ----------------------------------------------------------------


def as_rows(program: Program) -> dict[str, Row]:
    printer = RowPrinter(program)
    columns = [printer.column_name(k) for k in range(program.width)]
    assert len(set(columns)) == len(columns)
    out: dict[str, Row] = {}
    for block in program.rows:
        held = block.linear
        assert held.width == program.width and held.rows == len(block.labels)
        coefficients = held.coefficients.fractions()
        lows = [None] * held.rows if block.lower is None else block.lower.values.fractions()
        highs = [None] * held.rows if block.upper is None else block.upper.values.fractions()
        for k in range(held.rows):
            here = range(int(held.starts[k]), int(held.starts[k + 1]))
            places = [int(held.columns[e]) for e in here]
            assert places == sorted(set(places)), "columns of a row ascend"
            form = {columns[int(held.columns[e])]: coefficients[e] for e in here}
            assert all(form.values()), "no stored zero"
            name = block.labels.name(block.name, k)
            assert name not in out
            out[name] = (form, lows[k], highs[k])
    return out


def goal_of(program: Program) -> Form:
    printer, held = RowPrinter(program), program.objective.linear
    values = held.coefficients.fractions()
    return {printer.column_name(int(c)): v for c, v in zip(held.columns, values, strict=True)}


def solved(design: Design) -> float:
    found = driver.solve_program(design.program)
    assert found.status is Status.OPTIMAL and found.objective is not None
    return found.objective


# ---- against the slow builder ------------------------------------------------------------------------

SMALL = st.integers(-3, 3)


@st.composite
def hands(draw: st.DrawFn) -> Hand:
    count = draw(st.integers(1, 3))
    types = {name: tuple(range(draw(st.sampled_from((0, 1))), draw(st.integers(1, 3)))) for name in "abc"[:count]}
    if not any(types.values()):
        types["a"] = (0, 1)
    spaces = [values or (0,) for values in types.values()]
    cases = list(product(*spaces))
    free = draw(st.booleans()) and all(types.values())

    def table(keys: list[tuple[object, ...]], values: st.SearchStrategy[int]) -> dict[tuple[object, ...], int]:
        return dict(zip(keys, draw(st.lists(values, min_size=len(keys), max_size=len(keys))), strict=True))

    agents = range(count)
    worth = table([(a, own, r) for a in agents for own in spaces[a] for r in cases], SMALL)
    out = table([(a, own, r) for a in agents for own in spaces[a] for r in cases], SMALL)
    cut = table([(a, own, r) for a in agents for own in spaces[a] for r in cases], st.integers(0, 3))
    base = table([(a, r) for a in agents for r in cases], SMALL)
    income = table([(r,) for r in cases], SMALL)
    best = table([(r,) for r in cases], st.integers(-9, 3))
    odds = table([(r,) for r in cases], st.integers(0, 3))
    barred = table([(a, x, y) for a in agents for x in spaces[a] for y in spaces[a]], st.integers(0, 3))
    total = sum(odds.values())
    wanted = draw(st.lists(st.sampled_from(sorted(SHORT)), max_size=4, unique=True))
    soft = [p for p in draw(st.lists(st.sampled_from(sorted(SHORT)), max_size=3, unique=True)) if p not in wanted]
    with_prior = total > 0
    if not with_prior:
        expected = ("bayesian_ic", "interim_ir", "ex_ante_ir", "ex_ante_budget_balance")
        wanted, soft = ([p for p in ps if p not in expected] for ps in (wanted, soft))
    adjust = ("h",) if draw(st.booleans()) else ()
    transfers = draw(st.sampled_from(({"t": 1}, {"p": -1}, {"t": 1, "p": -1}, {})))
    return Hand(
        types,
        wanted,
        soft,
        None if free else lambda a, own, r: Fraction(worth[a, own, r], 2),
        lambda a, own, r: Fraction(out[a, own, r], 3),
        (lambda r: Fraction(odds[r,], total)) if with_prior else None,
        lambda a, x, y: x == y or barred[a, x, y] > 0,
        (lambda a, own, r: own != r[a] and cut[a, own, r] == 0) if draw(st.booleans()) else None,
        (lambda a, r: Fraction(base[a, r])) if draw(st.booleans()) else None,
        transfers,
        adjust,
        lambda r: Fraction(income[r,]),
        lambda r: Fraction(best[r,]),
        shortfall=bool(soft) and with_prior,
        revenue=False,
        maximize=False,
    )


@given(hands())
@settings(max_examples=250, deadline=None)
def test_every_row_is_the_one_of_the_definitions(hand: Hand) -> None:
    design = build(hand.given())
    rows = as_rows(design.program)
    wanted, cost = Slow(hand).program()
    found = {k: v for k, v in rows.items() if not k.startswith("one_item")}
    assert found == wanted
    assert goal_of(design.program) == (cost if hand.shortfall else {})
    assert [r.name for r in design.program.rows] == list(dict.fromkeys(r.name for r in design.program.rows))
    bound = size_of(hand.given())
    assert design.program.height <= bound.rows + len(rows) and design.program.width <= bound.columns


# ---- the auction of the language's examples ----------------------------------------------------------


def highest_bid(a: int, own: int, reports: tuple[int, ...]) -> Fraction:
    """Value of the item for the first of those who bid most."""
    return Fraction(own if reports.index(max(reports)) == a else 0)


def test_the_names_and_signs_of_the_normative_example() -> None:
    design = build(Hand(THREE, ("dominant_ic", "ex_post_ir", "weak_budget_balance"), value=highest_bid).given())
    printer = RowPrinter(design.program)
    texts = {b.labels.name(b.name, k): printer.row(b, k) for b in design.program.rows for k in range(len(b.labels))}
    assert texts["ic[a: 3 -> 2 | b=1]"] == "t[a; 3, 1] - t[a; 2, 1] <= 0"
    assert texts["ir[a: 3 | b=1]"] == "t[a; 3, 1] <= 3"
    assert texts["budget[a=3, b=1]"] == "t[a; 3, 1] + t[b; 3, 1] >= 0"
    assert {b.name: b.role for b in design.program.rows} == {
        "ic": Role.INCENTIVE,
        "ir": Role.PARTICIPATION,
        "budget": Role.BUDGET,
    }


def test_optimal_auction_earns_the_expected_virtual_value() -> None:
    """Myerson: virtual values -1, 1, 3 (2 theta - 4 + ... of uniform {1,2,3}: v - (1 - F)/f), E max(0, .) = 2."""
    virtual = {1: -1, 2: 1, 3: 3}
    best = Fraction(sum(max(0, virtual[x], virtual[y]) for x, y in product((1, 2, 3), repeat=2)), 9)
    assert best == 2
    hand = Hand(THREE, ("bayesian_ic", "interim_ir"), prior=uniform(THREE))
    assert build(hand.given()).program.kind is ProgramClass.LP
    assert solved(build(hand.given())) == pytest.approx(2, abs=1e-9)
    hand = Hand(THREE, ("dominant_ic", "ex_post_ir"), prior=uniform(THREE))
    assert solved(build(hand.given())) == pytest.approx(2, abs=1e-9)


def test_prices_of_the_efficient_auction() -> None:
    """The winner's price is the least value with which it would still win, the loser's 0; ties go to a."""
    hand = Hand(THREE, ("dominant_ic", "ex_post_ir"), value=highest_bid, prior=uniform(THREE))
    least = {0: lambda x, y: y, 1: lambda x, y: x + 1}
    wanted = Fraction(sum(least[0 if x >= y else 1](x, y) for x, y in product((1, 2, 3), repeat=2)), 9)
    assert solved(build(hand.given())) == pytest.approx(float(wanted), abs=1e-9)


def test_expectations_are_conditional_on_the_own_type_and_exact() -> None:
    more = Fraction(1, 10**10)
    types = {"a": (1, 2), "b": (1, 2)}
    quarter = Fraction(1, 4)
    hand = Hand(types, ("interim_ir",), prior=lambda r: quarter + (more if r[0] == r[1] else -more))
    form, low, high = as_rows(build(hand.given()).program)["ir[a: 2]"]
    same, other = 2 * (quarter + more), 2 * (quarter - more)
    assert (low, high) == (None, 0)
    assert form == {
        "win[a; 2, 1]": -2 * other, "win[a; 2, 2]": -2 * same, "t[a; 2, 1]": other, "t[a; 2, 2]": same
    }  # fmt: skip


def test_rows_are_the_same_however_many_are_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    hand = Hand(THREE, ("dominant_ic",), adjust=("h",), base=lambda a, r: Fraction(r[0] * r[1], 3 + a))
    whole = as_rows(build(hand.given()).program)
    monkeypatch.setattr(ell, "CHUNK", 5)
    assert as_rows(build(hand.given()).program) == whole
    monkeypatch.setattr(incentive, "ell_of", lambda form: None)
    assert as_rows(build(hand.given()).program) == whole


def test_rows_of_an_auction_need_no_sorting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcome variables stand before payments, and each in the order of the cases."""
    monkeypatch.setattr(ell, "_added", lambda *_: pytest.fail("rows were sorted"))
    build(Hand(THREE, ("dominant_ic", "ex_post_ir"), prior=uniform(THREE)).given())


def test_coefficients_beyond_64_bits_and_floats() -> None:
    large = 10**30
    hand = Hand({"a": (1, large), "b": (1, 2)}, ("dominant_ic",))
    form, _, _ = as_rows(build(hand.given()).program)[f"ic[a: {large} -> 1 | b=2]"]
    at = {f"win[a; {large}, 2]": -large, "win[a; 1, 2]": large, f"t[a; {large}, 2]": 1, "t[a; 1, 2]": -1}
    assert form == at
    given_ = Hand(THREE, ("dominant_ic",)).given()
    value = given_.agents[0].value
    assert value is not None
    floats = replace(value, variables=tuple(replace(e, coefficients=_inexact(e.coefficients)) for e in value.variables))
    given_.agents = (replace(given_.agents[0], value=floats), given_.agents[1])
    (block,) = [r for r in build(given_).program.rows if r.name == "ic"]
    assert not block.linear.coefficients.is_exact
    wanted = as_rows(build(Hand(THREE, ("dominant_ic",)).given()).program)
    found = as_rows(build(given_).program)
    assert {k: f for k, (f, _, _) in found.items()} == {k: f for k, (f, _, _) in wanted.items()}


def _inexact(held: Numbers) -> Numbers:
    return Numbers.inexact(held.floats())


# ---- rows without variables --------------------------------------------------------------------------


def test_rows_that_hold_whatever_is_paid_are_left_out_and_said() -> None:
    """With nothing to find but h on the others' reports, incentive rows of a second price have no variable."""

    def price(a: int, reports: tuple[int, ...]) -> Fraction:
        return Fraction(reports[1 - a]) if highest_bid(a, 1, reports) else Fraction(0)

    hand = Hand(
        THREE, ("dominant_ic", "weak_budget_balance"), value=highest_bid, base=price, transfers={}, adjust=("h",)
    )
    design = build(hand.given())
    assert [r.name for r in design.program.rows] == ["budget"]
    assert design.notes == ("36 rows of ic hold whatever is chosen, and are left out",)


def test_a_false_row_without_variables_stays_and_is_why_nothing_is_found() -> None:
    def bid(a: int, reports: tuple[int, ...]) -> Fraction:
        return Fraction(reports[a]) if highest_bid(a, 1, reports) else Fraction(0)

    hand = Hand(THREE, ("dominant_ic",), value=highest_bid, base=bid, transfers={}, adjust=("h",), revenue=False)
    design = build(hand.given())
    found = driver.solve_program(design.program)
    assert found.status is Status.INFEASIBLE and found.farkas is not None
    (row,) = np.flatnonzero(found.farkas)[:1]
    block, place = design.row_of(int(row))
    assert block.name == "ic" and design.name_of(int(row)).startswith("ic[")
    assert block.linear.starts[place] == block.linear.starts[place + 1]


# ---- selections --------------------------------------------------------------------------------------


def test_selected_rows_are_those_of_the_whole_program() -> None:
    hand = Hand(THREE, ("dominant_ic",), prior=uniform(THREE))
    whole = as_rows(build(hand.given()).program)
    near = np.array([[1, 0], [0, 1], [2, 1], [1, 2]])
    some = as_rows(build(hand.given(), Selection({0: near})).program)
    assert some.items() <= whole.items()
    left = {k for k in whole if k not in some}
    assert left == {f"ic[a: {x} -> {y} | b={s}]" for x, y in ((1, 3), (3, 1)) for s in (1, 2, 3)}
    mask = np.zeros((3, 3), dtype=np.bool_)
    few = as_rows(build(hand.given(), Selection({0: mask, 1: mask}, {0: np.array([[2, 0, 1]])})).program)
    assert [k for k in few if k.startswith("ic")] == ["ic[a: 3 -> 1 | b=2]"]


def test_a_selection_leaves_out_what_is_not_allowed() -> None:
    hand = Hand(THREE, ("dominant_ic",), allowed=lambda a, true, report: report <= true)
    picked = Selection({0: np.array([[0, 2], [2, 0], [1, 1]])}, {1: np.array([[0, 1, 0], [1, 0, 0], [2, 2, 1]])})
    rows = as_rows(build(hand.given(), picked).program)
    assert [k for k in rows if k.startswith("ic")] == [
        *(f"ic[a: 3 -> 1 | b={s}]" for s in (1, 2, 3)),
        "ic[b: 2 -> 1 | a=1]",
    ]


# ---- refusals ----------------------------------------------------------------------------------------


def refused(hand: Hand, limit: int = 2**33) -> list[str]:
    with pytest.raises(Failure) as failure:
        build(hand.given(), limit=limit)
    return [d.code for d in failure.value.diagnostics]


def test_what_is_missing_is_refused() -> None:
    assert refused(Hand(THREE, ("bayesian_ic", "interim_ir", "efficient"))) == ["MDL673", "MDL673", "MDL674"]
    assert refused(Hand(THREE, (), ("ex_post_ir",), shortfall=True)) == ["MDL673"]
    assert refused(Hand(THREE, ("nonsense",))) == ["MDL675"]
    assert refused(Hand(THREE, ("dominant_ic",), broken=lambda a, own, r: own == 3)) == ["MDL676", "MDL676"]


def test_a_program_that_is_too_large_is_refused_before_it_is_made() -> None:
    assert refused(Hand(THREE, ("dominant_ic",)), limit=1000) == ["MDL671"]
    large = estimate((120, 120), ("dominant_ic", "ex_post_ir"), pay=1, value=1)
    assert (large.rows, large.columns) == (2 * 120 * 120 * 119 + 2 * 120 * 120, 4 * 120 * 120)
    assert large.nonzeros == 4 * 2 * 120 * 120 * 119 + 2 * 2 * 120 * 120


# ---- the way back ------------------------------------------------------------------------------------


def test_tables_of_a_point_have_its_payments_and_values() -> None:
    hand = Hand(THREE, ("dominant_ic",), adjust=("h",), base=lambda a, r: Fraction(a + r[0], 7))
    design = build(hand.given())
    rng = np.random.default_rng(3)
    x = Numbers.exact(rng.integers(-9, 9, design.program.width), 5)
    names, printer = {}, RowPrinter(design.program)
    for k, v in enumerate(x.fractions()):
        names[printer.column_name(k)] = v
    slow = Slow(hand)
    tables = design.tables(x)
    for a, table in enumerate(tables):
        assert table.pay is not None
        pays, values = table.pay.fractions(), table.value.fractions()
        for (t, r), s in product(product(range(3), repeat=2), range(3)):
            reports = (r + 1, s + 1) if a == 0 else (s + 1, r + 1)
            here = {**names, "": Fraction(1)}
            assert pays[r * 3 + s] == sum(here[c] * v for c, v in slow.pay(a, reports).items())
            assert values[(t * 3 + r) * 3 + s] == sum(here[c] * v for c, v in slow.value(a, t + 1, reports).items())
    assert len(design.pays(x)) == 2 * 9
    assert design.outcome(x)["win"].fractions() == x.fractions()[:18]


@given(hands(), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_the_way_back_is_total(hand: Hand, seed: int) -> None:
    """Primal, dual, slack, conflict and start, of every program."""
    design = build(hand.given())
    program = design.program
    rng = np.random.default_rng(seed)
    given_values = {c.name: Numbers.exact(rng.integers(-4, 5, len(c.labels))) for c in design.given.columns}
    x = design.start(given_values)
    assert x.shape == (program.width,) and np.isfinite(x).all()
    point = Numbers.inexact(x)
    assert {k: v.floats().tolist() for k, v in design.outcome(point).items()} == {
        k: v.floats().tolist() for k, v in given_values.items()
    }
    slack = design.slack(point)
    assert {k: v.shape for k, v in slack.items()} == {r.name: (len(r.labels),) for r in program.rows}
    soft = {c.origin for c in program.columns if c.role is Role.SHORTFALL}
    for block in program.rows:
        if block.name in soft or block.origin in soft:
            assert (slack[block.name] >= -1e-9).all(), "a start makes up for what softened rows miss"
    shortfalls = design.shortfalls(point)
    assert set(shortfalls) == soft and all((v.floats() >= 0).all() for v in shortfalls.values())
    assert len({design.name_of(k) for k in range(program.height)}) == program.height
    for table, agent in zip(design.tables(point), design.given.agents, strict=True):
        assert len(table.pay) == agent.table.types * agent.table.scenarios
        assert len(table.value) == agent.table.types**2 * agent.table.scenarios
    found = driver.solve_program(program)
    duals = design.duals(found)
    assert (duals is None) == (found.row_duals is None)
    if duals is not None:
        assert {k: v.shape for k, v in duals.items()} == {r.name: (len(r.labels),) for r in program.rows}
    if found.farkas is not None:
        assert all(design.name_of(int(k)) for k in np.flatnonzero(found.farkas))
