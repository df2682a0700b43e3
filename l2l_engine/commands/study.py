"""l2l-study: ask a question beyond the paper of networks that have learned the paper's problems."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from l2l_engine import figures
from l2l_engine.commands import common, training
from l2l_engine.commands.output import Output
from l2l_engine.config import L2LError
from l2l_engine.figures import export, study_table
from l2l_engine.reproduction.report import renew
from l2l_engine.studies import STUDIES, Study, beyond, report, sessions, tables
from l2l_engine.studies.sessions import Member, Parent

_DPI = 130.0


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
    for name in options.studies:
        if name not in STUDIES:
            raise common.UsageError(f"{name} is no study: choose any of {', '.join(STUDIES)}.")
    given = sessions.parents(options.parents)
    members = {
        name: list(sessions.members(STUDIES[name], given, options.output))
        for name in options.studies
    }
    left = [member for study in members.values() for member in study if not member.finished]
    if options.dry_run:
        total = sum(map(len, members.values()))
        output.result(f"Would train {len(left)} of {total} branches in {options.output}.")
        return common.DONE
    if not options.no_training:
        code = _train(left, options.output, output)
        if code != common.DONE:
            return code
    for name in dict.fromkeys(options.studies):
        _measure(STUDIES[name], given, members[name], options.tables or options.output, output)
    if options.docs is not None:
        _document(options.tables or options.output, options.docs, output)
    complete = all(member.finished for study in members.values() for member in study)
    return common.DONE if complete else common.IN_PART


def _train(left: Sequence[Member], folder: Path, output: Output) -> int:
    """Train what is not finished; not DONE when a signal came."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, member in enumerate(left, 1):
        output.note(f"{member.path.name}, {number} of {len(left)}")
        try:
            code = training.train(member.begin(), output)
        except L2LError as error:
            output.warn(f"{member.path.name}: {error}")
            continue
        if code != common.DONE:
            return code
    return common.DONE


def _measure(
    study: Study, given: Sequence[Parent], members: Sequence[Member], folder: Path, output: Output
) -> None:
    """Write the tables of a study, of those of its branches that are finished."""
    with output.progress(study.title) as show:
        if study.conditions:
            there = [member for member in members if member.finished]
            if not there:
                output.warn(
                    f"No branch of the study {study.name} is finished: no table is written."
                )
                return
            found = tables.MEASURES[study.name](there, show)
            given = list({member.parent.seed: member.parent for member in there}.values())
        else:
            found = beyond.tables(given, show)
    named = ", ".join(f"{parent.path.stem} (seed {parent.seed})" for parent in given)
    notes = (
        study.question,
        f"runs: {named}; analyses without noise",
        f"made with L2L Explorer {common.version()} on {export.today()}",
    )
    for name, measured in found.items():
        content = study_table.text(measured.title, measured.table, measured.about, notes)
        path = export.write(folder / f"{name}.csv", content.encode())
        rows = len(next(iter(measured.table.values())))
        output.result(f"{path}: {rows} rows, {len(given)} networks", file=path, rows=rows)


def _document(tables_in: Path, docs: Path, output: Output) -> None:
    """Renew the page and its pictures from the tables in a folder."""
    page = docs / "beyond.md"
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise L2LError(f"{page} cannot be read ({error}): give its folder as --docs.") from error
    sources = figures.load([tables_in])
    export.write(page, renew(text, report.blocks(sources)).encode())
    for name in figures.BEYOND:
        try:
            made = figures.make(name, sources)
        except figures.LackingError as error:
            output.note(str(error))
            continue
        export.write(docs / "images" / "beyond" / f"{name}.png", made.picture("png", _DPI))
    output.result(f"{page} is up to date.", document=page)


def _parser() -> common.Parser:
    parser = common.parser(
        "l2l-study",
        "Answer a question beyond the paper: train what a study needs, which is branches of Full runs, "
        "one for each network and condition, and write its tables. Training can be stopped at any time; "
        "the same command goes on.",
        "l2l-study --list",
        "l2l-study revisit --parents runs/full_seed*.h5 -o studies",
        "l2l-study beyond --parents runs/full_seed*.h5 -o studies",
        dry_run=True,
    )
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"any of {', '.join(STUDIES)}")
    parser.add_argument(
        "--list", action="store_true", help="list every study with its question, and stop"
    )
    parser.add_argument(
        "--parents", nargs="+", type=Path, metavar="SESSION", help="Full runs to branch from"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="folder of the branches")
    parser.add_argument(
        "--tables", type=Path, metavar="DIR", help="folder of the tables (default: that of -o)"
    )
    parser.add_argument(
        "--no-training", action="store_true", help="write the tables of what is there already"
    )
    parser.add_argument(
        "--docs", type=Path, metavar="DIR", help="renew beyond.md in this folder, and its pictures"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
