"""``sweep.json``: the runs of a sweep, their parameters in full and what became of each."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.storage import atomic
from l2l_engine.storage.plain_files import reason
from l2l_engine.sweeps.grid import LARGEST, SweepRun

NAME = "sweep.json"
FORMAT = "l2l-sweep"
_LARGEST_FILE = 400_000_000  # bytes
_LEAST_SECONDS = 5.0  # between two writings
_SHARE = 0.02  # of the time that may go into writing it


class SweepError(L2LError):
    """A sweep cannot be set up or resumed; the text names the folder and the fix."""


class Manifest:
    """The manifest of one folder. It is rewritten whole, so not at every change.

    What it lacks after a crash is found in the sessions themselves.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._due = 0.0

    def read(self) -> list[SweepRun] | None:
        """The runs it lists; None where there is none.

        Raises
        ------
        SweepError
            When it is damaged, or names a file outside its folder.
        """
        path = self._folder / NAME
        try:
            if not path.exists():
                return None
            if not path.is_file() or path.stat().st_size > _LARGEST_FILE:
                raise ValueError("it is not a file of a plausible size")
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["format"] != FORMAT or document["version"] != 1:
                raise ValueError("it has another format")
            if len(document["runs"]) > LARGEST:
                raise ValueError(f"it lists more than {LARGEST:,} runs")
            return [_run(row) for row in document["runs"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise SweepError(f"{path} is damaged ({error}): delete it to start again.") from error

    def write(self, runs: Iterable[SweepRun], *, now: bool = False) -> None:
        """Write it, unless it was written a moment ago and ``now`` is false.

        Raises
        ------
        SweepError
            When the folder cannot be written to.
        """
        began = time.monotonic()
        if began < self._due and not now:
            return
        text = json.dumps({"format": FORMAT, "version": 1, "runs": [_row(run) for run in runs]})
        part = self._folder / f".{NAME}.new"  # a fixed name: a crash leaves at most one
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._failure(self._folder, error) from error
        with atomic.replacing(self._folder / NAME, part=part, failure=self._failure):
            part.write_text(text.replace('{"name"', '\n{"name"') + "\n", encoding="utf-8")
        ended = time.monotonic()
        self._due = ended + max(_LEAST_SECONDS, (ended - began) / _SHARE)

    def _failure(self, _: Path, error: Exception) -> SweepError:
        return SweepError(
            f"{self._folder} cannot be written to ({reason(error)}): choose another folder."
        )


def _row(run: SweepRun) -> dict[str, object]:
    return {
        "name": run.name,
        "file": run.file,
        "state": "stopped" if run.state == "running" else run.state,
        "message": run.message,
        "problems": run.problems,
        "trials": run.trials,
        "inherited": run.inherited,
        "config": json.loads(run.config.to_json()),
    } | ({"protocol": run.protocol} if run.protocol else {})


def _run(row: dict[str, object]) -> SweepRun:
    name = str(row["name"])
    if not name or name.startswith(".") or set(name) & set("/\\:\0"):
        raise ValueError(f"{name!r} is not the name of a run")
    config = row["config"]
    if not isinstance(config, dict):
        raise TypeError("a run has no parameters")
    return SweepRun(
        name=name,
        config=RunConfig.from_values(config),
        state=str(row["state"]),
        message=str(row["message"]),
        problems=_count(row["problems"]),
        trials=_count(row["trials"]),
        inherited=_count(row.get("inherited", 0)),
        protocol=str(row.get("protocol", "")),
    )


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError(f"{value!r} is not a count")
    return value
