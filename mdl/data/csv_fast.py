"""Large CSV files without quotes: cells found by numpy, numbers read from their bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mdl.algebra.numbers import Numbers
from mdl.algebra.universe import FIRST, Codes, Universe
from mdl.data.columns import BadMember, Column, Texts
from mdl.data.decimal_text import parse_packed

Offsets = npt.NDArray[Any]

_WIDEST = 32


def fast_columns(raw: bytes, separator: str) -> tuple[list[str], list[Column], int] | None:
    """Header, columns and number of rows; None where the plain reader must look at the file."""
    if b'"' in raw or b"\x00" in raw:
        return None
    if not raw.endswith(b"\n"):
        raw += b"\n"
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n")
        if b"\r" in raw:
            return None
    buffer = np.frombuffer(raw, dtype=np.uint8)
    header = [cell.strip() for cell in raw[: raw.index(b"\n")].decode("utf-8").split(separator)]
    breaks = np.flatnonzero((buffer == ord(separator)) | (buffer == ord("\n")))
    count = len(header)
    if not header[0] or len(breaks) % count:
        return None
    ends = breaks.reshape(-1, count)
    if not (buffer[ends[:, -1]] == ord("\n")).all() or (count > 1 and (buffer[ends[:, :-1]] == ord("\n")).any()):
        return None
    if count == 1 and (np.diff(breaks) == 1).any():  # blank lines
        return None
    starts = np.empty_like(ends)
    starts.reshape(-1)[1:] = breaks[:-1] + 1
    starts[0, 0] = 0
    columns: list[Column] = [_trimmed(raw, buffer, starts[1:, c].copy(), ends[1:, c].copy()) for c in range(count)]
    return header, columns, len(ends) - 1


def _trimmed(raw: bytes, buffer: npt.NDArray[np.uint8], starts: Offsets, ends: Offsets) -> Packed:
    while True:
        blank = (starts < ends) & ((buffer[starts] == ord(" ")) | (buffer[starts] == ord("\t")))
        if not blank.any():
            break
        starts += blank
    while True:
        blank = (starts < ends) & ((buffer[ends - 1] == ord(" ")) | (buffer[ends - 1] == ord("\t")))
        if not blank.any():
            break
        ends -= blank
    return Packed(raw, buffer, starts, ends)


class Packed:
    """Cells as offsets into the bytes of a file."""

    __slots__ = ("_buffer", "_ends", "_raw", "_starts")

    def __init__(self, raw: bytes, buffer: npt.NDArray[np.uint8], starts: Offsets, ends: Offsets) -> None:
        self._raw = raw
        self._buffer = buffer
        self._starts = starts
        self._ends = ends

    def __len__(self) -> int:
        return len(self._starts)

    def text(self, row: int) -> str:
        return self._raw[self._starts[row] : self._ends[row]].decode("utf-8")

    def _matrix(self) -> npt.NDArray[np.uint8] | None:
        """The cells padded with zeros, shape (rows, widest); None where one is too wide."""
        lengths = self._ends - self._starts
        width = int(lengths.max()) if len(lengths) else 1
        if width > _WIDEST:
            return None
        out = np.zeros((len(lengths), max(width, 1)), dtype=np.uint8)
        last = len(self._buffer) - 1
        for k in range(width):
            inside = lengths > k
            out[:, k] = np.where(inside, self._buffer[np.minimum(self._starts + k, last)], 0)
        return out

    def numbers(self) -> Numbers:
        cells = self._matrix()
        if cells is None:
            return Texts(self._texts()).numbers()
        return parse_packed(cells, self.text)

    def codes(self, universe: Universe, add: bool) -> Codes:
        whole = self._whole()
        if whole is not None:
            return whole
        short = self._short()
        if short is None:
            return Texts(self._texts()).codes(universe, add)
        rows, places = short
        try:
            return Texts([self.text(r) for r in rows.tolist()]).codes(universe, add)[places]
        except BadMember as bad:
            raise BadMember(int(rows[bad.row]), bad.text, bad.why) from None

    def _short(self) -> tuple[Offsets, Offsets] | None:
        """Of cells of at most 8 bytes: the first row of each distinct one, in order, and each row's place there."""
        cells = self._matrix()
        if cells is None or cells.shape[1] > 8 or not len(cells):
            return None
        keys = np.zeros((len(cells), 8), dtype=np.uint8)
        keys[:, : cells.shape[1]] = cells
        _, first, inverse = np.unique(keys.view(np.uint64).reshape(-1), return_index=True, return_inverse=True)
        order = np.argsort(first)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return first[order], place[inverse]

    def _whole(self) -> Codes | None:
        """Codes of a column of integers written plainly, which are themselves."""
        lengths = self._ends - self._starts
        if not len(lengths) or int(lengths.max()) > 9 or int(lengths.min()) < 1:
            return None
        cells = self._matrix()
        assert cells is not None
        plain = ((cells >= ord("0")) & (cells <= ord("9"))) | (cells == 0)
        if not plain.all() or ((cells[:, 0] == ord("0")) & (lengths > 1)).any():
            return None
        held = parse_packed(cells, self.text).numerators
        if held is None or int(held.max()) >= FIRST:
            return None
        return held.astype(np.int32)

    def _texts(self) -> list[str]:
        if self._raw.isascii():
            whole = self._raw.decode("ascii")
            return [whole[a:b] for a, b in zip(self._starts.tolist(), self._ends.tolist(), strict=True)]
        return [self.text(k) for k in range(len(self._starts))]
