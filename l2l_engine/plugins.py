"""Plug-ins: analyses, panels, figures and protocols from other packages and from files of the user.

A package names its plug-ins in entry points, a single file in a dictionary ``PLUG_INS``. Both are read
without running any of their code; a plug-in is imported when it is first used. One that cannot be used is
left out and says why, and an error it raises becomes one sentence that names it. Files of the user are
off until allowed, for they are code.

Each group's plug-ins are used through its own registry: :mod:`.analysis.registry`, :mod:`.figures`,
:mod:`.protocols.templates` and, in the window, the panels'.
"""

from __future__ import annotations

import ast
import contextlib
import enum
import functools
import importlib
import importlib.util
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import platformdirs

from l2l_engine.config import L2LError

log = logging.getLogger(__name__)

APPLICATION = "l2l-explorer"
DECLARATION = "PLUG_INS"
LARGEST_FILE = 1_000_000  # bytes; a file of code beyond that is not one


class Kind(enum.Enum):
    """What a plug-in adds; the value is its group of entry points."""

    ANALYSIS = "l2l.analyses"
    PANEL = "l2l.panels"
    FIGURE = "l2l.figures"
    PROTOCOL = "l2l.protocols"

    @property
    def word(self) -> str:
        """As people call it: "analysis"."""
        return self.name.lower()


class State(enum.Enum):
    """How a plug-in stands; the value is for people."""

    UNUSED = "not used yet"
    WORKS = "works"
    FAILED = "failed when last used"
    LEFT_OUT = "left out"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A plug-in as it declares itself.

    Attributes
    ----------
    kind : Kind
    name : str
    place : str
        ``package.module:attribute``; of a file, the attribute alone.
    source : str
        The package with its version, or the file's name.
    file : Path or None
        The user's file it is in.
    """

    kind: Kind
    name: str
    place: str
    source: str
    file: Path | None = None

    @property
    def words(self) -> str:
        """``The analysis 'mean-rate' of the plug-in my-package 1.0``."""
        return f"The {self.kind.word} '{self.name}' of the plug-in {self.source}"


_lock = threading.RLock()
_status: dict[PlugIn, tuple[State, str]] = {}
_objects: dict[PlugIn, Any] = {}
_unreadable: dict[str, str] = {}


def found() -> tuple[PlugIn, ...]:
    """All plug-ins that packages and files declare; nothing of them is imported."""
    return (*_installed(), *_in_files())


def unreadable() -> dict[str, str]:
    """Packages and files whose declarations cannot be read, each with the reason."""
    found()
    return dict(_unreadable)


def status(plug_in: PlugIn) -> tuple[State, str]:
    """How a plug-in stands, and the reason in a sentence ("" where there is none)."""
    if plug_in.file is not None and not is_allowed(plug_in.file):
        return State.OFF, "It is code from a file and has not been allowed: see Help > Plug-ins."
    return _status.get(plug_in, (State.UNUSED, ""))


def of(kind: Kind, taken: Container[str]) -> dict[str, PlugIn]:
    """The plug-ins of a kind that can be tried, by name.

    Parameters
    ----------
    kind : Kind
    taken : container of str
        Names of what is built in: a plug-in that has one of them is left out.
    """
    usable: dict[str, PlugIn] = {}
    for plug_in in found():
        if plug_in.kind is not kind or status(plug_in)[0] is State.OFF:
            continue
        if plug_in.name in taken:
            left_out(plug_in, "its name is taken by one that is built in: rename it")
        elif plug_in.name in usable:
            other = usable[plug_in.name].source
            left_out(plug_in, f"its name is taken by the plug-in {other}: rename it")
        else:
            usable[plug_in.name] = plug_in
    return usable


def not_offered(kind: Kind, taken: Container[str]) -> list[str]:
    """The plug-ins of a kind that :func:`of` leaves out, and what cannot be read: a sentence each."""
    offered = set(of(kind, taken).values())
    said = []
    for plug_in in found():
        if plug_in.kind is kind and plug_in not in offered:
            state, reason = status(plug_in)
            said.append(f"{plug_in.words} is {state.value}: {reason.rstrip('.')}.")
    return said + [
        f"The plug-ins of {source} are left out: {reason.rstrip('.')}."
        for source, reason in unreadable().items()
    ]


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
            made = check(_import(plug_in))
        except L2LError as error:
            raise left_out(plug_in, str(error).rstrip(".")) from error
        except (Exception, SystemExit) as error:
            log.warning("%s cannot be loaded", plug_in.words, exc_info=error)
            raise left_out(plug_in, f"it cannot be loaded ({_said(error)})") from error
        _objects[plug_in] = made
        _status[plug_in] = State.WORKS, ""
        return made


def left_out(plug_in: PlugIn, reason: str) -> L2LError:
    """Note that a plug-in is not used; the error to raise."""
    _status[plug_in] = State.LEFT_OUT, reason
    return L2LError(f"{plug_in.words} is left out: {reason}.")


def failed(plug_in: PlugIn, error: BaseException) -> L2LError:
    """Note that a plug-in raised something; the error to raise or show instead."""
    log.warning("%s failed", plug_in.words, exc_info=error)
    _status[plug_in] = State.FAILED, _said(error)
    return L2LError(f"{plug_in.words} failed ({_said(error)}); the log has the details.")


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
    _status[plug_in] = State.WORKS, ""


def forget() -> None:
    """Look for plug-ins again, and try again those that were left out."""
    _installed.cache_clear()
    _in_files.cache_clear()
    _allowed.cache_clear()
    _unreadable.clear()
    _status.clear()
    _objects.clear()


def _said(error: BaseException) -> str:
    """An error in a few words, on one line."""
    words = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


# -- packages ----------------------------------------------------------------------------


@functools.cache
def _installed() -> tuple[PlugIn, ...]:
    """Plug-ins of installed packages, each package once: the first on the path counts."""
    groups = {kind.value: kind for kind in Kind}
    seen: set[str] = set()
    declared: list[PlugIn] = []
    for package in metadata.distributions():
        try:
            points = [point for point in package.entry_points if point.group in groups]
            if not points or (name := package.metadata["Name"]) in seen:
                continue
            seen.add(name)
            source = f"{name} {package.version}"
        except Exception as error:  # a damaged package must not hide the others
            _unreadable[str(getattr(package, "_path", package))] = _said(error)
            continue
        declared += [
            PlugIn(groups[point.group], point.name, point.value, source) for point in points
        ]
    return tuple(declared)


def _import(plug_in: PlugIn) -> Any:
    if plug_in.file is not None:
        return getattr(_module_of(plug_in.file), plug_in.place)
    module, _, attribute = plug_in.place.partition(":")
    made: Any = importlib.import_module(module.strip())
    for name in filter(None, attribute.strip().split(".")):
        made = getattr(made, name)
    return made


# -- single files of the user --------------------------------------------------------------


def folder() -> Path:
    """Where single-file plug-ins are looked for; it need not exist."""
    return platformdirs.user_data_path(APPLICATION, appauthor=False) / "plug-ins"


def is_allowed(file: Path) -> bool:
    """Whether the user has allowed this file's code to run."""
    return file.name in _allowed()


