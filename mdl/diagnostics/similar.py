"""Did you mean: the nearest of some known names to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_EDITS = 5


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` is most likely a slip of, or None where none is near.

    Distance is edits of single characters and swaps of neighbours, case ignored (a difference of case
    breaks ties only).  At most half the length of `word` may be edited, and never more than five
    characters; the first of equally near candidates wins.  A word of one letter is near only to
    itself in the other case.
    """
    most = min(len(word) // 2, _MOST_EDITS)
    best: str | None = None
    best_score: tuple[int, int] | None = None
    lowered = word.casefold()
    for candidate in candidates:
        if candidate == word:
            continue
        edits = _distance(lowered, candidate.casefold(), most if best_score is None else best_score[0])
        if edits is None:
            continue
        score = (edits, _distance(word, candidate, len(word) + len(candidate)) or 0)
        if best_score is None or score < best_score:
            best, best_score = candidate, score
    return best


def _distance(a: str, b: str, most: int) -> int | None:
    """Optimal string alignment distance, or None where it exceeds `most`."""
    if abs(len(a) - len(b)) > most:
        return None
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        row = [i]
        for j, right in enumerate(b, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return None
        before, last = last, row
    return last[-1] if last[-1] <= most else None
