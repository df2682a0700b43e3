"""Session -> published files."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
from numpy.typing import NDArray

from l2l_engine.storage import space
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.published import names
from l2l_engine.storage.session import Session

Progress = Callable[[float], None]


def export_published(
    session: Path,
    folder: Path,
    progress: Progress | None = None,
    *,
    states: NDArray[np.floating] | None = None,
) -> Path:
    """Write a session as published files, names, shapes and number formats alike.

    Parameters
    ----------
    folder : Path
        Where to; made when missing. A name that ends in .zip is written as one zip.
    progress : callable, optional
        Told the fraction done; what it raises cancels the export, leaving no file.
    states : (trials, steps, units), optional
        The kept states of a perturbation run's first problems, two trials a problem.

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
        temporary = _beside(folder)
        try:
            _write_summaries(run, temporary, prefix)
            if states is not None:
                _write_states(run, temporary, prefix, states)
            _write_problems(run, temporary, prefix, progress)
            if folder.suffix.lower() == ".zip":
                _pack(temporary, folder)
            else:
                folder.mkdir(exist_ok=True)
                for item in temporary.iterdir():
                    item.replace(folder / item.name)
        except OSError as error:
            raise space.failure(folder, error, run.path.stat().st_size) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _beside(folder: Path) -> Path:
    """An empty folder to make the files in, so that they appear complete or not at all."""
    try:
        return Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise space.failure(folder, error, 0) from error


def _check_target(folder: Path, prefix: str) -> None:
    if not folder.parent.is_dir():
        raise SessionError(f"The folder {folder.parent} does not exist: create it first.")
    if folder.is_dir():
        if any(f"_{prefix}" in item.name for item in folder.iterdir()):
            raise SessionError(f"{folder} already holds files of {prefix}: choose another folder.")
    elif folder.exists():
        raise SessionError(f"{folder} exists already: choose another name.")


def _write_summaries(run: Session, folder: Path, prefix: str) -> None:
    def write(kind: str, values: NDArray[Any], number: str) -> None:
        np.savetxt(folder / f"{kind}_{prefix}.txt", values, fmt=number)

    if run.n_problems == 0:
        return
    write(names.CRITERION, run.trials_to_criterion, names.WHOLE)
    for kind, column in names.SUMMARIES.items():
        values = run.problem_column(column)
        if not np.isnan(values).all():  # else an import that had none
            write(kind, values, names.DECIMAL)
    singular = np.zeros((max(run.config.problems, run.n_problems), run.config.units))
    singular[: run.n_problems] = run.problem_column("singular_values")
    write(names.SINGULAR, singular, names.DECIMAL)


def _write_states(run: Session, folder: Path, prefix: str, states: NDArray[np.floating]) -> None:
    if states.ndim != 3 or states.shape[1:] != (run.config.steps, run.config.units):
        raise ValueError(
            f"states has shape {states.shape}, not (trials, {run.config.steps}, {run.config.units})."
        )
    np.save(folder / f"{names.STATES}_{prefix}.npy", states, allow_pickle=False)


def _write_problems(run: Session, folder: Path, prefix: str, progress: Progress | None) -> None:
    available = run.available
    stimuli = run.stimuli
    problem_of_trial = run.trial_column("problem")
    shown = run.trial_column("stimulus")
    for index in range(run.n_problems):
        number = index + 1
        rows = shown[problem_of_trial == index]
        if len(rows):
            np.savetxt(folder / f"{names.STIMULI}_{prefix}_{number}.txt", rows, fmt=names.WHOLE)
        if available[index]:
            arrays = {names.IMAGES: stimuli[index], **names.mat_variables(run.weights(index))}
            scipy.io.savemat(folder / f"{names.NETWORK}_{prefix}_{number}.mat", arrays)
        if progress:
            progress(number / run.n_problems)


def _pack(folder: Path, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.new")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for item in sorted(folder.iterdir()):
                archive.write(item, item.name)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
