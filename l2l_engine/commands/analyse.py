"""l2l-analyse: any analysis of any sessions, as a table."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import plugins
from l2l_engine.analysis import registry, running
from l2l_engine.analysis.progress import Progress, share
from l2l_engine.analysis.record import Analysis, Takes
from l2l_engine.analysis.running import RunData
from l2l_engine.commands import common, tables
from l2l_engine.commands.output import Output
from l2l_engine.config import L2LError
from l2l_engine.figures import export
from l2l_engine.plugins import Kind
from l2l_engine.storage.session import Session

Table = dict[str, NDArray[Any]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    return common.run(_parser(), _work, arguments)


def _work(options: argparse.Namespace, output: Output) -> int:
    if options.list:
        for name, line in _listed():
            output.result(line, analysis=name)
        for line in plugins.not_offered(Kind.ANALYSIS, registry.BUILT_IN):
            output.warn(line)
        return common.DONE
    if len(options.sessions) < 2:
        raise common.UsageError(
            "Give one session or more, then the name of an analysis; --list shows all names."
        )
    *sessions, name = options.sessions
    record = registry.find(name)
    if options.output is not None:
        tables.check(options.output)
    problems = _problems(options.problems)
    given = record.settings(dict(map(_setting, options.set or ())))
    runs = [_read(common.session(session)) for session in sessions]
    if options.dry_run:
        return _foresee(record, runs, problems, output)
    with output.progress(record.title) as show:
        table = _table(record, runs, problems, show, given)
    notes, rows = _notes(record, runs, given), len(next(iter(table.values())))
    if options.output is None:
        content = export.csv_text(table, notes)
        output.result(content.rstrip("\n"), analysis=name, rows=rows, csv=content)
    else:
        about = running.columns_of(record)
        export.write(options.output, tables.content(options.output, table, about, notes))
        output.result(
            f"{options.output}: {rows} rows", analysis=name, rows=rows, file=options.output
        )
    return common.DONE


def _foresee(
    record: Analysis, runs: Sequence[RunData], problems: Sequence[int] | None, output: Output
) -> int:
    """Say what would be analysed and what it costs; the exit code."""
    for data in runs:
        running.check_problems(data, problems)
        there = len(data.trials_to_criterion) if problems is None else len(problems)
        output.result(
            f"Would run {record.name} on {there} problems of {data.name}: {record.cost}.",
            analysis=record.name,
            run=data.name,
            problems=there,
            cost=record.cost,
        )
    return common.DONE


def _table(
    record: Analysis,
    runs: Sequence[RunData],
    problems: Sequence[int] | None,
    show: Progress,
    given: Mapping[str, Any],
) -> Table:
    """The analysis of all runs, one after the other or, where it takes several, together."""
    if record.takes is Takes.RUNS:
        return running.run(record, runs, problems, show, **given)
    tables = []
    for place, data in enumerate(runs):
        part = share(show, place / len(runs), (place + 1) / len(runs))
        tables.append((data.name, running.run(record, data, problems, part, **given)))
    return _joined(tables)


def _read(path: Path) -> RunData:
    with Session.open(path) as session:
        return session.run_data()


def _joined(tables: Sequence[tuple[str, Table]]) -> Table:
    """Tables one below the other, with the run in front where there are several."""
    first = tables[0][1]
    whole = {name: np.concatenate([table[name] for _, table in tables]) for name in first}
    if len(tables) == 1:
        return whole
    rows = [np.full(len(next(iter(table.values()))), name) for name, table in tables]
    return {"run": np.concatenate(rows)} | whole


def _notes(record: Analysis, runs: Sequence[RunData], given: Mapping[str, Any]) -> list[str]:
    """Header lines that say what the table holds and from what it was made."""
    named = ", ".join(f"{data.name} (seed {data.config.seed})" for data in runs)
    return [
        f"{record.title}: {record.summary}",
        f"source: {record.source}",
        f"runs: {named}; noise off",
        *(f"{name} = {value}" for name, value in given.items()),
        f"made with L2L Explorer {common.version()} on {export.today()}",
        *(f"{name}: {column.label}" for name, column in running.columns_of(record).items()),
    ]


def _setting(text: str) -> tuple[str, object]:
    """Read ``starts=32`` as a parameter's name and its value."""
    name, equals, value = (word.strip() for word in text.partition("="))
    if not (name and equals and value):
        raise L2LError(f"--set {text} should read NAME=VALUE, such as starts=32.")
    try:
        return name.replace("-", "_"), json.loads(value)
    except ValueError:
        return name.replace("-", "_"), value


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
            f"--problems {text} is not a list of problems: write for example 2-51 or 2,5,9."
        )
    return numbers


def _listed() -> Iterator[tuple[str, str]]:
    """Every analysis by name, and what is said of it; a plug-in that cannot be used says why."""
    width = max(map(len, registry.names()))
    for name in registry.names():
        try:
            record = registry.find(name)
        except L2LError as error:
            said = str(error)
        else:
            plug_in = registry.plug_ins().get(name)
            origin = f" From the plug-in {plug_in.source}." if plug_in else ""
            said = f"{record.summary} Takes {record.takes.value}; {record.cost}.{origin}"
        yield name, f"{name:{width}}  {said}"


def _parser() -> common.Parser:
    parser = common.parser(
        "l2l-analyse",
        "Run an analysis on the networks of one session or more and write its table, with units and "
        "sources: in CSV in header lines that begin with #, in HDF5 and NetCDF as attributes.",
        "l2l-analyse example vector-field-change --problems 2-51 -o changes.csv",
        "l2l-analyse seed1.h5 seed2.h5 exponential-fit",
        "l2l-analyse --list",
        dry_run=True,
    )
    what = parser.add_argument_group("what", "such as seed1.h5 speed --problems 2,5,9")
    what.add_argument(
        "sessions",
        nargs="*",
        metavar="SESSION... NAME",
        help="sessions (example: the one that comes with the program), then the name of an analysis",
    )
    what.add_argument("--problems", metavar="LIST", help="such as 2-51 or 2,5,9 (default: all)")
    what.add_argument(
        "--set",
        action="append",
        metavar="NAME=V",
        help="a parameter of the analysis, such as starts=32 (may be repeated)",
    )
    what.add_argument("--list", action="store_true", help="list every analysis, and stop")
    where = parser.add_argument_group("where", "such as -o speed.csv")
    where.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="file ending in .csv, .h5 or .nc (default: CSV on the terminal)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
