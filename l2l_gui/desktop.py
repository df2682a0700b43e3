"""The program in the desktop's menu, and ``.l2l.h5`` files opened with it (freedesktop.org).

Sources: Desktop Entry Specification 1.5; Shared MIME-info Database 0.22; Icon Theme Specification.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from l2l_engine.config import L2LError
from l2l_engine.storage.atomic import replacing
from l2l_gui.look.resources_path import resource

_REFRESH = (("update-desktop-database", "applications"), ("update-mime-database", "mime"))
_RESERVED = " \t\n\"'\\><~|&;$*?#()`"  # characters for which an argument of Exec is quoted


def install() -> str:
    """Write the menu entry, the icon and the file type to the user's own folders.

    Returns
    -------
    A sentence that says what was written and how to undo it.

    Raises
    ------
    L2LError
        On another system than Linux, or where a file cannot be written.
    """
    if not sys.platform.startswith("linux"):
        raise L2LError(
            "--install-desktop is for Linux desktops: here, make a shortcut to l2l-gui yourself."
        )
    share = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    entry = resource("l2l-explorer.desktop").read_text(encoding="utf-8")
    files = {
        share / "applications" / "l2l-explorer.desktop": entry.replace("{program}", _program()),
        share / "icons" / "hicolor" / "scalable" / "apps" / "l2l-explorer.svg": resource(
            "icons/application.svg"
        ).read_text(encoding="utf-8"),
        share / "mime" / "packages" / "l2l-explorer.xml": resource("l2l-explorer.xml").read_text(
            encoding="utf-8"
        ),
    }
    for path, text in files.items():
        _write(path, text)
    for command, folder in _REFRESH:
        if shutil.which(command):
            subprocess.run([command, share / folder], check=False, capture_output=True)
    listed = "\n".join(f"  {path}" for path in files)
    return f"L2L Explorer is in the menu and opens .l2l.h5 files. To undo, delete:\n{listed}"


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise L2LError(
            f"{path} cannot be written ({error.strerror}): check the folder's permissions."
        ) from error


def _program() -> str:
    """The command that starts this installation, quoted as a desktop entry requires."""
    script = Path(sys.executable).with_name("l2l-gui")
    parts = [str(script)] if script.exists() else [sys.executable, "-m", "l2l_gui.app"]
    return " ".join(map(_quoted, parts))


def _quoted(part: str) -> str:
    part = part.replace("%", "%%")
    if not any(character in part for character in _RESERVED):
        return part
    for character in '\\"`$':
        part = part.replace(character, f"\\{character}")
    return '"' + part.replace("\\", "\\\\") + '"'  # a string value escapes its backslashes again
