"""The formatter: only the white space between tokens changes, never a token or a comment.

Statements start lines; line breaks inside a statement stay where they are, and lines of more than 100
columns are broken further.  One blank line may separate statements.  A comment after code keeps its column
where the code leaves room, so that aligned comments stay aligned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from mdl.diagnostics import Failure, Source
from mdl.syntax import statement_tree, tree
from mdl.syntax.lexer import Tokens, tokenize
from mdl.syntax.parse import parse
from mdl.syntax.spacing import Spacing, kinds_of

WIDEST = 100
_INDENT = 4
_OPENERS = {"LEFT_PAREN", "LEFT_BRACKET", "LEFT_BRACE"}
_CLOSERS = {"RIGHT_PAREN", "RIGHT_BRACKET", "RIGHT_BRACE"}
# A long line may be broken before these,
_BREAK_BEFORE = {
    *("PLUS", "MINUS", "UNION", "DIFFERENCE", "AND", "OR", "THEN", "ELSE", "WHERE", "WITHIN"),
    *("AT_MOST", "AT_LEAST", "LESS", "GREATER", "SAME", "DIFFERENT"),
}
# and after these where nothing better offers.
_BREAK_AFTER = {"DEFINE", "EQUALS", "COLON"}


def format_text(source: Source) -> str:
    """The text in canonical layout; formatting again changes nothing.  Raises Failure with all syntax errors."""
    file, problems = parse(source)
    if problems:
        raise Failure(problems)
    writer = _Writer(tokenize(source), file)
    writer.sequence(list(file.statements), 0, len(writer.tokens.kinds) - 1, 0)
    return "".join(line + "\n" for line in writer.lines)


@dataclass(slots=True)
class _Line:
    """Tokens `first` to `last`, and the column that the first stands at."""

    first: int
    last: int
    indent: int


class _Writer:
    def __init__(self, tokens: Tokens, file: statement_tree.File) -> None:
        self.tokens = tokens
        self.kinds = kinds_of(tokens)
        self.lines: list[str] = []
        self._index_at = {start: index for index, start in enumerate(tokens.starts)}
        self._spacing = self._read_roles(file)
        # Comments by the token that they stand before.
        self._comments: dict[int, list[tuple[int, int]]] = {}
        index = 0
        for start, end in tokens.comments:
            while tokens.starts[index] < start:
                index += 1
            self._comments.setdefault(index, []).append((start, end))

    def _read_roles(self, file: statement_tree.File) -> Spacing:
        spacing = Spacing(self.tokens, self.kinds, set(), set(), set(), set())
        at = self._index_at
        for node in _nodes(file.statements):
            match node:
                case tree.Unary(op="-" | "+"):
                    spacing.unary.add(at[node.span.start])
                case tree.Call():
                    spacing.call_brackets.add(at[node.fn.span.start] + 1)
                case statement_tree.DataDecl():
                    spacing.data_colons.add(at[node.path.span.start] + 1)
                case statement_tree.MechanismDecl(family=None) | statement_tree.OutcomeDecl():
                    spacing.block_braces.add(self._opening(node))
                    spacing.block_braces.add(self._last(node))
        for index, kind in enumerate(self.kinds):
            if kind in ("REDUCE", "EXPECTED_OF"):
                spacing.call_brackets.add(index + 1)
        return spacing

    def _opening(self, node: tree.Node) -> int:
        return self.kinds.index("LEFT_BRACE", self._index_at[node.span.start])

    def _last(self, node: tree.Node) -> int:
        """The last token of a node that ends with a sign of one character."""
        return self._index_at[node.span.end - 1]

    # ---- statements ------------------------------------------------------------------------------

    def sequence(self, nodes: Sequence[tree.Node], begin: int, end: int, indent: int) -> None:
        """Write statements that take the tokens `begin` to `end` (exclusive) and all comments before `end`."""
        index = begin
        started = len(self.lines)
        for node in nodes:
            first, last = self._index_at[node.span.start], self._last(node)
            self._comments_before(first, indent, started)
            if self._newlines_before(first) > 1 and len(self.lines) > started:
                self._blank()
            self._statement(node, first, last, indent)
            index = last + 1
        self._comments_before(max(index, end), indent, started)

    def _statement(self, node: tree.Node, first: int, last: int, indent: int) -> None:
        if not _is_block(node):
            self._fill(first, last, indent)
            return
        opening = self._opening(node)
        items: Sequence[tree.Node] = (
            node.items if isinstance(node, statement_tree.MechanismDecl | statement_tree.OutcomeDecl) else ()
        )
        if self._fits_on_one_line(first, last, indent):
            self.lines.append(" " * indent + self._text(first, last))
            return
        self._fill(first, opening, indent)
        self.sequence(items, opening + 1, last, indent + _INDENT)
        self.lines.append(" " * indent + "}")

    def _fits_on_one_line(self, first: int, last: int, indent: int) -> bool:
        if any(self._newlines_before(index) or index in self._comments for index in range(first + 1, last + 1)):
            return False
        return indent + len(self._text(first, last)) <= WIDEST

    # ---- comments and blank lines ----------------------------------------------------------------

    def _comments_before(self, index: int, indent: int, started: int) -> None:
        for start, end in self._comments.pop(index, []):
            if self.lines and self._newlines_to(start) == 0:
                self._trailing(start, end)
                continue
            if self._newlines_to(start) > 1 and len(self.lines) > started:
                self._blank()
            self.lines.append(" " * indent + self._comment(start, end))

    def _trailing(self, start: int, end: int) -> None:
        text = self.tokens.source.text
        column = start - (text.rfind("\n", 0, start) + 1)
        self.lines[-1] = self.lines[-1].ljust(column if len(self.lines[-1]) + 2 <= column else len(self.lines[-1]) + 2)
        self.lines[-1] += self._comment(start, end)

    def _comment(self, start: int, end: int) -> str:
        return self.tokens.source.text[start:end].rstrip()

    def _blank(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def _newlines_before(self, index: int) -> int:
        return self._newlines_to(self.tokens.starts[index])

    def _newlines_to(self, offset: int) -> int:
        """Line ends in the white space before an offset (all of it, to the token or comment before)."""
        text = self.tokens.source.text
        count = 0
        while offset > 0 and text[offset - 1].isspace():
            offset -= 1
            count += text[offset] == "\n"
        return count

    # ---- lines -----------------------------------------------------------------------------------

    def _fill(self, first: int, last: int, indent: int) -> None:
        """Write the tokens of one statement (or of the head of a block)."""
        brackets: list[int] = []
        start, here = first, indent
        for index in range(first, last + 1):
            if index > first and self._starts_line(index):
                self._write(start, index - 1, here, indent, brackets)
                self._inner_comments(index, brackets[-1] + _INDENT if brackets else indent + _INDENT)
                start, here = index, self._indent_of(index, indent, brackets)
        self._write(start, last, here, indent, brackets)

    def _inner_comments(self, index: int, indent: int) -> None:
        self._comments_before(index, indent, len(self.lines) + 1)

    def _starts_line(self, index: int) -> bool:
        if index in self._comments:
            return True
        if self._newlines_before(index) == 0:
            return False
        return (
            self._spacing.between(index - 1, index)
            or self.kinds[index] in _CLOSERS
            or self.kinds[index - 1] in _OPENERS
        ) and self.kinds[index] not in ("COMMA", "SEMICOLON")

    def _indent_of(self, index: int, indent: int, brackets: list[int]) -> int:
        """`brackets` holds, for each open bracket, the indentation of the line that it was opened on."""
        if not brackets:
            return indent + _INDENT
        return brackets[-1] if self.kinds[index] in _CLOSERS else brackets[-1] + _INDENT

    def _write(self, first: int, last: int, here: int, indent: int, brackets: list[int]) -> None:
        """Write one line, in several where it is too long; `brackets` is brought up to the end of it."""
        while first <= last:
            cut = self._cut(first, last, here, len(brackets))
            self.lines.append(" " * here + self._text(first, cut))
            for index in range(first, cut + 1):
                if self.kinds[index] in _OPENERS:
                    brackets.append(here)
                elif self.kinds[index] in _CLOSERS and brackets:
                    brackets.pop()
            first = cut + 1
            if first <= last:
                here = self._indent_of(first, indent, brackets)

    def _cut(self, first: int, last: int, here: int, depth: int) -> int:
        """The last token that goes on the line: the break is as far out, then as far right, as fits."""
        width, best, best_depth = here, -1, 0
        for index in range(first, last + 1):
            if index > first and (price := self._price_of_break(index, depth)) is not None:
                fits = width <= WIDEST
                if best < 0 or (fits and price <= best_depth):
                    best, best_depth = index - 1, price
                if not fits:
                    return best
            if self.kinds[index] in _OPENERS:
                depth += 1
            elif self.kinds[index] in _CLOSERS:
                depth -= 1
            width += len(self.tokens.text(index)) + (index > first and self._spacing.between(index - 1, index))
        return best if width > WIDEST and best >= 0 else last

    def _price_of_break(self, index: int, depth: int) -> int | None:
        """How deep a break before a token is; None where there can be none."""
        kind, before = self.kinds[index], self.kinds[index - 1]
        if not self._spacing.between(index - 1, index) or index - 1 in self._spacing.unary:
            return None
        if before == "COMMA" or (kind in _BREAK_BEFORE and index not in self._spacing.unary):
            return depth
        if kind == "STRING" and depth == 0 and before not in ("DATA", "MODEL"):
            return depth
        return depth + 1 if before in _BREAK_AFTER and depth == 0 and kind != "LEFT_BRACE" else None

    def _text(self, first: int, last: int) -> str:
        parts = [self.tokens.text(first)]
        for index in range(first + 1, last + 1):
            if self._spacing.between(index - 1, index):
                parts.append(" ")
            parts.append(self.tokens.text(index))
        return "".join(parts)


def _is_block(node: tree.Node) -> bool:
    return isinstance(node, statement_tree.OutcomeDecl) or (
        isinstance(node, statement_tree.MechanismDecl) and node.family is None
    )


def _nodes(roots: Sequence[object]) -> Iterator[tree.Node]:
    """All nodes under some, without recursion."""
    waiting = list(roots)
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, tuple):
            waiting.extend(thing)
        elif isinstance(thing, tree.Node):
            yield thing
            waiting.extend(getattr(thing, field.name) for field in fields(thing) if field.name != "span")
