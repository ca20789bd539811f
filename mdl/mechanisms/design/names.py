"""Labels of what a design has a column or a row for: `t[a; 3, 1]`, `h[a; 1]`, `win[a; 3, 1]`, `budget[a=3, b=1]`.

Nothing of the size of a table becomes a Python object here: members are made when somebody reads a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mdl.algebra.atoms import Atom
from mdl.mechanisms.profiles import CountedProfiles, Profiles
from mdl.mechanisms.spaces import TypeSpace, text
from mdl.program.labels import Labels, LazyAtoms

NOTHING = "-"
"""Stands for the type of an agent that has none, and for the others' types where none has any."""


@dataclass(slots=True, eq=False)
class CaseNames:
    """Two ways to name a case, each with a label a case: `listed` is `3, 1`, `said` is `a=3, b=1`."""

    listed: Labels
    said: Labels

    @staticmethod
    def of(profiles: Profiles) -> CaseNames:
        if isinstance(profiles, CountedProfiles):
            return _counted(profiles)
        named = [a for a, s in enumerate(profiles.spaces) if s.components]
        atoms = tuple(types_of(profiles.spaces[a]) for a in named)
        codes = tuple(_narrow(profiles.own(a), profiles.spaces[a].size) for a in named)
        pieces = [f"{', ' if k else ''}{text(profiles.spaces[a].agent)}=" for k, a in enumerate(named)]
        return CaseNames(
            Labels(atoms, codes, profiles.cases, separated(len(named))),
            Labels(atoms, codes, profiles.cases, (*pieces, "")),
        )


def _counted(profiles: CountedProfiles) -> CaseNames:
    first = profiles.members[0]
    own = profiles.own(first)
    others = LazyAtoms(profiles.scenarios(first), lambda s: profiles.scenario_name(first, s))
    every = LazyAtoms(profiles.cases, profiles.case_name)
    whole = np.arange(profiles.cases)
    return CaseNames(
        Labels((types_of(profiles.spaces[first]), others), (own, profiles.scenario_of(first)), profiles.cases,
               ("", " | ", "")),
        Labels((every,), (whole,), profiles.cases, ("", "")),
    )  # fmt: skip


def separated(components: int) -> tuple[str, ...]:
    """The form `3, 1`."""
    return ("", *[", "] * (components - 1), "") if components else ("",)


def types_of(space: TypeSpace) -> Sequence[Atom]:
    """The types of an agent as members of labels: the value itself, or `(1, 0.2)` of a composite type."""
    if len(space.components) == 1:
        return space.components[0].atoms
    return LazyAtoms(space.size, space.name)


def at_cases(entries: Labels, cases: Labels, leading: bool = True) -> Labels:
    """Every entry at every case, `x[u1, AB; 3, 1]`: columns case*E + entry or (not `leading`) entry*cases + case.

    `cases` is `CaseNames.listed`.  A scalar has only its cases: `x[3, 1]`.
    """
    e, k = len(entries), len(cases)
    spread, repeated = (_tiled, _repeated) if leading else (_repeated, _tiled)
    own = tuple(spread(c, k) for c in entries.codes)
    theirs = tuple(repeated(c, e) for c in cases.codes)
    held = cases.form or separated(len(cases.codes))
    form = held
    if own:
        inner = entries.form or separated(len(own))
        form = (*inner[:-1], f"{inner[-1]}; {held[0]}", *held[1:]) if theirs else inner
    return Labels((*entries.atoms, *cases.atoms), (*own, *theirs), e * k, form)


def of_agents(agents: Sequence[Atom]) -> Labels:
    """One entry an agent."""
    return Labels((tuple(agents),), (np.arange(len(agents)),), len(agents))


def on_others(profiles: Profiles, agents: Sequence[int]) -> Labels:
    """`h[a; 1]`: columns of agents (places in agent order), one after the other, each with all its scenarios."""
    sizes = [profiles.scenarios(a) for a in agents]
    who = np.repeat(np.arange(len(agents)), sizes)
    names = tuple(profiles.spaces[a].agent for a in agents)
    scenarios, total = others(profiles, agents), sum(sizes)
    if not scenarios:
        return Labels((names,), (who,), total)
    atoms, codes = zip(*scenarios, strict=True)
    return Labels((names, *atoms), (who, *codes), total, ("", "; ", *separated(len(atoms))[1:]))


def others(profiles: Profiles, agents: Sequence[int]) -> list[tuple[Sequence[Atom], npt.NDArray[np.integer]]]:
    """Components of the scenarios of agents, one agent after the other: the p-th other agent's type."""
    if isinstance(profiles, CountedProfiles):
        (first,) = agents
        size = profiles.scenarios(first)
        return [(LazyAtoms(size, lambda s: profiles.scenario_name(first, s)), np.arange(size))]
    rest = [[b for b, s in enumerate(profiles.spaces) if b != a and s.components] for a in agents]
    most = max((len(r) for r in rest), default=0)
    if any(len(r) != most for r in rest):
        return [_as_one(profiles, agents)]
    out: list[tuple[Sequence[Atom], npt.NDArray[np.integer]]] = []
    for p in range(most):
        firsts: dict[int, int] = {}
        atoms: list[Atom] = []
        codes: list[npt.NDArray[np.integer]] = []
        for a, r in zip(agents, rest, strict=True):
            b = r[p]
            if b not in firsts:
                firsts[b] = len(atoms)
                atoms.extend(types_of(profiles.spaces[b]))
            scenario = profiles.case(a)[0]
            codes.append(firsts[b] + profiles.own(b)[scenario])
        out.append((tuple(atoms), np.concatenate(codes)))
    return out


def _as_one(profiles: Profiles, agents: Sequence[int]) -> tuple[Sequence[Atom], npt.NDArray[np.integer]]:
    """Scenarios of agents that have different numbers of others with types, as one component."""
    ends = np.cumsum([profiles.scenarios(a) for a in agents])

    def said(k: int) -> str:
        place = int(np.searchsorted(ends, k, side="right"))
        agent = agents[place]
        scenario = k - int(ends[place]) + profiles.scenarios(agent)
        types = profiles.types_of(int(profiles.case(agent)[0, scenario]))
        listed = [s.name(t) for b, (s, t) in enumerate(zip(profiles.spaces, types, strict=True)) if b != agent]
        return ", ".join(name for name in listed if name) or NOTHING

    return LazyAtoms(int(ends[-1]), said), np.arange(int(ends[-1]))


def _narrow(places: npt.NDArray[np.integer], size: int) -> npt.NDArray[np.integer]:
    return places.astype(np.min_scalar_type(max(size - 1, 0)))


def _tiled(codes: npt.NDArray[np.integer], times: int) -> npt.NDArray[np.integer]:
    return np.tile(codes, times)


def _repeated(codes: npt.NDArray[np.integer], times: int) -> npt.NDArray[np.integer]:
    return np.repeat(codes, times)
