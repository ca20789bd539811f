"""Turn `grammar/mdl.lark` into `mdl/syntax/tables.json`: `python -m mdl.syntax.make_tables`.

The compiler loads the tables and never Lark: reading them takes a few milliseconds, making them half a
second.  Numbers of states are given by a walk from the start states in order of symbols, so that the same
grammar always gives the same file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from mdl.diagnostics import Source
from mdl.syntax.lexer import tokenize
from mdl.syntax.messages import read_messages
from mdl.syntax.recovery import shift
from mdl.syntax.tables import Tables, unpack

STARTS = ("file", "expression")
END = "$END"
TABLES = Path(__file__).with_name("tables.json")

# A mistake between these symbols is left by forgetting the statement that it stands in.
_SYNCHRONISING = ("statements", "outcome_items", "mechanism_items")
# A symbol on the stack that may stand for a level of the tree: the tree is never deeper than their number.
_NESTING = {
    *("LEFT_PAREN", "LEFT_BRACKET", "LEFT_BRACE", "IF", "NOT", "AND", "OR", "comparator"),
    *("UNION", "DIFFERENCE", "INTERSECTION", "DOTS", "PLUS", "MINUS", "TIMES", "OVER_SIGN", "CARET", "EXPECTED"),
}


def make_tables() -> dict[str, Any]:
    """The tables as plain data; raises lark's GrammarError where the grammar is not LALR(1)."""
    rules, terminals, states, starts, ends = _analyse((files("mdl.grammar") / "mdl.lark").read_text("utf-8"))
    rules = sorted(rules, key=lambda rule: (rule.origin.name, rule.order, [s.name for s in rule.expansion]))
    number_of_rule = {rule: number for number, rule in enumerate(rules)}
    names = sorted(terminal.name for terminal in terminals if terminal.name not in ("COMMENT", "SPACE"))
    names.append(END)
    terminal_ids = {name: number for number, name in enumerate(names)}
    nonterminals = sorted({rule.origin.name for rule in rules})
    nonterminal_ids = {name: number for number, name in enumerate(nonterminals)}
    order = _walk(states, [starts[start] for start in STARTS])
    number_of_state = {state: number for number, state in enumerate(order)}
    accept = len(order)
    action_rows, goto_rows, fallbacks = [], [], []
    for state in order:
        actions: dict[int, int] = {}
        gotos: dict[int, int] = {}
        for symbol, (kind, target) in states[state].items():
            if kind.name == "Reduce":
                actions[terminal_ids[symbol]] = -1 - number_of_rule[target]
            elif symbol in terminal_ids:
                actions[terminal_ids[symbol]] = number_of_state[target]
            else:
                gotos[nonterminal_ids[symbol]] = number_of_state[target]
        if state in ends.values():
            actions[terminal_ids[END]] = accept
        action_rows.append(sorted(actions.items()))
        goto_rows.append(sorted(gotos.items()))
        fallbacks.append(_fallback(state, actions, number_of_rule))
    distinct, action_index = _share(action_rows)
    raw = {
        "terminals": names,
        **_spellings(terminals, terminal_ids),
        "nonterminals": nonterminals,
        "rules": [[nonterminal_ids[rule.origin.name], len(rule.expansion), _action(rule)] for rule in rules],
        "starts": {start: number_of_state[starts[start]] for start in STARTS},
        "accept": accept,
        "actions": distinct,
        "action_row": action_index,
        "gotos": [_flat(row) for row in goto_rows],
        "fallback": fallbacks,
        "synchronising": [n for n, state in enumerate(order) if _synchronises(state)],
        "nesting": [n for n, state in enumerate(order) if _nests(state)],
        "message": [],
    }
    raw["message"] = _messages(unpack(raw))
    return raw


def _messages(table: Tables) -> list[int]:
    """For each state that can meet a mistake, the entry of `messages.toml` whose example leads to it; else -1."""
    found = [-1] * len(table.rows)
    for number, entry in enumerate(read_messages()):
        for text in entry["after"]:
            state = state_after(table, text)
            if found[state] >= 0 and found[state] != number:
                raise ValueError(f"messages.toml: two messages after {text!r}")
            found[state] = number
    return found


def state_after(table: Tables, text: str) -> int:
    """The state that a mistake right after this beginning of a file (or, after `?`, of an expression) is met in.

    Raises ValueError where the text itself has a mistake.
    """
    start, begun = ("expression", text[1:]) if text.startswith("?") else ("file", text)
    tokens = tokenize(Source("messages.toml", begun), table)
    states = [table.starts[start]]
    for index, kind in enumerate(tokens.kinds[:-1]):
        after = shift(table, states, kind)
        if after is None and kind in table.soft:
            after = shift(table, states, table.ids["NAME"])
        if after is None:
            raise ValueError(f"messages.toml: {text!r} is wrong at {tokens.text(index)!r}")
        states = after
    while (rule := table.fallback[states[-1]]) >= 0:
        left, length, _ = table.rules[rule]
        if length:
            del states[-length:]
        states.append(table.gotos[states[-1]][left])
    return states[-1]


