"""The folder for sessions, and copies of those that cannot be continued in place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import platformdirs

from l2l_engine.storage.atomic import ExportError, replacing
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.naming import SESSION_SUFFIX, session_name
from l2l_gui.look.resources_path import data
from l2l_gui.model.settings import settings

FOLDER = "L2L Explorer"
EXAMPLE = "pretrained.h5"
FILTER = "L2L sessions (*.l2l.h5 *.h5 *.hdf5)"
"""What the file dialogs offer."""


def sessions_folder() -> Path:
    """The user's folder for sessions, created if necessary."""
    folder = Path(os.environ.get("L2L_SESSIONS") or platformdirs.user_documents_path() / FOLDER)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SessionError(
            f"The folder {folder} cannot be made ({error.strerror}): "
            "set L2L_SESSIONS to another one."
        ) from error
    return folder


def is_example(path: Path) -> bool:
    """Whether this is the session that comes with the program, which is never written to."""
    return path.resolve() == data(EXAMPLE).resolve()


def must_copy(path: Path) -> bool:
    """Whether training has to continue in a copy."""
    return is_example(path) or not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def free_name(folder: Path, stem: str, suffix: str = SESSION_SUFFIX) -> Path:
    """A file name in ``folder`` that neither exists nor would be shown under an existing name."""
    name, number = stem, 2
    while any((folder / f"{name}{ending}").exists() for ending in (suffix, ".h5")):
        name, number = f"{stem}-{number}", number + 1
    return folder / f"{name}{suffix}"


def working_copy(path: Path) -> Path:
    """Copy a session into the sessions folder; raises L2LError."""
    target = free_name(sessions_folder(), session_name(path))
    copy(path, target)
    return target


def copy(path: Path, target: Path) -> None:
    """Copy a session file that is not being written; raises L2LError."""
    if target.resolve() == path.resolve():
        raise ExportError(f"{target} is the session itself: choose another name for the copy.")
    with replacing(target) as part:
        shutil.copyfile(path, part)


def first_session() -> list[Path]:
    """The last session, or the one that comes with the program."""
    last = settings.text("last session")
    for path in (Path(last) if last else None, data(EXAMPLE)):
        try:
            if path is not None and path.is_file():
                return [path]
        except (OSError, ValueError):  # a remembered name that no file can have
            continue
    return []
