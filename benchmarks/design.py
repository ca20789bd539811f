"""Designs of one-item auctions: the incentive program as a solver holds it, and the revenue that it earns.

`incentives_fixed` and `incentives_free`: payments for the efficient outcome, or outcome and payments together, with
every incentive row, from the file to an LP that HiGHS holds; nothing is solved.  The peer is what one would write by
hand for this one auction: NumPy arrays straight into HiGHS.
`revenue_2_bidders`, `revenue_3_bidders`: the best auction found and proved, from the file; the peer is mechaudit,
which solves the same linear program in floats.  `mdl_full` keeps every incentive row.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.measure import Case, Clock, Peer

Array = npt.NDArray[Any]
Finish = Callable[[], Any]


def make(folder: Path, bidders: int, values: int, outcome: str) -> None:
    names = ", ".join(f"b{k}" for k in range(bidders))
    (folder / "auction.mdl").write_text(
        f"""model auction "One item";
agents BIDDER := {{{names}}};
type value[BIDDER] in 1..{values};
prior value ~ uniform;
var win[BIDDER] >= 0;
subject to one_item: sum(i in BIDDER) win[i] <= 1;
valuation[i in BIDDER] = value[i] * win[i];
maximize welfare: sum(i in BIDDER) valuation[i];
mechanism auctioned {{
    outcome {outcome};
    pay t[BIDDER];
    require dominant_ic, ex_post_ir;
    maximize expected sum(i in BIDDER) t[i];
}}
find auctioned;
""",
        encoding="utf-8",
    )
    (folder / "auction.json").write_text(json.dumps([bidders, values, outcome]), encoding="utf-8")


# ---- to an LP that HiGHS holds -------------------------------------------------------------------------


def mdl(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        from mdl import driver
        from mdl.backends import highs
        from mdl.backends.highs_session import open_highs
        from mdl.mechanisms.design.build import build
        from mdl.mechanisms.unknown import unknown
        from mdl.program.solution import SolverOptions
        from mdl.tasks.mechanisms import mechanisms
        from mdl.tasks.results import Results
    with clock("load"):
        instance = driver.load(folder / "auction.mdl")
    with clock("lift"):
        held = mechanisms(instance, Results(instance, SolverOptions()))
        studied = held.of(instance.model.tasks[0].mechanism)
        design = unknown(held.reports, studied.outcomes, studied.mechanism)
    with clock("build"):
        program = build(design.input).program
    with clock("hand"):
        arrays, _ = highs.prepare(program)
        solver = open_highs(arrays, None, SolverOptions())
    return lambda: _size(solver)


def by_hand(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        import highspy
    with clock("build"):
        _, values, outcome = json.loads((folder / "auction.json").read_text(encoding="utf-8"))
        arrays = _arrays(values, outcome == "free")
    with clock("hand"):
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        cost, lower, upper, high, starts, columns, coefficients = arrays
        no_index, no_value = np.zeros(1, dtype=np.int32), np.zeros(1)
        solver.passModel(
            len(cost), len(high), len(columns), 0, int(highspy.MatrixFormat.kRowwise), 1,
            int(highspy.ObjSense.kMaximize), 0.0, cost, lower, upper, np.full(len(high), -np.inf), high, starts,
            columns, coefficients, no_index, no_index, no_value, np.zeros(len(cost), dtype=np.int32),
        )  # fmt: skip
    return lambda: _size(solver)


def _size(solver: Any) -> list[Any]:
    """Rows, columns, nonzeros, and sums that tell a wrong coefficient, side or cost."""
    lp = solver.getLp()
    values, high = np.asarray(lp.a_matrix_.value_), np.asarray(lp.row_upper_)
    sums = [float(values.sum()), float(np.abs(values).sum()), float(high[np.isfinite(high)].sum())]
    return [solver.getNumRow(), solver.getNumCol(), solver.getNumNz(), *sums, float(np.sum(lp.col_cost_))]


def _arrays(size: int, free: bool) -> tuple[Array, ...]:
    """Columns win[bidder; values] (if free) and t[bidder; values]; rows of the item, of lies and of participation."""
    cases = size * size
    first = 2 * cases if free else 0
    true, lie, other = (x.reshape(-1) for x in np.meshgrid(*(np.arange(size, dtype=np.int32),) * 3, indexing="ij"))
    keep = true != lie
    true, lie, other = true[keep], lie[keep], other[keep]
    lies, width = len(true), 4 if free else 2
    columns, values = np.empty((2 * lies, width), dtype=np.int32), np.empty((2 * lies, width))
    high = np.zeros(2 * lies)
    taking, worth = [], []
    own, rest = (x.reshape(-1) for x in np.meshgrid(*(np.arange(size, dtype=np.int32),) * 2, indexing="ij"))
    for k in range(2):
        here = slice(k * lies, (k + 1) * lies)
        truth, lied, mine = (
            (a * size + b) if k == 0 else (b * size + a) for a, b in ((true, other), (lie, other), (own, rest))
        )
        if free:
            columns[here, 0], values[here, 0] = k * cases + truth, -(true + 1.0)
            columns[here, 1], values[here, 1] = k * cases + lied, true + 1.0
            taking.append(np.stack([k * cases + mine, first + k * cases + mine], axis=1))
            worth.append(np.zeros(cases))
        else:
            wins = np.greater_equal if k == 0 else np.greater
            high[here] = (true + 1.0) * (wins(true, other).astype(np.float64) - wins(lie, other))
            taking.append((first + k * cases + mine)[:, None])
            worth.append((own + 1.0) * wins(own, rest))
        columns[here, -2], values[here, -2] = first + k * cases + truth, 1.0
        columns[here, -1], values[here, -1] = first + k * cases + lied, -1.0
    gains = np.concatenate(taking)
    gain_values = np.ones(gains.shape)
    if free:
        gain_values[:, 0] = -(np.concatenate([own, own]) + 1.0)
    item = np.arange(2 * cases, dtype=np.int32).reshape(2, cases).T if free else np.zeros((0, 2), dtype=np.int32)
    blocks = [(item, np.ones(item.shape)), (columns, values), (gains, gain_values)]
    counts = np.concatenate([np.full(len(c), c.shape[1]) for c, _ in blocks])
    starts = np.zeros(len(counts) + 1, dtype=np.int32)
    np.cumsum(counts, out=starts[1:])
    cost, lower = np.zeros(first + 2 * cases), np.full(first + 2 * cases, -np.inf)
    cost[first:], lower[:first] = 1 / cases, 0.0
    return (
        cost,
        lower,
        np.full(len(cost), np.inf),
        np.concatenate([np.ones(len(item)), high, *worth]),
        starts,
        np.concatenate([c.reshape(-1) for c, _ in blocks]).astype(np.int32),
        np.concatenate([v.reshape(-1) for _, v in blocks]),
    )


# ---- revenue -------------------------------------------------------------------------------------------


def found(full: bool) -> Peer:
    def peer(folder: Path, clock: Clock) -> Finish:
        with clock("import"):
            # loaded when first needed; the peer loads all that it needs at once
            import highspy  # noqa: F401
            import scipy.sparse.linalg  # noqa: F401

            from mdl import driver
            from mdl.program.solution import SolverOptions
            from mdl.tasks import mechanisms
            from mdl.tasks.results import Results
        with clock("load"):
            instance = driver.load(folder / "auction.mdl")
        with clock("find"):
            results = Results(instance, SolverOptions(), full=full)
            answer = mechanisms.answer(instance, instance.model.tasks[0], "find auctioned", results)
        return lambda: [*(n for n in answer.notes if "proved" in n), float(answer.objective or 0)]

    return peer


def mechaudit(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        from mechaudit import DSIC, ExpectedRevenue, ExPostIR, FiniteEnvironment, JointPrior, PrivateValues
    with clock("find"):
        bidders, values, _ = json.loads((folder / "auction.json").read_text(encoding="utf-8"))
        names = [f"b{k}" for k in range(bidders)]
        types = {name: range(1, values + 1) for name in names}
        environment = FiniteEnvironment(
            agents=types,
            outcomes=["nobody", *names],
            prior=JointPrior.from_independent({name: dict.fromkeys(held, 1 / values) for name, held in types.items()}),
            values=PrivateValues(lambda agent, own, outcome: float(own) if outcome == agent else 0.0),
        )
        problem = environment.design(objective=ExpectedRevenue(), requirements=(DSIC(), ExPostIR()))
        solution = problem.solve()
    return lambda: ["in floats", float(solution.objective_value)]


# ---- cases ---------------------------------------------------------------------------------------------


def _incentives(outcome: str, name: str) -> Case:
    title = f"Incentive program of two bidders to an LP that HiGHS holds, outcome {outcome}; values a bidder"
    peers: dict[str, Peer] = {"mdl": mdl, "numpy": by_hand}
    return Case(name, title, (60, 120), lambda folder, size: make(folder, 2, size, outcome), peers, "numpy")


def _revenue(bidders: int, sizes: tuple[int, ...]) -> Case:
    title = f"Best auction of one item for {bidders} bidders; values a bidder"
    peers: dict[str, Peer] = {"mdl": found(False), "mdl_full": found(True), "mechaudit": mechaudit}
    name = f"revenue_{bidders}_bidders"
    return Case(name, title, sizes, lambda folder, size: make(folder, bidders, size, "free"), peers, "mdl")


CASES = (
    _incentives("welfare", "incentives_fixed"),
    _incentives("free", "incentives_free"),
    _revenue(2, (20, 40)),
    _revenue(3, (10,)),
)
