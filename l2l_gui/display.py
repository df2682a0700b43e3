"""Checks that Qt will find a screen, because without one it aborts."""

from __future__ import annotations

import ctypes
import os
import sys

from l2l_engine.config import L2LError

CURSOR_LIBRARY = "libxcb-cursor.so.0"
"""Of the libraries Qt needs, the one that plain desktops lack most often."""


def require(*, unseen: bool) -> None:
    """Check for a screen; with ``unseen`` the window need not be visible, and an offscreen one suffices.

    Raises
    ------
    L2LError
        When the window cannot open; the sentence says what to do instead.
    """
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        if not unseen:
            raise L2LError(
                "There is no display: open the window from a desktop, or use --tour DIR, "
                "l2l-train, l2l-analyse or l2l-figures, which need none."
            )
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    elif not os.environ.get("WAYLAND_DISPLAY"):
        try:
            ctypes.CDLL(CURSOR_LIBRARY)
        except OSError:
            raise L2LError(
                f"Qt needs the system library {CURSOR_LIBRARY}: install the package "
                "libxcb-cursor0 (Debian, Ubuntu) or xcb-util-cursor (Fedora, Arch)."
            ) from None
