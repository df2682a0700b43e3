"""The state of each plug-in, and the sentences about those that failed."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator

from l2l_engine.config import L2LError
from l2l_engine.plugins import files
from l2l_engine.plugins.declared import PlugIn, State, said

log = logging.getLogger(__name__)

_status: dict[PlugIn, tuple[State, str]] = {}


def status(plug_in: PlugIn) -> tuple[State, str]:
    """The state of a plug-in, and the reason in a sentence ("" if there is none)."""
    if plug_in.file is not None and not files.is_allowed(plug_in.file):
        return State.OFF, "It is code from a file and has not been allowed: see Help > Plug-ins."
    return _status.get(plug_in, (State.UNUSED, ""))


def works(plug_in: PlugIn) -> None:
    """Record that a plug-in works."""
    _status[plug_in] = State.WORKS, ""


def left_out(plug_in: PlugIn, reason: str) -> L2LError:
    """Note that a plug-in is not used; the error to raise."""
    _status[plug_in] = State.LEFT_OUT, reason
    return L2LError(f"{plug_in.words} is left out: {reason}.")


def failed(plug_in: PlugIn, error: BaseException) -> L2LError:
    """Note that a plug-in raised something; the error to raise or show instead."""
    log.warning("%s failed", plug_in.words, exc_info=error)
    _status[plug_in] = State.FAILED, said(error)
    return L2LError(f"{plug_in.words} failed ({said(error)}); the log has the details.")


@contextlib.contextmanager
def guarded(
    plug_in: PlugIn | None, progress: Callable[[float], None] | None = None
) -> Iterator[Callable[[float], None] | None]:
    """While a plug-in's code runs: what it raises becomes an L2LError that names it.

    Parameters
    ----------
    plug_in : PlugIn or None
        None guards nothing: the code is our own.
    progress : callable, optional
        What this yields should be given to the plug-in in its place: an error from here, which
        cancels, passes through.
    """
    if plug_in is None:
        yield progress
        return
    cancelled: list[BaseException] = []

    def report(fraction: float) -> None:
        assert progress is not None
        try:
            progress(fraction)
        except BaseException as error:
            cancelled.append(error)
            raise

    try:
        yield None if progress is None else report
    except L2LError:  # a sentence of its own, such as what it lacks
        raise
    except (Exception, SystemExit) as error:
        if error in cancelled:
            raise
        raise failed(plug_in, error) from error
    works(plug_in)


def forget() -> None:
    """Forget the state of every plug-in."""
    _status.clear()
