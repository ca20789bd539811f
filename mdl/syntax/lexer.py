"""Text to tokens, in one pass of one regular expression.

Signs of other languages (`&&`, `**`, curly quotes) are reported here and read as what they stand for, so
that one slip gives one message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from mdl.diagnostics import Diagnostic, Source, Span
from mdl.syntax import errors
from mdl.syntax.tables import Tables, tables

_SLIPS = {
    "&&": ("and", "conditions are joined by `and`"),
    "||": ("or", "conditions are joined by `or`"),
    "∧": ("and", "conditions are joined by `and`"),
    "∨": ("or", "conditions are joined by `or`"),
    "!": ("not", "a condition is turned round by `not`"),
    "¬": ("not", "a condition is turned round by `not`"),
    "**": ("^", "powers are written with `^`"),
    "=<": ("<=", "the sign is written `<=`"),
    "=>": (">=", "the sign is written `>=`"),
    "<>": ("!=", "the sign is written `!=`"),
    "−": ("-", "a minus that is not the one of the keyboard"),
    "–": ("-", "a dash, not a minus"),
    "·": ("*", "products are written with `*`"),
    "⋅": ("*", "products are written with `*`"),
    "…": ("..", "a range is written with two dots"),
    "；": (";", "a semicolon that is not the one of the keyboard"),
    "，": (",", "a comma that is not the one of the keyboard"),
    "（": ("(", "a parenthesis that is not the one of the keyboard"),
    "）": (")", "a parenthesis that is not the one of the keyboard"),
}
_HINTS = {
    "²": "write a power as `x^2`",
    "³": "write a power as `x^3`",
    "√": "write `sqrt(x)`",
    "∞": "leave the bound out: a variable without a bound is free",
    "'": 'text stands in double quotes: `"..."`',
    "$": "write numbers and names without a currency sign",
    "%": "write 5% as 0.05; a comment starts with `#`",
    "@": "take it out",
    "!": "write `not`, or `!=` for different",
    "?": "write `if condition then a else b`",
}
_NAME_HINT = "names are made of the letters A-Z, a-z and Greek letters, digits and `_`; quote other members of sets"
_OTHER_HINT = "take it out; if it is text, put it in double quotes"

# Groups of the expression below, in its order.
_SPACE, _WORD, _NUMBER, _SLIP, _FOREIGN_COMMENT, _SIGN, _TEXT, _COMMENT, _QUOTED, _OPEN_TEXT, _STRAY = range(1, 12)


@dataclass(slots=True)
class Tokens:
    """Parallel lists, one entry a token, the last being the end of the file; comments apart.

    `broken` holds offsets of text that was left out: a syntax error near it says nothing new.
    """

    source: Source
    kinds: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    comments: list[tuple[int, int]] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)

    def text(self, index: int) -> str:
        return self.source.text[self.starts[index] : self.ends[index]]

    def span(self, index: int) -> Span:
        return Span(self.source, self.starts[index], self.ends[index])

    def first_on_line(self, index: int) -> bool:
        start = self.starts[index]
        before = self.ends[index - 1] if index else 0
        return index == 0 or "\n" in self.source.text[before:start]


def tokenize(source: Source, table: Tables | None = None) -> Tokens:
    """All tokens of a text; never fails, problems are in the result."""
    table = table or tables()
    found = Tokens(source)
    kinds, starts, ends = found.kinds, found.starts, found.ends
    words, signs, ids = table.words, table.signs, table.ids
    name, number = ids["NAME"], ids["NUMBER"]
    reduce, expected = ids["REDUCE"], ids["EXPECTED"]
    to_settle: list[int] = []
    skip_to = 0
    for match in _pattern(table).finditer(source.text):
        group = match.lastindex
        if group == _SPACE:
            continue
        start, end = match.span()
        if start < skip_to:
            continue
        if group == _WORD:
            kind = words.get(match.group(), name)
            if kind in (reduce, expected):
                to_settle.append(len(kinds))
        elif group == _SIGN:
            kind = signs[match.group()]
        elif group == _NUMBER:
            kind = number
            letters = _letters(table).match(source.text, end)
            if letters:
                skip_to = letters.end()
                found.problems.append(
                    errors.number_with_letters(Span(source, start, skip_to), source.text[start:end]),
                )
        elif group == _TEXT:
            kind = ids["STRING"]
        elif group == _COMMENT:
            found.comments.append((start, end))
            continue
        else:
            slip = _slip(found, table, group or _STRAY, start, end)
            if slip is None:
                continue
            kind = slip
        kinds.append(kind)
        starts.append(start)
        ends.append(end)
    kinds.append(ids["$END"])
    starts.append(len(source.text))
    ends.append(len(source.text))
    for index in to_settle:
        kinds[index] = _settle(found, table, index)
    return found


def _slip(found: Tokens, table: Tables, group: int, start: int, end: int) -> int | None:
    """Report something that is no token, and the kind of token to read it as, if any."""
    span = Span(found.source, start, end)
    text = span.text
    if group == _SLIP:
        right, why = _SLIPS[text]
        found.problems.append(errors.wrong_sign(span, right, why))
        return table.words.get(right, table.signs.get(right))
    if group == _QUOTED:
        found.problems.append(errors.wrong_sign(span, f'"{text[1:-1]}"', "text stands in straight double quotes"))
        return table.ids["STRING"]
    if group == _FOREIGN_COMMENT:
        if not found.problems or found.problems[-1].message != f"found `{text[:2]}`, wanted `#`":
            found.problems.append(
                errors.wrong_sign(Span(found.source, start, start + 2), "#", "comments start with `#`")
            )
        return None
    if group == _OPEN_TEXT:
        found.problems.append(errors.open_text(span))
        found.broken.append(start)
        return table.ids["STRING"]
    adjacent = bool(found.broken) and found.broken[-1] == start - 1
    if not adjacent and len(found.problems) <= errors.MOST_ERRORS:
        help = _HINTS.get(text, _NAME_HINT if text.isalpha() else _OTHER_HINT)
        found.problems.append(errors.stray_character(span, help))
    found.broken.append(start)
    return None


def _settle(found: Tokens, table: Tables, index: int) -> int:
    """Tell a reduction from a call of `min` or `max`, and both from names; the same for `expected`."""
    kinds, ids = found.kinds, table.ids
    follows = kinds[index + 1]
    if kinds[index] == ids["EXPECTED"]:
        if follows == ids["LEFT_PAREN"]:
            return ids["EXPECTED_OF"]
        operand = (ids["NAME"], ids["NUMBER"], ids["REDUCE"], ids["EXPECTED"], ids["LEFT_BRACE"])
        is_operand = follows in operand or (follows in table.soft)
        return ids["EXPECTED"] if is_operand else ids["NAME"]
    if found.text(index) not in ("min", "max"):
        return ids["REDUCE"] if follows in (ids["LEFT_PAREN"], ids["LEFT_BRACE"]) else ids["NAME"]
    if follows != ids["LEFT_PAREN"]:
        return ids["NAME"]
    at = index + 2
    if kinds[at] == ids["LEFT_PAREN"]:
        at += 1
        while _is_name(table, kinds[at]) and kinds[at + 1] == ids["COMMA"]:
            at += 2
        if not _is_name(table, kinds[at]) or kinds[at + 1] != ids["RIGHT_PAREN"]:
            return ids["NAME"]
        at += 1
    elif not _is_name(table, kinds[at]):
        return ids["NAME"]
    return ids["REDUCE"] if kinds[at + 1] == ids["IN"] else ids["NAME"]


def _is_name(table: Tables, kind: int) -> bool:
    return kind == table.ids["NAME"] or kind in table.soft


@cache
def _pattern(table: Tables) -> re.Pattern[str]:
    slips = "|".join(map(re.escape, sorted(_SLIPS, key=len, reverse=True)))
    groups = {
        _SPACE: r"[ \t\r\n\f\u00A0]+|\A\uFEFF",
        _WORD: table.patterns["NAME"],
        _NUMBER: table.patterns["NUMBER"],
        _SLIP: rf"(?!!=|=>=)(?:{slips})",
        _FOREIGN_COMMENT: r"//[^\n]*|/\*[\s\S]*?\*/",
        _SIGN: "|".join(map(re.escape, table.signs)),
        _TEXT: table.patterns["STRING"],
        _COMMENT: r"#[^\n]*",
        _QUOTED: r"“[^”\"\n]*[”\"]|'[^'\n]*'|‘[^’\n]*’",
        _OPEN_TEXT: r"[\"“][^\n]*",
        _STRAY: r"[\s\S]",
    }
    return re.compile("|".join(f"({groups[number]})" for number in range(_SPACE, _STRAY + 1)))


@cache
def _letters(table: Tables) -> re.Pattern[str]:
    return re.compile(rf"(?:{table.patterns['NAME']})(?:\.?[0-9A-Za-z_]+)*")
