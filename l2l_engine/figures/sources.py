"""What figures are made from: sessions, results files, published results files."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.figures.needs import LackingError, Needs
from l2l_engine.figures.processed import (
    PublishedAccumulation,
    PublishedCorrelations,
    PublishedFits,
    PublishedNetwork,
    is_processed,
    read_processed,
)
from l2l_engine.figures.study_table import StudyTable, is_study_table
from l2l_engine.figures.study_table import read as read_study_table
from l2l_engine.network import NetworkWeights
from l2l_engine.protocols import notation
from l2l_engine.protocols.protocol import ProtocolError
from l2l_engine.storage.results import (
    Arrays,
    ResultKey,
    Results,
    RunSummary,
    is_results,
    read_summary,
)
from l2l_engine.storage.session import Session
from l2l_engine.task import FloatArray

_MAY_DIFFER = frozenset({"seed", "run_type", "problems", "derangement"})  # within one figure


@dataclass(frozen=True, slots=True, eq=False)
class NetworkSource:
    """A network in training order: a session with its results, or a results file alone.

    ``computable`` says whether the networks themselves are at hand. With ``recompute`` what was
    cached before is not looked at. ``protocol`` names what the run follows where that is no published
    run type.
    """

    path: Path
    summary: RunSummary
    results: Results
    computable: bool
    recompute: bool = False
    protocol: str = ""

    @classmethod
    def of_session(cls, path: Path, recompute: bool = False) -> Self:
        """From a session file, even while another process writes it."""
        with Session.open(path) as session:
            summary = RunSummary.of(session)
            followed = "" if session.protocol is None else _unpublished(path, session.protocol)
        return cls(path, summary, Results.beside(path), True, recompute, followed)

    @classmethod
    def of_results(cls, path: Path) -> Self:
        """From a results file, whose session may be elsewhere."""
        return cls(path, read_summary(path), Results(path), False)

    @property
    def name(self) -> str:
        """The session's name."""
        return self.summary.name

    @property
    def config(self) -> RunConfig:
        """The run's configuration."""
        return self.summary.config

    @property
    def trials_to_criterion(self) -> NDArray[np.float64]:
        """(K,), NaN where a problem failed."""
        return self.summary.trials_to_criterion

    @property
    def failed(self) -> int:
        """Problems not learned."""
        return int(np.isnan(self.trials_to_criterion).sum())

    def networks(self, problems: range) -> tuple[NetworkWeights, FloatArray]:
        """The networks (float32) and stimuli of consecutive problems."""
        with Session.open(self.path) as session:
            if session.n_problems < problems.stop:
                raise L2LError(f"{self.path} has changed: open it again.")
            rows = slice(problems.start, problems.stop)
            return session.weights(rows), session.stimuli[rows]

    def cached(self, key: ResultKey, problems: range) -> Arrays | None:
        """What an analysis of these problems gave, if it is cached and still valid."""
        return None if self.recompute else self.results.get(key, self.summary.digest(problems))

    def keep(self, key: ResultKey, problems: range, arrays: Arrays) -> None:
        """Cache what an analysis of these problems gave."""
        self.results.put(self.summary, {(key, self.summary.digest(problems)): arrays})


FigureSource = (
    NetworkSource
    | PublishedNetwork
    | PublishedFits
    | PublishedCorrelations
    | PublishedAccumulation
    | StudyTable
)
Network = NetworkSource | PublishedNetwork


def load(paths: Iterable[str | os.PathLike[str]], *, recompute: bool = False) -> list[FigureSource]:
    """Sources of figures from files, or from folders of them; the same network is taken once.

    Parameters
    ----------
    paths : session files, results files, tables of studies (CSV), and the authors' f1_perfFit.mat,
        f5And6_seed_K.mat, f5And6_All.mat and f7.mat
    recompute : bool
        Do not look at cached results of sessions.

    Raises
    ------
    L2LError
        When a file is none of these or damaged.
    """
    return without_doubles([_source(path, recompute) for path in _files(map(Path, paths))])


def networks(sources: Iterable[FigureSource]) -> list[Network]:
    """Those of the sources that are networks: trained here or published, with a configuration and counts."""
    return [source for source in sources if isinstance(source, NetworkSource | PublishedNetwork)]


