"""The studies in words: tables in Markdown from the studies' tables, for ``docs/beyond.md``.

Every number on that page stands in one of these parts or follows from one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import statistics
from l2l_engine.analysis.revisit import STAGES
from l2l_engine.analysis.statistics import known_mean
from l2l_engine.figures import figure_revisit, figure_studies, study_numbers, wording
from l2l_engine.figures.figure_beyond import TABLES as BEYOND
from l2l_engine.figures.sources import FigureSource, study_table
from l2l_engine.figures.study_numbers import (
    END_OF_DELAY,
    END_OF_TRIAL,
    PERIODS,
    RANK_GROUPS,
    Course,
)
from l2l_engine.figures.study_table import StudyTable

Float64 = NDArray[np.float64]

ABSENT = "Not computed yet: see `l2l-study`."


def blocks(sources: Sequence[FigureSource]) -> dict[str, str]:
    """Every generated part of the page, by name; where a table is missing it says so."""
    made = {name: _block(sources, names, write) for name, (names, write) in _PARTS.items()}
    return made | {"revisit": _revisit(sources)}


def _block(sources: Sequence[FigureSource], names: Sequence[str], write: Callable[..., str]) -> str:
    found = [study_table(sources, name) for name in names]
    return ABSENT if any(table is None for table in found) else write(*found)


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def spread(values: Float64, digits: int = 2) -> str:
    """``0.66 ± 0.05 (0.60–0.71)``: mean, standard deviation and range over networks."""
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return "–"
    low, high = known.min(), known.max()
    deviation = f" ± {known.std(ddof=1):.{digits}f}" if len(known) > 1 else ""
    return f"{known.mean():.{digits}f}{deviation} ({low:.{digits}f}–{high:.{digits}f})"


def _networks(seeds: Sequence[int]) -> str:
    return f"{len(seeds)} networks ({wording.seeds(seeds)})"


def _fallen(values: Float64) -> str:
    """``lower at the end than at the beginning in 9 of 10 networks``; ``values`` (n, stages)."""
    known = np.isfinite(values[:, [0, -1]]).all(axis=1)
    fallen = int((values[known, -1] < values[known, 0]).sum())
    return f"lower at the end than at the beginning in {fallen} of {int(known.sum())} networks"


def _span(first: int, last: int) -> str:
    return f"{first}–{last}"


# -- the parts ------------------------------------------------------------------------------


def _first_try(table: StudyTable) -> str:
    found = study_numbers.first_try(table)
    rows = []
    for k, span in enumerate(PERIODS):
        medians = [
            f"{study_numbers.known_median(found.trials[:, k, right]):.0f}" for right in range(3)
        ]
        rows.append(
            [
                _span(*span),
                spread(100 * found.right[:, k], 1),
                " / ".join(medians),
                " / ".join(f"{share:.0f}" for share in 100 * known_mean(found.at_once[:, k])),
                spread(100 * found.lucky[:, k], 0),
                spread(found.correlation[:, k]),
            ]
        )
    head = ("problems", "stimuli right at the first try, %",
            "median trials with 0 / 1 / 2 right", "learned in one trial with 0 / 1 / 2 right, %",
            "both right among those learned in one trial, %", "Spearman, loss before and trials")  # fmt: skip
    return f"{_networks(found.seeds)}\n\n{_markdown(head, rows)}"


def _gradients(table: StudyTable) -> str:
    found = study_numbers.gradients(table)
    return f"{_course(found, 'after problem', 'alignment')}\n\nIt is {_fallen(found.values)}."


def _ranks(table: StudyTable) -> str:
    found = study_numbers.ranks(table)
    grouped = study_numbers.in_groups(table, RANK_GROUPS)
    rows = []
    for k, (first, last) in enumerate(RANK_GROUPS):
        if k >= len(found.at):
            break
        ranks = grouped.numbers("rank")[grouped["first"] == first]
        known = ranks[np.isfinite(ranks)]
        few = 100 * (known <= 2).mean()
        rows.append(
            [
                _span(first, last),
                spread(found.values[:, k], 1),
                f"{np.median(known):.0f}",
                f"{few:.0f} %",
                f"{known.max():.0f}",
                str(int(np.isnan(ranks).sum())),
            ]
        )
    head = ("problems", "dimensions needed, mean", "median", "2 or fewer", "most",
            "not solved by the whole change")  # fmt: skip
    written = f"{_networks(found.seeds)}\n\n{_markdown(head, rows)}"
    return f"{written}\n\nThe mean is {_fallen(found.values)}."


def _abstraction(table: StudyTable) -> str:
    head, columns = ["problems"], []
    for measure in ("parallelism", "generalisation"):
        for time, words in ((END_OF_DELAY, "end of delay"), (END_OF_TRIAL, "end of trial")):
            head.append(f"{measure}, {words}")
            columns.append(study_numbers.abstraction(table, measure, time))
    spans = [_span(first, first + 49) for first in columns[0].at.tolist()]
    rows = [
        [span, *(spread(column.values[:, k]) for column in columns)] for k, span in enumerate(spans)
    ]
    written = f"{_networks(columns[0].seeds)}\n\n{_markdown(head, rows)}"
    delay = _fallen(columns[0].values)
    rises = _fallen(-columns[1].values).replace("lower", "higher")
    return (
        f"{written}\n\nParallelism at the end of the delay is {delay}; at the end of the trial it is "
        f"{rises}."
    )


def _likeness(table: StudyTable) -> str:
    measures = {
        "procrustes": "representations, Procrustes angle (rad)",
        "cka": "representations, linear CKA",
        "dynamics": "dynamics, angle of linear models (rad)",
        "spectrum": "recurrent weights, distance of singular values (a.u.)",
        "counts": "behaviour, distance of log₁₀ trials",
    }
    rows = [
        [words]
        + [spread(table.numbers(measure)[table["pair"] == pair]) for pair in ("itself", "networks")]
        for measure, words in measures.items()
    ]
    return _markdown(("", "a network and itself 50 problems later", "two networks"), rows)


def _course(found: Course, by: str, what: str, digits: int = 2) -> str:
    rows = [[str(at), spread(found.values[:, k], digits)] for k, at in enumerate(found.at.tolist())]
    return f"{_networks(found.seeds)}\n\n{_markdown((by, what), rows)}"


def _reversals(table: StudyTable) -> str:
    return _course(study_numbers.reversals(table), "reversal", "trials to criterion", 0)


def _overlap(table: StudyTable) -> str:
    found = study_numbers.overlaps(table)
    rows = [
        [f"{overlap:.1f}", spread(found.first[:, k], 0), spread(found.second[:, k], 0)]
        for k, overlap in enumerate(found.overlap)
    ]
    head = ("overlap", "trials of the new problem", "trials of the overlapping one")
    ratio = np.log(found.second / found.first)
    slopes = [
        statistics.spearman(found.overlap, row).rho if np.isfinite(row).sum() > 2 else np.nan
        for row in ratio
    ]
    return (
        f"{_networks(found.seeds)}; Spearman of overlap and the ratio of trials within a network: "
        f"{spread(np.array(slopes))}\n\n{_markdown(head, rows)}"
    )


def _mixing(table: StudyTable) -> str:
    right = study_numbers.conditions(table, figure_studies.MIXING, "correct")
    loss = study_numbers.conditions(table, figure_studies.MIXING, "loss")
    early = table.where(table["problem"] < table["problem"].max())
    earlier = study_numbers.conditions(early, figure_studies.MIXING, "correct")
    rows = [
        [
            name,
            spread(50 * right.means[k], 0),
            spread(50 * earlier.means[k], 0),
            spread(loss.means[k]),
        ]
        for k, name in enumerate(right.names)
    ]
    head = ("trials", "stimuli still right at the end, %", "without the last problem, %",
            "task loss at the end (nats)")  # fmt: skip
    return f"{_networks(right.seeds)}\n\n{_markdown(head, rows)}"


def _projection(table: StudyTable) -> str:
    found = study_numbers.conditions(table, figure_studies.PROJECTION, "trials")
    spans = ((2, 6), (7, 11), (12, 16), (17, 21))
    rows = []
    for first, last in spans:
        here = (found.problems >= first) & (found.problems <= last)
        if not here.any():
            continue
        means = known_mean(found.values[:, :, here], axis=2)
        rows.append([_span(first, last), *(spread(row, 0) for row in means)])
    failed = [int(np.isnan(condition).sum()) for condition in found.values]
    head = ("problems", *(f"trials, {_RULES[name]}" for name in found.names))
    return (
        f"{_networks(found.seeds)}; not learned: {failed[0]} and {failed[1]} problems\n\n"
        f"{_markdown(head, rows)}"
    )


_RULES = {"plain": "plain learning", "outside": "outside the past's subspace"}


def _revisit(sources: Sequence[FigureSource]) -> str:
    tables = [study_table(sources, name) for name in ("revisit_problems", "revisit_networks")]
    if any(table is None for table in tables):
        return ABSENT
    problems = tables[0]
    assert problems is not None
    groups = figure_revisit.compute([table for table in tables if table is not None]).groups
    parts = []
    for group in groups:
        joined = group.joined
        rows = []
        by_stage, similar = {}, {}
        for stage in STAGES:
            here = joined["stage"] == stage
            counts = joined["trials"].astype(np.float64)[here]
            alike = [_alike(columns, stage, "similarity") for columns in group.problems]
            second = [
                _alike(_second(problems, group.warm_up, seed), stage, "second")
                for seed in group.seeds
            ]
            each = [_trials(columns, stage) for columns in group.problems]
            by_stage[stage], similar[stage] = np.array(each), np.array(alike)
            rows.append(
                [stage, spread(np.array(each), 1), f"{study_numbers.known_median(counts):.0f}",
                 str(int(np.isnan(counts).sum())), spread(np.array(alike), 3), spread(np.array(second), 2)]
            )  # fmt: skip
        head = ("stage", "trials, mean over sets", "median", "not learned",
                "similarity to A, first component", "second component")  # fmt: skip
        sets = len(joined["stage"]) // len(STAGES)
        angles = ", ".join(f"{value:.0f}°" for value in np.degrees(group.angles.mean(axis=0)))
        explained = np.array([fit.r_squared for fit in group.fits if fit is not None])
        slopes = np.array([fit.slope for fit in group.fits if fit is not None])
        lines = [
            f"**After {group.warm_up} problems**, {_networks(group.seeds)}, {sets} sets",
            "",
            _markdown(head, rows),
            "",
            f"In {_more(by_stage, 'A', 'A again')} networks A again takes fewer trials than A, in "
            f"{_more(by_stage, 'A reversed', 'A again')} A reversed more than A again, in "
            f"{_more(by_stage, 'A reversed', 'A')} more than A; its trajectories are less like A's than "
            f"those of A again in {_more(similar, 'A again', 'A reversed')}, than those of B in "
            f"{_more(similar, 'B', 'A reversed')}.",
            f"Principal angles between decision and stimulus subspaces, mean over networks: {angles}.",
            f"R² of trials on similarity within networks: {spread(explained)}, slope negative in "
            f"{int((slopes < 0).sum())} of {len(slopes)};",
        ]
        if group.together is not None:
            lines.append(
                f"over all sets {group.together.r_squared:.2f} (n = {group.together.n} problems);"
            )
        if group.over_networks is not None:
            lines.append(f"over the networks' stage means {group.over_networks.r_squared:.2f}.")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _more(found: Mapping[str, Float64], larger: str, smaller: str) -> str:
    """``9 of 10``: the networks in which one stage has the larger mean."""
    return f"{int((found[larger] > found[smaller]).sum())} of {len(found[larger])}"


def _second(problems: StudyTable, warm_up: int, seed: int) -> Mapping[str, NDArray[Any]]:
    here = problems.where((problems["warm_up"] == warm_up) & (problems["seed"] == seed))
    return here.columns


def _alike(columns: Mapping[str, NDArray[Any]], stage: str, name: str) -> float:
    here = np.asarray(columns["stage"]) == stage
    return float(np.mean([np.asarray(columns[f"{name}_{k}"], np.float64)[here] for k in (0, 1)]))


def _trials(columns: Mapping[str, NDArray[Any]], stage: str) -> float:
    here = np.asarray(columns["stage"]) == stage
    return float(known_mean(np.asarray(columns["trials"], np.float64)[here]))


_PARTS: dict[str, tuple[tuple[str, ...], Callable[..., str]]] = {
    "first-try": ((BEYOND[0],), _first_try),
    "gradients": ((BEYOND[1],), _gradients),
    "ranks": ((BEYOND[2],), _ranks),
    "abstraction": ((BEYOND[3],), _abstraction),
    "likeness": ((BEYOND[4],), _likeness),
    "serial-reversal": (("serial_reversal",), _reversals),
    "overlap": (("overlap",), _overlap),
    "mixing": (("mixing",), _mixing),
    "projection": (("projection",), _projection),
}
