"""Cached analyses of a run, in a results file of its own: ``results/NAME.results.h5`` by the session.

A results file holds what each analysis gave, the digest of the networks and stimuli it was computed
from, and a summary of the run, so that it can stand for a session that is elsewhere. An entry whose
version, digest or checksum does not agree counts as absent: it is computed again and replaced. A
file is always rewritten as a whole and moved into place, so it is whole or as it was before.

Layout: root attributes format = "l2l-results", version, name, config as JSON; ``/run`` with one row a
problem; ``/analyses/NAME/PARAMETERS`` with the arrays of one entry.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import filelock
import h5py
import numpy as np
import platformdirs
from numpy.typing import NDArray

from l2l_engine.config import ConfigError, RunConfig
from l2l_engine.storage import atomic, hdf5, layout, untrusted
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.naming import session_name
from l2l_engine.storage.plain_files import printable, reason
from l2l_engine.storage.session import Session

FORMAT = layout.RESULTS_FORMAT
VERSION = 1
SUFFIX = ".results.h5"
SHIPPED = "SHIPPED"
"""Marks a folder of results that ships with the program: nothing is written there."""

Arrays = dict[str, NDArray[Any]]

_AT_ONCE = 64  # problems digested at once
_PATIENCE = 5.0  # s to wait for another writer
_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError)
_log = logging.getLogger(__name__)


class ResultsError(SessionError):
    """A results file cannot be read; the text names the file and the fix."""


@dataclass(frozen=True, slots=True)
class ResultKey:
    """Identifies an entry: the analysis, the version of its code, and its parameters."""

    analysis: str
    version: int
    parameters: str

    @classmethod
    def of(cls, analysis: str, version: int, **parameters: float | str) -> Self:
        """The key of an analysis with parameters, in any order."""
        return cls(analysis, version, ",".join(f"{k}={v}" for k, v in sorted(parameters.items())))

    @property
    def path(self) -> str:
        """The entry's path in a results file; the same for every version of the analysis."""
        return f"analyses/{self.analysis}/{self.parameters}"


@dataclass(frozen=True, slots=True, eq=False)
class RunSummary:
    """What figures need to know of a run besides its networks; K problems."""

    name: str
    config: RunConfig
    trials_to_criterion: NDArray[np.float64]  # (K,), NaN = failed
    permutations: NDArray[np.int8]  # (K, k), -1 = none drawn
    available: NDArray[np.bool_]  # (K,): whether the network was saved
    digests: NDArray[np.uint8]  # (K, 16): of each problem's network and stimuli

    @classmethod
    def of(cls, session: Session) -> Self:
        """Summarise a session; reads all its networks once (0.2 s for a thousand)."""
        problems = session.n_problems
        stimuli = session.stimuli[:problems]
        digests = np.empty((problems, 16), np.uint8)
        for start in range(0, problems, _AT_ONCE):
            arrays = session.weights(slice(start, min(start + _AT_ONCE, problems))).arrays()
            for row in range(len(arrays["bias"])):
                content = hashlib.blake2b(stimuli[start + row].tobytes(), digest_size=16)
                for array in arrays.values():
                    content.update(array[row].tobytes())
                digests[start + row] = np.frombuffer(content.digest(), np.uint8)
        return cls(
            session_name(session.path),
            session.config,
            session.trials_to_criterion[:problems],
            session.permutations[:problems],
            session.available[:problems],
            digests,
        )

    def digest(self, problems: range) -> str:
        """Digest of the configuration and of the networks and stimuli of ``problems``, as hex."""
        rows = np.ascontiguousarray(self.digests[problems.start : problems.stop])
        content = hashlib.blake2b(_settings(self.config).encode(), digest_size=16)
        content.update(rows.tobytes())
        return content.hexdigest()

    def arrays(self) -> Arrays:
        """The rows of ``/run``."""
        names = ("trials_to_criterion", "permutations", "available", "digests")
        return {name: getattr(self, name) for name in names}


