"""Recompute everything that ships with the program: ``make reproduce``.

Networks are trained by a sweep into a folder outside the repository's data; from its sessions come
the results and the pretrained session in ``data``, the pictures in ``docs/images/reproduction`` and
the tables in ``docs/reproduction.md``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from l2l_engine import figures
from l2l_engine.commands import common
from l2l_engine.commands.output import Output
from l2l_engine.commands.sweep import train
from l2l_engine.commands.train import MS_A_TRIAL
from l2l_engine.config import L2LError, RunConfig, RunType
from l2l_engine.figures import analyses, export
from l2l_engine.figures.sources import FigureSource, NetworkSource
from l2l_engine.outlook import duration
from l2l_engine.reproduction import report
from l2l_engine.run import Run
from l2l_engine.storage import atomic
from l2l_engine.storage.results import SHIPPED, SUFFIX
from l2l_engine.sweeps.grid import grid, parse_seeds
from l2l_engine.sweeps.sweep import Sweep

PRETRAINED_SEED, PRETRAINED_PROBLEMS = 0, 101
_ANALYSIS_SECONDS = 200.0  # a Full run
_DPI = 130.0
_SHIPPED_WORDS = (
    "These results come with the program and stay as they are: what is computed of other sessions\n"
    "in this place is kept in the user's cache folder.\n"
)
_PICTURED = {1: True, 2: False, 5: True, 6: True, 7: False}  # from the published results files?


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    return common.run(_parser(), _work, arguments, stopped="Stopped; the same command resumes.")


def _work(options: argparse.Namespace, output: Output) -> int:
    document = options.docs / "reproduction.md"
    report.renew(_read(document), dict.fromkeys(report.PARTS, ""))  # before hours of training
    code = common.DONE if options.no_training else _train(options, output)
    if options.dry_run:
        return code
    sources = _analyse(options.sweep, output)
    _ship(options.sweep, sources, options.data)
    pretrained = options.data / "pretrained.h5"
    begun = any(source.name == f"full_seed{PRETRAINED_SEED}" for source in sources)
    if begun and not (options.no_training and pretrained.exists()):
        _pretrain(pretrained, output)
    shipped = figures.load([options.data / "results"])
    _draw(shipped, options.published, options.docs / "images" / "reproduction", output)
    text = report.renew(_read(document), report.blocks(shipped))
    export.write(document, text.encode())
    output.result(f"{document} is up to date.", document=document)
    return code  # of the sweep: 1 when a run failed


def _read(document: Path) -> str:
    try:
        return document.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise L2LError(
            f"{document} cannot be read ({error}): give its folder as --docs."
        ) from error


def _train(options: argparse.Namespace, output: Output) -> int:
    """The sweep; says beforehand how long it will take."""
    sweep = Sweep(options.sweep, grid(parse_seeds(options.seeds), tuple(RunType)))
    jobs = options.jobs or os.cpu_count() or 1
    runs = list(sweep.runs.values())
    trials = sum(run.trials_left for run in runs)
    analysed = _ANALYSIS_SECONDS * sum(run.config.run_type is RunType.Full for run in runs)
    seconds = trials * MS_A_TRIAL / 1000 / jobs + analysed
    (output.result if options.dry_run else output.note)(
        f"{len(runs)} networks into {options.sweep}, about {trials:,.0f} trials still to run: at "
        f"{MS_A_TRIAL:g} ms a trial, {jobs} at a time, and with the analyses, about "
        f"{duration(seconds)}. Ctrl-C stops, the same command resumes."
    )
    return common.DONE if options.dry_run else train(sweep, jobs, options.scheduler, output)


def _analyse(folder: Path, output: Output) -> list[NetworkSource]:
    """Compute everything the figures need of every session, and keep it in ``results`` beside them.

    Full runs count when they are complete, perturbation runs from their first perturbed problem.
    """
    kept: list[NetworkSource] = []
    for path in sorted(folder.glob("*.h5")):
        try:
            source = NetworkSource.of_session(path)
        except L2LError as error:
            output.warn(f"{path.name} is left out: {error}")
            continue
        perturbs, learned = source.config.run_type.perturbs, len(source.trials_to_criterion)
        if learned < (source.config.baseline_problems + 1 if perturbs else source.config.problems):
            output.note(f"{source.name} is left out: it has learned {learned} problems.")
            continue
        if not perturbs:
            with output.progress(f"Analysing {source.name}") as progress:
                analyses.vector_field([source], progress)
                analyses.shared_representations(source, progress)
                analyses.accumulated([source], progress)
        source.results.remember(source.summary)
        output.note(f"{source.name}: {learned} problems analysed.")
        kept.append(source)
    return kept


def _ship(sweep: Path, sources: Sequence[NetworkSource], data: Path) -> None:
    """Replace the results of these networks; those of others stay beside them."""
    target = data / "results"
    target.mkdir(parents=True, exist_ok=True)
    (target / SHIPPED).write_text(_SHIPPED_WORDS, encoding="utf-8")
    for source in sources:
        name = f"{source.name}{SUFFIX}"
        shutil.copyfile(sweep / "results" / name, target / name)
    size = sum(path.stat().st_size for path in data.rglob("*") if path.is_file())
    print(f"{data} holds {size / 1e6:.1f} MB.")


def _pretrain(path: Path, output: Output) -> None:
    """Train the session that the window opens first (one to three minutes), atomically."""
    config = RunConfig(seed=PRETRAINED_SEED, problems=PRETRAINED_PROBLEMS)
    with (
        atomic.replacing(path) as part,
        Run.create(part, config, overwrite=True, report=output.note) as run,
    ):
        while not run.finished:
            run.step()


def _draw(
    shipped: Sequence[FigureSource], published: Sequence[Path], folder: Path, output: Output
) -> None:
    for number in figures.REGISTRY:
        try:
            _picture(number, shipped, folder / f"figure_{number}.png", output)
        except figures.LackingError as error:
            output.note(f"Figure {number} is left out. {error}")
    theirs = figures.load(published) if published else []
    for number, processed in _PICTURED.items():
        fitting = [
            source for source in theirs if isinstance(source, NetworkSource) is not processed
        ]
        if fitting:
            _picture(number, fitting, folder / f"figure_{number}_published.png", output)


def _picture(number: int, sources: Sequence[FigureSource], path: Path, output: Output) -> None:
    made = figures.make(number, sources)
    export.write(path, made.picture("png", _DPI))
    output.note(f"{path.name}: {made.caption}")


def _parser() -> common.Parser:
    parser = common.parser(
        "make reproduce",
        "Train every network, analyse it, and make the shipped data, the pictures and the tables "
        "of docs/reproduction.md from them. Resumable at any point.",
        "make reproduce ARGS='--seeds 0-4 --jobs 2'",
        dry_run=True,
    )
    parser.add_argument(
        "--sweep", type=Path, default=Path("reproduction"), help="folder to train in"
    )
    parser.add_argument("--seeds", default="0-9", help="seeds to train (default: 0-9)")
    parser.add_argument("--jobs", type=int, help="runs at a time (default: cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="train on this Dask cluster instead")
    parser.add_argument(
        "--no-training", action="store_true", help="take the sessions as they are in the folder"
    )
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of shipped data")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="folder of the document")
    parser.add_argument(
        "--published",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="the authors' processed files, and a session imported from their networks, to draw "
        "beside ours",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
