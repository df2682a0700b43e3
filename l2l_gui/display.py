"""Checks that Qt can be loaded and will find a screen: where it cannot, it ends in a traceback or an abort."""

from __future__ import annotations

import ctypes
import importlib
import os
import sys

from l2l_engine.config import L2LError

PACKAGES = (
    "libegl1 libgl1 libglib2.0-0 libxkbcommon-x11-0 libdbus-1-3 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-shape0 libxcb-xinerama0 libxcb-image0 libxcb-render-util0 "
    "libxcb-randr0 libfontconfig1 fonts-dejavu-core"
)
"""The system libraries of Qt, as Debian and Ubuntu call them; ``scripts/system-libraries`` has the same."""
X11_LIBRARIES = (
    "libxcb-cursor.so.0",  # the one that plain desktops lack most often
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-render-util.so.0",
    "libxkbcommon-x11.so.0",
)
"""What Qt's plug-in for X11 loads, and Qt itself does not."""


def require(*, unseen: bool) -> None:
    """Check that Qt loads, and for a screen; with ``unseen`` the window need not be visible, and an offscreen one suffices.

    Raises
    ------
    L2LError
        When the window cannot open; the sentence says what to do instead.
    """
    linux = sys.platform.startswith("linux")
    if linux and not os.environ.get("QT_QPA_PLATFORM"):
        _find_screen(unseen)
    try:
        importlib.import_module("PyQt6.QtWidgets")
    except ImportError as error:
        missing, _, rest = str(error).partition(": ")
        if linux and ".so" in missing and "No such file" in rest:
            raise _lacks(missing) from error
        raise L2LError(
            f"Qt cannot be loaded ({error}): install it again with pip install --force-reinstall "
            "PyQt6 PyQt6-Qt6."
        ) from error


def _find_screen(unseen: bool) -> None:
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        if not unseen:
            raise L2LError(
                "There is no display: open the window from a desktop, or use --tour DIR, "
                "l2l-train, l2l-analyse or l2l-figures, which need none."
            )
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    elif not os.environ.get("WAYLAND_DISPLAY"):
        for library in X11_LIBRARIES:
            try:
                ctypes.CDLL(library)
            except OSError:
                raise _lacks(library) from None


def _lacks(library: str) -> L2LError:
    return L2LError(
        f"Qt needs the system library {library}. On Debian and Ubuntu: sudo apt-get install "
        f"{PACKAGES}. On Fedora and Arch, install the package that has it, such as xcb-util-cursor."
    )
