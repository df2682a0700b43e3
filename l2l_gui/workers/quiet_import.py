"""Importing TensorFlow on one thread without holding up the others.

Plainly imported it stops every other thread for up to half a second, several times: its
shared library is loaded with the interpreter locked, and the garbage collector goes through
its many objects again and again. Loaded by a foreign call beforehand, with the collector
off, no stop exceeds 30 ms.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib.util
import os
import sys
from pathlib import Path

from l2l_engine import extras

LIBRARY = "libtensorflow_cc.so.2"
RTLD_NOW = 2


def loaded() -> bool:
    """Whether TensorFlow is in memory."""
    return "tensorflow" in sys.modules


def load_tensorflow() -> None:
    """Import TensorFlow and the training code; safe to call again.

    Raises
    ------
    MissingExtraError
        When it is not installed.
    """
    if loaded():
        return
    extras.require("train")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    collects = gc.isenabled()
    gc.disable()
    try:
        with contextlib.suppress(OSError, AttributeError):
            load_library("tensorflow", LIBRARY)
        from l2l_engine.training.trainer import load_tensorflow as load

        load()
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def load_library(package: str, name: str) -> None:
    """Load a package's shared library; a foreign call, unlike an import, unlocks the interpreter."""
    found = importlib.util.find_spec(package)
    if not sys.platform.startswith("linux") or found is None or found.origin is None:
        return
    library = Path(found.origin).with_name(name)
    if library.exists():
        dlopen = ctypes.CDLL(None).dlopen
        dlopen.restype = ctypes.c_void_p
        dlopen(os.fsencode(library), RTLD_NOW)
