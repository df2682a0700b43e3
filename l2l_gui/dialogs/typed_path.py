"""File names typed by the user."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def typed_path(text: str, folder: Path | None = None, suffix: str = "") -> Path:
    """The file that was typed.

    Parameters
    ----------
    text : a path; a leading tilde is the person's own folder.
    folder : where a relative path lies; by default the working folder.
    suffix : added to a name that has none.

    Returns
    -------
    The path. It may be unusable: see :func:`path_problem`.
    """
    path = Path(text.strip())
    named = path.name not in ("", "..")  # "/" and "." have no name
    with contextlib.suppress(RuntimeError):  # ~nobody
        path = path.expanduser()
    if folder is not None:
        path = folder / path
    return path.with_suffix(suffix) if suffix and named and not path.suffix else path


def path_problem(path: Path, what: str, new: bool = False) -> str:
    """Why ``path`` cannot be written, in a sentence, or nothing.

    Parameters
    ----------
    path : the file to write.
    what : what the file is, as in "Name the file of the movie."
    new : whether an existing file is refused.
    """
    if not path.name:
        return f"Name the file of {what}."
    try:
        if path.is_dir():
            return f"{path} is a folder: name a file in it."
        if new and path.exists():
            return f"{path.name} exists already: choose another name."
        if not path.parent.is_dir():
            return f"The folder {path.parent} does not exist: choose another."
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return f"{path.name} cannot be used ({reason}): choose another name."
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return f"The folder {path.parent} cannot be written to: choose another."
    return ""
