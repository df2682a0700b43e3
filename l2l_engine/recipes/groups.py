"""Groups of problems in their subspaces, as the panels of representations show them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network
from l2l_engine.analysis import geometry
from l2l_engine.analysis.subspaces import Representations, representations
from l2l_engine.config import L2LError
from l2l_engine.manifold import FoundSubspaces, find_subspaces
from l2l_engine.recipes.sampling import saved, spread
from l2l_engine.storage.session import Session

FEW = 60
"""Problems that subspaces are found from where a panel only refers to them."""
BLOCK = 8  # problems simulated at once
FIRST, SIZE = 2, 50  # the paper's first group


def subspaces_of(session: Session, group: tuple[int, int]) -> FoundSubspaces:
    """Decision and stimulus subspaces of a group: its first problem, from 1, and how many."""
    numbers = saved(session, tuple(range(group[0], group[0] + min(group[1], FEW))))
    places = np.array(numbers, int) - 1
    return representations(
        session.weights(places), session.stimuli[places], session.config
    ).subspaces


def represented(
    session: Session, group: tuple[int, int], basis: str = "OWN", problems: int | None = None
) -> tuple[tuple[int, ...], Representations]:
    """A group's problems, from 1, and its trajectories and currents in subspaces.

    Parameters
    ----------
    session : Session
    group : (first, size)
    basis : str
        Whose subspaces: the group's ``OWN``, those of the ``FIRST`` fifty problems from the second
        on, or those that a perturbation run finds in ``TRAINING``, from noisy trials.
    problems : int, optional
        How many problems the run has; by default all that are in the file.
    """
    numbers = saved(session, spread(range(group[0], group[0] + group[1])))
    learned = session.n_problems if problems is None else problems
    reference = None
    if basis == "FIRST":
        first = min(FIRST, learned)
        reference = subspaces_in(session, range(first, min(FIRST + SIZE, learned + 1)))
    elif basis == "TRAINING":
        baseline = min(session.config.baseline_problems, learned)
        reference = noisy_subspaces(session, range(1, baseline + 1))
    places = np.array(numbers, int) - 1
    found = representations(
        session.weights(places), session.stimuli[places], session.config, subspaces=reference
    )
    return numbers, found


def subspaces_in(session: Session, numbers: range) -> FoundSubspaces:
    """Subspaces of these problems, from noise-free trials."""
    places = np.array(saved(session, tuple(numbers)), int) - 1
    return representations(
        session.weights(places), session.stimuli[places], session.config
    ).subspaces


def noisy_subspaces(session: Session, numbers: range) -> FoundSubspaces:
    """Subspaces of these problems, from the noisy trials of a perturbation run."""
    from l2l_engine.training.readout_perturbation import noisy_states

    there = saved(session, tuple(numbers))
    if not there:
        raise L2LError("Training has no subspaces before the first problem is learned.")
    states = [
        noisy_states(session.weights(n - 1), session.stimuli[n - 1], n - 1, session.config)
        for n in there
    ]
    return find_subspaces(np.stack(states))


def second_moments(session: Session, problems: int) -> tuple[tuple[int, ...], NDArray[np.float32]]:
    """Problems spread over a run, from 1, and the second moments of their states, (P, N, N)."""
    config = session.config
    numbers = saved(session, spread(range(1, problems + 1)))
    matrices = np.empty((len(numbers), config.units, config.units), np.float32)
    for start in range(0, len(numbers), BLOCK):
        places = np.array(numbers[start : start + BLOCK]) - 1
        weights = session.weights(places).astype(np.float64)
        states = network.simulate(weights, session.stimuli[places], config)
        matrices[start : start + BLOCK] = geometry.covariances(
            np.ascontiguousarray(states), centred=False
        )
    return numbers, matrices
