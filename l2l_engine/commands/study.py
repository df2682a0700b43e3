"""l2l-study: ask a question beyond the paper of networks that have learned the paper's problems."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from l2l_engine.commands import common, training
from l2l_engine.commands.output import Output
from l2l_engine.config import L2LError
from l2l_engine.studies import STUDIES, sessions


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    return common.run(
        _parser(), _work, arguments, stopped="Stopped; the same command goes on from there."
    )


def _work(options: argparse.Namespace, output: Output) -> int:
    if options.list:
        for study in STUDIES.values():
            output.result(f"{study.name}\n    {study.question}", study=study.name)
        return common.DONE
    if not options.studies or not options.parents or options.output is None:
        raise common.UsageError(
            "Name studies, the Full runs they branch from with --parents, and a folder with -o DIR."
        )
    given = sessions.parents(options.parents)
    members = [
        member
        for name in options.studies
        for member in sessions.members(STUDIES[name], given, options.output)
    ]
    left = [member for member in members if not member.finished]
    if options.dry_run:
        output.result(f"Would train {len(left)} of {len(members)} branches in {options.output}.")
        return common.DONE
    options.output.mkdir(parents=True, exist_ok=True)
    for number, member in enumerate(left, 1):
        output.note(f"{member.path.name}, {number} of {len(left)}")
        try:
            code = training.train(member.begin(), output)
        except L2LError as error:
            output.warn(f"{member.path.name}: {error}")
            continue
        if code != common.DONE:
            return code
    return common.DONE if all(member.finished for member in members) else common.IN_PART


def _parser() -> common.Parser:
    parser = common.parser(
        "l2l-study",
        "Train what a study needs: branches of Full runs, one for each network and condition. It can "
        "be stopped at any time; the same command goes on.",
        "l2l-study --list",
        "l2l-study revisit --parents runs/full_seed*.h5 -o studies",
        dry_run=True,
    )
    parser.add_argument(
        "studies", nargs="*", choices=list(STUDIES), metavar="STUDY", help=", ".join(STUDIES)
    )
    parser.add_argument("--list", action="store_true", help="show every study's question and end")
    parser.add_argument(
        "--parents", nargs="+", type=Path, metavar="SESSION", help="Full runs to branch from"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="folder of the branches")
    return parser


if __name__ == "__main__":
    sys.exit(main())
