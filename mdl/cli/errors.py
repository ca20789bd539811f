"""What can be wrong on the command line: one constructor an error, codes MDL001 to MDL019."""

from __future__ import annotations

from mdl.diagnostics import Diagnostic


def bad_command_line(message: str, command: str) -> Diagnostic:
    """MDL001: an option or argument is not as the command takes it."""
    return Diagnostic("MDL001", message, help=f"`{command} --help` lists the arguments")


def no_command() -> Diagnostic:
    """MDL002: `mdl` alone."""
    return Diagnostic("MDL002", "no command", help="`mdl --help` lists the commands; `mdl models` lists examples")


def unknown_task(task: str, known: list[str], near: str | None) -> Diagnostic:
    """MDL003: a task named on the command line is not in the file."""
    listed = ", ".join(f"`{k}`" for k in known) or "none"
    hint = f"did you mean `{near}`?" if near else f"the rules of this file: {listed}"
    return Diagnostic("MDL003", f"no rule or task `{task}` in this file", help=hint)


def which_task(known: list[str]) -> Diagnostic:
    """MDL004: a task is needed and the file has several, or none."""
    if not known:
        return Diagnostic("MDL004", "this file has no rule", help="add one: `maximize welfare: ...;`")
    return Diagnostic("MDL004", "which task?", help="name one of " + ", ".join(f"`{k}`" for k in known))


def cannot_write(path: str, reason: str) -> Diagnostic:
    """MDL005: an output file could not be written."""
    return Diagnostic("MDL005", f"cannot write {path}: {reason}", help="nothing was written; choose another place")


def exists(path: str) -> Diagnostic:
    """MDL006: a file that would be overwritten."""
    return Diagnostic("MDL006", f"{path} is there already", help="nothing was written; choose another name")


def no_such_path(path: str) -> Diagnostic:
    """MDL007: a path that is not there, or a folder without models."""
    return Diagnostic("MDL007", f"no .mdl file at {path}", help="give a file or a folder that holds .mdl files")


def unknown_model(name: str, near: str | None) -> Diagnostic:
    """MDL008: not one of the models that come with MDL."""
    hint = f"did you mean `{near}`?" if near else "`mdl models` lists them"
    return Diagnostic("MDL008", f"no model `{name}` comes with MDL", help=hint)


def solver_needs_pyomo(solver: str) -> Diagnostic:
    """MDL009: a solver that only Pyomo knows, without `--via pyomo`."""
    return Diagnostic(
        "MDL009",
        f"unknown solver `{solver}`",
        help="`--solver` takes highs, ipopt or auto; with `--via pyomo` any solver that Pyomo knows",
    )


def internal(error: BaseException) -> Diagnostic:
    """MDL999: a mistake of MDL's own, never the user's."""
    return Diagnostic(
        "MDL999",
        f"internal error: {type(error).__name__}: {error}",
        help="this is a mistake in MDL, not in your file; please report it with the file (MDL_DEBUG=1 shows where)",
    )


def no_program(task: str, what: str) -> Diagnostic:
    """MDL010: a task for which this version makes no program."""
    return Diagnostic(
        "MDL010", f"no program of `{task}` for this command: it is {what}", help="name an objective of the file"
    )


def unknown_command(command: str, near: str | None) -> Diagnostic:
    """MDL011: not one of the commands."""
    hint = f"did you mean `mdl {near}`?" if near else "`mdl --help` lists the commands"
    return Diagnostic("MDL011", f"no command `{command}`", help=hint)


def no_row(pattern: str, blocks: list[str]) -> Diagnostic:
    """MDL013: `--rows` with a pattern that no row has."""
    listed = ", ".join(f"`{b}`" for b in dict.fromkeys(blocks)) or "none"
    return Diagnostic(
        "MDL013", f"no row matches `{pattern}`", help=f"`link[*]` is a pattern; the rows of this program: {listed}"
    )


def several_searches(names: list[str]) -> Diagnostic:
    """MDL014: one file for the proofs of several searches."""
    listed = ", ".join(f"`find {n}`" for n in names)
    return Diagnostic(
        "MDL014",
        f"a certificate is about one search, and these would run: {listed}",
        help=f"name one: `mdl solve FILE 'find {names[0]}' --certificate out.json`",
    )


def no_search() -> Diagnostic:
    """MDL015: a certificate where nothing is searched for."""
    return Diagnostic(
        "MDL015", "no `find` of a mechanism would run, so there is nothing to certify", help="name a mechanism to find"
    )


def one_task(number: int) -> Diagnostic:
    """MDL016: `--largest` without one task that it is about."""
    return Diagnostic(
        "MDL016",
        f"`--largest` is about one task, and {number} are meant"
        if number
        else "`--largest` is about a task, and no `find` is there",
        help="name it: `mdl solve FILE 'find NAME' --largest PARAM`",
    )


def no_scalar(name: str) -> Diagnostic:
    """MDL017: `--largest` of something else than a scalar param."""
    return Diagnostic(
        "MDL017", f"`{name}` is no scalar param of this file", help="`--largest` varies a `param` without an index"
    )


def no_verdict(task: str, name: str, size: int, status: str) -> Diagnostic:
    """MDL018: a task that ended neither with an answer nor with an impossibility."""
    return Diagnostic(
        "MDL018",
        f"`{task}` ended with `{status}` at {name} = {size}, so nothing follows for it",
        help=f"look at it alone: `mdl solve FILE '{task}' --set {name}={size}`",
    )
