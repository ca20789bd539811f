"""Diagnostics as text for people: headline, place, the line with its mark, notes and the next step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mdl.diagnostics.diagnostic import Diagnostic, Severity
from mdl.diagnostics.source import Source, Span

# Lines of the file are cropped to this many columns around the mark.
_WIDEST = 110
_NEAR = 1000
"""Of a line of a million characters only so many on either side of the mark are looked at."""
_TAB = 4
_ELLIPSIS = "..."

_COLORS = {Severity.ERROR: "\x1b[1;31m", Severity.WARNING: "\x1b[1;33m", Severity.NOTE: "\x1b[1;36m"}
_BOLD, _BLUE, _END = "\x1b[1m", "\x1b[1;34m", "\x1b[0m"


MOST = 150
"""More diagnostics than these are counted, not printed: `--json` has them all."""


def render(diagnostics: Iterable[Diagnostic], *, color: bool = False) -> str:
    """The diagnostics, separated by blank lines; ends with a newline unless there are none."""
    held = list(diagnostics)
    pages = [_Page(diagnostic, color).text() for diagnostic in held[:MOST]]
    if len(held) > MOST:
        pages.append(f"and {len(held) - MOST} more (all of them with --json)\n")
    return "\n".join(pages)


@dataclass(slots=True, frozen=True)
class _Mark:
    """A place to underline: with `^` where the mistake is, with `-` where something explains it."""

    span: Span
    text: str
    sign: str


class _Page:
    """One diagnostic being written; the gutter is as wide as its largest line number, at least two."""

    def __init__(self, diagnostic: Diagnostic, color: bool) -> None:
        self._diagnostic = diagnostic
        self._color = color
        self._lines: list[str] = []
        marks = [_Mark(label.span, label.text, "-") for label in diagnostic.labels]
        if diagnostic.span is not None:
            marks.insert(0, _Mark(diagnostic.span, diagnostic.label, "^"))
        self._marks = marks
        self._gutter = max([2, *(len(str(_last_line(mark.span))) for mark in marks)])

    def text(self) -> str:
        d = self._diagnostic
        severity = self._paint(f"{d.severity.value}[{d.code}]", _COLORS[d.severity])
        self._lines.append(f"{severity}{self._paint(': ' + _clean(d.message), _BOLD)}")
        for number, (source, marks) in enumerate(self._by_source()):
            self._snippet(source, marks, "-->" if number == 0 and d.span is not None else ":::")
        for note in d.notes:
            self._remark("note", note)
        if d.help:
            self._remark("help", d.help)
        return "\n".join(line.rstrip() for line in self._lines) + "\n"

    def _by_source(self) -> list[tuple[Source, list[_Mark]]]:
        found: list[tuple[Source, list[_Mark]]] = []
        for mark in self._marks:
            for source, marks in found:
                if source is mark.span.source:
                    marks.append(mark)
                    break
            else:
                found.append((mark.span.source, [mark]))
        return found

    def _snippet(self, source: Source, marks: list[_Mark], arrow: str) -> None:
        line, column = source.position(marks[0].span.start)
        self._lines.append(f"{' ' * self._gutter}{self._paint(arrow, _BLUE)} {_clean(source.name)}:{line}:{column}")
        self._bar("")
        underlines: dict[int, list[tuple[int, int, _Mark, bool]]] = {}
        for mark in marks:
            for at, start, end, last in _pieces(mark.span):
                underlines.setdefault(at, []).append((start, end, mark, last))
        before = None
        for number in sorted(underlines):
            if before is not None and number > before + 1:
                self._lines.append(self._paint(_ELLIPSIS, _BLUE))
            before = number
            self._line(source, number, underlines[number])

    def _line(self, source: Source, number: int, pieces: list[tuple[int, int, _Mark, bool]]) -> None:
        whole = source.line(number)
        left_out = max(0, min(pieces[0][0] - _NEAR, len(whole) - 2 * _NEAR))
        text = whole[left_out : left_out + 2 * _NEAR]
        pieces = [(start - left_out, end - left_out, mark, last) for start, end, mark, last in pieces]
        cells = _cells(text)
        low, high = _window(cells, pieces[0][0], pieces[0][1])
        shown = "".join(cell for cell in cells[low:high])
        lead = _ELLIPSIS if low > 0 or left_out else ""
        tail = _ELLIPSIS if high < len(cells) or left_out + len(text) < len(whole) else ""
        self._lines.append(f"{self._paint(f'{number:>{self._gutter}} |', _BLUE)} {lead}{shown}{tail}")
        for start, end, mark, last in sorted(pieces, key=lambda piece: (piece[2].sign != "^", piece[0])):
            left, right = min(max(start, low), high), min(max(end, low), high)
            indent = len(lead) + sum(map(_width, cells[low:left]))
            length = max(1, sum(map(_width, cells[left:right])))
            color = _COLORS[self._diagnostic.severity] if mark.sign == "^" else _BLUE
            words = f" {_clean(mark.text)}" if last and mark.text else ""
            self._bar(f"{' ' * (indent + 1)}{self._paint(mark.sign * length + words, color)}")

    def _remark(self, kind: str, text: str) -> None:
        first, *rest = _clean(text, keep_lines=True).split("\n")
        self._lines.append(f"{' ' * self._gutter} {self._paint('=', _BLUE)} {self._paint(kind + ':', _BOLD)} {first}")
        self._lines += [f"{' ' * (self._gutter + 9)}{line}" for line in rest]

    def _bar(self, rest: str) -> None:
        self._lines.append(f"{' ' * self._gutter} {self._paint('|', _BLUE)}{rest}")

    def _paint(self, text: str, color: str) -> str:
        return f"{color}{text}{_END}" if self._color and text else text


def _last_line(span: Span) -> int:
    return span.source.position(max(span.start, span.end - 1))[0]


def _pieces(span: Span) -> list[tuple[int, int, int, bool]]:
    """(line, first column, end column, whether the words stand here), columns 0-based: of a long span its two ends."""
    line, column = span.source.position(span.start)
    last = _last_line(span)
    start = column - 1
    if last == line:
        return [(line, start, max(start + 1, start + span.end - span.start), True)]
    end = span.source.position(max(span.start, span.end - 1))[1]
    first_text, last_text = span.source.line(line), span.source.line(last)
    indent = len(last_text) - len(last_text.lstrip())
    return [(line, start, max(start + 1, len(first_text)), False), (last, min(indent, end - 1), end, True)]


def _cells(text: str) -> list[str]:
    """What each character is shown as: tabs as spaces, controls as a sign that they are there."""
    if text.isascii() and text.isprintable():
        return list(text)
    return [" " * _TAB if c == "\t" else c if c.isprintable() or _joins(c) else "\ufffd" for c in text]


def _joins(character: str) -> bool:
    import unicodedata

    return unicodedata.combining(character) > 0


def _width(cell: str) -> int:
    """Columns that a cell takes on a terminal."""
    if cell.isascii():
        return len(cell)
    import unicodedata

    if unicodedata.combining(cell):
        return 0
    return 2 if unicodedata.east_asian_width(cell) in "WF" else 1


def _window(cells: list[str], start: int, end: int) -> tuple[int, int]:
    """The part of a line to show: all of it, or what stands around the mark."""
    if sum(map(len, cells)) <= _WIDEST:
        return 0, len(cells)
    room = _WIDEST - 2 * len(_ELLIPSIS)
    low = max(0, min(start - room // 3, len(cells) - room))
    if end <= room:
        low = 0
    return low, min(len(cells), low + room)


def _clean(text: str, keep_lines: bool = False) -> str:
    """No control characters: what a file holds must not steer the terminal."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or (keep_lines and c == "\n") else " " if c in "\n\t" else "\ufffd" for c in text
    )
