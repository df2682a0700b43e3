"""The response to a disturbance: trials of the copy beside those of the network. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, perturbation, task
from l2l_engine.analysis.generalisation import morph_stimuli
from l2l_engine.analysis.probes import Probe, Pulse, Trials, lesion, probe_trials
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.manifold import SubspaceFinder, Subspaces
from l2l_engine.network import NetworkWeights
from l2l_engine.training.readout_perturbation import noisy_states
from l2l_engine.training.relearning import with_readout
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.perturb.lab.model import Direction, Disturbance, Source
from l2l_gui.workers.results import results

Float64Array = NDArray[np.float64]

BLOCK = 8  # problems simulated at once


class Manifold:
    """The states of a group of problems, reduced to what subspaces of any k are found from.

    :attr:`words` say which states they are.
    """

    def __init__(self, finder: SubspaceFinder, words: str) -> None:
        self.words = words
        self._finder = finder
        self._found: dict[int, Subspaces] = {}

    def subspaces(self, k: int) -> Subspaces:
        """The first k directions of each subspace, (N, k)."""
        if k not in self._found:
            self._found[k] = self._finder.subspaces(k)
        return self._found[k]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """The network that is copied: after one problem, with that problem's trials."""

    key: Hashable
    session: str
    problem: int
    """Number from 1."""
    config: RunConfig
    weights: NetworkWeights
    stimuli: NDArray[np.float32]
    """(2, stimulus_channels)"""
    set_point: float
    """h* of the run."""
    unperturbed: Trials
    source: Source
    """Whose states :attr:`manifold` was found from."""
    manifold: Manifold

    def direction(self, disturbance: Disturbance) -> Float64Array:
        """The unit vector (N,) a pulse goes along."""
        wanted = disturbance.axis - 1
        if disturbance.direction is Direction.RANDOM:
            drawn = np.random.RandomState(disturbance.axis).randn(self.config.units)
            return drawn / np.linalg.norm(drawn)
        subspaces = self.subspaces(disturbance)
        match disturbance.direction:
            case Direction.DECISION:
                return subspaces.decision[:, wanted]
            case Direction.STIMULUS:
                return subspaces.stimulus[:, wanted]
            case Direction.RESIDUAL:
                return self._residual(subspaces)[:, wanted]

    def subspaces(self, disturbance: Disturbance) -> Subspaces:
        """Those the disturbance refers to."""
        return self.manifold.subspaces(disturbance.k)

    def _residual(self, subspaces: Subspaces) -> Float64Array:
        """Principal directions (N, k) of this problem's residual decision trajectories."""
        states = self.unperturbed.states.astype(np.float64)
        inside = (states[1] - states[0]) @ subspaces.decision / 2.0
        found = np.linalg.eigh(inside.T @ inside)[1][:, ::-1]
        towards = inside[self.config.go_step :].mean(axis=0) @ found
        # positive: towards what stimulus 1 brings
        return subspaces.decision @ (found * np.where(towards < 0, -1.0, 1.0))


def find_subject(
    session: OpenSession, problem: int, group: Group, source: Source, progress: Progress
) -> Subject:
    """Read a network and find its group's subspaces.

    Parameters
    ----------
    problem : number from 1
    group : problems whose states the subspaces are found from, unless ``source`` says otherwise

    Raises
    ------
    L2LError
        When the network was not saved.
    """
    weights = session.network(problem)
    if not weights.is_finite():
        raise L2LError(f"The network of problem {problem} was not saved: choose another.")
    config, stimuli = session.config, session.stimuli(problem)
    group = _states_group(session, group, source)
    manifold = results.computed(
        (session.key, "manifold", group, source),
        lambda: _find_manifold(session, group, source, progress),
    )
    return Subject(
        key=subject_key(session, problem, group, source),
        session=session.name,
        problem=problem,
        config=config,
        weights=weights,
        stimuli=stimuli,
        set_point=_set_point(session),
        unperturbed=probe_trials(weights, stimuli, config, Probe()),
        source=source,
        manifold=manifold,
    )


def _states_group(session: OpenSession, group: Group, source: Source) -> Group:
    """The problems whose states the subspaces are found from."""
    if source is Source.TRAINING:
        return Group(1, session.config.baseline_problems).within(session.problems)
    return group


def subject_key(session: OpenSession, problem: int, group: Group, source: Source) -> Hashable:
    """What tells subjects apart."""
    return (
        session.key,
        "perturbation subject",
        problem,
        _states_group(session, group, source),
        source,
    )


