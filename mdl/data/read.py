"""A data file by its ending."""

from __future__ import annotations

from pathlib import Path

from mdl.data import errors
from mdl.data.table import Table
from mdl.diagnostics import Failure, Span


def read_table(path: Path, name: str, span: Span | None) -> Table:
    """The table in a file; `name` is what messages call it, `span` the place that asks for it.  Raises Failure."""
    exists(path, name, span)
    try:
        return _read(path, name, span)
    except OSError as e:
        raise Failure(errors.unreadable(name, e.strerror or str(e), span)) from None


def exists(path: Path, name: str, span: Span | None) -> None:
    """Failure where there is no such file."""
    try:
        if path.is_file():
            return
        folder = path.parent
        names = [p.name for p in folder.iterdir()] if folder.is_dir() else []
    except (OSError, ValueError):
        folder, names = path.parent, []
    raise Failure(errors.no_file(name, folder, span, names))


def _read(path: Path, name: str, span: Span | None) -> Table:
    match path.suffix.lower():
        case ".csv":
            from mdl.data.csv_reader import read_csv

            return read_csv(path, name, ",", span)
        case ".tsv":
            from mdl.data.csv_reader import read_csv

            return read_csv(path, name, "\t", span)
        case ".json":
            from mdl.data.json_reader import read_json

            return read_json(path, name, span)
        case ".toml":
            from mdl.data.toml_reader import read_toml

            return read_toml(path, name, span)
        case ".xlsx":
            from mdl.data.xlsx_reader import read_xlsx

            return read_xlsx(path, name, span)
        case ".parquet":
            from mdl.data.parquet_reader import read_parquet

            return read_parquet(path, name, span)
        case _:
            raise Failure(errors.unknown_ending(name, span))
