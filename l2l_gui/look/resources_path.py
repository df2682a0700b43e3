"""Where the files that ship with the program are, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def _shipped(folder: str, name: str) -> Path:
    installed = _PACKAGE / folder
    return (installed if installed.is_dir() else _PACKAGE.parent / folder) / name


def resource(name: str) -> Path:
    """Path of a shipped resource, such as ``icons/run.svg``; it may not exist."""
    return _shipped("resources", name)


def data(name: str) -> Path:
    """Path of shipped data, such as ``pretrained.h5``; it may not exist."""
    return _shipped("data", name)
