"""Audits of second-price auctions beside mechaudit: every lie of every bidder, and participation, at every profile.

`mdl` starts from the file: outcomes of all report profiles, payments by `vcg`, then the audit.  `mdl_table` starts
where mechaudit does, from arrays of outcomes and payments.  MDL audits in exact integers, mechaudit in floats.
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


def make_audit(folder: Path, bidders: int, values: int, family: str = "vcg") -> None:
    """The auction as a file and as numbers; `family` is vcg (the second price) or pay_as_bid (the first)."""
    names = ", ".join(f"b{k}" for k in range(bidders))
    (folder / "auction.mdl").write_text(
        f"""model auction "One item";
agents BIDDER := {{{names}}};
type value[BIDDER] in 1..{values};
var win[BIDDER] >= 0;
subject to one_item: sum(i in BIDDER) win[i] <= 1;
valuation[i in BIDDER] = value[i] * win[i];
maximize welfare: sum(i in BIDDER) valuation[i];
mechanism auctioned = {family}(welfare);
check auctioned: dominant_ic, ex_post_ir;
""",
        encoding="utf-8",
    )
    (folder / "auction.json").write_text(json.dumps([bidders, values, family]), encoding="utf-8")


def _arrays(folder: Path) -> tuple[int, int, Array, Array]:
    """Who wins and what the winner pays, by report profile: shape (values,) * bidders; ties go to the first."""
    bidders, values, family = json.loads((folder / "auction.json").read_text(encoding="utf-8"))
    bids = np.stack(np.meshgrid(*[np.arange(1, values + 1)] * bidders, indexing="ij"))
    price = np.sort(bids, axis=0)[-2] if family == "vcg" else bids.max(axis=0)
    return bidders, values, bids.argmax(axis=0), price


# ---- MDL -----------------------------------------------------------------------------------------------


def mdl(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        from mdl import driver
        from mdl.program.solution import SolverOptions
        from mdl.tasks.mechanisms import mechanisms
        from mdl.tasks.results import Results
    with clock("load"):
        instance = driver.load(folder / "auction.mdl")
    with clock("table"):
        task = instance.model.tasks[0]
        held = mechanisms(instance, Results(instance, SolverOptions()))
        studied = held.of(task.mechanism)
        held.table(studied, task.span)
    with clock("audit"):
        verdicts = held.audit(studied, task.properties, task.span)
    return lambda: _said(verdicts)


def mdl_table(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        from mdl.algebra.numbers import Numbers
        from mdl.mechanisms.audit.audit import audit_many
        from mdl.mechanisms.tables import AgentTable, MechanismTable
    with clock("table"):
        bidders, values, winner, price = _arrays(folder)
        case = np.arange(winner.size).reshape(winner.shape)
        agents = []
        for a in range(bidders):
            wins, pays = (np.moveaxis(x, a, 0).reshape(values, -1) for x in (winner == a, price * (winner == a)))
            worth = np.arange(1, values + 1)[:, None, None] * wins
            agents.append(
                AgentTable(
                    f"b{a}",
                    values,
                    wins.shape[1],
                    Numbers.exact(worth.ravel()),
                    None,
                    np.ones((values, values), dtype=np.bool_),
                    Numbers.constant(0, wins.size),
                    Numbers.exact(pays.ravel()),
                    None,
                    np.moveaxis(case, a, 0).reshape(values, -1),
                    lambda t: str(t + 1),
                    lambda s: f"the others are number {s}",
                )
            )
        everyone = np.arange(bidders)[:, None] == winner.ravel()
        table = MechanismTable(
            tuple(agents),
            winner.size,
            Numbers.exact((price.ravel() * everyone).ravel()),
            Numbers.constant(0, everyone.size),
            Numbers.constant(0, winner.size),
            None,
            None,
            str,
            tuple(f"b{a}" for a in range(bidders)),
        )
    with clock("audit"):
        verdicts = audit_many(table, ["dominant_ic", "ex_post_ir"])
    return lambda: _said(verdicts)


def _said(verdicts: Any) -> list[Any]:
    """Largest gain of a lie and loss by taking part, and how many of each were looked at."""
    found: list[Any] = [f"{v.verdict} ({v.level})" for v in verdicts]
    return [*found, *(float(v.violation) for v in verdicts), *(v.comparisons for v in verdicts)]


# ---- peers ---------------------------------------------------------------------------------------------


def mechaudit(folder: Path, clock: Clock) -> Finish:
    with clock("import"):
        from mechaudit import DSIC, DirectMechanism, ExPostIR, FiniteEnvironment, PrivateValues
    with clock("table"):
        bidders, values, winner, price = _arrays(folder)
        names = [f"b{a}" for a in range(bidders)]
        environment = FiniteEnvironment(
            agents={name: range(1, values + 1) for name in names},
            outcomes=["nobody", *names],
            values=PrivateValues(lambda agent, own, outcome: float(own) if outcome == agent else 0.0),
        )
        allocation = (winner.ravel()[:, None] + 1 == np.arange(bidders + 1)).astype(np.float64)
        payments = allocation[:, 1:] * price.ravel()[:, None]
        mechanism = DirectMechanism(allocation=allocation, payments=payments, environment=environment)
    with clock("audit"):
        report = environment.audit(mechanism, (DSIC(), ExPostIR()))
    return lambda: _reported(report)


def _reported(report: Any) -> list[Any]:
    lies, takes = (report.ic.checks, report.ir.checks)
    worst = [max(0.0, -min(c.slack for c in checks)) for checks in (lies, takes)]
    return ["passed" if report.passed else "failed", *worst, len(lies), len(takes)]


def _case(bidders: int, sizes: tuple[int, ...]) -> Case:
    def make(folder: Path, size: int) -> None:
        make_audit(folder, bidders, size)

    title = f"Audit of a second-price auction of {bidders} bidders, values a bidder"
    peers: dict[str, Peer] = {"mdl": mdl, "mdl_table": mdl_table, "mechaudit": mechaudit}
    return Case(f"audit_{bidders}_bidders", title, sizes, make, peers, "mdl")


CASES = (_case(2, (20, 40, 80)), _case(3, (10, 20)))
