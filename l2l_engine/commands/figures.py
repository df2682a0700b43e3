"""l2l-figures: the paper's figures from sessions, results or published files."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from l2l_engine import figures, plugins, shipped
from l2l_engine.commands import common
from l2l_engine.commands.output import Output
from l2l_engine.config import L2LError
from l2l_engine.figures.export import FORMATS
from l2l_engine.figures.sources import FigureSource
from l2l_engine.outlook import duration
from l2l_engine.plugins import Kind


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    stopped = "Stopped; what was computed is kept, and the same command resumes."
    return common.run(_parser(), _work, arguments, stopped=stopped)


def _work(options: argparse.Namespace, output: Output) -> int:
    """Make the figures asked for, or all that the sources suffice for."""
    if options.list:
        return _show_all(output)
    if options.output is None:
        raise common.UsageError("Give the folder of the figures with -o DIR.")
    paths = list(options.sources)
    beyond = bool(options.figure) and all(number in figures.BEYOND for number in options.figure)
    if options.shipped or (beyond and not paths):
        paths.append(shipped.data(shipped.RESULTS))
    if not paths:
        raise common.UsageError(
            "Give sessions or results to draw from, or --shipped. See l2l-figures --help."
        )
    _check_folder(options.output)
    sources = figures.load(paths, recompute=options.recompute)
    wanted = dict.fromkeys(options.figure or figures.REGISTRY)
    lacking: list[int | str] = []
    for number in wanted:
        try:
            _make(number, sources, options, output)
        except figures.LackingError as error:
            lacking.append(number)
            output.warn(f"{_called(number)} left out. {error}")
    missed = lacking if options.figure else len(lacking) == len(wanted)
    return common.REFUSED if missed else common.DONE


def _show_all(output: Output) -> int:
    """Print every figure's name and title; the exit code."""
    for number in figures.names():
        try:
            title = figures.find(number).TITLE
        except L2LError as error:
            title = str(error)
        plug_in = figures.plug_ins().get(str(number))
        origin = f" From the plug-in {plug_in.source}." if plug_in else ""
        output.result(f"{number!s:10}  {title}{origin}", figure=number, title=title)
    for line in plugins.not_offered(Kind.FIGURE, [*figures.BEYOND, *map(str, figures.REGISTRY)]):
        output.warn(line)
    return common.DONE


def _called(number: int | str) -> str:
    return f"The figure {number}" if isinstance(number, str) else f"Figure {number}"


def _make(
    number: int | str, sources: Sequence[FigureSource], options: argparse.Namespace, output: Output
) -> None:
    if options.dry_run:
        seconds = figures.foresee(number, sources)
        first = f" after {duration(seconds)} of computing" if seconds >= 1 else ""
        output.result(
            f"Would draw {_called(number).replace('The', 'the')} into {options.output}{first}.",
            figure=number,
            seconds=seconds,
        )
        return
    with output.progress(_called(number)) as show:
        made = figures.make(number, sources, show)
        show(1.0, "drawing")
        written = made.save(options.output, options.format)
    pictures = [path for path in written if path.suffix != ".csv"]
    tables = len(written) - len(pictures)
    output.result(
        f"{made.title if isinstance(number, str) else _called(number)}. {made.caption}\n"
        f"  {', '.join(map(str, pictures))} and {tables} CSV file{'s' * (tables != 1)}\n",
        figure=number,
        caption=made.caption,
        files=written,
    )


def _check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be made, before minutes of analysis."""
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not nearest.is_dir():
        raise L2LError(f"{nearest} is not a folder: choose another for the figures.")


def _number(text: str) -> int | str:
    """A figure's number, or the name of one beyond the paper."""
    return int(text) if text.isdecimal() else text


def _parser() -> common.Parser:
    parser = common.parser(
        "l2l-figures",
        "Draw the paper's figures, and write their numbers as CSV files next to them. Without "
        "--figure, every figure the given files suffice for is drawn. Long computations are kept in "
        "results/ next to each session and reused while they are still valid.",
        "l2l-figures --shipped -o figures",
        "l2l-figures runs/*.h5 -o figures --figure 1 2 --format pdf png",
        "l2l-figures revisit/*.h5 -o figures --figure revisit",
        "l2l-figures -o figures --figure revisit beyond studies",
        dry_run=True,
    )
    given = parser.add_argument_group("sources", "such as runs/*.h5, or --shipped")
    given.add_argument(
        "sources",
        nargs="*",
        metavar="SESSION",
        type=common.session,
        help="sessions (example: the one that comes with the program), results files "
        "(NAME.results.h5), tables of l2l-study, the authors' processed files (f1_perfFit.mat, "
        "f5And6_seed_K.mat, f5And6_All.mat, f7.mat), or folders of these; figures beyond the paper need "
        "none: those that ship are drawn",
    )
    given.add_argument(
        "--shipped",
        action="store_true",
        help="use the networks, and the studies' tables, that come with the program",
    )
    given.add_argument(
        "--recompute", action="store_true", help="do not use results computed before"
    )
    drawn = parser.add_argument_group("figures", "such as --figure 1 3 --format png -o figures")
    drawn.add_argument("-o", "--output", type=Path, metavar="DIR", help="folder of the figures")
    drawn.add_argument(
        "--figure",
        nargs="+",
        type=_number,
        choices=figures.names(),
        metavar="N",
        help=f"which figures: {', '.join(map(str, figures.REGISTRY))}; beyond the paper "
        f"{', '.join(figures.BEYOND)}, drawn only if asked for; or a plug-in's",
    )
    drawn.add_argument("--list", action="store_true", help="list every figure, and stop")
    drawn.add_argument(
        "--format", nargs="+", choices=FORMATS, default=["pdf"], help="formats (default: pdf)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
