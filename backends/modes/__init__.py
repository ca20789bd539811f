"""Ways to solve a KKT system, one a file, each with `unfit(kkt)` and `solve(kkt, options)`."""
