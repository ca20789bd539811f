"""Building functions of expressions, called by the parser with the values of a rule's right side.

Functions carry the names that the grammar gives its alternatives.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mdl.syntax import errors, tree
from mdl.syntax.parser import Build

_MOST_DIGITS = 400
_MOST_POWER = 400
_MOST_SCOPES = 20
# `a / b / c` is `(a / b) / c`: each of these is a level.
_LEVELS = frozenset({"/", "|", "\\", "&"})
_MOST_LEVELS = 200
# How a sign of the paper, or a word, is called in the tree.
_OPERATORS = {
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "∈": "in",
    "∪": "|",
    "∩": "&",
    "∖": "\\",
    "×": "*",
    "∑": "sum",
    "∏": "prod",
}
# Letters that look like these are these.
_LOOKALIKES = str.maketrans({"\u00b5": "\u03bc", "\u2126": "\u03a9"})


def operator(b: Build, token: int) -> str:
    """The operator at a token, in its ASCII form."""
    text = b.tokens.text(token)
    return _OPERATORS.get(text, text)


# ---- lists ---------------------------------------------------------------------------------------


def none(b: Build, v: list[Any], start: int, end: int) -> list[Any]:
    return []


def one(b: Build, v: list[Any], start: int, end: int) -> list[Any]:
    return [v[0]]


def append(b: Build, v: list[Any], start: int, end: int) -> list[Any]:
    v[0].append(v[1])
    return v[0]  # type: ignore[no-any-return]


def another(b: Build, v: list[Any], start: int, end: int) -> list[Any]:
    v[0].append(v[2])
    return v[0]  # type: ignore[no-any-return]


def nothing(b: Build, v: list[Any], start: int, end: int) -> None:
    return None


def first(b: Build, v: list[Any], start: int, end: int) -> Any:
    return v[0]


def second(b: Build, v: list[Any], start: int, end: int) -> Any:
    return v[1]


# ---- operands ------------------------------------------------------------------------------------


def name(b: Build, v: list[Any], start: int, end: int) -> tree.Name:
    text = b.tokens.source.text[start:end]
    if not text.isascii():
        text = text.translate(_LOOKALIKES)
    return tree.Name(b.span(start, end), text)


def number(b: Build, v: list[Any], start: int, end: int) -> tree.Number:
    text = b.tokens.source.text[start:end]
    if text.isdigit() and end - start < _MOST_DIGITS:
        return tree.Number(b.span(start, end), Fraction(int(text)))
    mantissa, _, power = text.lower().partition("e")
    if len(text) > _MOST_DIGITS or abs(int(power or 0)) > _MOST_POWER:
        b.problems.append(errors.number_out_of_range(b.span(start, end)))
        return tree.Number(b.span(start, end), Fraction(0))
    whole, _, decimals = mantissa.partition(".")
    digits, shift = int(whole + decimals), int(power or 0) - len(decimals)
    value = Fraction(digits * 10**shift) if shift >= 0 else Fraction(digits, 10**-shift)
    return tree.Number(b.span(start, end), value)


def text(b: Build, v: list[Any], start: int, end: int) -> tree.Text:
    return tree.Text(b.span(start, end), unquote(b.tokens.source.text[start:end]))


def unquote(text: str) -> str:
    """What stands between the quotes; a backslash quotes a quote or a backslash and is else itself."""
    inner = text[1:-1] if len(text) > 1 and text[-1] in "\"”'’" else text[1:]
    if "\\" not in inner:
        return inner
    parts = inner.split("\\\\")
    return "\\".join(part.replace('\\"', '"') for part in parts)


def subscript(b: Build, v: list[Any], start: int, end: int) -> tree.Subscript:
    return tree.Subscript(b.span(start, end), v[0], tuple(v[2]))


def call(b: Build, v: list[Any], start: int, end: int) -> tree.Call:
    return tree.Call(b.span(start, end), v[0], tuple(v[2]))


def attribute_at(b: Build, v: list[Any], start: int, end: int) -> tree.Attribute:
    return tree.Attribute(b.span(start, end), v[0], v[2], tuple(v[4]))


def attribute(b: Build, v: list[Any], start: int, end: int) -> tree.Attribute:
    return tree.Attribute(b.span(start, end), v[0], v[2])


def parenthesised(b: Build, v: list[Any], start: int, end: int) -> tree.Expr:
    return v[1]  # type: ignore[no-any-return]


def tuple_(b: Build, v: list[Any], start: int, end: int) -> tree.TupleExpr:
    return tree.TupleExpr(b.span(start, end), (v[1], *v[3]))


def empty_set(b: Build, v: list[Any], start: int, end: int) -> tree.SetLiteral:
    return tree.SetLiteral(b.span(start, end), ())


def set_literal(b: Build, v: list[Any], start: int, end: int) -> tree.SetLiteral:
    return tree.SetLiteral(b.span(start, end), tuple(v[1]))


def map_literal(b: Build, v: list[Any], start: int, end: int) -> tree.MapLiteral:
    return tree.MapLiteral(b.span(start, end), tuple(v[1]))


def entry(b: Build, v: list[Any], start: int, end: int) -> tuple[tree.Expr, tree.Expr]:
    return v[0], v[2]


def comprehension(b: Build, v: list[Any], start: int, end: int) -> tree.Comprehension:
    return tree.Comprehension(b.span(start, end), tuple(v[1]), v[2])


def binding(b: Build, v: list[Any], start: int, end: int) -> tree.Binding:
    return tree.Binding(b.span(start, end), (v[0],), v[2])


def pattern(b: Build, v: list[Any], start: int, end: int) -> tree.Binding:
    names = []
    for item in v[0].items:
        if isinstance(item, tree.Name):
            names.append(item)
        else:
            b.problems.append(errors.not_a_pattern(item.span))
    return tree.Binding(b.span(start, end), tuple(names), v[2], pattern=True)


def bare_domain(b: Build, v: list[Any], start: int, end: int) -> tree.Binding:
    return tree.Binding(b.span(start, end), (), v[0])


def interval(b: Build, v: list[Any], start: int, end: int) -> tree.Interval:
    return tree.Interval(b.span(start, end), v[1], v[3])


# ---- operations ----------------------------------------------------------------------------------


def pair(b: Build, v: list[Any], start: int, end: int) -> list[Any]:
    op = v[1] if isinstance(v[1], str) else operator(b, v[1])
    return [v[0], (op, v[2])]


def more(b: Build, v: list[Any], start: int, end: int) -> list[Any]:
    op = v[1] if isinstance(v[1], str) else operator(b, v[1])
    v[0].append((op, v[2]))
    return v[0]  # type: ignore[no-any-return]


def not_in(b: Build, v: list[Any], start: int, end: int) -> str:
    return "not in"


def add(b: Build, v: list[Any], start: int, end: int) -> tree.Add:
    return tree.Add(b.span(start, end), v[0][0], _shallow(b, v[0][1:], start, end))


def mul(b: Build, v: list[Any], start: int, end: int) -> tree.Mul:
    return tree.Mul(b.span(start, end), v[0][0], _shallow(b, v[0][1:], start, end))


def _shallow(b: Build, rest: list[Any], start: int, end: int) -> tuple[Any, ...]:
    """The operands after the first; where each operator makes a level, no more than are read."""
    levels = [k for k, (op, _) in enumerate(rest) if op in _LEVELS]
    if len(levels) <= _MOST_LEVELS:
        return tuple(rest)
    b.problems.append(errors.too_deep(b.span(start, end), _MOST_LEVELS))
    return tuple(rest[: levels[_MOST_LEVELS]])


def compare(b: Build, v: list[Any], start: int, end: int) -> tree.Compare:
    return tree.Compare(b.span(start, end), v[0][0], tuple(v[0][1:]))


def logic(b: Build, v: list[Any], start: int, end: int) -> tree.Logic:
    chain = v[0]
    return tree.Logic(b.span(start, end), chain[1][0], (chain[0], *(operand for _, operand in chain[1:])))


def unary(b: Build, v: list[Any], start: int, end: int) -> tree.Unary:
    return tree.Unary(b.span(start, end), operator(b, v[0]), v[1])


def power(b: Build, v: list[Any], start: int, end: int) -> tree.Power:
    return tree.Power(b.span(start, end), v[0], v[2])


def range_(b: Build, v: list[Any], start: int, end: int) -> tree.Range:
    return tree.Range(b.span(start, end), v[0], v[2])


def if_else(b: Build, v: list[Any], start: int, end: int) -> tree.If:
    return tree.If(b.span(start, end), v[1], v[3], v[5])


def reduce(b: Build, v: list[Any], start: int, end: int) -> tree.Reduce:
    return tree.Reduce(b.span(start, end), operator(b, v[0]), tuple(v[2]), v[3], v[5])


def expected(b: Build, v: list[Any], start: int, end: int) -> tree.Expected:
    return tree.Expected(b.span(start, end), v[1], ())


def expected_of(b: Build, v: list[Any], start: int, end: int) -> tree.Expected:
    return tree.Expected(b.span(start, end), v[2], ())


def expected_given(b: Build, v: list[Any], start: int, end: int) -> tree.Expected:
    return tree.Expected(b.span(start, end), v[2], tuple(v[4]))


def without(b: Build, v: list[Any], start: int, end: int) -> tree.Expr:
    return tree.Without(b.span(start, end), v[0], v[2]) if _may_scope(b, v[0], start, v[1]) else v[0]


def with_only(b: Build, v: list[Any], start: int, end: int) -> tree.Expr:
    return tree.WithOnly(b.span(start, end), v[0], v[3]) if _may_scope(b, v[0], start, v[1]) else v[0]


_OPERANDS = (tree.Name, tree.Subscript, tree.Call, tree.Attribute, tree.Number, tree.Without, tree.WithOnly)


def _may_scope(b: Build, body: tree.Expr, start: int, word: int) -> bool:
    """Refuse `a + b without i`: the left side is one operand or stands in parentheses."""
    tokens = b.tokens
    whole = b.span(start, tokens.ends[word - 1])
    in_parentheses = body.span.start != start
    if not in_parentheses and not isinstance(body, _OPERANDS) and not _is_expected_call(body):
        b.problems.append(errors.needs_parentheses(whole, tokens.text(word)))
    levels = 0
    while isinstance(body, (tree.Without, tree.WithOnly)):
        body, levels = body.body, levels + 1
    if levels < _MOST_SCOPES:
        return True
    last = b.problems[-1].span if b.problems else None
    if last is None or last.start != start:
        b.problems.append(errors.too_deep(whole, _MOST_SCOPES))
    return False


def _is_expected_call(body: tree.Expr) -> bool:
    return isinstance(body, tree.Expected) and body.span.text.removeprefix("expected").lstrip().startswith("(")
