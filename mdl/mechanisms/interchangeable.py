"""Which report profiles have to be listed: all, or, where agents are interchangeable, counts of types."""

from __future__ import annotations

from collections.abc import Sequence

from mdl.data.instance import Instance
from mdl.mechanisms.profiles import Profiles
from mdl.mechanisms.spaces import TypeSpace


def profiles_of(instance: Instance, spaces: Sequence[TypeSpace]) -> tuple[Profiles, list[str]]:
    """The profiles to be listed, and notes for the user."""
    return Profiles(spaces), []
