"""l2l-branch: continue from any learned problem as a new session, with changes."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from l2l_engine.branching import boundary
from l2l_engine.commands import common, parameters, protocols, training
from l2l_engine.commands.output import Output
from l2l_engine.commands.train import foresee
from l2l_engine.run import Run
from l2l_engine.starting import check_new
from l2l_engine.storage.session import Session
from l2l_engine.storage.stimuli import SUFFIXES, read_stimuli
from l2l_engine.training.records import StimuliFrom

_FIXED = ("units", "stimulus_channels", "recurrent_init")
"""Parameters that shaped the learned network, so that a branch keeps them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    return common.run(_parser(), _work, arguments, stopped="Stopped.")


def _work(options: argparse.Namespace, output: Output) -> int:
    check_new(options.output, overwrite=options.overwrite)
    changes = parameters.given(options)
    with Session.open(options.session) as session:
        if options.output.resolve() == options.session.resolve():
            raise common.UsageError("The branch must be another file than its parent: rename it.")
        finished = session.n_problems if options.after is None else options.after
        stimuli = _stimuli(session, options)
        protocol = protocols.chosen(options, after=finished)
        if protocol is not None and stimuli is not None:
            raise common.UsageError(
                "--protocol says what comes next: leave --repeat, --reverse and --stimuli out."
            )
        start = boundary(session, finished, changes, stimuli, protocol)
        chosen = None
        if start.protocol is None:
            chosen = _chosen_later(session, finished + (stimuli is not None))
    if chosen is not None:
        output.note(
            f"Problem {chosen} of {options.session} had stimuli that were chosen: the branch draws "
            "others from its random stream and differs from there."
        )
    if options.dry_run:
        course = None if start.protocol is None else start.protocol.course()
        return foresee(start.config, [60.0] * finished, options.output, output, course)
    run = Run.branch(
        options.session,
        finished,
        options.output,
        changes=changes,
        stimuli=stimuli,
        protocol=protocol,
        overwrite=options.overwrite,
        report=output.note,
    )
    return training.train(run, output)


def _stimuli(session: Session, options: argparse.Namespace) -> NDArray[np.floating] | None:
    """The next problem's stimuli; None for those the run draws."""
    if options.stimuli is not None:
        return read_stimuli(options.stimuli, session.config.stimulus_channels)
    number = options.repeat or options.reverse
    if number is None:
        return None
    if not 1 <= number <= session.n_problems:
        raise common.UsageError(
            f"{session.path} has problems 1 to {session.n_problems}: problem {number} cannot be "
            "shown again."
        )
    stimuli = session.stimuli[number - 1]
    return stimuli[::-1].copy() if options.reverse else stimuli


def _chosen_later(session: Session, finished: int) -> int | None:
    """The first problem, from 1, whose stimuli were not drawn anew and that comes after these."""
    kinds = session.problem_column("stimuli_from")[finished:]
    chosen = np.flatnonzero(kinds > StimuliFrom.NEW)
    return finished + int(chosen[0]) + 1 if len(chosen) else None


def _parser() -> common.Parser:
    parser = common.parser(
        "l2l-branch",
        "Continue from a learned problem of a session as a new session, and train it. Without "
        "changes it repeats its parent exactly, as far as its stimuli were drawn and not chosen; the "
        "parent is never changed.",
        "l2l-branch run.h5 --after 20 --sigma-rec 0.1 -o noisy.h5",
        "l2l-branch run.h5 --after 50 --reverse 50 --problems 51 -o reversal.h5",
        "l2l-branch run.h5 --stimuli own.csv -o own.h5",
        "l2l-branch run.h5 --protocol serial-reversal --protocol-set warm_up=0 -o reversals.h5",
        dry_run=True,
    )
    files = parser.add_argument_group("files", "such as run.h5 -o branch.h5")
    files.add_argument(
        "session",
        type=common.session,
        metavar="SESSION",
        help="the session to branch from; example: the one that comes with the program",
    )
    files.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="the session to make"
    )
    files.add_argument("--overwrite", action="store_true", help="replace an existing session")
    place = parser.add_argument_group(
        "where, and what comes next", "such as --after 20 --reverse 20"
    )
    place.add_argument(
        "--after", type=int, metavar="N", help="problems to keep (default: all that are learned)"
    )
    which = place.add_mutually_exclusive_group()
    which.add_argument(
        "--repeat", type=int, metavar="N", help="the next problem is problem N again"
    )
    which.add_argument(
        "--reverse",
        type=int,
        metavar="N",
        help="the next problem is problem N with its mapping reversed",
    )
    which.add_argument(
        "--stimuli",
        type=Path,
        metavar="FILE",
        help=f"the next problem has these two stimuli ({', '.join(SUFFIXES)}), normalised to unit length",
    )
    protocols.add(parser, listing=False)
    parameters.add(parser, leave_out=_FIXED, inherited=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
