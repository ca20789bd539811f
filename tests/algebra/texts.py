"""Random models as text: expressions with every operator over sets, families, params and variables."""

from __future__ import annotations

from hypothesis import strategies as st

HEAD = """model random "random expressions";
agents U := {a, b, c};
set N := 1..4;
set E := {(1, 2), (2, 3), (3, 1)};
set fam[U] in N := {a: {1, 2}, b: {}, c: {4, 3, 1}};
set up[n in N] = {m in N where m > n};
param s := 1.5;
param p[U] := {a: 2, b: -1, c: 0.25};
param q[U, N] default 3 := {(a, 1): 0, (a, 2): 1.1, (b, 3): -2, c: {1: 7, 4: 0.5}};
param w[n in N] = n / 3 - 1;
param k[i in U, n in fam[i]] = p[i] * n;
param head[E] in N := {(1, 2): 4, (2, 3): 1, (3, 1): 2};
param boss[U] in U := {a: b, b: b, c: a};
type t[U] in 1..5 := {a: 1, b: 5, c: 2};
var x[U] >= 0;
var y[i in U, n in fam[i]];
absent x[i] = w[4] + t[i] / 2;
let z[i in U] = x[i] * s + sum(j in U) t[j];
let flag[i in U] = t[i] > 1;
outcome rule { o[i in U] = sum(j in U) (t[j] + p[i]); }
valuation[i in U] = t[i] * x[i] + sum(j in U) (x[j] + o[j]);
"""

POINT = {
    "x": {("a",): "1/2", ("b",): "3", ("c",): "-1/4"},
    "y": {("a", 1): "1", ("a", 2): "-2", ("c", 4): "1/3", ("c", 3): "0", ("c", 1): "5"},
}

Scope = tuple[tuple[str, str], ...]
"""Names of indices in scope with the set that each is of: U, N or E."""


def member(scope: Scope, of: str) -> st.SearchStrategy[str]:
    """A member of a set; now and then one by arithmetic, which may not be there."""
    names = [name for name, kind in scope if kind == of]
    options: list[st.SearchStrategy[str]] = [st.sampled_from(names)] * 3 if names else []
    if of == "U":
        options.append(st.sampled_from(["a", "b", "c"]))
        options += [st.sampled_from([f"boss[{n}]" for n in names])] if names else []
    elif of == "N":
        options.append(st.sampled_from(["1", "2", "4"]))
        options += [st.sampled_from([f"{n} + 1" for n in names] + [f"5 - {n}" for n in names])] if names else []
    else:
        options.append(st.sampled_from(["(1, 2)", "(3, 1)"]))
    return st.one_of(options)


def binder(scope: Scope, name: str) -> st.SearchStrategy[tuple[str, str]]:
    """A binder text and the kind of its index."""
    plain = [("U", "U"), ("N", "N"), ("E", "E"), ("U \\ {b}", "U"), ("2..3", "N"), ("{1, 4} | {2}", "N")]
    for inner, kind in scope:
        if kind == "U":
            plain += [(f"fam[{inner}]", "N"), (f"U \\ {{{inner}}}", "U"), (f"{{{inner}, a}}", "U")]
            plain += [(f"{{m9 in fam[{inner}] where m9 > 1}}", "N"), (f"N \\ fam[{inner}]", "N")]
        if kind == "N":
            plain += [(f"up[{inner}]", "N"), (f"1..{inner}", "N"), (f"up[{inner}] & {{3, 4}}", "N")]
            plain += [(f"up[{inner}] | {{1}}", "N")]
    return st.sampled_from([(f"{name} in {domain}", kind) for domain, kind in plain])


@st.composite
def truth(draw: st.DrawFn, scope: Scope, depth: int) -> str:
    choice = draw(st.integers(-1, 6 if depth > 0 else 3))
    if choice == -1:
        return f"flag[{draw(member(scope, 'U'))}]"
    if choice == 0:
        op = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
        return f"{draw(number(scope, depth - 1, data=True))} {op} {draw(number(scope, depth - 1, data=True))}"
    if choice == 1:
        return f"{draw(member(scope, 'N'))} in fam[{draw(member(scope, 'U'))}]"
    if choice == 2:
        return f"boss[{draw(member(scope, 'U'))}] != {draw(member(scope, 'U'))}"
    if choice == 3:
        return f"t[{draw(member(scope, 'U'))}] >= 2"
    if choice == 4:
        return f"(not ({draw(truth(scope, depth - 1))}))"
    op = draw(st.sampled_from(["and", "or"]))
    return f"(({draw(truth(scope, depth - 1))}) {op} ({draw(truth(scope, depth - 1))}))"


