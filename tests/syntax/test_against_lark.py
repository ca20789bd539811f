"""Lark's own parser, given the same tokens, accepts and refuses the same texts as the driver in `mdl.syntax.parser`."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, Token
from lark.exceptions import UnexpectedToken

from mdl.diagnostics import Source
from mdl.syntax.lexer import tokenize
from mdl.syntax.parse import parse
from mdl.syntax.tables import tables
from tests import golden
from tests.syntax.test_anything import TEXTS

# Found while building the tree, in texts that the grammar accepts.
OF_THE_TREE = {"MDL107", "MDL111", "MDL112", "MDL113", "MDL114"}


@functools.cache
def lark() -> Any:
    text = (files("mdl.grammar") / "mdl.lark").read_text("utf-8")
    # Tokens are fed by hand; the lexer is never asked, but Lark wants one that can be built.
    return Lark(text, parser="lalr", lexer="basic", start=["file", "expression"])


def lark_accepts(text: str) -> bool:
    tokens = tokenize(Source("a", text))
    assert not tokens.problems
    table = tables()
    parser = lark().parse_interactive("", start="file")
    try:
        for index, kind in enumerate(tokens.kinds[:-1]):
            name = table.terminals[kind]
            if kind in table.soft and name not in parser.accepts():
                name = "NAME"
            parser.feed_token(Token(name, tokens.text(index)))
        parser.feed_eof()
    except UnexpectedToken:
        return False
    return True


def ours_accepts(text: str) -> bool:
    return {problem.code for problem in parse(Source("a", text))[1]} <= OF_THE_TREE


def test_good_models() -> None:
    for path in golden.models_in("good"):
        text = golden.read(path).text
        assert lark_accepts(text)
        assert ours_accepts(text)


def test_bad_models() -> None:
    for path in golden.models_in("bad/syntax"):
        source = golden.read(path)
        if not tokenize(source).problems and not path.stem.startswith("deep"):
            assert lark_accepts(source.text) == ours_accepts(source.text), path.stem


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(TEXTS), st.integers(0, 10**6), st.sampled_from(["delete", "double", "swap"]))
def test_models_with_a_token_changed(text: str, where: int, how: str) -> None:
    tokens = tokenize(Source("a", text))
    words = [tokens.text(index) for index in range(len(tokens.kinds) - 1)]
    at = where % (len(words) - 1)
    if how == "delete":
        del words[at]
    elif how == "double":
        words.insert(at, words[at])
    else:
        words[at], words[at + 1] = words[at + 1], words[at]
    changed = " ".join(words)
    assert lark_accepts(changed) == ours_accepts(changed)
