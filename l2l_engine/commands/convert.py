"""l2l-convert: the authors' published files into a session, and back."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import contextlib
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.commands import common
from l2l_engine.commands.output import Output
from l2l_engine.storage.plain_files import open_plain
from l2l_engine.storage.published import (
    check_export,
    export_published,
    find_published,
    import_published,
)
from l2l_engine.storage.session import Session


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    return common.run(_parser(), _work, arguments)


def _work(options: argparse.Namespace, output: Output) -> int:
    if options.dry_run:
        return _foresee(options, output)
    with output.progress(options.input.name) as show:
        written = convert(
            options.input,
            options.output,
            show,
            prefix=options.prefix,
            overwrite=options.overwrite,
            with_states=options.states,
            note=lambda sentence: output.note(f"l2l-convert: {sentence}"),
        )
    output.result(str(written), path=written)
    return common.DONE


def _foresee(options: argparse.Namespace, output: Output) -> int:
    """Say what would be read and written; the exit code."""
    source, target = options.input, options.output
    if _is_published(source):
        found = find_published(source, target, prefix=options.prefix, overwrite=options.overwrite)
        for sentence in found.unknown:
            output.note(f"l2l-convert: {sentence}")
        output.result(
            f"Would import run {found.prefix or 'saved/K.mat'} of {source} into {target}: "
            f"{found.problems} problems, {found.networks} networks.",
            path=target,
            prefix=found.prefix,
            problems=found.problems,
            networks=found.networks,
        )
        return common.DONE
    prefix = check_export(source, target)
    with Session.open(source) as session:
        problems, networks = session.n_problems, int(session.available.sum())
        states = options.states and _keeps_states(session)
    output.result(
        f"Would export {source} to {target} as {prefix}: {problems} problems, {networks} networks"
        f"{', and the states of its subspaces' if states else ''}.",
        path=target,
        prefix=prefix,
        problems=problems,
        networks=networks,
        states=states,
    )
    return common.DONE


def convert(
    source: Path,
    target: Path,
    progress: Callable[[float], None] | None = None,
    *,
    prefix: str | None = None,
    overwrite: bool = False,
    with_states: bool = True,
    note: Callable[[str], None] | None = None,
) -> Path:
    """Import a folder or zip of published files, or export a session: whichever ``source`` is.

    See :func:`import_published` and :func:`export_published` for the parameters and for what they
    raise. A perturbation run of this program is exported ``with_states``: some 160 MB.
    """
    if _is_published(source):
        return import_published(
            source, target, progress, prefix=prefix, overwrite=overwrite, note=note
        )
    states = None
    if with_states:
        with Session.open(source) as session:
            states = kept_states(session)
    return export_published(source, target, progress, states=states)


def _is_published(path: Path) -> bool:
    """Whether it is to be imported. A session can hold a zip, and look like one from its end."""
    if path.is_dir():
        return True
    with contextlib.suppress(OSError), open_plain(path) as stream:
        return not h5py.is_hdf5(path) and zipfile.is_zipfile(stream)
    return False


def kept_states(session: Session) -> NDArray[np.float32] | None:
    """The noisy states a perturbation run found its subspaces from, (trials, steps, units).

    One trial of each stimulus of each baseline problem, in that order; None for another kind
    of run, for an imported one (its noise is unknown) and before the baseline is learned.
    """
    if not _keeps_states(session):
        return None
    from l2l_engine.training.readout_perturbation import noisy_states  # slow to import

    config, baseline = session.config, session.config.baseline_problems
    networks, stimuli = session.weights(slice(0, baseline)), session.stimuli
    return np.concatenate(
        [noisy_states(networks[index], stimuli[index], index, config) for index in range(baseline)]
    )


def _keeps_states(session: Session) -> bool:
    config = session.config
    return (
        config.run_type.perturbs
        and not session.source
        and session.n_problems >= config.baseline_problems
    )


def _parser() -> common.Parser:
    parser = common.parser(
        "l2l-convert",
        "Read a folder or zip of the authors' published files as a session, or write a session as "
        "such files.",
        "l2l-convert published_folder run.l2l.h5",
        "l2l-convert run.l2l.h5 published.zip",
        dry_run=True,
    )
    files = parser.add_argument_group("files", "such as published_folder run.h5 --overwrite")
    files.add_argument(
        "input",
        metavar="IN",
        type=common.session,
        help="a folder or zip of published files, or a session (example: the one that comes with "
        "the program)",
    )
    files.add_argument(
        "output",
        metavar="OUT",
        type=Path,
        help="the session to make (.h5), or the folder or .zip to write published files to",
    )
    more = parser.add_argument_group("details", "such as --prefix 1_0.0001 or --no-states")
    more.add_argument(
        "--prefix", help="which run to import where IN holds several: a part of its file names"
    )
    files.add_argument(
        "--overwrite", action="store_true", help="replace a session that exists already"
    )
    more.add_argument(
        "--no-states",
        dest="states",
        action="store_false",
        help="leave out the large file of states of a perturbation run",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
