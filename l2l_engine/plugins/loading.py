"""Plug-ins imported when they are first used, each once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from l2l_engine.config import L2LError
from l2l_engine.plugins import files, packages, standing
from l2l_engine.plugins.declared import PlugIn, State, said
from l2l_engine.plugins.standing import left_out, status, works

log = logging.getLogger(__name__)

_lock = threading.RLock()
_objects: dict[PlugIn, Any] = {}


def load(plug_in: PlugIn, check: Callable[[Any], Any] = lambda found: found) -> Any:
    """What a plug-in adds, imported when first asked for.

    Parameters
    ----------
    plug_in : PlugIn
    check : callable
        Given what was imported, returns what is used; raises L2LError with the reason ("it is no
        subclass of Panel") where it is of a wrong kind.

    Raises
    ------
    L2LError
        When it is off, cannot be imported or is of a wrong kind, in a sentence that names it.
    """
    with _lock:
        state, reason = status(plug_in)
        if state is State.OFF:
            raise L2LError(f"{plug_in.words} is off. {reason}")
        if plug_in in _objects:
            return _objects[plug_in]
        if state is State.LEFT_OUT:
            raise L2LError(f"{plug_in.words} is left out: {reason}.")
        try:
            made = check(_imported(plug_in))
        except L2LError as error:
            raise left_out(plug_in, str(error).rstrip(".")) from error
        except (Exception, SystemExit) as error:
            log.warning("%s cannot be loaded", plug_in.words, exc_info=error)
            raise left_out(plug_in, f"it cannot be loaded ({said(error)})") from error
        _objects[plug_in] = made
        works(plug_in)
        return made


def forget() -> None:
    """Look for plug-ins again, and try again those that were left out."""
    packages.declarations.cache_clear()
    files.forget()
    standing.forget()
    _objects.clear()


def _imported(plug_in: PlugIn) -> Any:
    if plug_in.file is not None:
        return files.imported(plug_in.file, plug_in.place)
    return packages.imported(plug_in)
