"""What to do about a mistake: report it once, mend it where the mend is plain, else go on with the next statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdl.diagnostics import Label, Span
from mdl.diagnostics.similar import nearest
from mdl.syntax import errors, tree
from mdl.syntax.lexer import Tokens
from mdl.syntax.messages import message_of
from mdl.syntax.tables import Tables

if TYPE_CHECKING:
    from mdl.syntax.parser import Build, Stacks

# A sign, what may have been meant by it, and why.
_MIX_UPS = {
    "EQUALS": (
        ("SAME", "`=` defines; `==` compares"),
        ("TILDE", "a distribution is given with `~`"),
        ("DEFINE", "data that may be replaced is given with `:=`"),
        ("COLON", "a `:` stands here"),
    ),
    "SAME": (("EQUALS", "`==` compares; `=` defines"), ("DEFINE", "`==` compares; `:=` gives data")),
    "DEFINE": (
        ("EQUALS", "`:=` gives data; this is a definition, which nothing replaces"),
        ("COLON", "the entries of a map are written `key: value`"),
        ("SAME", "`:=` gives data; `==` compares"),
    ),
    "COLON": (("DEFINE", "data is given with `:=`"), ("EQUALS", "a definition is made with `=`")),
    "SEMICOLON": (("COMMA", "the parts are separated by `,`; `;` ends a statement"),),
}
_LATER = ("game", "sharing", "contract", "dynamic", "simulate", "message", "sweep", "plot", "certificate")
# Words that begin such a statement in other languages.
_ELSEWHERE = {
    **{"variable": "var", "variables": "var", "parameter": "param", "parameters": "param", "const": "param"},
    **{"constraint": "subject to", "st": "subject to", "s": "subject to", "sets": "set", "function": "let"},
    **{"max": "maximize", "min": "minimize", "objective": "maximize", "agent": "agents", "players": "agents"},
}
_SIGNS = {"PLUS", "MINUS", "TIMES", "OVER_SIGN", "CARET", "UNION", "DIFFERENCE", "INTERSECTION", "DOTS"}
_OPENERS = {"LEFT_PAREN": ")", "LEFT_BRACKET": "]", "LEFT_BRACE": "}"}


def recover(table: Tables, tokens: Tokens, stacks: Stacks, rules: list[Any], build: Build, index: int) -> int | None:
    """Leave `stacks` where parsing can go on and return the token to go on with; None at a hopeless end."""
    if len(build.problems) >= errors.MOST_ERRORS:
        build.problems.append(errors.too_many(tokens.span(index)))
        _reduce_on_error(table, stacks, rules, build)
        return leave_statement(table, tokens, stacks, index, to_end=True)
    spoilt = _spoilt(tokens, stacks, table, index)
    if not spoilt:
        index = _reread(table, tokens, stacks, index)
        if _swap_sign(table, tokens, stacks, build, index) or _end_statement(table, tokens, stacks, build, index):
            return index
    _reduce_on_error(table, stacks, rules, build)
    if not spoilt:
        if _open_block(table, tokens, stacks, build, index) or _close_block(table, tokens, stacks, build, index):
            return index
        _report(table, tokens, stacks, build, index)
    resumed = leave_statement(table, tokens, stacks, index)
    return resumed if resumed >= 0 else None


def leave_statement(table: Tables, tokens: Tokens, stacks: Stacks, index: int, to_end: bool = False) -> int:
    """Forget the unfinished statement and return the index of the next one; -1 where there are no statements."""
    floor = _floor(table, stacks.states)
    if floor < 0:
        return -1
    ids, kinds = table.ids, tokens.kinds
    if to_end:
        kinds[index] = ids["$END"]
    outer, outermost = _floor(table, stacks.states[:floor]), _outermost(table, stacks.states)
    # Braces opened in this statement; where it is one with a block, `;` inside them do not end it.
    depth = sum(kinds[stacks.values[at]] == ids["LEFT_BRACE"] for at in _token_entries(stacks, floor + 1))
    in_header = outer < 0 and _opens_block(table, tokens, _first(stacks, floor, index))
    begin = _first(stacks, floor if outer < 0 else outer, index)
    at = index
    while kinds[at] != ids["$END"]:
        kind = kinds[at]
        in_block = in_header and depth > 0
        if kind in table.starters and tokens.first_on_line(at):
            if not in_header and kind in table.rows[stacks.states[floor]]:
                stacks.cut(floor + 1)
                return at
            enclosed = in_block or outer >= 0
            if kind in table.rows[stacks.states[outermost]] and not (enclosed and _is_within(tokens, begin, at)):
                stacks.cut(outermost + 1)
                return at
        if kind == ids["LEFT_BRACE"]:
            depth += 1
        elif kind == ids["RIGHT_BRACE"]:
            if depth == 0 and outer >= 0 and _ends_line(table, tokens, at):
                stacks.cut(floor + 1)
                return at
            depth -= depth > 0
            if in_block and depth == 0 and _ends_line(table, tokens, at):
                stacks.cut(floor + 1)
                return at + 2 if kinds[at + 1] == ids["SEMICOLON"] else at + 1
        elif kind == ids["SEMICOLON"] and not in_block:
            stacks.cut(floor + 1)
            return at + 1
        at += 1
    stacks.cut(outermost + 1)
    return at


def _ends_line(table: Tables, tokens: Tokens, index: int) -> bool:
    """Whether nothing follows on the line but `;` or another statement."""
    follows = tokens.kinds[index + 1]
    if follows in (table.ids["$END"], table.ids["SEMICOLON"], table.ids["RIGHT_BRACE"]) or follows in table.starters:
        return True
    return tokens.first_on_line(index + 1)


def _reread(table: Tables, tokens: Tokens, stacks: Stacks, index: int) -> int:
    """Where a word that starts statements was read as a name inside a block that was not closed: go back to it."""
    floor = _floor(table, stacks.states)
    if floor < 0 or floor + 1 >= len(stacks.firsts):
        return index
    first = stacks.firsts[floor + 1]
    kind = tokens.kinds[first]
    if kind not in table.starters or kind in table.rows[stacks.states[floor]] or not tokens.first_on_line(first):
        return index
    stacks.cut(floor + 1)
    return first


def _reduce_on_error(table: Tables, stacks: Stacks, rules: list[Any], build: Build) -> None:
    """Finish what is complete, so that the mistake is met where something is still wanted."""
    while (rule := table.fallback[stacks.states[-1]]) >= 0:
        left, length, builder = rules[rule]
        if length == 0:
            stacks.values.append(builder(build, [], stacks.ends[-1], stacks.ends[-1]))
            stacks.states.append(table.gotos[stacks.states[-1]][left])
            stacks.starts.append(stacks.ends[-1])
            stacks.ends.append(stacks.ends[-1])
            stacks.firsts.append(stacks.firsts[-1])
            continue
        size = len(stacks.states) - length
        start, end, first = stacks.starts[size], stacks.ends[-1], stacks.firsts[size]
        value = stacks.values[-1] if builder is None else builder(build, stacks.values[size:], start, end)
        stacks.cut(size)
        stacks.states.append(table.gotos[stacks.states[-1]][left])
        stacks.values.append(value)
        stacks.starts.append(start)
        stacks.ends.append(end)
        stacks.firsts.append(first)


def shift(table: Tables, states: list[int], kind: int) -> list[int] | None:
    """The states after shifting a token of this kind, or None where it does not fit."""
    states = list(states)
    while True:
        action = table.rows[states[-1]].get(kind)
        if action is None:
            return None
        if action >= 0:
            states.append(action)
            return states
        left, length, _ = table.rules[-1 - action]
        if length:
            del states[-length:]
        states.append(table.gotos[states[-1]][left])


def _swap_sign(table: Tables, tokens: Tokens, stacks: Stacks, build: Build, index: int) -> bool:
    """Read `=` as `==` and the like where only the other fits."""
    kind = table.terminals[tokens.kinds[index]]
    follows = tokens.kinds[min(index + 1, len(tokens.kinds) - 1)]
    if kind == "SEMICOLON" and (follows in table.starters or follows == table.ids["$END"]):
        return False
    for meant, why in _MIX_UPS.get(kind, ()):
        after = shift(table, stacks.states, table.ids[meant])
        if after is None or not _fits(table, after, follows):
            continue
        spelt = next(sign for sign, number in table.signs.items() if number == table.ids[meant])
        build.problems.append(errors.wrong_sign(tokens.span(index), spelt, why))
        tokens.kinds[index] = table.ids[meant]
        return True
    return False


def _fits(table: Tables, states: list[int], kind: int) -> bool:
    if shift(table, states, kind) is not None:
        return True
    return kind in table.soft and shift(table, states, table.ids["NAME"]) is not None


def _end_statement(table: Tables, tokens: Tokens, stacks: Stacks, build: Build, index: int) -> bool:
    """Put in a `;` that was forgotten before a new statement, the end of a block or of the file."""
    if not _ends_here(table, tokens, index):
        return False
    ended = shift(table, stacks.states, table.ids["SEMICOLON"])
    if ended is None or not _reaches(table, ended, tokens.kinds[index]):
        return False
    build.problems.append(errors.missing_semicolon(_end_before(tokens, index)))
    _insert(tokens, index, table.ids["SEMICOLON"])
    return True


def _open_block(table: Tables, tokens: Tokens, stacks: Stacks, build: Build, index: int) -> bool:
    """Put in a `{` that was forgotten before the first part of a block."""
    opened = shift(table, stacks.states, table.ids["LEFT_BRACE"])
    if opened is None or tokens.kinds[index] not in table.starters or not tokens.first_on_line(index):
        return False
    if len(table.rows[stacks.states[-1]]) > 2 or shift(table, opened, tokens.kinds[index]) is None:
        return False
    build.problems.append(errors.missing_open_brace(_end_before(tokens, index)))
    _insert(tokens, index, table.ids["LEFT_BRACE"])
    return True


def _close_block(table: Tables, tokens: Tokens, stacks: Stacks, build: Build, index: int) -> bool:
    """Put in a `}` that was forgotten after the last part of a block."""
    if not _ends_here(table, tokens, index) or stacks.states[-1] not in table.synchronising:
        return False
    kind = tokens.kinds[index]
    outer = _floor(table, stacks.states[:-1])
    closed = shift(table, stacks.states, table.ids["RIGHT_BRACE"])
    if kind != table.ids["$END"] and _is_within(tokens, _first(stacks, outer, index), index):
        return False
    if closed is None or not _reaches(table, closed, kind):
        return False
    where = _end_before(tokens, index) if kind == table.ids["$END"] else tokens.span(index)
    build.problems.append(errors.missing_brace(where, tokens.span(stacks.values[-2])))
    _insert(tokens, index, table.ids["RIGHT_BRACE"])
    return True


def _is_within(tokens: Tokens, first: int, index: int) -> bool:
    """Whether a token stands further right than the first of the block that is open, as if it belonged to it."""
    text, begin, here = tokens.source.text, tokens.starts[first], tokens.starts[index]
    return here - text.rfind("\n", 0, here) > begin - text.rfind("\n", 0, begin)


def _ends_here(table: Tables, tokens: Tokens, index: int) -> bool:
    kind = tokens.kinds[index]
    if kind in (table.ids["$END"], table.ids["RIGHT_BRACE"]):
        return True
    return kind in table.starters and tokens.first_on_line(index)


def _end_before(tokens: Tokens, index: int) -> Span:
    """The empty place after the token before."""
    end = tokens.ends[index - 1] if index else 0
    return Span(tokens.source, end, end)


def _reaches(table: Tables, states: list[int], kind: int) -> bool:
    """Whether the token fits, or would after closing one block (which is then the next thing to mend)."""
    if kind == table.ids["$END"]:
        return True
    if shift(table, states, kind) is not None:
        return True
    closed = shift(table, states, table.ids["RIGHT_BRACE"])
    return closed is not None and shift(table, closed, kind) is not None


def _insert(tokens: Tokens, index: int, kind: int) -> None:
    at = tokens.ends[index - 1] if index else 0
    tokens.kinds.insert(index, kind)
    tokens.starts.insert(index, at)
    tokens.ends.insert(index, at)


def _report(table: Tables, tokens: Tokens, stacks: Stacks, build: Build, index: int) -> None:
    message = message_of(stacks.states[-1])
    at_end = tokens.kinds[index] == table.ids["$END"]
    span = _end_before(tokens, index) if at_end else tokens.span(index)
    word = tokens.text(index)
    if stacks.states[-1] in table.synchronising and word in _LATER:
        build.problems.append(errors.not_in_this_version(span, word))
    elif tokens.kinds[index] in table.reserved and _fits(table, stacks.states, table.ids["NAME"]):
        build.problems.append(_reserved(span, word, message.expected))
    else:
        found = "the end of the file" if at_end else f"`{_short(word)}`"
        labels = _opened(table, tokens, stacks)
        help = _special_help(table, tokens, stacks, index) or message.help
        build.problems.append(errors.unexpected(span, message.expected, found, help, labels))


def _special_help(table: Tables, tokens: Tokens, stacks: Stacks, index: int) -> str:
    """A next step that depends on what was written, not on the state alone."""
    if isinstance(stacks.values[-1], tree.Without | tree.WithOnly) and table.terminals[tokens.kinds[index]] in _SIGNS:
        return "put `... without i` or `... with only S` in parentheses inside a longer expression"
    if stacks.states[-1] in table.synchronising and tokens.kinds[index] in _only_in_blocks(table):
        return f"`{tokens.text(index)}` stands inside a block: `mechanism NAME {{ ... }}`"
    if stacks.states[-1] in table.synchronising and tokens.kinds[index] == table.ids["NAME"]:
        word = tokens.text(index)
        known = {name for name, kind in table.words.items() if kind in table.rows[stacks.states[-1]]}
        meant = _ELSEWHERE.get(word.lower()) or nearest(word, sorted(known))
        return f"did you mean `{meant}`?" if meant else ""
    return ""


def _reserved(span: Span, word: str, expected: str) -> Any:
    if word == "if":
        return errors.word_wanted(span, expected, "put the `if ... then ... else ...` in parentheses")
    return errors.reserved_word(span, expected)


def _opened(table: Tables, tokens: Tokens, stacks: Stacks) -> tuple[Label, ...]:
    """Where the innermost open bracket of this statement stands, if its end is still wanted."""
    floor = _floor(table, stacks.states)
    for at in reversed(_token_entries(stacks, floor + 1)):
        name = table.terminals[tokens.kinds[stacks.values[at]]]
        if name.startswith("RIGHT_"):
            return ()
        if name in _OPENERS:
            return (Label(tokens.span(stacks.values[at]), f"no `{_OPENERS[name]}` for this yet"),)
    return ()


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _spoilt(tokens: Tokens, stacks: Stacks, table: Tables, index: int) -> bool:
    """Whether text was left out of this statement, so that a syntax error in it may be an echo."""
    if not tokens.broken:
        return False
    floor = _floor(table, stacks.states)
    first = _first(stacks, floor, index)
    begin = tokens.ends[first - 1] if first else 0
    return any(begin <= offset <= tokens.ends[index] for offset in tokens.broken)


def _token_entries(stacks: Stacks, start: int) -> list[int]:
    """Positions on the stack, from `start`, of tokens (their values are indices)."""
    return [at for at in range(max(start, 1), len(stacks.values)) if type(stacks.values[at]) is int]


def _floor(table: Tables, states: list[int]) -> int:
    for at in range(len(states) - 1, -1, -1):
        if states[at] in table.synchronising:
            return at
    return -1


def _outermost(table: Tables, states: list[int]) -> int:
    return next(at for at, state in enumerate(states) if state in table.synchronising)


def _first(stacks: Stacks, floor: int, index: int) -> int:
    """The first token of the statement that is being read above `floor`; `index` where there is none yet."""
    return stacks.firsts[floor + 1] if floor + 1 < len(stacks.firsts) else index


def _opens_block(table: Tables, tokens: Tokens, first: int) -> bool:
    """Whether a statement is one with a block, or may be (its first word is unknown)."""
    kind = tokens.kinds[first]
    return kind not in table.starters or kind in (table.ids["MECHANISM"], table.ids["OUTCOME"])


def _only_in_blocks(table: Tables) -> frozenset[int]:
    return table.starters - table.rows[min(table.synchronising)].keys()