def _find_manifold(
    session: OpenSession, group: Group, source: Source, progress: Progress
) -> Manifold:
    reader, config = session.reader(group.problems[-1]), session.config
    available = reader.available
    numbers = [number for number in group.problems if available[number - 1]]
    finder = SubspaceFinder()
    for start in range(0, len(numbers), BLOCK):
        rows = np.array(numbers[start : start + BLOCK]) - 1
        weights, stimuli = reader.weights(rows), reader.stimuli[rows]
        if source is Source.TRAINING:
            for row, index in enumerate(rows):
                finder.add(noisy_states(weights[row], stimuli[row], int(index), config))
        else:
            finder.add(network.simulate(weights.astype(np.float64), stimuli, config))
        progress((start + len(rows)) / len(numbers))
    noise = "noisy" if source is Source.TRAINING else "noise-free"
    return Manifold(finder, f"problems {group.start}–{group.problems[-1]}, {noise}")


def _set_point(session: OpenSession) -> float:
    """The mean squared rate of the first problem learned, as the run set it."""
    reader = session.reader()
    learned = np.flatnonzero(np.isfinite(reader.trials_to_criterion))
    return float(reader.problem_column("mean_square_rate")[learned[0]]) if len(learned) else 0.0


# -- responses -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Two trials of the disturbed copy, and how well they were answered."""

    subject: Subject
    disturbance: Disturbance
    perturbed: Trials
    weights: NetworkWeights
    """The copy's, its readout perturbed (not lesioned)."""
    shown: NDArray[np.float32]
    """(2, stimulus_channels), the stimuli as morphed."""
    loss: Float64Array
    """(2,) nats"""
    choice: NDArray[np.intp]
    """(2,) response chosen to each stimulus"""


class Responder:
    """Computes the response to disturbances of one subject after another, caching what the next one can use.

    For one thread only.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Hashable, Any]] = {}

    def respond(self, subject: Subject, disturbance: Disturbance) -> Response:
        """Both trials under the disturbance; raises L2LError when it cannot be done."""
        config = subject.config
        weights = self._copy(subject, disturbance)
        shown = morphed(subject.stimuli, disturbance.morph)
        pulse = (
            Pulse(subject.direction(disturbance), disturbance.size, disturbance.pulse_ms)
            if disturbance.size
            else None
        )
        probe = Probe(
            sigma_rec=disturbance.sigma_rec,
            seed=disturbance.noise_seed,
            lesioned=disturbance.lesioned,
            go_ms=disturbance.go_ms,
        )
        # a readout does not act back on the states, so they are the same whatever it is
        key = (subject.key, probe, disturbance.morph)
        states: NDArray[np.floating] = self._keep(
            "unpushed", key, lambda: probe_trials(subject.weights, shown, config, probe).states
        )
        if pulse is not None:
            pushed = Probe(probe.sigma_rec, probe.seed, probe.lesioned, probe.go_ms, pulse)
            states = self._keep(
                "pushed",
                (key, disturbance.direction, pulse.direction.tobytes(), pulse.size, pulse.time_ms),
                lambda: (
                    probe_trials(subject.weights, shown, config, pushed, unpushed=states).states
                ),
            )
        seen = lesion(weights, probe.lesioned) if probe.lesioned else weights
        outputs = network.outputs(seen[None], states[None])[0]
        responses = np.arange(task.RESPONSES)
        return Response(
            subject=subject,
            disturbance=disturbance,
            perturbed=Trials(states, outputs),
            weights=weights,
            shown=shown,
            loss=np.asarray(task.cross_entropy(outputs, responses, config), np.float64),
            choice=task.choices(outputs, config),
        )

    def _copy(self, subject: Subject, disturbance: Disturbance) -> NetworkWeights:
        key = (subject.key, disturbance.readout)
        return self._keep("copy", key, lambda: perturbed_copy(subject, disturbance))

    def _keep(self, name: str, key: Hashable, make: Callable[[], Any]) -> Any:
        """What was made for this key, or made now in place of what was kept."""
        if name not in self._kept or self._kept[name][0] != key:
            self._kept[name] = (key, make())
        return self._kept[name][1]


def perturbed_copy(subject: Subject, disturbance: Disturbance) -> NetworkWeights:
    """The network with its readout perturbed; all else is shared."""
    if not disturbance.kind.permutes:
        return subject.weights
    random = np.random.RandomState([disturbance.seed, 1])
    readout = perturbation.perturb(
        disturbance.kind,
        subject.weights.output,
        subject.subspaces(disturbance),
        disturbance.permutation,
        random,
    )
    return with_readout(subject.weights, readout)


def morphed(stimuli: NDArray[np.float32], morph: float) -> NDArray[np.float32]:
    """Each stimulus moved ``morph`` of the way to the other, (2, stimulus_channels)."""
    if morph == 0.0:
        return stimuli
    return np.asarray(morph_stimuli(stimuli, [morph, 1.0 - morph]), np.float32)
