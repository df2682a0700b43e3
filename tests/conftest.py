"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

_ROOT = Path(__file__).resolve().parent.parent
_REFERENCE = Path(os.environ.get("L2L_REFERENCE", _ROOT.parent / "shared" / "reference"))


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of reference numbers made with the authors' published code."""
    if not _REFERENCE.is_dir():
        pytest.skip("no reference numbers here: point L2L_REFERENCE at their folder")
    return _REFERENCE