def describe_states() -> list[list[str]]:
    """For people: the items of each state, in the numbering of the tables."""
    _, _, states, starts, _ = _analyse((files("mdl.grammar") / "mdl.lark").read_text("utf-8"))
    return [sorted(map(_show, _kernel(state))) for state in _walk(states, [starts[start] for start in STARTS])]


def _analyse(text: str) -> tuple[Any, Any, dict[Any, Any], dict[str, Any], dict[str, Any]]:
    from lark import Lark
    from lark.common import ParserConf
    from lark.parsers.lalr_analysis import LALR_Analyzer

    # Earley only because it asks nothing of the grammar; what is wanted of Lark here is its reader and its analysis.
    grammar = Lark(text, parser="earley", lexer="dynamic", start=list(STARTS), maybe_placeholders=False)
    analysis = LALR_Analyzer(ParserConf(grammar.rules, {}, list(STARTS)), debug=True, strict=True)
    analysis.compute_lalr()
    table = analysis.parse_table
    return grammar.rules, grammar.terminals, table.states, table.start_states, table.end_states


def _walk(states: dict[Any, Any], first: list[Any]) -> list[Any]:
    order, seen = list(first), set(first)
    for state in order:
        for _, (kind, target) in sorted(states[state].items(), key=lambda entry: entry[0]):
            if kind.name == "Shift" and target not in seen:
                seen.add(target)
                order.append(target)
    return order


def _kernel(state: Iterable[Any]) -> list[Any]:
    items = [item for item in state if item.index > 0]
    return items or [item for item in state if item.rule.origin.name.startswith("$root")]


def _show(item: Any) -> str:
    symbols = [symbol.name for symbol in item.rule.expansion]
    symbols.insert(item.index, "·")
    return f"{item.rule.origin.name}: {' '.join(symbols)}"


def _fallback(state: Any, actions: dict[int, int], number_of_rule: dict[Any, int]) -> int:
    """The rule to reduce by when no action fits, so that a mistake is met where something is still wanted; or -1."""
    if _synchronises(state):
        return -1
    complete = [item.rule for item in _kernel(state) if item.is_satisfied and item.rule in number_of_rule]
    if complete:
        return max(number_of_rule[rule] for rule in complete)
    only = set(actions.values())
    return -1 - next(iter(only)) if len(only) == 1 and min(only) < 0 else -1


def _synchronises(state: Any) -> bool:
    return any(
        item.rule.origin.name in _SYNCHRONISING and item.index == 1 and not item.is_satisfied for item in _kernel(state)
    )


def _nests(state: Any) -> bool:
    return any(item.index and item.rule.expansion[item.index - 1].name in _NESTING for item in _kernel(state))


def _action(rule: Any) -> str | None:
    """The name of the function that builds this rule's value; None where the value passes through."""
    if rule.alias is None and rule.options.expand1 and len(rule.expansion) == 1:
        return None
    return str(rule.alias or rule.origin.name)


def _spellings(terminals: Any, ids: dict[str, int]) -> dict[str, Any]:
    words: dict[str, int] = {}
    signs: dict[str, int] = {}
    reserved: list[int] = []
    patterns: dict[str, str] = {}
    for terminal in sorted(terminals, key=lambda t: str(t.name)):
        if terminal.name in ("NAME", "NUMBER", "STRING"):
            patterns[terminal.name] = terminal.pattern.value
        elif terminal.name in ids and terminal.name != "EXPECTED_OF":
            for spelling in _alternatives(terminal.pattern):
                (words if re.match(r"[A-Za-z]", spelling) else signs)[spelling] = ids[terminal.name]
            if terminal.priority == 2:
                reserved.append(ids[terminal.name])
    by_length = dict(sorted(signs.items(), key=lambda entry: (-len(entry[0]), entry[0])))
    return {
        "words": dict(sorted(words.items())),
        "signs": by_length,
        "reserved": sorted(reserved),
        "patterns": patterns,
    }


def _alternatives(pattern: Any) -> list[str]:
    if pattern.type == "str":
        return [str(pattern.value)]
    inner = pattern.value.removeprefix("(?:").removesuffix(")")
    return [re.sub(r"\\(.)", r"\1", part) for part in re.findall(r"(?:\\.|[^|\\])+", inner)]


def _share(rows: list[list[tuple[int, int]]]) -> tuple[list[list[int]], list[int]]:
    distinct: dict[tuple[tuple[int, int], ...], int] = {}
    index = [distinct.setdefault(tuple(row), len(distinct)) for row in rows]
    return [_flat(row) for row in distinct], index


def _flat(row: Iterable[tuple[int, int]]) -> list[int]:
    return [number for pair in row for number in pair]


def write_tables(tables: dict[str, Any]) -> str:
    """The text of the file: one line a key."""
    lines = [f"{json.dumps(key)}: {json.dumps(tables[key], separators=(',', ':'))}" for key in tables]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    TABLES.write_text(write_tables(make_tables()), "utf-8")
