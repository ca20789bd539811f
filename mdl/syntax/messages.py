"""What was expected where a mistake was met: one message for every state of the parser that can meet one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mdl.syntax.tables import tables


@dataclass(slots=True, frozen=True)
class Message:
    """`expected` completes `expected ..., found ...`; `help` is the next step."""

    expected: str
    help: str


def message_of(state: int) -> Message:
    """The message for a state in which the parser was stopped."""
    return messages()[tables().message[state]]


@cache
def messages() -> list[Message]:
    return [Message(entry["expected"], entry["help"]) for entry in read_messages()]


def read_messages() -> list[dict[str, Any]]:
    """The entries of `messages.toml`: `after` (texts after which the message is given), `expected` and `help`."""
    import tomllib

    raw = tomllib.loads(Path(__file__).with_name("messages.toml").read_text("utf-8"))
    return list(raw["message"])
