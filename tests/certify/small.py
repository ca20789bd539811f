"""Small linear programs written out, drawn at random, and what must hold of any claim about one, in fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from hypothesis import strategies as st

from mdl.certify import Outcome, Proof, Refutation, Unboundedness
from mdl.program.program import Program
from tests.certify.elimination import Row, feasible, least, rows_of
from tests.program import make

Pair = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True)
class Small:
    """min or max cost'x + constant over sides of rows and of columns."""

    cost: tuple[Fraction, ...]
    matrix: tuple[tuple[Fraction, ...], ...]
    rows: tuple[Pair, ...]
    columns: tuple[Pair, ...]
    maximize: bool = False
    constant: Fraction = Fraction(0)

    def program(self) -> Program:
        low, high = [a for a, _ in self.columns], [b for _, b in self.columns]
        below, above = [a for a, _ in self.rows], [b for _, b in self.rows]
        return make.linear(
            self.cost, self.matrix, below, above, low, high, maximize=self.maximize, constant=self.constant
        )

    def inequalities(self) -> list[Row]:
        low, high = [a for a, _ in self.columns], [b for _, b in self.columns]
        below, above = [a for a, _ in self.rows], [b for _, b in self.rows]
        return rows_of(self.matrix, below, above, low, high, len(self.cost))

    def answer(self) -> Fraction | str:
        """The optimum, "infeasible" or "unbounded", by elimination."""
        sign = -1 if self.maximize else 1
        found = least(self.inequalities(), [sign * c for c in self.cost])
        return found if isinstance(found, str) else sign * found + self.constant

    def bodies(self, point: list[Fraction]) -> list[Fraction]:
        return [inner(row, point) for row in self.matrix]

    def column(self, weights: list[Fraction]) -> list[Fraction]:
        return [
            sum((w * row[j] for w, row in zip(weights, self.matrix, strict=True)), Fraction(0))
            for j in range(len(self.cost))
        ]


def inner(a: tuple[Fraction, ...] | list[Fraction], b: list[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def answer_of(outcome: Outcome) -> Fraction | str:
    match outcome:
        case Proof():
            return outcome.optimum
        case Refutation():
            return "infeasible"
        case Unboundedness():
            return "unbounded"
        case _:
            return f"unproved: {outcome.reason}"


def confirm(small: Small, outcome: Outcome) -> None:
    """Everything that the outcome claims, from the definitions in docs/signs.md."""
    match outcome:
        case Proof():
            _confirm_proof(small, outcome)
        case Refutation():
            _confirm_refutation(small, outcome)
        case Unboundedness():
            _confirm_ray(small, outcome)
        case _:
            raise AssertionError(outcome)


def _met(values: list[Fraction], sides: tuple[Pair, ...]) -> bool:
    return all(
        (low is None or low <= v) and (high is None or v <= high) for v, (low, high) in zip(values, sides, strict=True)
    )


def _confirm_proof(small: Small, proof: Proof) -> None:
    point = proof.point.fractions()
    assert _met(point, small.columns) and _met(small.bodies(point), small.rows)
    assert inner(small.cost, point) + small.constant == proof.optimum
    duals, left = proof.row_multipliers.fractions(), proof.reduced_costs.fractions()
    assert [a + b for a, b in zip(small.column(duals), left, strict=True)] == list(small.cost)
    bodies = small.bodies(point)
    # Section 6 and 1: a multiplier holds to the side where the objective would improve, and that side binds.
    for rate, value, (low, high) in zip([*duals, *left], [*bodies, *point], [*small.rows, *small.columns], strict=True):
        if rate:
            assert value == (high if (rate > 0) == small.maximize else low)


def _confirm_refutation(small: Small, found: Refutation) -> None:
    assert found.gap > 0
    if found.crossed is not None:
        kind, place = found.crossed
        low, high = (small.rows if kind == "row" else small.columns)[place]
        assert low is not None and high is not None and low - high == found.gap
        return
    rows, columns = found.row_weights.fractions(), found.column_weights.fractions()
    assert all(w.denominator == 1 for w in [*rows, *columns])
    assert all(a + b == 0 for a, b in zip(small.column(rows), columns, strict=True))
    total = Fraction(0)
    for weight, (low, high) in zip([*rows, *columns], [*small.rows, *small.columns], strict=True):
        side = low if weight > 0 else high
        if weight:
            assert side is not None
            total += weight * side
    assert total == found.gap


def support(small: Small, found: Refutation) -> list[Row]:
    """The rows and bounds of the proof, each as a'x <= b."""
    out: list[Row] = []
    width = len(small.cost)
    for weight, row, (low, high) in zip(found.row_weights.fractions(), small.matrix, small.rows, strict=True):
        if weight:
            out += rows_of(
                [row],
                [low if weight > 0 else None],
                [high if weight < 0 else None],
                [None] * width,
                [None] * width,
                width,
            )
    for j, (weight, (low, high)) in enumerate(zip(found.column_weights.fractions(), small.columns, strict=True)):
        if weight:
            unit = [Fraction(int(i == j)) for i in range(width)]
            out += rows_of(
                [unit],
                [low if weight > 0 else None],
                [high if weight < 0 else None],
                [None] * width,
                [None] * width,
                width,
            )
    return out


def irreducible(small: Small, found: Refutation) -> bool:
    held, width = support(small, found), len(small.cost)
    return not feasible(held, width) and all(feasible(held[:k] + held[k + 1 :], width) for k in range(len(held)))


def _confirm_ray(small: Small, found: Unboundedness) -> None:
    point, ray = found.point.fractions(), found.ray.fractions()
    assert _met(point, small.columns) and _met(small.bodies(point), small.rows)
    for change, (low, high) in zip([*small.bodies(ray), *ray], [*small.rows, *small.columns], strict=True):
        assert (low is None or change >= 0) and (high is None or change <= 0)
    assert inner(small.cost, ray) == found.slope
    assert found.slope > 0 if small.maximize else found.slope < 0


NUMBER = st.one_of(
    st.just(Fraction(0)),
    st.integers(-4, 4).map(Fraction),
    st.builds(Fraction, st.integers(-9, 9), st.sampled_from([2, 3, 7, 10])),
    st.builds(lambda k, e: Fraction(k) * Fraction(10) ** e, st.integers(-9, 9), st.integers(-10, 10)),
)


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    kind = draw(st.sampled_from(["<=", ">=", "==", "range", "free", "crossed"]))
    a, b = sorted((draw(NUMBER), draw(NUMBER)))
    known: dict[str, Pair] = {"<=": (None, b), ">=": (a, None), "==": (a, a), "free": (None, None), "crossed": (b, a)}
    return known.get(kind, (a, b))


@st.composite
def programs(draw: st.DrawFn) -> Small:
    """Feasible or not, bounded or not, degenerate more often than not."""
    width, height = draw(st.integers(1, 4)), draw(st.integers(0, 5))
    signs: list[Pair] = [(Fraction(0), None), (None, None), (Fraction(0), Fraction(1))]
    sides = st.one_of(st.sampled_from(signs), st.sampled_from(signs), pairs())
    return Small(
        cost=tuple(draw(NUMBER) for _ in range(width)),
        matrix=tuple(tuple(draw(NUMBER) for _ in range(width)) for _ in range(height)),
        rows=tuple(draw(pairs()) for _ in range(height)),
        columns=tuple(draw(sides) for _ in range(width)),
        maximize=draw(st.booleans()),
        constant=draw(NUMBER),
    )
