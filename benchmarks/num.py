"""Network utility maximisation: max sum of theta log(1 + x) over links of finite capacity, three links a user.

A user's links lie near each other, as in a network that is more than one knot.  A size is the number of users;
there is one link for ten users.  The answer that all must reach is the welfare.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import Case, Clock

MODEL = """
model num "Rates on a network";

agents USER;
set LINK;
set users[LINK] in USER;
param theta[USER] > 0;
param capacity[LINK] > 0;
data "users.csv" : USER = [user], theta[user] = theta;
data "links.csv" : LINK = [link], capacity[link] = capacity;
data "routes.csv" : users[link] = user;

var x[USER] >= 0;
subject to load[l in LINK]: sum(i in users[l]) x[i] <= capacity[l];
maximize welfare: sum(i in USER) theta[i] * log(1 + x[i]);
solve welfare;
"""


def make(folder: Path, size: int) -> None:
    import random

    source = random.Random(size)
    links = max(3, size // 10)
    routes = []
    for user in range(size):
        first = user * links // size
        routes += [(f"l{link}", f"u{user}") for link in sorted({(first + k) % links for k in (0, 1, 2)})]
    lines = [f"u{user},{source.randint(10, 30) / 10}" for user in range(size)]
    (folder / "users.csv").write_text("\n".join(["user,theta", *lines]) + "\n")
    lines = [f"l{link},{source.randint(5, 15)}" for link in range(links)]
    (folder / "links.csv").write_text("\n".join(["link,capacity", *lines]) + "\n")
    (folder / "routes.csv").write_text("\n".join(["link,user", *(",".join(r) for r in routes)]) + "\n")
    (folder / "num.mdl").write_text(MODEL)


def read(folder: Path) -> tuple[Any, Any, Any, Any]:
    """theta (users,), capacity (links,), and the link and the user of each pair."""
    import csv

    import numpy as np

    tables = []
    for name in ("users", "links", "routes"):
        with (folder / f"{name}.csv").open(newline="") as file:
            tables.append(list(csv.reader(file))[1:])
    users, links, routes = tables
    user = {row[0]: k for k, row in enumerate(users)}
    link = {row[0]: k for k, row in enumerate(links)}
    theta = np.array([float(row[1]) for row in users])
    capacity = np.array([float(row[1]) for row in links])
    return theta, capacity, np.array([link[a] for a, _ in routes]), np.array([user[b] for _, b in routes])


def mdl(folder: Path, clock: Clock) -> Callable[[], Any]:
    with clock("import"):
        from mdl.backends import dispatch, ipopt
        from mdl.data.bind import Overrides, bind
        from mdl.lowering.welfare import lower
        from mdl.semantics.resolve import resolve
        from mdl.syntax.parse import parse, read_source

        ipopt.probe()
    with clock("parse"):
        tree, _ = parse(read_source(folder / "num.mdl"))
    with clock("resolve"):
        model, _ = resolve(tree)
    with clock("bind"):
        instance = bind(model, folder, Overrides())
    with clock("lower"):
        program = lower(instance, model.symbols["welfare"]).program
    with clock("solve"):
        found = dispatch.solve(program)
    return lambda: [found.status.name, found.objective]


def cvxpy_clarabel(folder: Path, clock: Clock) -> Callable[[], Any]:
    with clock("import"):
        import clarabel  # noqa: F401
        import cvxpy as cp
        import numpy as np
        import scipy.sparse as sp
    with clock("read"):
        theta, capacity, link, user = read(folder)
    with clock("build"):
        matrix = sp.csr_array((np.ones(len(link)), (link, user)), shape=(len(capacity), len(theta)))
        x = cp.Variable(len(theta), nonneg=True)
        problem = cp.Problem(cp.Maximize(theta @ cp.log1p(x)), [matrix @ x <= capacity])
    with clock("solve"):
        problem.solve(solver=cp.CLARABEL)
    return lambda: [problem.status, float(problem.value)]


def casadi_ipopt(folder: Path, clock: Clock) -> Callable[[], Any]:
    with clock("import"):
        import casadi as ca
        import numpy as np
        import scipy.sparse as sp
    with clock("read"):
        theta, capacity, link, user = read(folder)
    with clock("build"):
        matrix = sp.csc_matrix((np.ones(len(link)), (link, user)), shape=(len(capacity), len(theta)))
        x = ca.MX.sym("x", len(theta))
        problem = {"x": x, "f": -ca.dot(ca.DM(theta), ca.log1p(x)), "g": ca.DM(matrix) @ x}
        options = {"print_time": False, "ipopt": {"print_level": 0, "sb": "yes"}}
        solver = ca.nlpsol("solver", "ipopt", problem, options)
    with clock("solve"):
        found = solver(x0=1.0, lbx=0.0, ubg=capacity, lbg=-np.inf)
    return lambda: [solver.stats()["return_status"], -float(found["f"])]


CASE = Case(
    name="num",
    title="From data to the optimum (network utility, by users)",
    sizes=(100, 10_000, 100_000),
    make=make,
    peers={"mdl": mdl, "cvxpy_clarabel": cvxpy_clarabel, "casadi_ipopt": casadi_ipopt},
    against="casadi_ipopt",
)
