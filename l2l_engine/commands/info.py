"""l2l-info: what a session or results file is and holds, whether it is whole, and its repair."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from l2l_engine import system
from l2l_engine.commands import common
from l2l_engine.commands.output import Output
from l2l_engine.config import L2LError
from l2l_engine.starting import protocol_of
from l2l_engine.storage import checkpoint, hdf5, salvage
from l2l_engine.storage.lock import is_being_written
from l2l_engine.storage.results import is_results, read_summary
from l2l_engine.storage.session import Session
from l2l_engine.training.records import Outcome, StimuliFrom


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    return common.run(_parser(), _work, arguments)


def _work(options: argparse.Namespace, output: Output) -> int:
    if options.system:
        _print(system.report(), output)
        return common.DONE
    path: Path = options.file
    if path is None:
        raise common.UsageError("Give a session or results file, or --system. See l2l-info --help.")
    if options.repair is not None:
        with output.progress("Repairing") as show:
            found = salvage.repair(path, options.repair, show)
        return _tell(
            found,
            output,
            f"{options.repair} contains everything that is intact.",
            str(options.repair),
        )
    if options.check:
        with output.progress("Checking") as show:
            found = salvage.survey(path, show)
        return _tell(found, output, f"{path} is damaged.", None)
    fields = _of_results(path) if is_results(path) else _of_session(path)
    _print(fields, output)
    return common.DONE


def _print(fields: dict[str, Any], output: Output) -> None:
    width = max(len(name) for name in fields)
    lines = [
        f"{name.replace('_', ' '):<{width}}  {value}"
        for name, value in fields.items()
        if value not in (None, "")
    ]
    output.result("\n".join(lines), **fields)


def _tell(found: salvage.Survey, output: Output, summary: str, repaired: str | None) -> int:
    """Say what was found; the exit code is 1 where something is damaged."""
    sentences = found.sentences()
    if found.is_whole:
        summary = "Everything agrees with its checksums."
        if found.version == 1:
            summary = "Everything can be read; format version 1 has no checksums to compare."
        if repaired is not None:
            summary += f" {repaired} is a copy."
    output.result(
        "\n".join([*sentences, summary]),
        whole=found.is_whole,
        damage=sentences,
        problems=found.problems,
        trials=found.trials,
        repaired=repaired,
    )
    return common.DONE if found.is_whole else common.IN_PART


def _of_results(path: Path) -> dict[str, Any]:
    summary = read_summary(path)
    return {
        "file": str(path),
        "type": "results",
        "run": summary.name,
        "run_type": summary.config.run_type.value,
        "seed": summary.config.seed,
        "problems": len(summary.trials_to_criterion),
        "networks": int(summary.available.sum()),
        "bytes": path.stat().st_size,
    }


def _of_session(path: Path) -> dict[str, Any]:
    with Session.open(path) as session:
        config, lineage = session.config, session.lineage
        state = session.checkpoint()
        outcome = session.problem_column("outcome")
        kinds = session.problem_column("stimuli_from")
        counts = {
            kind.name.lower(): int((kinds == kind).sum())
            for kind in StimuliFrom
            if kind > StimuliFrom.NEW and (kinds == kind).any()
        }
        writing = is_being_written(path)
        return {
            "file": str(path),
            "type": "session",
            "format_version": session.version,
            "id": lineage.id or None,
            "software": session.software,
            "created": session.created,
            "run_type": config.run_type.value,
            "seed": config.seed,
            "units": config.units,
            "problems": session.n_problems,
            "problems_asked_for": config.problems,
            "failed": int((outcome == Outcome.FAILED).sum()),
            "networks": int(session.available.sum()),
            "trials": session.n_trials,
            "mean_trials_to_criterion": _mean(session.trials_to_criterion),
            "stimuli": ", ".join(f"{count} {name}" for name, count in counts.items()) or None,
            "labels": sum(bool(label) for label in session.labels) or None,
            "protocol": _protocol(session),
            "checkpoint_at_trial": None if state is None else checkpoint.integer(state, "trial"),
            "parent": lineage.parent,
            "parent_id": lineage.parent_id,
            "branched_after": lineage.branched_after,
            "source": lineage.source,
            "state": "being written"
            if writing
            else "its writer was killed: resuming repairs it"
            if hdf5.marked_open(path)
            else "closed",
            "bytes": path.stat().st_size,
        }


def _protocol(session: Session) -> str | None:
    """The name of what the run follows, and how long that is; the text itself where it is none."""
    try:
        protocol = protocol_of(session)
    except L2LError:
        return session.protocol
    if protocol is None:
        return None
    first = f" from problem {protocol.after + 1}" if protocol.after else ""
    stages = len(protocol.stages)
    return (
        f"{protocol.name}: {protocol.problems} problem{'s' * (protocol.problems != 1)}{first} in "
        f"{stages} stage{'s' * (stages != 1)}"
    )


def _mean(counts: Any) -> float | None:
    known = counts[np.isfinite(counts)]
    return round(float(known.mean()), 2) if len(known) else None


def _parser() -> common.Parser:
    parser = common.parser(
        "l2l-info",
        "Describe a session or results file: its contents, its origin, and whether it is being "
        "written. Check it for damage, and recover what is intact.",
        "l2l-info example",
        "l2l-info run.h5",
        "l2l-info run.h5 --check",
        "l2l-info damaged.h5 --repair sound.h5",
        "l2l-info run.h5 --json",
        "l2l-info --system",
    )
    given = parser.add_argument_group("what", "such as run.h5 --check, or --system")
    given.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        type=common.session,
        help="a session or a results file; example: the session that comes with the program",
    )
    what = given.add_mutually_exclusive_group()
    what.add_argument(
        "--check",
        action="store_true",
        help="read everything in a session and compare it with its checksums; exit code 1 where "
        "something is damaged",
    )
    what.add_argument(
        "--repair",
        metavar="OUT",
        type=Path,
        help="write every intact problem to a new session, and report what is lost",
    )
    what.add_argument(
        "--system",
        action="store_true",
        help="print the versions of the program, Python, the system and its packages, for a report",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
