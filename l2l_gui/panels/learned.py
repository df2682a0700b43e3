"""Common code of the panels of learned networks: a problem's networks and a group's subspaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network
from l2l_engine.analysis.subspaces import representations
from l2l_engine.config import L2LError
from l2l_engine.manifold import FoundSubspaces
from l2l_engine.network import NetworkWeights
from l2l_engine.recipes import sampling
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.workers.results import results

FEW = 60
"""Groups whose subspaces panels find; larger ones are taken from their first problems."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A learned problem: its network in float64, stimuli and noise-free trajectories."""

    number: int
    weights: NetworkWeights
    stimuli: NDArray[np.float64]  # (2, stimulus_channels)
    states: NDArray[np.float64]  # (2, T, N)


def predecessor(session: OpenSession, number: int) -> int:
    """The problem whose network problem ``number`` started from; 0: the untrained one.

    After the baseline of a perturbation run, every problem starts again from problem 1; in a protocol,
    as its stages say.
    """
    return sampling.predecessor(session, number)


def saved_network(session: OpenSession, number: int) -> NetworkWeights:
    """The network after a problem, float32; raises L2LError when it was not saved."""
    weights = session.network(number)
    if not weights.is_finite():
        raise L2LError(
            f"{session.path.name} holds no network of problem {number}: select another problem."
        )
    return weights


def network_after(session: OpenSession, number: int) -> NetworkWeights:
    """The network after a problem, float64; raises L2LError when it was not saved."""
    return saved_network(session, number).astype(np.float64)


def learned(session: OpenSession, number: int) -> Learned:
    """A problem's network with its simulated trial."""
    weights = network_after(session, number)
    stimuli = session.stimuli(number).astype(np.float64)
    states = network.simulate(weights[None], stimuli[None], session.config)[0]
    return Learned(number, weights, stimuli, np.ascontiguousarray(states))


def subspaces_of(session: OpenSession, group: Group) -> FoundSubspaces:
    """Decision and stimulus subspaces of a group, found once (a second for fifty problems)."""
    chosen = Group(group.start, min(group.size, FEW))
    return results.computed((session.key, "subspaces", chosen), lambda: _find(session, chosen))


def _find(session: OpenSession, group: Group) -> FoundSubspaces:
    weights = session.networks(group.problems)
    rows = slice(group.start - 1, group.start - 1 + group.size)
    stimuli = session.reader(group.problems[-1]).stimuli[rows]
    saved = np.isfinite(weights.output_bias).all(axis=1)
    return representations(weights[saved], stimuli[saved], session.config).subspaces


def group_words(group: Group) -> str:
    """A group in words for headers and notes."""
    return f"problems {group.start}–{group.start + group.size - 1}"


def network_name(number: int) -> str:
    """A network in words."""
    return "the untrained network" if number == 0 else f"the network after problem {number}"
