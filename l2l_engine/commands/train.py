"""l2l-train: train a network without a window."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from l2l_engine.commands import common, parameters, protocols, training
from l2l_engine.commands.output import Output
from l2l_engine.config import RunConfig
from l2l_engine.outlook import duration, trials_left
from l2l_engine.run import Run
from l2l_engine.starting import check_new
from l2l_engine.training.course import Course

MS_A_TRIAL = 10.0  # of one core at the paper's size (docs/performance.md), for estimates


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    return common.run(_parser(), _work, arguments, stopped="Stopped.")


def _work(options: argparse.Namespace, output: Output) -> int:
    if options.list_protocols:
        return protocols.show_all(output)
    changes = parameters.given(options)
    protocol = protocols.chosen(options)
    if (options.resume is None) == (options.output is None):
        raise common.UsageError(
            "Give either -o FILE for a new run or --resume FILE to continue one. "
            "See l2l-train --help."
        )
    if options.resume is not None:
        if protocol is not None:
            raise common.UsageError(
                "--protocol cannot be changed with --resume: l2l-branch takes another protocol."
            )
        problems = changes.pop("problems", None)
        if changes:
            name = next(iter(changes)).replace("_", "-")
            raise common.UsageError(
                f"--{name} cannot be changed with --resume: only --problems can; "
                "l2l-branch changes the others."
            )
        if options.dry_run:
            return _foresee_resumed(options.resume, problems, output)
        run = Run.resume(options.resume, problems=problems, report=output.note)
    else:
        config = RunConfig.from_values(changes) if protocol is None else protocol.configure(changes)
        if options.dry_run:
            check_new(options.output, overwrite=options.overwrite)
            course = None if protocol is None else protocol.course()
            return foresee(config, [], options.output, output, course)
        run = Run.create(
            options.output,
            config,
            protocol=protocol,
            overwrite=options.overwrite,
            report=output.note,
        )
    return training.train(run, output)


def foresee(
    config: RunConfig,
    finished: list[float],
    path: Path,
    output: Output,
    course: Course | None = None,
) -> int:
    """Say what training would do; the exit code."""
    trials = trials_left(config, finished, 0, course)
    output.result(
        f"Would train problems {len(finished) + 1} to {config.problems} into {path}: about "
        f"{trials:,.0f} trials, {duration(trials * MS_A_TRIAL / 1000)} at {MS_A_TRIAL:g} ms a trial.",
        path=path,
        problems=config.problems,
        trials_left=trials,
        seconds_left=trials * MS_A_TRIAL / 1000,
    )
    return common.DONE


def _foresee_resumed(path: Path, problems: int | None, output: Output) -> int:
    from l2l_engine.starting import target_of
    from l2l_engine.storage.session import Session

    with Session.open(path) as session:
        config = session.config.replace(problems=target_of(session, problems))
        return foresee(config, [60.0] * session.n_problems, path, output, session.course)


def _parser() -> common.Parser:
    parser = common.parser(
        "l2l-train",
        "Train the learning-to-learn network, problem after problem, into a session file. Ctrl-C "
        "stops between trials; --resume then continues with identical results.",
        "l2l-train --seed 1 --problems 60 -o seed1.h5",
        "l2l-train --resume seed1.h5 --problems 100",
        "l2l-train --protocol revisit-and-reverse --protocol-set sets=5 -o revisit.h5",
        dry_run=True,
    )
    files = parser.add_argument_group("files", "such as -o seed1.h5, or --resume seed1.h5")
    files.add_argument("-o", "--output", type=Path, metavar="FILE", help="the session to make")
    files.add_argument("--resume", type=Path, metavar="FILE", help="the session to continue")
    files.add_argument("--overwrite", action="store_true", help="replace an existing session")
    protocols.add(parser)
    parameters.add(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
