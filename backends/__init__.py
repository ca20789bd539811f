"""Program to solvers and files."""
