"""From expressions with variables to sparse rows and graph nodes: the builder that the evaluator calls.

Linear parts stay entries of sparse rows; a nonlinear function makes a node of the graph over what
stands inside it.  Nothing here loops over rows, and coefficients stay exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction

import numpy as np

from mdl.algebra import arithmetic, interval
from mdl.algebra import errors as algebra_errors
from mdl.algebra.arithmetic import Fault
from mdl.algebra.curvature import Analysis
from mdl.algebra.frame import Frame
from mdl.algebra.interval import Interval
from mdl.algebra.numbers import Numbers
from mdl.algebra.values import Positions, Segments
from mdl.diagnostics import Failure, Span
from mdl.lowering import errors, terms
from mdl.lowering.columns import ColumnTable
from mdl.lowering.entries import Entries, assembled, identity
from mdl.lowering.epigraph import Epigraphs
from mdl.lowering.lift import Lifts
from mdl.lowering.terms import Terms
from mdl.program.graph import Affine, Apply, Function, Node, Power, Product
from mdl.program.sparse import SparseRows
from mdl.semantics import typed
from mdl.semantics.model import VarSymbol
from mdl.semantics.typed import Expr

GROWTH = 4
"""A sum that is used by many rows becomes a node where copying it would make this many times its entries."""

_FUNCTIONS = {"log": Function.LOG, "exp": Function.EXP, "sqrt": Function.SQRT}


class Builder:
    """`mdl.algebra.values.Symbolic` whose quantities are Terms.

    `nodes` is the graph so far; widths of maps over variables are set when the program is finished.
    `analysis` answers for the signs of bases of powers.  `observed` collects the exact ranges of the
    constant factors of products, for the proof of curvature.
    """

    def __init__(self, columns: ColumnTable, analysis: Analysis) -> None:
        self.columns = columns
        self.analysis = analysis
        self.nodes: list[Node] = []
        self._alike: dict[tuple[object, ...], list[int]] = {}
        self.observed: dict[Expr, Interval] = {}
        self.epigraphs = Epigraphs(columns)
        self.lifts = Lifts(columns, self.nodes)

    # ---- variables and linear operations ----

    def variable(self, symbol: VarSymbol, positions: Positions, at: Expr) -> Terms:
        size = len(positions)
        return Terms(size, terms.zeros(size), (identity(self.columns.places(symbol, positions)),))

    def add(self, parts: Sequence[Terms | Numbers], at: Expr) -> Terms:
        with faults(at):
            return terms.added(parts)

    def negate(self, arg: Terms, at: Expr) -> Terms:
        return terms.negated(arg)

    def take(self, arg: Terms, positions: Positions) -> Terms:
        """Rows `positions`; a long sum that many rows use becomes a node, so that it is held once."""
        if arg.repeated and len(positions) > GROWTH * arg.size and arg.nonzeros > GROWTH * arg.size:
            place = self.place(arg)
            return _of_node(place, np.asarray(positions))
        return terms.taken(arg, positions)

    def merge(self, parts: Sequence[tuple[Positions, Terms | Numbers]], size: int, at: Expr) -> Terms:
        with faults(at):
            return terms.merged(parts, size)

    # ---- products ----

    def multiply(self, left: Terms | Numbers, right: Terms | Numbers, at: Expr) -> Terms:
        with faults(at):
            if isinstance(left, Terms) and isinstance(right, Terms):
                return self._product(left, right, at)
            factors, arg = (left, right) if isinstance(left, Numbers) else (right, left)
            assert isinstance(factors, Numbers) and isinstance(arg, Terms)
            self._observe(at, factors)
            return terms.scaled(arg, factors)

    def _observe(self, at: Expr, factors: Numbers) -> None:
        if not isinstance(at, typed.Mul):
            return
        found = arithmetic.extremes(factors)
        if found is not None:
            held = Interval.of(*found)
            known = self.observed.get(at)
            self.observed[at] = held if known is None else interval.hull((known, held))

    def _product(self, left: Terms, right: Terms, at: Expr) -> Terms:
        (left, first), (right, second) = terms.without_factor(left), terms.without_factor(right)
        if terms.same(left, right):
            made = self._power(left, Numbers.constant(2, left.size), at)
        else:
            made = self._new(Product(left.size, self.argument(left, at), self.argument(right, at), at.span))
        for factor in (first, second):
            made = made if factor is None else terms.scaled(made, factor)
        return made

    def divide(self, left: Terms | Numbers, right: Terms | Numbers, at: Expr) -> Terms:
        with faults(at):
            if isinstance(right, Numbers):
                assert isinstance(left, Terms)
                return terms.scaled(left, arithmetic.div(Numbers.constant(1, len(right)), right))
            inverse = self._apply(Function.RECIPROCAL, right, at)
            if isinstance(left, Terms):
                return self._product(left, inverse, at)
            return terms.scaled(inverse, left)

    def power(self, base: Terms | Numbers, exponent: Terms | Numbers, at: Expr) -> Terms:
        assert isinstance(at, typed.Pow)
        with faults(at):
            if isinstance(exponent, Terms):
                return self._exponential(base, exponent, at)
            assert isinstance(base, Terms)
            return self._power(base, exponent, at)

    def _power(self, base: Terms, exponent: Numbers, at: Expr) -> Terms:
        if not base.size:
            return base
        found = arithmetic.extremes(exponent)
        assert found is not None
        low, high = found
        if low == high == 0:
            return Terms(base.size, Numbers.constant(1, base.size))
        if low == high == 1:
            return base
        if low == high == -1:
            return self._apply(Function.RECIPROCAL, base, at)
        if low == high == Fraction(1, 2):
            return self._apply(Function.SQRT, base, at)
        return self._new(Power(base.size, self.argument(base, at), exponent, at.span))

    def _exponential(self, base: Terms | Numbers, exponent: Terms, at: typed.Pow) -> Terms:
        """exp(exponent log base), of a base that is positive."""
        if isinstance(base, Numbers):
            if not (arithmetic.signs(base) > 0).all():
                raise Failure(errors.negative_base(at.span, "not positive for some member"))
            logs = terms.scaled(exponent, arithmetic.log(base))
        else:
            held = self.analysis.range(at.base)
            if not held.positive:
                raise Failure(errors.negative_base(at.span, f"only known to lie in {held}"))
            logs = self._product(exponent, self._apply(Function.LOG, base, at), at)
        return self._apply(Function.EXP, logs, at)

    # ---- functions and reductions ----

    def call(self, fn: str, args: Sequence[Terms | Numbers], at: Expr, frame: Frame) -> Terms:
        if fn in _FUNCTIONS:
            (arg,) = args
            assert isinstance(arg, Terms)
            return self._apply(_FUNCTIONS[fn], arg, at)
        with faults(at):
            if fn == "abs":
                (arg,) = args
                assert isinstance(arg, Terms) and isinstance(at, typed.Call)
                held = self.analysis.range(at.args[0])
                if held.nonnegative or held.nonpositive:
                    return arg if held.nonnegative else terms.negated(arg)
                return self.epigraphs.absolute(arg, at, frame)
            return self.epigraphs.extreme(fn, args, at, frame)

    def reduce(self, op: str, body: Terms, segments: Segments, at: Expr, child: Frame) -> Terms:
        with faults(at):
            match op:
                case "sum":
                    return terms.summed(body, segments)
                case "mean":
                    count = Numbers.exact(segments.counts)
                    return terms.scaled(
                        terms.summed(body, segments), arithmetic.div(Numbers.constant(1, len(count)), count)
                    )
                case "prod":
                    return self._multiplied(body, segments, at)
                case _:
                    return self.epigraphs.over(op, body, segments, at, child)

    def _multiplied(self, body: Terms, segments: Segments, at: Expr) -> Terms:
        """Product of each segment, 1 of none: pairs of neighbours until one is left."""
        starts, counts = segments.starts[:-1], segments.counts
        current = body
        while int(counts.max(initial=0)) > 1:
            pairs, odd = counts // 2, counts % 2
            later = np.cumsum(pairs + odd) - (pairs + odd)
            first = _run(starts, pairs, 2)
            both = self._product(terms.taken(current, first), terms.taken(current, first + 1), at)
            last = np.flatnonzero(odd)
            parts: list[tuple[Positions, Terms | Numbers]] = [
                (_run(later, pairs, 1), both),
                (later[last] + pairs[last], terms.taken(current, starts[last] + counts[last] - 1)),
            ]
            current = terms.merged(parts, int((pairs + odd).sum()))
            starts, counts = later, pairs + odd
        full, empty = np.flatnonzero(counts > 0), np.flatnonzero(counts == 0)
        return terms.merged(
            [(full, terms.taken(current, starts[full])), (empty, Numbers.constant(1, len(empty)))], segments.size
        )

    # ---- the graph ----

    def place(self, arg: Terms) -> int:
        """The node whose entries are this vector's."""
        if arg.place is None:
            arg.place = self._single(arg)
        if arg.place is None:
            arg.place = self._add_node(Affine(arg.size, arg.constant, self.linear(arg), self.node_maps(arg)))
        return arg.place

    def argument(self, arg: Terms, at: Expr) -> int:
        """The node of what stands inside a nonlinear function, with few variables a row."""
        return self.place(self.lifts.light(arg, self.epigraphs.origin, at.span))

    def _single(self, arg: Terms) -> int | None:
        """The node that the vector is, entry for entry."""
        if arg.variables or len(arg.nodes) != 1 or bool(arithmetic.signs(arg.constant).any()):
            return None
        place, held = arg.nodes[0]
        if held.starts is not None or self.nodes[place].size != arg.size:
            return None
        one = arithmetic.compare("==", held.coefficients, Numbers.constant(1, arg.size)).all()
        return place if one and np.array_equal(held.columns, np.arange(arg.size)) else None

    def linear(self, arg: Terms) -> SparseRows | None:
        """The variables' part; its width is that of the program so far."""
        return assembled(arg.variables, arg.size, self.columns.width) if arg.variables else None

    def node_maps(self, arg: Terms) -> tuple[tuple[SparseRows, int], ...]:
        by_node: dict[int, list[Entries]] = {}
        for n, e in arg.nodes:
            by_node.setdefault(n, []).append(e)
        made = [(assembled(parts, arg.size, self.nodes[n].size), n) for n, parts in sorted(by_node.items())]
        return tuple(pair for pair in made if pair[0].nonzeros)

    def _apply(self, function: Function, arg: Terms, at: Expr) -> Terms:
        return self._new(Apply(arg.size, function, self.argument(arg, at), at.span))

    def _new(self, node: Node) -> Terms:
        place = self._add_node(node)
        made = _of_node(place, np.arange(node.size, dtype=np.int32))
        made.place = place
        return made

    def _add_node(self, node: Node) -> int:
        """The place of a node; one that is there already is not made again, so that `e * e` is a square."""
        alike = self._alike.setdefault(_head(node), [])
        for place in alike:
            if same_node(self.nodes[place], node):
                return place
        alike.append(len(self.nodes))
        self.nodes.append(node)
        return len(self.nodes) - 1


