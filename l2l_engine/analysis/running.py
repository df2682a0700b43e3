"""Any analysis on the networks of a run: what it takes follows from its record."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import plugins
from l2l_engine.analysis import registry
from l2l_engine.analysis.progress import Progress, share
from l2l_engine.analysis.record import Analysis, Column, Takes
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

PROBLEM = Column("", "problem, counted from 1")


@dataclass(frozen=True, slots=True, eq=False)
class RunData:
    """What analyses need of a run.

    Attributes
    ----------
    name : str
    config : RunConfig
    trials_to_criterion : (K,)
        NaN where a problem failed.
    weights : stack of K networks
        As each stood when its problem was learned; NaN where it was not saved.
    stimuli : (K, 2, stimulus_channels)
    started_from : (K,), optional
        The place, from 0, of the network each problem was learned from; -1: the untrained one. By
        default as the run type has it.
    configs : mapping of int to RunConfig, optional
        The parameters of problems, by their place from 0, that were learned with others than the run's.
    """

    name: str
    config: RunConfig
    trials_to_criterion: NDArray[np.float64]
    weights: NetworkWeights
    stimuli: FloatArray
    started_from: NDArray[np.intp] | None = None
    configs: Mapping[int, RunConfig] = field(default_factory=dict)

    @property
    def available(self) -> NDArray[np.bool_]:
        """Which problems have a saved network, (K,)."""
        return np.asarray(np.isfinite(self.weights.output_bias).all(axis=-1))


def columns_of(record: Analysis) -> dict[str, Column]:
    """The columns of :func:`run`'s table: the record's, after the problem where rows follow problems."""
    numbered = record.takes in (Takes.NETWORK, Takes.PAIRS) and "problem" not in record.columns
    return ({"problem": PROBLEM} if numbered else {}) | dict(record.columns)


def run(
    record: Analysis,
    data: RunData | Sequence[RunData],
    problems: Sequence[int] | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> dict[str, NDArray[Any]]:
    """Run an analysis on a run (or on several, where it takes several).

    Parameters
    ----------
    record : Analysis
    data : RunData, or a sequence of them
    problems : sequence of int, optional
        Problems to analyse, counted from 1; by default all that have a saved network. For pairs, the
        problem before must have one too.
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.
    **options
        Passed to the analysis.

    Returns
    -------
    dict of str to (rows,)
        The columns of :func:`columns_of`. Problems and networks count from 1.

    Raises
    ------
    L2LError
        When a problem does not exist, none has a network, or a plug-in's analysis raises.
    """
    plug_in = None if record.name in registry.BUILT_IN else registry.plug_ins().get(record.name)
    with plugins.guarded(plug_in, progress) as report:
        return _run(record, data, problems, report, options)


def _run(
    record: Analysis,
    data: RunData | Sequence[RunData],
    problems: Sequence[int] | None,
    progress: Progress | None,
    options: dict[str, Any],
) -> dict[str, NDArray[Any]]:
    if record.takes is Takes.RUNS:
        runs = [data] if isinstance(data, RunData) else list(data)
        return record.table(runs, **_reporting(record, progress), **options)
    if not isinstance(data, RunData):
        (data,) = data
    if record.takes is Takes.COUNTS:
        return record.table(data.trials_to_criterion[1:], **options)
    rows = _rows(record, data, problems)
    if record.takes is Takes.NETWORK:
        return _one_by_one(record, data, rows, progress, options)
    reporting = _reporting(record, progress)
    weights, stimuli = data.weights[rows], data.stimuli[rows]
    if record.takes is Takes.PAIRS:
        before = data.weights[predecessors(data, rows)]
        found = record.table(before, weights, stimuli, data.config, **reporting, **options)
        return {"problem": rows + 1} | found
    found = record.table(weights, stimuli, data.config, **reporting, **options)
    for name in (
        "problem",
        "other_problem",
        "network",
    ):  # places in the group become numbers of the run
        if name in found:
            found[name] = rows[found[name] - 1] + 1
    return found


def _one_by_one(
    record: Analysis,
    data: RunData,
    rows: NDArray[np.intp],
    progress: Progress | None,
    options: dict[str, Any],
) -> dict[str, NDArray[Any]]:
    tables, numbers = [], []
    for done, row in enumerate(rows):
        part = share(progress, done / len(rows), (done + 1) / len(rows))
        reporting = _reporting(record, part)
        table = record.table(
            data.weights[int(row)],
            data.stimuli[row],
            data.configs.get(int(row), data.config),
            **reporting,
            **options,
        )
        part(1.0)
        tables.append(table)
        numbers.append(np.full(len(next(iter(table.values()))), row + 1))
    whole = {name: np.concatenate([table[name] for table in tables]) for name in record.columns}
    return {"problem": np.concatenate(numbers)} | whole


def check_problems(data: RunData, problems: Sequence[int] | None) -> None:
    """Check that a run has all of these problems, counted from 1; L2LError names one it has not."""
    count = len(data.trials_to_criterion)
    for number in problems or ():
        if not 1 <= number <= count:
            raise L2LError(f"{data.name} has no problem {number}: choose from 1 to {count}.")


def _rows(record: Analysis, data: RunData, problems: Sequence[int] | None) -> NDArray[np.intp]:
    """Places of the problems wanted that have what the analysis takes."""
    there = data.available.copy()
    if record.takes is Takes.PAIRS:
        there &= data.available[predecessors(data, np.arange(len(there)))]
        there[:1] = False
    if problems is not None:
        check_problems(data, problems)
        wanted = np.asarray(problems, np.intp) - 1
        chosen = np.zeros(len(there), bool)
        chosen[wanted] = True
        there &= chosen
    rows = np.flatnonzero(there)
    if not len(rows):
        what = "pair of saved networks" if record.takes is Takes.PAIRS else "saved network"
        raise L2LError(f"{data.name} has no {what} among the problems asked for: choose others.")
    return rows


def predecessors(data: RunData, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """The rows of the networks that problems were learned from; 0 where that was the untrained one.

    After the baseline of a perturbation run, every problem starts again from problem 1's network; in a
    protocol, as its stages say.
    """
    if data.started_from is not None:
        return np.maximum(data.started_from[rows], 0)
    config = data.config
    again = config.run_type.perturbs & (rows >= config.baseline_problems)
    return np.where(again, 0, np.maximum(rows - 1, 0))


def _reporting(record: Analysis, progress: Progress | None) -> dict[str, Progress]:
    takes = inspect.signature(record.function).parameters
    return {"progress": progress} if progress is not None and "progress" in takes else {}
