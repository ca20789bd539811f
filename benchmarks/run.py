"""`python -m benchmarks.run [CASE...]`: every case, every size, every peer; ratios within one run.

Each sample is a fresh process; peers take turns, so that whatever else the machine does hits all alike.
Needs the extra `bench`; a peer that is not installed is passed over, and said to be.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import coalitions, design, kkt, mechanisms, num, rules, startup, transport
from benchmarks.measure import Case, child, sample
from benchmarks.table import table

CASES: tuple[Case, ...] = (
    startup.CASE,
    transport.CASE,
    num.CASE,
    kkt.CASE,
    *coalitions.CASES,
    *mechanisms.CASES,
    *design.CASES,
    *rules.CASES,
)


def main() -> int:
    arguments = _arguments()
    cases = {case.name: case for case in CASES}
    if arguments.child:
        name, peer, folder = arguments.child
        child(cases[name].peers[peer], Path(folder))
    results: list[dict[str, Any]] = []
    for name in arguments.cases or cases:
        case = cases[name]
        for size in case.sizes:
            if arguments.sizes and size not in arguments.sizes:
                continue
            samples = _run(case, size, arguments)
            print(table(case, size, samples), flush=True)
            results.append({"case": name, "size": size, "samples": samples})
            if arguments.json:
                Path(arguments.json).write_text(json.dumps(results, indent=1))
    return 0


def _run(case: Case, size: int, arguments: argparse.Namespace) -> dict[str, list[dict[str, Any]]]:
    peers = [p for p in case.peers if not arguments.peers or p in arguments.peers]
    samples: dict[str, list[dict[str, Any]]] = {peer: [] for peer in peers}
    with tempfile.TemporaryDirectory() as folder:
        case.make(Path(folder), size)
        for _ in range(arguments.repeat):
            for peer in peers:
                held = samples[peer]
                if held and ("skip" in held[-1] or held[-1]["process"] > arguments.once_above):
                    continue
                held.append(sample(case, peer, Path(folder), arguments.limit))
                print(f"{case.name} {size} {peer}", file=sys.stderr, flush=True)
    return samples


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(case.name for case in CASES))
    parser.add_argument("--sizes", type=int, nargs="+", help="only these")
    parser.add_argument("--peers", nargs="+", help="only these")
    parser.add_argument("--repeat", type=int, default=5, help="samples a peer")
    parser.add_argument("--once-above", type=float, default=60.0, help="seconds above which one sample is enough")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds after which a sample is given up")
    parser.add_argument("--json", help="write all samples to this file")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
