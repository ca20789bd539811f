"""The tables are those of the grammar, and no place where a mistake can be met is without a message."""

from __future__ import annotations

import functools

import pytest

from mdl.diagnostics import Source
from mdl.syntax.make_tables import TABLES, describe_states, make_tables, state_after, write_tables
from mdl.syntax.messages import messages, read_messages
from mdl.syntax.parse import parse, parse_expression
from mdl.syntax.recovery import shift
from mdl.syntax.tables import tables

# A mistake cannot be met here: a file ends only at its end, and the lexer reads `expected` as a keyword only
# where an operand follows.
UNREACHABLE = {
    ("$root_file: file ·",),
    ("open_factor: EXPECTED · product",),
    (
        "primary: EXPECTED_OF · LEFT_PAREN expr GIVEN args RIGHT_PAREN",
        "primary: EXPECTED_OF · LEFT_PAREN expr RIGHT_PAREN",
    ),
}
EXAMPLES = [(number, text) for number, entry in enumerate(read_messages()) for text in entry["after"]]


@functools.cache
def states() -> list[tuple[str, ...]]:
    return [tuple(items) for items in describe_states()]


def test_tables_are_those_of_the_grammar_and_the_messages() -> None:
    # Lark's analysis is asked to be strict: a conflict in the grammar raises.
    assert TABLES.read_text("utf-8") == write_tables(make_tables()), "run `python -m mdl.syntax.make_tables`"


def test_every_state_that_a_mistake_can_reach_has_a_message() -> None:
    table = tables()
    missing = {
        states()[state]
        for state in range(len(table.rows))
        # A state with a fallback is left by it before anything is reported.
        if table.fallback[state] < 0 and table.message[state] < 0
    }
    assert missing == UNREACHABLE


def test_fallbacks_lead_to_states_that_wait() -> None:
    # From every state of every example, reducing on a mistake ends where something is wanted.
    table = tables()
    for _, text in EXAMPLES:
        state = state_after(table, text)
        assert table.fallback[state] < 0
        assert len(table.rows[state]) < len(table.terminals)


@pytest.mark.parametrize(("number", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
def test_message_is_given_after_its_examples(number: int, text: str) -> None:
    table = tables()
    state = state_after(table, text)
    wrong = next(sign for sign in ("~", ")", "]", ".") if shift(table, [state], table.signs[sign]) is None)
    if text.startswith("?"):
        with pytest.raises(Exception, match="expected") as raised:
            parse_expression(Source("a.mdl", f"{text[1:]} {wrong}"))
        problems = raised.value.diagnostics  # type: ignore[attr-defined]
    else:
        problems = parse(Source("a.mdl", f"{text} {wrong} ;"))[1]
    message = messages()[number]
    assert problems[0].code == "MDL101"
    assert problems[0].message == f"expected {message.expected}, found `{wrong}`"
    assert problems[0].help == message.help
    assert problems[0].span is not None
    assert problems[0].span.text == wrong


def test_messages_are_in_words_of_the_user() -> None:
    terminals = {name for name in tables().terminals if "_" in name}
    for message in messages():
        text = f"{message.expected} {message.help}"
        assert message.expected.strip()
        assert message.help.strip()
        assert "ANON" not in text
        assert not [name for name in terminals if name in text]


def test_words_are_keywords_only_where_no_name_can_stand() -> None:
    table = tables()
    name = table.ids["NAME"]
    # The lexer tells these from names by what follows them.
    settled = {table.ids[word] for word in ("REDUCE", "EXPECTED", "EXPECTED_OF")}
    for state, row in enumerate(table.rows):
        if row.get(name, -1) >= 0:
            both = {kind for kind in row if kind in table.soft and row[kind] >= 0} - settled
            assert not both, (states()[state], both)