def without_doubles(sources: Iterable[FigureSource]) -> list[FigureSource]:
    """Each network once: rather from its session than from results, rather the longer of two."""
    kept: list[FigureSource] = []
    for source in sources:
        twin = next((place for place, other in enumerate(kept) if _same(source, other)), None)
        if twin is None:
            kept.append(source)
        elif _worth(source) > _worth(kept[twin]):
            kept[twin] = source
    return kept


def select(sources: Sequence[FigureSource], needs: Needs, *, at_least: int = 1) -> list[Network]:
    """The networks a figure is made from, all of one configuration.

    Parameters
    ----------
    sources : sequence of Source
    needs : Needs
        What the figure needs of a network.
    at_least : int
        1, or 0 where other sources make the figure without a network.

    Raises
    ------
    LackingError
        When there are too few; the text says what to do.
    L2LError
        When they differ in size or configuration, naming what differs.
    """
    fitting = [
        source
        for source in sources
        if isinstance(source, Network) and source.config.run_type in needs.run_types
    ]
    others = [source for source in fitting if isinstance(source, NetworkSource) and source.protocol]
    fitting = [source for source in fitting if source not in others]
    if others and not fitting and at_least:
        raise LackingError(
            f"{others[0].path} follows the protocol {others[0].protocol}, and the paper's figures are "
            "made from its run types: give sessions of these."
        )
    learned = [network for network in fitting if len(network.trials_to_criterion) >= needs.problems]
    if not learned and at_least:
        if fitting:
            have = max(len(network.trials_to_criterion) for network in fitting)
            raise LackingError(
                f"{fitting[0].path} has {have or 'no'} learned problem{'s' * (have != 1)}, "
                f"and {needs.problems} are needed: train it further with l2l-train --resume."
            )
        raise LackingError(needs.sentence)
    check_alike(learned)
    return learned


def check_alike(networks: Sequence[Network]) -> None:
    """Refuse networks of unlike size or configuration in one figure, naming what differs."""
    for other in networks[1:]:
        first = networks[0]
        for item in dataclasses.fields(RunConfig):
            ours, theirs = getattr(first.config, item.name), getattr(other.config, item.name)
            if item.name not in _MAY_DIFFER and ours != theirs:
                raise L2LError(
                    f"{first.path.name} and {other.path.name} do not belong in one figure: "
                    f"{item.name} is {_shown(ours)} in one and {_shown(theirs)} in the other; "
                    "give only sessions that agree."
                )


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(
            file
            for file in path.iterdir()
            if file.suffix == ".h5" or is_processed(file) or is_study_table(file)
        )
        if not inside:
            raise L2LError(
                f"{path} holds no session and no results: import published networks with "
                "l2l-convert first."
            )
        found += inside
    return found


def _source(path: Path, recompute: bool) -> FigureSource:
    if path.suffix == ".mat":
        return read_processed(path)
    if path.suffix == ".csv":
        return read_study_table(path)
    if path.is_file() and h5py.is_hdf5(path) and is_results(path):
        return NetworkSource.of_results(path)
    return NetworkSource.of_session(path, recompute)


def _unpublished(path: Path, text: str) -> str:
    """The name of a session's protocol; empty where it is a published run type."""
    try:
        protocol = notation.from_json(text)
    except ProtocolError as error:
        raise L2LError(f"{path}: {error}") from error
    return "" if protocol.run_type is not None else protocol.name or "without a name"


def _same(source: FigureSource, other: FigureSource) -> bool:
    """Whether two sources are one network, perhaps at two times."""
    if source.path.resolve() == other.path.resolve():
        return True
    if not (isinstance(source, NetworkSource) and isinstance(other, NetworkSource)):
        return False
    shared = range(min(len(source.summary.digests), len(other.summary.digests)))
    return len(shared) > 0 and source.summary.digest(shared) == other.summary.digest(shared)


def _worth(source: FigureSource) -> tuple[int, bool]:
    if isinstance(source, NetworkSource):
        return len(source.summary.digests), source.computable
    return 0, False


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "value", value))


def study_table(sources: Iterable[FigureSource], name: str) -> StudyTable | None:
    """The table of a study by its name, such as ``revisit_problems``; None where it is not among them."""
    found = (source for source in sources if isinstance(source, StudyTable))
    return next((table for table in found if table.name == name), None)
