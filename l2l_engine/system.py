"""What a report of a fault has to say about the machine and what is installed on it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys

PACKAGES = (
    "numpy",
    "scipy",
    "h5py",
    "matplotlib",
    "tensorflow",
    "tensorflow-cpu",
    "numba",
    "PyQt6",
    "PyQt6-Qt6",
    "pyqtgraph",
    "distributed",
    "pandas",
    "xarray",
)
"""Packages whose versions matter; those of extras may be missing."""


def report() -> dict[str, str]:
    """Versions of the program, Python, the system and the packages that are installed, by name.

    It has no user or machine name and no path, so that it can be posted as it is.
    """
    from l2l_engine import __version__

    fields = {
        "L2L Explorer": __version__,
        "Python": platform.python_version(),
        "system": f"{platform.platform()}, {os.cpu_count()} cores",
    }
    for name in PACKAGES:
        try:
            fields[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    if sys.platform.startswith("linux"):
        fields["display"] = (
            "Wayland"
            if os.environ.get("WAYLAND_DISPLAY")
            else "X11"
            if os.environ.get("DISPLAY")
            else "none"
        )
    return fields
