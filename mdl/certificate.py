"""Checks a certificate again, with integers and nothing else: python -m mdl.certificate out.json [model.mdl]

The claim is worked out again from what the file holds; its seal, a digest of all the rest, tells a file that was
changed since it was written; and with a model, that model must be the one whose digest the certificate names.

Reads what mdl.certify.document describes; imports only the standard library, and nothing else of MDL.
Exit code 0: the claim holds, and is printed.  1: it does not hold, for the reason given.  2: not a certificate.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from hashlib import sha256
from io import TextIOWrapper
from itertools import pairwise
from math import lcm
from typing import Any

FORMAT = "mdl-certificate"
VERSION = 1

LONGEST = 100_000
"""Digits of the longest number that is read."""

CHUNK = 4000
"""Digits that Python reads at once; it refuses more than 4,300."""

SHOWN = 12
"""Rows of a proof of infeasibility that are printed."""

DIGITS = frozenset("0123456789")

Pair = tuple[int, int]
"""Numerator and positive denominator."""


class Refused(Exception):  # noqa: N818 - a verdict
    """The claim does not hold."""


class Malformed(Exception):  # noqa: N818 - a verdict
    """Not a certificate of this version."""


# ---- reading ---------------------------------------------------------------------------------------


def _integer(text: str) -> int:
    digits = text[1:] if text.startswith("-") else text
    if not digits or not DIGITS.issuperset(digits):
        raise Malformed(f"`{_shown(text)}` is not an integer")
    if len(digits) > LONGEST:
        raise Malformed(f"a number of {len(digits)} digits")
    value = 0
    for at in range(0, len(digits), CHUNK):
        part = digits[at : at + CHUNK]
        value = value * 10 ** len(part) + int(part)
    return -value if text.startswith("-") else value


def _rational(text: object) -> Pair:
    if not isinstance(text, str):
        raise Malformed(f'a number is written as a string like "-17/8", not as {_kind(text)}')
    top, slash, bottom = text.partition("/")
    if not slash:
        return _integer(top), 1
    divisor = _integer(bottom)
    if divisor <= 0:
        raise Malformed(f"`{_shown(text)}` has no positive denominator")
    return _integer(top), divisor


def _rationals(held: object, size: int | None, what: str) -> list[Pair]:
    known: dict[object, Pair] = {}
    out = []
    for text in _list(held, size, what):
        pair = known.get(text) if isinstance(text, str) else None
        if pair is None:
            pair = _rational(text)
            known[text] = pair
        out.append(pair)
    return out


def _sides(held: object, size: int, what: str) -> list[Pair | None]:
    return [None if text is None else _rational(text) for text in _list(held, size, what)]


def _list(held: object, size: int | None, what: str) -> list[Any]:
    if not isinstance(held, list):
        raise Malformed(f"`{what}` is a list, not {_kind(held)}")
    if size is not None and len(held) != size:
        raise Malformed(f"`{what}` has {len(held)} entries, not {size}")
    return held


def _names(held: object, size: int | None, what: str) -> list[str]:
    names = _list(held, size, what)
    for name in names:
        if not isinstance(name, str):
            raise Malformed(f"`{what}` has {_kind(name)} among its names")
    return names


def _places(held: object, below: int, what: str, size: int | None = None) -> list[int]:
    places = _list(held, size, what)
    for place in places:
        if type(place) is not int or not 0 <= place < below:
            raise Malformed(f"`{what}` has a place that is not among 0 to {below - 1}")
    return places


def _object(held: object, what: str, keys: str, optional: str = "") -> dict[str, Any]:
    """With exactly these keys: what is not checked has no place among the claims."""
    if not isinstance(held, dict):
        raise Malformed(f"{what} is an object, not {_kind(held)}")
    needed, allowed = keys.split(), {*keys.split(), *optional.split()}
    for key in needed:
        if key not in held:
            raise Malformed(f"{what} has no `{key}`")
    for key in held:
        if key not in allowed:
            raise Malformed(f"{what} has a `{_shown(key)}` that this version does not know")
    return held


def _string(held: object, what: str) -> str:
    if not isinstance(held, str):
        raise Malformed(f"{what} is a string, not {_kind(held)}")
    return held


def _kind(held: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(held), "a number")


def _shown(text: str) -> str:
    """Of a text from the file, what can be printed on one line."""
    short = text if len(text) <= 80 else f"{text[:77]}..."
    return "".join(c if c.isprintable() else "?" for c in short)


# ---- linear programs -------------------------------------------------------------------------------


class Program:
    """The program of a file; row r is the integers `rows[r]` at `places[r]`, over `scales[r]`."""

    def __init__(self, held: object) -> None:
        main = _object(held, "the program", "name sense objective columns rows")
        columns = _object(main["columns"], "`columns`", "names lower upper")
        rows = _object(main["rows"], "`rows`", "names lower upper starts columns coefficients")
        objective = _object(main["objective"], "the objective", "name constant columns coefficients")
        if main["sense"] not in ("maximize", "minimize"):
            raise Malformed("the sense is neither maximize nor minimize")
        self.name = _string(main["name"], "the name of the program")
        self.maximize = main["sense"] == "maximize"
        self.columns = _names(columns["names"], None, "columns.names")
        self.width = len(self.columns)
        self.lower = _sides(columns["lower"], self.width, "columns.lower")
        self.upper = _sides(columns["upper"], self.width, "columns.upper")
        self.names = _names(rows["names"], None, "rows.names")
        self.height = len(self.names)
        self.row_lower = _sides(rows["lower"], self.height, "rows.lower")
        self.row_upper = _sides(rows["upper"], self.height, "rows.upper")
        self.objective = _string(objective["name"], "the name of the objective")
        self.constant = Fraction(*_rational(objective["constant"]))
        self.cost = self._cost(objective)
        self._matrix(rows)

    def _cost(self, objective: dict[str, Any]) -> list[Pair]:
        places = _places(objective["columns"], self.width, "objective.columns")
        values = _rationals(objective["coefficients"], len(places), "objective.coefficients")
        if len(set(places)) != len(places):
            raise Malformed("the objective names a column twice")
        cost = [(0, 1)] * self.width
        for place, value in zip(places, values, strict=True):
            cost[place] = value
        return cost

    def _matrix(self, rows: dict[str, Any]) -> None:
        places = _places(rows["columns"], self.width, "rows.columns")
        values = _rationals(rows["coefficients"], len(places), "rows.coefficients")
        starts = _places(rows["starts"], len(places) + 1, "rows.starts", self.height + 1)
        if starts[0] != 0 or starts[-1] != len(places) or any(a > b for a, b in pairwise(starts)):
            raise Malformed("`rows.starts` does not cut the coefficients into rows")
        self.places: list[list[int]] = []
        self.rows: list[list[int]] = []
        self.scales: list[int] = []
        for a, b in pairwise(starts):
            scale = lcm(*(q for _, q in values[a:b]))
            self.places.append(places[a:b])
            self.rows.append([p * (scale // q) for p, q in values[a:b]])
            self.scales.append(scale)

    def bodies(self, vector: list[int]) -> list[int]:
        """Of each row its sum at integers (columns,), times its scale."""
        return [
            sum([a * vector[j] for a, j in zip(row, places, strict=True)])
            for row, places in zip(self.rows, self.places, strict=True)
        ]

    def combination(self, weights: list[Pair]) -> tuple[list[int], int]:
        """The weighted sum of the rows: integers (columns,) over a common denominator."""
        used = [(r, w) for r, w in enumerate(weights) if w[0]]
        common = lcm(*(q * self.scales[r] for r, (_, q) in used))
        total = [0] * self.width
        for r, (p, q) in used:
            weight = p * (common // (q * self.scales[r]))
            for a, j in zip(self.rows[r], self.places[r], strict=True):
                total[j] += weight * a
        return total, common

    def worth(self, vector: list[Pair]) -> Fraction:
        """The objective without its constant."""
        tops, common = _common(vector)
        places = [j for j in range(self.width) if self.cost[j][0]]
        scale = lcm(*(self.cost[j][1] for j in places))
        total = sum(self.cost[j][0] * (scale // self.cost[j][1]) * tops[j] for j in places)
        return Fraction(total, scale * common)


def _common(vector: list[Pair]) -> tuple[list[int], int]:
    """Numerators over one denominator."""
    common = lcm(*{q for _, q in vector})
    return [p * (common // q) for p, q in vector], common


def _text(value: Fraction) -> str:
    """As short as it can be said: very long numbers only by their size."""
    if max(abs(value.numerator), value.denominator) < 10**40:
        return str(value)
    return f"a fraction of {value.numerator.bit_length()} over {value.denominator.bit_length()} bits"


def _meets(program: Program, vector: list[Pair]) -> None:
    """Raises Refused where a point is outside a bound or a row."""
    for name, (p, q), low, high in zip(program.columns, vector, program.lower, program.upper, strict=True):
        _inside(f"column `{_shown(name)}`", p, q, low, high)
    tops, common = _common(vector)
    for r, body in enumerate(program.bodies(tops)):
        name = f"row `{_shown(program.names[r])}`"
        _inside(name, body, common * program.scales[r], program.row_lower[r], program.row_upper[r])


def _inside(name: str, p: int, q: int, low: Pair | None, high: Pair | None) -> None:
    if low is not None and p * low[1] < low[0] * q:
        raise Refused(f"{name} is {_text(Fraction(p, q))}, below its lower bound {_text(Fraction(*low))}")
    if high is not None and p * high[1] > high[0] * q:
        raise Refused(f"{name} is {_text(Fraction(p, q))}, above its upper bound {_text(Fraction(*high))}")


def _held(name: str, weight: Pair, low: Pair | None, high: Pair | None, lower: bool) -> Fraction:
    """A weight times the side it stands for."""
    side = low if lower else high
    if side is None:
        raise Refused(f"{name} has a weight for its {'lower' if lower else 'upper'} bound, and has none")
    return Fraction(weight[0] * side[0], weight[1] * side[1])


def _total(program: Program, rows: list[Pair], columns: list[Pair], rises: bool) -> Fraction:
    """All weights times their sides; a positive one stands for the lower side where `rises`."""
    terms = [
        _held(f"row `{_shown(program.names[r])}`", w, program.row_lower[r], program.row_upper[r], (w[0] > 0) == rises)
        for r, w in enumerate(rows)
        if w[0]
    ]
    terms += [
        _held(f"column `{_shown(program.columns[j])}`", w, program.lower[j], program.upper[j], (w[0] > 0) == rises)
        for j, w in enumerate(columns)
        if w[0]
    ]
    scale = lcm(*{t.denominator for t in terms})
    return Fraction(sum(t.numerator * (scale // t.denominator) for t in terms), scale)


def _equal(claimed: Fraction, found: Fraction, what: str) -> None:
    if claimed != found:
        raise Refused(f"the file claims {what} {_text(claimed)}, and it is {_text(found)}")


def optimal(file: dict[str, Any]) -> list[str]:
    program = Program(file["program"])
    claimed = _claim(file, "objective")
    point = _rationals(file["point"], program.width, "point")
    duals = _rationals(file["row_multipliers"], program.height, "row_multipliers")
    left = _rationals(file["reduced_costs"], program.width, "reduced_costs")
    _meets(program, point)
    _equal(claimed, program.worth(point) + program.constant, "the objective")
    sums, common = program.combination(duals)
    for j, (name, (p, q), (c, d)) in enumerate(zip(program.columns, left, program.cost, strict=True)):
        if (c * common - sums[j] * d) * q != p * d * common:
            raise Refused(
                f"column `{_shown(name)}`: its cost is not what the multipliers of its rows and bounds make up"
            )
    bound = _total(program, duals, left, rises=not program.maximize) + program.constant
    _equal(claimed, bound, "that the multipliers allow no better objective than")
    best = "largest" if program.maximize else "smallest"
    return [
        f"optimal: the {best} `{_shown(program.objective)}` is {_about(claimed)}",
        f"checked: {_size(program)}; the point meets them all, and the multipliers allow no better one",
    ]


def infeasible(file: dict[str, Any]) -> list[str]:
    program = Program(file["program"])
    claimed = _claim(file, "gap")
    rows = _rationals(file["row_weights"], program.height, "row_weights")
    columns = _rationals(file["column_weights"], program.width, "column_weights")
    if "crossed" in file:
        return _crossed(program, file["crossed"], claimed, [*rows, *columns])
    sums, common = program.combination(rows)
    for j, (p, q) in enumerate(columns):
        if sums[j] * q + p * common:
            raise Refused(f"column `{_shown(program.columns[j])}` does not cancel in the weighted sum")
    gap = _total(program, rows, columns, rises=True)
    _equal(claimed, gap, "a gap of")
    if gap <= 0:
        raise Refused(f"the weighted rows add up to 0 >= {_text(gap)}, which is no contradiction")
    used = [f"  {_weight(w)} times {_shown(n)}" for n, w in zip(program.names, rows, strict=True) if w[0]]
    used += [
        f"  {_weight(w)} times a bound of {_shown(n)}" for n, w in zip(program.columns, columns, strict=True) if w[0]
    ]
    more = [f"  and {len(used) - SHOWN} more"] if len(used) > SHOWN else []
    return [
        f"infeasible: these constraints, with these weights, add up to 0 >= {_text(gap)}:",
        *used[:SHOWN],
        *more,
        f"checked: {_size(program)}",
    ]


def _crossed(program: Program, held: object, claimed: Fraction, weights: list[Pair]) -> list[str]:
    kinds = {"row": (program.names, program.row_lower, program.row_upper)}
    kinds["column"] = (program.columns, program.lower, program.upper)
    where = _object(held, "`crossed`", "", "row column")
    if len(where) != 1:
        raise Malformed("`crossed` names one row or one column")
    ((kind, place),) = where.items()
    names, lower, upper = kinds[kind]
    _places([place], len(names), "crossed")
    low, high, name = lower[place], upper[place], f"{kind} `{_shown(names[place])}`"
    if any(p for p, _ in weights):
        raise Refused("there are weights beside the crossed bounds")
    if low is None or high is None or Fraction(*low) <= Fraction(*high):
        raise Refused(f"{name} has no lower bound above an upper one")
    _equal(claimed, Fraction(*low) - Fraction(*high), "a gap of")
    return [f"infeasible: {name} has a lower bound above its upper one, by {_text(claimed)}"]


def unbounded(file: dict[str, Any]) -> list[str]:
    program = Program(file["program"])
    claimed = _claim(file, "slope")
    point = _rationals(file["point"], program.width, "point")
    ray = _rationals(file["ray"], program.width, "ray")
    _meets(program, point)
    for name, (p, _), low, high in zip(program.columns, ray, program.lower, program.upper, strict=True):
        _free(f"column `{_shown(name)}`", p, low, high)
    for name, body, low, high in zip(
        program.names, program.bodies(_common(ray)[0]), program.row_lower, program.row_upper, strict=True
    ):
        _free(f"row `{_shown(name)}`", body, low, high)
    _equal(claimed, program.worth(ray), "a slope of")
    if claimed == 0 or (claimed > 0) != program.maximize:
        raise Refused(f"the objective does not improve along the ray: its slope is {_text(claimed)}")
    way = "rises" if program.maximize else "falls"
    return [
        f"unbounded: `{_shown(program.objective)}` {way} for ever, by {_text(abs(claimed))} with every step of the ray",
        f"checked: {_size(program)}; the point meets them all, and nothing stops the ray",
    ]


def _free(name: str, change: int, low: Pair | None, high: Pair | None) -> None:
    if (change < 0 and low is not None) or (change > 0 and high is not None):
        raise Refused(f"{name} stops the ray at its {'lower' if change < 0 else 'upper'} bound")


# ---- payments as potentials of a graph -------------------------------------------------------------


def cycle(file: dict[str, Any]) -> list[str]:
    claimed = _claim(file, "sum")
    edges = [_object(e, "an edge", "from to weight name") for e in _list(file["edges"], None, "edges")]
    if not edges:
        raise Malformed("`edges` is empty")
    for edge in edges:
        for key in ("from", "to", "name"):
            _string(edge[key], f"`{key}` of an edge")
    weights = [_rational(e["weight"]) for e in edges]
    for before, edge in zip([edges[-1], *edges[:-1]], edges, strict=True):
        if before["to"] != edge["from"]:
            raise Refused(
                f"`{_shown(edge['name'])}` does not start at `{_shown(before['to'])}`, where the last edge ended"
            )
    tops, common = _common(weights)
    total = Fraction(sum(tops), common)
    _equal(claimed, total, "a sum of")
    if total >= 0:
        raise Refused(f"the cycle adds up to {_text(total)}, which is no contradiction")
    used = [f"  {_shown(e['name'])}: {_weight(w)}" for e, w in zip(edges, weights, strict=True)]
    more = [f"  and {len(used) - SHOWN} more"] if len(used) > SHOWN else []
    title = _shown(_string(file["title"], "the title"))
    return [f"impossible: a closed cycle adds up to {_text(total)}, below 0 ({title}):", *used[:SHOWN], *more]


def path(file: dict[str, Any]) -> list[str]:
    nodes = _names(file["nodes"], None, "nodes")
    tops, common = _common(_rationals(file["potentials"], len(nodes), "potentials"))
    edges = _object(file["edges"], "`edges`", "from to weight")
    start = _places(edges["from"], len(nodes), "edges.from")
    end = _places(edges["to"], len(nodes), "edges.to", len(start))
    weights = _rationals(edges["weight"], len(start), "edges.weight")
    count = _object(file["claims"], "`claims`", "edges")["edges"]
    if type(count) is not int:
        raise Malformed("`claims.edges` is a number")
    if count != len(start):
        raise Refused(f"the file claims {count} edges, and has {len(start)}")
    for a, b, (p, q) in zip(start, end, weights, strict=True):
        if (tops[b] - tops[a]) * q > p * common:
            raise Refused(f"the edge from `{_shown(nodes[a])}` to `{_shown(nodes[b])}` is not met")
    title = _shown(_string(file["title"], "the title"))
    return [f"feasible: the potentials of {len(nodes)} nodes meet all {len(start)} edges ({title})"]


# ---- the file --------------------------------------------------------------------------------------


def _claim(file: dict[str, Any], key: str) -> Fraction:
    return Fraction(*_rational(_object(file["claims"], "`claims`", key)[key]))


def _weight(weight: Pair) -> str:
    value = Fraction(*weight)
    return f"{'+' if value > 0 else ''}{_text(value)}"


def _about(value: Fraction) -> str:
    if value.denominator == 1 and abs(value) < 10**40:
        return f"{value} exactly"
    try:
        near = float(value)
    except OverflowError:
        return _text(value)
    return f"{_text(value)} exactly (about {near:.10g})"


def _size(program: Program) -> str:
    entries = sum(len(row) for row in program.rows)
    return f"{program.height} rows and {program.width} columns, {entries} coefficients"


KINDS = {
    "optimal": (optimal, "program point row_multipliers reduced_costs", ""),
    "infeasible": (infeasible, "program row_weights column_weights", "crossed"),
    "unbounded": (unbounded, "program point ray", ""),
    "cycle": (cycle, "title edges", ""),
    "path": (path, "title nodes potentials edges", ""),
}


def check(data: bytes) -> list[str]:
    """What a certificate proves, in a few lines; raises Refused or Malformed."""
    try:
        file = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as wrong:
        raise Malformed(f"not JSON ({_shown(str(wrong))})") from None
    if not isinstance(file, dict) or file.get("format") != FORMAT:
        raise Malformed("not a certificate of MDL")
    if type(file.get("version")) is not int or file["version"] != VERSION:
        raise Malformed(f"not of version {VERSION}")
    kind = file.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise Malformed("the kind is none that this version knows")
    run, keys, optional = KINDS[kind]
    _object(file, "the file", f"format version kind model claims {keys}", f"seal {optional}")
    model = file["model"]
    if not isinstance(model, dict) or not all(isinstance(v, str) for v in model.values()):
        raise Malformed("`model` is an object of strings")
    lines = run(file)
    return lines + [f"{_shown(k)} of the model: {_shown(v)}" for k, v in list(model.items())[:4]]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        raise Malformed("a key is there twice")
    return held


# ---- the file as a whole ---------------------------------------------------------------------------


def seal(document: dict[str, Any]) -> str:
    """A digest of everything in a certificate but the seal itself."""
    rest = {key: value for key, value in document.items() if key != "seal"}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _unbroken(document: dict[str, Any]) -> None:
    if document.get("seal") != seal(document):
        raise Refused("its seal does not fit: the file was changed since it was written")


def _same_model(document: dict[str, Any], model: bytes) -> str:
    """Newlines and the byte-order mark are no part of a model."""
    text = model.removeprefix(b"\xef\xbb\xbf")
    named = document["model"].get("sha256")
    if named not in (sha256(text).hexdigest(), sha256(text.replace(b"\r\n", b"\n")).hexdigest()):
        raise Refused("it is about another model than this one, or another version of it")
    return "the model is the one that the certificate names"


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2) or any(a.startswith("-") for a in arguments):
        print("usage: python -m mdl.certificate FILE [MODEL]", file=sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # names may hold letters that the stream has not
            stream.reconfigure(errors="backslashreplace")
    held: list[bytes] = []
    for path in arguments:
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - nothing but the plainest of the standard library
                held.append(file.read())
        except OSError as why:
            print(f"cannot read {_shown(path)}: {why.strerror}", file=sys.stderr)
            return 2
    try:
        lines = check(held[0])
        document = json.loads(held[0])
        _unbroken(document)
        if len(held) == 2:
            lines.append(_same_model(document, held[1]))
        print("\n".join(lines), flush=True)
    except OSError as why:  # of the output: its reader has gone, or its disk is full
        sys.stdout = None
        print(f"cannot write: {why.strerror}", file=sys.stderr)
        return 2
    except Refused as why:
        print(f"refused: {why}", file=sys.stderr)
        return 1
    except Malformed as why:
        print(f"malformed: {why}", file=sys.stderr)
        return 2
    except MemoryError:
        print("malformed: larger than the memory", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