def _head(node: Node) -> tuple[object, ...]:
    """Equal for nodes that may be the same."""
    match node:
        case Affine(size=size, variables=held, nodes=maps):
            count = held.nonzeros if held is not None else 0
            return (size, count, *((n, m.nonzeros) for m, n in maps))
        case Apply(function=function, argument=argument):
            return (function, argument)
        case Power(argument=argument):
            return ("power", argument)
        case Product(left=left, right=right):
            return ("product", left, right)


def same_node(a: Node, b: Node) -> bool:
    """Of two nodes with one head, whether they are the same function of the same arguments."""
    if isinstance(a, Power) and isinstance(b, Power):
        return terms.equal(a.exponent, b.exponent)
    if not isinstance(a, Affine) or not isinstance(b, Affine):
        return True
    if not terms.equal(a.constant, b.constant) or (a.variables is None) != (b.variables is None):
        return False
    maps = [(a.variables, b.variables)] if a.variables is not None and b.variables is not None else []
    maps += [(m, k) for (m, _), (k, _) in zip(a.nodes, b.nodes, strict=True)]
    return all(_same_map(m, k) for m, k in maps)


def _same_map(a: SparseRows, b: SparseRows) -> bool:
    places = np.array_equal(a.starts, b.starts) and np.array_equal(a.columns, b.columns)
    return places and terms.equal(a.coefficients, b.coefficients)


def _of_node(place: int, rows: Positions) -> Terms:
    return Terms(len(rows), terms.zeros(len(rows)), (), ((place, identity(rows)),))


def _run(starts: Positions, counts: Positions, step: int) -> Positions:
    """`starts[k], starts[k] + step, ...`, counts[k] of them, one k after the other."""
    before = np.cumsum(counts) - counts
    found: Positions = np.repeat(starts, counts) + step * (np.arange(int(counts.sum())) - np.repeat(before, counts))
    return found


def faults(at: Expr) -> AbstractContextManager[None]:
    return faults_at(at.span)


@contextmanager
def faults_at(span: Span) -> Iterator[None]:
    """Turns an arithmetic fault among coefficients into a diagnostic at its place."""
    try:
        yield
    except Fault as f:
        raise Failure(algebra_errors.fault(f, span, "")) from None
