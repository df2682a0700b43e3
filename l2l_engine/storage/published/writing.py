"""Session -> published files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network
from l2l_engine.storage import atomic, space
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.published import names
from l2l_engine.storage.session import Session
from l2l_engine.training.records import Outcome

Progress = Callable[[float], None]
_SESSION_SUFFIXES = (".h5", ".hdf5")


def export_published(
    session: Path,
    folder: Path,
    progress: Progress | None = None,
    *,
    states: NDArray[np.floating] | None = None,
) -> Path:
    """Write a session as published files, with the authors' names, shapes and number formats.

    What their files cannot say (time step, time constants, noise, criterion, activation,
    initialisation and the rest of the configuration) is written beside them as JSON. As in theirs, a
    failed problem is NaN in the summaries and has no file of its own.

    Parameters
    ----------
    session : Path
        The session to write.
    folder : Path
        Where to; made when missing. A name that ends in .zip is written as one zip.
    progress : callable, optional
        Told the fraction done; what it raises cancels the export, leaving no file.
    states : (trials, steps, units), optional
        The kept states of a perturbation run's first problems: of each problem a trial of stimulus
        0, then one of stimulus 1.

    Returns
    -------
    Path
        ``folder``.

    Raises
    ------
    SessionError
        When the session cannot be read, the folder not be written to, or it already holds
        files of this run.
    DiskFullError
        When there is no room.
    """
    folder = Path(folder)
    with Session.open(session) as run:
        prefix = names.prefix_of(run.config)
        _check_target(folder, prefix)
        size = run.path.stat().st_size

        def unwritten(target: Path, error: Exception) -> Exception:
            return space.failure(target, error, size)

        with atomic.beside(folder, failure=unwritten) as temporary:
            _write_settings(run, temporary, prefix)
            _write_summaries(run, temporary, prefix)
            if states is not None:
                _write_states(run, temporary, prefix, states)
            _write_problems(run, temporary, prefix, progress)
            if folder.suffix.lower() == ".zip":
                _pack(temporary, folder, unwritten)
            else:
                folder.mkdir(exist_ok=True)
                for item in temporary.iterdir():
                    item.replace(folder / item.name)
    return folder


def check_export(session: Path, folder: Path) -> str:
    """The prefix :func:`export_published` would write with, after the same checks; nothing is written."""
    with Session.open(session) as run:
        prefix = names.prefix_of(run.config)
    _check_target(Path(folder), prefix)
    return prefix


def _check_target(folder: Path, prefix: str) -> None:
    if folder.suffix.lower() in _SESSION_SUFFIXES:
        raise SessionError(
            f"{folder} has the name of a session, and a session is exported to a folder or a .zip: "
            "choose such a name, or copy the file to have it twice."
        )
    if not folder.parent.is_dir():
        raise SessionError(f"The folder {folder.parent} does not exist: create it first.")
    if folder.is_dir():
        if any(f"_{prefix}" in item.name for item in folder.iterdir()):
            raise SessionError(f"{folder} already holds files of {prefix}: choose another folder.")
    elif folder.exists():
        raise SessionError(f"{folder} exists already: choose another name.")


def _write_settings(run: Session, folder: Path, prefix: str) -> None:
    drawn = network.initial_weights(np.random.RandomState(run.config.seed), run.config)
    same = all(
        np.array_equal(array, getattr(run.initial, name)) for name, array in drawn.arrays().items()
    )
    place = folder / f"{names.SETTINGS}_{prefix}.json"
    place.write_text(names.settings_text(run.config, same), encoding="utf-8")


def _failed(run: Session) -> NDArray[np.bool_]:
    """Which problems were not learned, (K,).

    An import has networks of learned problems alone, even where their counts are unknown; and a problem
    that was given a fixed number of trials did not fail.
    """
    uncounted = np.isnan(run.trials_to_criterion)
    uncounted &= run.problem_column("outcome") != Outcome.ENDED
    return uncounted & ~run.available if run.source else uncounted


def _write_summaries(run: Session, folder: Path, prefix: str) -> None:
    def write(kind: str, values: NDArray[Any], number: str) -> None:
        np.savetxt(folder / f"{kind}_{prefix}.txt", values, fmt=number)

    if run.n_problems == 0:
        return
    failed = _failed(run)
    write(names.CRITERION, run.trials_to_criterion, names.WHOLE)
    for kind, column in names.SUMMARIES.items():
        values = run.problem_column(column)
        if not np.isnan(values).all():  # else an import that had none
            write(kind, np.where(failed, np.nan, values), names.DECIMAL)
    singular = np.zeros((max(run.config.problems, run.n_problems), run.config.units))
    singular[: run.n_problems][~failed] = run.problem_column("singular_values")[~failed]
    write(names.SINGULAR, singular, names.DECIMAL)


def _write_states(run: Session, folder: Path, prefix: str, states: NDArray[np.floating]) -> None:
    """(units, steps, trials), float64: stimulus 0 of every problem, then stimulus 1 of every problem."""
    if states.ndim != 3 or states.shape[1:] != (run.config.steps, run.config.units):
        raise ValueError(
            f"states has shape {states.shape}, not (trials, {run.config.steps}, {run.config.units})."
        )
    by_stimulus = np.concatenate([states[0::2], states[1::2]])
    theirs = by_stimulus.transpose(2, 1, 0).astype(np.float64, order="C")
    np.save(folder / f"{names.STATES}_{prefix}.npy", theirs, allow_pickle=False)


def _write_problems(run: Session, folder: Path, prefix: str, progress: Progress | None) -> None:
    from scipy.io import savemat  # a third of a second

    available = run.available
    failed = _failed(run)
    stimuli = run.stimuli
    problem_of_trial = run.trial_column("problem")
    shown = run.trial_column("stimulus")
    for index in range(run.n_problems):
        number = index + 1
        rows = shown[problem_of_trial == index].ravel()
        if len(rows) and not failed[index] and (rows >= 0).all():  # -1: unknown
            np.savetxt(folder / f"{names.STIMULI}_{prefix}_{number}.txt", rows, fmt=names.WHOLE)
        if available[index] and not failed[index]:
            arrays = {names.IMAGES: stimuli[index], **names.mat_variables(run.weights(index))}
            savemat(folder / f"{names.NETWORK}_{prefix}_{number}.mat", arrays)
        if progress:
            progress(number / run.n_problems)


def _pack(folder: Path, target: Path, failure: atomic.Failure) -> None:
    with (
        atomic.replacing(target, failure=failure) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for item in sorted(folder.iterdir()):
            archive.write(item, item.name)
