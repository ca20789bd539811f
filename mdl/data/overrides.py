"""What the command line gives: files with values for names, and single scalars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mdl.data import errors
from mdl.data.columns import atom_of_text
from mdl.data.nested import Nested
from mdl.data.read import exists
from mdl.data.records import Step
from mdl.data.table import Place
from mdl.diagnostics import Diagnostic, Failure, Source, Span
from mdl.semantics.model import Model, ParamSymbol, SetSymbol, Symbol, TypeSymbol


@dataclass(slots=True, frozen=True)
class Overrides:
    """`data`: paths after `--data`, from the working folder; `sets`: texts `NAME=VALUE` after `--set`, which win."""

    data: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True, eq=False)
class Given:
    """Data for a symbol and the place of its name."""

    data: Nested
    place: Place


def read_overrides(model: Model, overrides: Overrides) -> tuple[dict[Symbol, Given], list[Diagnostic]]:
    """The data for each symbol that is overridden, and everything wrong with names and files."""
    found: dict[Symbol, Given] = {}
    problems: list[Diagnostic] = []
    for name in overrides.data:
        try:
            _read_file(model, name, found, problems)
        except Failure as f:
            problems.extend(f.diagnostics)
    scalars: dict[Symbol, Given] = {}
    for text in overrides.sets:
        _read_set(model, text, scalars, problems)
    return {**found, **scalars}, problems


def _read_file(model: Model, name: str, found: dict[Symbol, Given], problems: list[Diagnostic]) -> None:
    path = Path(name)
    exists(path, name, None)
    try:
        value, locate = _load(path, name)
    except OSError as e:
        raise Failure(errors.unreadable(name, e.strerror or str(e), None)) from None
    if not isinstance(value, dict):
        raise Failure(errors.malformed(name, "it must be an object from names to values", locate(()).span))
    for key, inner in value.items():
        given = Given(Nested(inner, (key,), locate), locate((key,)))
        symbol = _target(model, key, given.place, problems)
        if symbol is None:
            continue
        if symbol in found:
            problems.append(errors.given_twice(key, given.place, found[symbol].place))
        found[symbol] = given


def _load(path: Path, name: str) -> tuple[object, partial[Place]]:
    match path.suffix.lower():
        case ".json":
            from mdl.data.json_reader import json_place, load_json

            value, source = load_json(path, name, None)
            return value, partial(json_place, source)
        case ".toml":
            from mdl.data.toml_reader import load_toml, toml_place

            value, source = load_toml(path, name, None)
            return value, partial(toml_place, source)
        case _:
            raise Failure(errors.unknown_override_ending(name))


def _read_set(model: Model, text: str, found: dict[Symbol, Given], problems: list[Diagnostic]) -> None:
    source = Source("--set", text)
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        problems.append(errors.bad_set(text, Span(source, 0, len(text))))
        return
    at = Place("--set", Span(source, 0, len(name)))
    symbol = _target(model, name.strip(), at, problems)
    if symbol is None:
        return
    if symbol.index or isinstance(symbol, SetSymbol):
        problems.append(errors.set_needs_scalar(symbol, at))
    elif symbol in found:
        problems.append(errors.given_twice(name.strip(), at, found[symbol].place))
    else:
        found[symbol] = Given(
            Nested(_scalar(symbol, value.strip()), (), partial(_set_place, source, len(name) + 1)), at
        )


def _scalar(symbol: Symbol, text: str) -> object:
    """The text; for an element-valued param the member that it stands for."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return text if isinstance(symbol, ParamSymbol) and symbol.within is None else atom_of_text(text)


def _set_place(source: Source, start: int, path: Sequence[Step]) -> Place:
    return Place("--set", Span(source, start, len(source.text)))


def _target(model: Model, name: str, place: Place, problems: list[Diagnostic]) -> Symbol | None:
    symbol = model.symbols.get(name)
    data = {n: s for n, s in model.symbols.items() if isinstance(s, SetSymbol | ParamSymbol | TypeSymbol)}
    if symbol is None:
        problems.append(errors.unknown_override(name, data, place))
        return None
    if name not in data:
        problems.append(errors.not_data(name, type(symbol).__name__.removesuffix("Symbol").lower(), place))
        return None
    assert isinstance(symbol, SetSymbol | ParamSymbol | TypeSymbol)
    if symbol.given is not None and not symbol.given.replaceable:
        problems.append(errors.cannot_replace(symbol, symbol.given.span, place))
        return None
    return symbol