def waiting() -> list[str]:
    """Names of the files that declare plug-ins and have not been allowed."""
    return sorted({each.source for each in _in_files() if each.file and not is_allowed(each.file)})


def allow(file: Path) -> None:
    """Remember that the user allows this file's code, from now on.

    Raises
    ------
    L2LError
        When that cannot be written down.
    """
    record = _record()
    names = sorted({*_allowed(), file.name})
    try:
        record.parent.mkdir(parents=True, exist_ok=True)
        beside = record.with_suffix(".part")
        beside.write_text(json.dumps({"allowed": names}), encoding="utf-8")
        os.replace(beside, record)  # noqa: PTH105
    except OSError as error:
        raise L2LError(
            f"{record} cannot be written ({error.strerror}): the plug-in stays off."
        ) from error
    _allowed.cache_clear()


def _record() -> Path:
    return platformdirs.user_config_path(APPLICATION, appauthor=False) / "plug-ins.json"


@functools.cache
def _allowed() -> frozenset[str]:
    try:
        kept = json.loads(_record().read_text(encoding="utf-8"))["allowed"]
        return frozenset(name for name in kept if isinstance(name, str))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return frozenset()


@functools.cache
def _in_files() -> tuple[PlugIn, ...]:
    """Plug-ins that the user's files declare."""
    declared: list[PlugIn] = []
    try:
        files = sorted(folder().glob("*.py"))
    except OSError:
        return ()
    for file in files:
        try:
            declared += _declared(file)
        except (OSError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
            _unreadable[file.name] = _said(error)
    return tuple(declared)


def _declared(file: Path) -> list[PlugIn]:
    """What a file's ``PLUG_INS`` says, read without running the file.

    The dictionary has the groups of entry points as keys, and a dictionary of names and attributes
    of the file for each.
    """
    if not file.is_file() or file.stat().st_size > LARGEST_FILE:
        raise ValueError("it is no file, or a very large one")
    for statement in ast.parse(file.read_bytes()).body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == DECLARATION
            for target in statement.targets
        ):
            groups = ast.literal_eval(statement.value)
            try:
                return [
                    PlugIn(Kind(group), str(name), str(attribute), file.name, file)
                    for group, names in groups.items()
                    for name, attribute in names.items()
                ]
            except AttributeError as error:
                raise ValueError(f"{DECLARATION} is no dictionary of dictionaries") from error
    raise ValueError(f"it has no {DECLARATION} = {{...}}")


def _module_of(file: Path) -> Any:
    name = f"l2l_plug_in_{file.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]
