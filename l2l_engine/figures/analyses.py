"""The analyses behind the figures, in pieces that are cached one by one.

A piece is about a group of fifty problems, so a run that has grown is only analysed where it grew,
and a cancelled analysis resumes where it stopped.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from l2l_engine.analysis import change_table
from l2l_engine.analysis.accumulation import accumulation
from l2l_engine.analysis.parallel import in_parallel
from l2l_engine.analysis.progress import Progress
from l2l_engine.analysis.statistics import known_mean, mean_and_sem
from l2l_engine.analysis.subspaces import representations
from l2l_engine.analysis.vector_field import decompose, lengths, vector_field_change
from l2l_engine.config import RunConfig
from l2l_engine.figures.changes import DIMENSIONS, Changes
from l2l_engine.figures.needs import GROUP, LackingError
from l2l_engine.figures.processed import PublishedNetwork
from l2l_engine.figures.sources import Network, NetworkSource
from l2l_engine.network import NetworkWeights
from l2l_engine.storage.results import Arrays, ResultKey
from l2l_engine.task import FloatArray

ACCUMULATED = 500  # problems after the first, in the paper's Fig. 7
TRAJECTORY_MS, CURRENT_MS = 20.0, 10.0  # between the points that are kept for Fig. 2

Compute = Callable[[NetworkWeights, FloatArray, RunConfig, Progress], Arrays]


@dataclass(frozen=True, slots=True)
class Piece:
    """One cacheable piece of an analysis.

    ``problems`` are those whose networks it rests on; ``cost`` is in seconds, roughly.
    """

    key: ResultKey
    problems: range
    cost: float
    compute: Compute


def vector_field(
    networks: Sequence[Network], progress: Progress | None = None
) -> list[tuple[Network, Changes]]:
    """Vector-field changes of the networks between consecutive problems (Figs 5 and 6).

    Results files that lack them are left out.
    """
    own = [source for source in networks if isinstance(source, NetworkSource)]
    found = iter(gather([(source, _change_pieces(source)) for source in own], progress))
    changes: list[tuple[Network, Changes]] = []
    for source in networks:
        if isinstance(source, PublishedNetwork):
            changes.append((source, source.changes))
        elif groups := next(found):
            changes.append((source, _changes(source, groups)))
    return changes


def shared_representations(network: NetworkSource, progress: Progress | None = None) -> Arrays:
    """Subspaces, trajectories and output currents of problems 2–51 (Fig. 2).

    Arrays, with P problems: ``problems`` (P,) from 1; ``mean_decision`` (P, T', 3),
    ``residual_decision`` and ``stimulus`` (P, 2, T', 3) every ``trajectory_ms``; and the currents
    into the two response outputs every ``current_ms``, mean and s.e.m. over problems (2, T", 2) as
    ``PART_mean``, ``PART_sem``; ``decision_explained``, ``stimulus_explained``, ``decision_share``.
    """
    last = min(len(network.trials_to_criterion), GROUP + 1)
    piece = Piece(
        ResultKey.of("representations", 1, first=2, size=GROUP),
        range(1, last),
        0.015 * (last - 1),
        _represent,
    )
    return gather([(network, [piece])], progress)[0][0]


class Foresight:
    """A figure's progress callback that stops it before anything long begins, and says how long it would take."""

    class Computing(Exception):  # noqa: N818 - no error
        """An analysis would begin now."""

        def __init__(self, seconds: float) -> None:
            super().__init__(seconds)
            self.seconds = seconds

    def __call__(self, fraction: float) -> None:
        """Allow what takes no time."""
        if not fraction >= 1:
            raise self.Computing(math.nan)


def decomposition(network: NetworkSource, problem: int, progress: Progress | None = None) -> Arrays:
    """The change of the vector field while a problem (from 2) was learned (Fig. 4).

    Arrays of (2 stimuli, T): ``total``, ``weight_parallel`` and ``state_parallel`` with their
    signs, and ``perpendicular``.
    """
    piece = Piece(
        ResultKey.of("decomposition", 1, problem=problem),
        range(problem - 2, problem),
        0.05,
        _decompose,
    )
    return gather([(network, [piece])], progress)[0][0]


def accumulated(
    networks: Sequence[NetworkSource], progress: Progress | None = None
) -> list[list[Arrays]]:
    """Accumulation over the first 500 problems of each network, group by group (Fig. 7).

    Arrays of a group of P problems: ``magnitude`` (2, P, Q), the mean over intervals, and
    ``suppression`` (2, I, P); the first axis is parallel, perpendicular.
    """
    return gather([(source, _accumulation_pieces(source)) for source in networks], progress)


def gather(
    wanted: Sequence[tuple[NetworkSource, Sequence[Piece]]], progress: Progress | None = None
) -> list[list[Arrays]]:
    """What each source's pieces give, cached or computed and then cached.

    A results file alone gives its pieces up to the first it lacks, perhaps none.

    Raises
    ------
    LackingError
        When none of them gives a single piece although there are some.
    """
    found = {
        (place, piece): source.cached(piece.key, piece.problems)
        for place, (source, pieces) in enumerate(wanted)
        for piece in pieces
    }
    todo = [
        (place, piece)
        for (place, piece), arrays in found.items()
        if arrays is None and wanted[place][0].computable
    ]
    if todo and isinstance(progress, Foresight):
        raise Foresight.Computing(sum(piece.cost for _, piece in todo))
    sources = [wanted[place][0] for place, _ in todo]
    pieces_of_all = [piece for _, piece in todo]
    for number, arrays in in_parallel(
        [
            partial(_compute, source, piece)
            for source, piece in zip(sources, pieces_of_all, strict=True)
        ],
        [piece.cost for piece in pieces_of_all],
        progress,
    ):
        found[todo[number]] = arrays
        sources[number].keep(pieces_of_all[number].key, pieces_of_all[number].problems, arrays)
    results = []
    for place, (_, pieces) in enumerate(wanted):
        results.append(given := list[Arrays]())
        for piece in pieces:
            if (known := found[place, piece]) is None:
                break
            given.append(known)
    if not todo and wanted and not any(results):
        for source, pieces in wanted:
            if pieces:
                raise LackingError(
                    f"{source.path} does not hold the analysis '{pieces[0].key.analysis}': give "
                    "the session it is about."
                )
    if progress is not None:
        progress(1.0)
    return results


def _compute(source: NetworkSource, piece: Piece, progress: Progress) -> Arrays:
    weights, stimuli = source.networks(piece.problems)
    return piece.compute(weights, stimuli, source.config, progress)


# -- vector-field change ---------------------------------------------------------------


def _change_pieces(source: NetworkSource) -> list[Piece]:
    problems = len(source.trials_to_criterion)
    return [
        Piece(
            ResultKey.of("vector_field", 1, first=first + 1, size=GROUP),
            range(first - 1, min(first + GROUP, problems)),
            0.04 * min(GROUP, problems - first),
            _change,
        )
        for first in range(1, problems, GROUP)
    ]


def _change(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, progress: Progress
) -> Arrays:
    there = np.asarray(np.isfinite(weights.output_bias).all(axis=1))
    pairs = np.flatnonzero(there[:-1] & there[1:])
    table = np.full((len(weights) - 1, len(change_table.COLUMNS)), np.nan)
    within = np.full((len(weights) - 1, len(DIMENSIONS)), np.nan)
    across = np.full(len(DIMENSIONS), np.nan)
    if len(pairs):
        change = vector_field_change(
            weights[pairs],
            weights[pairs + 1],
            stimuli[pairs + 1],
            config,
            group_size=len(pairs),
            progress=progress,
        )
        table[pairs] = change.table()
        for column, name in enumerate(DIMENSIONS):
            within[pairs, column] = getattr(change.problem_dimensionality, name)
            across[column] = getattr(change.group_dimensionality, name)[0]
    return {"table": table, "within": within, "across": across}


def _changes(source: NetworkSource, groups: Sequence[Arrays]) -> Changes:
    table = np.concatenate([group["table"] for group in groups])
    return Changes(
        counts=source.trials_to_criterion[1 : 1 + len(table)],
        table=table,
        within=np.stack([known_mean(group["within"]) for group in groups]),
        across=np.stack([group["across"] for group in groups]),
    )


def _decompose(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, _progress: Progress
) -> Arrays:
    if not np.isfinite(weights.output_bias).all():
        raise LackingError("The networks before and after the problem of Figure 4 were not saved.")
    change = decompose(weights[:1], weights[1:], stimuli[1:], config)
    return {
        "total": change.total[0],
        "weight_parallel": change.weight_parallel[0],
        "state_parallel": change.state_parallel[0],
        "perpendicular": lengths(change).weight_perpendicular[0],
    }


# -- representations -------------------------------------------------------------------


def _represent(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, progress: Progress
) -> Arrays:
    there = np.flatnonzero(np.isfinite(weights.output_bias).all(axis=1))
    if not len(there):
        raise LackingError("None of the problems 2–51 has a saved network.")
    found = representations(weights[there], stimuli[there], config, progress=progress)
    every = max(round(TRAJECTORY_MS / config.dt), 1)
    arrays: Arrays = {
        "problems": there + 2,
        "trajectory_ms": np.array(every * config.dt),
        "decision_explained": found.subspaces.decision_explained,
        "stimulus_explained": found.subspaces.stimulus_explained,
        "decision_share": np.array(found.subspaces.decision_share),
    }
    for name in ("mean_decision", "residual_decision", "stimulus"):
        points = getattr(found.coordinates, name)[..., every - 1 :: every, :3]
        arrays[name] = points.astype(np.float32)
    every = max(round(CURRENT_MS / config.dt), 1)
    arrays["current_ms"] = np.array(every * config.dt)
    for name in ("mean_decision", "residual_decision", "stimulus"):
        current = getattr(found.currents, name)[..., every - 1 :: every, :2]
        if name == "mean_decision":  # the same in the trials of both stimuli
            current = np.repeat(current[:, None], 2, axis=1)
        arrays[f"{name}_mean"], arrays[f"{name}_sem"] = mean_and_sem(current)
    return arrays


# -- accumulation ----------------------------------------------------------------------


def _accumulation_pieces(source: NetworkSource) -> list[Piece]:
    """Groups up to the first gap: every earlier network counts."""
    whole = len(list(itertools.takewhile(bool, source.summary.available)))
    stop = min(whole, ACCUMULATED + 1)
    return [_accumulation_piece(first, min(first + GROUP, stop)) for first in range(1, stop, GROUP)]


def _accumulation_piece(first: int, stop: int) -> Piece:
    def compute(
        weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, progress: Progress
    ) -> Arrays:
        found = accumulation(weights, stimuli, config, first=first, progress=progress)
        return {
            "magnitude": found.magnitude.mean(axis=1).astype(np.float32),
            "suppression": found.suppression,
        }

    cost = sum(_accumulation_seconds(range(first, stop)))
    return Piece(
        ResultKey.of("accumulation", 1, first=first + 1, size=GROUP), range(stop), cost, compute
    )


def _accumulation_seconds(problems: Iterable[int]) -> list[float]:
    return [0.05 + 0.0004 * earlier for earlier in problems]