@st.composite
def number(draw: st.DrawFn, scope: Scope, depth: int, data: bool = False) -> str:
    """A numeric expression in brackets; `data` leaves variables out."""
    if depth <= 0 or draw(st.integers(0, 5)) == 0:
        return draw(leaf(scope, data))
    choice = draw(st.integers(0, 9))
    a = draw(number(scope, depth - 1, data))
    if choice <= 2:
        op = draw(st.sampled_from(["+", "-", "*", "/"]))
        return f"({a} {op} {draw(number(scope, depth - 1, data))})"
    if choice == 3:
        return f"(({a})^{draw(st.sampled_from(['2', '0', '(-1)', '3', '0.5']))})"
    if choice == 4:
        return f"{draw(st.sampled_from(['abs', 'sqrt', 'exp', 'log']))}({a})"
    if choice == 5:
        return f"{draw(st.sampled_from(['min', 'max']))}({a}, {draw(number(scope, depth - 1, data))})"
    if choice == 6:
        return f"(if {draw(truth(scope, depth - 1))} then {a} else {draw(number(scope, depth - 1, data))})"
    return draw(reduction(scope, depth - 1, data))


@st.composite
def reduction(draw: st.DrawFn, scope: Scope, depth: int, data: bool) -> str:
    inner, binders = scope, []
    for _ in range(draw(st.integers(1, 2))):
        name = f"i{len(inner)}"
        text, kind = draw(binder(inner, name))
        binders.append(text)
        inner = (*inner, (name, kind))
    where = f" where {draw(truth(inner, 1))}" if draw(st.booleans()) else ""
    op = draw(st.sampled_from(["sum", "sum", "prod", "min", "max", "mean"]))
    return f"({op}({', '.join(binders)}{where}) {draw(number(inner, depth, data))})"


@st.composite
def leaf(draw: st.DrawFn, scope: Scope, data: bool) -> str:
    u, n = draw(member(scope, "U")), draw(member(scope, "N"))
    options = ["0.1", "2", "s", f"p[{u}]", f"q[{u}, {n}]", f"w[{n}]", f"t[{u}]", f"card(fam[{u}])", f"k[{u}, {n}]"]
    options.append(f"head[{draw(member(scope, 'E'))}]")
    options += [name for name, kind in scope if kind == "N"]
    if not data:
        options += [f"x[{u}]", f"y[{u}, {n}]", f"z[{u}]", f"valuation[{u}]", f"o[{u}]"]
    return draw(st.sampled_from(options))


@st.composite
def absent(draw: st.DrawFn, scope: Scope) -> str:
    """An expression where somebody is absent."""
    body = draw(number(scope, 2))
    if draw(st.booleans()):
        return f"(({body}) without {draw(member(scope, 'U'))})"
    names = [name for name, kind in scope if kind == "U"]
    only = draw(st.sampled_from(["{a, b}", "{c}", "{}", *(f"U \\ {{{n}}}" for n in names)]))
    return f"(({body}) with only ({only}))" if only != "{}" else f"(({body}) with only (U \\ U))"


INDICES: list[tuple[str, Scope]] = [
    ("", ()),
    ("[i in U]", (("i", "U"),)),
    ("[i in U, n in N]", (("i", "U"), ("n", "N"))),
    ("[i in U, n in fam[i]]", (("i", "U"), ("n", "N"))),
    ("[e in E, n in N where n < 3]", (("e", "E"), ("n", "N"))),
    ("[(n, m) in E]", (("n", "N"), ("m", "N"))),
]


@st.composite
def models(draw: st.DrawFn, without: bool = False) -> str:
    """A model whose let `out` is a random expression over a random index."""
    index, scope = draw(st.sampled_from(INDICES))
    return f"{HEAD}let out{index} = {draw(absent(scope) if without else number(scope, 3))};\n"
