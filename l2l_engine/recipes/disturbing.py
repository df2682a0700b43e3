"""A network and its disturbed copy, as the Perturb workspace compares them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, perturbation
from l2l_engine.analysis.generalisation import morph_stimuli
from l2l_engine.analysis.probes import Probe, Pulse, lesion, probe_trials
from l2l_engine.config import RunConfig
from l2l_engine.manifold import SubspaceFinder, Subspaces
from l2l_engine.network import NetworkWeights
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.recipes.groups import BLOCK
from l2l_engine.recipes.sampling import saved
from l2l_engine.storage.session import Session
from l2l_engine.training.readout_perturbation import noisy_states
from l2l_engine.training.relearning import with_readout


@dataclass(frozen=True, slots=True, eq=False)
class Disturbed:
    """A network, its copy with the readout perturbed, and trials of both.

    Attributes
    ----------
    config : RunConfig
    weights, copy : NetworkWeights
        The copy is not lesioned.
    stimuli : (2, stimulus_channels)
    set_point : float
        h* of the run.
    finder : SubspaceFinder
        Of the states the subspaces are found from.
    states, outputs : dict of str to (2, T, N) and (2, T, 3)
        Of the trials, "unperturbed" and "perturbed".
    """

    config: RunConfig
    weights: NetworkWeights
    copy: NetworkWeights
    stimuli: NDArray[np.float32]
    set_point: float
    finder: SubspaceFinder
    states: dict[str, NDArray[np.floating]]
    outputs: dict[str, NDArray[np.floating]]

    def subspaces(self, k: int) -> Subspaces:
        """The first k directions of each subspace, (N, k)."""
        return self.finder.subspaces(k)


def disturbed(
    session: Session, problem: int, group: tuple[int, int], disturbance: Mapping[str, Any]
) -> Disturbed:
    """Disturb a copy of the network after a problem.

    Parameters
    ----------
    session : Session
    problem : int
        From 1.
    group : (first, size)
        Problems whose states the subspaces are found from.
    disturbance : mapping
        What the window writes: ``kind`` of perturbation, ``k``, ``draw``, ``seed`` and ``typed`` of
        the permutation; ``direction``, ``axis``, ``size`` and ``pulse_ms`` of a push; ``sigma_rec``,
        ``noise_seed``, ``lesioned`` (from 0), ``morph`` and ``go_ms``.
    """
    done, config = disturbance, session.config
    weights, stimuli = session.weights(problem - 1), session.stimuli[problem - 1]
    finder = _finder(session, group, noisy=done["source"] == "training")
    subspaces = finder.subspaces(done["k"])
    copy = _copy(weights, subspaces, done)
    unperturbed = probe_trials(weights, stimuli, config, Probe())
    shown = stimuli
    if done["morph"]:
        morphs = [done["morph"], 1.0 - done["morph"]]
        shown = np.asarray(morph_stimuli(stimuli, morphs), np.float32)
    probe = Probe(
        sigma_rec=done["sigma_rec"],
        seed=done["noise_seed"],
        lesioned=tuple(done["lesioned"]),
        go_ms=done["go_ms"],
    )
    states = probe_trials(weights, shown, config, probe).states
    if done["size"]:
        direction = _direction(subspaces, unperturbed.states, config, done)
        pulse = Pulse(direction, done["size"], done["pulse_ms"])
        pushed = Probe(probe.sigma_rec, probe.seed, probe.lesioned, probe.go_ms, pulse)
        states = probe_trials(weights, shown, config, pushed, unpushed=states).states
    seen = lesion(copy, probe.lesioned) if probe.lesioned else copy
    outputs = network.outputs(seen[None], states[None])[0]
    return Disturbed(
        config,
        weights,
        copy,
        stimuli,
        _set_point(session),
        finder,
        {"unperturbed": unperturbed.states, "perturbed": states},
        {"unperturbed": unperturbed.outputs, "perturbed": outputs},
    )


def _finder(session: Session, group: tuple[int, int], *, noisy: bool) -> SubspaceFinder:
    finder, config = SubspaceFinder(), session.config
    first, size = (1, min(config.baseline_problems, session.n_problems)) if noisy else group
    numbers = saved(session, tuple(range(first, first + size)))
    for start in range(0, len(numbers), BLOCK):
        rows = np.array(numbers[start : start + BLOCK]) - 1
        weights, stimuli = session.weights(rows), session.stimuli[rows]
        if noisy:
            for row, index in enumerate(rows):
                finder.add(noisy_states(weights[row], stimuli[row], int(index), config))
        else:
            finder.add(network.simulate(weights.astype(np.float64), stimuli, config))
    return finder


def _copy(weights: NetworkWeights, subspaces: Subspaces, done: Mapping[str, Any]) -> NetworkWeights:
    kind = PerturbationKind(done["kind"])
    if not kind.permutes:
        return weights
    if done["draw"] == "typed":
        permutation = perturbation.parse_permutation(done["typed"], done["k"])
    else:
        permutation = perturbation.draw_permutation(
            np.random.RandomState(done["seed"]),
            done["k"],
            derangement=done["draw"] == "derangement",
        )
    random = np.random.RandomState([done["seed"], 1])
    readout = perturbation.perturb(kind, weights.output, subspaces, permutation, random)
    return with_readout(weights, readout)


def _direction(
    subspaces: Subspaces,
    states: NDArray[np.floating],
    config: RunConfig,
    done: Mapping[str, Any],
) -> NDArray[np.float64]:
    """The unit vector (N,) that a push goes along."""
    wanted = done["axis"] - 1
    if done["direction"] == "random":
        drawn = np.random.RandomState(done["axis"]).randn(config.units)
        return np.asarray(drawn / np.linalg.norm(drawn))
    if done["direction"] in ("decision", "stimulus"):
        return np.asarray(getattr(subspaces, done["direction"])[:, wanted])
    whole = states.astype(np.float64)
    inside = (whole[1] - whole[0]) @ subspaces.decision / 2.0
    found = np.linalg.eigh(inside.T @ inside)[1][:, ::-1]
    towards = inside[config.go_step :].mean(axis=0) @ found
    residual = subspaces.decision @ (found * np.where(towards < 0, -1.0, 1.0))
    return np.asarray(residual[:, wanted])


def _set_point(session: Session) -> float:
    """The mean squared rate of the first problem learned, as the run set it."""
    learned = np.flatnonzero(np.isfinite(session.trials_to_criterion))
    rates = session.problem_column("mean_square_rate")
    return float(rates[learned[0]]) if len(learned) else 0.0
