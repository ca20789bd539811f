"""Which neighbours on a line have a space between them."""

from __future__ import annotations

from dataclasses import dataclass

from mdl.syntax.lexer import Tokens
from mdl.syntax.tables import tables

_TIGHT_AFTER = {"LEFT_PAREN", "LEFT_BRACKET", "LEFT_BRACE", "DOT", "DOTS", "CARET"}
_TIGHT_BEFORE = {"RIGHT_PAREN", "RIGHT_BRACKET", "RIGHT_BRACE", "COMMA", "SEMICOLON", "COLON", "DOT", "DOTS", "CARET"}


@dataclass(slots=True)
class Spacing:
    """What the tree knows of the tokens, by index: signs of operands, brackets of calls and blocks, colons of data."""

    tokens: Tokens
    kinds: list[str]
    unary: set[int]
    call_brackets: set[int]
    block_braces: set[int]
    data_colons: set[int]

    def between(self, left: int, right: int) -> bool:
        """Whether a space stands between a token and the next."""
        before, after = self.kinds[left], self.kinds[right]
        if left in self.unary:
            return False
        if left in self.block_braces or right in self.block_braces:
            return not (before == "LEFT_BRACE" and after == "RIGHT_BRACE")
        if after == "DOTS":
            return self.tokens.text(left).endswith(".")
        if before in _TIGHT_AFTER or after in _TIGHT_BEFORE:
            return right in self.data_colons
        if after == "LEFT_BRACKET":
            return before in ("IN", "EQUALS")
        if after == "LEFT_PAREN":
            return right not in self.call_brackets
        return not self._in_fraction(left, right)

    def _in_fraction(self, left: int, right: int) -> bool:
        """`1/2` is written like a number, unless a power stands beside it."""
        slash = right if self.kinds[right] == "OVER_SIGN" else left
        if self.kinds[slash] != "OVER_SIGN" or self.kinds[slash - 1] != "NUMBER" or self.kinds[slash + 1] != "NUMBER":
            return False
        return self.kinds[slash - 2] not in ("CARET", "OVER_SIGN") and self.kinds[slash + 2] not in (
            "CARET",
            "OVER_SIGN",
        )


def kinds_of(tokens: Tokens) -> list[str]:
    """The kind of each token by name."""
    names = tables().terminals
    return [names[kind] for kind in tokens.kinds]
