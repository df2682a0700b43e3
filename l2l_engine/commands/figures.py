"""l2l-figures: the paper's figures from sessions, results or published files."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from l2l_engine import figures
from l2l_engine.config import L2LError
from l2l_engine.figures.export import FORMATS
from l2l_engine.outlook import duration


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 2 for what a person can mend, 130 after Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        return _make(options)
    except L2LError as error:
        print(f"l2l-figures: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; what was computed is kept, the same command goes on.", file=sys.stderr)
        return 130


def _make(options: argparse.Namespace) -> int:
    """Make the figures asked for, or all that the sources suffice for."""
    sources = figures.load(options.sources, recompute=options.recompute)
    wanted = dict.fromkeys(options.figure or figures.REGISTRY)
    lacking: dict[int, str] = {}
    for number in wanted:
        try:
            with Display(f"Figure {number}") as progress:
                made = figures.make(number, sources, progress)
                progress.say("drawing")
                written = made.save(options.output, options.format)
        except figures.LackingError as error:
            lacking[number] = str(error)
            continue
        print(f"Figure {number}. {made.caption}")
        pictures = ", ".join(str(path) for path in written if path.suffix != ".csv")
        tables = sum(path.suffix == ".csv" for path in written)
        print(f"  {pictures} and {tables} CSV file{'s' * (tables != 1)}\n", flush=True)
    for number, sentence in lacking.items():
        print(f"l2l-figures: Figure {number} left out. {sentence}", file=sys.stderr)
    missed = lacking if options.figure else len(lacking) == len(wanted)
    return 2 if missed else 0


class Display:
    """A bar with the time left, for one piece of work; shown on terminals only."""

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
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(title, total=1.0, note="")
        self._began = time.monotonic()

    def __enter__(self) -> Display:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, fraction: float) -> None:
        """Show how far the work has come, from 0 to 1."""
        spent = time.monotonic() - self._began
        left = duration(spent * (1 - fraction) / fraction) if fraction > 0 and spent > 1 else ""
        self._bar.update(self._task, completed=fraction, note=f"{left} left" if left else "")

    def say(self, note: str) -> None:
        """Show what is going on instead of the time left."""
        self._bar.update(self._task, completed=1.0, note=note)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="l2l-figures",
        description="Draw the paper's figures, and write their numbers as CSV files next to them. "
        "Without --figure all that the files given suffice for. What takes long is kept in "
        "results/ next to each session and used again while it is true.",
        epilog="Example: l2l-figures runs/*.h5 -o figures --format pdf png",
    )
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SESSION",
        type=Path,
        help="sessions, results files (NAME.results.h5), the authors' processed files "
        "(f1_perfFit.mat, f5And6_seed_K.mat, f5And6_All.mat), or folders of these",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the figures")
    parser.add_argument(
        "--figure",
        nargs="+",
        type=int,
        choices=list(figures.REGISTRY),
        metavar="N",
        help=f"which figures: {', '.join(map(str, figures.REGISTRY))}",
    )
    parser.add_argument(
        "--format", nargs="+", choices=FORMATS, default=["pdf"], help="formats (default: pdf)"
    )
    parser.add_argument(
        "--recompute", action="store_true", help="do not use results computed before"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
