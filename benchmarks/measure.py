"""One sample in a process of its own: phases, wall and CPU seconds, memory, and an answer to compare."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MARK = "@@sample@@"


@dataclass
class Clock:
    """Phases of one sample: `with clock("import"): ...`; a phase may be entered again."""

    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    base: int = 0
    """Bytes held after the phase `import`."""

    @contextmanager
    def __call__(self, phase: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), spent()
        yield
        self.wall[phase] = self.wall.get(phase, 0.0) + time.perf_counter() - wall
        self.cpu[phase] = self.cpu.get(phase, 0.0) + spent() - cpu
        if phase == "import":
            self.base = resident()


Peer = Callable[[Path, Clock], Callable[[], Any]]
"""Does the work in phases, and gives what is asked after the clock has stopped: the answer, for comparison."""


@dataclass(frozen=True)
class Case:
    """`make` writes the data of a size into a folder; `peers` do the same work with it, `mdl` among them."""

    name: str
    title: str
    sizes: tuple[int, ...]
    make: Callable[[Path, int], None]
    peers: dict[str, Peer]
    against: str
    """The peer whose time is 1."""


def spent() -> float:
    """CPU seconds of this process and of the children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def resident() -> int:
    """Bytes of memory that the process holds now (0 where the system does not say)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """Most bytes that the process has held."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


def child(peer: Peer, folder: Path) -> None:
    """Runs one peer and prints its sample; the process ends without tidying up, which is not the peer's work."""
    clock = Clock()
    finish = peer(folder, clock)
    sample = {"wall": clock.wall, "cpu": clock.cpu, "peak": peak(), "grown": peak() - clock.base}
    print(MARK + json.dumps({**sample, "answer": finish()}), flush=True)
    os._exit(0)


def sample(case: Case, peer: str, folder: Path, limit: float) -> dict[str, Any]:
    """A fresh process; with `skip`, and why, where it failed or took longer than `limit` seconds."""
    command = [sys.executable, "-m", "benchmarks.run", "--child", case.name, peer, str(folder)]
    root = Path(__file__).resolve().parent.parent
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return {"skip": f"over {limit:.0f} s"}
    took = time.perf_counter() - started
    if MARK not in done.stdout:
        words = done.stderr.strip().splitlines()
        return {"skip": words[-1][:160] if words else f"exit {done.returncode}"}
    found: dict[str, Any] = json.loads(done.stdout.rsplit(MARK, 1)[1].splitlines()[0])
    return {**found, "process": took}


def work(sample: dict[str, Any], kind: str = "wall") -> float:
    """Seconds of all phases but `import`."""
    return float(sum(seconds for phase, seconds in sample[kind].items() if phase != "import"))
