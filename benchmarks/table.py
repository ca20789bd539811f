"""Samples as a table: medians, and ratios to the named peer of the same run."""

from __future__ import annotations

from statistics import median
from typing import Any

from benchmarks.measure import Case, work

Samples = dict[str, list[dict[str, Any]]]
"""By peer."""


def table(case: Case, size: int, samples: Samples) -> str:
    """Markdown, one row a peer; `work` is everything but imports, `process` everything."""
    good = {peer: [s for s in held if "skip" not in s] for peer, held in samples.items()}
    ones = good.get(case.against, [])
    lines = [
        f"\n## {case.title}: {size:,}\n",
        "| peer | samples | work s | ratio | work CPU s | ratio | process s | peak MiB | grown MiB | ratio "
        "| phases, wall ms |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for peer, held in samples.items():
        if not good[peer]:
            lines.append(f"| {peer} | 0 | {held[-1]['skip'] if held else 'not run'} | | | | | | | | |")
            continue
        cells = [peer, str(len(good[peer]))]
        for kind in ("wall", "cpu"):
            mine = median(work(s, kind) for s in good[peer])
            cells += [f"{mine:.4f}", _ratio(mine, [work(s, kind) for s in ones])]
        cells += [
            f"{median(s['process'] for s in good[peer]):.3f}",
            _mib(good[peer], "peak"),
            _mib(good[peer], "grown"),
        ]
        cells += [_ratio(median(s["grown"] for s in good[peer]), [s["grown"] for s in ones])]
        lines.append("| " + " | ".join([*cells, _phases(good[peer])]) + " |")
    return "\n".join([*lines, *_disagreements(good)])


def _ratio(mine: float, ones: list[float]) -> str:
    return f"{mine / median(ones):.2f}" if ones and median(ones) > 0 else "-"


def _mib(held: list[dict[str, Any]], key: str) -> str:
    return f"{median(s[key] for s in held) / 2**20:.0f}"


def _phases(held: list[dict[str, Any]]) -> str:
    return ", ".join(f"{phase} {1000 * median(s['wall'][phase] for s in held):.0f}" for phase in held[0]["wall"])


def _disagreements(good: Samples) -> list[str]:
    """A speed means nothing where the answers differ."""
    answers = {peer: held[0]["answer"] for peer, held in good.items() if held}
    numbers = {p: [v for v in a if isinstance(v, int | float)] for p, a in answers.items() if isinstance(a, list)}
    if not numbers:
        return []
    first = next(iter(numbers.values()))
    same = all(
        len(n) == len(first) and all(abs(a - b) <= 1e-5 * (1 + abs(b)) for a, b in zip(n, first, strict=True))
        for n in numbers.values()
    )
    return [f"\nAnswers agree: {first}" if same else f"\n**Answers differ**: {answers}"]
