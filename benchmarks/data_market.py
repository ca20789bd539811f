"""The boundary of the data market: `python -m benchmarks.data_market`, multi_party_learning.txt sec. 7.2, figure 3.

Two firms with data sizes 0 .. D, of which each may hide some; both get a model of all data that are shown, and each
serves its customers with the better of that and its own: v_i = (q_1 + q_2)^alpha q_i, 0 where there are no data at
all.  A mechanism with truthful reports, participation and no deficit exists where no two largest payments add up to
less than 0 (theorem 6).  For a growth alpha, this finds the largest D for which one exists.

Every answer is proved: all valuations are q n^alpha with whole numbers q and n, so that two whole numbers over 2^BITS
around each n^alpha (from python-flint balls) bound all of them.  From below, they give rational payments that meet
every requirement up to D; from above, a path of rows for each firm at one profile with D + 1, whose sum is negative.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter

import numpy as np

from mdl.algebra.numbers import IntArray
from mdl.mechanisms.payments.boundary import boundary
from mdl.mechanisms.payments.downward import Lies, largest, path

BITS = 44
"""Leaves int64 room for sizes of some thousands; `largest` refuses more."""


@dataclass(frozen=True)
class Powers:
    """low[n] <= 2^BITS n^alpha <= high[n]; of 0, the value 0 of a market without data."""

    low: IntArray
    high: IntArray


def powers(alpha: Fraction, most: int) -> Powers:
    from flint import arb, ctx, fmpq

    ctx.prec = 128
    exponent = arb(fmpq(alpha.numerator, alpha.denominator))
    low, high = np.zeros(most + 1, dtype=np.int64), np.zeros(most + 1, dtype=np.int64)
    for n in range(1, most + 1):
        ball = arb(n) ** exponent * 2**BITS
        low[n] = int(ball.lower().floor().unique_fmpz())
        high[n] = int(ball.upper().ceil().unique_fmpz())
    return Powers(low, high)


@dataclass(frozen=True)
class Market:
    """Sizes 0 .. top in scenarios 0 .. others: truth and ceiling (L, S) and lies, each from below or from above."""

    truth: IntArray
    ceiling: IntArray
    lies: Lies


def market(held: Powers, sizes: int, scenarios: IntArray, below: bool) -> Market:
    """`below`: requirements are made harder to meet, else easier."""
    near, far = (held.low, held.high) if below else (held.high, held.low)
    own = np.arange(sizes)[:, None]
    every = own + scenarios[None, :]
    truth = near[2 * every] * every
    outside = far[every] * own
    shown = np.arange(2 * int(sizes + scenarios.max(initial=0)))

    def lies(true: int, here: slice) -> IntArray:
        quality = np.maximum(shown[: true + int(scenarios[here].max(initial=0))], true)
        value = far[quality + shown[: len(quality)]] * quality
        return value[np.arange(true)[:, None] + scenarios[here]]

    return Market(truth, truth - outside, lies)


@dataclass(frozen=True)
class Answer:
    """D; the sizes at which D + 1 fails, and by how much the two bounds miss 0 there; seconds."""

    largest: int
    profile: tuple[int, int]
    paths: tuple[list[int], list[int]]
    gap: float
    refuted: float
    proved: float


def fails_beside_none(held: Powers, size: int) -> bool:
    """Whether sizes up to `size` fail, proved, where one of the firms has no data: one scenario instead of all."""
    alone = market(held, size + 1, np.zeros(1, dtype=np.int64), below=False)
    most = largest(alone.truth, alone.ceiling, alone.lies)[:, 0]
    every = np.arange(size + 1)
    return bool((most + held.high[2 * every] * every < 0).any())  # a firm without data pays at most all it gains


def exists(held: Powers, size: int) -> tuple[int, int] | None:
    """None where a mechanism for sizes 0 .. size is proved to exist; else a profile where the bounds do not add up."""
    whole = market(held, size + 1, np.arange(size + 1), below=True)
    paid = largest(whole.truth, whole.ceiling, whole.lies)
    total = paid + paid.T
    place = int(total.argmin())
    i, j = divmod(place, size + 1)
    return None if total[i, j] >= 0 else (i, j)


def refutation(held: Powers, profile: tuple[int, int]) -> tuple[tuple[list[int], list[int]], float]:
    """The two paths at a profile, and their sum from above."""
    paths, total = [], 0
    for own, other in (profile, profile[::-1]):
        one = market(held, own + 1, np.array([other]), below=False)
        paid = largest(one.truth, one.ceiling, one.lies)
        paths.append(path(paid, one.truth, one.ceiling, one.lies, own, 0))
        total += int(paid[own, 0])
    return (paths[0], paths[1]), total / 2**BITS


def solve(alpha: Fraction, limit: int) -> Answer | None:
    """The boundary, or None where nothing up to the limit is proved impossible."""
    started = perf_counter()
    held = powers(alpha, 4 * limit)
    found = boundary(lambda size: not fails_beside_none(held, size), 1, limit)
    if found.smallest is None:
        return None
    refuted = perf_counter() - started
    profile, top = (0, found.smallest), found.smallest - 1
    while (wrong := exists(held, top)) is not None:
        profile, top = wrong, max(wrong) - 1
    paths, gap = refutation(held, profile)
    assert gap < 0, f"the bounds of 2^-{BITS} do not decide {profile}"
    return Answer(top, profile, paths, gap, refuted, perf_counter() - started - refuted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("alphas", nargs="*", type=Fraction, default=[Fraction(a) for a in ("-0.7", "-0.68", "-0.67")])
    parser.add_argument("--limit", type=int, default=4096)
    wanted = parser.parse_args()
    for alpha in wanted.alphas:
        found = solve(alpha, wanted.limit)
        if found is None:
            print(f"alpha {float(alpha):g}: nothing up to {wanted.limit} is proved impossible")
            continue
        print(
            f"alpha {float(alpha):g}: D = {found.largest:,}; D + 1 proved impossible in {found.refuted:.2f} s "
            f"(profile {found.profile}, sum {found.gap:.3e}, path {' -> '.join(map(str, found.paths[1]))}); "
            f"D proved possible in {found.proved:.2f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
