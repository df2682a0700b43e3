"""What analyses beyond the paper find in Full runs: the tables of the study *beyond*.

Every number comes from a declared analysis; here it is only said of which problems.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from l2l_engine.analysis import registry, running
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column
from l2l_engine.analysis.running import PROBLEM, RunData
from l2l_engine.storage.session import Session
from l2l_engine.studies.sessions import Parent
from l2l_engine.studies.tables import SEED, TRIALS, Measured, Tables

GROUPS = ((2, 51), (52, 101), (202, 251), (452, 501), (952, 1001))
"""Problems compared, first and last, counted from 1."""
STAGES = (1, 2, 5, 10, 25, 50, 100, 200, 350, 500, 750, 1001)
"""Problems after which unseen problems' gradients are compared."""
_TIMES_MS = 100.0  # between times of the trial
_WITHIN = GROUPS[1]  # a network is compared with itself between the first group and this one

Rows = list[tuple[Any, ...]]


def tables(parents: Sequence[Parent], progress: Progress | None = None) -> Tables:
    """The tables of the study, from Full runs.

    Parameters
    ----------
    parents : at least two Full runs; problems they have not learned are left out
    progress : optional
        Called with the fraction done, from 0 to 1.
    """
    rows: dict[str, Rows] = {name: [] for name in _PER_NETWORK}
    runs = []
    for parent in tracked(parents, [1.0] * len(parents), progress):
        with Session.open(parent.path) as session:
            data = dataclasses.replace(session.run_data(), name=f"seed {parent.seed}")
        for name, (_, about, measure) in _PER_NETWORK.items():
            found = measure(data)
            columns = [np.asarray(found[column]).tolist() for column in list(about)[1:]]
            rows[name] += [(parent.seed, *row) for row in zip(*columns, strict=True)]
        runs.append(_short(data))
    made = {
        name: Measured.of(title, about, rows[name])
        for name, (title, about, _) in _PER_NETWORK.items()
    }
    return made | {"beyond_likeness": _likeness(runs)}


def _about(analysis: str, *names: str) -> dict[str, Column]:
    columns = running.columns_of(registry.find(analysis))
    return {name: columns[name] for name in names}


def _first_try(data: RunData) -> dict[str, Any]:
    found = running.run(registry.find("forward-transfer"), data)
    return found | {"trials": data.trials_to_criterion[found["problem"] - 1]}


def _gradients(data: RunData) -> dict[str, Any]:
    stages = [number for number in STAGES if number <= len(data.trials_to_criterion)]
    return running.run(registry.find("gradient-alignment"), data, stages)


def _ranks(data: RunData) -> dict[str, Any]:
    wanted = [number for group in _groups(data) for number in group]
    return running.run(registry.find("functional-rank"), data, wanted)


def _abstraction(data: RunData) -> dict[str, Any]:
    parts = []
    for group in _groups(data):
        found = running.run(registry.find("abstraction"), data, list(group), every=_TIMES_MS)
        parts.append(found | {"first": np.full(len(found["time"]), group[0])})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _groups(data: RunData) -> list[range]:
    known = len(data.trials_to_criterion)
    return [range(first, last + 1) for first, last in GROUPS if last <= known]


_PER_NETWORK: dict[str, tuple[str, dict[str, Column], Callable[[RunData], dict[str, Any]]]] = {
    "beyond_first_try": (
        "first try on a new problem",
        {"seed": SEED, "problem": PROBLEM, **_about("forward-transfer", "loss", "correct"), "trials": TRIALS},
        _first_try,
    ),
    "beyond_gradients": (
        "alignment of unseen problems' gradients",
        {"seed": SEED, "problem": PROBLEM, **_about("gradient-alignment", "alignment", "norm")},
        _gradients,
    ),
    "beyond_ranks": (
        "dimensions of a problem's recurrent change that its solution needs",
        {"seed": SEED, "problem": PROBLEM, **_about("functional-rank", "rank", "loss_without")},
        _ranks,
    ),
    "beyond_abstraction": (
        "parallelism and cross-condition generalisation",
        {
            "seed": SEED,
            "first": Column("", "first of the fifty problems compared"),
            **_about("abstraction", "time", "parallelism", "generalisation"),
        },
        _abstraction,
    ),
}  # fmt: skip


# -- how alike networks are -----------------------------------------------------------------


def _short(data: RunData) -> RunData:
    """The run as far as networks are compared: 1001 networks of ten runs would fill the memory."""
    last = min(_WITHIN[1], len(data.trials_to_criterion))
    return _rows(data, np.arange(last), data.name)


def _rows(data: RunData, rows: np.ndarray, name: str) -> RunData:
    counts = data.trials_to_criterion[rows]
    return RunData(name, data.config, counts, data.weights[rows], data.stimuli[rows])


def _likeness(runs: Sequence[RunData]) -> Measured:
    rows = [("networks", *row) for row in _compared(runs)]
    first, last = _WITHIN
    for data in runs:
        if len(data.trials_to_criterion) < last:
            continue
        early = _rows(data, np.arange(first - 1), f"{data.name}, early")
        later = _rows(data, np.array([0, *range(first - 1, last)]), f"{data.name}, later")
        rows += [("itself", *row) for row in _compared([early, later])]
    about = {
        "pair": Column("", "two networks, or one with itself fifty problems later"),
        **registry.find("network-similarity").columns,
        "dynamics": registry.find("network-dynamics").columns["distance"],
    }
    return Measured.of("how alike networks are", about, rows)


def _compared(runs: Sequence[RunData]) -> Rows:
    shape = running.run(registry.find("network-similarity"), runs)
    moves = running.run(registry.find("network-dynamics"), runs)
    columns = [*shape.values(), moves["distance"]]
    return list(zip(*(np.asarray(column).tolist() for column in columns), strict=True))
