"""Published files -> session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network
from l2l_engine.config import L2LError, RunConfig, RunType
from l2l_engine.network import WEIGHT_NAMES, NetworkWeights, weight_shapes
from l2l_engine.storage import atomic, layout, space
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.layout import Lineage
from l2l_engine.storage.published import names
from l2l_engine.storage.published.names import PublishedError
from l2l_engine.storage.published.source import SourceFiles
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import (
    Origin,
    Outcome,
    ProblemRecord,
    StimuliFrom,
    TrialRecord,
)

Progress = Callable[[float], None]
_MOST_PROBLEMS = 10_000
_AT_ONCE = 32  # problems written together
_LARGEST_SETTINGS = 1 << 20  # bytes
_MAIN_KINDS = (names.NETWORK, names.CRITERION)
_PERTURBING = (RunType.SSManifPert, RunType.DSManifPert)


def import_published(
    source: Path,
    target: Path,
    progress: Progress | None = None,
    *,
    prefix: str | None = None,
    overwrite: bool = False,
    note: Callable[[str], None] | None = None,
) -> Path:
    """Read a folder or zip of published files into a new session at ``target``.

    Networks and summaries that are missing read as NaN. The published files hold no random
    streams and no optimiser, so the session has no checkpoint: it can be branched from but not
    resumed. Its attribute ``source`` names where it came from. The untrained network is drawn again
    from the seed; it is NaN where that is not how the run began (a branch) and in the fork's layout,
    whose files do not name the seed. Which permutations a perturbation run drew is not published
    either: they are kept as unknown.

    Parameters
    ----------
    source : Path
        The folder or zip.
    target : Path
        The session file to make.
    progress : callable, optional
        Told the fraction done; what it raises cancels the import, leaving no file.
    prefix : str, optional
        Which run to take where there are several: a part of its prefix found in no other.
    overwrite : bool
        Whether to replace a session that exists.
    note : callable, optional
        Told, in a sentence each, what the files leave unknown.

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    PublishedError
        Naming the file and field that are wrong.
    SessionError, DiskFullError
        When the session cannot be written.
    """
    source, target = Path(source), Path(target)
    _check_target(target, overwrite)
    temporary = atomic.sibling(target, ".import")
    with SourceFiles(source) as files:
        run = _Run(files, _choose(files, prefix))
        if note:
            for sentence in run.unknown():
                note(sentence)
        origin = f"published files {run.prefix or 'saved/K.mat'} of {source.name}"
        with (
            atomic.replacing(target, part=temporary, failure=_unwritten),
            SessionWriter.create(
                temporary, run.config, run.initial, lineage=Lineage(source=origin), overwrite=True
            ) as writer,
        ):
            trials = 0
            for index in range(run.problems):
                shown = run.shown(index)
                for stimulus in shown:
                    writer.add_trial(_trial(index, stimulus))
                block = (index + 1) % _AT_ONCE == 0
                first = trials if len(shown) else -1
                writer.add_problem(run.problem(index, first), flush=block)
                trials += len(shown)
                if progress:
                    progress((index + 1) / run.problems)
    return target


@dataclass(frozen=True, slots=True)
class Found:
    """One run among published files.

    Attributes
    ----------
    prefix : str
        What its files share; empty in the fork's layout.
    problems, networks : int
        Problems the files count, and those whose network was saved.
    unknown : tuple of str
        What the files leave unknown, in sentences.
    """

    prefix: str
    problems: int
    networks: int
    unknown: tuple[str, ...]


def find_published(
    source: Path, target: Path, *, prefix: str | None = None, overwrite: bool = False
) -> Found:
    """What :func:`import_published` would read, with the same checks; nothing is written."""
    _check_target(Path(target), overwrite)
    with SourceFiles(Path(source)) as files:
        run = _Run(files, _choose(files, prefix))
        return Found(run.prefix, run.problems, run.networks, tuple(run.unknown()))


def _check_target(target: Path, overwrite: bool) -> None:
    if target.exists() and not overwrite:
        raise SessionError(f"{target} exists already: choose another name.")


def _unwritten(target: Path, error: Exception) -> L2LError:
    return space.failure(target, error, 0)


def _choose(files: SourceFiles, wanted: str | None) -> str:
    """The one prefix among the files, or the one asked for."""
    found = sorted({name.prefix for name in files.files if name.kind in _MAIN_KINDS})
    chosen = [prefix for prefix in found if wanted is None or wanted in prefix]
    if wanted in found:
        chosen = [str(wanted)]
    if not found:
        raise PublishedError(
            f"{files.path} holds no published files (saved_…_1.mat and the like): choose the "
            "folder or zip they are in."
        )
    if len(chosen) != 1:
        shown = ", ".join(prefix or "saved/K.mat" for prefix in found[:12])
        more = f" and {len(found) - 12} more" if len(found) > 12 else ""
        raise PublishedError(
            f"{files.path} holds {len(found)} runs: choose one by its prefix: {shown}{more}."
        )
    return chosen[0]


class _Run:
    """The files of one prefix, read as they are needed."""

    def __init__(self, files: SourceFiles, prefix: str) -> None:
        self._files = files
        self.prefix = prefix
        self._places = {
            (name.kind, name.problem): place
            for name, place in files.files.items()
            if name.prefix == prefix
        }
        self._last_shown: tuple[int, NDArray[np.int8]] = -1, np.empty((0, 1), np.int8)
        self._criterion = self._summary(names.CRITERION)
        self._settings = self._read_settings()
        saved = self._numbers_of(names.NETWORK)
        shown = self._numbers_of(names.STIMULI)
        self.networks = len(saved)
        self.problems = max((len(self._criterion), *saved, *shown), default=0)
        if self.problems > _MOST_PROBLEMS:
            raise PublishedError(
                f"{files.path} counts {self.problems} problems, more than {_MOST_PROBLEMS}."
            )
        self.config = self._config(saved, shown)
        self._columns = layout.weight_columns(self.config)
        self._summaries = {column: self._summary(kind) for kind, column in names.SUMMARIES.items()}
        place = self._places.get((names.SINGULAR, None))
        units = self.config.units
        self._singular = files.numbers(place, units) if place else np.empty((0, units), np.float64)

    def _numbers_of(self, kind: str) -> list[int]:
        return sorted(k for found, k in self._places if found == kind and k is not None)

    def _summary(self, kind: str) -> NDArray[np.float64]:
        place = self._places.get((kind, None))
        return self._files.numbers(place, 1)[:, 0] if place else np.empty(0)

    def _read_settings(self) -> tuple[RunConfig, bool] | None:
        """What the JSON file beside the authors' files tells; None where there is none."""
        place = self._places.get((names.SETTINGS, None))
        if place is None:
            return None
        label = self._files.label(place)
        text = self._files.read(place, _LARGEST_SETTINGS).decode("utf-8", "replace")
        return names.settings_of(text, label, self.prefix)

    def _config(self, saved: list[int], shown: list[int]) -> RunConfig:
        known = self._settings[0] if self._settings else None
        units, channels = (known.units, known.stimulus_channels) if known else (100, 10)
        if saved:
            found = self._sizes(saved[0])
            if known and found != (units, channels):
                label = self._files.label(self._places[names.SETTINGS, None])
                raise PublishedError(
                    f"{label} tells {units} units and {channels} stimulus channels, the networks have "
                    f"{found[0]} and {found[1]}: delete it to use the published values instead."
                )
            units, channels = found
        if known:
            config = known
        else:
            batch = self._batch(shown[0]) if shown else 1
            config = names.config_of(self.prefix, units, channels, batch)
        return config.replace(problems=max(config.problems, self.problems))

    def _sizes(self, number: int) -> tuple[int, int]:
        """Units and stimulus channels of a saved network."""
        arrays = self._arrays(number)
        place = self._places[names.NETWORK, number]
        for name in (names.IMAGES, "wts_leakyRNN_weights"):
            if arrays[name].ndim != 2 or 0 in arrays[name].shape:
                raise _wrong_shape(
                    self._files.label(place), name, arrays[name].shape, "(rows, columns)"
                )
        return arrays["wts_leakyRNN_weights"].shape[1], arrays[names.IMAGES].shape[1]

    def _batch(self, number: int) -> int:
        """Stimuli a trial. The authors write one a line, so the count of trials must tell."""
        values = self._stimuli_of(number)
        if values.shape[1] > 1 or number > len(self._criterion):
            return values.shape[1]
        trials = self._criterion[number - 1] + RunConfig().criterion_trials
        batch = len(values) / trials if trials > 0 else 1.0
        return int(batch) if batch > 1 and batch == int(batch) else 1

    def unknown(self) -> list[str]:
        """What the files leave unknown, in sentences."""
        sentences = []
        if self._settings is None:
            sentences.append(
                "The files do not record the time step, time constants, noise, criterion, activation or "
                "initialisation: the paper's values are taken."
            )
        elif not self._settings[1]:
            sentences.append("The untrained network is unknown, because the run began as a branch.")
        if self.config.run_type in _PERTURBING and self.problems > self.config.baseline_problems:
            sentences.append(
                "Which permutations were drawn is unknown: the files do not record it."
            )
        return sentences

    @property
    def initial(self) -> NetworkWeights:
        """The untrained network."""
        if self.prefix and (self._settings is None or self._settings[1]):
            return network.initial_weights(np.random.RandomState(self.config.seed), self.config)
        return _unknown(self.config)

    def shown(self, index: int) -> NDArray[np.int8]:
        """The stimulus of each trial of a problem, (trials, batch); none where unknown."""
        if index != self._last_shown[0]:
            self._last_shown = index, self._read_shown(index)
        return self._last_shown[1]

    def _read_shown(self, index: int) -> NDArray[np.int8]:
        batch = self.config.batch_size
        if (names.STIMULI, index + 1) not in self._places:
            return np.empty((0, batch), np.int8)
        values = self._stimuli_of(index + 1)
        if values.shape[1] not in (1, batch):
            raise PublishedError(
                f"{self._files.label(self._places[names.STIMULI, index + 1])} holds "
                f"{values.shape[1]} stimuli a trial, not {batch}: get a fresh copy."
            )
        return values.ravel()[: values.size - values.size % batch].reshape(-1, batch)

    def _stimuli_of(self, number: int) -> NDArray[np.int8]:
        place = self._places[names.STIMULI, number]
        values = self._files.numbers(place)
        if not np.isin(values, (0, 1)).all():
            raise PublishedError(
                f"{self._files.label(place)} holds a stimulus that is neither 0 nor 1: get a fresh copy."
            )
        return values.astype(np.int8)

    def problem(self, index: int, first_trial: int) -> ProblemRecord:
        """Everything the files say of one problem."""
        config = self.config
        weights = _unknown(config)
        stimuli = np.full((2, config.stimulus_channels), np.nan, np.float32)
        if (names.NETWORK, index + 1) in self._places:
            weights, stimuli = self._network(index + 1)
        summaries: dict[str, Any] = {
            name: float(values[index]) if index < len(values) else np.nan
            for name, values in self._summaries.items()
        }
        criterion = self._trials_to_criterion(index, weights)
        return ProblemRecord(
            index=index,
            stimuli=stimuli,
            first_trial=first_trial,
            trials_to_criterion=criterion,
            trials_run=self._trials_run(index, criterion),
            outcome=self._outcome(index, criterion),
            weights=weights,
            singular_values=self._singular_values(index, weights),
            **summaries,
            applied=config.run_type in _PERTURBING and index >= config.baseline_problems,
            origin=Origin(StimuliFrom.NEW),
        )

    def _trials_run(self, index: int, criterion: float) -> int | None:
        """The trials shown; where these are not there, from the count, which leaves out a window."""
        shown = len(self.shown(index))
        if shown:
            return shown
        if np.isfinite(criterion):
            return int(criterion) + self.config.criterion_trials
        failed = index < len(self._criterion)
        return self.config.max_trials + 1 if failed else None

    def _outcome(self, index: int, criterion: float) -> Outcome:
        if np.isfinite(criterion):
            return Outcome.LEARNED
        return Outcome.FAILED if index < len(self._criterion) else Outcome.UNKNOWN

    def _trials_to_criterion(self, index: int, weights: NetworkWeights) -> float:
        """From conv; where that is not written yet, from the number of trials shown."""
        if index < len(self._criterion):
            return float(self._criterion[index])
        trials = len(self.shown(index)) - self.config.criterion_trials
        return float(trials) if trials > 0 and weights.is_finite() else np.nan

    def _singular_values(self, index: int, weights: NetworkWeights) -> NDArray[np.floating]:
        """From SINGS, whose rows not reached are 0; else from the network."""
        if index < len(self._singular) and self._singular[index].any():
            return self._singular[index]
        if weights.is_finite():
            return np.linalg.svd(weights.recurrent.astype(np.float64), compute_uv=False)
        return np.full(self.config.units, np.nan)

    def _network(self, number: int) -> tuple[NetworkWeights, NDArray[np.float32]]:
        place = self._places[names.NETWORK, number]
        arrays = self._arrays(number)
        shapes: dict[str, tuple[int, ...]] = {
            **names.mat_shapes(self._columns),
            names.IMAGES: (2, self.config.stimulus_channels),
        }
        for name, shape in shapes.items():
            found = arrays[name]
            if 1 in shape and found.ndim == 2 and found.shape == shape[::-1]:
                arrays[name] = found.T  # MATLAB's users like vectors that stand
            elif found.shape != shape:
                raise _wrong_shape(self._files.label(place), name, found.shape, str(shape))
        with np.errstate(over="ignore"):  # such a network counts as not saved
            weights = {
                field: arrays[variable].astype(np.float32).reshape(self._columns[field].shape)
                for variable, field in names.VARIABLES.items()
            }
            images = arrays[names.IMAGES].astype(np.float32)
        return NetworkWeights.from_arrays(weights), images

    def _arrays(self, number: int) -> dict[str, NDArray[Any]]:
        """The variables of a saved file, a fork's kernel taken apart."""
        place = self._places[names.NETWORK, number]
        wanted = {*names.VARIABLES, names.IMAGES, names.KERNEL}
        arrays = self._files.variables(place, wanted.__contains__)
        kernel = arrays.pop(names.KERNEL, None)
        if kernel is not None and "wts_leakyRNN_weights" not in arrays:
            if kernel.ndim != 2 or kernel.shape[0] <= kernel.shape[1]:
                raise _wrong_shape(
                    self._files.label(place), names.KERNEL, kernel.shape, "(inputs + units, units)"
                )
            inputs = kernel.shape[0] - kernel.shape[1]
            arrays["wts_RNNin_weights"] = kernel[:inputs]
            arrays["wts_leakyRNN_weights"] = kernel[inputs:]
        for name in (*names.VARIABLES, names.IMAGES):
            if name not in arrays:
                raise PublishedError(
                    f"{self._files.label(place)} lacks the variable {name}: get a fresh copy."
                )
        return arrays


def _trial(problem: int, stimulus: NDArray[np.int8]) -> TrialRecord:
    return TrialRecord(problem, stimulus, np.nan, np.nan, np.nan, np.nan, np.nan)


def _unknown(config: RunConfig) -> NetworkWeights:
    shapes = weight_shapes(config)
    return NetworkWeights(*(np.full(shapes[name], np.nan, np.float32) for name in WEIGHT_NAMES))


def _wrong_shape(label: str, name: str, found: tuple[int, ...], wanted: str) -> PublishedError:
    return PublishedError(f"{label}: {name} has shape {found}, not {wanted}: get a fresh copy.")