class Results:
    """The results files of one session: the one beside it, and one in the user's cache folder.

    The second is used where the first cannot be written or is among results that come with the
    program. Safe to use from several threads and
    programs.
    """

    def __init__(self, *places: Path) -> None:
        self.places = places

    @classmethod
    def beside(cls, session: Path) -> Self:
        """Those of the session at a path."""
        session = session.absolute()
        beside = session.parent / "results" / f"{session.stem}{SUFFIX}"
        return cls(beside, *cls.in_cache(session).places)

    @classmethod
    def in_cache(cls, session: Path) -> Self:
        """The one in the user's cache folder, of the session at a path."""
        session = session.absolute()
        known = hashlib.blake2b(os.fsencode(session), digest_size=8).hexdigest()
        cache = platformdirs.user_cache_path("l2l-explorer") / "results" / known
        return cls(cache / f"{session.stem}{SUFFIX}")

    def get(self, key: ResultKey, digest: str) -> Arrays | None:
        """The arrays of an entry; None where it is absent, stale or damaged."""
        for path in self.places:
            with contextlib.suppress(*_DAMAGE):
                if path.is_file():
                    with untrusted.open_closed(path) as file:
                        found = _checked(untrusted.group(file, key.path), _stamp(key, digest))
                    if found is not None:
                        return found
        return None

    def put(
        self, summary: RunSummary, entries: Mapping[tuple[ResultKey, str], Arrays]
    ) -> Path | None:
        """Add entries, by key and digest, and the run's summary; the file written, if any could be."""
        for path in self.places:
            if (path.parent / SHIPPED).exists():
                continue
            try:
                with _writing(path) as temporary:
                    _write(temporary, path, summary, entries)
                return path
            except (OSError, atomic.ExportError, filelock.Timeout) as error:
                _log.debug("no results kept in %s: %s", path, error)
        return None

    def remember(self, summary: RunSummary) -> None:
        """Update the stored summary, so that the results file can stand in for the session."""
        for path in self.places:
            with contextlib.suppress(SessionError):
                if _same(read_summary(path), summary):
                    return
        self.put(summary, {})


def is_results(path: Path) -> bool:
    """Whether a file says it is a results file."""
    try:
        with untrusted.open_closed(path) as file:
            return untrusted.attribute(file, "format") == FORMAT
    except _DAMAGE:
        return False


def read_summary(path: Path) -> RunSummary:
    """The summary of the run a results file is about.

    Raises
    ------
    ResultsError
        When it is no results file, of a newer version, or damaged.
    """
    try:
        with untrusted.open_closed(path) as file:
            if untrusted.attribute(file, "format") != FORMAT:
                raise ResultsError(f"{path} is no results file: choose one l2l-figures wrote.")
            version = untrusted.attribute(file, "version")
            if not isinstance(version, int):
                raise ValueError("the attribute 'version' is no number")
            if version > VERSION:
                raise ResultsError(
                    f"{path} has the newer format version {version}: update L2L Explorer."
                )
            text, name = untrusted.text(file, "config"), untrusted.text(file, "name")
            rows = _checked(untrusted.group(file, "run"), text)
        if rows is None:
            raise ValueError("its rows do not agree with their checksum")
        return RunSummary(printable(name), RunConfig.from_json(text), **_rows(rows))
    except ConfigError as error:
        raise ResultsError(f"{path}: the attribute 'config' is wrong: {error}") from error
    except _DAMAGE as error:
        raise ResultsError(
            f"{path} is damaged or cannot be read ({reason(error)}): delete it and run l2l-figures on the "
            "session again."
        ) from error


def _rows(rows: Arrays) -> Arrays:
    """The rows of ``/run``, once their shapes and kinds are known to fit together."""
    wanted = {
        "trials_to_criterion": ("f", ()),
        "permutations": ("i", (None,)),
        "available": ("b", ()),
        "digests": ("u", (16,)),
    }
    count = len(rows["trials_to_criterion"])
    for name, (kind, shape) in wanted.items():
        found = rows[name]
        fits = found.ndim == 1 + len(shape) and len(found) == count and found.dtype.kind == kind
        if not fits or any(w not in (None, h) for w, h in zip(shape, found.shape[1:], strict=True)):
            raise ValueError(f"{name} has the shape {found.shape} and type {found.dtype}")
    return {name: rows[name] for name in wanted}


