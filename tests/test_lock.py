"""requirements.lock has an exact version of every dependency, one that pyproject.toml allows, and names no place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = Path(__file__).parents[1]
LOCK = TOP / "requirements.lock"
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = (("Linux", "linux", "x86_64"), ("Darwin", "darwin", "arm64"), ("Windows", "win32", "AMD64"))
ENVIRONMENTS = [
    {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_system": system,
        "sys_platform": name,
        "platform_machine": machine,
    }
    for python in PYTHONS
    for system, name, machine in SYSTEMS
]


def locked() -> list[Requirement]:
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def wanted() -> list[str]:
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    return sorted({d for d in found if Requirement(d).name != project["name"]})


def test_there_are_dependencies() -> None:
    assert {"numpy", "pyomo", "pytest", "ruff"} <= {Requirement(d).name for d in wanted()}


@pytest.mark.parametrize("dependency", wanted())
def test_each_dependency_has_one_allowed_version_on_every_platform(dependency: str) -> None:
    asked = Requirement(dependency)
    held = [r for r in locked() if canonicalize_name(r.name) == canonicalize_name(asked.name)]
    for environment in ENVIRONMENTS:
        if asked.marker is not None and not asked.marker.evaluate(environment):
            continue
        (chosen,) = (r for r in held if r.marker is None or r.marker.evaluate(environment))
        (version,) = (s.version for s in chosen.specifier)
        assert asked.specifier.contains(version, prereleases=True), "see CONTRIBUTING.md on how to renew the lock"


def test_versions_are_exact_and_no_place_is_named() -> None:
    for requirement in locked():
        assert requirement.url is None
        assert [s.operator for s in requirement.specifier] == ["=="]
    text = LOCK.read_text(encoding="utf-8")
    assert not re.search(r"://|(^|\s)--|\.whl|^\s*(/|\.)", text, re.MULTILINE)
