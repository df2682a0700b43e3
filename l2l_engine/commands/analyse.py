"""l2l-analyse: any analysis of any sessions, as a table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import __version__
from l2l_engine.analysis import registry, running
from l2l_engine.analysis.record import Analysis, Takes
from l2l_engine.analysis.running import RunData
from l2l_engine.commands.figures import Display
from l2l_engine.config import L2LError
from l2l_engine.figures import export
from l2l_engine.storage.session import Session

Table = dict[str, NDArray[Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 2 for what a person can mend, 130 after Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        if options.list:
            print("\n".join(_listed()))
            return 0
        if len(options.sessions) < 2:
            raise L2LError("Name one session or more, then an analysis; --list shows them all.")
        *sessions, name = options.sessions
        return _analyse([Path(session) for session in sessions], name, options)
    except L2LError as error:
        print(f"l2l-analyse: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def _analyse(sessions: Sequence[Path], name: str, options: argparse.Namespace) -> int:
    record = registry.find(name)
    problems = _problems(options.problems)
    runs = [_read(path) for path in sessions]
    with Display(record.title) as progress:
        if record.takes is Takes.RUNS:
            table = running.run(record, runs, problems, progress)
        else:
            table = _joined(
                [(one.name, running.run(record, one, problems, progress)) for one in runs]
            )
    content = "".join(_notes(record, runs)) + export.csv_text(table)
    if options.output is None:
        sys.stdout.write(content)
    else:
        export.write(options.output, content.encode())
        print(f"{options.output}: {len(next(iter(table.values())))} rows")
    return 0


def _read(path: Path) -> RunData:
    with Session.open(path) as session:
        return RunData(
            path.stem,
            session.config,
            session.trials_to_criterion,
            session.weights(slice(None)),
            session.stimuli,
        )


def _joined(tables: Sequence[tuple[str, Table]]) -> Table:
    """Tables one below the other, with the run in front where there are several."""
    first = tables[0][1]
    whole = {name: np.concatenate([table[name] for _, table in tables]) for name in first}
    if len(tables) == 1:
        return whole
    rows = [np.full(len(next(iter(table.values()))), name) for name, table in tables]
    return {"run": np.concatenate(rows)} | whole


def _notes(record: Analysis, runs: Sequence[RunData]) -> list[str]:
    """Header lines that say what the table holds and from what it was made."""
    named = ", ".join(f"{one.name} (seed {one.config.seed})" for one in runs)
    lines = [
        f"{record.title}: {record.summary}",
        f"source: {record.source}",
        f"runs: {named}; noise off",
        f"made with L2L Explorer {__version__} on {export.today()}",
        *(f"{name}: {column.label}" for name, column in running.columns_of(record).items()),
    ]
    return [f"# {line}\n" for line in lines]


def _problems(text: str | None) -> list[int] | None:
    """Read ``2-51`` or ``2,5,9`` as problems counted from 1."""
    if text is None:
        return None
    numbers: list[int] = []
    try:
        for part in text.split(","):
            first, _, last = part.partition("-")
            numbers += range(int(first), int(last or first) + 1)
    except ValueError:
        numbers = []
    if not numbers:
        raise L2LError(
            f"--problems {text} is no list of problems: write for example 2-51 or 2,5,9."
        )
    return numbers


def _listed() -> list[str]:
    records = [registry.find(name) for name in registry.BUILT_IN]
    others = [name for name in registry.names() if name not in registry.BUILT_IN]
    width = max(map(len, registry.names()))
    lines = [
        f"{one.name:{width}}  {one.summary} Takes {one.takes.value}; {one.cost}." for one in records
    ]
    return lines + [f"{name:{width}}  from a plug-in" for name in others]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="l2l-analyse",
        description="Run an analysis on the networks of one session or more and write its table as "
        "CSV, with units and sources in header lines that begin with #.",
        epilog="Example: l2l-analyse data/pretrained.h5 vector-field-change --problems 2-51 -o "
        "changes.csv",
    )
    parser.add_argument(
        "sessions", nargs="*", metavar="SESSION... NAME", help="sessions, then an analysis' name"
    )
    parser.add_argument("-o", "--output", type=Path, help="CSV file (default: the terminal)")
    parser.add_argument("--problems", metavar="LIST", help="such as 2-51 or 2,5,9 (default: all)")
    parser.add_argument("--list", action="store_true", help="show every analysis and end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