# -- writing and checking --------------------------------------------------------------


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[Path]:
    """A temporary file that replaces ``path``; one writer at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock(path), atomic.replacing(path) as temporary:
        yield temporary


def _lock(path: Path) -> contextlib.AbstractContextManager[object]:
    """A lock among this user's writers, kept apart from the results, which people copy and ship."""
    known = hashlib.blake2b(os.fsencode(path.absolute()), digest_size=8).hexdigest()
    folder = platformdirs.user_cache_path("l2l-explorer") / "locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return contextlib.nullcontext()
    return filelock.FileLock(folder / f"{known}.lock", timeout=_PATIENCE)


def _write(
    temporary: Path, old: Path, summary: RunSummary, entries: Mapping[tuple[ResultKey, str], Arrays]
) -> None:
    config = summary.config.to_json()
    with hdf5.create(temporary) as file:
        for name, value in _root(summary.name, config).items():
            layout.set_attribute(file, name, value)
        _put(file.create_group("run"), config, summary.arrays())
        for (key, digest), arrays in entries.items():
            _put(file.create_group(key.path), _stamp(key, digest), arrays)
        with contextlib.suppress(*_DAMAGE):  # a ConfigError is a ValueError
            _copy_others(old, file, _settings(summary.config))
    hdf5.sync(temporary)


def _root(name: str, config: str) -> dict[str, str | int]:
    return {"format": FORMAT, "version": VERSION, "name": name, "config": config}


def _copy_others(old: Path, file: h5py.File, settings: str) -> None:
    """Copy the entries of the previous file, unless they belong to another configuration."""
    with untrusted.open_closed(old) as before:
        if _settings(RunConfig.from_json(untrusted.text(before, "config"))) != settings:
            return
        analyses = untrusted.group(before, "analyses")
        for analysis in untrusted.members(analyses):
            slots = untrusted.group(analyses, analysis)
            for name in untrusted.members(slots):
                place = f"analyses/{analysis}/{name}"
                if place not in file:
                    entry = untrusted.group(slots, name)
                    stamp = untrusted.text(entry, "computed_from")
                    if (arrays := _checked(entry, stamp)) is not None:
                        _put(file.create_group(place), stamp, arrays)


def _put(group: h5py.Group, stamp: str, arrays: Arrays) -> None:
    for name, array in arrays.items():
        packed = {"compression": "gzip", "shuffle": True} if np.size(array) > 256 else {}
        group.create_dataset(name, data=array, **packed)
    layout.set_attribute(group, "computed_from", stamp)
    layout.set_attribute(group, "checksum", _checksum(stamp, arrays))


def _checked(group: h5py.Group, stamp: str) -> Arrays | None:
    """The arrays of a group; None unless they were computed from what ``stamp`` says and are intact."""
    if untrusted.attribute(group, "computed_from") != stamp:
        return None
    arrays = {name: untrusted.array(group, name) for name in untrusted.members(group)}
    return arrays if untrusted.text(group, "checksum") == _checksum(stamp, arrays) else None


def _checksum(stamp: str, arrays: Arrays) -> str:
    content = hashlib.blake2b(stamp.encode(), digest_size=16)
    for name, array in sorted(arrays.items()):
        array = np.asarray(array, order="C")
        content.update(f"{name} {array.dtype.str} {array.shape}".encode())
        content.update(array.tobytes())
    return content.hexdigest()


def _stamp(key: ResultKey, digest: str) -> str:
    return f"{key.analysis} {key.version} {key.parameters} {digest}"


def _settings(config: RunConfig) -> str:
    """The configuration without its length, which may change when a run is extended."""
    values = json.loads(config.to_json())
    del values["problems"]
    return json.dumps(values, sort_keys=True)


def _same(found: RunSummary, wanted: RunSummary) -> bool:
    return (found.name, found.config) == (wanted.name, wanted.config) and all(
        np.array_equal(mine, yours, equal_nan=mine.dtype.kind == "f")
        for mine, yours in zip(found.arrays().values(), wanted.arrays().values(), strict=True)
    )
