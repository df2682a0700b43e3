"""The optional parts of the program.

Reading and analysing need a small environment; training needs TensorFlow, the window needs Qt, and
tables need pandas and xarray. If a part is missing, one sentence says how to install it.
"""

from __future__ import annotations

import importlib.util

from l2l_engine.config import L2LError

EXTRAS = {
    "train": ("tensorflow", "numba"),
    "gui": ("PyQt6", "pyqtgraph", "cachetools"),
    "cluster": ("distributed",),
    "data": ("pandas", "xarray"),
}
"""The modules that each extra of the package brings, the one most often missed first."""

_PURPOSES = {
    "train": "Training",
    "gui": "The window",
    "cluster": "Training on a cluster",
    "data": "This table",
}


class MissingExtraError(L2LError, ImportError):
    """A part of the program is not installed."""


def missing(extra: str) -> str | None:
    """The first module of an extra that is not installed; None if all are."""
    return next((name for name in EXTRAS[extra] if importlib.util.find_spec(name) is None), None)


def require(extra: str) -> None:
    """Check that an extra is installed, without importing it.

    Raises
    ------
    MissingExtraError
        When one of its modules is missing; the sentence has the line that installs it.
    """
    module = missing(extra)
    if module is not None:
        raise MissingExtraError(
            f"{_PURPOSES[extra]} needs {module}, which is not installed: "
            f"pip install 'l2l-explorer[{extra}]'"
        )
