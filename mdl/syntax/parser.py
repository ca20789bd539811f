"""The LALR driver: tokens to values, with no recursion.

`Parser` is one run.  Mistakes are handed to `recovery`, which reports them and says where to go on.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mdl.diagnostics import Diagnostic, Span
from mdl.syntax import errors, recovery
from mdl.syntax.lexer import Tokens
from mdl.syntax.tables import Tables

MOST_LEVELS = 200


@dataclass(slots=True)
class Build:
    """What building functions see: the tokens, and a place for problems.

    A building function takes this, the values of the right side (a token's value is its index), and the
    start and end offset of the text; it returns the value of the left side.
    """

    tokens: Tokens
    problems: list[Diagnostic] = field(default_factory=list)

    def span(self, start: int, end: int) -> Span:
        return Span(self.tokens.source, start, end)


Builder = Callable[[Build, list[Any], int, int], Any]


@dataclass(slots=True)
class Stacks:
    """The parse stack: a state, a value, the offsets of its text, and the index of its first token, per symbol."""

    states: list[int]
    values: list[Any] = field(default_factory=lambda: [None])
    starts: list[int] = field(default_factory=lambda: [0])
    ends: list[int] = field(default_factory=lambda: [0])
    firsts: list[int] = field(default_factory=lambda: [0])

    def cut(self, size: int) -> None:
        """Forget all but the first `size` symbols."""
        for stack in (self.states, self.values, self.starts, self.ends, self.firsts):
            del stack[size:]


def run(table: Tables, builders: dict[str, Builder], tokens: Tokens, start: str) -> tuple[Any, list[Diagnostic]]:
    """The value of the start symbol (None where an expression could not be read) and all syntax errors, in order."""
    # A tree has no cycles: looking for them costs a third of the time on a large file.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _run(table, builders, tokens, start)
    finally:
        if collecting:
            gc.enable()


def _run(table: Tables, builders: dict[str, Builder], tokens: Tokens, start: str) -> tuple[Any, list[Diagnostic]]:
    build = Build(tokens)
    rules = [(left, length, builders[name] if name else None) for left, length, name in table.rules]
    rows, gotos, accept = table.rows, table.gotos, table.accept
    name_kind, soft = table.ids["NAME"], table.soft
    stacks = Stacks([table.starts[start]])
    states, values, starts, ends, firsts = stacks.states, stacks.values, stacks.starts, stacks.ends, stacks.firsts
    passes: dict[tuple[int, int, int], int] = {}
    index = 0
    state = states[0]
    while True:
        kind = tokens.kinds[index]
        action = rows[state].get(kind)
        if action is None:
            if kind in soft:
                kind = name_kind
                action = rows[state].get(kind)
            if action is None:
                resumed = recovery.recover(table, tokens, stacks, rules, build, index)
                if resumed is None:
                    return None, _in_order(tokens.problems + build.problems)
                index = resumed
                state = states[-1]
                continue
        if action >= 0:
            if action == accept:
                return values[-1], _in_order(tokens.problems + build.problems)
            states.append(action)
            values.append(index)
            starts.append(tokens.starts[index])
            ends.append(tokens.ends[index])
            firsts.append(index)
            state = action
            index += 1
            if len(states) > MOST_LEVELS and _levels(table, states) > MOST_LEVELS:
                build.problems.append(errors.too_deep(tokens.span(index - 1), MOST_LEVELS))
                index = recovery.leave_statement(table, tokens, stacks, index - 1)
                if index < 0:
                    return None, _in_order(tokens.problems + build.problems)
                state = states[-1]
            continue
        left, length, builder = rules[-1 - action]
        if builder is None:
            # Unit rules follow each other down the levels of precedence: remember where the chain ends.
            below = states[-2]
            key = (below, state, kind)
            known = passes.get(key)
            if known is None:
                known = _follow(table, below, state, kind)
                passes[key] = known
            state = states[-1] = known
        elif length:
            value = builder(build, values[-length:], starts[-length], ends[-1])
            end = ends[-1]
            if length > 1:
                cut = 1 - length
                del states[cut:], values[cut:], starts[cut:], ends[cut:], firsts[cut:]
            values[-1] = value
            ends[-1] = end
            state = states[-1] = gotos[states[-2]][left]
        else:
            end = ends[-1]
            value = builder(build, [], end, end)
            state = gotos[state][left]
            states.append(state)
            values.append(value)
            starts.append(tokens.starts[index])
            ends.append(end)
            firsts.append(index)


def _follow(table: Tables, below: int, state: int, kind: int) -> int:
    """The state after all unit reductions that follow each other on this token."""
    while True:
        action = table.rows[state].get(kind)
        if action is None or action >= 0:
            return state
        left, _, builder = table.rules[-1 - action]
        if builder is not None:
            return state
        state = table.gotos[below][left]


def _levels(table: Tables, states: list[int]) -> int:
    nesting = table.nesting
    return sum(state in nesting for state in states)


def _in_order(problems: list[Diagnostic]) -> list[Diagnostic]:
    return sorted(problems, key=lambda d: d.span.start if d.span else 0)
