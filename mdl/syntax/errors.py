"""Every syntax error, one function each.  What stands in a state's message is in `messages.toml`."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic, Label, Span

MOST_ERRORS = 100


def unexpected(span: Span, expected: str, found: str, help: str, labels: tuple[Label, ...] = ()) -> Diagnostic:
    """`expected` in the user's words, for the place where the mistake was met."""
    return Diagnostic("MDL101", f"expected {expected}, found {found}", span, "not expected here", help, labels)


def missing_semicolon(span: Span) -> Diagnostic:
    """`span` is the empty place after the last thing of the statement."""
    return Diagnostic("MDL102", "missing `;`", span, "the statement ends here", "end every statement with `;`")


def missing_brace(span: Span, opened: Span) -> Diagnostic:
    return Diagnostic(
        "MDL103",
        "missing `}`",
        span,
        "the block should end before this",
        "close the block with `}`",
        (Label(opened, "opened here"),),
    )


def missing_open_brace(span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL103", "missing `{`", span, "the block starts here", "open the block with `{` and close it with `}`"
    )


def stray_character(span: Span, help: str) -> Diagnostic:
    shown = span.text if span.text.isprintable() else " ".join(f"U+{ord(c):04X}" for c in span.text[:4])
    return Diagnostic("MDL104", f"`{shown}` has no meaning here", span, "not a sign of the language", help)


def open_text(span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL105", "this text has no closing quote", span, "opened here, not closed on this line", 'add a `"` at its end'
    )


def number_with_letters(span: Span, number: str) -> Diagnostic:
    return Diagnostic(
        "MDL106",
        f"`{span.text}` is not a number",
        span,
        "a number cannot be followed by letters",
        f"numbers have no units: write `{number}` and name the unit in a comment; a name cannot start with a digit",
    )


def number_out_of_range(span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL107",
        "this number is out of range",
        span,
        "too long or too large",
        "numbers have at most 400 characters and powers of ten between -400 and 400",
    )


def too_deep(span: Span, most: int) -> Diagnostic:
    return Diagnostic(
        "MDL108",
        "nested too deeply",
        span,
        f"more than {most} levels",
        "split the expression: name a part of it with `let`",
    )


def wrong_sign(span: Span, right: str, why: str) -> Diagnostic:
    return Diagnostic("MDL109", f"found `{span.text}`, wanted `{right}`", span, why, f"write `{right}`")


def reserved_word(span: Span, expected: str) -> Diagnostic:
    return Diagnostic(
        "MDL110",
        f"`{span.text}` is a word of the language, not a name",
        span,
        f"expected {expected}",
        "choose another name; a member of a set may be quoted",
    )


def needs_parentheses(span: Span, word: str) -> Diagnostic:
    return Diagnostic(
        "MDL111",
        f"`{word}` could mean two things here",
        span,
        "all of this, or the last part of it?",
        f"put in parentheses what is meant: `(a + b) {word} ...` or `a + (b {word} ...)`",
    )


def not_a_pattern(span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL112", "a pattern has names only", span, "not a name", "write `(i, j) in S` and put conditions after `where`"
    )


def word_wanted(span: Span, wanted: str, example: str) -> Diagnostic:
    return Diagnostic("MDL113", f"expected {wanted}, found `{span.text}`", span, "not expected here", example)


def said_twice(span: Span, what: str, first: Span) -> Diagnostic:
    return Diagnostic(
        "MDL114", f"{what} is given twice", span, "second time", "keep one of them", (Label(first, "first given here"),)
    )


def too_many(span: Span) -> Diagnostic:
    return Diagnostic(
        "MDL115",
        f"more than {MOST_ERRORS} syntax errors",
        span,
        "reading stopped here",
        "correct the first errors and try again; is this an MDL file?",
    )


def not_in_this_version(span: Span, word: str) -> Diagnostic:
    return Diagnostic(
        "MDL901",
        f"`{word}` is not part of this version of the language",
        span,
        "not supported yet",
        "take the statement out",
    )


def missing_file(name: str) -> Diagnostic:
    return Diagnostic("MDL120", f"there is no file `{name}`", help="check the path")


def not_a_file(name: str) -> Diagnostic:
    return Diagnostic("MDL121", f"`{name}` is not a file", help="give the path of a model, such as `model.mdl`")


def unreadable(name: str, reason: str) -> Diagnostic:
    return Diagnostic("MDL122", f"`{name}` cannot be read: {reason}", help="check the file's permissions")


def too_big(name: str, size: int, most: int) -> Diagnostic:
    return Diagnostic(
        "MDL123",
        f"`{name}` has {size / 2**20:.1f} MiB; a model text has at most {most // 2**20} MiB",
        help='put the data in a data file and read it with `data "file.csv" : ...;` or `--data`',
    )


def not_text(name: str, offset: int, line: int) -> Diagnostic:
    return Diagnostic(
        "MDL124",
        f"`{name}` is not UTF-8 text: byte {offset}, on line {line}",
        help="save the file as UTF-8; a model is a text file",
    )
