"""What a command says: results on stdout, everything else on stderr, or one JSON object a line.

With ``--json`` each line of stdout is an object whose ``event`` is ``progress``, ``result`` or
``error``. Progress is a bar on a terminal, and elsewhere a line now and then.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, Self

from l2l_engine.outlook import duration

FIRST_LINE_SECONDS = 5.0
LINE_SECONDS = 60.0  # between lines of progress that go to a file or a batch system
EVENT_SECONDS = 1.0  # between progress events


class Progress(Protocol):
    """Shows how far one piece of work has come."""

    def __call__(self, fraction: float, note: str | None = None, **fields: Any) -> None:
        """Show the fraction done, 0 to 1, and a note; by default the time left.

        ``fields`` go into the JSON event. A fraction of NaN: unknown.
        """

    def row(self, name: str, fraction: float, note: str) -> None:
        """Show a part of the work in a row of its own, where there is room for it."""


class Output:
    """Where a command's messages go.

    Parameters
    ----------
    prog : str
        The command's name, before each error.
    quiet : bool
        Say results and errors only.
    as_json : bool
        Write JSON events in place of text.
    """

    def __init__(self, prog: str, *, quiet: bool = False, as_json: bool = False) -> None:
        self.prog, self.quiet, self.as_json = prog, quiet, as_json

    def result(self, text: str, **fields: Any) -> None:
        """Print what the command was asked for; ``fields`` are its JSON event."""
        if self.as_json:
            self.event("result", **fields)
        else:
            print(text, flush=True)

    def note(self, text: str) -> None:
        """Print a message that is not a result."""
        if not (self.quiet or self.as_json):
            print(text, file=sys.stderr, flush=True)

    def warn(self, text: str) -> None:
        """Report what was left out, or what went wrong without ending the command."""
        if self.as_json:
            self.event("error", message=text)
        else:
            print(f"{self.prog}: {text}", file=sys.stderr, flush=True)

    error = warn

    def event(self, kind: str, **fields: Any) -> None:
        """Print one JSON event; numbers that are not finite become null."""
        if self.as_json:
            print(json.dumps({"event": kind} | _finite(fields)), flush=True)

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress]:
        """Show the progress of one piece of work while the block runs."""
        if self.as_json:
            yield _Events(self, title)
        elif self.quiet:
            yield _Silent()
        elif sys.stderr.isatty():
            with _Bar(title) as bar:
                yield bar
        else:
            yield _Lines(title)


class _Silent:
    def __call__(self, fraction: float, note: str | None = None, **fields: Any) -> None:
        pass

    def row(self, name: str, fraction: float, note: str) -> None:
        pass


class _Events(_Silent):
    def __init__(self, output: Output, title: str) -> None:
        self._output, self._title = output, title
        self._due = 0.0

    def __call__(self, fraction: float, note: str | None = None, **fields: Any) -> None:
        if (now := time.monotonic()) >= self._due:
            self._due = now + EVENT_SECONDS
            self._output.event("progress", task=self._title, fraction=fraction, **fields)


class _TimeLeft:
    """The time left, estimated from the fraction done after a second of work."""

    def __init__(self) -> None:
        self._since: tuple[float, float] | None = None

    def __call__(self, fraction: float) -> str:
        now = time.monotonic()
        if self._since is None:
            self._since = (now, fraction)
        began, first = self._since
        if now - began < 1 or fraction <= first:
            return ""
        return f"{duration((now - began) * (1 - fraction) / (fraction - first))} left"


class _Lines(_Silent):
    def __init__(self, title: str) -> None:
        self._title, self._left = title, _TimeLeft()
        self._due = time.monotonic() + FIRST_LINE_SECONDS

    def __call__(self, fraction: float, note: str | None = None, **fields: Any) -> None:
        words = self._left(fraction) if note is None else note
        if (now := time.monotonic()) >= self._due:
            self._due = now + LINE_SECONDS
            parts = [self._title, "" if math.isnan(fraction) else f"{fraction:.0%}", words]
            print(", ".join(filter(None, parts)), file=sys.stderr, flush=True)


class _Bar:
    """A rich progress bar; rows appear when first shown, the latest forty of them."""

    _ROWS = 40

    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TextColumn("{task.fields[note]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._main = self._bar.add_task(title, total=1.0, note="")
        self._rows: dict[str, Any] = {}
        self._left = _TimeLeft()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, fraction: float, note: str | None = None, **fields: Any) -> None:
        words = self._left(fraction) if note is None else note
        completed = 0.0 if math.isnan(fraction) else fraction
        self._bar.update(self._main, completed=completed, note=words)

    def row(self, name: str, fraction: float, note: str) -> None:
        if name not in self._rows:
            self._rows[name] = self._bar.add_task(name, total=1.0, note="")
            if len(self._rows) > self._ROWS:
                self._bar.remove_task(self._rows.pop(next(iter(self._rows))))
        self._bar.update(self._rows[name], completed=fraction, note=note)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
