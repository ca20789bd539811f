"""From text to Model: what the resolver understands."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mdl.semantics import typed
from mdl.semantics.kinds import Element, Numeric, SetOf, Truth, TupleOf, Unknown
from mdl.semantics.model import (
    CoalitionSymbol,
    CoalitionTask,
    ExpectTask,
    LetSymbol,
    MechanismSymbol,
    MechanismTask,
    Model,
    OutcomeSymbol,
    ParamSymbol,
    RowSymbol,
    RuleSymbol,
    SetSymbol,
    SolveTask,
    TypeSymbol,
    VarSymbol,
)
from tests.semantics.texts import EXAMPLES, UNICAST, clean, codes, resolved
from tests.semantics.walk import expressions, indices, uses


def element(*names: str) -> Element:
    return Element(frozenset(names))


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda t: t.split()[1])
def test_examples_of_the_language_resolve(text: str) -> None:
    model, problems = resolved(text)
    assert problems == ()
    assert not [e for e in expressions(model) if isinstance(e.kind, Unknown)]
    assert not [i for i in indices(model) if isinstance(i.kind, Unknown)]
    check_order(model)


def check_order(model: Model) -> None:
    """Each symbol comes after all it uses, and none is missing."""
    ordered = SetSymbol | ParamSymbol | TypeSymbol | LetSymbol
    place = {symbol: at for at, symbol in enumerate(model.order)}
    assert set(place) == {symbol for symbol in model.symbols.values() if isinstance(symbol, ordered)}
    for symbol in model.order:
        for used in uses(symbol):
            if isinstance(used, ordered):
                assert place[used] < place[symbol], (used.name, symbol.name)


def test_unicast() -> None:
    model, _ = resolved(UNICAST, "unicast.mdl")
    assert model.name == "unicast" and model.title.startswith("Rate allocation")
    symbols = model.symbols
    assert list(symbols) == [
        *("USER", "LINK", "route", "users", "capacity", "alpha", "theta", "x", "valuation", "link", "welfare")
    ]
    users, route, theta = symbols["users"], symbols["route"], symbols["theta"]
    assert isinstance(users, SetSymbol) and users.item == element("USER") and not users.universe
    assert isinstance(route, SetSymbol) and route.item == element("LINK")
    assert route.given is not None and route.given.literal is not None and route.given.replaceable
    assert isinstance(theta, TypeSymbol) and theta.kind == Numeric() and theta.report == "any"
    user = symbols["USER"]
    assert isinstance(user, SetSymbol) and user.agents and user.universe and user.item == element("USER")
    link = symbols["link"]
    assert isinstance(link, RowSymbol) and isinstance(link.body, typed.Compare)
    total = link.body.first
    assert isinstance(total, typed.Reduce) and isinstance(total.body, typed.Mul)
    alpha = total.body.factors[0]
    assert isinstance(alpha, typed.Ref) and alpha.symbol is symbols["alpha"]
    inner, outer = alpha.args
    assert isinstance(inner, typed.Index) and inner.index is total.binders[0].indices[0]
    assert isinstance(outer, typed.Index) and outer.index is link.index[0].indices[0]
    assert str(link.span) == "unicast.mdl:15:12" and link.span.text == "link"
    assert [type(task) for task in model.tasks] == [SolveTask, SolveTask]
    assert [task.kkt for task in model.tasks if isinstance(task, SolveTask)] == [False, True]


def test_mechanisms_are_resolved() -> None:
    model, _ = resolved(EXAMPLES[2])
    made = {n: s for n, s in model.symbols.items() if isinstance(s, MechanismSymbol)}
    assert set(made) == {"vickrey", "priced", "optimal"}
    assert [type(task) for task in model.tasks] == [MechanismTask] * 3 + [ExpectTask]
    assert [(task.find, task.mechanism) for task in model.tasks if isinstance(task, MechanismTask)] == [
        (False, made["vickrey"]),
        (True, made["priced"]),
        (True, made["optimal"]),
    ]
    assert [(prior.name, prior.of, prior.distribution) for prior in model.priors] == [
        ("value", model.symbols["value"], None)
    ]


def test_coalitional_games_are_resolved() -> None:
    model, problems = resolved(EXAMPLES[5])
    assert problems == ()
    v = model.symbols["v"]
    assert isinstance(v, CoalitionSymbol) and not v.cost and isinstance(v.players, typed.Ref)
    assert v.players.symbol is model.symbols["CREDITOR"]
    assert [(t.what, t.find, t.game) for t in model.tasks if isinstance(t, CoalitionTask)] == [
        ("core", False, v),
        ("nucleolus", True, v),
        ("shapley", True, v),
        ("least_core", True, v),
    ]


def test_outcome_formulas_are_lets_of_their_rule() -> None:
    model, _ = resolved(EXAMPLES[3])
    share, item = model.symbols["share"], model.symbols["model_size"]
    assert isinstance(share, OutcomeSymbol) and share.items == (item,)
    assert isinstance(item, LetSymbol) and item.role == "outcome" and item.outcome == "share"
    size = model.symbols["size"]
    assert isinstance(size, TypeSymbol) and size.report == "at most truth"


def test_order_of_the_file_is_free() -> None:
    lines = [line for line in UNICAST.splitlines() if line]
    model, problems = resolved("\n".join([lines[0], *reversed(lines[1:])]))
    assert problems == ()
    check_order(model)


# ---- expressions -----------------------------------------------------------------------------------


def body_of(expression: str, *more: str) -> typed.Expr:
    """The typed body of an objective in a small environment."""
    model = clean(
        "agents USER := {u1, u2}; set LINK := {AB, BC}; set TIME := 0..3;"
        "set EDGE in LINK * LINK := {(AB, BC)};"
        "param c[LINK] := 1; param w[EDGE] := 1; param tail[EDGE] in LINK := AB; param root in LINK := AB;"
        "type demand[USER] in {low, high} := low; type theta[USER] in {1, 2} := 1;"
        "param level[{low, high}] := {low: 1, high: 2};"
        "var x[USER] >= 0; var f[TIME] >= 0; var y;" + " ".join(more) + f"maximize goal: {expression};"
    )
    goal = model.symbols["goal"]
    assert isinstance(goal, RuleSymbol)
    return goal.body


def test_subtraction_and_division() -> None:
    made = body_of("y - 2 * y / 4 / 5 * 3")
    assert isinstance(made, typed.Add) and isinstance(made.terms[1], typed.Neg)
    product = made.terms[1].arg
    assert isinstance(product, typed.Mul)
    quotient, three = product.factors
    assert isinstance(three, typed.Number) and three.value == 3
    assert isinstance(quotient, typed.Div) and isinstance(quotient.denominator, typed.Number)
    assert quotient.denominator.value == 5
    inner = quotient.numerator
    assert isinstance(inner, typed.Div) and isinstance(inner.numerator, typed.Mul)


def test_negative_numbers_are_numbers() -> None:
    made = body_of("y + -0.8")
    assert isinstance(made, typed.Add) and isinstance(made.terms[1], typed.Number)
    assert made.terms[1].value == Fraction(-4, 5)


def test_bare_names_are_members_where_members_are_wanted() -> None:
    made = body_of("c[AB] + w[AB, BC] + c[root] + c[tail[AB, BC]] + x[u1]")
    assert isinstance(made, typed.Add)
    first = made.terms[0]
    assert isinstance(first, typed.Ref) and isinstance(first.args[0], typed.Member)
    assert first.args[0].value == "AB" and first.args[0].kind == element("LINK")
    third = made.terms[2]
    assert isinstance(third, typed.Ref) and isinstance(third.args[0], typed.Ref)


def test_index_arithmetic_and_whole_numbers() -> None:
    made = body_of("sum(t in TIME where t > 0) f[t - 1] * f[1]")
    assert isinstance(made, typed.Reduce) and isinstance(made.body, typed.Mul)
    one = made.body.factors[1]
    assert isinstance(one, typed.Ref) and isinstance(one.args[0], typed.Member) and one.args[0].value == 1
    assert isinstance(made.where, typed.Compare)


def test_types_as_indices() -> None:
    made = body_of("sum(i in USER) level[demand[i]] * x[i]")
    assert isinstance(made, typed.Reduce)
    made = body_of("sum(i in USER where demand[i] == low) theta[i] * x[i]")
    assert isinstance(made, typed.Reduce) and isinstance(made.where, typed.Compare)
    right = made.where.rest[0][1]
    assert isinstance(right, typed.Member) and right.value == "low"


def test_one_index_over_tuples_and_patterns() -> None:
    made = body_of("sum(e in EDGE) w[e] + sum((i, j) in EDGE) w[i, j] + sum(e in EDGE) w[(AB, BC)]")
    assert isinstance(made, typed.Add)
    one, two, _ = made.terms
    assert isinstance(one, typed.Reduce) and isinstance(two, typed.Reduce)
    assert one.binders[0].indices[0].kind == TupleOf((element("LINK"), element("LINK")))
    assert [i.kind for i in two.binders[0].indices] == [element("LINK"), element("LINK")]


def test_a_reduction_extends_over_products_not_sums() -> None:
    made = body_of("sum(i in USER) x[i] * 2 + 1")
    assert isinstance(made, typed.Add) and isinstance(made.terms[0], typed.Reduce)


def test_if_and_conditions() -> None:
    made = body_of("sum(i in USER) (if i == u1 and not (theta[i] > 1 or i in {u2}) then x[i] else 0)")
    assert isinstance(made, typed.Reduce) and isinstance(made.body, typed.If)
    assert made.body.condition.kind == Truth()


def test_members_of_tuples() -> None:
    made = body_of("sum(l in LINK where (l, BC) in EDGE) c[l]")
    assert isinstance(made, typed.Reduce) and isinstance(made.where, typed.Compare)
    assert isinstance(made.where.first, typed.TupleExpr)


def test_without_and_with_only() -> None:
    made = body_of("((sum(i in USER) x[i]) without u1) + ((sum(i in USER) x[i]) with only {u1})")
    assert isinstance(made, typed.Add)
    assert isinstance(made.terms[0], typed.Without) and isinstance(made.terms[1], typed.WithOnly)


# ---- sets ------------------------------------------------------------------------------------------


def item_of(model: Model, name: str) -> object:
    symbol = model.symbols[name]
    assert isinstance(symbol, SetSymbol)
    return symbol.item


def test_universes() -> None:
    model = clean(
        """
        set NODE := {a, b, c};
        set LINK := {AB};
        set HUB in NODE := {a};
        set BOTH = NODE | LINK;
        set MORE = NODE | {root};
        set REST = NODE \\ {a};
        set PAIR = NODE * LINK;
        set TRIPLE = PAIR * NODE;
        set LOOSE := {(a, b), (b, c)};
        set DAY := 1..7;
        set LATE = {d in DAY where d > 3};
        set SUB = subsets(NODE);
        set OUT[n in NODE] = {(i, j) in NODE * NODE where i == n};
        set GIVEN;
        set ARC;
        data "arcs.csv" : ARC = [from, to];
        """
    )
    node, link = element("NODE"), element("LINK")
    assert item_of(model, "HUB") == node
    assert item_of(model, "BOTH") == element("NODE", "LINK")
    assert item_of(model, "MORE") == element("NODE", "MORE")
    assert item_of(model, "REST") == node
    assert item_of(model, "PAIR") == TupleOf((node, link))
    assert item_of(model, "TRIPLE") == TupleOf((node, link, node))
    assert item_of(model, "LOOSE") == TupleOf((Element(None), Element(None)))
    assert item_of(model, "DAY") == element("DAY")
    assert item_of(model, "LATE") == element("DAY")
    assert item_of(model, "SUB") == SetOf(node)
    assert item_of(model, "OUT") == TupleOf((node, node))
    assert item_of(model, "GIVEN") == element("GIVEN")
    assert item_of(model, "ARC") == TupleOf((Element(None), Element(None)))
    bases = {name for name, s in model.symbols.items() if isinstance(s, SetSymbol) and s.universe}
    assert bases == {"NODE", "LINK", "MORE", "DAY", "GIVEN"}


def test_members_of_a_union_fit_its_parts() -> None:
    declared = "set A := {a}; set B := {b}; set C = A | B; param p[A] := 1; param q[C] := 1; var x[C] >= 0;"
    clean(declared + "minimize g: sum(i in C) p[i] * x[i] + sum(i in A) x[i] * q[i];")
    assert codes(declared + "param r[B] := 1; minimize g: sum(i in A) r[i] * x[i];") == ["MDL231"]


def test_ranges_without_a_name_are_left_to_the_data() -> None:
    clean("set T := 1..3; var x[T] >= 0; param c[1..3] := 1; minimize g: sum(t in 1..2) c[t] * (x[t] + x[t + 1]);")


def test_two_named_ranges_are_two_sets() -> None:
    assert codes("set S := 1..3; set T := 1..3; var x[S] >= 0; minimize g: sum(t in T) x[t];") == ["MDL231"]
    clean("set S := 1..3; set T in S := 1..2; var x[S] >= 0; minimize g: sum(t in T) x[t];")


def test_sets_of_sets() -> None:
    clean(
        "agents N := {n1, n2}; param worth[S in subsets(N)] := card(S); var x[N] >= 0;"
        "subject to core[S in subsets(N)]: sum(i in S) x[i] >= worth[S];"
        "minimize cost: sum(i in N) x[i] + worth[{n1}] + sum(S in subsets(N) where n1 in S and S != {n1}) worth[S];"
    )


def test_a_family_of_sets_of_tuples() -> None:
    model = clean("set N := {n1, n2}; set E[N] := {n1: {(n1, n2)}, n2: {}}; param k = sum(n in N, (i, j) in E[n]) 1;")
    assert item_of(model, "E") == TupleOf((Element(None), Element(None)))


# ---- tasks and answers -----------------------------------------------------------------------------


def test_expectations() -> None:
    model = clean(
        "agents U := {u1}; var x[U] >= 0, <= 1; subject to cap[i in U]: x[i] <= 1; maximize w: sum(i in U) x[i];"
        'solve w; solve w without u1; solve w with only {u1}; expect w.objective == 1 within 1e-6 "by hand";'
        "expect w.status == optimal; expect cap[u1].dual >= 0; expect cap[u1].slack == 0 and x[u1].reduced_cost == 0;"
        "expect w == 1; expect (w without u1) == 0;"
    )
    tasks = model.tasks
    assert [type(t) for t in tasks] == [SolveTask] * 3 + [ExpectTask] * 6
    first = tasks[3]
    assert isinstance(first, ExpectTask) and first.within == Fraction(1, 10**6) and first.why == "by hand"
    status = tasks[4]
    assert isinstance(status, ExpectTask) and status.within is None and isinstance(status.claim, typed.Compare)
    value = status.claim.rest[0][1]
    assert isinstance(value, typed.Member) and value.value == "optimal"
    last = tasks[8]
    assert isinstance(last, ExpectTask) and isinstance(last.claim, typed.Compare)
    assert isinstance(last.claim.first, typed.Without) and isinstance(last.claim.first.body, typed.Ref)


def test_solve_of_a_formula() -> None:
    model = clean("outcome share { q = 3; } solve share; expect q == 3;")
    task = model.tasks[0]
    assert isinstance(task, SolveTask) and isinstance(task.rule, OutcomeSymbol)


def test_absent_agents() -> None:
    model = clean("agents U := {u1, u2}; var x[U] >= 0; param old[U] := 1; absent x[k] = old[k];")
    x = model.symbols["x"]
    assert isinstance(x, VarSymbol) and x.absent is not None
    assert isinstance(x.absent.body, typed.Ref) and x.absent.indices[0].indices[0].kind == element("U")


def test_data_statements() -> None:
    model = clean(
        "set LINK; param capacity[LINK]; set route[LINK] in LINK; param k;"
        'data "links.csv" : LINK = [link], capacity[link] = mbps, k = total;'
        'data "routes.csv" : route[link] = next;'
    )
    first, second = model.data
    assert [(c.symbol.name, c.keys, c.value) for c in first.columns] == [
        *(("LINK", ("link",), None), ("capacity", ("link",), "mbps"), ("k", (), "total"))
    ]
    assert second.path == "routes.csv"


def test_valuations_of_two_kinds_of_agents() -> None:
    model = clean(
        "agents BUYER := {b}; agents SELLER := {s}; var x[BUYER] >= 0, <= 1;"
        "valuation[i in BUYER] = 2 * x[i]; valuation[j in SELLER] = -sum(i in BUYER) x[i];"
        "maximize w: sum(i in BUYER) valuation[i] + sum(j in SELLER) valuation[j];"
        "solve w; expect valuation[s] == -1;"
    )
    assert {"valuation[BUYER]", "valuation[SELLER]"} <= set(model.symbols)
    rule = model.symbols["w"]
    assert isinstance(rule, RuleSymbol)
    assert {s.name for s in uses(rule)} >= {"valuation[BUYER]", "valuation[SELLER]"}


def test_bounds_may_use_lets_declared_later() -> None:
    model = clean("agents U := {u1}; var x[i in U] >= lo[i], <= 2 * hi := hi; let lo[i in U] = hi - 1; let hi = 3;")
    x = model.symbols["x"]
    assert isinstance(x, VarSymbol) and [b.op for b in x.bounds] == [">=", "<="] and x.start is not None


# ---- no cascades -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body, expected",
    [
        ("param c[LINKS] := 1; var x >= 0; subject to r[l in LINKS]: x <= c[l]; ", ["MDL203", "MDL203"]),
        ("set S = {i in TT where i > 1}; var x[S] >= 0; minimize g: sum(i in S) x[i] * i;", ["MDL203"]),
        ("let a = b + 1; let b = zz; minimize g: a * b;", ["MDL204"]),
        ("let a = b; let b = a; var x >= 0; minimize g: x * a + b;", ["MDL210"]),
        ("set S := {a}; var x[S] >= 0; let y[i in S] = x[j, j]; minimize g: sum(i in S) y[i];", ["MDL230"]),
        ("var x >= 0; let y = if 1 > 0 then foo else x; minimize g: 2 * y; subject to r: y <= 1;", ["MDL204"]),
        ("maximize w: 1; let y = w + 1; param z = y; ", ["MDL277"]),
    ],
)
def test_one_mistake_is_told_once(body: str, expected: list[str]) -> None:
    assert codes(body) == expected


def test_all_mistakes_of_a_file_in_one_run() -> None:
    found = codes("param k := zz; set S = TT; var x[k] > 0; subject to r: x; maximize w: lg(x); solve v;")
    assert sorted(found) == sorted(["MDL204", "MDL203", "MDL252", "MDL260", "MDL258", "MDL205", "MDL285"])


def test_a_model_may_be_empty() -> None:
    assert clean("").symbols == {}
    assert [p.code for p in resolved("param k := 1;")[1]] == ["MDL200"]
