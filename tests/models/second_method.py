"""The same optima by numerical solvers of scipy, from each problem written out again as matrices.

A check of the closed forms in `reference`; nothing of mdl is used.  Every function returns the optimal objective
and, where the optimum is unique, some of its variables.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp, minimize

from tests.models import reference, reference_linear

Array = NDArray[np.float64]


def log_welfare(theta: Array, rows: Array, capacity: Array, shift: float = 1.0) -> tuple[float, Array]:
    """Maximise sum theta * log(shift + x) over rows x <= capacity, x >= 0; columns past theta have no worth."""
    n, width = len(theta), rows.shape[1]

    def loss(z: Array) -> float:
        with np.errstate(divide="ignore"):  # the line search tries the edge of the domain
            return -float(theta @ np.log(shift + z[:n]))

    def slope(z: Array) -> Array:
        return np.concatenate([-theta / (shift + z[:n]), np.zeros(width - n)])

    found = minimize(
        loss,
        np.full(width, 0.1),
        jac=slope,
        method="SLSQP",
        bounds=[(0, None)] * width,
        constraints=[{"type": "ineq", "fun": lambda z: capacity - rows @ z, "jac": lambda z: -rows}],
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    return -found.fun, found.x


def unicast() -> tuple[float, Array]:
    return log_welfare(np.array([1.0, 2, 4, 2]), np.array([[1.0, 1, 1, 1], [1, 1, 1, 0]]), np.array([10.0, 6]))


def multicast() -> tuple[float, Array]:
    rows = np.array([[0.0, 0, 0, 1, 1], [1, 0, 0, -1, 0], [0, 1, 0, -1, 0], [0, 0, 1, 0, -1]])
    return log_welfare(np.array([3.0, 1, 2]), rows, np.array([1.0, 0, 0, 0]))


def multicast_network() -> tuple[float, Array]:
    entries = [
        {4: 1.0, 5: 1.0},
        {6: 1.0, 7: 1.0},
        {0: 1.0, 4: -1.0},
        {1: 1.5, 4: -1.0},
        {2: 1.0, 5: -1.0},
        {3: 1.0, 5: -1.0},
        {1: 1.0, 6: -1.0},
        {2: 1.25, 7: -1.0},
    ]
    rows = np.zeros((len(entries), 8))
    for row, entry in zip(rows, entries, strict=True):
        for column, value in entry.items():
            row[column] = value
    return log_welfare(np.array([3.0, 2, 4, 1]), rows, np.array([6.0, 2, 0, 0, 0, 0, 0, 0]))


def kelly() -> tuple[float, Array]:
    return log_welfare(np.ones(3), np.array([[1.0, 1, 0], [1, 0, 1]]), np.ones(2), shift=0.0)


def quadratic(common: bool) -> tuple[float, Array]:
    """The quadratic economy, one x for everybody or a sum of 10, by one linear solve of its KKT system."""
    rows = reference.quadratic_data()
    theta = np.array([float(t) for _, t, _ in rows])
    sigma = np.array([float(s) for _, _, s in rows])
    if common:
        x = np.full(31, np.roots(np.polyder([theta.sum(), sigma.sum(), 0]))[0])
    else:
        system = np.block([[np.diag(2 * theta), -np.ones((31, 1))], [np.ones((1, 31)), np.zeros((1, 1))]])
        x = np.linalg.solve(system, np.concatenate([-sigma, [10.0]]))[:31]
    return float(theta @ x**2 + sigma @ x), x


def smart_grid() -> tuple[float, Array]:
    """With the utility as the thesis prints it: flat beyond 2 theta."""
    theta = np.array([15.0] * 10 + [5.0] * 90)

    def loss(x: Array) -> float:
        value = np.where(x < 2 * theta, theta * x - x**2 / 4, theta**2)
        return 0.3 * float(x.sum()) ** 2 - float(value.sum())

    def slope(x: Array) -> Array:
        return 0.6 * x.sum() - np.where(x < 2 * theta, theta - x / 2, 0.0)

    found = minimize(
        loss,
        np.full(100, 1.0),
        jac=slope,
        method="L-BFGS-B",
        bounds=[(0.1, None)] * 100,
        options={"ftol": 1e-16, "gtol": 1e-10, "maxiter": 5000},
    )
    return -found.fun, found.x


def cooperative_production() -> tuple[float, Array]:
    cost = np.array(list(reference.COST.values()))
    capacity = np.array(list(reference.CAPACITY.values()))

    def loss(x: Array) -> float:
        return float(cost @ x) - float(np.sqrt(10 * x.sum()))

    def slope(x: Array) -> Array:
        return cost - np.sqrt(10) / (2 * np.sqrt(x.sum()))

    found = minimize(
        loss,
        capacity / 2,
        jac=slope,
        method="L-BFGS-B",
        bounds=list(zip(0 * capacity, capacity, strict=True)),
        options={"ftol": 1e-16, "gtol": 1e-12, "maxiter": 5000},
    )
    return -found.fun, found.x


def data_sharing() -> tuple[float, Array]:
    weight = np.array(reference.ALPHA).sum(axis=0)
    own = [reference.model_quality(t) for t in reference.SIZE]
    best = reference.model_quality(sum(reference.SIZE))
    found = linprog(-weight, bounds=[(low, best) for low in own])
    return -found.fun, found.x


def procurement_flow() -> tuple[float, Array]:
    edges = reference_linear.read("procurement.csv")
    vertices = sorted({e["tail"] for e in edges} | {e["head"] for e in edges})
    balance = np.zeros((len(vertices), len(edges) + 1))
    for k, edge in enumerate(edges):
        balance[vertices.index(edge["head"]), k] += 1
        balance[vertices.index(edge["tail"]), k] -= 1
    balance[vertices.index("terminal"), -1] = -1
    balance[vertices.index("origin"), -1] = 1
    worth = np.array([-float(e["cost"]) for e in edges] + [19.0])
    bounds = [(float(e["low"]), float(e["high"])) for e in edges] + [(0.0, np.inf)]
    found = linprog(-worth, A_eq=balance, b_eq=np.zeros(len(vertices)), bounds=bounds)
    for column in range(len(worth)):  # the optimum is unique: no variable moves while the surplus is kept
        for sign in (1, -1):
            direction = np.zeros(len(worth))
            direction[column] = sign
            other = linprog(
                direction,
                A_eq=np.vstack([balance, worth]),
                b_eq=np.append(np.zeros(len(vertices)), -found.fun),
                bounds=bounds,
            )
            assert abs(other.x[column] - found.x[column]) < 1e-6
    return -found.fun, found.x


def transport() -> tuple[float, Array]:
    cost = 0.09 * np.array([float(r["thousand_miles"]) for r in reference_linear.read("distances.csv")])
    offered = [float(r["cases"]) for r in reference_linear.read("plants.csv")]
    wanted = [float(r["cases"]) for r in reference_linear.read("markets.csv")]
    rows = np.vstack([np.kron(np.eye(2), np.ones(3)), -np.kron(np.ones(2), np.eye(3))])
    found = linprog(cost, A_ub=rows, b_ub=np.array([*offered, *(-w for w in wanted)]))
    return found.fun, found.x


def winner_determination() -> tuple[float, Array]:
    rows = [[float(g in p) for p in reference_linear.PACKAGES] for g in "nsew"]
    rows += [[float(b == i) for b in reference_linear.BIDDERS] for i in ("ada", "ben", "cem")]
    found = milp(
        -np.array(reference_linear.OFFERS, dtype=float),
        constraints=LinearConstraint(np.array(rows), ub=1.0),
        bounds=Bounds(0, 1),
        integrality=np.ones(8),
    )
    return -found.fun, found.x


def winner_relaxation() -> float:
    rows = [[float(g in p) for p in reference_linear.PACKAGES] for g in "nsew"]
    rows += [[float(b == i) for b in reference_linear.BIDDERS] for i in ("ada", "ben", "cem")]
    return float(-linprog(-np.array(reference_linear.OFFERS), A_ub=rows, b_ub=np.ones(7), bounds=(0, 1)).fun)
